"""What a library tells that it sent, corrected by what went over the wire; loaded by probes alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from .wire import Wire, WireRequest, as_sent


def sent_requests(
    told: Iterable[tuple[Any, ...]], url: object, *, is_whole: bool, wire: Wire
) -> tuple[list[dict[str, Any]], str]:
    """The requests that a library tells of, and the URL where they ended, as they were really sent.

    ``told`` has method, URL, headers and, where no header tells it, the length of the body; ``is_whole`` says whether
    those are all headers. This account stands where as many requests were not seen to leave: then the library sends
    past Python's sockets, or speaks HTTP/2.
    """
    hops, end = [_hop(*hop, is_whole=is_whole) for hop in told], written(url)
    seen = wire.requests()
    if len(seen) == len(hops):
        hops = [_as_seen(hop["url"], request) for hop, request in zip(hops, seen)]
    # A target alone was read off a head; a library's own spelling of where it ended need not be what it sent.
    if hops and end and (seen or hops[-1]["url"].startswith("/")) and len(seen) in (0, len(hops)):
        end = _at_target(end, _target_of(hops[-1]["url"]))
    return hops, end


def written(text: object) -> str:
    """What a library tells in bytes or in an object of its own."""
    return text.decode("latin-1") if isinstance(text, bytes) else str(text)


def _hop(method: Any, url: Any, headers: Any, body_bytes: int | None = None, *, is_whole: bool) -> dict[str, Any]:
    """One request as told; its headers say how long its body was, as they tell a server, unless that was told."""
    pairs = [(written(name), written(value)) for name, value in headers]
    by_name = {name.lower(): value for name, value in pairs}
    length = by_name.get("content-length", "" if "transfer-encoding" in by_name else "0")
    if body_bytes is None and length.isdecimal():
        body_bytes = int(length)
    text = written(url)
    if text.startswith("/"):  # read off a head
        text = as_sent(text.encode("latin-1", "replace"))
    return _made(written(method), text, pairs, body_bytes, is_whole)


def _as_seen(told_url: str, seen: WireRequest) -> dict[str, Any]:
    return _made(seen.method, _at_target(told_url, seen.target), seen.headers, seen.body_bytes, True)


def _made(method: str, url: str, headers: Any, body_bytes: int | None, is_whole: bool) -> dict[str, Any]:
    return {"method": method, "url": url, "headers": headers, "body_bytes": body_bytes, "is_whole": is_whole}


def _at_target(url: str, target: str) -> str:
    """The URL with what a request's first line has in the place of its path and query; to a proxy that is all of it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{target}" if target.startswith("/") and parts.netloc else target


def _target_of(url: str) -> str:
    """Path and query of a URL, character by character."""
    rest = url.partition("#")[0]
    if rest.startswith("/"):
        return rest
    parts = urlsplit(rest)
    target = rest[len(parts.scheme) + len("://") + len(parts.netloc) :]
    return target if target.startswith("/") else f"/{target}"
