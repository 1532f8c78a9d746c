"""The code of one mode: of the spotlit one, beside the race, or of that under the cursor in the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Static

from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.tui.parts.panel import Page, Panel

if TYPE_CHECKING:
    from textual.highlight import HighlightTheme


class CodePanel(Page, Panel):
    """Shows the very function that is run; follows the mode that ``show`` names while it is on the screen."""

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self._mode: str | None = None
        self._drawn: tuple[str, str, str] | None = None

    def compose(self) -> ComposeResult:
        """The code."""
        yield Static(id="code")

    def on_mount(self) -> None:
        """Follows the theme."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self.show(None))

    def on_show(self) -> None:
        """Draws what was asked for while there was no room for it."""
        self.show(None)

    def show(self, mode_id: str | None) -> None:
        """Shows a mode's code; keeps the last one between two modes."""
        self._mode = mode_id or self._mode
        if self._mode is None or not self.display:
            return
        code = mode_of(self._mode).code
        if self._drawn == (self._mode, code, self.app.theme):
            return
        self._drawn = self._mode, code, self.app.theme
        from textual.highlight import highlight  # here, since a form without room for code shows none

        self.query_one("#code", Static).update(highlight(code, language="python", theme=self._highlight_theme()))
        self.set_heading(f"{self._mode}: the code that is run")

    def _highlight_theme(self) -> type[HighlightTheme]:
        from textual.highlight import ANSIDarkHighlightTheme, ANSILightHighlightTheme, HighlightTheme

        theme = self.app.current_theme
        if not theme.ansi:
            return HighlightTheme
        return ANSIDarkHighlightTheme if theme.dark else ANSILightHighlightTheme
