"""What a sweep says in sentences: as much as a few rows hold, and all of it when it is asked for."""

from __future__ import annotations

import re
import textwrap
from typing import ClassVar

from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

KEY = " (a:\N{NO-BREAK SPACE}all)"
MORE = f" …{KEY}"
"""The end of an answer that goes on behind a sentence, or in the midst of it; the key is that of both screens of a
sweep."""
_SENTENCE_END = re.compile(r"(?<=[.])\s+(?=[A-Z0-9])")


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

    @property
    def is_unfolded(self) -> bool:
        """Whether all of it is shown, and it takes more rows for that."""
        return self._is_whole and len(self._lines(self.content_size.width)) > self._usual_rows

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

    @property
    def _usual_rows(self) -> int:
        is_short = self.screen.has_class("-short") or self.screen.has_class("-low")
        return self._rows_when_short if is_short else self._rows

    def _lines(self, columns: int) -> list[str]:
        rows = self._usual_rows
        if self._is_whole:
            # Curves without a row would be no sweep any more.
            rows = max(self.screen.size.height * 2 // 3, rows)
        return shortened_lines(self._text, columns, rows)


def shortened_lines(text: str, columns: int, rows: int) -> list[str]:
    """The text in lines, at most ``rows`` of them; where it has more, it ends with the key for the rest.

    That stands behind the last sentence that there is room for, or in the midst of the first, behind an ellipsis.
    """
    if columns <= len(MORE):
        return []
    lines = [line for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, columns)]
    if len(lines) <= rows:
        return lines
    for end in reversed([match.start() for match in _SENTENCE_END.finditer(text)]):
        whole = [line for part in f"{text[:end]}{KEY}".splitlines() for line in textwrap.wrap(part, columns)]
        if len(whole) <= rows:
            return whole
    last = textwrap.shorten(" ".join(lines[rows - 1 : rows + 1]), columns, placeholder=MORE)
    return [*lines[: rows - 1], last if last.endswith(MORE) else f"{last[: columns - len(MORE)].rstrip()}{MORE}"]
