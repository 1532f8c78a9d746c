"""What the embedded target counts and tells: requests, connections, processor time and heads."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
import struct
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pytest_asyncio
from support.target_client import Address, address_of, ask, ask_many_times, ask_once

from tui_httpbench.target_server.launcher import EmbeddedTarget, RequestHead, TargetCounts, TargetError
from tui_httpbench.target_server.traffic import MAX_HEADS, SWEEP_INTERVAL, connected_peers

GET_AND_CLOSE = b"GET /bytes/3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
RESET = struct.pack("ii", 1, 0)

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, or a whole network on loopback")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running() -> AsyncIterator[EmbeddedTarget]:
    async with EmbeddedTarget() as target:
        yield target


def ask_once_from(source: Address, address: Address, *, closed_by_server: bool) -> None:
    """As ``ask_once``, from this address and port; closed so that the port is free for the same way at once."""
    with socket.socket() as connection:
        connection.settimeout(20)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        connection.bind(source)
        connection.connect(address)
        if closed_by_server:
            ask(connection, GET_AND_CLOSE)
            assert connection.recv(1) == b""
        else:
            ask(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


async def difference(target: EmbeddedTarget, before: TargetCounts) -> tuple[int, int]:
    """Requests and connections since then."""
    now = await target.counts()
    return now.requests - before.requests, now.connections - before.connections


async def test_a_new_target_has_counted_nothing_of_its_own() -> None:
    async with EmbeddedTarget() as target:
        counts = await target.counts()
        assert (counts.requests, counts.connections) == (0, 0)
        assert counts.cpu_s > 0


@pytest.mark.asyncio(loop_scope="module")
async def test_three_thousand_new_connections_are_counted_exactly(running: EmbeddedTarget) -> None:
    before = await running.counts()
    await asyncio.to_thread(ask_many_times, address_of(running), 3_000)
    assert await difference(running, before) == (3_000, 3_000)


@pytest.mark.asyncio(loop_scope="module")
async def test_kept_connections_are_counted_once(running: EmbeddedTarget) -> None:
    all_are_open = threading.Barrier(20, timeout=20)

    def ask_on_one_connection() -> None:
        with socket.create_connection(address_of(running), timeout=20) as connection:
            ask(connection)
            all_are_open.wait()
            for _ in range(99):
                ask(connection)

    before = await running.counts()
    with ThreadPoolExecutor(20) as pool:
        await asyncio.gather(
            *(asyncio.get_running_loop().run_in_executor(pool, ask_on_one_connection) for _ in range(20))
        )
    assert await difference(running, before) == (2_000, 20)


@pytest.mark.asyncio(loop_scope="module")
async def test_kept_connections_are_not_forgotten_while_many_others_come_and_go(running: EmbeddedTarget) -> None:
    before = await running.counts()
    with contextlib.ExitStack() as stack:
        kept = [
            stack.enter_context(socket.create_connection(address_of(running), timeout=20))
            for _ in range(SWEEP_INTERVAL + 50)
        ]
        for number in range(3):
            for connection in kept:
                await asyncio.to_thread(ask, connection)
            assert await difference(running, before) == (
                (number + 1) * len(kept) + number * 2 * SWEEP_INTERVAL,
                len(kept) + number * 2 * SWEEP_INTERVAL,
            )
            await asyncio.to_thread(ask_many_times, address_of(running), 2 * SWEEP_INTERVAL)


@linux_only
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("closed_by_server", [True, False])
async def test_a_source_port_that_comes_round_is_a_new_connection(
    running: EmbeddedTarget, closed_by_server: bool
) -> None:
    # An address that nobody else uses has all its ports free.
    host = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}"
    ports = range(20_000, 20_000 + SWEEP_INTERVAL + 50)

    def go_round(times: int) -> None:
        for _ in range(times):
            for port in ports:
                ask_once_from((host, port), address_of(running), closed_by_server=closed_by_server)

    before = await running.counts()
    await asyncio.to_thread(go_round, 3)
    assert await difference(running, before) == (3 * len(ports),) * 2


@linux_only
@pytest.mark.asyncio(loop_scope="module")
async def test_a_port_that_a_client_kept_for_a_round_may_come_round_in_the_next(running: EmbeddedTarget) -> None:
    host = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}.{random.randint(1, 254)}"
    before = await running.counts()
    for _ in range(2):
        await asyncio.to_thread(ask_once_from, (host, 20_000), address_of(running), closed_by_server=True)
        await running.begin_round()
    assert await difference(running, before) == (2, 2)


@pytest.mark.asyncio(loop_scope="module")
async def test_only_what_sent_a_request_is_counted(running: EmbeddedTarget) -> None:
    before = await running.counts()
    with (
        socket.create_connection(address_of(running), timeout=20),
        socket.create_connection(address_of(running), timeout=20) as broken,
        socket.create_connection(address_of(running), timeout=20) as whole,
    ):
        broken.sendall(b"no HTTP at all\r\n\r\n")
        assert broken.recv(100).startswith(b"HTTP/1.1 400 ")
        whole.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n")
        async with asyncio.timeout(20):
            while await difference(running, before) == (0, 0):
                await asyncio.sleep(0.01)
        assert await difference(running, before) == (1, 1), "counted when its head has arrived"
        whole.sendall(b"body")
        assert whole.recv(100).startswith(b"HTTP/1.1 200 ")
    assert await difference(running, before) == (1, 1)


def test_the_open_connections_of_a_process_are_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        pairs = [(socket.create_connection(server.getsockname()), server.accept()[0]) for _ in range(5)]
        accepted = {"{}:{}".format(*far_end.getpeername()) for _, far_end in pairs}
        assert accepted <= (connected_peers() or set())
        for near_end, far_end in pairs:
            near_end.sendall(b"still open")
            assert far_end.recv(10) == b"still open"
            near_end.close()
            far_end.close()
        assert not accepted & (connected_peers() or set())


@linux_only
@pytest.mark.asyncio(loop_scope="module")
async def test_processor_time_is_that_of_all_threads(running: EmbeddedTarget) -> None:
    def told_by_the_system() -> float:
        fields = Path(f"/proc/{running.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before, system_before = await running.counts(), told_by_the_system()
    await asyncio.to_thread(ask_many_times, address_of(running), 500)
    after, system_after = await running.counts(), told_by_the_system()
    assert after.cpu_s - before.cpu_s > 0
    assert after.cpu_s - before.cpu_s == pytest.approx(system_after - system_before, abs=0.05)
    assert after.cpu_s == pytest.approx(system_after, abs=0.05)


@pytest.mark.asyncio(loop_scope="module")
async def test_heads_arrive_as_they_were_sent(running: EmbeddedTarget) -> None:
    await asyncio.to_thread(ask_once, address_of(running))
    await running.watch()
    assert await running.heads() == ()
    with socket.create_connection(address_of(running), timeout=20) as connection:
        peer = "{}:{}".format(*connection.getsockname())
        connection.sendall(
            b'PATCH /status/404?q=%20a&b HTTP/1.1\r\nHost: somewhere:1\r\nX-Two:  2,  and "two" \r\nAccept: */*\r\n'
            b"x-two: twice\r\nCookie: a=b; c=d\r\nX-Empty:\r\nContent-Length: 3\r\n\r\nabc"
            b"GET /nothing%20here HTTP/1.0\r\n\r\n"
        )
        while connection.recv(65_536):
            continue
    expected = (
        RequestHead(
            method="PATCH",
            path="/status/404",
            query="q=%20a&b",
            http_version="1.1",
            # The server writes names in lower case and puts values of one name together.
            headers=(
                ("host", "somewhere:1"),
                ("x-two", '2,  and "two"'),
                ("x-two", "twice"),
                ("accept", "*/*"),
                ("cookie", "a=b; c=d"),
                ("x-empty", ""),
                ("content-length", "3"),
            ),
            peer=peer,
        ),
        RequestHead("GET", "/nothing here", "", "1", (), peer),
    )
    assert await running.heads() == expected
    assert await running.heads() == (), "taken once"


@pytest.mark.asyncio(loop_scope="module")
async def test_heads_are_kept_only_while_watched(running: EmbeddedTarget) -> None:
    await running.watch()
    await asyncio.to_thread(ask_many_times, address_of(running), 3)
    await running.unwatch()
    await asyncio.to_thread(ask_many_times, address_of(running), 2)
    assert len(await running.heads()) == 3
    await running.watch()
    await asyncio.to_thread(ask_once, address_of(running))
    await running.watch()
    assert await running.heads() == (), "forgotten at a new start"
    await running.unwatch()


@pytest.mark.asyncio(loop_scope="module")
async def test_more_heads_than_can_be_kept_are_owned_up_to(running: EmbeddedTarget) -> None:
    def ask_on_one_connection(number: int) -> None:
        with socket.create_connection(address_of(running), timeout=20) as connection:
            for _ in range(number):
                ask(connection)

    await running.watch()
    await asyncio.to_thread(ask_on_one_connection, MAX_HEADS)
    assert len(await running.heads()) == MAX_HEADS
    await asyncio.to_thread(ask_on_one_connection, MAX_HEADS + 7)
    with pytest.raises(TargetError, match=r"^1,007 requests arrived .* it keeps 1,000, of "):
        await running.heads()
    await asyncio.to_thread(ask_on_one_connection, 2)
    assert len(await running.heads()) == 2
    await running.unwatch()


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_a_large_head_is_told_whole(running: EmbeddedTarget) -> None:
    await running.watch()
    with socket.create_connection(address_of(running), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + b"y" * 200_000 + b"\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
    (head,) = await running.heads()
    assert dict(head.headers)["x-large"] == "y" * 200_000
    await running.unwatch()
