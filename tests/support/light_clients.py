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
    headers = {"Host": url.netloc, **request.headers, "X-Mode": "light-async"}
    lines = (f"{request.method} {url.path or '/'} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()))
    head = "\r\n".join((*lines, "", "")).encode()
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send() -> tuple[int, bytes]:
        reader, writer = idle.pop() if idle else await asyncio.open_connection(url.hostname, url.port)
        writer.write(head)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        body = await reader.readexactly(int(length))
        idle.append((reader, writer))
        status = int(answer.split(b" ", 2)[1])
        tell(status, request)
        return status, body

    yield send
    for _, writer in idle:
        writer.close()


# Below: what modes share, and what came back.


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
        tell(response.status, request)
        return response.status, body

    return send


watching: list[Callable[..., None]] = []


def watch_responses(seen: Callable[..., None]) -> None:
    watching.append(seen)


def tell(status: int, request: Request) -> None:
    for seen in watching:
        seen(
            status=status,
            url=request.url,
            first_status=status,
            http_version="1.1",
            hops=[(request.method, request.url, request.headers.items())],
            sets_cookies=False,
            keeps_cookies=False,
        )
