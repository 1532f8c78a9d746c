"""Credentials in a URL's query, which no file may keep."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from tui_httpbench.plan import is_secret

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


def _is_secret(name: str) -> bool:
    name = unquote_plus(name).lower().replace("_", "-")
    return name in _SECRET_NAMES or is_secret(name) or _SECRET_PARTS.search(name) is not None
