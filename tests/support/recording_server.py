"""A raw HTTP/1.1 server that counts connections and keeps every request it got; each path is one behaviour."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from support.loopback_server import LoopbackServer


@dataclass
class ReceivedRequest:
    """``connection`` numbers the connections from 1; ``ended_s`` is infinite until the answer was written."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    began_s: float
    ended_s: float = float("inf")

    @property
    def library(self) -> str:
        """Whose request it is, told by the order of the headers, in which the libraries differ."""
        names = [name.lower() for name in self.headers]
        if "connection" not in names:
            return "aiohttp"
        return "httpx" if names.index("connection") < names.index("user-agent") else "requests"


@dataclass
class RecordingServer(LoopbackServer):
    """``/`` answers 200 with a short body, ``/delay/N`` does so after N ms, ``/status/N`` with that status,
    ``/silent`` never answers, ``/drip`` sends a byte every 50 ms without end, ``/reset`` cuts the connection,
    ``/short`` sends less than it announced, ``/garbage`` is no HTTP; ``/redirect/N?URL`` redirects there with status N,
    ``/cookie`` sets a cookie of its own with each answer, ``/drop`` cuts a connection at its second request.

    A connection without a request for ``idle_limit_s`` is closed, without a word."""

    idle_limit_s: float | None = None
    requests: list[ReceivedRequest] = field(default_factory=list)
    connections: int = 0

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        while await self._answer(reader, writer, number):
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> bool:
        start = await asyncio.wait_for(reader.readexactly(1), self.idle_limit_s)
        if start == b"\x16":  # a TLS client's hello: answered as a plain HTTP server does
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return False
        began_s = time.monotonic()
        head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, path, _ = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines if line)
        by_name = {name.lower(): value for name, value in headers.items()}
        if by_name.get("transfer-encoding") == "chunked":  # httpx-aiohttp, after a redirect, with nothing in it
            body = await reader.readuntil(b"0\r\n\r\n")
        else:
            body = await reader.readexactly(int(by_name.get("content-length", 0)))
        received = ReceivedRequest(method, path, headers, body, connection, began_s)
        self.requests.append(received)
        if path == "/silent":
            await asyncio.sleep(60)
        if path.startswith("/delay/"):
            await asyncio.sleep(int(path.removeprefix("/delay/")) / 1000)
        if path == "/drip":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while True:
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(0.05)
        if path == "/drop" and any(each.connection == connection for each in self.requests[:-1]):
            writer.transport.abort()
            return False
        if path == "/reset":
            writer.transport.abort()
            return False
        if path == "/garbage":
            writer.write(b"this is not HTTP\r\n\r\n")
            return False
        if path == "/short":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
            return False
        status = int(path.removeprefix("/status/")) if path.startswith("/status/") else 200
        more = b""
        if path.startswith("/redirect/"):
            number, _, where = path.removeprefix("/redirect/").partition("?")
            status, more = int(number), b"Location: %b\r\n" % where.encode()
        if path == "/cookie":
            more = b"Set-Cookie: c%d=%b\r\n" % (len(self.requests), b"x" * 30)
        payload = b"" if method == "HEAD" else b"hello, client"
        answer = b"HTTP/1.1 %d Something\r\nContent-Length: %d\r\n%b\r\n" % (status, len(payload), more)
        writer.write(answer + payload)
        received.ended_s = time.monotonic()
        return True
