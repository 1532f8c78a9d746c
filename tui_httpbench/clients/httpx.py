"""httpx: synchronous and asynchronous, on httpcore."""

from __future__ import annotations

import ssl
import sys
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

# httpx imports its own command line, and click, rich and Pygments with it, wherever click is installed, as it is beside
# this app. Who sends requests has none of it, so it must count neither as memory nor as time.
sys.modules.setdefault("click", None)  # type: ignore[arg-type]

import httpx  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from tui_httpbench.worker.job import AsyncSend, Job, Send


@contextmanager
def httpx_each(job: Job) -> Iterator[Send]:
    """``httpx.get()`` and its kin: a client, its TLS context and a connection for every request."""
    if job.profile == "equal":
        # httpx.get() as its source has it, with room for the settings that it offers no arguments for.
        def send() -> tuple[int, int]:
            with httpx.Client(**_options(job)) as client:
                response = client.request(job.method, job.url, headers=job.headers, content=job.body)
                return response.status_code, len(response.content)
    else:

        def send() -> tuple[int, int]:
            response = httpx.request(job.method, job.url, headers=job.headers, content=job.body, **_options(job))
            return response.status_code, len(response.content)

    yield send


@contextmanager
def httpx_client(job: Job) -> Iterator[Send]:
    """One ``Client`` for all requests, which keeps its connections."""
    with httpx.Client(**_options(job)) as client:

        def send() -> tuple[int, int]:
            response = client.request(job.method, job.url, headers=job.headers, content=job.body)
            return response.status_code, len(response.content)

        yield send


@asynccontextmanager
async def httpx_async(job: Job) -> AsyncIterator[AsyncSend]:
    """One ``AsyncClient`` for all requests, which keeps its connections."""
    async with httpx.AsyncClient(**_options(job)) as client:

        async def send() -> tuple[int, int]:
            response = await client.request(job.method, job.url, headers=job.headers, content=job.body)
            return response.status_code, len(response.content)

        yield send


@asynccontextmanager
async def httpx_async_h2(job: Job) -> AsyncIterator[AsyncSend]:
    """One ``AsyncClient`` for all requests, which sends them over one HTTP/2 connection where the server offers it."""
    async with httpx.AsyncClient(http2=True, **_options(job)) as client:

        async def send() -> tuple[int, int]:
            response = await client.request(job.method, job.url, headers=job.headers, content=job.body)
            return response.status_code, len(response.content)

        yield send


@asynccontextmanager
async def httpx_async_each(job: Job) -> AsyncIterator[AsyncSend]:
    """An ``AsyncClient``, its TLS context and a connection for every request."""

    async def send() -> tuple[int, int]:
        async with httpx.AsyncClient(**_options(job)) as client:
            response = await client.request(job.method, job.url, headers=job.headers, content=job.body)
            return response.status_code, len(response.content)

    yield send


def _options(job: Job) -> dict[str, Any]:
    if job.profile == "defaults":
        return {"timeout": job.timeout_s} if job.verify else {"timeout": job.timeout_s, "verify": False}
    width = job.in_flight
    return {
        "timeout": job.timeout_s,
        "follow_redirects": True,
        "max_redirects": job.max_redirects,
        "trust_env": False,
        "limits": httpx.Limits(max_connections=width, max_keepalive_connections=width, keepalive_expiry=None),
        # As httpx makes it by itself, anew for every client.
        "verify": job.verify and ssl.create_default_context(cafile=job.ca_file),
    }


def settings(job: Job) -> dict[str, str]:
    """What a client made for this job really uses."""
    with httpx.Client(**_options(job)) as client:
        limits = _options(job).get("limits", httpx._config.DEFAULT_LIMITS)
        kept = "until the end" if limits.keepalive_expiry is None else f"for {limits.keepalive_expiry:g} s"
        follows = job.profile == "equal"
        return {
            "redirects": f"followed, up to {client.max_redirects}" if follows else "not followed",
            "timeout": f"{client.timeout.connect:g} s for each of connect, write, read, pool",
            "pool": (
                f"{limits.max_connections} open, {limits.max_keepalive_connections} kept {kept}"
                if job.kept
                else "none: the client is not kept"
            ),
            "proxies": "from the environment" if client.trust_env else "none",
            "netrc": "not read",
            "certificates": job.trust or "certifi's",
            "accept-encoding": job.headers.get("Accept-Encoding", client.headers["Accept-Encoding"]),
        }


def watch_responses(seen: Callable[[dict[str, object]], None]) -> None:
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""

    def describe(response: httpx.Response) -> None:
        seen(
            {
                "status": response.status_code,
                "url": str(response.url),
                "first_status": [*response.history, response][0].status_code,
                "http_version": response.http_version.removeprefix("HTTP/"),
                "body": response.content,
            }
        )

    request, request_async = httpx.Client.request, httpx.AsyncClient.request

    def watched(self: httpx.Client, *args: Any, **options: Any) -> httpx.Response:
        response = request(self, *args, **options)
        describe(response)
        return response

    async def watched_async(self: httpx.AsyncClient, *args: Any, **options: Any) -> httpx.Response:
        response = await request_async(self, *args, **options)
        describe(response)
        return response

    httpx.Client.request = watched  # type: ignore[method-assign]
    httpx.AsyncClient.request = watched_async  # type: ignore[method-assign]
