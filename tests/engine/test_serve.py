"""``httpbench-tui serve``: for who knows its address, on this machine only, and undisturbed by anybody else."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import pytest
from support.screens import closed_port

from tui_httpbench.commands.serve import MAX_SESSIONS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the library needs POSIX signals to end in order")


@dataclass
class Served:
    """A server in a process of its own, and a browser that has opened its address, and keeps cookies."""

    address: str
    browser: aiohttp.ClientSession
    complaints: bytes = b""

    @property
    def root(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    def open_app(self, origin: str | None = None) -> aiohttp.client._WSRequestContextManager:
        return self.browser.ws_connect(f"{self.root}/ws?width=80&height=24", origin=origin or self.root)


@asynccontextmanager
async def served() -> AsyncIterator[Served]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui_httpbench", "serve", "--port", str(closed_port())),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    address = (await process.stdout.readline()).decode().strip()
    await wait_until_open(urlsplit(address).port or 0)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        found = Served(address, browser)
        try:
            yield found
        finally:
            process.send_signal(signal.SIGINT)
            _, found.complaints = await process.communicate()
    assert b"Traceback" not in found.complaints, found.complaints


async def wait_until_open(port: int) -> None:
    """The address is printed a moment before somebody listens there."""
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        await asyncio.sleep(0.02)


async def first_screen(connection: aiohttp.ClientWebSocketResponse[bool]) -> bytes:
    """What the app draws, up to the first name of a mode."""
    seen = b""
    while b"requests-session" not in seen:
        message = await connection.receive(timeout=60)
        assert message.type == aiohttp.WSMsgType.BINARY, message
        seen += message.data
    return seen


async def test_only_who_knows_the_address_and_is_on_this_machine_gets_the_app() -> None:
    async with served() as found:
        browser, root = found.browser, found.root
        for path in ("/", "/?token=", "/?token=x", "/?token=%ff", "/download/x"):
            async with browser.get(f"{root}{path}") as response:
                assert response.status == 403, path
                assert "whole address" in await response.text()
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await found.open_app()
        # By another name of the host it leads to the one whose pages may open the app.
        async with browser.get(found.address.replace("127.0.0.1", "localhost")) as response:
            assert response.status == 200
            assert str(response.url) == found.address
            assert response.headers["X-Frame-Options"] == "DENY"
            assert response.headers["Referrer-Policy"] == "no-referrer"
        for origin in ("http://example.com", f"{root}.example.com", "null"):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await found.open_app(origin)
        async with found.open_app() as connection:
            await first_screen(connection)
        for host in {"127.0.0.2", socket.gethostbyname(socket.gethostname())} - {"127.0.0.1"}:
            with socket.socket() as probe:
                probe.settimeout(5)
                assert probe.connect_ex((host, found.port)) != 0, host


@pytest.mark.slow
async def test_garbage_and_slow_clients_disturb_nobody() -> None:
    async with served() as found:
        await found.browser.get(found.address)
        others = []
        for data in (b"", b"\x16\x03\x01\xff" * 50, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000) * 50:
            _, writer = await asyncio.open_connection("127.0.0.1", found.port)
            writer.write(data)
            others.append(writer)
        async with found.open_app() as connection:
            await first_screen(connection)
            for text in ("{", '["stdin", 3]'):
                async with found.open_app() as other:
                    await other.send_str(text)
                    while (message := await other.receive(timeout=60)).type == aiohttp.WSMsgType.BINARY:
                        pass
                    assert message.type == aiohttp.WSMsgType.CLOSE, text
                    assert message.data == 1003
            await connection.send_json(["stdin", "\t"])
            await connection.receive(timeout=60)
        for writer in others:
            writer.close()


@pytest.mark.slow
async def test_only_so_many_apps_at_once() -> None:
    async with served() as found:
        await found.browser.get(found.address)
        opened = [await found.open_app() for _ in range(MAX_SESSIONS)]
        with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
            await found.open_app()
        await opened.pop().close()
        async with asyncio.timeout(60):
            while len(opened) < MAX_SESSIONS:
                try:
                    opened.append(await found.open_app())
                except aiohttp.WSServerHandshakeError:
                    await asyncio.sleep(0.2)
        for connection in opened:
            await connection.close()
