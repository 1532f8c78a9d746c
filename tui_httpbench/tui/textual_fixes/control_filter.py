"""Keeps a text's control characters from the terminal, wherever on the screen the text is shown.

Seen with Textual 8.2.8: it writes what a widget draws as it is, so that an escape sequence in a header, a URL or a
pasted text acts on the terminal. No upstream issue known.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

# C0 and C1, with the escape among them; marks that turn or break the line; surrogates, which can't be written at all.
# Not what joins emoji, nor what fonts give a meaning of their own.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


class ControlFilter(LineFilter):
    """Takes such characters out of every line, the last thing before it is written.

    Most are escaped where they come in; this is for the rest: what is typed or pasted, and what nobody thought of.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base class's
        """The line without them; what took a column keeps it."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment
            if segment.control or segment.text.isprintable()
            else Segment(_CONTROL.sub(_stand_in, segment.text), segment.style)
            for segment in segments
        ]


def _stand_in(match: re.Match[str]) -> str:
    return "�" * cell_len(match[0])
