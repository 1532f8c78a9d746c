"""What a sweep says in sentences: as much as a few rows hold, and all of it when it is asked for."""

from __future__ import annotations

import textwrap
from typing import ClassVar

from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

MORE = " … (a: all)"
"""The end of an answer that goes on; the key is that of both screens of a sweep."""


class Answer(Widget):
    """An answer that ends with an ellipsis and the key for the rest, rather than in the midst of a sentence."""

    DEFAULT_CSS: ClassVar[str] = "Answer { width: 1fr; height: auto; }"

    def __init__(self, rows: int, rows_when_short: int, *, id: str) -> None:
        """``rows`` it has at most, or ``rows_when_short`` where the screen has few, until it is shown whole."""
        super().__init__(id=id)
        self._rows = rows
        self._rows_when_short = rows_when_short
        self._text = ""
        self._is_whole = False

    @property
    def text(self) -> str:
        """All of the answer."""
        return self._text

    def show(self, text: str) -> None:
        """Says something else."""
        if text != self._text:
            self._text = text
            self.refresh(layout=True)

    def toggle_whole(self) -> None:
        """Shows all of it, or as much as it has rows for."""
        self._is_whole = not self._is_whole
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """The rows that it takes."""
        return len(self._lines(width))

    def render(self) -> Text:
        """The lines that are shown."""
        return Text("\n".join(self._lines(self.content_size.width)), no_wrap=True)

    def _lines(self, columns: int) -> list[str]:
        rows = self._rows
        if self.screen.has_class("-short") or self.screen.has_class("-low"):
            rows = self._rows_when_short
        if self._is_whole:
            # Curves without a row would be no sweep any more.
            rows = max(self.screen.size.height * 2 // 3, rows)
        return shortened_lines(self._text, columns, rows)


def shortened_lines(text: str, columns: int, rows: int) -> list[str]:
    """The text in lines, at most ``rows`` of them; where it has more, the last one ends with ``MORE``."""
    if columns <= len(MORE):
        return []
    lines = [line for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, columns)]
    if len(lines) <= rows:
        return lines
    last = textwrap.shorten(" ".join(lines[rows - 1 : rows + 1]), columns, placeholder=MORE)
    return [*lines[: rows - 1], last if last.endswith(MORE) else f"{last[: columns - len(MORE)].rstrip()}{MORE}"]
