"""A server that breaks the rules on purpose: raw asyncio, real sockets, one path for each fault, ports for TLS."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import functools
import gzip
import itertools
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import trustme

from tui_httpbench.plan.plan import WARMUP_REQUESTS

DRIP_INTERVAL_S = 0.25
"""Between two bytes of a dripping answer: well within the timeout of 1 s that it is tested with."""

SENT_WELL = WARMUP_REQUESTS
"""Requests of a mode's round that ``later-`` faults answer properly."""

BOMB_BYTES = 16 * 2**30
BIG_BODY_BYTES = 50_000_000
LONG_URL_BYTES = 65_450
"""Nearly as long as a header line may be that http.client still reads."""
LONG_QUERY_BYTES = 70_000
"""Longer than httpx sends."""
EVERY = 3
ESCAPES = b"\x1b]0;owned\x07\x1b[2J\x1b[31m\x00\x9b5n\r\r\x08"
"""What would retitle, clear, colour and question a terminal that it reached."""

TLS_1_1_ONLY = bytes((21, 3, 2, 0, 2, 2, 70))
"""The fatal alert 'protocol version' in a record of TLS 1.1, with which an old server refuses newer clients."""

OVER_TLS = ("silent", "body-too-short", "reset-in-body", "close-after-every-3rd", "errors-mixed-in")
"""Faults that are also met behind a sound TLS handshake."""

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@dataclass
class Exchange:
    """One request on one connection. ``number`` counts the requests of this connection from 1, ``of_round`` those to
    its path and query since ``begin_round`` over all connections; it is 0 before that."""

    writer: asyncio.StreamWriter
    number: int
    of_round: int

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Ends the connection with RST instead of FIN."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Answer = Callable[["RudeServer", Exchange], Awaitable[bool]]
"""Answers one request; tells whether the connection goes on."""

ANSWERS: dict[str, Answer] = {}


def answer(function: Answer) -> Answer:
    """Puts a function under its name in the table of paths; underscores become hyphens."""
    ANSWERS[function.__name__.strip("_").replace("_", "-")] = function
    return function


def canned(name: str, data: bytes, keep: bool = False) -> None:
    """Puts an answer of these bytes into the table of paths."""

    async def send(_: RudeServer, exchange: Exchange) -> bool:
        await exchange.send(data)
        return keep

    ANSWERS[name] = send


canned("fine", FINE, keep=True)
canned("empty", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", keep=True)
canned("no-length", b"HTTP/1.1 200 OK\r\n\r\nuntil the end")
canned("body-too-short", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
canned("body-too-long", FINE + b" and much more than it announced", keep=True)
canned("length-no-number", b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello")
canned("length-huge", b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\nhello")
canned("lengths-differ", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello")
canned("header-1-mb", b"HTTP/1.1 200 OK\r\nX-Big: " + b"x" * 1_000_000 + b"\r\nContent-Length: 5\r\n\r\nhello")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
canned("chunk-size-broken", CHUNKED + b"5\r\nhello\r\nxyz\x1b[2J\r\nhello\r\n0\r\n\r\n")
canned("chunk-size-negative", CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n")
canned("chunks-cut-off", CHUNKED + b"5\r\nhello\r\n")
GZIPPED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
canned("gzip-is-not", GZIPPED % (12, b"not gzip \x1b[m"), keep=True)
canned("gzip-cut-off", GZIPPED % (20, gzip.compress(bytes(range(256)) * 4)[:20]), keep=True)
canned("continue-first", b"HTTP/1.1 100 Continue\r\n\r\n" + FINE, keep=True)
canned("early-hints-first", b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n" + FINE, keep=True)
canned("switching-protocols", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
canned("204-with-body", b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", keep=True)
canned("304-with-body", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello", keep=True)
canned("http-0.9", b"<html>hello</html>\r\n")
canned("http-9.9", b"HTTP/9.9 200 OK\r\nContent-Length: 5\r\n\r\nhello")
canned("garbage", b"\xff\xfe\x00\x01garbage\r\n\r\n" + bytes(range(256)))
canned("terminal-escapes", ESCAPES + b" HTTP/1.1 200 OK\r\n" + ESCAPES + b": x\r\n\r\n" + ESCAPES)
canned("escapes-in-header", b"HTTP/1.1 200 " + ESCAPES + b"\r\nContent-Length: " + ESCAPES + b"\r\n\r\nhello")
canned("status-line-only", b"HTTP/1.1 200 OK\r\n")
canned("status-no-number", b"HTTP/1.1 2OO OK\r\nContent-Length: 5\r\n\r\nhello")
canned("closed-at-once", b"")
MOVED = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n"
canned("redirect-to-itself", MOVED % b"/redirect-to-itself", keep=True)
canned("redirect-to-other-scheme", MOVED % b"ftp://127.0.0.1/", keep=True)
canned("redirect-to-no-url", MOVED % b"http://[:::1]:99999999/", keep=True)
canned("redirect-to-escapes", MOVED % (b"http://127.0.0.1:1/\x1b[2J\x1b]0;owned\x07"), keep=True)
canned("redirect-to-long-url", MOVED % (b"/fine?" + b"x" * LONG_URL_BYTES), keep=True)
canned("redirect-in-latin-1", MOVED % "http://b\xfccher.invalid/".encode("latin-1"), keep=True)
canned("redirect-without-location", b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", keep=True)
canned("long-query", b"HTTP/1.1 414 URI Too Long\r\nContent-Length: 5\r\n\r\nhello", keep=True)


@answer
async def silent(server: RudeServer, _: Exchange) -> bool:
    await server.ended.wait()
    return False


async def drip(server: RudeServer, exchange: Exchange, data: AsyncIterator[bytes]) -> bool:
    async for byte in data:
        await exchange.send(byte)
        if server.ended.is_set():
            break
        await asyncio.sleep(DRIP_INTERVAL_S)
    return False


async def _endlessly(start: bytes, rest: bytes) -> AsyncIterator[bytes]:
    for byte in start:
        yield bytes((byte,))
    while True:
        yield rest


@answer
async def drip_from_the_start(server: RudeServer, exchange: Exchange) -> bool:
    return await drip(server, exchange, _endlessly(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"))


@answer
async def drip_in_body(server: RudeServer, exchange: Exchange) -> bool:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    return await drip(server, exchange, _endlessly(b"", b"."))


@answer
async def later_drip(server: RudeServer, exchange: Exchange) -> bool:
    if exchange.of_round <= SENT_WELL:
        await exchange.send(FINE)
        return True
    return await drip_in_body(server, exchange)


@answer
async def headers_without_end(server: RudeServer, exchange: Exchange) -> bool:
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        if server.ended.is_set():
            break
        await exchange.send(b"".join(b"X-Header-%d-%d: value\r\n" % (number, part) for part in range(100)))
    return False


@answer
async def status_line_without_end(server: RudeServer, exchange: Exchange) -> bool:
    await exchange.send(b"HTTP/1.1 200 ")
    while not server.ended.is_set():
        await exchange.send(b"O" * 65536)
    return False


@answer
async def reset_at_once(_: RudeServer, exchange: Exchange) -> bool:
    exchange.reset()
    return False


@answer
async def reset_in_head(_: RudeServer, exchange: Exchange) -> bool:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Le")
    await asyncio.sleep(0.05)  # The head is to arrive before the reset, which would overtake it.
    exchange.reset()
    return False


@answer
async def reset_in_body(_: RudeServer, exchange: Exchange) -> bool:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")
    await asyncio.sleep(0.05)
    exchange.reset()
    return False


@answer
async def reset_after_every_3rd(_: RudeServer, exchange: Exchange) -> bool:
    await exchange.send(FINE)
    if exchange.number < EVERY:
        return True
    await asyncio.sleep(0.05)
    exchange.reset()
    return False


@answer
async def close_after_every_3rd(_: RudeServer, exchange: Exchange) -> bool:
    await exchange.send(FINE)
    return exchange.number < EVERY


@answer
async def close_said_after_every_3rd(_: RudeServer, exchange: Exchange) -> bool:
    is_last = exchange.number == EVERY
    await exchange.send(FINE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") if is_last else FINE)
    return not is_last


@answer
async def errors_mixed_in(_: RudeServer, exchange: Exchange) -> bool:
    status = (b"200 OK", b"500 Internal Server Error", b"429 Too Many Requests")[exchange.of_round % 3]
    await exchange.send(b"HTTP/1.1 " + status + b"\r\nRetry-After: 3600\r\nContent-Length: 5\r\n\r\nhello")
    return True


@answer
async def redirect_to_refused(server: RudeServer, exchange: Exchange) -> bool:
    await exchange.send(MOVED % server.refused.encode())
    return True


@answer
async def gzip_bomb(_: RudeServer, exchange: Exchange) -> bool:
    start, block = _bomb_parts()
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + start)
    for _part in range(BOMB_BYTES // 2**24):
        await exchange.send(block)
    return False


@functools.cache
def _bomb_parts() -> tuple[bytes, bytes]:
    """The start of a gzip stream, and a part that stands for 16 MiB and may follow any number of times."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = press.compress(bytes(2**24)) + press.flush(zlib.Z_FULL_FLUSH)
    return start, press.compress(bytes(2**24)) + press.flush(zlib.Z_FULL_FLUSH)


@answer
async def body_50_mb(_: RudeServer, exchange: Exchange) -> bool:
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % BIG_BODY_BYTES)
    piece = bytes(1_000_000)
    for _part in range(BIG_BODY_BYTES // len(piece)):
        await exchange.send(piece)
    return True


@dataclass
class RudeServer:
    """Listens on loopback until left: ``url(fault)`` is where a fault waits; ``folder`` takes the certificates.

    ``ca_file`` is the authority that signed them, but for the self-signed one. Set ``forced`` to a fault's name to have
    every path answer with that one.
    """

    folder: Path
    forced: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _of_round: dict[str, int] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _urls: dict[str, str] = field(default_factory=dict)

    async def __aenter__(self) -> RudeServer:
        self._stack = contextlib.AsyncExitStack()
        closed = self._stack.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))  # Bound but not listening: nobody else gets the port.
        self.refused = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        self._urls |= {"refused": self.refused, "dns-failure": "http://no-such-host.invalid/"}
        plain = await self._listen(self._serve)
        self._urls |= {name: f"http://127.0.0.1:{plain}/{name}" for name in ANSWERS}
        self._urls["long-query"] += f"?{'x' * LONG_QUERY_BYTES}"
        await self._listen_with_tls()
        return self

    async def _listen_with_tls(self) -> None:
        authority = trustme.CA()
        self.ca_file = self.folder / "rude-authority.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
        contexts = {
            "tls-fine": _server_context(authority.issue_cert("127.0.0.1")),
            "tls-expired": _server_context(authority.issue_cert("127.0.0.1", not_after=yesterday)),
            "tls-wrong-host": _server_context(authority.issue_cert("elsewhere.example")),
            "tls-not-trusted": _server_context(trustme.CA().issue_cert("127.0.0.1")),
            "tls-self-signed": _self_signed_context(self.folder),
        }
        for name, context in contexts.items():
            self._urls[name] = f"https://127.0.0.1:{await self._listen(self._serve, context)}/fine"
        for name in OVER_TLS:
            self._urls[f"tls-then-{name}"] = self._urls["tls-fine"].replace("/fine", f"/{name}")
        for name, serve in {
            "tls-too-old": self._refuse_tls_version,
            "tls-closed-in-handshake": self._close_in_handshake,
            "tls-reset-in-handshake": self._reset_in_handshake,
            "tls-silent-in-handshake": self._be_silent_in_handshake,
            "tls-is-plain-http": self._answer_handshake_in_plain,
        }.items():
            self._urls[name] = f"https://127.0.0.1:{await self._listen(serve)}/fine"

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.ended.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.aclose()

    @property
    def faults(self) -> tuple[str, ...]:
        """All that this server can do, well-behaved answers among it."""
        return tuple(self._urls)

    def url(self, fault: str, token: str = "") -> str:
        """Where a fault waits; runs with tokens of their own can share a server."""
        return self._urls[fault] + (f"?{token}" if token else "")

    def begin_round(self, url: str) -> None:
        """Counts the requests to a URL from 1; until then they belong to no round."""
        self._of_round[urlsplit(url)._replace(scheme="", netloc="").geturl()] = 0

    async def _listen(
        self,
        serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
        context: ssl.SSLContext | None = None,
    ) -> int:
        async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            # A client that leaves in the middle is what a rude server has to expect.
            with contextlib.suppress(asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
                await serve(reader, writer)
            writer.close()

        server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=context, backlog=500, limit=2**20)
        self._stack.callback(server.close)
        return int(server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in itertools.count(1):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ")[1]
            if path in self._of_round:
                self._of_round[path] += 1
            name = self.forced or path.partition("?")[0].strip("/")
            if not await ANSWERS[name](self, Exchange(writer, number, self._of_round.get(path, 0))):
                return

    async def _refuse_tls_version(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(TLS_1_1_ONLY)
        await writer.drain()

    async def _close_in_handshake(self, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(65536)

    async def _reset_in_handshake(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        Exchange(writer, 1, 0).reset()

    async def _be_silent_in_handshake(self, _: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await self.ended.wait()

    async def _answer_handshake_in_plain(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()


def _server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


def _self_signed_context(folder: Path) -> ssl.SSLContext:
    # An authority's certificate, signed by itself, used as a server's.
    authority = trustme.CA()
    file = folder / "self-signed.pem"
    file.write_bytes(authority.private_key_pem.bytes() + authority.cert_pem.bytes())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context
