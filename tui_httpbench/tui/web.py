"""``httpbench-tui serve``: the same app in a browser on this machine."""

from __future__ import annotations

import shlex
import socket
import sys

from aiohttp import web
from textual_serve.server import Server

from tui_httpbench.arguments import UsageError

HOST = "127.0.0.1"  # Never reachable from elsewhere: whoever reaches it may send requests as this user.
DEFAULT_PORT = 8_000


class LoopbackServer(Server):
    """Serves the app to pages of its own only: any page that the browser shows could open a socket to this port."""

    @property
    def _own_origins(self) -> tuple[str, ...]:
        return tuple(f"http://{host}:{self.port}" for host in (HOST, "localhost"))

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Connects a page with a new app. Raises HTTPForbidden for another site's page."""
        if request.headers.get("Origin") not in self._own_origins:
            raise web.HTTPForbidden(text="This app can only be used from its own page.\n")
        return await super().handle_websocket(request)

    def initialize_logging(self) -> None:
        """Keeps the program's own output: the library would take over all logging."""

    async def on_startup(self, app: web.Application) -> None:  # noqa: ARG002 - the library passes it
        """Says where it is."""
        print(self.public_url, flush=True)
        print("Open this address in a browser; Ctrl-C stops it.", file=sys.stderr)


def serve(arguments: list[str], port: int | None) -> int:
    """Serves the app with these arguments until it is stopped. Raises UsageError where the port can't be used."""
    port = port or DEFAULT_PORT
    with socket.socket() as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                f"Port {port} can't be used: {(error.strerror or str(error)).lower()}; choose another with --port."
            ) from None
    command = shlex.join([sys.executable, "-m", "tui_httpbench", *arguments])
    LoopbackServer(command, host=HOST, port=port, title="httpbench-tui").serve()
    return 0
