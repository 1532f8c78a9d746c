"""Fields that are folded away until somebody wants them."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Collapsible


class Fold(Collapsible):
    """Folds fields away; enter and space open it.

    They are mounted when it is first opened: they are a part of the form that most runs leave alone.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "fold", "Open or close", show=False)]

    def __init__(self, fields: Widget, id: str, title: str) -> None:
        super().__init__(id=id, title=title)
        self._fields = fields

    def watch_collapsed(self, collapsed: bool) -> None:
        """Mounts the fields when they are to be seen for the first time."""
        if not collapsed and self._fields.parent is None:
            self.query_one(self.Contents).mount(self._fields)

    def action_fold(self) -> None:
        """Opens or closes."""
        self.collapsed = not self.collapsed
