"""requests: the one everybody knows; synchronous, on urllib3."""

from __future__ import annotations

import requests

from tui_httpbench.clients import Request, Settings, mode

PACKAGES = ("requests", "urllib3", "certifi")


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
    if settings.kept:  # a Session for one request needs no wider pool
        for scheme in ("http://", "https://"):
            session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=settings.in_flight))
    return session


def describe(session, settings: Settings):
    """What a Session is, read off it."""
    pool = session.get_adapter("http://")._pool_maxsize
    return {
        "redirects": f"followed, up to {session.max_redirects}",
        "timeout": f"{settings.timeout_s:g} s to connect, {settings.timeout_s:g} s between bytes",
        "pool": f"{pool} kept per host, more are opened and closed",
        "proxies": "from the environment" if session.trust_env else "none",
        "netrc": "read" if session.trust_env else "not read",
        "certificates": "certifi's",
        "accept-encoding": str(session.headers.get("Accept-Encoding")),
    }


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""
    original = requests.Session.request

    def request(self, *args, **options):
        response = original(self, *args, **options)
        version = {9: "0.9", 10: "1.0", 11: "1.1", 20: "2"}.get(response.raw.version, "unknown")
        seen(
            status=response.status_code,
            url=response.url,
            first_status=[*response.history, response][0].status_code,
            http_version=version,
        )
        return response

    requests.Session.request = request
