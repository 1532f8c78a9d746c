"""``httpbench-tui serve``: for who knows its address, on this machine only, and undisturbed by anybody else.

What its server does is tried with a small app; what the app does, with the app.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from urllib.parse import urlsplit

import aiohttp
import pytest
from support.screens import child_pids, closed_port
from support.serving import HOST, Page, close_code, drawn, page_of, small_app_served

from tui_httpbench.commands.web.messages import MAX_HEIGHT, MAX_WIDTH
from tui_httpbench.commands.web.server import MAX_SESSIONS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and limits")


@asynccontextmanager
async def served(files: int | None = None) -> AsyncIterator[Page]:
    """The command in a process of its own, where a shell allows it so many open files."""
    command = [sys.executable, "-m", "tui_httpbench", "serve", "--port", str(closed_port())]
    if files is not None:
        command = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *command]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with page_of((await process.stdout.readline()).decode().strip()) as page:
        try:
            yield page
        finally:
            process.send_signal(signal.SIGINT)
            _, complaints = await process.communicate()
    assert complaints == b"Open this address in a browser; Ctrl-C stops it.\n"
    assert process.returncode == 0


async def test_only_who_knows_the_address_gets_an_app_and_only_for_its_own_page() -> None:
    async with small_app_served() as page:
        root = page.root
        for headers in (
            {"Authorization": ""},
            {"Authorization": "Bearer x"},
            {"Authorization": f"Basic {page.token}"},
            {"Authorization": "", "Cookie": f"httpbench-tui-{page.port}={page.token}"},
        ):
            status, text = await page.ask_ticket(**headers)
            assert status == 403, headers
            assert "whole address" in text
        for headers in (
            {"Origin": f"http://{HOST}:{page.port + 1}"},
            {"Origin": f"{root}.example.com"},
            {"Origin": "null"},
            {"Host": f"rebound.example.com:{page.port}"},
            {"Host": f"localhost:{page.port}"},
        ):
            status, text = await page.ask_ticket(**headers)
            assert status == 403, headers
            assert "own page" in text
        status, ticket = await page.ask_ticket()
        assert status == 200
        # One that another site's page uses is spent.
        for used, origin in ((ticket, f"http://{HOST}:{page.port + 1}"), (page.token, root), ("", root)):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await page.connect(used, origin)
        connection = await page.connect(ticket)
        await drawn(connection, b"ready")
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await page.connect(ticket)
        # As often as its owner loads the page, the address does.
        await drawn(await page.connect(), b"ready")
        for host in {"127.0.0.2", socket.gethostbyname(socket.gethostname())} - {HOST}:
            with socket.socket() as probe:
                probe.settimeout(5)
                assert probe.connect_ex((host, page.port)) != 0, host


async def test_by_another_name_the_page_leads_to_its_own_address() -> None:
    async with small_app_served() as page:
        for host in (f"localhost:{page.port}", f"rebound.example.com:{page.port}"):
            async with page.browser.get(f"{page.root}/", headers={"Host": host}, allow_redirects=False) as response:
                assert (response.status, response.headers["Location"]) == (302, f"{page.root}/")
            async with page.browser.get(f"{page.root}/static/page.js", headers={"Host": host}) as response:
                assert response.status == 403
        # Even what is no request gets the headers that keep an answer to itself.
        reader, writer = await asyncio.open_connection(HOST, page.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        head = (await reader.read()).decode()
        writer.close()
        assert head.startswith("HTTP/1.0 400 ")
        assert "Content-Security-Policy: default-src 'none'" in head
        assert "X-Content-Type-Options: nosniff" in head


async def test_no_message_and_no_size_harms_an_app() -> None:
    async with small_app_served() as page, AsyncExitStack() as stack:
        kept = await page.connect(size="999999999x999999999")
        stack.push_async_callback(kept.close)
        await drawn(kept, b"ready")
        for text, code in (("[" * 100_000, 1003), ('["resize", 80]', 1003), (" " * 1_200_000, 1009)):
            other = await page.connect()
            await other.send_str(text)
            assert await close_code(other) == code, text[:20]
        other = await page.connect()
        await other.send_bytes(b'["stdin", "a"]')
        assert await close_code(other) == 1003
        other = await page.connect()
        await other.close()
        await kept.send_json(["resize", {"width": 999_999_999, "height": 999_999_999}])
        expected = json.dumps({"type": "resize", "width": MAX_WIDTH, "height": MAX_HEIGHT}).encode()
        await drawn(kept, expected)
        await kept.send_json(["ping", "17"])
        assert (await kept.receive(timeout=60)).json() == ["pong", "17"]


async def test_connections_that_say_nothing_and_take_nothing_give_way() -> None:
    limit = 5
    async with small_app_served(limit) as page:
        kept = await page.connect()
        await drawn(kept, b"ready")
        strangers = []
        for asked in (
            b"",
            b"GET / HTTP/1.1\r\nHost: x\r\nX: a",
            b"GET /static/textual.js HTTP/1.1\r\nHost: %b\r\n\r\n",
        ):
            for _ in range(2 * limit):
                stranger = socket.socket()
                stranger.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                await asyncio.get_running_loop().run_in_executor(None, stranger.connect, (HOST, page.port))
                stranger.send(asked.replace(b"%b", urlsplit(page.root).netloc.encode()))
                strangers.append(stranger)
            await drawn(await page.connect(), b"ready")
        await kept.send_json(["stdin", "still"])
        await drawn(kept, b"still")
        # The first of them have long been dropped.
        strangers[0].settimeout(60)
        assert await asyncio.get_running_loop().run_in_executor(None, strangers[0].recv, 1) == b""
        for stranger in strangers:
            stranger.close()


async def test_a_head_that_does_not_come_whole_is_not_waited_for() -> None:
    async with small_app_served() as page:
        reader, writer = await asyncio.open_connection(HOST, page.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: ")

        async def drip() -> None:
            while True:  # a byte now and then does not help
                writer.write(b"x")
                await asyncio.sleep(0.2)

        dripping = asyncio.create_task(drip())
        with suppress(ConnectionError):
            async with asyncio.timeout(60):
                assert await reader.read() == b""
        dripping.cancel()
        writer.close()


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
async def test_an_app_that_still_ends_takes_a_place() -> None:
    async with small_app_served() as page:
        before = child_pids()
        first = await page.connect()
        await drawn(first, b"ready")
        (hung,) = child_pids() - before
        os.kill(hung, signal.SIGSTOP)
        rest = [await page.connect() for _ in range(MAX_SESSIONS - 1)]
        await first.close()
        status, text = await page.ask_ticket()
        assert status == 503, "its page is closed, its process is not gone"
        assert "close one" in text
        os.kill(hung, signal.SIGKILL)
        async with asyncio.timeout(60):
            while (await page.ask_ticket())[0] != 200:
                await asyncio.sleep(0.05)
        for connection in rest:
            await connection.close()


@pytest.mark.slow
async def test_half_requests_keep_nobody_out_where_few_files_may_be_open() -> None:
    async with served(files=64) as page:
        half = []
        for _ in range(80):
            _, writer = await asyncio.open_connection(HOST, page.port)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX: a")
            half.append(writer)
        async with asyncio.timeout(60):
            connection = await page.connect()
        await drawn(connection, b"requests-session")
        for writer in half:
            writer.close()
