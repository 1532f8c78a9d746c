"""Sentences of which no line ends between a number and its unit."""

from __future__ import annotations

import re

from rich.text import Text
from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Label

from tui_httpbench.tui.textual_fixes.no_break import respect_no_break_spaces

_UNITS = r"%|ms|µs|s|min|h|MiB|kB|MB|GB|B|times\b"
_AFTER_NUMBER = re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?:\W|$))")
_NO_BREAK = "\N{NO-BREAK SPACE}"
_BOUNDS = re.compile(r"\((\S+) to (\S+)\)")
_UNBROKEN_BOUNDS = rf"(\1{_NO_BREAK}to{_NO_BREAK}\2)"


def unbroken(text: str) -> str:
    """The same text, of the same length, with no-break spaces between numbers and units and within ``(2.2 to 3.8)``."""
    return _BOUNDS.sub(_UNBROKEN_BOUNDS, _AFTER_NUMBER.sub(_NO_BREAK, text))


class Prose(Label):
    """A label of plain sentences, ``unbroken``."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:
        respect_no_break_spaces()
        super().__init__(unbroken(text), id=id, classes=classes, markup=False)

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Shows another text, plain or styled."""
        if isinstance(content, str):
            content = unbroken(content)
        elif isinstance(content, Content):
            content = Content(unbroken(content.plain), list(content.spans))
        elif isinstance(content, Text):
            content.plain = unbroken(content.plain)
        super().update(content, layout=layout)
