"""pyreqwest: reqwest, Rust's HTTP client; synchronous and asynchronous."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from pathlib import Path

from pyreqwest.client import ClientBuilder, SyncClientBuilder
from pyreqwest.request import ConsumedRequest, StreamRequest, SyncConsumedRequest, SyncStreamRequest

from tui_httpbench.clients import PIECE, Request, Settings, mode, streamed

NATIVE = True
PACKAGES = ("pyreqwest",)
STREAMS_UPLOADS = True


@mode("pyreqwest", "one SyncClient: connections are kept", kept=True)
def pyreqwest_sync(request: Request, new):
    with new(SyncClientBuilder) as client:

        def send():
            draft = client.request(
                request.method,
                request.url,
            )
            draft = draft.headers(request.headers)
            draft = with_body(draft, request)
            response = draft.build().send()
            return response.status, bytes(response.bytes())

        yield send


@mode("pyreqwest-async", "one Client: connections are kept", kept=True)
async def pyreqwest_async(request: Request, new):
    async with new(ClientBuilder) as client:

        async def send():
            draft = client.request(
                request.method,
                request.url,
            )
            draft = draft.headers(request.headers)
            draft = with_body(draft, request)
            response = await draft.build().send()
            body = await response.bytes()
            return response.status, bytes(body)

        yield send


@streamed("pyreqwest")
def pyreqwest_sync_streamed(request: Request, new):
    with new(SyncClientBuilder) as client:

        def send():
            draft = client.request(
                request.method,
                request.url,
            )
            draft = draft.headers(request.headers)
            draft = with_body(draft, request)
            size = 0
            with draft.build_streamed() as response:
                reader = response.body_reader
                while piece := reader.read(PIECE):
                    size += len(piece)
                return response.status, size

        yield send


@streamed("pyreqwest-async")
async def pyreqwest_async_streamed(request: Request, new):
    async with new(ClientBuilder) as client:

        async def send():
            draft = client.request(
                request.method,
                request.url,
            )
            draft = draft.headers(request.headers)
            draft = with_body(draft, request)
            size = 0
            async with draft.build_streamed() as response:
                reader = response.body_reader
                while piece := await reader.read(PIECE):
                    size += len(piece)
                return response.status, size

        yield send


# Below: how a request gets its body, which is timed; how a client is made in this run, what it then is, and what came
# back, which is neither timed nor shown.


def with_body(draft, request: Request):
    """The request under construction with its body, if it has one."""
    if not request.is_streamed:
        return draft if request.body is None else draft.body_bytes(request.body)
    body = request.body
    return draft.body_stream(iter(partial(body.read, PIECE), b"") if hasattr(body, "read") else body)


def new(kind, settings: Settings):
    """A SyncClient or Client of this run, from its builder."""
    builder = kind().timeout(timedelta(seconds=settings.timeout_s))
    if not settings.verify:
        builder = builder.danger_accept_invalid_certs(True)
    if settings.equal:
        builder = (
            builder.max_redirects(settings.max_redirects)
            .referer(False)
            .pool_max_idle_per_host(settings.in_flight)
            .pool_idle_timeout(None)
            .no_proxy()
            .http1_only()
        )
        if settings.verify and settings.ca_file:
            for certificate in _certificates(settings.ca_file):
                builder = builder.add_root_certificate_pem(certificate)
    return builder.build()


def _certificates(ca_file):
    # The builder takes one at a time, and has those of the system beside them whatever it is given.
    return re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", Path(ca_file).read_bytes(), re.S)


def describe(client, settings: Settings):
    """What a client is: what was set on its builder, and pyreqwest's documented defaults, since it shows neither."""
    equal = settings.equal
    return {
        "redirects": f"followed, up to {settings.max_redirects if equal else 10}",
        "timeout": f"{settings.timeout_s:g} s in all",
        "pool": f"{settings.in_flight} kept per host until the end" if equal else "no limit per host, kept for 90 s",
        "proxies": "none" if equal else _proxy(settings.url),
        "netrc": "not read",
        "cookies": "not kept",
        "retries": "of what was not yet sent when a kept connection was closed",
        "certificates": "the system's",
        "accept-encoding": "gzip, br, zstd, deflate",
    }


def _proxy(url):
    # As reqwest documents it.
    from urllib.parse import urlsplit
    from urllib.request import getproxies_environment, proxy_bypass_environment

    parts, proxies = urlsplit(url), getproxies_environment()
    if proxy_bypass_environment(parts.netloc.rpartition("@")[2], proxies):
        return "none in the environment"
    return proxies.get(parts.scheme) or proxies.get("all") or "none in the environment"


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round.

    Its responses tell neither their URL nor what was redirected on the way, so these stay unknown: of what was sent,
    the first request is all that can be told, and of that not the headers which the client adds.
    """
    send, send_async = SyncConsumedRequest.send, ConsumedRequest.send
    enter, enter_async = SyncStreamRequest.__enter__, StreamRequest.__aenter__

    def told(request):
        # A body that is sent piece by piece can't be looked at before.
        body = request.body and request.body.copy_bytes()
        return request.method, str(request.url), list(request.headers.items()), len(body or b"")

    def tell(first, response):
        seen(
            status=response.status,
            http_version=response.version.removeprefix("HTTP/").replace("2.0", "2"),
            hops=[first],
            whole_heads=False,
            sets_cookies="Set-Cookie" in response.headers,
            keeps_cookies=False,
        )

    def watched(self):
        first = told(self)
        response = send(self)
        tell(first, response)
        return response

    async def watched_async(self):
        first = told(self)
        response = await send_async(self)
        tell(first, response)
        return response

    def entered(self):
        first = told(self)
        response = enter(self)
        tell(first, response)
        return response

    async def entered_async(self):
        first = told(self)
        response = await enter_async(self)
        tell(first, response)
        return response

    SyncConsumedRequest.send = watched
    ConsumedRequest.send = watched_async
    SyncStreamRequest.__enter__ = entered
    StreamRequest.__aenter__ = entered_async
