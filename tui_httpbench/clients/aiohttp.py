"""aiohttp: asynchronous, with a parser in C."""

from __future__ import annotations

import ssl
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tui_httpbench.worker.job import AsyncSend, Job


@asynccontextmanager
async def aiohttp_session(job: Job) -> AsyncIterator[AsyncSend]:
    """One ``ClientSession`` for all requests, which keeps its connections."""
    async with aiohttp.ClientSession(**_options(job, _context(job))) as session:
        options = _request_options(job)

        async def send() -> tuple[int, int]:
            async with session.request(job.method, job.url, headers=job.headers, data=job.body, **options) as response:
                return response.status, len(await response.read())

        yield send


@asynccontextmanager
async def aiohttp_each(job: Job) -> AsyncIterator[AsyncSend]:
    """A ``ClientSession`` and a connection for every request."""
    context = _context(job)
    options = _request_options(job)

    async def send() -> tuple[int, int]:
        async with (
            aiohttp.ClientSession(**_options(job, context)) as session,
            session.request(job.method, job.url, headers=job.headers, data=job.body, **options) as response,
        ):
            return response.status, len(await response.read())

    yield send


def _context(job: Job) -> ssl.SSLContext | bool:
    # One for all sessions: aiohttp, too, makes its own once, when it is imported.
    return ssl.create_default_context(cafile=job.ca_file) if job.profile == "equal" and job.verify else job.verify


def _options(job: Job, context: ssl.SSLContext | bool) -> dict[str, Any]:
    options: dict[str, Any] = {"timeout": aiohttp.ClientTimeout(total=job.timeout_s)}
    if job.profile == "equal":
        options["connector"] = aiohttp.TCPConnector(limit=job.in_flight, keepalive_timeout=3600, ssl=context)
    return options


def _request_options(job: Job) -> dict[str, Any]:
    if job.profile == "equal":
        # aiohttp gives up at this number of redirects, where the others still follow it.
        return {"max_redirects": job.max_redirects + 1}
    return {} if job.verify else {"ssl": False}


def settings(job: Job) -> dict[str, str]:
    """What a client made for this job really uses."""
    equal = job.profile == "equal"
    pool = f"{job.in_flight} open, kept until the end" if equal else "100 open, kept for 15 s"
    encodings = aiohttp.ClientRequest.DEFAULT_HEADERS[aiohttp.hdrs.ACCEPT_ENCODING]
    return {
        "redirects": f"followed, up to {job.max_redirects if equal else 9}",
        "timeout": f"{job.timeout_s:g} s in all",
        "pool": pool if job.kept else "none: the client is not kept",
        "proxies": "none",
        "netrc": "not read",
        "certificates": job.trust or "OpenSSL's",
        "accept-encoding": job.headers.get("Accept-Encoding", encodings),
    }


def watch_responses(seen: Callable[[dict[str, object]], None]) -> None:
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""
    read = aiohttp.ClientResponse.read

    async def watched(self: aiohttp.ClientResponse) -> bytes:
        body = await read(self)
        version = self.version
        seen(
            {
                "status": self.status,
                "url": str(self.url),
                "first_status": [*self.history, self][0].status,
                "http_version": f"{version.major}.{version.minor}" if version else "unknown",
                "body": body,
            }
        )
        return body

    aiohttp.ClientResponse.read = watched  # type: ignore[method-assign]
