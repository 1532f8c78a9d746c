"""The embedded target's server, and the process that it runs in: ``python -m tui_httpbench.target.server [CPU]``.

The process prints ``{"port": N, "cpu": N or null}`` once it answers: ``cpu`` is the one that all its threads are bound
to. From then on it obeys the commands of ``control``, and ends when its standard input closes.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from types import CoroutineType
from typing import Any, NoReturn

from granian.constants import HTTPModes
from granian.http import HTTP1Settings
from granian.server.embed import Server

from tui_httpbench.target.answers import HOST
from tui_httpbench.target.app import Application
from tui_httpbench.target.control import ParentLine
from tui_httpbench.target.traffic import Traffic

# Above what a plan can have in flight, so that no connection waits in line.
MAX_CONNECTIONS = 32_768
BACKLOG = 16_384  # The kernel takes less where its own limit is lower.
# A client may keep a connection idle for as long as a run takes; the target must not be the one to close it.
IDLE_TIMEOUT_MS = 3_600_000
START_LIMIT_S = 8.0


class ServeError(RuntimeError):
    """The target can't be served; the text is one sentence for the user."""


def main() -> int:
    """The embedded target's process; returns its exit status when it can't serve."""
    # Before any thread starts: one that runs already would stay where it is.
    cpu = _bind_to(int(sys.argv[1])) if len(sys.argv) > 1 else None
    try:
        run(0, partial(_tell_parent, cpu), obey_parent=True)
    except ServeError as error:
        print(error, file=sys.stderr)
        return 1


def run(port: int, announce: Callable[[int], None], *, obey_parent: bool = False) -> NoReturn:
    """Serves until SIGINT or SIGTERM, then ends the process with status 0, whatever clients still wait for.

    ``announce`` gets the port once a request has been answered. Port 0 lets the system choose a free one. With
    ``obey_parent``, standard input is a ``ParentLine``. Raises ServeError.
    """
    _allow_many_connections()
    with asyncio.Runner(loop_factory=EagerLoop) as runner:
        runner.run(_serve(Application(), port, announce, obey_parent))
    raise AssertionError("_serve never returns")


def _tell_parent(cpu: int | None, port: int) -> None:
    print(json.dumps({"port": port, "cpu": cpu}), flush=True)


def _bind_to(cpu: int) -> int | None:
    """Binds this process to one CPU and returns it; None where that can't be done."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    try:
        os.sched_setaffinity(0, {cpu})
    except (OSError, ValueError, OverflowError):
        return None
    return cpu


class EagerLoop(asyncio.SelectorEventLoop):
    """An event loop that requests enter only when they have to wait.

    Granian hands each request, as a coroutine, from its own thread to the loop. Running it there at once, up to its
    first wait, saves waking another thread, which costs more than the request itself.
    """

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


async def _serve(application: Application, port: int, announce: Callable[[int], None], obey_parent: bool) -> NoReturn:
    stop = _stop_on_signals()
    parent = ParentLine(application, partial(_end, application)) if obey_parent else None
    if parent is not None:
        parent.hear()
    with _reserve(port) as reservation:
        port = reservation.getsockname()[1]
        server = Server(
            application,
            address=HOST,
            port=port,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            backpressure=MAX_CONNECTIONS,
            http1_settings=HTTP1Settings(header_read_timeout=IDLE_TIMEOUT_MS),
            log_enabled=False,
        )
        serving = asyncio.create_task(server.serve())
        if sys.platform == "win32":
            reservation.close()
        await _wait_until_answering(port, serving)
    application.traffic = Traffic()  # The requests so far were our own.
    announce(port)
    if parent is not None:
        parent.answer()
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        stopping.cancel()
        raise ServeError(f"The server at port {port} ended by itself{_cause_of(serving)}.")
    _end(application)


def _end(application: Application) -> NoReturn:
    """Ends the process here and now: Granian's threads, cut off in a normal exit, would complain on stderr."""
    try:
        application.close()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)


def _reserve(port: int) -> socket.socket:
    """A socket that holds the port without listening, so that nobody takes it before the server does.

    Granian lets several sockets share a port; without this, a port in use would be shared instead of refused.
    """
    reservation = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind((HOST, port))
        # Set only after the bind: before, it would allow what the bind is to find out.
        if hasattr(socket, "SO_REUSEPORT"):
            reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except (OSError, OverflowError) as error:
        reservation.close()
        raise ServeError(_bind_sentence(port, error)) from None
    return reservation


def _bind_sentence(port: int, error: OSError | OverflowError) -> str:
    if isinstance(error, OverflowError):
        return f"There is no port {port}; choose one from 1 to 65535."
    if isinstance(error, PermissionError):
        return f"Port {port} may not be used by this user; choose one from 1024 to 65535."
    return f"Port {port} can't be used: {(error.strerror or str(error)).lower()}; choose another one."


async def _wait_until_answering(port: int, serving: asyncio.Task[None]) -> None:
    try:
        async with asyncio.timeout(START_LIMIT_S):
            while not await _answers(port):
                if serving.done():
                    raise ServeError(f"The server at port {port} didn't start{_cause_of(serving)}.")
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise ServeError(f"The server at port {port} didn't answer within {START_LIMIT_S:.0f} seconds.") from None


async def _answers(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    try:
        writer.write(b"HEAD / HTTP/1.1\r\nHost: target\r\nConnection: close\r\n\r\n")
        return (await reader.read()).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
    finally:
        writer.close()


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


def _allow_many_connections() -> None:
    """Raises this process's limit of open files as far as the system allows."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS if hard == resource.RLIM_INFINITY else min(MAX_CONNECTIONS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
