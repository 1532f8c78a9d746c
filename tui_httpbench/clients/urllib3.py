"""urllib3: synchronous, on http.client; what requests stands on."""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urljoin

import urllib3

from tui_httpbench.clients import PIECE, Request, Settings, mode, streamed

PACKAGES = ("urllib3",)
STREAMS_UPLOADS = True


@mode("urllib3", "one PoolManager: connections are kept", kept=True)
def urllib3_pool(request: Request, new):
    with new(urllib3.PoolManager) as pool:

        def send():
            response = pool.request(
                request.method,
                request.url,
                headers=request.headers,
                body=request.body,
            )
            return response.status, response.data

        yield send


@streamed("urllib3")
def urllib3_pool_streamed(request: Request, new):
    with new(urllib3.PoolManager) as pool:

        def send():
            response = pool.request(
                request.method,
                request.url,
                headers=request.headers,
                body=request.body,
                preload_content=False,
            )
            size = 0
            for piece in response.stream(
                PIECE,
                decode_content=True,
            ):
                size += len(piece)
            response.release_conn()
            return response.status, size

        yield send


# Below: how a PoolManager is made in this run, what it then is, and what came back. Neither timed nor shown.


def new(kind, settings: Settings):
    """A PoolManager of this run; it takes nothing from the environment by itself."""
    if not settings.equal:
        unchecked = {} if settings.verify else {"cert_reqs": "CERT_NONE"}
        return kind(timeout=settings.timeout_s, **unchecked)
    if settings.verify:
        trust = {"ssl_context": ssl.create_default_context(cafile=settings.ca_file)}
    else:
        trust = {"cert_reqs": "CERT_NONE"}
    # Nothing is sent again but for a redirect, as it is with the others.
    retries = urllib3.Retry(total=None, connect=0, read=0, status=0, other=0, redirect=settings.max_redirects)
    return kind(
        num_pools=settings.max_redirects + 1,
        timeout=settings.timeout_s,
        maxsize=settings.in_flight,
        retries=retries,
        **trust,
    )


def describe(manager, settings: Settings):
    """What a PoolManager is, read off it."""
    options = manager.connection_pool_kw
    retries = options.get("retries", urllib3.Retry.DEFAULT)
    if retries.total is None:
        redirects = f"followed, up to {retries.redirect}"
    else:
        redirects = f"followed, up to {retries.total}, failures that are tried again counted in"
    return {
        "redirects": redirects,
        "timeout": f"{options['timeout']:g} s to connect, {options['timeout']:g} s between bytes",
        "pool": f"{options.get('maxsize', 1)} kept per host, more are opened and closed",
        "proxies": "none" if manager.proxy is None else "given",
        "netrc": "not read",
        "cookies": "not kept",
        "retries": "none" if retries.total is None else f"{retries.total}, redirects counted in",
        "certificates": "OpenSSL's",
        "accept-encoding": "identity",
    }


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""
    original, head = urllib3.PoolManager.request, http.client.HTTPConnection
    putrequest, putheader, sent = head.putrequest, head.putheader, []

    def putrequest_noted(self, method, url, *args, **options):
        scheme = "https" if isinstance(self, http.client.HTTPSConnection) else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        sent.append((method, f"{scheme}://{host}:{self.port}{url}", []))
        return putrequest(self, method, url, *args, **options)

    def putheader_noted(self, name, *values):
        sent[-1][2].extend((name, value) for value in values)
        return putheader(self, name, *values)

    def request(self, method, url, *args, **options):
        sent.clear()
        response = original(self, method, url, *args, **options)
        history = response.retries.history if response.retries is not None else ()
        steps = [step for step in history if step.redirect_location]
        for step in steps:
            url = urljoin(url, step.redirect_location)
        seen(
            status=response.status,
            url=url,
            first_status=steps[0].status if steps else response.status,
            http_version={10: "1.0", 11: "1.1", 20: "2"}.get(response.version, "unknown"),
            hops=list(sent),
            sets_cookies="Set-Cookie" in response.headers,
            connection=response.headers.get("Connection", ""),
            keeps_cookies=False,
        )
        return response

    head.putrequest, head.putheader = putrequest_noted, putheader_noted
    urllib3.PoolManager.request = request
