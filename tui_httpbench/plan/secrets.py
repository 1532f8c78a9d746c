"""Which values of a plan, and of what clients read on this machine, are credentials that no text may show."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from string import Template
from urllib.parse import unquote, urlsplit

from tui_httpbench.files.small_file import read_small_file
from tui_httpbench.plan.header_values import expand_headers, is_reference
from tui_httpbench.text.hiding import (
    Hiding,
    holds_credentials,
    secrets_of_body,
    secrets_of_header,
    secrets_of_login,
    secrets_of_url,
)

Header = tuple[str, str]

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_NETRC_NAMES = (".netrc", "_netrc")
_MAX_NETRC_BYTES = 1_000_000
_NETRC_ENTRY = re.compile(r"\b(?:machine\s+\S+|default)\b(.*?)(?=\bmachine\s|\bdefault\b|\Z)", re.DOTALL)
_NETRC_WORD = re.compile(r'\b(login|account|password)\s+("(?:[^"\\]|\\.)*"|\S+)')


def hiding_of(url: str, headers: Iterable[Header], body: bytes | None = None) -> Hiding:
    """What hides the credentials that stand in a plan: in its URL, its headers as they were typed, and its body."""
    values = secrets_of_url(url) | secrets_of_body(body or b"")
    for name, value in headers:
        if holds_credentials(name, value) and not is_reference(value):
            values |= secrets_of_header(name, value)
    return Hiding().and_also(values)


def hiding_in_run(
    url: str, headers: tuple[Header, ...], body: bytes | None = None, environment: Mapping[str, str] = os.environ
) -> Hiding:
    """``hiding_of``, and what the clients of a run get from elsewhere.

    That are the variables that headers name, the passwords of proxies, and those of netrc. Raises PlanError where a
    variable is not set.
    """
    values: set[str] = set()
    for (name, typed), (_, sent) in zip(headers, expand_headers(headers, environment), strict=True):
        variables = Template(typed).get_identifiers() if "$" in typed else []
        if variables or holds_credentials(name, sent):
            values |= secrets_of_header(name, sent) | {environment[variable] for variable in variables}
    for variable, value in environment.items():
        if variable.lower() in _PROXIES:
            values |= _secrets_of_proxy(value)
    return hiding_of(url, headers, body).and_also(values | _secrets_of_netrc(environment))


def credential_names(headers: tuple[Header, ...], hiding: Hiding) -> frozenset[str]:
    """The headers, in small letters, whose values must not be shown or kept.

    They have the name of a secret, look like one, or hold a value that ``hiding`` hides.
    """
    return frozenset(
        name.lower() for name, value in headers if holds_credentials(name, value) or hiding.hide(value) != value
    )


def _secrets_of_proxy(url: str) -> set[str]:
    with suppress(ValueError):
        parts = urlsplit(url if "//" in url else f"//{url}")
        if parts.password:
            logins = {(parts.username or "", parts.password), (unquote(parts.username or ""), unquote(parts.password))}
            return set[str]().union(*(secrets_of_login(*login) for login in logins))
    return set()


def _secrets_of_netrc(environment: Mapping[str, str]) -> set[str]:
    """The passwords of the file that clients read: that of the variable NETRC, or the one in the user's home."""
    named = environment.get("NETRC")
    found: set[str] = set()
    with suppress(RuntimeError):  # there is no home
        for path in [Path(named)] if named else [Path.home() / name for name in _NETRC_NAMES]:
            with suppress(OSError):
                found |= _secrets_in_netrc(read_small_file(path, _MAX_NETRC_BYTES).decode("utf-8", "replace"))
    return found


def _secrets_in_netrc(text: str) -> set[str]:
    found: set[str] = set()
    for entry in _NETRC_ENTRY.findall(text):
        words = {key: value[1:-1] if value[:1] == '"' else value for key, value in _NETRC_WORD.findall(entry)}
        if "password" in words:
            found |= secrets_of_login(words.get("login", ""), words["password"])
    return found
