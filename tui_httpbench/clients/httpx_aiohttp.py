"""httpx-aiohttp: httpx's AsyncClient, which sends through aiohttp instead of httpcore."""

from __future__ import annotations

import functools
import ssl
import sys
from http.cookiejar import CookieJar, DefaultCookiePolicy

# httpx imports its own command line, and click, rich and Pygments with it, wherever click is installed.
sys.modules.setdefault("click", None)

import aiohttp  # noqa: E402
import httpx  # noqa: E402
from httpx_aiohttp import AiohttpTransport, HttpxAiohttpClient  # noqa: E402

from tui_httpbench.clients import Request, Settings, mode, streamed  # noqa: E402

NAME = "httpx-aiohttp"
PACKAGES = ("httpx-aiohttp", "httpx", "aiohttp", "yarl", "multidict")
STREAMS_UPLOADS = True


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


@streamed("httpx-aiohttp")
async def httpx_on_aiohttp_streamed(request: Request, new):
    async with new(HttpxAiohttpClient) as client:

        async def send():
            async with client.stream(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            ) as response:
                size = 0
                async for piece in response.aiter_bytes():
                    size += len(piece)
                return response.status_code, size

        yield send


# Below: how a client is made in this run, what it then is, and what came back. Neither timed nor shown.


def new(kind, settings: Settings):
    """An HttpxAiohttpClient of this run."""
    if not settings.equal:
        unchecked = {} if settings.verify else {"verify": False}
        return kind(timeout=settings.timeout_s, **unchecked)
    # Made as the transport makes it by itself, but that it keeps no cookies and sends nothing again.
    inner = functools.partial(_session, settings)
    return kind(
        timeout=settings.timeout_s,
        follow_redirects=True,
        max_redirects=settings.max_redirects,
        trust_env=False,
        cookies=CookieJar(_NO_COOKIES),
        transport=AiohttpTransport(verify=False, limits=httpx.Limits(keepalive_expiry=3600), client=inner),
    )


_NO_COOKIES = DefaultCookiePolicy(allowed_domains=())


def _session(settings):
    # What limits aiohttp is the number of connections in use, and it takes no None for a time without end.
    connector = aiohttp.TCPConnector(
        limit=settings.in_flight,
        keepalive_timeout=3600,
        ssl=settings.verify and ssl.create_default_context(cafile=settings.ca_file),
    )
    session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
    if hasattr(session, "_retry_connection"):
        session._retry_connection = False
    return session


def describe(client, settings: Settings):
    """What a client is, read off it; aiohttp's pool knows no limit to those that it keeps idle."""
    limits = client._transport.limits
    expiry = limits.keepalive_expiry
    kept = "until the end" if expiry >= 3600 else f"for {expiry:g} s"
    most = settings.in_flight if settings.equal else limits.max_connections
    proxy = client._transport_for_url(httpx.URL(settings.url)).proxy
    none = "none in the environment" if client.trust_env else "none"
    return {
        "redirects": f"followed, up to {client.max_redirects}" if client.follow_redirects else "not followed",
        "timeout": f"{client.timeout.connect:g} s for each of connect, read, pool",
        "pool": f"{most} open, kept {kept}",
        "proxies": none if proxy is None else str(proxy.url),
        "netrc": "not read",
        "cookies": "not kept" if settings.equal else "kept",
        "retries": "none" if settings.equal else "one, of what failed on a kept connection",
        "certificates": "certifi's",
        "accept-encoding": client.headers["Accept-Encoding"],
    }


def _would_send_more(client, sent):
    again = httpx.Request("GET", sent.url)
    client.cookies.set_cookie_header(again)
    return "Cookie" in again.headers and "Cookie" not in sent.headers


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round.

    They say HTTP/1.1 whatever the server said, so the version stays unknown.
    """
    original = HttpxAiohttpClient.send

    async def send(self, *args, **options):
        response = await original(self, *args, **options)
        steps = [*response.history, response]
        seen(
            status=response.status_code,
            url=str(response.url),
            first_status=steps[0].status_code,
            http_version="unknown",
            hops=[(step.request.method, str(step.request.url), step.request.headers.raw) for step in steps],
            sets_cookies=any("Set-Cookie" in step.headers for step in steps),
            connection=response.headers.get("Connection", ""),
            keeps_cookies=any(_would_send_more(self, step.request) for step in steps),
        )
        return response

    HttpxAiohttpClient.send = send
