"""aiohttp: asynchronous, with a parser in C."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tui_httpbench.bench.worker.job import AsyncSend, Job


@asynccontextmanager
async def aiohttp_session(job: Job) -> AsyncIterator[AsyncSend]:
    """One ``ClientSession`` for all requests, which keeps its connections."""
    timeout = aiohttp.ClientTimeout(total=job.timeout_s)
    async with aiohttp.ClientSession(timeout=timeout) as session:

        async def send() -> tuple[int, int]:
            async with session.request(job.method, job.url, headers=job.headers, data=job.body) as response:
                return response.status, len(await response.read())

        yield send


@asynccontextmanager
async def aiohttp_each(job: Job) -> AsyncIterator[AsyncSend]:
    """A ``ClientSession`` and a connection for every request."""
    timeout = aiohttp.ClientTimeout(total=job.timeout_s)

    async def send() -> tuple[int, int]:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(job.method, job.url, headers=job.headers, data=job.body) as response,
        ):
            return response.status, len(await response.read())

    yield send
