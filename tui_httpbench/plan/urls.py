"""The URL as people type it: taken, completed with ``http://`` where curl would, or told of in one sentence."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from tui_httpbench.plan.error import PlanError
from tui_httpbench.text.hiding import drop_secrets
from tui_httpbench.text.quoting import character_name, shortened, typed_bytes

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE | re.ASCII)
_OTHER_SCHEME = re.compile(r"(?!localhost:)([a-z][a-z0-9+-]*):/", re.IGNORECASE | re.ASCII)
"""One without a host, as in ``unix:/run/socket``; what has a dot is a host."""
_WEB = re.compile(r"(https?)([:;]?/*)", re.IGNORECASE | re.ASCII)
"""How a web URL begins, mistyped ones too: its scheme, and what should be ``://``."""
_PORT = re.compile(r"\d+([/?#]|$)", re.ASCII)
_HERE = re.compile(r":(\d*)([/?#]|$)", re.ASCII)
"""How httpie has this machine: ``:8000/path``, ``:/path``."""
_NUMBER = re.compile(r"\d*\.?\d*\.?", re.ASCII)
_NO_COLON = re.compile(r"\w+://[^/?#]*\][^:/?#]")
_BARE_IPV6 = re.compile(r"https?://[0-9a-f.]*:[0-9a-f.]*:[0-9a-f.:]*([/?#]|$)", re.IGNORECASE | re.ASCII)
_NEVER_IN_A_HOST = "\"'<>\\^`{|}"
_EXAMPLE = "example.com/path"
_MAX_ADVICE_LENGTH = 80
MAX_PORT = 65_535
_USER_NAME = (
    "The URL holds a user name; send it as a header instead: Authorization, with 'Basic ' and what "
    "'printf %s USER:PASSWORD | base64' prints."
)


def parse_url(text: str) -> str:
    """The URL as it will be requested; empty text means ``/`` at the embedded target. Raises PlanError.

    As for curl, ``host.name``, ``localhost`` and ``host:port``, with a path or without, are http; as for httpie, so
    are ``:port`` and ``:/path`` of this machine.
    """
    text = text.strip()
    if not text:
        return "/"
    if text.startswith("/") and not text.startswith("//"):
        _refuse_characters(text, 0, 0)
        return text
    if here := _HERE.match(text):
        text = f"localhost{text if here[1] else text[1:]}"
    start = _begin_of_host(text)
    end = next((at for at in range(start, len(text)) if text[at] in "/?#"), len(text))
    if "@" in text[start:end]:  # first of all: no other sentence may quote a password
        raise PlanError("url", _USER_NAME)
    _refuse_characters(text, start, end)
    url = _with_scheme(text)
    _check(url)
    return url


def _begin_of_host(text: str) -> int:
    found = _SCHEME.match(text) or _WEB.match(text)
    return found.end() if found else len(text) - len(text.lstrip("/"))


def _refuse_characters(text: str, start: int, end: int) -> None:
    """Refuses what no URL can have in it; from ``start`` to ``end`` is its host."""
    for at, character in enumerate(text):
        is_blank = character.isspace() or not character.isprintable()
        if at < end and (is_blank or character in _NEVER_IN_A_HOST):
            break
        if at >= end and is_blank:
            encoded = "".join(f"%{byte:02X}" for byte in typed_bytes(character))
            raise PlanError("url", f"The URL has {character_name(character)} in it; write it as {encoded}.")
    else:
        return
    name = character_name(character)
    if "://" in text[at:]:
        raise PlanError("url", f"The URL has {name} before its scheme; begin with http:// or https://.")
    host = "".join(c for c in text[start:end] if c.isprintable() and c not in f" {_NEVER_IN_A_HOST}")
    advice = _if_it_works(text[:start] + host + text[end:])
    raise PlanError("url", f"The URL has {name} in its host; leave it out{advice and f': {advice}'}.")


def _with_scheme(text: str) -> str:
    web = _WEB.match(text)
    if web and web[2] == "://":
        return text
    shown = _shown(text)
    if web and web[2] and not (web[2] == ":" and _PORT.match(text, web.end())):
        scheme = web[1].lower()
        advice = _if_it_works(f"{scheme}://{text[web.end() :]}") or f"{scheme}://{_EXAMPLE}"
        raise PlanError("url", f"The URL {shown!r} must begin with {scheme}:// and a host; write {advice}.")
    if scheme_of_another := _SCHEME.match(text) or _OTHER_SCHEME.match(text):
        raise PlanError(
            "url", f"The URL's scheme is {shortened(scheme_of_another[1])!r}; only http and https can be measured."
        )
    url = f"http://{text.lstrip('/')}"
    if not text.startswith("/") and _names_a_host(url):
        return url
    advice = _if_it_works(url) or f"http://{_EXAMPLE}"
    raise PlanError("url", f"The URL {shown!r} has no scheme; write {advice}.")


def _names_a_host(url: str) -> bool:
    """Whether what stands before port and path can only be meant as a host, not as a command or a number."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return True  # and a wrong one, which is told of
    if _NUMBER.fullmatch(host):
        return port is not None and host != ""
    return port is not None or host == "localhost" or "." in host or ":" in host


def _if_it_works(url: str) -> str:
    """The URL as advice; an empty text where it would be refused, or is too long for a sentence."""
    try:
        return url if len(url) <= _MAX_ADVICE_LENGTH and parse_url(url) == url else ""
    except PlanError:
        return ""


def _check(url: str) -> None:
    if _BARE_IPV6.match(url):
        raise PlanError("url", "An IPv6 address stands in brackets; write it as in http://[::1]:8000/path.")
    if _NO_COLON.match(url):  # some versions of Python would say no more than that the address is invalid
        raise PlanError("url", "Behind an IPv6 address, a colon stands before the port: http://[::1]:8000/path.")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        if "@" in url.partition("?")[0]:  # behind a password with a slash
            raise PlanError("url", _USER_NAME) from None
        raise PlanError("url", f"The URL {_shown(url)!r} can't be read: {_as_clause(error)}.") from None
    if not host:
        here = _if_it_works(url.replace("://", "://localhost", 1)) if parts.netloc.startswith(":") else ""
        advice = here or f"{url.partition('://')[0]}://{_EXAMPLE}"
        raise PlanError("url", f"The URL {_shown(url)!r} has no host; write {advice}.")
    _check_port(url, parts)


def _check_port(url: str, parts: SplitResult) -> None:
    """Refuses a port that can't be connected to. Raises PlanError."""
    port = parts.netloc.rpartition("]")[2].partition(":")[2]
    if not port or (port.isascii() and port.isdecimal() and len(port) < 10 and 0 < int(port) <= MAX_PORT):
        return
    if "@" in url.partition("?")[0]:
        raise PlanError("url", _USER_NAME)
    raise PlanError(
        "url",
        f"The URL's port is {shortened(port)!r}; write a number from 1 to {MAX_PORT}, or leave it out with its colon.",
    )


def _shown(url: str) -> str:
    """As much of a URL as an error quotes, without its secrets; a good URL is not searched, since that takes time."""
    return shortened(drop_secrets(url), 60)


def _as_clause(error: Exception) -> str:
    text = shortened(str(error).rstrip("."), 100)
    return text[:1].lower() + text[1:]
