"""The server of the page: who may have what of it.

Whoever is on this machine reaches it, other users as well, and so does every page that the browser shows. The page's
files are for all; an app is for who has the token, and for our own page only.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import WSCloseCode, web

from tui_httpbench.commands.web.connections import Connection
from tui_httpbench.commands.web.keys import Keys
from tui_httpbench.commands.web.messages import MAX_BYTES, size_in
from tui_httpbench.commands.web.page_files import page, protect, static_file
from tui_httpbench.commands.web.session import Download, Session
from tui_httpbench.text.formatting import complaint, reason_of
from tui_httpbench.text.quoting import printable

MAX_SESSIONS = 8
"""Apps at once, those that are still ending among them; each is a process of its own."""
HEARTBEAT_S = 15.0
_TOO_MANY = f"{MAX_SESSIONS} pages are open already: close one, and load this one again.\n"
_NO_TOKEN = "Open the whole address that 'httpbench-tui serve' has printed, the newest if there are several.\n"
_OTHER_SITE = "This app can only be used from its own page.\n"


class PageServer:
    """Serves the page at an address of this machine, and runs the command once for each page that is open."""

    def __init__(self, command: Sequence[str], host: str, port: int) -> None:
        self._command = command
        self._netloc = host if port == 80 else f"{host}:{port}"
        self._keys = Keys()
        self._sessions: dict[Session, None] = {}
        self._is_ending = False

    @property
    def address(self) -> str:
        """The address to open. What lets its reader in stands behind the #, which no browser sends."""
        return f"{self._origin}/#token={self._keys.token}"

    @property
    def _origin(self) -> str:
        return f"http://{self._netloc}"

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answers any request; what goes wrong is told on standard error."""
        assert isinstance(request.protocol, Connection)
        request.protocol.asks()
        try:
            response = await self._answer(request)
        except Exception as error:
            print(complaint(f"A request could not be answered: {error!r}"), file=sys.stderr)
            response = _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "This went wrong; the terminal says how.\n")
        if not response.prepared:
            protect(response)
        return response

    async def end(self, patience_s: float) -> None:
        """Ends all apps, those by force that take longer, and starts no more."""
        self._is_ending = True
        await asyncio.gather(*(session.end(patience_s) for session in self._sessions))

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        # Another name for this machine may be anybody's, who then sees the answers as his own site's.
        if request.headers.get("Host") != self._netloc:
            if (request.method, request.path) == ("GET", "/"):
                return web.Response(status=HTTPStatus.FOUND, headers={"Location": f"{self._origin}/"})
            return _refusal(HTTPStatus.FORBIDDEN, _OTHER_SITE)
        match request.method, request.path.split("/")[1:]:
            case "GET", [""]:
                return page(self._netloc)
            case "GET", ["static", name]:
                return static_file(name) or _not_found()
            case "POST", ["ticket"]:
                return self._ticket(request)
            case "GET", ["ws", ticket]:
                return await self._connect(request, ticket)
            case "GET", ["download", key]:
                return await self._download(request, key)
        return _not_found()

    def _ticket(self, request: web.BaseRequest) -> web.Response:
        if (refusal := self._from_elsewhere(request)) is not None:
            return refusal
        if not self._keys.knows(request.headers.get("Authorization")):
            return _refusal(HTTPStatus.FORBIDDEN, _NO_TOKEN)
        if self._is_full:
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, _TOO_MANY)
        return web.Response(text=self._keys.new_ticket())

    async def _connect(self, request: web.BaseRequest, ticket: str) -> web.StreamResponse:
        if (refusal := self._from_elsewhere(request)) is not None:
            return refusal
        if not self._keys.takes(ticket):
            return _refusal(HTTPStatus.FORBIDDEN, _NO_TOKEN)
        if self._is_full or self._is_ending:
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, _TOO_MANY)
        websocket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, timeout=1.0, max_msg_size=MAX_BYTES, compress=False)
        if not websocket.can_prepare(request).ok:
            return _refusal(HTTPStatus.BAD_REQUEST, "This is for the page's terminal.\n")
        session = Session(self._command, size_in(request.query))
        self._sessions[session] = None
        # The place is free when the process is gone, whatever becomes of the connection.
        running = asyncio.create_task(self._run(session, request, websocket))
        running.add_done_callback(lambda _: self._sessions.pop(session))
        await asyncio.shield(running)
        return websocket

    async def _run(self, session: Session, request: web.BaseRequest, websocket: web.WebSocketResponse) -> None:
        protect(websocket)
        try:
            await websocket.prepare(request)
        except OSError:
            return  # gone before it began
        assert isinstance(request.protocol, Connection)
        request.protocol.let_in()
        code = WSCloseCode.OK
        try:
            complaints = await session.run(websocket)
        except OSError as error:
            complaints = [f"No app could be started: {reason_of(error)}."]
            code = WSCloseCode.TRY_AGAIN_LATER
        except Exception as error:
            complaints = [f"The connection of a page with its app broke: {error!r}"]
            code = WSCloseCode.INTERNAL_ERROR
        for line in complaints:
            print(complaint(line), file=sys.stderr)
        await websocket.close(code=code)

    async def _download(self, request: web.BaseRequest, key: str) -> web.StreamResponse:
        for session in self._sessions:
            if (download := session.download(key)) is not None:
                return await self._hand_out(request, session, download)
        return _not_found()

    async def _hand_out(self, request: web.BaseRequest, session: Session, download: Download) -> web.StreamResponse:
        response = web.StreamResponse()
        # Saved, never shown: what is in it must not act as our page.
        response.content_type = "application/octet-stream"
        response.headers["Content-Disposition"] = f'attachment; filename="{_plain(download.file_name)}"'
        protect(response)
        try:
            await response.prepare(request)
            async for piece in session.pieces(download):
                await response.write(piece)
            await response.write_eof()
        except (OSError, TimeoutError):  # the page or the app is gone: half a file must not look whole
            assert isinstance(request.protocol, Connection)
            request.protocol.drop()
        return response

    def _from_elsewhere(self, request: web.BaseRequest) -> web.Response | None:
        if request.headers.get("Origin") == self._origin:
            return None
        return _refusal(HTTPStatus.FORBIDDEN, _OTHER_SITE)

    @property
    def _is_full(self) -> bool:
        return len(self._sessions) >= MAX_SESSIONS


def _refusal(status: HTTPStatus, text: str) -> web.Response:
    return web.Response(status=status, text=text)


def _not_found() -> web.Response:
    return _refusal(HTTPStatus.NOT_FOUND, "There is nothing here.\n")


def _plain(name: str) -> str:
    return "".join(letter for letter in printable(name) if letter.isascii() and letter not in '\\"')
