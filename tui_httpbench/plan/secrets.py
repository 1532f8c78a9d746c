"""Credentials in a URL's query, which no result may show and no file may keep."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, unquote_plus

from tui_httpbench.plan.plan import is_secret

# Names that say nothing among headers, but do in a query.
_SECRET_NAMES = frozenset({"auth", "code", "jwt", "key", "pass", "passwd", "pwd", "session", "sid", "sig"})
_SECRET_PARTS = re.compile(r"access-?key|credential|private-?key|session-?id")
# Behind ? or #: sign-in pages hand tokens over in the fragment.
_PARAMETER = re.compile(r"(?<=[?&;#])([^?&;#=]*)=([^&;#]*)")


def drop_secrets(url: str) -> str:
    """The URL with the values of parameters that are likely credentials, such as ``token``, left empty."""
    return _PARAMETER.sub(lambda match: f"{match[1]}=" if _is_secret(match[1]) else match[0], url)


def holds_secret(url: str) -> bool:
    """Whether a parameter of the URL is likely a credential."""
    return drop_secrets(url) != url


def secret_parameters(url: str) -> tuple[str, ...]:
    """Those parameters of a URL, such as ``token=abc``, in every form in which a client may write them."""
    found = {match[0] for match in _PARAMETER.finditer(url) if match[2] and _is_secret(match[1])}
    forms = {form for text in found for form in (text, unquote(text), _requoted(text), _requoted(unquote(text)))}
    return tuple(sorted(forms, key=len, reverse=True))


def _requoted(text: str) -> str:
    return quote(text, safe="!#$%&'()*+,/:;=?@[]~")


def _is_secret(name: str) -> bool:
    name = unquote_plus(name).lower().replace("_", "-")
    return name in _SECRET_NAMES or is_secret(name) or _SECRET_PARTS.search(name) is not None
