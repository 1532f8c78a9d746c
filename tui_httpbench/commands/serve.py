"""``httpbench-tui serve``: the same app in a browser on this machine."""

from __future__ import annotations

import logging
import secrets
import shlex
import socket
import sys

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from tui_httpbench.commands.arguments import UsageError
from tui_httpbench.text.formatting import complaint
from tui_httpbench.text.quoting import shortened

HOST = "127.0.0.1"  # Never reachable from elsewhere: whoever reaches it may send requests as this user.
DEFAULT_PORT = 8_000
MAX_SESSIONS = 8
"""Apps at once; each is a process of its own."""
_MALFORMED = (AssertionError, AttributeError, LookupError, TypeError, ValueError)
_HEADERS = {"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


class _Complaints(logging.Handler):
    """Writes a record as a sentence, without a traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        print(complaint(shortened(record.getMessage(), 500)), file=sys.stderr)


class LoopbackServer(Server):
    """Serves the app to who knows the address that it printed, and to pages of its own only.

    Any page that the browser shows, and any other user of this machine, could open a socket to this port.
    """

    def __init__(self, command: str, port: int) -> None:
        super().__init__(command, host=HOST, port=port, title="httpbench-tui")
        self._token = secrets.token_urlsafe(16)
        self._cookie = f"httpbench-tui-{port}"
        self._sessions = 0

    @property
    def address(self) -> str:
        """The address to open, with what tells its reader from others."""
        return f"{self.public_url}/?token={self._token}"

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.on_response_prepare.append(_protect)
        return app

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """Shows the page. Raises HTTPForbidden for who does not know the token, HTTPFound for another host's name."""
        if f"http://{request.host}" != self.public_url:
            raise web.HTTPFound(f"{self.public_url}{request.path_qs}")
        if not self._knows_token(request.query.get("token", "")):
            self._check_cookie(request)
        response: web.Response = await super().handle_index(request)  # type: ignore[assignment]
        response.set_cookie(self._cookie, self._token, httponly=True, samesite="Strict")
        return response

    async def handle_download(self, request: web.Request) -> web.StreamResponse:
        """Hands a file of the app out. Raises HTTPForbidden as ``handle_index`` does."""
        self._check_cookie(request)
        return await super().handle_download(request)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Connects a page with a new app.

        Raises HTTPForbidden for another site's page and who does not know the token, HTTPServiceUnavailable where there
        are ``MAX_SESSIONS`` already.
        """
        if request.headers.get("Origin") != self.public_url:
            raise web.HTTPForbidden(text="This app can only be used from its own page.\n")
        self._check_cookie(request)
        if self._sessions >= MAX_SESSIONS:
            raise web.HTTPServiceUnavailable(text=f"{MAX_SESSIONS} pages are open already; close one.\n")
        self._sessions += 1
        try:
            return await super().handle_websocket(request)
        finally:
            self._sessions -= 1

    async def _process_messages(self, websocket: web.WebSocketResponse, app_service: AppService) -> None:
        try:
            await super()._process_messages(websocket, app_service)
        except _MALFORMED:
            await websocket.close(code=1003)  # RFC 6455, 7.4.1: data that can't be accepted

    def initialize_logging(self) -> None:
        """Keeps the program's own output: the library would take over all logging.

        What is wrong with a request is its sender's matter; what the library itself complains of gets a line.
        """
        logging.getLogger("aiohttp.server").addHandler(logging.NullHandler())
        logging.getLogger("textual-serve").addHandler(_Complaints(logging.ERROR))

    async def on_startup(self, app: web.Application) -> None:  # noqa: ARG002 - the library passes it
        """Says where it is."""
        print(self.address, flush=True)
        print("Open this address in a browser; Ctrl-C stops it.", file=sys.stderr)

    def _check_cookie(self, request: web.Request) -> None:
        if not self._knows_token(request.cookies.get(self._cookie, "")):
            raise web.HTTPForbidden(text="Open the whole address that 'httpbench-tui serve' has printed.\n")

    def _knows_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode("utf-8", "surrogatepass"), self._token.encode())


async def _protect(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


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
    LoopbackServer(command, port).serve()
    return 0
