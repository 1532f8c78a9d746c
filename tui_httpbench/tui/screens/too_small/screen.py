"""The screen that stands for all others where the terminal is too small for them."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult
from textual.geometry import Size
from textual.widgets import Static

from tui_httpbench.tui.textual_fixes.one_size import OneSizeScreen

MIN_COLUMNS, MIN_ROWS = 40, 12


class TooSmallScreen(OneSizeScreen[None]):
    """Says what is needed, and goes away as soon as there is room; all goes on behind it."""

    CSS_PATH = "too_small.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.gone = asyncio.Event()

    def compose(self) -> ComposeResult:
        """The message."""
        yield Static(id="too-small", markup=False)

    def on_resize(self) -> None:
        """Goes away where there is room, else says how large the terminal is now, in as many words as fit."""
        self._leave_if_there_is_room()
        columns, rows = self.size
        lines = ("too small", f"{columns}x{rows}", f"needs {MIN_COLUMNS}x{MIN_ROWS}")
        self.query_one("#too-small", Static).update("\n".join(lines[:rows] if rows < len(lines) else lines))

    def on_screen_resume(self) -> None:
        """Goes away if the terminal was enlarged while another screen lay over this one."""
        self._leave_if_there_is_room()

    def on_unmount(self) -> None:
        """Tells those who wait for room."""
        self.gone.set()

    def _leave_if_there_is_room(self) -> None:
        if self.app.screen is self and not is_too_small(self.app.size):
            self.dismiss()


def is_too_small(size: Size) -> bool:
    """Whether the other screens can't be read in this space."""
    return size.width < MIN_COLUMNS or size.height < MIN_ROWS
