"""aiosonic: asynchronous, in Python, on asyncio's streams."""

from __future__ import annotations

import functools
import ssl

import aiosonic
from aiosonic.connection import Connection
from aiosonic.connectors import TCPConnector
from aiosonic.pools import PoolConfig
from aiosonic.timeout import Timeouts

from tui_httpbench.clients import Request, Settings, chunked_headers, mode, streamed

PACKAGES = ("aiosonic",)
STREAMS_UPLOADS = True


@mode("aiosonic", "one HTTPClient: connections are kept", kept=True)
async def aiosonic_client(request: Request, new):
    async with new(aiosonic.HTTPClient) as client:

        async def send():
            response = await client.request(
                request.url,
                request.method,
                headers=chunked_headers(request),
                data=request.body,
            )
            body = await response.content()
            return response.status_code, body

        yield send


@streamed("aiosonic")
async def aiosonic_client_streamed(request: Request, new):
    async with new(aiosonic.HTTPClient) as client:

        async def send():
            async with client.stream(
                request.method,
                request.url,
                headers=chunked_headers(request),
                data=request.body,
            ) as response:
                size = 0
                async for piece in response.iter_bytes():
                    size += len(piece)
                return response.status_code, size

        yield send


# Below: how an HTTPClient is made in this run, what it then is, and what came back. Neither timed nor shown.


def new(kind, settings: Settings):
    """An HTTPClient of this run; its timeout is its connector's."""
    timeout_s = settings.timeout_s
    timeouts = Timeouts(sock_connect=timeout_s, sock_read=timeout_s, request_timeout=timeout_s)
    if settings.equal:
        # One pool is for all origins.
        size = settings.in_flight * (settings.max_redirects + 1)
        pool = PoolConfig(size=size, max_conn_requests=None, max_conn_idle_ms=None)
        connector = TCPConnector(
            timeouts=timeouts,
            pool_configs={":default": pool},
            connection_cls=_Trusting.of(settings.ca_file) if settings.verify else None,
        )
        client = kind(
            connector=connector,
            verify_ssl=settings.verify,
            follow=True,
            max_redirects=settings.max_redirects,
        )
    else:
        client = kind(connector=TCPConnector(timeouts=timeouts), verify_ssl=settings.verify)
    client._owns_connector = True  # or it would leave the connections of this connector open when it is closed
    return client


class _Trusting(Connection):
    """A connection that trusts the run's certificates: aiosonic takes a context with each request alone."""

    context = None

    @classmethod
    @functools.cache
    def of(cls, ca_file):
        return type("Connection", (cls,), {"context": ssl.create_default_context(cafile=ca_file)})

    async def connect(self, urlparsed, dns_info, verify, ssl_context, http2=False):
        if urlparsed.scheme == "https":
            ssl_context = self.context
        await super().connect(urlparsed, dns_info, verify, ssl_context, http2)


def describe(client, settings: Settings):
    """What an HTTPClient is, read off it."""
    pool = client.connector.pool_configs[":default"]
    ends = [f"for {pool.max_conn_idle_ms / 1000:g} s"] if pool.max_conn_idle_ms else []
    ends += [f"for {pool.max_conn_requests:,} requests"] if pool.max_conn_requests else []
    return {
        "redirects": f"followed, up to {client.max_redirects}" if client.follow else "not followed",
        "timeout": f"{client.connector.timeouts.request_timeout:g} s in all",
        "pool": f"{pool.size} open, kept {' and '.join(ends) or 'until the end'}",
        "proxies": "from the environment" if client.trust_env else "none",
        "netrc": "not read",
        "cookies": "kept" if client.handle_cookies else "not kept",
        "retries": "two, of what failed on a kept connection",
        "certificates": "OpenSSL's",
        "accept-encoding": "none",
    }


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""
    original = aiosonic.HTTPClient.request

    async def request(self, *args, **options):
        sent = []
        note = _noting(sent)
        self.event_hooks["request"].append(note)
        response = await original(self, *args, **options)
        self.event_hooks["request"].remove(note)
        seen(
            status=response.status_code,
            url=response.url,
            first_status=[*response.history, response][0].status_code,
            http_version=response.http_version or "unknown",
            hops=list(sent),
            sets_cookies=any(step.cookies for step in [*response.history, response]),
            connection=response.headers.get("Connection", ""),
            keeps_cookies=any(self.cookies_map.values()) and "cookie" not in {name.lower() for name, _ in sent[0][2]},
        )
        return response

    def _noting(sent):
        return lambda method, url, headers: sent.append((method, url, list(headers.items())))

    aiosonic.HTTPClient.request = request
