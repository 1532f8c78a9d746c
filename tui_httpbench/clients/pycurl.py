"""pycurl: libcurl's handles; synchronous, in C."""

from __future__ import annotations

import io
import os

import certifi
import pycurl

from tui_httpbench.clients import Request, Settings, mode, streamed

NATIVE = True
PACKAGES = ("pycurl", "certifi")
STREAMS_UPLOADS = True


@mode("pycurl", "Curl: a handle for each in flight, kept; two threads at one would abort", kept=True)
def pycurl_handles(request: Request, new):
    idle = []

    def send():
        try:
            curl = idle.pop()
        except IndexError:
            curl = prepared(new(pycurl.Curl), request)
        body = io.BytesIO()
        curl.setopt(pycurl.WRITEDATA, body)
        if request.is_streamed:
            curl.setopt(pycurl.READDATA, request.body)
        curl.perform()
        status = curl.getinfo(pycurl.RESPONSE_CODE)
        idle.append(curl)
        return status, body.getvalue()

    yield send


@streamed("pycurl")
def pycurl_handles_streamed(request: Request, new):
    idle = []

    def send():
        try:
            curl = idle.pop()
        except IndexError:
            curl = prepared(new(pycurl.Curl), request)
        sizes = []

        def count(piece):
            sizes.append(len(piece))

        curl.setopt(pycurl.WRITEFUNCTION, count)
        if request.is_streamed:
            curl.setopt(pycurl.READDATA, request.body)
        curl.perform()
        status = curl.getinfo(pycurl.RESPONSE_CODE)
        idle.append(curl)
        return status, sum(sizes)

    yield send


# Below: how a handle gets its request, how it is made in this run, what it then is, and what came back. One on which a
# request failed is not put back, so it is closed.


def prepared(curl, request: Request):
    """The handle with all of the request, which it keeps from one perform() to the next."""
    curl.setopt(pycurl.URL, request.url)
    # A header without a value is written with a semicolon: with a colon, libcurl takes it out.
    headers = [f"{name}: {value}" if value else f"{name};" for name, value in request.headers.items()]
    curl.setopt(pycurl.HTTPHEADER, headers)
    accepted = {name.lower(): value for name, value in request.headers.items()}.get("accept-encoding")
    if accepted is not None:
        curl.setopt(pycurl.ACCEPT_ENCODING, accepted)  # without it, libcurl decodes nothing
    if request.is_streamed:  # READDATA is set for each request
        curl.setopt(pycurl.POST, True)
        curl.setopt(pycurl.POSTFIELDSIZE_LARGE, int(request.headers["Content-Length"]))
    elif request.body is not None:
        curl.setopt(pycurl.POSTFIELDSIZE_LARGE, len(request.body))
        curl.setopt(pycurl.POSTFIELDS, request.body)
    if request.method == "HEAD":
        curl.setopt(pycurl.NOBODY, True)
    elif request.method != ("GET" if request.body is None else "POST"):
        curl.setopt(pycurl.CUSTOMREQUEST, request.method)
    return curl


def new(kind, settings: Settings):
    """A handle of this run."""
    curl = kind()
    for option, value in _options(settings).items():
        curl.setopt(option, value)
    return curl


def _options(settings: Settings):
    """What is set on a handle; libcurl shows nothing of it, so ``describe`` reads it here."""
    options = {
        pycurl.NOSIGNAL: True,  # or a timeout would send a signal, which threads can't have
        pycurl.TIMEOUT_MS: round(settings.timeout_s * 1000),
        pycurl.CONNECTTIMEOUT_MS: round(settings.timeout_s * 1000),
    }
    if not settings.verify:
        options |= {pycurl.SSL_VERIFYPEER: 0, pycurl.SSL_VERIFYHOST: 0}
    elif settings.equal and settings.ca_file:
        options[pycurl.CAINFO] = settings.ca_file
    else:
        # Wheels of pycurl find no certificates by themselves; certifi's is what its documentation says to set.
        options[pycurl.CAINFO] = os.environ.get("SSL_CERT_FILE") or certifi.where()
    if settings.equal:
        options |= {
            pycurl.FOLLOWLOCATION: True,
            pycurl.MAXREDIRS: settings.max_redirects,
            pycurl.PROXY: "",
            pycurl.NOPROXY: "*",
            pycurl.NETRC: pycurl.NETRC_IGNORED,
            pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
            pycurl.MAXAGE_CONN: 3600,
            pycurl.MAXCONNECTS: settings.max_redirects + 1,
        }
    return options


def describe(curl, settings: Settings):
    """What a handle is: what was set on it, and libcurl's documented defaults, since it shows neither."""
    options = _options(settings)
    redirects = options.get(pycurl.MAXREDIRS)
    return {
        "redirects": "not followed" if redirects is None else f"followed, up to {redirects}",
        "timeout": f"{options[pycurl.TIMEOUT_MS] / 1000:g} s in all",
        "pool": "none: a handle for each in flight, each keeps its connections",
        "proxies": "none" if pycurl.PROXY in options else _proxy(settings.url),
        "netrc": "not read",
        "cookies": "not kept",
        "retries": "one, of what failed on a kept connection",
        "certificates": "certifi's",
        "accept-encoding": "none",
    }


def _proxy(url):
    # As libcurl documents it: for http, in small letters only.
    from urllib.parse import urlsplit
    from urllib.request import proxy_bypass_environment

    parts, get = urlsplit(url), os.environ.get
    without = get("no_proxy") or get("NO_PROXY") or ""
    if proxy_bypass_environment(parts.netloc.rpartition("@")[2], {"no": without}):
        return "none in the environment"
    own = get("http_proxy") if parts.scheme == "http" else get("https_proxy") or get("HTTPS_PROXY")
    return own or get("all_proxy") or get("ALL_PROXY") or "none in the environment"


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""
    original = pycurl.Curl
    HEAD_SENT = 2  # CURLINFO_HEADER_OUT
    versions = {
        pycurl.CURL_HTTP_VERSION_1_0: "1.0",
        pycurl.CURL_HTTP_VERSION_1_1: "1.1",
        pycurl.CURL_HTTP_VERSION_2_0: "2",
        pycurl.CURL_HTTP_VERSION_3: "3",
    }

    class Curl(original):
        def perform(self):
            lines, sent = [], []
            self.setopt(pycurl.HEADERFUNCTION, lines.append)
            self.setopt(pycurl.VERBOSE, True)
            self.setopt(pycurl.DEBUGFUNCTION, lambda kind, data: sent.append(data) if kind == HEAD_SENT else None)
            super().perform()
            heads = [line.split() for line in lines if line.startswith(b"HTTP/")]
            statuses = [int(parts[1]) for parts in heads if len(parts) > 1 and parts[1].isdigit()]
            final = [status for status in statuses if status >= 200]
            seen(
                status=self.getinfo(pycurl.RESPONSE_CODE),
                url=self.getinfo(pycurl.EFFECTIVE_URL),
                first_status=[*final, self.getinfo(pycurl.RESPONSE_CODE)][0],
                http_version=versions.get(self.getinfo(pycurl.INFO_HTTP_VERSION), "unknown"),
                hops=[_hop(head) for head in sent if not head.startswith(b"CONNECT ")],
                sets_cookies=any(line.lower().startswith(b"set-cookie:") for line in lines),
                address=self.getinfo(pycurl.PRIMARY_IP),
                keeps_cookies=bool(self.getinfo(pycurl.INFO_COOKIELIST)),
            )

    def _hop(head):
        first, *rest = head.decode("latin-1").rstrip().split("\r\n")
        method, target = first.rpartition(" ")[0].split(" ", 1)
        return method, target, [tuple(line.split(": ", 1)) for line in rest if ": " in line]

    Curl.__module__, Curl.__qualname__ = "pycurl", "Curl"
    pycurl.Curl = Curl
