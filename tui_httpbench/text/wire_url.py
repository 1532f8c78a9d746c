"""A URL as it goes over the wire, however a library spells it."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, quote, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ASCII = "".join(map(chr, range(0x21, 0x7F)))


def wire_url(url: str) -> str:
    """One spelling for all URLs that make the same request; what is no URL with a host comes back as it is.

    Scheme and host are lower case, an IPv6 address is short, a default port and an empty one are left out, the empty
    path is ``/``. Fragment, user and password stay behind, as they are no part of a request's target. What is
    percent-encoded stays so, and nothing else becomes so but what has to: servers may tell ``%7E`` from ``~``. Nor is
    an empty query none: ``/?`` is sent as it is.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return url
    if not host:
        return url
    shown = _host(host)
    if port not in (None, _DEFAULT_PORTS.get(parts.scheme)):
        shown += f":{port}"
    sent = SplitResult(parts.scheme, shown, _encoded(parts.path) or "/", _encoded(parts.query), "").geturl()
    return sent if parts.query or "?" not in url.partition("#")[0] else f"{sent}?"


def wire_target(url: str) -> str:
    """Path and query, as the first line of a request has them; the URL may be such a target alone."""
    if url.startswith("/"):
        return url
    _, scheme_ends, rest = wire_url(url).partition("://")
    return "/" + rest.partition("/")[2] if scheme_ends else url


def wire_host(host: str, scheme: str = "http") -> str:
    """One spelling for all values of a ``Host`` header that name the same host and port."""
    return wire_url(f"{scheme}://{host}/").partition("://")[2].removesuffix("/")


def _host(host: str) -> str:
    """The host as a request names it; an address of IPv6 in brackets, one that is none of either as it is."""
    if ":" in host:
        address, percent, zone = host.partition("%")
        try:
            return f"[{ipaddress.IPv6Address(address).compressed}{percent}{zone}]"
        except ValueError:
            return f"[{host}]"
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def _encoded(text: str) -> str:
    return quote(text, safe=_ASCII)
