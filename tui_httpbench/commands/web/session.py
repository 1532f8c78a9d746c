"""What a page and its app have to do with each other, from the page's opening until the app's process is gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import PurePath

from aiohttp import WSCloseCode, WSMsgType, web
from textual_serve._binary_encode import load

from tui_httpbench.commands.web.app_process import KEYS, META, PACKED, AppProcess
from tui_httpbench.commands.web.messages import Malformed, Message, Ping, TerminalSize, Told, Typed, read_message

END_S = 10.0
"""How long an app may take to end in order once its page is closed."""
TAKE_S = 20.0
"""How long a page may leave what the app draws untaken."""
CHUNK_BYTES = 65_536
CHUNK_S = 4.0
_GONE = (OSError, TimeoutError)


class Download:
    """A file that the app has for the page; its pieces come one by one, as they are asked for."""

    def __init__(self, meta: dict[str, object]) -> None:
        self.key = str(meta["key"])
        self.file_name = PurePath(str(meta["path"])).name
        self.name = meta.get("name")
        self.is_taken = False
        self.pieces: asyncio.Queue[bytes] = asyncio.Queue()


class Session:
    """One page and one app."""

    def __init__(self, command: Sequence[str], size: TerminalSize) -> None:
        self._command = command
        self._size = size
        self._app: AppProcess | None = None
        self._downloads: dict[str, Download] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._is_ending = False

    async def run(self, page: web.WebSocketResponse) -> list[str]:
        """Connects the page with a new app until one of them ends; returns what the app complained of, when it is gone.

        Raises OSError where no app can be started.
        """
        self._app = app = await AppProcess.start(self._command, self._size)
        if self._is_ending:
            await app.end(0)
            return []
        self._tasks = [asyncio.create_task(self._listen(page, app)), asyncio.create_task(self._draw(page, app))]
        try:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self.end(END_S)
        for task in self._tasks:
            error = None if task.cancelled() else task.exception()
            if error is not None and not isinstance(error, _GONE):
                raise error
        return app.complaints

    async def end(self, patience_s: float) -> None:
        """Ends the app: in order, or by force once that takes too long. It may be called again with less patience."""
        self._is_ending = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._app is not None:
            await self._app.end(patience_s)

    def download(self, key: str) -> Download | None:
        """The file of that key, which can be taken once."""
        download = self._downloads.get(key)
        if download is None or download.is_taken:
            return None
        download.is_taken = True
        return download

    async def pieces(self, download: Download) -> AsyncIterator[bytes]:
        """A file, piece by piece. Raises OSError or TimeoutError where the app does not go on."""
        assert self._app is not None
        request = {
            "type": "deliver_chunk_request",
            "key": download.key,
            "size": CHUNK_BYTES,
            "name": download.name,
        }
        try:
            while True:
                await self._app.send_meta(request)
                async with asyncio.timeout(CHUNK_S):
                    piece = await download.pieces.get()
                if not piece:
                    return
                yield piece
        finally:
            self._downloads.pop(download.key, None)

    async def _listen(self, page: web.WebSocketResponse, app: AppProcess) -> None:
        async for received in page:
            try:
                if received.type is not WSMsgType.TEXT:
                    raise Malformed("no text")
                message = read_message(received.data)
            except Malformed:
                await page.close(code=WSCloseCode.UNSUPPORTED_DATA)
                return
            await self._take(message, page, app)

    async def _take(self, message: Message, page: web.WebSocketResponse, app: AppProcess) -> None:
        match message:
            case Typed(data):
                await app.send(KEYS, data)
            case Told(meta):
                await app.send_meta(meta)
            case Ping(text):
                await page.send_json(["pong", text])

    async def _draw(self, page: web.WebSocketResponse, app: AppProcess) -> None:
        async for kind, payload in app.packets():
            if kind == KEYS:
                async with asyncio.timeout(TAKE_S):
                    await page.send_bytes(payload)
            elif kind == PACKED:
                self._receive(payload)
            elif kind == META and not await self._follow(json.loads(payload), page):
                return

    async def _follow(self, meta: dict[str, object], page: web.WebSocketResponse) -> bool:
        """Does what an app asks for; False once it ends. Addresses to open are not followed: the app has none."""
        if meta.get("type") == "deliver_file_start":
            download = Download(meta)
            self._downloads[download.key] = download
            await page.send_json(["deliver_file_start", download.key])
        return meta.get("type") != "exit"

    def _receive(self, payload: bytes) -> None:
        match load(payload):
            case ("deliver_chunk", str(key), bytes() | str() as piece) if key in self._downloads:
                self._downloads[key].pieces.put_nowait(piece.encode() if isinstance(piece, str) else piece)
