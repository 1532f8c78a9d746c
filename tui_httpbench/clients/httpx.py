"""httpx: synchronous and asynchronous, on httpcore."""

from __future__ import annotations

import ssl
import sys
from http.cookiejar import CookieJar, DefaultCookiePolicy

# httpx imports its own command line, and click, rich and Pygments with it, wherever click is installed, as it is beside
# this app. Who sends requests has none of it, so it must count neither as memory nor as time.
sys.modules.setdefault("click", None)

import httpx  # noqa: E402

from tui_httpbench.clients import Request, Settings, mode, streamed  # noqa: E402

PACKAGES = ("httpx", "httpcore", "h11", "h2", "anyio", "sniffio", "certifi")
STREAMS_UPLOADS = True
EACH_CLIENT = "a TLS context with all certificates, for http:// as well"


@mode("httpx", "httpx.get(): a new Client for every request", kept=False, default=True)
def httpx_each(request: Request, new):
    def send():
        # as httpx.get() itself does
        with new(httpx.Client) as client:
            response = client.request(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            )
            return response.status_code, response.content

    yield send


@mode("httpx-client", "one Client: connections are kept", kept=True, default=True)
def httpx_client(request: Request, new):
    with new(httpx.Client) as client:

        def send():
            response = client.request(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            )
            return response.status_code, response.content

        yield send


@mode("httpx-async", "one AsyncClient: connections are kept", kept=True, default=True)
async def httpx_async(request: Request, new):
    async with new(httpx.AsyncClient) as client:

        async def send():
            response = await client.request(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            )
            return response.status_code, response.content

        yield send


@mode("httpx-async-each", "AsyncClient: a new one for every request", kept=False, default=True)
async def httpx_async_each(request: Request, new):
    async def send():
        async with new(httpx.AsyncClient) as client:
            response = await client.request(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            )
            return response.status_code, response.content

    yield send


@mode(
    "httpx-async-h2",
    "HTTP/2 where offered: one AsyncClient, kept",
    kept=True,
    http2=True,
    needs="httpx[http2]",
    needs_module="h2",
)
async def httpx_async_h2(request: Request, new):
    async with new(httpx.AsyncClient, http2=True) as client:

        async def send():
            response = await client.request(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            )
            return response.status_code, response.content

        yield send


@streamed("httpx")
def httpx_each_streamed(request: Request, new):
    def send():
        with new(httpx.Client) as client:
            with client.stream(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            ) as response:
                size = 0
                for piece in response.iter_bytes():
                    size += len(piece)
                return response.status_code, size

    yield send


@streamed("httpx-client")
def httpx_client_streamed(request: Request, new):
    with new(httpx.Client) as client:

        def send():
            with client.stream(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            ) as response:
                size = 0
                for piece in response.iter_bytes():
                    size += len(piece)
                return response.status_code, size

        yield send


@streamed("httpx-async")
async def httpx_async_streamed(request: Request, new):
    async with new(httpx.AsyncClient) as client:

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


@streamed("httpx-async-each")
async def httpx_async_each_streamed(request: Request, new):
    async def send():
        async with new(httpx.AsyncClient) as client:
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


@streamed("httpx-async-h2")
async def httpx_async_h2_streamed(request: Request, new):
    async with new(httpx.AsyncClient, http2=True) as client:

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


def new(kind, settings: Settings, **more):
    """A Client or AsyncClient of this run."""
    if not settings.equal:
        unchecked = {} if settings.verify else {"verify": False}
        return kind(timeout=settings.timeout_s, **unchecked, **more)
    return kind(
        timeout=settings.timeout_s,
        follow_redirects=True,
        max_redirects=settings.max_redirects,
        trust_env=False,
        # Its limits are totals over all origins, so that any number would close what a redirect has to open again.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=None),
        cookies=CookieJar(_NO_COOKIES),
        # As httpx makes it by itself, anew for every client.
        verify=settings.verify and ssl.create_default_context(cafile=settings.ca_file),
        **more,
    )


_NO_COOKIES = DefaultCookiePolicy(allowed_domains=())


def describe(client, settings: Settings):
    """What a client is, read off it."""
    pool = client._transport._pool
    expiry = pool._keepalive_expiry
    kept = "until the end" if expiry is None else f"for {expiry:g} s"
    return {
        "redirects": f"followed, up to {client.max_redirects}" if client.follow_redirects else "not followed",
        "timeout": f"{client.timeout.connect:g} s for each of connect, write, read, pool",
        "pool": f"{_number(pool._max_connections)} open, {_number(pool._max_keepalive_connections)} kept {kept}",
        "proxies": _proxy(client, settings.url),
        "netrc": "not read",
        "cookies": "not kept" if client.cookies.jar._policy is _NO_COOKIES else "kept",
        "retries": str(pool._retries or "none"),
        "certificates": "certifi's",
        "accept-encoding": client.headers["Accept-Encoding"],
    }


def _number(limit):
    return "any number" if limit == sys.maxsize else str(limit)


def _proxy(client, url):
    transport = client._transport_for_url(httpx.URL(url))
    if transport is client._transport:
        return "none in the environment" if client.trust_env else "none"
    proxy = transport._pool._proxy_url
    port = "" if proxy.port is None else f":{proxy.port}"
    return f"{proxy.scheme.decode()}://{proxy.host.decode()}{port}"


def _would_send_more(client, sent):
    again = httpx.Request("GET", sent.url)
    client.cookies.set_cookie_header(again)
    return "Cookie" in again.headers and "Cookie" not in sent.headers


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""

    def tell(client, response):
        steps = [*response.history, response]
        seen(
            status=response.status_code,
            url=str(response.url),
            first_status=steps[0].status_code,
            http_version=response.http_version[len("HTTP/") :],
            hops=[(step.request.method, str(step.request.url), step.request.headers.raw) for step in steps],
            sets_cookies=any("Set-Cookie" in step.headers for step in steps),
            connection=response.headers.get("Connection", ""),
            keeps_cookies=any(_would_send_more(client, step.request) for step in steps),
        )

    send, send_async = httpx.Client.send, httpx.AsyncClient.send

    def watched(self, *args, **options):
        response = send(self, *args, **options)
        tell(self, response)
        return response

    async def watched_async(self, *args, **options):
        response = await send_async(self, *args, **options)
        tell(self, response)
        return response

    httpx.Client.send = watched
    httpx.AsyncClient.send = watched_async
