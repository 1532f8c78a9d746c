"""The relay between client and server: distance, order, ends of streams, and many connections."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from support.killed_parent import words_of_killed
from support.target_client import Address, address_of, ask, ask_many_times, ask_once

from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.target_server import precise_loop
from tui_httpbench.target_server.host import PortError, bind_socket
from tui_httpbench.target_server.lane import LANE_LIMIT_BYTES
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetError
from tui_httpbench.target_server.relay import Distance, _Side, listen
from tui_httpbench.target_server.settings import RelaySettings
from tui_httpbench.target_server.turns import Turns

RESET = struct.pack("ii", 1, 0)

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


class Relay:
    """The relay's process in front of a plain listening socket."""

    def __init__(self, process: subprocess.Popen[bytes], server: socket.socket, port: int) -> None:
        self.process = process
        self.server = server
        self.address: Address = ("127.0.0.1", port)

    def ask(self, command: str) -> object:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"id": 1, "command": command}).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["answer"]

    def connect(self) -> tuple[socket.socket, socket.socket]:
        """The client's end and the server's end of one connection."""
        client = socket.create_connection(self.address, timeout=20)
        accepted, _ = self.server.accept()
        accepted.settimeout(20)
        return client, accepted


@contextlib.contextmanager
def relay(rtt_ms: float, jitter_ms: float = 0.0, seed: int = 0) -> Iterator[Relay]:
    """A relay that must have nothing to complain of when it ends."""
    with socket.create_server(("127.0.0.1", 0), backlog=1_000) as server:
        server.settimeout(20)
        settings = RelaySettings(server.getsockname()[1], rtt_ms, jitter_ms, seed)
        process = subprocess.Popen(
            [sys.executable, "-m", "tui_httpbench.target_server.relay", settings.to_argument()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            yield Relay(process, server, json.loads(process.stdout.readline())["port"])
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(timeout=5) == 0
            assert process.stderr is not None
            assert process.stderr.read() == b""
        finally:
            process.kill()
            process.wait()


def receive(connection: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        chunk = connection.recv(65_536)
        assert chunk, f"ended after {len(received)} bytes"
        received += chunk
    return bytes(received)


def receive_all(connection: socket.socket) -> bytes:
    received = bytearray()
    while chunk := connection.recv(1_048_576):
        received += chunk
    return bytes(received)


def send_for_ever(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x" * 10_000)
        time.sleep(0.005)


def test_connecting_takes_a_round_trip_and_each_way_half_of_one() -> None:
    with relay(200) as distance:
        client, server = distance.connect()
        with client, server:
            for expected_s in (0.3, 0.1):
                start = time.monotonic()
                client.sendall(b"there")
                assert receive(server, 5) == b"there"
                assert time.monotonic() - start >= expected_s - 0.001
                start = time.monotonic()
                server.sendall(b"back")
                assert receive(client, 4) == b"back"
                assert time.monotonic() - start >= 0.1 - 0.001


@pytest.mark.parametrize("jitter_ms", [0, 20])
def test_bytes_stay_in_order_both_ways_at_once(jitter_ms: float) -> None:
    there, back = random.Random(1).randbytes(300_000), random.Random(2).randbytes(300_000)

    def send(connection: socket.socket, data: bytes) -> None:
        for start in range(0, len(data), 3_000):
            connection.sendall(data[start : start + 3_000])
            time.sleep(0.001)

    with relay(20, jitter_ms) as distance:
        client, server = distance.connect()
        with client, server:
            senders = [
                threading.Thread(target=send, args=(client, there)),
                threading.Thread(target=send, args=(server, back)),
            ]
            for sender in senders:
                sender.start()
            assert receive(server, len(there)) == there
            assert receive(client, len(back)) == back
            for sender in senders:
                sender.join()


@pytest.mark.parametrize("to_server", [True, False])
def test_fifty_megabytes_pass_whole(to_server: bool) -> None:
    data = random.Random(3).randbytes(50_000_000)
    with relay(4) as distance:
        client, server = distance.connect()
        with client, server:
            source, destination = (client, server) if to_server else (server, client)
            source.settimeout(60)

            def send() -> None:
                source.sendall(data)
                source.shutdown(socket.SHUT_WR)

            sender = threading.Thread(target=send)
            sender.start()
            received = receive_all(destination)
            sender.join()
    assert hashlib.sha256(received).digest() == hashlib.sha256(data).digest()


@linux_only
def test_what_nobody_reads_is_held_back_at_its_source() -> None:
    def memory_bytes(name: str) -> int:
        lines = Path(f"/proc/{distance.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))

    with relay(1) as distance:
        client, server = distance.connect()
        with client, server:
            before = memory_bytes("VmRSS:")
            client.setblocking(False)
            sent, deadline = 0, time.monotonic() + 20
            last_progress = time.monotonic()
            chunk = b"x" * 65_536
            while time.monotonic() - last_progress < 0.5 and time.monotonic() < deadline:
                try:
                    sent += client.send(chunk)
                    last_progress = time.monotonic()
                except BlockingIOError:
                    time.sleep(0.005)
                assert sent < 50_000_000, "nothing holds the client back"
            assert memory_bytes("VmHWM:") - before < 4 * LANE_LIMIT_BYTES
            client.settimeout(20)
            threading.Thread(target=client.shutdown, args=(socket.SHUT_WR,)).start()
            assert len(receive_all(server)) == sent, "all of it arrives once it is read"


def test_a_half_close_arrives_after_the_bytes_and_leaves_the_other_way_open() -> None:
    with relay(60) as distance:
        client, server = distance.connect()
        with client, server:
            start = time.monotonic()
            client.sendall(b"all that I have to say")
            client.shutdown(socket.SHUT_WR)
            assert receive_all(server) == b"all that I have to say"
            assert time.monotonic() - start >= 0.09 - 0.001
            for _ in range(3):
                server.sendall(b"an answer")
                assert receive(client, 9) == b"an answer"
            start = time.monotonic()
            server.close()
            assert receive_all(client) == b""
            assert time.monotonic() - start >= 0.03 - 0.001


@pytest.mark.parametrize("by_client", [True, False])
def test_a_reset_arrives_as_a_reset(by_client: bool) -> None:
    with relay(20) as distance:
        client, server = distance.connect()
        with client, server:
            client.sendall(b"hello")
            assert receive(server, 5) == b"hello"
            ends, sees = (client, server) if by_client else (server, client)
            ends.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            ends.close()
            with pytest.raises(ConnectionResetError):
                sees.recv(1)


def test_a_client_that_is_gone_is_told_to_a_server_that_still_writes() -> None:
    with relay(5) as distance:
        client, server = distance.connect()
        with server:
            client.sendall(b"hello")
            assert receive(server, 5) == b"hello"
            client.close()
            assert server.recv(1) == b""
            with pytest.raises((ConnectionResetError, BrokenPipeError)):
                send_for_ever(server)


@linux_only
def test_no_connection_stays_open_whichever_way_it_ends() -> None:
    def open_sockets() -> int:
        folder = Path(f"/proc/{distance.process.pid}/fd")
        count = 0
        for entry in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                count += str(entry.readlink()).startswith("socket:")
        return count

    with relay(5) as distance:
        before = open_sockets()
        for way in range(24):
            client, server = distance.connect()
            if way % 2:
                client.sendall(b"hello")
            if way % 3 == 1:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            if way % 3 == 2:
                server.sendall(b"x" * 100_000)
            first, second = (client, server) if way % 4 < 2 else (server, client)
            first.close()
            time.sleep(0.01 if way % 8 < 4 else 0)
            second.close()
        deadline = time.monotonic() + 10
        while open_sockets() > before and time.monotonic() < deadline:
            time.sleep(0.02)
        assert open_sockets() == before


def test_a_refused_connection_is_closed() -> None:
    with relay(20) as distance:
        distance.server.close()
        for _ in range(3):
            with socket.create_connection(distance.address, timeout=20) as client:
                start = time.monotonic()
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
                assert time.monotonic() - start >= 0.02 - 0.002


@linux_only
@pytest.mark.parametrize("limit", [0, 1024])
def test_the_precise_loop_wakes_for_timers_and_for_sockets(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(precise_loop, "SELECT_LIMIT", limit)

    async def wait_and_talk() -> None:
        loop = asyncio.get_running_loop()
        for wait_s in (0.0, 0.0003, 0.0015, 0.02):
            start = loop.time()
            await asyncio.sleep(wait_s)
            assert loop.time() - start >= wait_s
        near, far = socket.socketpair()
        with near, far:
            near.setblocking(False)
            loop.call_later(0.01, far.sendall, b"hello")
            async with asyncio.timeout(20):
                assert await loop.sock_recv(near, 5) == b"hello"
        async with asyncio.timeout(20):
            assert await loop.run_in_executor(None, lambda: "from a thread") == "from a thread"

    with asyncio.Runner(loop_factory=precise_loop.new_precise_loop) as runner:
        runner.run(wait_and_talk())


async def test_five_hundred_connections_at_once() -> None:
    async with EmbeddedTarget(scenario=Scenario(rtt_ms=20, jitter_ms=5)) as target:
        host, port = address_of(target)

        async def ask_over_one() -> bytes:
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"GET /bytes/10 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            received = await reader.read()
            writer.close()
            return received

        answers = await asyncio.gather(*(ask_over_one() for _ in range(500)))
        assert all(answer.endswith(b"\r\n\r\n" + bytes(10)) for answer in answers)
        counts = await target.counts()
        assert (counts.requests, counts.connections) == (500, 500)
        assert target.complaints == ()


async def test_its_processor_time_is_counted() -> None:
    async with EmbeddedTarget(scenario=Scenario(rtt_ms=0.1)) as target:
        server, relay_process = target._children
        cpu_s = (await target.counts()).cpu_s
        await asyncio.to_thread(ask_many_times, address_of(target), 200)
        server_s, relay_s = [(await child.ask("counts", 2.0))["cpu_s"] for child in (server, relay_process)]
        after = await target.counts()
        assert after.cpu_s >= server_s + relay_s > cpu_s
        assert relay_s > 0


def test_jitter_is_half_of_its_width_to_either_side() -> None:
    distance = Distance(RelaySettings(server_port=1, rtt_ms=20, jitter_ms=8))
    source = random.Random(5)
    drawn = [distance.trip_s(source) for _ in range(1_000)]
    assert 0.008 <= min(drawn) < 0.0081
    assert 0.0119 < max(drawn) <= 0.012


async def test_no_small_write_waits_for_the_one_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[asyncio.BaseTransport] = []
    connection_made = _Side.connection_made

    def note(side: _Side, transport: asyncio.BaseTransport) -> None:
        made.append(transport)
        connection_made(side, transport)

    monkeypatch.setattr(_Side, "connection_made", note)
    with socket.create_server(("127.0.0.1", 0)) as far_end:
        turns = Turns(lambda _: random.Random(0), time.process_time)
        server = await listen(RelaySettings(far_end.getsockname()[1], rtt_ms=1), turns)
        async with server:
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            async with asyncio.timeout(20):
                while len(made) < 2:
                    await asyncio.sleep(0.001)
            to_client, to_server = (transport.get_extra_info("socket") for transport in made)
            for connection in (to_client, to_server):
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), connection
            writer.close()
            for transport in made:
                assert isinstance(transport, asyncio.Transport)
                transport.abort()


async def test_a_relay_that_is_gone_is_one_sentence() -> None:
    async with EmbeddedTarget(scenario=Scenario(rtt_ms=2, jitter_ms=1)) as target:
        assert len(target.pids) == 2
        await target.begin_round()
        os.kill(target.pids[1], signal.SIGTERM)
        async with asyncio.timeout(5):
            await target.wait()
        for question in (target.begin_round, partial(target.take_turn, "a"), target.turn_counts, target.counts):
            with pytest.raises(TargetError, match=r"^The embedded target's relay (has ended|does not run)\.$"):
                await question()
        assert not target.is_running


@posix_only
async def test_a_port_in_use_is_one_sentence_and_leaves_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        target = EmbeddedTarget(scenario=Scenario(rtt_ms=2), port=port)
        with pytest.raises(TargetError, match=f"^Port {port} can't be used: address already in use; choose another"):
            await target.start()
        assert target.pids == ()
    async with EmbeddedTarget(scenario=Scenario(rtt_ms=2), port=port) as target:
        assert target.url == f"http://127.0.0.1:{port}"
        await asyncio.to_thread(ask_once, address_of(target))


def test_a_bound_port_is_nobody_elses() -> None:
    with bind_socket(0) as first:
        first.listen()
        with pytest.raises(PortError, match="can't be used"):
            bind_socket(first.getsockname()[1])


@linux_only
def test_no_process_is_left_when_the_parent_is_killed() -> None:
    script = (
        "import asyncio, sys\n"
        "from tui_httpbench.plan.scenario import Scenario\n"
        "from tui_httpbench.target_server.launcher import EmbeddedTarget\n"
        "async def main():\n"
        "    target = EmbeddedTarget(scenario=Scenario(rtt_ms=50, tls=True))\n"
        "    await target.start()\n"
        "    print(*target.pids, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    pids = [int(text) for text in words_of_killed(script)]
    assert len(pids) == 2
    deadline = time.monotonic() + 3
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(is_alive, pids))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system binds no process to a CPU")
async def test_both_processes_are_bound_to_the_cpu_asked_for() -> None:
    cpu = max(os.sched_getaffinity(0))
    async with EmbeddedTarget(cpu, Scenario(rtt_ms=1)) as target:
        assert target.pinned
        assert [os.sched_getaffinity(pid) for pid in target.pids] == [{cpu}, {cpu}]


def test_a_kept_connection_carries_many_requests() -> None:
    async def measure() -> None:
        async with EmbeddedTarget(scenario=Scenario(rtt_ms=1)) as target:

            def ask_often() -> None:
                with socket.create_connection(address_of(target), timeout=20) as connection:
                    for _ in range(50):
                        ask(connection)

            await asyncio.to_thread(ask_often)
            counts = await target.counts()
            assert (counts.requests, counts.connections) == (50, 1)

    asyncio.run(measure())


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and waits for its parent's attention does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
