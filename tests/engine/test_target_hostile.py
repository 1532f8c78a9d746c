"""Clients that are slow, rude or many keep the embedded target from nobody, and its memory within bounds."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.target_client import Address, address_of, ask_once

from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.target_server.answers import MAX_GZIP_BYTES, PATHS
from tui_httpbench.target_server.lane import LANE_LIMIT_BYTES, TOTAL_LIMIT_BYTES
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetError
from tui_httpbench.target_server.traffic import MAX_HEADS_SIZE

DIRECT, DISTANT, ENCRYPTED = Scenario("direct"), Scenario("distant", rtt_ms=4), Scenario("encrypted", tls=True)
HEAD = b"GET %b HTTP/1.1\r\nHost: x\r\n"
UPLOAD = b"POST /echo HTTP/1.1\r\nHost: x\r\n"
MEGABYTE = 1_000_000

# What each of how many clients sends, none of which reads an answer, and by how many bytes the target may grow.
ATTACKS: dict[str, tuple[int, bytes, int]] = {
    "connect and say nothing": (300, b"", 30 * MEGABYTE),
    "half a head": (300, HEAD % b"/" + b"X: ", 30 * MEGABYTE),
    "garbage": (200, b"\x16\x03\x01\xff" * 500, 30 * MEGABYTE),
    "a head without end": (50, HEAD % b"/" + b"X: " + b"a" * MEGABYTE, 60 * MEGABYTE),
    "headers without end": (50, HEAD % b"/" + b"A: b\r\n" * 50_000, 60 * MEGABYTE),
    "a body that is never whole": (100, UPLOAD + b"Content-Length: 1000000\r\n\r\n" + b"a" * 999_999, 150 * MEGABYTE),
    "a body without end": (50, UPLOAD + b"Content-Length: 999999999999\r\n\r\n" + b"a" * MEGABYTE, 80 * MEGABYTE),
    "chunks without end": (
        50,
        UPLOAD + b"Transfer-Encoding: chunked\r\n\r\nffffff\r\n" + b"a" * MEGABYTE,
        80 * MEGABYTE,
    ),
    "a wrong chunk": (50, UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", 30 * MEGABYTE),
    "a large answer, unread": (50, HEAD % b"/bytes/67108864" + b"\r\n", 120 * MEGABYTE),
    "many answers, unread": (30, (HEAD % b"/bytes/1048576" + b"\r\n") * 50, 150 * MEGABYTE),
    "a gzipped answer, unread": (50, HEAD % b"/gzip/%d" % MAX_GZIP_BYTES + b"\r\n", 120 * MEGABYTE),
    "a long wait": (300, HEAD % b"/delay/60000" + b"\r\n", 40 * MEGABYTE),
    "a long path": (50, HEAD % (b"/" + b"a" * 60_000) + b"\r\n", 60 * MEGABYTE),
    "many headers to echo": (
        50,
        HEAD % b"/echo" + b"".join(b"H%d: %b\r\n" % (i, b"x" * 3_000) for i in range(90)) + b"\r\n",
        120 * MEGABYTE,
    ),
}
FEW = ("half a head", "a body that is never whole", "a gzipped answer, unread")

linux_only = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")


def memory_bytes(target: EmbeddedTarget) -> int:
    """The resident memory of all its processes."""
    found = (Path(f"/proc/{pid}/statm").read_text().split()[1] for pid in target.pids)
    return sum(map(int, found)) * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def attackers(address: Address, number: int, data: bytes) -> AsyncIterator[None]:
    """So many clients that send this as far as they are let, and read nothing, for as long as the block lasts."""
    loop = asyncio.get_running_loop()
    sockets: list[socket.socket] = []

    async def attack() -> None:
        connection = socket.socket()
        sockets.append(connection)
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        with suppress(OSError, TimeoutError):
            await loop.sock_connect(connection, address)
            async with asyncio.timeout(2):
                await loop.sock_sendall(connection, data)

    try:
        for start in range(0, number, 50):
            await asyncio.gather(*(attack() for _ in range(min(50, number - start))))
        yield
    finally:
        for connection in sockets:
            connection.close()


async def ask_while_attacked(target: EmbeddedTarget, name: str) -> None:
    number, data, allowed = ATTACKS[name]
    if len(target.pids) > 1:  # the relay holds what is under way
        allowed += min(2 * number * LANE_LIMIT_BYTES, TOTAL_LIMIT_BYTES)
    address = address_of(target)
    before = memory_bytes(target)
    async with attackers(address, number, data):
        for _ in range(5):
            await asyncio.to_thread(ask_once, address)
        assert memory_bytes(target) - before < allowed, name
    await asyncio.to_thread(ask_once, address)
    assert target.is_running
    assert target.complaints == ()


@linux_only
async def test_a_few_attacks_one_after_the_other() -> None:
    async with EmbeddedTarget(scenario=DISTANT) as target:
        for name in FEW:
            await ask_while_attacked(target, name)


@linux_only
@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("scenario", [DIRECT, DISTANT], ids=lambda scenario: scenario.name)
async def test_every_attack(scenario: Scenario, name: str) -> None:
    async with EmbeddedTarget(scenario=scenario) as target:
        await ask_while_attacked(target, name)


@pytest.mark.slow
@pytest.mark.parametrize("data", [b"", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/1.1\r\n\r\n"])
async def test_handshakes_that_never_end(data: bytes) -> None:
    async with EmbeddedTarget(scenario=ENCRYPTED) as target, attackers(address_of(target), 300, data):
        assert target.ca_pem is not None
        context = ssl.create_default_context(cadata=target.ca_pem.decode())
        reader, writer = await asyncio.open_connection(*address_of(target), ssl=context)
        writer.write(HEAD % b"/bytes/3" + b"Connection: close\r\n\r\n")
        assert (await asyncio.wait_for(reader.read(), 20)).endswith(b"\0\0\0")
        writer.close()


async def test_large_gzipped_answers_hold_up_nobody() -> None:
    """Each is packed anew, since each has another size; that took a second once, in the thread that serves all."""
    async with EmbeddedTarget() as target:
        address, before = address_of(target), (await target.counts()).cpu_s
        for size in range(MAX_GZIP_BYTES - 20, MAX_GZIP_BYTES):
            async with attackers(address, 1, HEAD % b"/gzip/%d" % size + b"\r\n"):
                await asyncio.to_thread(ask_once, address)
        assert (await target.counts()).cpu_s - before < 5


async def test_heads_that_are_too_large_to_keep_are_owned_up_to() -> None:
    async with EmbeddedTarget() as target:
        await target.watch()
        fields = b"".join(b"H%d: %b\r\n" % (number, b"x" * 3_000) for number in range(90))
        for _ in range(MAX_HEADS_SIZE // len(fields) + 2):
            reader, writer = await asyncio.open_connection(*address_of(target))
            writer.write(HEAD % b"/bytes/3" + fields + b"Connection: close\r\n\r\n")
            assert (await reader.read()).endswith(b"\0\0\0")
            writer.close()
        with pytest.raises(TargetError, match="characters in all"):
            await target.heads()
        await asyncio.to_thread(ask_once, address_of(target))
        assert len(await target.heads()) == 1


def test_every_path_has_a_limit() -> None:
    for path, meaning in PATHS.items():
        assert ("N" not in path and "MS" not in path) or "up to" in meaning, path


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads processor time from /proc, and needs ulimit")
@pytest.mark.parametrize("options", [[], ["--rtt", "4"]], ids=["direct", "distant"])
def test_out_of_files_it_waits_and_goes_on(options: list[str]) -> None:
    """Without a word for each client that it can't take, and without using up a processor."""
    command = f'ulimit -n 200; exec "{sys.executable}" -m tui_httpbench target "$@"'
    with subprocess.Popen(
        ["bash", "-c", command, "target", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        parts = urlsplit(process.stdout.readline().strip())
        address = (str(parts.hostname), int(parts.port or 0))
        ask_once(address)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        opened = [socket.create_connection(address, timeout=10) for _ in range(400)]
        before = cpu_s(children)
        time.sleep(2)
        assert cpu_s(children) - before < 1
        for connection in opened:
            connection.close()
        wait_for(lambda: ask_once(address))
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors.count("\n") < 10


def cpu_s(pids: list[str]) -> float:
    """Processor time of processes so far."""
    fields = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids)
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def wait_for(attempt: Callable[[], None]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            return attempt()
        except (OSError, AssertionError):
            assert time.monotonic() < deadline


@pytest.mark.skipif(sys.platform != "linux", reason="only there all of 127.0.0.0/8 is this machine")
async def test_server_and_relay_can_be_reached_by_loopback_alone() -> None:
    async with EmbeddedTarget(scenario=DISTANT) as target:
        hexadecimal = {f"{port:04X}" for port in listening_ports(target)}
        lines = [
            line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()
        ]
        addresses = {line[1].partition(":")[0] for line in lines if line[1].partition(":")[2] in hexadecimal}
        assert addresses == {"0100007F"}
        with closing(socket.socket()) as probe:
            assert probe.connect_ex(("127.0.0.2", address_of(target)[1])) != 0


def listening_ports(target: EmbeddedTarget) -> set[int]:
    """The ports at which its processes listen."""
    inodes = {
        str(descriptor.readlink())[len("socket:[") : -1]
        for pid in target.pids
        for descriptor in Path(f"/proc/{pid}/fd").iterdir()
    }
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = "0A"
    return {int(line[1].partition(":")[2], 16) for line in lines if line[3] == listening and line[9] in inodes}
