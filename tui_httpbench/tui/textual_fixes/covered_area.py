"""Lines of text whose secrets can be covered while a picture of the screen is taken; see ``covered_texts``.

They stand in a file of their own, since what Textual needs for them takes its time to load.
"""

from __future__ import annotations

from rich.text import Text
from textual.widgets import TextArea

from tui_httpbench.text.hiding import Hiding, secrets_of_body
from tui_httpbench.tui.textual_fixes.covered_texts import as_long


class CoveredArea(TextArea):
    """Lines of text that show no secret while they are ``covering`` them."""

    covering: Hiding | None = None

    @property
    def secrets(self) -> set[str]:
        """The values in it that must not be seen."""
        return secrets_of_body(self.text.encode("utf-8", "replace"))

    def get_line(self, line_index: int) -> Text:
        """A line as it is drawn."""
        line = super().get_line(line_index)
        if self.covering is None:
            return line
        # A form's first field has no & before it.
        return Text(as_long(self.covering.hide(f"?{line.plain}")[1:], line.plain), end="", no_wrap=True)
