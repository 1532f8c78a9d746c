"""What the embedded target answers, over real sockets."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tui_httpbench.target_server.answers import LARGEST_IN_MEMORY, MAX_BYTES, PAGE_BYTES, PATHS, text_of
from tui_httpbench.target_server.launcher import EmbeddedTarget

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PAGE = text_of(PAGE_BYTES)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target() -> AsyncIterator[EmbeddedTarget]:
    async with EmbeddedTarget() as running:
        yield running


@pytest.fixture
def address(target: EmbeddedTarget) -> tuple[str, int]:
    parts = urlsplit(target.url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


class Browser:
    """One kept connection."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.connection = http.client.HTTPConnection(*address, timeout=20)

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self.connection.request(method, path, body, headers or {})
        response = self.connection.getresponse()
        return response, response.read()


@pytest.fixture
def browser(address: tuple[str, int]) -> Browser:
    return Browser(address)


def test_the_root_is_a_kilobyte_of_text(browser: Browser) -> None:
    response, body = browser.ask("/?anything")
    assert (response.status, body, len(body)) == (200, PAGE, 1_000)
    assert response.getheader("content-type") == "text/plain; charset=utf-8"
    assert response.getheader("content-length") == "1000"
    assert PAGE.decode("ascii").isprintable()


@pytest.mark.parametrize("size", [0, 1, 50_000, LARGEST_IN_MEMORY, LARGEST_IN_MEMORY + 1, MAX_BYTES])
def test_bytes_have_the_asked_length(browser: Browser, size: int) -> None:
    response, body = browser.ask(f"/bytes/{size}")
    assert (response.status, len(body)) == (200, size)
    assert response.getheader("content-length") == str(size)
    assert not any(body[:1000])
    assert browser.ask("/")[1] == PAGE, "the connection goes on"


def test_delay_waits(browser: Browser) -> None:
    start = time.monotonic()
    response, body = browser.ask("/delay/200")
    assert (response.status, body) == (200, PAGE)
    assert time.monotonic() - start >= 0.2
    assert browser.ask("/delay/0")[1] == PAGE


def test_a_delay_holds_up_nobody_else(address: tuple[str, int], browser: Browser) -> None:
    with contextlib.closing(Browser(address).connection) as waiting:
        waiting.request("GET", "/delay/60000")
        assert browser.ask("/delay/1")[1] == PAGE


@pytest.mark.parametrize("status", [200, 201, 301, 400, 404, 418, 429, 500, 503, 599])
def test_status_has_the_asked_code_and_says_it(browser: Browser, status: int) -> None:
    response, body = browser.ask(f"/status/{status}")
    assert response.status == status
    assert body.startswith(str(status).encode())


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_content_has_no_body(address: tuple[str, int], status: int) -> None:
    wanted, following = f"GET /status/{status} HTTP/1.1", "GET /bytes/3 HTTP/1.1"
    received = send_raw(address, f"{wanted}\r\nHost: x\r\n\r\n{following}\r\nHost: x\r\nConnection: close\r\n\r\n")
    first, second = received.split(b"HTTP/1.1 ")[1:]
    assert first.startswith(str(status).encode())
    assert first.endswith(b"\r\n\r\n")
    assert second.endswith(b"\r\n\r\n\0\0\0")


@pytest.mark.parametrize("size", [0, 1, 10_000, 65_536, 300_000, 4_194_304])
def test_gzip_is_that_long_when_unpacked(browser: Browser, size: int) -> None:
    response, body = browser.ask(f"/gzip/{size}", headers={"Accept-Encoding": "identity"})
    assert response.status == 200
    assert response.getheader("content-encoding") == "gzip"
    assert gzip.decompress(body) == text_of(size)
    if size >= 10_000:
        assert 2 < size / len(body) < 6, "compresses as text does"


def test_echo_tells_what_arrived(browser: Browser) -> None:
    headers = {"X-One": "first", "Accept": "text/html, */*"}
    response, body = browser.ask("/echo?a=1&b=%20", "PATCH", b"some body", headers)
    arrived = json.loads(body)
    assert response.getheader("content-type") == "application/json"
    assert (arrived["method"], arrived["path"], arrived["query"]) == ("PATCH", "/echo", "a=1&b=%20")
    assert arrived["body_length"] == 9
    assert ["x-one", "first"] in arrived["headers"]
    assert ["accept", "text/html, */*"] in arrived["headers"]
    assert ["content-length", "9"] in arrived["headers"]
    assert arrived["peer"] == "{}:{}".format(*browser.connection.sock.getsockname())


def test_echo_keeps_both_values_of_a_repeated_header(address: tuple[str, int]) -> None:
    received = send_raw(address, "GET /echo HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nX-A: 2\r\nConnection: close\r\n\r\n")
    arrived = json.loads(received.partition(b"\r\n\r\n")[2])
    assert [value for name, value in arrived["headers"] if name == "x-a"] == ["1", "2"]


def test_redirects_lead_to_the_root(browser: Browser) -> None:
    path, seen = "/redirect/3", []
    while path != "/":
        response, _ = browser.ask(path)
        assert response.status == 302
        seen.append(path)
        path = response.getheader("location") or ""
    assert seen == ["/redirect/3", "/redirect/2", "/redirect/1"]
    response, body = browser.ask("/redirect/0")
    assert (response.status, body) == (200, PAGE)


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/bytes/67108865", 400, "The N of /bytes/N must be a whole number from 0 to 67108864, not '67108865'."),
        ("/bytes/1,000", 400, "not '1,000'."),
        ("/bytes/-1", 400, "not '-1'."),
        ("/bytes/", 400, "not ''."),
        ("/bytes", 400, "not ''."),
        ("/bytes/%D9%A3", 400, "not '٣'."),
        ("/bytes/" + 5_000 * "9", 400, "…'."),
        ("/delay/60001", 400, "from 0 to 60000"),
        ("/delay/0.5", 400, "not '0.5'."),
        ("/status/199", 400, "from 200 to 599"),
        ("/status/600", 400, "from 200 to 599"),
        ("/gzip/4194305", 400, "from 0 to 4194304"),
        ("/redirect/101", 400, "from 0 to 100"),
        ("/nothing", 404, "There is nothing at '/nothing'; the paths are /, /bytes/N,"),
        ("/bytes/1/2", 404, "There is nothing at '/bytes/1/2'"),
        ("//", 404, "There is nothing at '//'"),
        ("*", 404, "There is nothing at '*'"),
    ],
)
def test_a_wrong_path_gets_a_sentence(browser: Browser, path: str, status: int, said: str) -> None:
    response, body = browser.ask(path, "OPTIONS" if path == "*" else "GET")
    assert response.status == status
    assert said in body.decode()
    assert body.count(b"\n") == 1


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gets_the_same(browser: Browser, method: str) -> None:
    assert browser.ask("/bytes/5", method)[1] == bytes(5)
    assert browser.ask("/status/404", method)[0].status == 404


@pytest.mark.parametrize("path", [path.replace("N", "7").replace("MS", "1").replace("CODE", "200") for path in PATHS])
def test_head_has_the_head_and_no_body(address: tuple[str, int], path: str) -> None:
    head = f"HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n"
    following = "GET /bytes/3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    first, second = send_raw(address, head + following).split(b"HTTP/1.1 ")[1:]
    assert first.endswith(b"\r\n\r\n")
    assert second.endswith(b"\r\n\r\n\0\0\0")
    if path == "/":
        assert b"content-length: 1000\r\n" in first


@pytest.mark.parametrize("path", ["/", "/echo", "/delay/1", "/bytes/2000000", "/status/404", "/nothing"])
@pytest.mark.parametrize("size", [0, 10, 3_000_000])
def test_a_request_body_is_read_and_the_connection_kept(browser: Browser, path: str, size: int) -> None:
    port = None
    for method in ("POST", "GET"):
        response, body = browser.ask(path, method, b"x" * size)
        assert response.status == (404 if path in ("/status/404", "/nothing") else 200)
        if path == "/echo":
            assert json.loads(body)["body_length"] == size
        assert port in (None, browser.connection.sock.getsockname()[1])
        port = browser.connection.sock.getsockname()[1]


def test_a_chunked_request_body_is_read(address: tuple[str, int]) -> None:
    head = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    received = send_raw(address, head + "5\r\nabcde\r\n3\r\nfgh\r\n0\r\n\r\n")
    assert json.loads(received.partition(b"\r\n\r\n")[2])["body_length"] == 8


@pytest.mark.parametrize("path", ["/", "/delay/200"])
def test_hundreds_of_connections_at_once(address: tuple[str, int], path: str) -> None:
    connections = [socket.create_connection(address, timeout=20) for _ in range(500)]
    try:
        for connection in connections:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        for connection in connections:
            head, _, body = read_all(connection).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 ")
            assert body == PAGE
    finally:
        for connection in connections:
            connection.close()


def test_threads_get_their_own_answers(address: tuple[str, int]) -> None:
    def ask(size: int) -> list[int]:
        browser = Browser(address)
        return [len(browser.ask(f"/bytes/{size + extra}")[1]) - size for extra in range(50)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(0, 8_000, 1_000))) == [list(range(50))] * 8


def test_it_listens_on_loopback_only(address: tuple[str, int]) -> None:
    assert address[0] == "127.0.0.1"
    with pytest.raises(OSError, match=r"refused|unreachable|assign|timed out"):
        socket.create_connection(("127.0.0.2", address[1]), timeout=5)


def send_raw(address: tuple[str, int], text: str) -> bytes:
    """All that comes back until the target closes."""
    with socket.create_connection(address, timeout=20) as connection:
        connection.sendall(text.encode())
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    received = b""
    while chunk := connection.recv(65_536):
        received += chunk
    return received


@pytest.mark.parametrize("size", [0, 5, 1_000_000])
def test_mirror_sends_the_body_back(browser: Browser, size: int) -> None:
    sent = bytes(range(256)) * (size // 256 + 1)
    response, body = browser.ask("/mirror", "POST", sent[:size])
    assert (response.status, body) == (200, sent[:size])


def test_mirror_sends_back_what_comes_in_chunks(address: tuple[str, int]) -> None:
    head = "POST /mirror HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert send_raw(address, f"{head}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").endswith(b"\r\n\r\nabcde")


def test_mirror_keeps_a_large_body_out_of_memory(browser: Browser) -> None:
    response, body = browser.ask("/mirror", "POST", bytes(1024 * 1024 + 1))
    assert response.status == 413
    assert b"1,048,576 bytes" in body
