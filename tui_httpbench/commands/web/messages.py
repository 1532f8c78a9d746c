"""What a page may say to its app, checked: the page runs in a browser, and whoever has its connection may say anything.

A message is a JSON list: its kind, and what belongs to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

MAX_BYTES = 1_048_576
"""The longest message: what somebody pastes."""
MAX_WIDTH, MAX_HEIGHT = 600, 300
"""The largest terminal, in cells: about what the largest screens show; an app's memory grows with it."""
_MAX_PING = 100


class Malformed(ValueError):
    """A message that no page of ours sends."""


class TerminalSize(NamedTuple):
    """Columns and rows of the page's terminal."""

    width: int = 80
    height: int = 24

    def clamped(self) -> TerminalSize:
        """The nearest size that an app can be asked to draw."""
        return TerminalSize(min(max(self.width, 1), MAX_WIDTH), min(max(self.height, 1), MAX_HEIGHT))


@dataclass(frozen=True)
class Typed:
    """Keys, pasted text and mouse, as a terminal sends them."""

    data: bytes


@dataclass(frozen=True)
class Told:
    """What else the app is to know."""

    meta: dict[str, object]


@dataclass(frozen=True)
class Ping:
    """A question whether the server is there, answered with the same text."""

    text: str


Message = Typed | Told | Ping


def size_in(query: Mapping[str, str]) -> TerminalSize:
    """The size that a page's address asks for, clamped; what is no number is as if it were not there."""
    given = {name: int(query[name]) for name in TerminalSize._fields if _is_number(query.get(name, ""))}
    return TerminalSize(**given).clamped()


def read_message(text: str) -> Message:
    """What a page says. Raises Malformed."""
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):  # no JSON; nested too deeply for the parser
        raise Malformed("no JSON") from None
    match parts:
        case ["stdin", str(typed)]:
            return Typed(typed.encode("utf-8", "replace"))
        case ["resize", {"width": int(width), "height": int(height)}] if bool not in (type(width), type(height)):
            size = TerminalSize(width, height).clamped()
            return Told({"type": "resize", **size._asdict()})
        case ["ping", str(ping)] if len(ping) <= _MAX_PING:
            return Ping(ping)
        case ["focus" | "blur" as kind]:
            return Told({"type": kind})
    raise Malformed("no message of a page")


def _is_number(text: str) -> bool:
    # Python refuses to read numbers of some thousand digits.
    return text.isascii() and text.isdigit() and len(text) <= _MAX_PING
