"""aiohttp: asynchronous, with a parser in C."""

from __future__ import annotations

import functools
import inspect
import ssl
from http.cookies import SimpleCookie

import aiohttp
import yarl

from tui_httpbench.clients import PIECE, Request, Settings, mode, streamed

PACKAGES = ("aiohttp", "yarl", "multidict")
STREAMS_UPLOADS = True


@mode("aiohttp", "one ClientSession: connections are kept", kept=True, default=True)
async def aiohttp_session(request: Request, new):
    async with new(aiohttp.ClientSession) as session:

        async def send():
            async with session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                **request.options,
            ) as response:
                body = await response.read()
                return response.status, body

        yield send


@mode("aiohttp-each", "ClientSession: a new one for every request", kept=False, default=True)
async def aiohttp_each(request: Request, new):
    async def send():
        async with (
            new(aiohttp.ClientSession) as session,
            session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                **request.options,
            ) as response,
        ):
            body = await response.read()
            return response.status, body

    yield send


@streamed("aiohttp")
async def aiohttp_session_streamed(request: Request, new):
    async with new(aiohttp.ClientSession) as session:

        async def send():
            async with session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                **request.options,
            ) as response:
                size = 0
                parts = response.content.iter_chunked(PIECE)
                async for piece in parts:
                    size += len(piece)
                return response.status, size

        yield send


@streamed("aiohttp-each")
async def aiohttp_each_streamed(request: Request, new):
    async def send():
        async with (
            new(aiohttp.ClientSession) as session,
            session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                **request.options,
            ) as response,
        ):
            size = 0
            parts = response.content.iter_chunked(PIECE)
            async for piece in parts:
                size += len(piece)
            return response.status, size

    yield send


# Below: how a ClientSession is made in this run, what aiohttp takes with each request, what a session then is, and what
# came back. Neither timed nor shown.


def new(kind, settings: Settings):
    """A ClientSession of this run."""
    timeout = aiohttp.ClientTimeout(total=settings.timeout_s)
    if not settings.equal:
        return kind(timeout=timeout)
    trust = settings.verify and _context(settings.ca_file)
    connector = aiohttp.TCPConnector(limit=settings.in_flight, keepalive_timeout=3600, ssl=trust)
    session = kind(timeout=timeout, connector=connector, cookie_jar=aiohttp.DummyCookieJar())
    if hasattr(session, "_retry_connection"):
        # There is no public switch for what the others don't do: to send again what a kept connection failed under.
        session._retry_connection = False
    return session


def options(settings: Settings):
    """What aiohttp takes with each request only; it gives up at this number, where the others still follow it."""
    if settings.equal:
        return {"max_redirects": settings.max_redirects + 1}
    return {} if settings.verify else {"ssl": False}


@functools.cache
def _context(ca_file):
    # One for all sessions: aiohttp, too, makes its own once, when it is imported.
    return ssl.create_default_context(cafile=ca_file)


def describe(session, settings: Settings):
    """What a ClientSession is, read off it."""
    connector = session.connector
    keepalive_s = connector._keepalive_timeout
    unless_said = inspect.signature(session._request).parameters["max_redirects"].default
    redirects = options(settings).get("max_redirects", unless_said)
    return {
        "redirects": f"followed, up to {redirects - 1}",
        "timeout": f"{session.timeout.total:g} s in all",
        "pool": f"{connector.limit} open, kept {'until the end' if keepalive_s >= 3600 else f'for {keepalive_s:g} s'}",
        "proxies": _proxy(session, settings.url),
        "netrc": "read" if session.trust_env else "not read",
        "cookies": _cookies(session.cookie_jar),
        "retries": _RETRIES.get(getattr(session, "_retry_connection", None), "unknown"),
        "certificates": "OpenSSL's",
        "accept-encoding": aiohttp.ClientRequest.DEFAULT_HEADERS[aiohttp.hdrs.ACCEPT_ENCODING],
    }


_RETRIES = {True: "one, of what failed on a kept connection", False: "none"}


def _proxy(session, url):
    if not session.trust_env:
        return "none"
    try:
        return str(aiohttp.helpers.get_env_proxy_for_url(yarl.URL(url))[0])
    except LookupError:
        return "none in the environment"


def _cookies(jar):
    if isinstance(jar, aiohttp.DummyCookieJar):
        return "not kept"
    return "kept" if jar._unsafe else "kept, but not those of an IP address"


def _would_send_more(session, sent):
    cookies = session.cookie_jar.filter_cookies(sent.url)
    return bool(cookies.keys() - SimpleCookie(sent.headers.get("Cookie", "")).keys())


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""
    request = aiohttp.ClientSession._request

    @functools.wraps(request)  # describe() reads its signature
    async def watched(self, *args, **options):
        response = await request(self, *args, **options)
        version = response.version
        steps = [*response.history, response]
        sent = [step.request_info for step in steps]
        seen(
            status=response.status,
            url=str(response.url),
            first_status=steps[0].status,
            http_version=f"{version.major}.{version.minor}" if version else "unknown",
            hops=[(request.method, str(request.url), request.headers.items()) for request in sent],
            sets_cookies=any("Set-Cookie" in step.headers for step in steps),
            connection=response.headers.get("Connection", ""),
            keeps_cookies=any(_would_send_more(self, request) for request in sent),
        )
        return response

    aiohttp.ClientSession._request = watched
