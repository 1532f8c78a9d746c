"""Texts that break things, and documents in which something is not as it should be."""

from __future__ import annotations

import copy
import random
import re
from typing import Any

from hypothesis import strategies as st

ESCAPES = ("\x1b[31m", "\x1b]52;c;aGk=\x07", "\x1b]0;title\x07", "\x9b2J", "\x1bP+q\x1b\\", "\x08\x7f", "\r", "\x1b")
BREAKS = (
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\x0b",
    "\x0c",
    "\x85",
    "\u2028",
    "\r\nX-Smuggled: yes",
    "\n\n",
    "\r\n\r\nGET / HTTP/1.1",
)
MARKUP = (
    "[red]",
    "[/]",
    "[/red]",
    "[",
    "]",
    "[@click=app.quit]x[/]",
    "[link=file:///]",
    "[bold",
    "\\[",
    ":smile:",
    "[b]x[/i]",
)
UNICODE = (
    "\u202e",
    "\u2066",
    "\ufeff",
    "\u200b",
    "\ud800",
    "\udcff",
    "\U000e0041",
    "٣",
    "ﬁ",
    "é",
    "𝟙",
    "中",
    "👩‍👩‍👧",
    "a\u0301" * 9,
    "\ue000",
)
NUMBERS = (
    "0",
    "-1",
    "1",
    "10k",
    "1m",
    "1e400",
    "-1e400",
    "nan",
    "inf",
    "-inf",
    "1e-400",
    "0x10",
    "1_0",
    "٣",
    "-0",
    "1.5",
    "9" * 30,
    "9" * 5_000,
    "0" * 5_000 + "1",
    "1/s",
    "45/s,8",
    "lognormal:1:1",
    "uniform:5:1",
    "auto",
    "article",
    "true",
    "",
)
PATHS = (
    "../x",
    "/",
    ".",
    "..",
    "-",
    "~",
    "~nobody/x",
    "a/b",
    "/dev/null",
    "x\0y",
    "x" * 300,
    "CON",
    "$HOME",
    "/proc/self/mem",
    "x.toml",
    "../../etc/passwd",
    "/dev/fd/0",
    "",
)
OTHERS = (
    "$",
    "$$",
    "${",
    "$HOME",
    "${HOME}",
    "$NOT_SET_AT_ALL",
    "%",
    "{}",
    "{0}",
    "%s",
    "\\",
    "'",
    '"',
    "`",
    "@",
    "@/",
    "@nothing",
    "#",
    "Host:",
    "::",
    "a" * 3_000,
    " ",
    "\t",
    "=",
)

WORDS = (*ESCAPES, *BREAKS, *MARKUP, *UNICODE, *NUMBERS, *PATHS, *OTHERS)

characters = st.characters(codec=None) | st.sampled_from("\x00\x07\x08\t\n\r\x1b\x7f\x80\x9b \"'$%&:;=@[\\]{}")
words = st.sampled_from(WORDS)
plain_texts = st.text(characters, max_size=20)
texts = st.lists(words | plain_texts, max_size=4).map("".join)
"""Anything that a text may be, control characters and lone surrogates among it."""

numbers = (
    st.integers() | st.integers(-(2**70), 2**70) | st.floats() | st.sampled_from([2**63, -(2**63), 10**400, 1e308])
)
json_leaves = st.none() | st.booleans() | numbers | texts
json_values = st.recursive(
    json_leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=8
)

# What a terminal would act on, or can't be written at all.
DANGEROUS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def is_sentence(text: str) -> bool:
    """Whether it can be shown as it is: one line, no control characters, and not endless."""
    return text.isprintable() and 0 < len(text) <= 1_100


def places_in(document: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a value stands in a document of lists and dictionaries: every path to one, the document's own left out."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    found = [place] if place else []
    for key, value in inner:
        found += places_in(value, (*place, key))
    return found


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> Any:
    """A document in which some values are others, missing, twice there, or of another kind."""
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        places = places_in(document)
        if not places:
            return draw(json_values)
        *outer, last = draw(st.sampled_from(places))
        holder = document
        for key in outer:
            holder = holder[key]
        match draw(st.sampled_from(["replace", "replace", "replace", "remove", "double", "add"])):
            case "replace":
                holder[last] = draw(json_values)
            case "remove":
                del holder[last]
            case "double" if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[last]))
            case "add" if isinstance(holder, dict):
                holder[draw(texts)] = draw(json_values)
            case _:
                holder[last] = [holder[last]]
    return document


@st.composite
def damaged_bytes(draw: st.DrawFn, whole: bytes) -> bytes:
    """Bytes with some of them flipped, cut off, or replaced by others."""
    data = bytearray(whole)
    chooser = random.Random(draw(st.integers(0, 2**32)))
    match draw(st.sampled_from(["flip", "flip", "cut", "insert", "other"])):
        case "flip":
            for _ in range(draw(st.integers(1, 20))):
                if data:
                    data[chooser.randrange(len(data))] ^= 1 << chooser.randrange(8)
        case "cut":
            del data[draw(st.integers(0, len(data))) :]
        case "insert":
            at = chooser.randrange(len(data) + 1)
            data[at:at] = draw(st.binary(max_size=50) | st.sampled_from([b"[" * 5_000, b"\0" * 9, b"\xff\xfe"]))
        case _:
            return draw(st.binary(max_size=200) | st.sampled_from([b"", b"[" * 100_000, b"1" * 5_000, b"{}", b"null"]))
    return bytes(data)
