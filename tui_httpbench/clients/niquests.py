"""niquests: requests' successor with HTTP/2 and HTTP/3; it puts its own urllib3 in the place of the other."""

from __future__ import annotations

import niquests

from tui_httpbench.clients import PIECE, Request, Settings, chunked_headers, mode, streamed

PACKAGES = ("niquests", "urllib3-future", "wassima")
STREAMS_UPLOADS = True


@mode("niquests", "one Session: connections are kept", kept=True)
def niquests_session(request: Request, new):
    with new(niquests.Session) as session:

        def send():
            response = session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
            )
            return response.status_code, response.content

        yield send


@mode("niquests-async", "one AsyncSession: connections are kept", kept=True)
async def niquests_async(request: Request, new):
    async with new(niquests.AsyncSession) as session:

        async def send():
            response = await session.request(
                request.method,
                request.url,
                headers=chunked_headers(request),
                data=request.body,
            )
            return response.status_code, response.content

        yield send


@streamed("niquests")
def niquests_session_streamed(request: Request, new):
    with new(niquests.Session) as session:

        def send():
            with session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                stream=True,
            ) as response:
                size = 0
                for piece in response.iter_content(PIECE):
                    size += len(piece)
                return response.status_code, size

        yield send


@streamed("niquests-async")
async def niquests_async_streamed(request: Request, new):
    async with new(niquests.AsyncSession) as session:

        async def send():
            async with await session.request(
                request.method,
                request.url,
                headers=chunked_headers(request),
                data=request.body,
                stream=True,
            ) as response:
                size = 0
                pieces = await response.iter_content(PIECE)
                async for piece in pieces:
                    size += len(piece)
                return response.status_code, size

        yield send


# Below: how a session is made in this run, what it then is, and what came back. Neither timed nor shown.


def new(kind, settings: Settings):
    """A Session or AsyncSession of this run; in the equal profile it speaks HTTP/1.1, as the others do."""
    if not settings.equal:
        session = kind(timeout=settings.timeout_s)
        session.verify = settings.verify
        return session
    session = kind(
        timeout=settings.timeout_s,
        pool_connections=settings.max_redirects + 1,
        pool_maxsize=settings.in_flight,
        allow_incoming_cookies=False,
        disable_http2=True,
        disable_http3=True,
    )
    session.trust_env = False
    session.max_redirects = settings.max_redirects
    session.verify = settings.verify and settings.ca_file
    return session


def describe(session, settings: Settings):
    """What a session is, read off it."""
    adapter = session.get_adapter(settings.url)
    proxies = session.merge_environment_settings(settings.url, {}, None, None, None)["proxies"]
    none = "none in the environment" if session.trust_env else "none"
    return {
        "redirects": f"followed, up to {session.max_redirects}",
        "timeout": f"{session.timeout:g} s to connect, {session.timeout:g} s between bytes",
        "pool": f"{adapter._pool_maxsize} kept per host",
        "proxies": niquests.utils.select_proxy(settings.url, proxies) or none,
        "netrc": "read" if session.trust_env else "not read",
        "cookies": "kept" if session.allow_incoming_cookies else "not kept",
        "retries": str(adapter.max_retries.total or "none"),
        "certificates": "the system's",
        "accept-encoding": str(session.headers.get("Accept-Encoding")),
    }


def _would_send_more(session, sent):
    if "Cookie" in sent.headers:
        return False
    return bool(niquests.cookies.get_cookie_header(session.cookies, niquests.Request("GET", sent.url).prepare()))


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""

    def tell(session, response):
        steps = [*response.history, response]
        seen(
            status=response.status_code,
            url=response.url,
            first_status=steps[0].status_code,
            http_version={10: "1.0", 11: "1.1", 20: "2", 30: "3"}.get(response.http_version, "unknown"),
            hops=[(step.request.method, step.request.url, step.request.headers.items()) for step in steps],
            sets_cookies=any("Set-Cookie" in step.headers for step in steps),
            connection=response.headers.get("Connection", ""),
            keeps_cookies=any(_would_send_more(session, step.request) for step in steps),
        )

    request, request_async = niquests.Session.request, niquests.AsyncSession.request

    def watched(self, *args, **options):
        response = request(self, *args, **options)
        tell(self, response)
        return response

    async def watched_async(self, *args, **options):
        response = await request_async(self, *args, **options)
        tell(self, response)
        return response

    niquests.Session.request = watched
    niquests.AsyncSession.request = watched_async
