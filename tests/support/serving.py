"""A browser's side of ``serve``: what its page does to get an app, with real sockets; and a small app to serve."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from tui_httpbench.commands.web.connections import BoundedServer
from tui_httpbench.commands.web.server import PageServer

HOST = "127.0.0.1"
Connection = aiohttp.ClientWebSocketResponse[bool]
# Speaks as Textual's driver does: sends back each packet that it gets as something to draw, until its input ends.
SMALL_APP = """
import os, sys
os.write(1, b"__GANGLION__\\nD\\0\\0\\0\\5ready")
while head := sys.stdin.buffer.read(5):
    packet = head[:1] + sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
    os.write(1, b"D" + len(packet).to_bytes(4, "big") + packet)
"""


@dataclass
class Page:
    """The page of an address, in a browser that keeps no cookies."""

    address: str
    browser: aiohttp.ClientSession

    @property
    def root(self) -> str:
        return self.address.partition("/#")[0]

    @property
    def token(self) -> str:
        return self.address.partition("#token=")[2]

    @property
    def port(self) -> int:
        return int(self.root.rpartition(":")[2])

    async def ask_ticket(self, **headers: str) -> tuple[int, str]:
        """The status and the text; headers that are given replace those that the page sends."""
        sent = {"Origin": self.root, "Authorization": f"Bearer {self.token}", **headers}
        async with self.browser.post(f"{self.root}/ticket", headers=sent) as response:
            assert "Set-Cookie" not in response.headers
            return response.status, await response.text()

    async def connect(self, ticket: str | None = None, origin: str | None = None, size: str = "80x24") -> Connection:
        """The page's connection to an app of its own. Raises WSServerHandshakeError."""
        if ticket is None:
            status, ticket = await self.ask_ticket()
            assert status == 200, ticket
        width, height = size.split("x")
        url = f"{self.root}/ws/{ticket}?width={width}&height={height}"
        return await self.browser.ws_connect(url, origin=origin or self.root)


@asynccontextmanager
async def page_of(address: str) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        yield Page(address, browser)


@asynccontextmanager
async def small_app_served(limit: int = 64) -> AsyncIterator[Page]:
    """The page of a server in this process, which runs a small app."""
    loop = asyncio.get_running_loop()
    # The address has the port in it, which is known once it is bound.
    bounded: list[BoundedServer] = []
    listening = await loop.create_server(lambda: bounded[0](), HOST, 0, backlog=8)
    server = PageServer([sys.executable, "-ISc", SMALL_APP], HOST, listening.sockets[0].getsockname()[1])
    bounded.append(BoundedServer(server.answer, limit))
    try:
        async with page_of(server.address) as page:
            yield page
    finally:
        listening.close()
        await server.end(5)
        await bounded[0].shutdown(0.1)


async def drawn(connection: Connection, text: bytes) -> bytes:
    """All that the app has drawn once that text has come."""
    seen = b""
    while text not in seen:
        message = await connection.receive(timeout=60)
        assert message.type == aiohttp.WSMsgType.BINARY, message
        seen += message.data
    return seen


async def close_code(connection: Connection) -> int:
    """Why the server ended the connection, whatever the app still draws before."""
    while (message := await connection.receive(timeout=60)).type == aiohttp.WSMsgType.BINARY:
        pass
    assert message.type == aiohttp.WSMsgType.CLOSE, message
    return int(message.data)
