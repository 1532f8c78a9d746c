"""``httpbench-tui serve``: the same app in a browser on this machine."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys

from tui_httpbench.commands.option_values import UsageError
from tui_httpbench.commands.until_stopped import stopped_by_signals
from tui_httpbench.commands.web.connections import (
    ACCEPTED_AT_ONCE,
    MAX_CONNECTIONS,
    BoundedServer,
    room_for_connections,
)
from tui_httpbench.commands.web.server import PageServer
from tui_httpbench.worker.open_files import allow_open_files, open_files_limit

HOST = "127.0.0.1"  # Never reachable from elsewhere: whoever reaches it may send requests as this user.
DEFAULT_PORT = 8_000
END_S = 1.2
"""How long the apps may take to end in order when the server is stopped; then they are killed."""
_WAITING_CONNECTIONS = 128


def serve(arguments: list[str], port: int | None) -> int:
    """Serves the app with these arguments until Ctrl-C, SIGTERM or SIGHUP. Raises UsageError if the port is taken."""
    command = [sys.executable, "-m", "tui_httpbench", *arguments]
    with _listening_socket(port or DEFAULT_PORT) as listener:
        try:
            asyncio.run(_serve(command, listener))
        except KeyboardInterrupt:
            return 0  # Ctrl-C before the signal was taken over.
    return 0


def _listening_socket(port: int) -> socket.socket:
    # With its protocol named: asyncio turns Nagle's algorithm off for no other.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # On Windows that option would let another program have the same port.
        name = "SO_EXCLUSIVEADDRUSE" if sys.platform == "win32" else "SO_REUSEADDR"
        listener.setsockopt(socket.SOL_SOCKET, getattr(socket, name), 1)
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise UsageError(
            f"Port {port} can't be used: {(error.strerror or str(error)).lower()}; choose another with --port."
        ) from None
    return listener


async def _serve(command: list[str], listener: socket.socket) -> None:
    # What is wrong with a request is its sender's matter; what fails in the server itself is told by it.
    logging.getLogger("aiohttp.server").addHandler(logging.NullHandler())
    allow_open_files(MAX_CONNECTIONS)
    page_server = PageServer(command, HOST, listener.getsockname()[1])
    bounded = BoundedServer(page_server.answer, room_for_connections(open_files_limit()))
    with stopped_by_signals() as stop:
        server = await asyncio.get_running_loop().create_server(bounded, sock=listener, backlog=ACCEPTED_AT_ONCE)
        # The backlog is also how many the event loop accepts before it closes any; more may wait in the system.
        listener.listen(_WAITING_CONNECTIONS)
        print(page_server.address, flush=True)
        print("Open this address in a browser; Ctrl-C stops it.", file=sys.stderr)
        await stop.wait()
        server.close()
        await page_server.end(END_S)
        await bounded.shutdown(timeout=0.1)
