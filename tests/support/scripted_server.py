"""A server on loopback whose answers a test writes down, as a function of the request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from support.loopback_server import LoopbackServer


@dataclass(frozen=True)
class Asked:
    """A request: ``number`` counts all that came, ``place`` those of its connection, from 1."""

    number: int
    method: str
    path: str
    headers: dict[str, str]
    place: int = 1


@dataclass(frozen=True)
class Reply:
    """What goes back; a status of 0 ends the connection without a word.

    ``head`` are more lines of the head, and a ``Connection: close`` among them is kept to; ``before`` goes first.
    """

    body: str | bytes = "hello, client"
    status: int = 200
    location: str = ""
    head: tuple[str, ...] = ()
    version: str = "1.1"
    before: str = ""


@dataclass
class ScriptedServer(LoopbackServer):
    """Answers each request with what ``answer`` makes of it; ``requests`` are all that came."""

    answer: Callable[[Asked], Reply]
    requests: list[Asked] = field(default_factory=list)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place = 1
        while await self._answer(reader, writer, place):
            await writer.drain()
            place += 1

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, place: int) -> bool:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)}
        await reader.readexactly(int(headers.get("content-length", 0)))
        asked = Asked(len(self.requests) + 1, method, path, headers, place)
        self.requests.append(asked)
        reply = self.answer(asked)
        if not reply.status:
            writer.transport.abort()
            return False
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        lines = [f"Content-Length: {len(body)}"] if reply.status != 204 else []
        lines += [f"Location: {reply.location}"] if reply.location else []
        head = "\r\n".join((f"HTTP/{reply.version} {reply.status} Said", *lines, *reply.head))
        writer.write(f"{reply.before}{head}\r\n\r\n".encode() + (b"" if method == "HEAD" or not lines else body))
        return "Connection: close" not in reply.head
