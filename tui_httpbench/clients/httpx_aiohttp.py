"""httpx-aiohttp: httpx's AsyncClient, which sends through aiohttp instead of httpcore."""

from __future__ import annotations

import ssl
import sys

# httpx imports its own command line, and click, rich and Pygments with it, wherever click is installed.
sys.modules.setdefault("click", None)

import httpx  # noqa: E402
from httpx_aiohttp import HttpxAiohttpClient  # noqa: E402

from tui_httpbench.clients import Request, Settings, mode  # noqa: E402

NAME = "httpx-aiohttp"
PACKAGES = ("httpx-aiohttp", "httpx", "aiohttp", "yarl", "multidict")


@mode("httpx-aiohttp", "one httpx.AsyncClient on aiohttp: connections are kept", kept=True)
async def httpx_on_aiohttp(request: Request, new):
    async with new(HttpxAiohttpClient) as client:

        async def send():
            response = await client.request(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            )
            return response.status_code, response.content

        yield send


# Below: how a client is made in this run, what it then is, and what came back. Neither timed nor shown.


def new(kind, settings: Settings):
    """An HttpxAiohttpClient of this run."""
    if not settings.equal:
        unchecked = {} if settings.verify else {"verify": False}
        return kind(timeout=settings.timeout_s, **unchecked)
    width = settings.in_flight
    return kind(
        timeout=settings.timeout_s,
        follow_redirects=True,
        max_redirects=settings.max_redirects,
        trust_env=False,
        # aiohttp, which keeps them, takes no None for a time without end.
        limits=httpx.Limits(max_connections=width, max_keepalive_connections=width, keepalive_expiry=3600),
        verify=settings.verify and ssl.create_default_context(cafile=settings.ca_file),
    )


def describe(client, settings: Settings):
    """What a client is, read off it; aiohttp's pool knows no limit to those that it keeps idle."""
    limits = client._transport.limits
    expiry = limits.keepalive_expiry
    kept = "until the end" if expiry >= 3600 else f"for {expiry:g} s"
    return {
        "redirects": f"followed, up to {client.max_redirects}" if client.follow_redirects else "not followed",
        "timeout": f"{client.timeout.connect:g} s for each of connect, read, pool",
        "pool": f"{limits.max_connections} open, kept {kept}",
        "proxies": "from the environment" if client.trust_env else "none",
        "netrc": "not read",
        "certificates": "certifi's",
        "accept-encoding": client.headers["Accept-Encoding"],
    }


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round.

    They say HTTP/1.1 whatever the server said, so the version stays unknown.
    """
    original = HttpxAiohttpClient.request

    async def request(self, *args, **options):
        response = await original(self, *args, **options)
        seen(
            status=response.status_code,
            url=str(response.url),
            first_status=[*response.history, response][0].status_code,
            http_version="unknown",
        )
        return response

    HttpxAiohttpClient.request = request
