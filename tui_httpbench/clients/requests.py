"""requests: the one everybody knows; synchronous, on urllib3."""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy

import requests

from tui_httpbench.clients import PIECE, Request, Settings, mode, streamed

PACKAGES = ("requests", "urllib3", "certifi")
STREAMS_UPLOADS = True


@mode("requests", "requests.get(): a new Session and connection every time", kept=False, default=True)
def requests_each(request: Request, new):
    def send():
        # as requests.get() itself does
        with new(requests.Session) as session:
            response = session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                timeout=request.timeout_s,
            )
            return response.status_code, response.content

    yield send


@mode("requests-session", "one Session: connections are kept", kept=True, default=True)
def requests_session(request: Request, new):
    with new(requests.Session) as session:

        def send():
            response = session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                timeout=request.timeout_s,
            )
            return response.status_code, response.content

        yield send


@streamed("requests")
def requests_each_streamed(request: Request, new):
    def send():
        with new(requests.Session) as session:
            with session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                timeout=request.timeout_s,
                stream=True,
            ) as response:
                size = 0
                for piece in response.iter_content(PIECE):
                    size += len(piece)
                return response.status_code, size

    yield send


@streamed("requests-session")
def requests_session_streamed(request: Request, new):
    with new(requests.Session) as session:

        def send():
            with session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                timeout=request.timeout_s,
                stream=True,
            ) as response:
                size = 0
                for piece in response.iter_content(PIECE):
                    size += len(piece)
                return response.status_code, size

        yield send


# Below: how a Session is made in this run, what it then is, and what came back. Neither timed nor shown.


def new(kind, settings: Settings):
    """A Session of this run; ``requests.get()`` has no arguments for what is equal, so it is set on the Session."""
    session = kind()
    if not settings.equal:
        session.verify = settings.verify
        return session
    session.trust_env = False
    session.max_redirects = settings.max_redirects
    session.verify = settings.verify and settings.ca_file
    session.cookies.set_policy(_NO_COOKIES)
    session.hooks["response"].append(_keep_no_cookies)
    if settings.kept:  # a Session for one request needs no wider pool
        origins = settings.max_redirects + 1
        for scheme in ("http://", "https://"):
            adapter = requests.adapters.HTTPAdapter(pool_connections=origins, pool_maxsize=settings.in_flight)
            session.mount(scheme, adapter)
    return session


_NO_COOKIES = DefaultCookiePolicy(allowed_domains=())


def _keep_no_cookies(response, **_):
    # What a redirect sets goes into the request's own jar, which the Session's policy does not reach.
    response.request._cookies.set_policy(_NO_COOKIES)


def describe(session, settings: Settings):
    """What a Session is, read off it."""
    adapter = session.get_adapter(settings.url)
    proxies = session.merge_environment_settings(settings.url, {}, None, None, None)["proxies"]
    none = "none in the environment" if session.trust_env else "none"
    return {
        "redirects": f"followed, up to {session.max_redirects}",
        "timeout": f"{settings.timeout_s:g} s to connect, {settings.timeout_s:g} s between bytes",
        "pool": f"{adapter._pool_maxsize} kept per host, more are opened and closed",
        "proxies": requests.utils.select_proxy(settings.url, proxies) or none,
        "netrc": "read" if session.trust_env else "not read",
        "cookies": "not kept" if session.cookies.get_policy() is _NO_COOKIES else "kept",
        "retries": str(adapter.max_retries.total or "none"),
        "certificates": "certifi's",
        "accept-encoding": str(session.headers.get("Accept-Encoding")),
    }


def _would_send_more(session, sent):
    if "Cookie" in sent.headers:
        return False
    return bool(requests.cookies.get_cookie_header(session.cookies, requests.Request("GET", sent.url).prepare()))


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""
    original = requests.Session.request

    def request(self, *args, **options):
        response = original(self, *args, **options)
        steps = [*response.history, response]
        seen(
            status=response.status_code,
            url=response.url,
            first_status=steps[0].status_code,
            http_version={9: "0.9", 10: "1.0", 11: "1.1", 20: "2"}.get(response.raw.version, "unknown"),
            hops=[(step.request.method, step.request.url, step.request.headers.items()) for step in steps],
            sets_cookies=any("Set-Cookie" in step.headers for step in steps),
            connection=response.headers.get("Connection", ""),
            keeps_cookies=any(_would_send_more(self, step.request) for step in steps),
        )
        return response

    requests.Session.request = request
