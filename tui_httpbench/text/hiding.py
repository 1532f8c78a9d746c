"""Credentials hidden in texts, by where they stand and by what they are: all that is stored or shown passes here.

A text from elsewhere (a client's message, a redirect's target, a head that a server echoes) passes when it comes in, so
that no file, screen or report has to think of it.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import unquote, unquote_plus

from tui_httpbench.worker.hiding import MASK as MASK
from tui_httpbench.worker.hiding import MIN_LENGTH as MIN_LENGTH
from tui_httpbench.worker.hiding import Needle, hide_values, needles_of
from tui_httpbench.worker.secret_names import is_secret_name
from tui_httpbench.worker.secret_places import hide_places

_MIN_DIGITS = 9
"""The same for one of digits alone, which may be a port, a size or a time."""
_MAX_DECODED = 4
"""How many times over a value is decoded, and a URL within a URL is looked into."""

T = TypeVar("T")

_PARAMETER = re.compile(r"(?<=[?&;#])([^?&;#=]*)=([^&;#]*)")
_ENDS_VALUE = re.compile(r"[&;#]")
_JSON_PAIR = re.compile(r'"([^"\\]{1,100})"\s*:\s*"((?:[^"\\]|\\.)*)"')
_CREDENTIALS = re.compile(r"(bearer|basic|digest|negotiate|token|apikey) +(\S.*)", re.IGNORECASE)
_COMMON = frozenset(
    {"accept", "aiohttp", "application", "charset", "client", "connection", "cookie", "cookies", "default", "disabled"}
    | {"enabled", "example", "failed", "google", "header", "headers", "localhost", "message", "nobody", "nothing"}
    | {"object", "password", "private", "public", "pycurl", "python", "refused", "request", "requests", "response"}
    | {"server", "session", "status", "string", "testing", "timeout", "undefined", "unknown", "urllib3", "username"}
)
"""Words that texts are made of: as a value, such a one is not looked for."""


@dataclasses.dataclass(frozen=True)
class Hiding:
    """Hides secrets: those that stand where secrets stand, and these ``values`` wherever they stand.

    A value is found in each percent-form (decoded, encoded, encoded again, in capital and small letters) and with
    backslashes before its signs, a long one whether its own letters are capital or small. ``can_be_found`` tells which
    values are looked for.
    """

    values: frozenset[str] = frozenset()

    @cached_property
    def _needles(self) -> tuple[Needle, ...]:
        return needles_of(self.values)

    def and_also(self, values: Iterable[str]) -> Hiding:
        """This and more values; those that can't be looked for are left out."""
        return Hiding(self.values | {value for value in values if all(map(can_be_found, _decoded(value)))})

    def hide(self, text: str) -> str:
        """The text without secrets."""
        # First the values, of which a rule could take a part for a parameter.
        return hide_places(hide_values(text, self._needles) if self.values else text)

    def hide_in(self, value: T) -> T:
        """The same value with its texts hidden: those in lists, tuples, tables (not their keys) and dataclasses.

        What the ``OURS`` of a dataclass names stays: ids that others go by, and what was hidden before.
        """
        hidden: Any = value
        if isinstance(value, str):
            hidden = self.hide(value)
        elif isinstance(value, (list, tuple)):
            hidden = type(value)(map(self.hide_in, value))
        elif isinstance(value, Mapping):
            hidden = {key: self.hide_in(item) for key, item in value.items()}
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            ours = getattr(value, "OURS", ())
            names = [field.name for field in dataclasses.fields(value) if field.init and field.name not in ours]
            hidden = dataclasses.replace(value, **{name: self.hide_in(getattr(value, name)) for name in names})
        return hidden  # type: ignore[no-any-return]


ANYONES = Hiding()
"""Hides what is a secret by where it stands; for texts of which nobody knows the run."""


def can_be_found(value: str) -> bool:
    """Whether a value is looked for in any text; what is short or common is not, or it would blot out others."""
    least = _MIN_DIGITS if value.isdecimal() else MIN_LENGTH
    return len(value) >= least and value.replace("\\", "").lower() not in _COMMON and MASK not in value


def drop_secrets(url: str) -> str:
    """The URL with the values of parameters that are likely credentials, such as ``token``, left empty.

    Those of a URL within it are, too; a user and a password are masked.
    """
    dropped = _PARAMETER.sub(lambda match: f"{match[1]}=" if is_secret_name(match[1]) else match[0], url)
    return ANYONES.hide(dropped)


def holds_secret(url: str) -> bool:
    """Whether a parameter of the URL is likely a credential."""
    return drop_secrets(url) != url


def secret_parameters(url: str, *, filled: bool) -> tuple[str, ...]:
    """The names of the URL's parameters that are likely credentials: those that have a value, or those without one."""
    found = (match for match in _PARAMETER.finditer(url) if is_secret_name(match[1]) and bool(match[2]) == filled)
    return tuple(dict.fromkeys(match[1] for match in found))


def lacks_secret(url: str) -> bool:
    """Whether a credential seems to have been taken out of the URL, as ``drop_secrets`` does."""
    return MASK in url or any(is_secret_name(match[1]) and match[0].endswith("=") for match in _PARAMETER.finditer(url))


def holds_credentials(name: str, value: str) -> bool:
    """Whether a header's value is likely a credential: by its name, or since the value looks like one."""
    return (bool(name) and is_secret_name(name)) or (bool(value) and ANYONES.hide(value) != value)


def secrets_of_url(url: str) -> set[str]:
    """The values of parameters that are likely credentials, of URLs within the URL as well."""
    return set[str]().union(*map(_secrets_of_query, _decoded(url)))


def _secrets_of_query(text: str) -> set[str]:
    """The values of secret parameters behind each ``?`` and ``&``, without decoding any.

    In ``next=https://a/?token=abc?def``, where no ``&`` stands, a value may end before a question mark or not: both are
    told.
    """
    found: set[str] = set()
    for number, run in enumerate(_ENDS_VALUE.split(text)):
        position, is_first = 0, True
        for part in run.split("?"):
            name, equals, value = part.partition("=")
            if equals and (number or position) and is_secret_name(name):
                found.add(value)
                if is_first:  # what it goes on to holds the values of the others
                    found.add(run[position + len(name) + 1 :])
                is_first = False
            position += len(part) + 1
    return found - {""}


def secrets_of_header(name: str, value: str) -> set[str]:
    """What of a header must not be seen: its value, what stands behind a scheme such as Bearer, each of its cookies.

    Of what Basic encodes it is the password, and user and password.
    """
    found = {value.strip()}
    if name.lower() in ("cookie", "set-cookie"):
        for pair in value.split(";")[: 1 if name.lower() == "set-cookie" else None]:
            own_name, equals, own_value = pair.strip().partition("=")
            # A cookie's name says little; what is short and a plain word is hardly a session.
            if equals and (is_secret_name(own_name) or not own_value.isalpha()):
                found |= {own_value.strip('"')}
    if match := _CREDENTIALS.fullmatch(value.strip()):
        found |= {match[2]} | (_basic(match[2]) if match[1].lower() == "basic" else set())
    return found


def secrets_of_body(body: bytes) -> set[str]:
    """The values of a form's fields or a JSON object's texts that are likely credentials."""
    text = body[:1_000_000].decode("utf-8", "replace")
    if text.lstrip()[:1] in ("{", "["):
        return {value for name, value in _JSON_PAIR.findall(text) if value and is_secret_name(name)}
    return secrets_of_url(f"?{text}")


def secrets_of_login(user: str, password: str) -> set[str]:
    """What of a user's name and a password must not be seen: the password, and how Basic writes both."""
    plain = f"{user}:{password}"
    return {
        password,
        plain,
        base64.b64encode(plain.encode()).decode(),
        base64.b64encode(plain.encode("latin-1", "replace")).decode(),
    }


def _basic(encoded: str) -> set[str]:
    try:
        plain = base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return set()
    return {plain, plain.partition(":")[2]} - {""}


def _decoded(value: str) -> set[str]:
    """The value, and what it is when it is decoded once or several times."""
    found = {value}
    for decode in (unquote, unquote_plus):
        level = value
        for _ in range(_MAX_DECODED):
            level = decode(level)
            found.add(level)
    return found
