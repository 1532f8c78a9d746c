"""Help and keys, beside a screen.

Seen with Textual 8.2.8: its own panel has no help while nothing has the focus, though a screen's ``HELP`` may be set.
No upstream issue known; the panel came with https://github.com/Textualize/textual/pull/4915
"""

from __future__ import annotations

from textual.widget import Widget
from textual.widgets import HelpPanel


class HelpSheet(HelpPanel):
    """Tells of the screen where nothing has the focus."""

    def update_help(self, focused_widget: Widget | None) -> None:
        """Shows the help of what has the focus, or of what it lies in."""
        super().update_help(self.screen if focused_widget is None else focused_widget)
