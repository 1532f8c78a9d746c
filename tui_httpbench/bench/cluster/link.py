"""The line to a cluster: the one file that knows Dask, imported where a cluster is used, as it is an extra.

Hosts are called by ``Client.run``, through the scheduler: the app need not reach them itself, no call is ever repeated
elsewhere as a task of Dask would be whose worker died, and other tasks don't hold it up.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
import sys
import time
import warnings
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import dask
import distributed
from distributed.security import Security

from tui_httpbench.bench.cluster import host_facts
from tui_httpbench.bench.cluster.address import Cluster
from tui_httpbench.bench.cluster.greeting import await_greeting
from tui_httpbench.bench.cluster.host_folder import hosts_folder
from tui_httpbench.bench.cluster.tls_files import check_tls_files
from tui_httpbench.bench.run_error import RunError
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import printable, shortened

CONNECT_S = 10.0
CALL_S = 10.0
LOOK_S = 2.0
"""After how long without an answer the scheduler is asked whether it still knows a worker."""
LOOKS = 3
"""How often a host's clock is read: the quickest answer tells the most."""
_AWAY = "tui_httpbench.bench.cluster.away_from_terminal"
_QUIET = ("distributed", "tornado", "asyncio")


class SilentError(Exception):
    """A host, or the scheduler, did not answer in time."""


class LostError(Exception):
    """The worker of a host is gone."""


class UnfitError(Exception):
    """A host can't do what was asked; the text is what it said."""


class SchedulerLostError(Exception):
    """The scheduler is gone."""


class SchedulerSilentError(SchedulerLostError):
    """The scheduler did not answer in time, and may do so later."""


class Link:
    """A connection to a scheduler; ``connect`` makes it."""

    def __init__(self, client: Any) -> None:
        """``client`` is Dask's, asynchronous."""
        self._client = client
        self._looking = asyncio.Lock()
        self._looked_s = float("-inf")
        self._known: set[str] = set()
        self._is_silent = False
        self._scheduler = ""

    async def identity(self, limit_s: float = CALL_S) -> dict[str, Any]:
        """What the scheduler tells of itself and its workers. Raises SchedulerLostError, SchedulerSilentError."""
        try:
            told = dict(await asyncio.wait_for(self._client.scheduler.identity(n_workers=-1), limit_s))
        except TimeoutError:
            raise SchedulerSilentError from None
        except OSError as error:
            raise SchedulerLostError(str(error)) from None
        # One that was begun anew at the same address knows no worker, whatever has become of them.
        if self._scheduler not in ("", told["id"]):
            raise SchedulerLostError("begun anew")
        self._scheduler = str(told["id"])
        return told

    async def call(self, address: str, function: Any, *args: Any, limit_s: float = CALL_S) -> Any:
        """What a function returns that runs in the worker with this address.

        Raises SilentError, LostError, UnfitError, SchedulerLostError.
        """
        calling = asyncio.ensure_future(self._client.run(function, *args, workers=[address], on_error="return"))
        begin_s = time.monotonic()
        try:
            while not calling.done():
                left_s = begin_s + limit_s - time.monotonic()
                if left_s <= 0:
                    raise SilentError(address)
                await asyncio.wait({calling}, timeout=min(LOOK_S, left_s))
                # The scheduler itself would try for long to reach a worker that it knows to be gone.
                if not calling.done() and not await self._has_worker(address):
                    raise LostError(address)
            results = calling.result()
        except TimeoutError:
            raise SilentError(address) from None
        except OSError as error:
            raise SchedulerLostError(str(error)) from None
        finally:
            calling.cancel()
        result = results.get(address)
        if address not in results or isinstance(result, TimeoutError | OSError):
            await self.identity()  # where the scheduler is gone too, that is why
            raise LostError(address)
        if isinstance(result, Exception):
            raise UnfitError(shortened(printable(f"{type(result).__name__}: {result}"), 200))
        return result

    async def _has_worker(self, address: str) -> bool:
        """Whether the scheduler knew this worker within the last moments; so it is held where that stands still.

        It may go on before the call is given up. Raises SchedulerLostError.
        """
        async with self._looking:
            if time.monotonic() - self._looked_s > LOOK_S:
                self._is_silent = False
                try:
                    self._known = set((await self.identity(LOOK_S))["workers"])
                except SchedulerSilentError:
                    self._is_silent = True  # for all hosts: each of hundreds would wait as long one after the other
                self._looked_s = time.monotonic()
        return self._is_silent or address in self._known

    async def look(
        self, address: str, distributions: Sequence[str], modules: Sequence[str], limit_s: float = CALL_S
    ) -> tuple[dict[str, Any], float]:
        """What a host is like, and how many seconds its clock is ahead of ours. Raises as ``call`` does."""
        best, facts, off_s = float("inf"), {}, 0.0
        for _ in range(LOOKS):
            begin, began_at = time.monotonic(), time.time()
            # As text that the built-in function runs there: see host_facts.
            facts = await self.call(address, eval, _looking(distributions, modules), limit_s=limit_s)
            took_s = time.monotonic() - begin
            if took_s < best:
                best, off_s = took_s, facts["time_s"] - (began_at + took_s / 2)
        # Within half of the way there and back, nothing is known of it.
        return facts, 0.0 if abs(off_s) <= best / 2 else off_s


@asynccontextmanager
async def connect(cluster: Cluster) -> AsyncGenerator[Link, None]:
    """Connects to a cluster, or makes one on this machine. Raises RunError."""
    be_quiet()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on differing versions: what matters here is told for each host
        if cluster.local:
            async with (
                _local_cluster(cluster.local) as (address, security),
                _client(address, security, cluster) as link,
            ):
                yield link
            return
        security = _security(cluster)
        await await_greeting(cluster.address, _tls_of(security, cluster), CONNECT_S)
        async with _client(cluster.address, security, cluster) as link:
            yield link


def be_quiet() -> None:
    """Keeps Dask from writing to the terminal: what has gone wrong is told in sentences."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in _QUIET]
    for name in (*_QUIET, *names):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@asynccontextmanager
async def _client(address: str, security: Security, cluster: Cluster) -> AsyncGenerator[Link, None]:
    client = distributed.Client(
        address, asynchronous=True, security=security, timeout=CONNECT_S, set_as_default=False, name="httpbench-tui"
    )
    try:
        await asyncio.wait_for(client, CONNECT_S + 2)
    except Exception as error:  # what answers may send anything, and Dask takes it for its own
        with suppress(Exception):
            await asyncio.wait_for(client.close(), 2)
        raise RunError(_why_unreachable(cluster, error)) from None
    be_quiet()  # what was imported since
    try:
        yield Link(client)
    finally:
        with suppress(OSError, TimeoutError, RuntimeError):
            await asyncio.wait_for(client.close(), 5)


@asynccontextmanager
async def _local_cluster(count: int) -> AsyncGenerator[tuple[str, Security], None]:
    """A scheduler and that many workers on this machine, which others who use it can't reach: they would be let in
    to do all that this user may."""
    security = Security.temporary()
    _quiet_tracker()
    levels = dict.fromkeys(("distributed", "distributed.nanny", "distributed.worker", "distributed.core"), "critical")
    settings = {
        "logging": levels,
        "distributed.worker.memory.terminate": False,
        # Not among the folders of others: Dask leaves one behind, in which it looks for what a kill left.
        "temporary-directory": str(hosts_folder()),
    }
    with dask.config.set(settings):
        try:
            cluster = await asyncio.wait_for(
                distributed.LocalCluster(
                    n_workers=count,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    protocol="tls://",
                    security=security,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL + 1,
                    memory_limit=0,
                    preload=[_AWAY],
                    asynchronous=True,
                ),
                60,
            )
        except (OSError, TimeoutError, RuntimeError) as error:
            why = shortened(printable(str(error) or type(error).__name__), 200)
            raise RunError(f"A cluster of {count} processes can't be made on this machine: {why}.") from None
    try:
        yield cluster.scheduler_address, security
    finally:
        with suppress(OSError, TimeoutError, RuntimeError):
            async with asyncio.timeout(10):
                if (closing := cluster.close()) is not None:
                    await closing


def _quiet_tracker() -> None:
    """Begins Python's process that tidies up after this one, should it be killed: it would say so on the terminal."""
    if os.name != "posix":
        return
    from multiprocessing import resource_tracker

    option = "ignore::UserWarning:multiprocessing.resource_tracker"
    sys.warnoptions.append(option)  # which it is begun with
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.remove(option)


def _security(cluster: Cluster) -> Security:
    """The files that were given, or else what Dask's configuration says (``distributed.comm.tls``). Raises RunError."""
    try:
        if not cluster.ca:
            return Security()
        return Security(
            require_encryption=True,
            tls_ca_file=cluster.ca,
            tls_client_cert=cluster.cert,
            tls_client_key=cluster.key,
        )
    except (OSError, ValueError, TypeError) as error:
        raise RunError(f"TLS can't be used as is set for Dask: {shortened(str(error), 200)}.") from None


def _tls_of(security: Security, cluster: Cluster) -> ssl.SSLContext | None:
    """The TLS to talk with, None in the clear. Raises RunError."""
    if not cluster.address.startswith("tls://"):
        return None
    files = "--cluster-ca, --cluster-cert and --cluster-key" if cluster.ca else "the files in Dask's configuration"
    try:
        _check_files(security, cluster)
        context: ssl.SSLContext | None = security.get_connection_args("client")["ssl_context"]
    except ssl.SSLError as error:
        reason = (error.reason or str(error)).upper()
        if "MISMATCH" in reason:
            why = "the key is not that of the certificate"
        elif "NO_CERT" in reason or "PEM" in reason:
            why = "one of them holds no certificate or key in PEM"
        else:
            why = shortened(printable(reason.lower().replace("_", " ")), 100)
        raise RunError(f"With {files}, TLS can't be used, as {why}; give files that belong together.") from None
    except RunError:
        raise
    except (OSError, ValueError, TypeError) as error:
        why = reason_of(error) if isinstance(error, OSError) else str(error)
        raise RunError(f"With {files}, TLS can't be used ({shortened(printable(why), 200).rstrip('.')}).") from None
    if context is None:
        raise RunError(
            f"TLS, as {cluster.address} asks for it, needs files, and none are set; give --cluster-ca, --cluster-cert "
            "and --cluster-key, or set them in Dask's own configuration."
        )
    return context


def _check_files(security: Security, cluster: Cluster) -> None:
    """Looks at the files one by one. Raises RunError, OSError."""
    told = security.get_tls_config_for_role("client")
    paths = [told.get(kind) or "" for kind in ("ca_file", "cert", "key")]
    if not all(paths[:2]) or any("\n" in path for path in paths):
        return  # there are none, or they are PEM themselves in Dask's configuration
    ca, cert, key = ((name, path) for name, path in zip(_names_of_files(cluster), paths, strict=True))
    check_tls_files(ca, cert, key if key[1] else cert)  # which may hold both


def _names_of_files(cluster: Cluster) -> tuple[str, str, str]:
    if cluster.ca:
        return "--cluster-ca", "--cluster-cert", "--cluster-key"
    own = "in Dask's configuration"
    return f"The ca-file {own}", f"The client's cert {own}", f"The client's key {own}"


def _why_unreachable(cluster: Cluster, error: BaseException) -> str:
    """Why Dask could not go on with what had greeted as a scheduler."""
    where = cluster.in_words
    if isinstance(error, OSError | TimeoutError) and "ssl" not in str(error).lower():
        return f"The scheduler {where} does not answer within {CONNECT_S:.0f} s; see that it is well."
    return (
        f"What answers at {where} is no scheduler of Dask, or of a version that can't be talked to; see its port, "
        "which usually is 8786, and that Dask is of the same version there."
    )


def _looking(distributions: Iterable[str], modules: Iterable[str]) -> str:
    source = Path(host_facts.__file__).read_text()
    asked = f"['look']({list(distributions)!r}, {list(modules)!r})"
    return f"(lambda names: (exec({source!r}, names), names{asked})[1])({{}})"
