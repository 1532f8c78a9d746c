"""curl-cffi: libcurl with the fingerprints of browsers, which are not asked for here; synchronous and asynchronous."""

from __future__ import annotations

import functools
import inspect
import os
from urllib.parse import urlsplit

import curl_cffi
from curl_cffi import CurlHttpVersion, CurlOpt
from curl_cffi.curl import CURLINFO_HEADER_OUT

from tui_httpbench.clients import Request, Settings, mode, streamed

NAME = "curl-cffi"
NATIVE = True
PACKAGES = ("curl-cffi",)
STREAMS_UPLOADS = True


@mode("curl-cffi", "one Session: it keeps a handle, and its connection, for each thread", kept=True)
def curl_cffi_session(request: Request, new):
    with new(curl_cffi.Session) as session:

        def send():
            response = session.request(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            )
            return response.status_code, response.content

        yield send


@mode("curl-cffi-async", "one AsyncSession: connections are kept", kept=True)
async def curl_cffi_async(request: Request, new):
    async with new(curl_cffi.AsyncSession) as session:

        async def send():
            response = await session.request(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            )
            return response.status_code, response.content

        yield send


@streamed("curl-cffi")
def curl_cffi_session_streamed(request: Request, new):
    with new(curl_cffi.Session) as session:

        def send():
            with session.stream(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            ) as response:
                size = 0
                for piece in response.iter_content():
                    size += len(piece)
                return response.status_code, size

        yield send


@streamed("curl-cffi-async")
async def curl_cffi_async_streamed(request: Request, new):
    async with new(curl_cffi.AsyncSession) as session:

        async def send():
            async with session.stream(
                request.method,
                request.url,
                headers=request.headers,
                content=request.body,
            ) as response:
                size = 0
                async for piece in response.aiter_content():
                    size += len(piece)
                return response.status_code, size

        yield send


# Below: how a session is made in this run, what it then is, and what came back. Neither timed nor shown.


def new(kind, settings: Settings):
    """A Session or AsyncSession of this run; in the equal profile it speaks HTTP/1.1, as the others do."""
    if not settings.equal:
        return kind(timeout=settings.timeout_s, verify=settings.verify)
    session = kind(
        timeout=settings.timeout_s,
        max_redirects=settings.max_redirects,
        trust_env=False,
        discard_cookies=True,
        http_version="v1",
        verify=settings.verify and (settings.ca_file or True),
    )
    if isinstance(session, curl_cffi.AsyncSession):
        # Its handles, of which each sends one request at a time; a Session makes one for every thread.
        session.max_clients = settings.in_flight
        session.init_pool()
    return session


def describe(session, settings: Settings):
    """What a session is, read off it; that nothing is read from netrc is libcurl's documented default."""
    most = getattr(session, "max_clients", None)
    return {
        "redirects": f"followed, up to {session.max_redirects}" if session.allow_redirects else "not followed",
        "timeout": f"{session.timeout:g} s in all",
        "pool": "none: a handle for each thread, each keeps its connections" if most is None else f"{most} open, kept",
        "proxies": _proxy(settings.url) if session.trust_env else "none",
        "netrc": "not read",
        "cookies": "not kept" if session.discard_cookies else "kept",
        "retries": "one, of what failed on a kept connection",
        "certificates": "certifi's",
        "accept-encoding": inspect.signature(session.request).parameters["accept_encoding"].default,
    }


def _proxy(url):
    # As libcurl documents it: for http, in small letters only.
    from urllib.request import proxy_bypass_environment

    parts, get = urlsplit(url), os.environ.get
    without = get("no_proxy") or get("NO_PROXY") or ""
    if proxy_bypass_environment(parts.netloc.rpartition("@")[2], {"no": without}):
        return "none in the environment"
    own = get("http_proxy") if parts.scheme == "http" else get("https_proxy") or get("HTTPS_PROXY")
    return own or get("all_proxy") or get("ALL_PROXY") or "none in the environment"


def _would_send(session, url):
    # As libcurl decides it, which is handed all of them.
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path or "/"
    is_safe = parts.scheme == "https" or host in ("localhost", "127.0.0.1", "::1")
    return any(
        (host == cookie.domain.lstrip(".") or (cookie.domain_specified and host.endswith(cookie.domain)))
        and (path == cookie.path or path.startswith(cookie.path.rstrip("/") + "/"))
        and (is_safe or not cookie.secure)
        for cookie in session.cookies.jar
    )


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""
    versions = {CurlHttpVersion.V1_0: "1.0", CurlHttpVersion.V1_1: "1.1", CurlHttpVersion.V2_0: "2"}

    def tell(session, response, sent, asked):
        steps = [*response.history, response]
        seen(
            status=response.status_code,
            url=response.url,
            first_status=steps[0].status_code,
            http_version=versions.get(response.http_version, "unknown"),
            hops=[_hop(head) for head in sent if not head.startswith(b"CONNECT ")],
            sets_cookies=any("Set-Cookie" in step.headers for step in steps),
            address=response.primary_ip,
            keeps_cookies=any(_would_send(session, url) for url in {asked, *(step.url for step in steps)}),
        )

    def noting(session):
        sent = []
        session.curl_options[CurlOpt.VERBOSE] = 1
        session.curl_options[CurlOpt.DEBUGFUNCTION] = lambda kind, data: (
            sent.append(data) if kind == CURLINFO_HEADER_OUT else None
        )
        return sent

    def _hop(head):
        first, *rest = head.decode("latin-1").rstrip().split("\r\n")
        method, target = first.rpartition(" ")[0].split(" ", 1)
        return method, target, [tuple(line.split(": ", 1)) for line in rest if ": " in line]

    request, request_async = curl_cffi.Session.request, curl_cffi.AsyncSession.request

    @functools.wraps(request)
    def watched(self, *args, **options):
        sent = noting(self)
        response = request(self, *args, **options)
        tell(self, response, sent, options.get("url") or args[1])
        return response

    @functools.wraps(request_async)
    async def watched_async(self, *args, **options):
        sent = noting(self)
        response = await request_async(self, *args, **options)
        tell(self, response, sent, options.get("url") or args[1])
        return response

    curl_cffi.Session.request = watched
    curl_cffi.AsyncSession.request = watched_async
