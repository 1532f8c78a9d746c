"""A menu whose parts are styled once when it is mounted.

Seen with Textual 8.2.8: the parts of a compact menu that has a value take on the classes that say so only once they are
mounted, each of which has the part and all that is in it styled again. No upstream issue known.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Select
from textual.widgets._select import SelectCurrent, SelectOverlay, SelectType


class LeanSelect(Select[SelectType]):
    """Gives its parts their classes before they are mounted."""

    def compose(self) -> ComposeResult:
        """The value and the list."""
        for part in super().compose():
            if isinstance(part, SelectCurrent):
                has_value = self.value != self.NULL
                part.set_class(has_value, "-has-value")
                part.set_reactive(SelectCurrent.has_value, has_value)
            elif isinstance(part, SelectOverlay):
                part.set_class(self.compact, "-textual-compact")
            yield part
