"""A server on loopback whose answers a test writes down, as a function of the request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from support.loopback_server import LoopbackServer


@dataclass(frozen=True)
class Asked:
    """A request: ``number`` counts all that came, from 1."""

    number: int
    method: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """What goes back; a status of 0 ends the connection without a word."""

    body: str | bytes = "hello, client"
    status: int = 200
    location: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class ScriptedServer(LoopbackServer):
    """Answers each request with what ``answer`` makes of it; ``requests`` are all that came."""

    answer: Callable[[Asked], Reply]
    requests: list[Asked] = field(default_factory=list)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await self._answer(reader, writer):
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)}
        await reader.readexactly(int(headers.get("content-length", 0)))
        asked = Asked(len(self.requests) + 1, method, path, headers)
        self.requests.append(asked)
        reply = self.answer(asked)
        if not reply.status:
            writer.transport.abort()
            return False
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        location = (("Location", reply.location),) if reply.location else ()
        lines = [f"{name}: {value}\r\n" for name, value in (("Content-Length", len(body)), *location, *reply.headers)]
        head = f"HTTP/1.1 {reply.status} Said\r\n{''.join(lines)}\r\n"
        writer.write(head.encode() + (b"" if method == "HEAD" else body))
        return True
