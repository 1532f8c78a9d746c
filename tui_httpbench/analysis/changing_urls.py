"""URLs that a server makes up anew for each request: what of them can be compared all the same."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit


def stable_part(urls: Iterable[list[str]]) -> int:
    """How much of it changes by itself: 0 nothing, then its query, its path, all of it.

    ``urls`` are, for each mode, those of one and the same request, each time that the mode was asked.
    """
    own = list(urls)
    return next(part for part in range(4) if all(len({url_part(url, part) for url in each}) <= 1 for each in own))


def url_part(url: str, part: int) -> str:
    """The URL, or the target of a request, without as much as ``stable_part`` has said to change."""
    if part == 0 or not url:
        return url
    parts = urlsplit(url)
    return (url.partition("?")[0], f"{parts.scheme}://{parts.netloc}", "")[part - 1]
