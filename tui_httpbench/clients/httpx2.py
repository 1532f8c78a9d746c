"""httpx2: the living successor of httpx, synchronous and asynchronous, on httpcore2."""

from __future__ import annotations

import ssl
import sys

# As httpx does, it imports its own command line, and click, rich and Pygments with it, wherever click is installed.
sys.modules.setdefault("click", None)

import httpx2  # noqa: E402

from tui_httpbench.clients import Request, Settings, mode  # noqa: E402

PACKAGES = ("httpx2", "httpcore2", "h11", "anyio", "truststore")


@mode("httpx2-client", "one Client: connections are kept", kept=True)
def httpx2_client(request: Request, new):
    with new(httpx2.Client) as client:

        def send():
            response = client.request(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            )
            return response.status_code, response.content

        yield send


@mode("httpx2-async", "one AsyncClient: connections are kept", kept=True)
async def httpx2_async(request: Request, new):
    async with new(httpx2.AsyncClient) as client:

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
    """A Client or AsyncClient of this run."""
    if not settings.equal:
        unchecked = {} if settings.verify else {"verify": False}
        return kind(timeout=settings.timeout_s, **unchecked)
    width = settings.in_flight
    return kind(
        timeout=settings.timeout_s,
        follow_redirects=True,
        max_redirects=settings.max_redirects,
        trust_env=False,
        limits=httpx2.Limits(max_connections=width, max_keepalive_connections=width, keepalive_expiry=None),
        verify=settings.verify and ssl.create_default_context(cafile=settings.ca_file),
    )


def describe(client, settings: Settings):
    """What a client is, read off it."""
    pool = client._transport._pool
    expiry = pool._keepalive_expiry
    kept = "until the end" if expiry is None else f"for {expiry:g} s"
    return {
        "redirects": f"followed, up to {client.max_redirects}" if client.follow_redirects else "not followed",
        "timeout": f"{client.timeout.connect:g} s for each of connect, write, read, pool",
        "pool": f"{pool._max_connections} open, {pool._max_keepalive_connections} kept {kept}",
        "proxies": "from the environment" if client.trust_env else "none",
        "netrc": "not read",
        "certificates": "the system's",
        "accept-encoding": client.headers["Accept-Encoding"],
    }


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""

    def tell(response):
        seen(
            status=response.status_code,
            url=str(response.url),
            first_status=[*response.history, response][0].status_code,
            http_version=response.http_version[len("HTTP/") :],
        )

    request, request_async = httpx2.Client.request, httpx2.AsyncClient.request

    def watched(self, *args, **options):
        response = request(self, *args, **options)
        tell(response)
        return response

    async def watched_async(self, *args, **options):
        response = await request_async(self, *args, **options)
        tell(response)
        return response

    httpx2.Client.request = watched
    httpx2.AsyncClient.request = watched_async
