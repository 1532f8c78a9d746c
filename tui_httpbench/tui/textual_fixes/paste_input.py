"""An input that may hand a pasted text on as a whole.

Seen with Textual 8.2.8: its own takes the first line of what is pasted and drops the others, and a subclass has no
public place to see them. No upstream issue known.
"""

from __future__ import annotations

from textual import events

from tui_httpbench.tui.textual_fixes.covered_texts import CoveredInput


class PasteInput(CoveredInput):
    """Asks ``take_paste`` before it pastes, from the terminal as well as from the app's own clipboard."""

    def take_paste(self, text: str) -> bool:
        """Hands the text on; False where the input is to take it as any other. Subclasses say which that is."""
        raise NotImplementedError

    def _on_paste(self, event: events.Paste) -> None:
        if self.take_paste(event.text):
            event.stop()
            event.prevent_default()

    def action_paste(self) -> None:
        """Pastes the app's own clipboard."""
        if not self.take_paste(self.app.clipboard):
            super().action_paste()
