"""Printing rich's tables and texts to a stream: as wide as its reader, with colours only where they are wanted."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from rich.console import Console, RenderableType
from rich.measure import Measurement

from tui_httpbench.text.plain_ascii import in_encoding

PIPED_COLUMNS = 80
MIN_COLUMNS = 30


class StreamConsole:
    """Standard output or standard error, or any other stream.

    ``columns`` is at least 30; ``rows`` is None where nobody knows. ``is_animated`` tells whether it can be redrawn.
    """

    def __init__(self, stream: TextIO | None) -> None:
        """A closed stream, None, takes all texts and shows none."""
        self._stream = stream
        self.is_terminal = stream is not None and not stream.closed and stream.isatty()
        self.is_animated = self.is_terminal and os.environ.get("TERM") not in ("dumb", "unknown")
        self.columns, self.rows = self._size()
        self.has_colors = self._color_system() is not None

    def _size(self) -> tuple[int, int | None]:
        if self.is_terminal and self._stream is not None:
            with suppress(OSError):
                size = os.get_terminal_size(self._stream.fileno())
                return max(size.columns or PIPED_COLUMNS, MIN_COLUMNS), size.lines or None
        columns = os.environ.get("COLUMNS", "")
        return max(int(columns) if columns.isdecimal() else PIPED_COLUMNS, MIN_COLUMNS), None

    def _color_system(self) -> str | None:
        if not self.is_terminal or os.environ.get("NO_COLOR"):
            return None
        return Console(file=self._stream, force_terminal=True).color_system

    def print(self, *renderables: RenderableType, columns: int | None = None) -> None:
        """Prints each on lines of its own, ``columns`` wide. Raises BrokenPipeError where the reader is gone."""
        self.write(self.render(*renderables, columns=columns))

    def render(self, *renderables: RenderableType, columns: int | None = None) -> str:
        """The text that ``print`` would print."""
        buffer = io.StringIO()
        console = self._console(buffer, columns or self.columns)
        for renderable in renderables:
            console.print(renderable)
        lines = buffer.getvalue().removesuffix("\n").split("\n")
        return "".join(f"{line if self.has_colors else line.rstrip()}\n" for line in lines)

    def _console(self, buffer: TextIO, columns: int) -> Console:
        return Console(
            file=buffer,
            width=columns,
            force_terminal=self.has_colors,
            color_system=self._color_system(),  # type: ignore[arg-type]  # rich gives back what it takes
            no_color=not self.has_colors,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def width_of(self, renderable: RenderableType) -> int:
        """How many columns it takes where nothing is wrapped."""
        console = self._console(io.StringIO(), 10_000)
        return Measurement.get(console, console.options, renderable).maximum

    def write(self, text: str) -> None:
        """Writes text as it is, in ASCII where the stream's encoding has no better."""
        if self._stream is None:
            return
        self._stream.write(in_encoding(text, self._stream.encoding or "utf-8"))
        self._stream.flush()


def discard_stdout() -> None:
    """Sends the rest of standard output nowhere, so that a reader who left causes no second error at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
