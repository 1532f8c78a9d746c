"""http.client: Python's own, without pool, redirects or decoding: the floor for a kept connection."""

from __future__ import annotations

import functools
import http.client
import ssl
import zlib
from urllib.parse import urlsplit

from tui_httpbench.clients import PIECE, Request, Settings, mode, streamed

NAME = "http.client"
STREAMS_UPLOADS = True


@mode("http.client", "HTTPConnection: one for each in flight, kept", kept=True)
def http_client(request: Request, new):
    url, target = split(request.url)
    idle = []

    def send():
        try:
            connection = idle.pop()
        except IndexError:
            connection = connect(new, url)
        connection.request(
            request.method,
            target,
            request.body,
            request.headers,
        )
        response = connection.getresponse()
        body = response.read()
        idle.append(connection)
        return response.status, decoded(response, body)

    yield send


@streamed("http.client")
def http_client_streamed(request: Request, new):
    url, target = split(request.url)
    idle = []

    def send():
        try:
            connection = idle.pop()
        except IndexError:
            connection = connect(new, url)
        connection.request(
            request.method,
            target,
            request.body,
            request.headers,
        )
        response = connection.getresponse()
        size = 0
        for piece in pieces(response):
            size += len(piece)
        idle.append(connection)
        return response.status, size

    yield send


# Below: what http.client leaves to its callers, how a connection is made in this run, what it then is, and what came
# back. One on which a request failed is not put back, so it is closed.


def split(url):
    """The URL's parts, and what a request line has of it."""
    parts, whole = urlsplit(url), url.partition("#")[0]
    target = whole[len(f"{parts.scheme}://{parts.netloc}") :]  # as it is: a bare ? at its end counts
    return parts, target if target.startswith("/") else f"/{target}"


def connect(new, url):
    """A connection to the URL's host, opened with its first request, and anew where the server has said it closes."""
    secure = url.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    return new(kind, host=url.hostname, port=url.port, secure=secure)


def decoded(response, body):
    """The body without gzip or deflate."""
    encoding = response.headers["Content-Encoding"]
    if not body or encoding not in ("gzip", "x-gzip", "deflate"):
        return body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body)
    except zlib.error:
        if encoding != "deflate":
            raise
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body)  # some servers leave out zlib's header


def pieces(response):
    """The body piece by piece, without gzip or deflate."""
    encoding = response.headers["Content-Encoding"]
    piece = response.read(PIECE)
    if not piece or encoding not in ("gzip", "x-gzip", "deflate"):
        decoder = None
    elif encoding == "deflate" and (piece[0] & 15 != 8 or int.from_bytes(piece[:2], "big") % 31):
        decoder = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers leave out zlib's header
    else:
        decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)
    while piece:
        yield piece if decoder is None else decoder.decompress(piece)
        piece = response.read(PIECE)


def new(kind, settings: Settings, *, secure, **more):
    """An HTTPConnection of this run, or an HTTPSConnection where it is to be ``secure``."""
    if secure and not settings.verify:
        more["context"] = ssl._create_unverified_context()
    elif secure and settings.equal:
        more["context"] = _context(settings.ca_file)
    return kind(timeout=settings.timeout_s, **more)


@functools.cache
def _context(ca_file):
    # One for all connections, as clients with a pool have it; by itself, each connection makes its own.
    return ssl.create_default_context(cafile=ca_file)


def describe(connection, settings: Settings):
    """What a connection is: its timeout read off it; it has no other settings, so the rest is what it can't do."""
    return {
        "redirects": "not followed",
        "timeout": f"{connection.timeout:g} s to connect, {connection.timeout:g} s between bytes",
        "pool": "none: a connection for each in flight, kept until the end",
        "proxies": "none",
        "netrc": "not read",
        "cookies": "not kept",
        "retries": "none",
        "certificates": "OpenSSL's",
        "accept-encoding": "identity",
    }


def watch_responses(seen):
    """Makes every further response be described to ``seen``: for the probe, never for a timed round."""
    kind = http.client.HTTPConnection
    putrequest, putheader, getresponse = kind.putrequest, kind.putheader, kind.getresponse

    def putrequest_noted(self, method, url, *args, **options):
        self.noted = method, url, []
        return putrequest(self, method, url, *args, **options)

    def putheader_noted(self, name, *values):
        self.noted[2].extend((name, value) for value in values)
        return putheader(self, name, *values)

    def watched(self):
        response = getresponse(self)
        scheme = "https" if isinstance(self, http.client.HTTPSConnection) else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == self.default_port else f":{self.port}"
        method, target, headers = self.noted
        url = f"{scheme}://{host}{port}{target}"
        seen(
            status=response.status,
            url=url,
            first_status=response.status,
            http_version={10: "1.0", 11: "1.1"}.get(response.version, "unknown"),
            hops=[(method, url, headers)],
            sets_cookies="Set-Cookie" in response.headers,
            connection=response.headers.get("Connection", ""),
            keeps_cookies=False,
        )
        return response

    kind.putrequest, kind.putheader, kind.getresponse = putrequest_noted, putheader_noted, watched
