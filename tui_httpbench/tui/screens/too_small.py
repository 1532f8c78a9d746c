"""The screen that stands for all others where the terminal is too small for them."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

MIN_COLUMNS, MIN_ROWS = 40, 12


class TooSmallScreen(Screen[None]):
    """Says what is needed; the app takes it away as soon as there is room, and all goes on behind it."""

    CSS_PATH = "too_small.tcss"

    def compose(self) -> ComposeResult:
        """The message."""
        yield Static(id="too-small", markup=False)

    def on_resize(self) -> None:
        """Says how large the terminal is now, in as many words as fit."""
        columns, rows = self.size
        lines = ("too small", f"{columns}x{rows}", f"needs {MIN_COLUMNS}x{MIN_ROWS}")
        self.query_one("#too-small", Static).update("\n".join(lines[:rows] if rows < len(lines) else lines))


def is_too_small(size: Size) -> bool:
    """Whether the other screens can't be read in this space."""
    return size.width < MIN_COLUMNS or size.height < MIN_ROWS
