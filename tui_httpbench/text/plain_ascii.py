"""Texts for streams whose encoding lacks some of their characters, such as ASCII or Latin-1."""

from __future__ import annotations

import codecs
import io
from typing import TextIO

ERRORS = "httpbench-tui.plain"
"""The name of what a stream does about characters that it lacks."""
_STAND_INS = str.maketrans(
    {
        **dict.fromkeys("█▉▊▋▌▍▎▏", "#"),
        **dict.fromkeys("┌┬┐├┼└┴┘╭╮╰╯", "+"),
        **dict.fromkeys("─━╺╸", "-"),
        **dict.fromkeys("│┤", "|"),
        **dict.fromkeys("“”", '"'),
        **dict.fromkeys("→▶", ">"),
        **dict.fromkeys("←◀", "<"),
        "×": "x",
        "≠": "*",
        "±": "+",
        "µ": "u",
        "–": "-",
        "·": "|",
        "…": "~",
        "’": "'",
    }
)


def in_encoding(text: str, encoding: str) -> str:
    """The text as this encoding can say it, character by character: what it lacks is replaced or escaped."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_STAND_INS).encode(encoding, "backslashreplace").decode(encoding)
    return text


def say_it_plainly(*streams: TextIO | None) -> None:
    """Has streams replace what their encoding lacks, where they would raise UnicodeEncodeError."""
    codecs.register_error(ERRORS, _replace)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors=ERRORS)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].replace("…", "...").translate(_STAND_INS)
    return lacking.encode("ascii", "backslashreplace").decode("ascii"), error.end
