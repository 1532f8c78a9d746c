"""How the embedded target obeys a scenario: page, service time, capacity, TLS and HTTP/2."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import os
import random
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from support.target_client import Address, address_of

from tui_httpbench.plan.scenario import Capacity, Scenario, ServiceTime
from tui_httpbench.target_server import tls
from tui_httpbench.target_server.answers import LARGEST_IN_MEMORY, accepts_gzip, text_of
from tui_httpbench.target_server.launcher import EmbeddedTarget

Response = tuple[http.client.HTTPResponse, bytes]

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions and process ids")


def get(address: Address, path: str = "/", method: str = "GET", **headers: str) -> Response:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(*address, timeout=20)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def seconds_of(address: Address, path: str = "/") -> float:
    start = time.monotonic()
    get(address, path)
    return time.monotonic() - start


def times_of_departure(address: Address, number: int) -> list[float]:
    """When the answers to this many requests, sent at once, arrived; in order."""

    def ask(_: int) -> float:
        get(address)
        return time.monotonic()

    with ThreadPoolExecutor(number) as pool:
        return sorted(pool.map(ask, range(number)))


def left_in(folder: Path) -> list[Path]:
    return list(folder.glob("httpbench-tui-target-*"))


def context_for(target: EmbeddedTarget, *protocols: str) -> ssl.SSLContext:
    assert target.ca_pem is not None
    context = ssl.create_default_context(cadata=target.ca_pem.decode("ascii"))
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context


def shake_hands(address: Address, context: ssl.SSLContext, name: str = "127.0.0.1") -> ssl.SSLSocket:
    return context.wrap_socket(socket.create_connection(address, timeout=20), server_hostname=name)


@pytest.mark.parametrize("size", [0, 50_000, LARGEST_IN_MEMORY + 1])
async def test_the_page_has_the_scenarios_size_and_type(size: int) -> None:
    async with EmbeddedTarget(scenario=Scenario(body_bytes=size, content_type="text/html")) as target:
        for path in ("/", "/delay/1", "/redirect/0"):
            response, body = await asyncio.to_thread(get, address_of(target), path, Accept_Encoding="gzip")
            assert body == text_of(size)
            assert response.getheader("content-type") == "text/html"
            assert response.getheader("content-length") == str(size)
            assert response.getheader("content-encoding") is None
        response, body = await asyncio.to_thread(get, address_of(target), "/", "HEAD")
        assert (response.getheader("content-length", "0"), body) == (str(size), b"")
        assert (await asyncio.to_thread(get, address_of(target), "/bytes/3000000"))[1] == bytes(3_000_000)


@pytest.mark.parametrize("size", [50_000, 8_000_000])
async def test_the_page_is_gzipped_for_those_who_accept_it(size: int) -> None:
    async with EmbeddedTarget(scenario=Scenario(body_bytes=size, gzip=True)) as target:
        for path in ("/", "/delay/1"):
            response, body = await asyncio.to_thread(get, address_of(target), path, Accept_Encoding="br, gzip;q=0.5")
            assert response.getheader("content-encoding") == "gzip"
            assert response.getheader("vary") == "accept-encoding"
            assert len(body) < size / 2
            assert gzip.decompress(body) == text_of(size)
            response, body = await asyncio.to_thread(get, address_of(target), path, Accept_Encoding="gzip;q=0, br")
            assert response.getheader("content-encoding") is None
            assert response.getheader("vary") == "accept-encoding"
            assert body == text_of(size)


def chunks_of(address: Address, path: str) -> tuple[str, list[int]]:
    """The head of an answer as it came over the wire, and the size of each of its chunks."""
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        file = connection.makefile("rb")
        head = "".join(line.decode() for line in iter(file.readline, b"\r\n"))
        sizes = []
        while size := int(file.readline(), 16):
            sizes.append(size)
            assert len(file.read(size + 2)) == size + 2
        return head.lower(), sizes


@pytest.mark.parametrize(
    ("scenario", "path", "sizes"),
    [
        (Scenario(body_bytes=10_000, chunk_bytes=4_000), "/", [4_000, 4_000, 2_000]),
        (Scenario(body_bytes=2_500_000, chunk_bytes=1_000_000), "/delay/1", [1_000_000, 1_000_000, 500_000]),
        (Scenario(), "/chunked/20000", [16_384, 3_616]),
    ],
)
async def test_a_chunked_page_has_no_length_and_chunks_of_the_size(
    scenario: Scenario, path: str, sizes: list[int]
) -> None:
    async with EmbeddedTarget(scenario=scenario) as target:
        head, found = await asyncio.to_thread(chunks_of, address_of(target), path)
        assert "transfer-encoding: chunked" in head
        assert "content-length" not in head
        assert found == sizes
        response, body = await asyncio.to_thread(get, address_of(target), path, "HEAD")
        assert (response.status, body) == (200, b"")


async def test_a_page_is_chunked_and_gzipped_as_well() -> None:
    async with EmbeddedTarget(scenario=Scenario(body_bytes=50_000, chunk_bytes=1_000, gzip=True)) as target:
        response, body = await asyncio.to_thread(get, address_of(target), "/", Accept_Encoding="gzip")
        assert response.getheader("content-length") is None
        assert gzip.decompress(body) == text_of(50_000)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", False),
        ("identity", False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("deflate, gzip", True),
        ("deflate ,gzip ; q=0.001", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("gzip;q=much", False),
        ("*", True),
        ("*;q=0", False),
        ("gzippy", False),
    ],
)
def test_gzip_is_negotiated(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


async def test_every_path_takes_the_service_time_and_delay_adds_to_it() -> None:
    async with EmbeddedTarget(scenario=Scenario(service_time=ServiceTime("fixed", 100))) as target:
        for path, lowest_s in (("/", 0.1), ("/bytes/3", 0.1), ("/status/404", 0.1), ("/delay/100", 0.2)):
            assert await asyncio.to_thread(seconds_of, address_of(target), path) >= lowest_s


async def test_service_times_are_drawn_from_the_seed_and_again_in_each_round() -> None:
    # The times are far apart: whether one was drawn is seen from a lower bound.
    scenario = Scenario(service_time=ServiceTime("uniform", 0, 300), seed=4)
    source = random.Random(scenario.seed)
    drawn = [scenario.service_time.draw_s(source) for _ in range(6)]
    async with EmbeddedTarget(scenario=scenario) as target:
        for _ in range(2):
            for service_s in drawn:
                assert await asyncio.to_thread(seconds_of, address_of(target)) >= service_s - 0.001
            await target.begin_round()


async def test_responses_leave_no_faster_than_the_capacity() -> None:
    async with EmbeddedTarget(scenario=Scenario(capacity=Capacity(per_second=50))) as target:
        arrived = await asyncio.to_thread(times_of_departure, address_of(target), 12)
    assert arrived[-1] - arrived[0] >= 11 / 50 - 0.015
    assert sum(later - earlier < 0.005 for earlier, later in pairwise(arrived)) <= 3, "one at a time, not in bursts"


async def test_no_more_are_served_at_once_than_the_capacity() -> None:
    scenario = Scenario(service_time=ServiceTime("fixed", 100), capacity=Capacity(at_once=2))
    async with EmbeddedTarget(scenario=scenario) as target:
        start = time.monotonic()
        arrived = await asyncio.to_thread(times_of_departure, address_of(target), 6)
    for number, moment in enumerate(arrived):
        assert moment - start >= 0.1 * (number // 2 + 1)


async def test_in_a_new_round_nobody_waits_behind_requests_of_before() -> None:
    scenario = Scenario(service_time=ServiceTime("fixed", 1), capacity=Capacity(per_second=0.1, at_once=1))
    async with EmbeddedTarget(scenario=scenario) as target:
        address = address_of(target)
        waiting = [socket.create_connection(address) for _ in range(3)]
        for connection in waiting:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        async with asyncio.timeout(10):
            while (await target.counts()).requests < 3:
                await asyncio.sleep(0.01)
        await target.begin_round()
        # Behind them it would take 30 seconds, which is longer than the client waits.
        assert (await asyncio.to_thread(get, address))[0].status == 200
        for connection in waiting:
            connection.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_tls_is_verified_by_its_authority_alone(version: ssl.TLSVersion) -> None:
    async with (
        EmbeddedTarget(scenario=Scenario(tls=True)) as target,
        EmbeddedTarget(scenario=Scenario(tls=True)) as other,
    ):
        assert target.url.startswith("https://127.0.0.1:")
        address = address_of(target)
        context = context_for(target)
        context.minimum_version = context.maximum_version = version
        for name in ("127.0.0.1", "localhost"):
            with await asyncio.to_thread(shake_hands, address, context, name) as connection:
                assert connection.version() == {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]
        assert target.ca_pem != other.ca_pem
        for wrong in (context_for(other), ssl.create_default_context()):
            with pytest.raises(ssl.SSLCertVerificationError):
                await asyncio.to_thread(shake_hands, address, wrong)
        with pytest.raises(ssl.SSLCertVerificationError, match=r"(?i)hostname mismatch"):
            await asyncio.to_thread(shake_hands, address, context, "example.com")
    assert target.ca_pem is None


async def test_without_tls_there_is_no_certificate() -> None:
    async with EmbeddedTarget() as target:
        assert target.ca_pem is None


@pytest.mark.parametrize(("http2", "chosen"), [(False, "http/1.1"), (True, "h2")])
async def test_http2_is_offered_only_where_the_scenario_says_so(http2: bool, chosen: str) -> None:
    async with EmbeddedTarget(scenario=Scenario(tls=True, http2=http2)) as target:
        for offered, expected in ((("h2", "http/1.1"), chosen), (("http/1.1",), "http/1.1")):
            with await asyncio.to_thread(shake_hands, address_of(target), context_for(target, *offered)) as connection:
                assert connection.selected_alpn_protocol() == expected


@pytest.mark.parametrize(("http2", "version"), [(False, "HTTP/1.1"), (True, "HTTP/2")])
async def test_connections_and_bodies_over_both_versions(http2: bool, version: str) -> None:
    pytest.importorskip("h2")
    import httpx

    async def chunks() -> AsyncIterator[bytes]:
        yield b"some "
        yield b"body"

    async with EmbeddedTarget(scenario=Scenario(tls=True, http2=http2, rtt_ms=1)) as target:
        for number in (1, 2):
            async with httpx.AsyncClient(http2=True, verify=context_for(target)) as client:
                for content in (None, b"some body", chunks()):
                    response = await client.post(target.url + "/echo", content=content)
                    assert response.http_version == version
                    assert response.json()["body_length"] == (0 if content is None else 9)
                for _ in range(7):
                    assert len((await client.get(target.url)).content) == 1_000
            counts = await target.counts()
            assert (counts.requests, counts.connections) == (10 * number, number)


@posix_only
async def test_the_private_key_is_on_no_disk_once_it_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with EmbeddedTarget(scenario=Scenario(tls=True)) as target:
        assert left_in(tmp_path) == []
        with await asyncio.to_thread(shake_hands, address_of(target), context_for(target)):
            pass


@posix_only
def test_the_private_key_is_for_its_owner_alone() -> None:
    identity = tls.Identity()
    try:
        assert stat.S_IMODE(identity.key_path.stat().st_mode) == 0o600
        assert stat.S_IMODE(identity.key_path.parent.stat().st_mode) == 0o700
        assert b"PRIVATE KEY" in identity.key_path.read_bytes()
        assert b"PRIVATE KEY" not in identity.ca_pem
    finally:
        identity.remove()
    assert not identity.key_path.parent.exists()
    identity.remove()


@posix_only
def test_a_failed_start_leaves_no_private_key(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from tui_httpbench.plan.scenario import Scenario\n"
        "from tui_httpbench.target_server import server\n"
        "class Broken(server.Server):\n"
        "    async def serve(self): raise RuntimeError('no server today')\n"
        "server.Server = Broken\n"
        "try: server.run(0, Scenario(tls=True), print)\n"
        "except server.ServeError as error: sys.exit(str(error))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.wait(timeout=20) == 1
        assert process.stderr is not None
        assert "didn't start: no server today" in process.stderr.read()
    assert left_in(tmp_path) == []


@posix_only
def test_the_command_names_the_certificate_for_as_long_as_it_serves(tmp_path: Path) -> None:
    command = (
        "import sys\n"
        "from tui_httpbench.plan.scenario import Scenario\n"
        "from tui_httpbench.commands.target import serve\n"
        "sys.exit(serve(None, Scenario(tls=True, rtt_ms=2)))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        told = process.stderr.readline()
        path = Path(told.split("--cacert ")[1].split()[0])
        assert told.endswith(f"curl --cacert {path} {url}\n")
        port = int(url.rpartition(":")[2])
        with shake_hands(("127.0.0.1", port), ssl.create_default_context(cafile=path)) as connection:
            assert connection.version() == "TLSv1.3"
        process.terminate()
        assert process.communicate(timeout=10) == ("", "")
        assert process.returncode == 0
    assert left_in(tmp_path) == []
