"""A client file whose modes need the standard library alone, so that their workers start in no time.

For runs in which only the kind of a mode matters. Each names itself in a header: a server can tell whose a request is.
"""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from urllib.parse import urlsplit

from tui_httpbench.clients import Request, mode

Send = Callable[[], "tuple[int, bytes]"]


@mode("light", "http.client: connections are kept", kept=True)
def light(request: Request, new: object) -> Iterator[Send]:  # noqa: ARG001, modes get it
    yield sender(request, "light")


@mode("light-other", "the same", kept=True)
def light_other(request: Request, new: object) -> Iterator[Send]:  # noqa: ARG001
    yield sender(request, "light-other")


@mode("light-async", "streams of asyncio: connections are kept", kept=True)
async def light_async(request: Request, new: object) -> AsyncIterator[Callable[[], Awaitable[tuple[int, bytes]]]]:  # noqa: ARG001
    url = urlsplit(request.url)
    head = f"{request.method} {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nX-Mode: light-async\r\n\r\n".encode()
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send() -> tuple[int, bytes]:
        reader, writer = idle.pop() if idle else await asyncio.open_connection(url.hostname, url.port)
        writer.write(head)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        body = await reader.readexactly(int(length))
        idle.append((reader, writer))
        return int(answer.split(b" ", 2)[1]), body

    yield send
    for _, writer in idle:
        writer.close()


# Below: what the sync modes share.


def sender(request: Request, name: str) -> Send:
    url = urlsplit(request.url)
    headers = {**request.headers, "X-Mode": name}
    idle: list[http.client.HTTPConnection] = []

    def send() -> tuple[int, bytes]:
        if idle:
            connection = idle.pop()
        else:
            connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=request.timeout_s)
        connection.request(request.method, url.path or "/", headers=headers)
        response = connection.getresponse()
        body = response.read()
        idle.append(connection)
        return response.status, body

    return send
