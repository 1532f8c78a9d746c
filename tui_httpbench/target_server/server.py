"""The embedded target's server, and the process that it runs in.

It is started as ``python -m tui_httpbench.target_server.server [SETTINGS [DESCRIPTOR]]``.

SETTINGS is what ``ServerSettings.to_argument`` writes, DESCRIPTOR where the parent listens (``control``). The process
tells ``{"port": N, "cpu": N or null, "ca_pem": text or null}`` once it answers: ``cpu`` is the one that all its threads
are bound to. Where the port can't be used it tells ``{"port_error": "a sentence"}`` and ends. It obeys the commands
``counts``, ``watch``, ``heads``, ``unwatch``, ``begin_round``, ``take_turn`` (with a label) and ``turn_counts``, and
ends when its standard input closes (``control`` tells how).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from types import CoroutineType
from typing import Any, NoReturn

from granian.constants import HTTPModes, SSLProtocols
from granian.http import HTTP1Settings, HTTP2Settings
from granian.server.embed import Server

from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.target_server.app import Application
from tui_httpbench.target_server.control import Commands, ParentLine, take_descriptor, tell
from tui_httpbench.target_server.host import (
    BACKLOG,
    HOST,
    PortError,
    ServeError,
    allow_many_connections,
    bind_socket,
    bind_to_cpu,
)
from tui_httpbench.target_server.precise_loop import make_selector, sharpen_timers
from tui_httpbench.target_server.settings import ServerSettings
from tui_httpbench.target_server.tls import Identity
from tui_httpbench.target_server.turns import TargetCounts, commands_of

# A client may keep a connection idle for as long as a run takes; the target must not be the one to close it.
IDLE_TIMEOUT_MS = 3_600_000
# Granian's own limit of a request's head over HTTP/1; over HTTP/2 it would take 16 MB for each.
MAX_HEAD_BYTES = 8_192 + 4_096 * 100
START_LIMIT_S = 8.0


def main() -> int:
    """The embedded target's process; returns its exit status when it can't serve."""
    settings = ServerSettings.from_argument(sys.argv[1]) if len(sys.argv) > 1 else ServerSettings()
    descriptor = take_descriptor(sys.argv, 2)
    cpu = bind_to_cpu(settings.cpu)

    def announce(port: int, ca_pem: bytes | None) -> None:
        tell(descriptor, port=port, cpu=cpu, ca_pem=ca_pem and ca_pem.decode("ascii"))

    try:
        run(settings.port, settings.scenario, announce, descriptor, settings.life_line, is_held=settings.is_held)
    except PortError as error:
        tell(descriptor, port_error=str(error))
    except ServeError as error:
        print(error, file=sys.stderr)
    return 1


def run(
    port: int,
    scenario: Scenario,
    announce: Callable[[int, bytes | None], None],
    descriptor: int = 1,
    life_line: int | None = None,
    *,
    is_held: bool = False,
) -> NoReturn:
    """Serves until standard input ends or a signal comes, then ends the process, whatever clients still wait for.

    ``announce`` gets the port once a request has been answered, and the authority's certificate where TLS is on. Port 0
    lets the system choose a free one; ``is_held`` tells that the parent holds it already. Commands are answered at
    ``descriptor``; ``life_line`` is that of ``ParentLine``. Raises ServeError.
    """
    sharpen_timers()
    connections = allow_many_connections()
    with asyncio.Runner(loop_factory=EagerLoop) as runner:
        runner.run(_Process(scenario, connections, descriptor, life_line).serve(port, announce, is_held))
    raise AssertionError("serve never returns")


class EagerLoop(asyncio.SelectorEventLoop):
    """An event loop that requests enter only when they have to wait.

    Granian hands each request, as a coroutine, from its own thread to the loop. Running it there at once, up to its
    first wait, saves waking another thread, which costs more than the request itself.
    """

    def __init__(self) -> None:
        super().__init__(make_selector())

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.Handle | None:
        """As the base class does; a coroutine among the arguments is started here, and passed on if it isn't done."""
        if args and type(args[0]) is CoroutineType:
            try:
                args[0].send(None)
            except StopIteration:
                return None
        return super().call_soon_threadsafe(callback, *args, context=context)


class _Process:
    """The server with all that must not be left behind."""

    def __init__(self, scenario: Scenario, connections: int, descriptor: int, life_line: int | None) -> None:
        self._scenario = scenario
        self._connections = connections
        self._parent = ParentLine(self._end, descriptor, life_line)
        self._application = Application(scenario, self._parent.spent_elsewhere_s)
        self._identity: Identity | None = None

    async def serve(self, port: int, announce: Callable[[int, bytes | None], None], is_held: bool = False) -> NoReturn:
        stop = _stop_on_signals()
        self._parent.hear()
        try:
            with contextlib.ExitStack() as stack:
                reservation = None if is_held else stack.enter_context(_reserve(port))
                if reservation is not None:
                    port = reservation.getsockname()[1]
                if self._scenario.tls:
                    self._identity = Identity()
                serving = asyncio.create_task(self._make_server(port).serve())
                if sys.platform == "win32" and reservation is not None:
                    reservation.close()
                context = self._identity.client_context() if self._identity else None
                await _wait_until_answering(port, context, serving)
        finally:
            if self._identity is not None:
                self._identity.remove()
        self._application.begin()  # The requests so far were our own.
        announce(port, self._identity.ca_pem if self._identity else None)
        self._parent.answer(_commands(self._application))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            stopping.cancel()
            raise ServeError(f"The server at port {port} ended by itself{_cause_of(serving)}.")
        self._end()

    def _make_server(self, port: int) -> Server:
        identity = self._identity
        return Server(
            self._application,
            address=HOST,
            port=port,
            http=HTTPModes.auto if self._scenario.http2 else HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            # Beyond its open files it would try again and again, and use up its processor with that.
            backpressure=self._connections,
            http1_settings=HTTP1Settings(header_read_timeout=IDLE_TIMEOUT_MS),
            http2_settings=HTTP2Settings(max_headers_size=MAX_HEAD_BYTES),
            log_enabled=False,
            ssl_cert=None if identity is None else identity.certificate_path,
            ssl_key=None if identity is None else identity.key_path,
            ssl_protocol_min=SSLProtocols.tls12,
        )

    def _end(self) -> NoReturn:
        """Ends the process here and now: Granian's threads, cut off in a normal exit, would complain on stderr."""
        try:
            self._application.close()
            if self._identity is not None:
                self._identity.remove()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(0)


def _commands(application: Application) -> Commands:
    def counts(_: str) -> dict[str, Any]:
        traffic = application.traffic
        return asdict(TargetCounts(traffic.requests, traffic.connections, time.process_time()))

    def heads(_: str) -> dict[str, Any]:
        kept, lost = application.traffic.take_heads()
        return {"heads": [asdict(head) for head in kept], "lost": lost}

    turns = commands_of(application.turns)

    def begin_round(nothing: str) -> None:
        application.traffic.forget_closed()
        turns["begin_round"](nothing)

    return {
        "counts": counts,
        "watch": lambda _: application.traffic.watch(),
        "heads": heads,
        "unwatch": lambda _: application.traffic.unwatch(),
        **turns,
        "begin_round": begin_round,
    }


def _reserve(port: int) -> socket.socket:
    """A socket that holds the port without listening, so that nobody takes it before the server does.

    Granian lets several sockets share a port; without this, a port in use would be shared instead of refused.
    """
    reservation = bind_socket(port)
    # Set only after the bind: before, it would allow what the bind is to find out.
    if hasattr(socket, "SO_REUSEPORT"):
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return reservation


async def _wait_until_answering(port: int, context: ssl.SSLContext | None, serving: asyncio.Task[None]) -> None:
    try:
        async with asyncio.timeout(START_LIMIT_S):
            while not await _answers(port, context):
                if serving.done():
                    raise ServeError(f"The server at port {port} didn't start{_cause_of(serving)}.")
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise ServeError(f"The server at port {port} didn't answer within {START_LIMIT_S:.0f} seconds.") from None


async def _answers(port: int, context: ssl.SSLContext | None) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HOST, port, ssl=context)
    except OSError:
        return False
    try:
        writer.write(b"HEAD / HTTP/1.1\r\nHost: target\r\nConnection: close\r\n\r\n")
        return (await reader.read()).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _cause_of(task: asyncio.Task[None]) -> str:
    error = None if task.cancelled() else task.exception()
    return f": {error}" if error else ""


def _stop_on_signals() -> asyncio.Event:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is None or threading.current_thread() is not threading.main_thread():
            continue
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        else:
            loop.add_signal_handler(number, stop.set)
    return stop


if __name__ == "__main__":
    sys.exit(main())
