"""httpx: synchronous and asynchronous, on httpcore."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tui_httpbench.bench.worker.job import AsyncSend, Job, Send


@contextmanager
def httpx_each(job: Job) -> Iterator[Send]:
    """``httpx.get()`` and its kin: a client, its TLS context and a connection for every request."""

    def send() -> tuple[int, int]:
        response = httpx.request(job.method, job.url, headers=job.headers, content=job.body, timeout=job.timeout_s)
        return response.status_code, len(response.content)

    yield send


@contextmanager
def httpx_client(job: Job) -> Iterator[Send]:
    """One ``Client`` for all requests, which keeps its connections."""
    with httpx.Client(timeout=job.timeout_s) as client:

        def send() -> tuple[int, int]:
            response = client.request(job.method, job.url, headers=job.headers, content=job.body)
            return response.status_code, len(response.content)

        yield send


@asynccontextmanager
async def httpx_async(job: Job) -> AsyncIterator[AsyncSend]:
    """One ``AsyncClient`` for all requests, which keeps its connections."""
    async with httpx.AsyncClient(timeout=job.timeout_s) as client:

        async def send() -> tuple[int, int]:
            response = await client.request(job.method, job.url, headers=job.headers, content=job.body)
            return response.status_code, len(response.content)

        yield send


@asynccontextmanager
async def httpx_async_each(job: Job) -> AsyncIterator[AsyncSend]:
    """An ``AsyncClient``, its TLS context and a connection for every request."""

    async def send() -> tuple[int, int]:
        async with httpx.AsyncClient(timeout=job.timeout_s) as client:
            response = await client.request(job.method, job.url, headers=job.headers, content=job.body)
            return response.status_code, len(response.content)

    yield send
