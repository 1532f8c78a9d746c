"""Breaks no line at a no-break space.

Seen with Rich 15.0 and Textual 8.2.8, which wraps by Rich's words: what Rich takes for the end of a word is any
whitespace, the no-break space among them. No upstream issue known.
"""

from __future__ import annotations

import re

from rich import _wrap

_BLANK = r"[^\S\N{NO-BREAK SPACE}]"
_WORD = re.compile(rf"{_BLANK}*(?:\S|\N{{NO-BREAK SPACE}})+{_BLANK}*")


def respect_no_break_spaces() -> None:
    """From now on lines break at other blanks only."""
    _wrap.re_word = _WORD
