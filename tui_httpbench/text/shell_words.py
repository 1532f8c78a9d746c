"""A command line in words, as a POSIX shell, and bash with ``$'…'``, would split it."""

from __future__ import annotations

import re

PLAIN_DOLLAR = "\ue000"
"""Stands in a word for a dollar sign that a shell would leave alone; a bare one names a variable."""

OPERATORS = frozenset({"|", "||", ";", "&", "&&", ">", ">>"})

# Without backtracking, so that a long text takes no longer than its length.
_PIECE = re.compile(
    r"""(?P<blank>\\(?:\r\n?|\n)|[ \t\r\n]+)
      | \$'(?P<ansi>(?:\\.|[^'\\]+)*+)'
      | '(?P<single>[^']*+)'
      | "(?P<double>(?:\\.|[^"\\]+)*+)"
      | \\(?P<escaped>.)
      | (?P<plain>[^\s'"\\$]++|\$|\s)""",
    re.DOTALL | re.VERBOSE,
)
_ANSI_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,5}|.)", re.DOTALL)
_ANSI_CHARACTERS = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "0": "\0"}


class UnclosedQuoteError(ValueError):
    """A quote is opened and never closed."""


def split_words(text: str) -> list[str]:
    """The words of the first command, up to an operator such as ``|``. Raises UnclosedQuoteError."""
    words: list[str] = []
    pieces: list[str] = []
    is_word = is_quoted = False
    position = 0
    while position <= len(text):
        found = _PIECE.match(text, position) if position < len(text) else None
        if found is None and position < len(text):
            raise UnclosedQuoteError(position)
        if found is None or found["blank"] is not None:
            word = "".join(pieces)
            if is_word and not is_quoted and word in OPERATORS:
                return words
            if is_word:
                words.append(word)
            pieces, is_word, is_quoted = [], False, False
        else:
            is_word = True
            is_quoted |= found["plain"] is None
            pieces.append(_meant_by(found))
        position = len(text) + 1 if found is None else found.end()
    return words


def _meant_by(piece: re.Match[str]) -> str:
    kind, text = str(piece.lastgroup), piece[str(piece.lastgroup)]
    match kind:
        case "single":
            return text.replace("$", PLAIN_DOLLAR)
        case "ansi":
            return _ANSI_ESCAPE.sub(_unescape_ansi, text).replace("$", PLAIN_DOLLAR)
        case "double":
            return re.sub(r'\\([$"\\])', lambda escape: PLAIN_DOLLAR if escape[1] == "$" else escape[1], text)
        case "escaped":
            return PLAIN_DOLLAR if text == "$" else text
        case _:
            return text


def _unescape_ansi(escape: re.Match[str]) -> str:
    body = escape[1]
    if body[0] in "xuU" and len(body) > 1:
        return chr(int(body[1:], 16))
    return _ANSI_CHARACTERS.get(body, f"\\{body}")
