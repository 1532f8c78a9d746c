"""Help and keys, beside a screen."""

from __future__ import annotations

from textual.widget import Widget
from textual.widgets import HelpPanel


class HelpSheet(HelpPanel):
    """Tells of the screen where nothing has the focus; Textual's own has keys only then."""

    def update_help(self, focused_widget: Widget | None) -> None:
        """Shows the help of what has the focus, or of what it lies in."""
        super().update_help(self.screen if focused_widget is None else focused_widget)
