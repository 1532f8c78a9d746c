"""Fields that are folded away until somebody wants them."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Collapsible


class Fold(Collapsible):
    """Folds fields away; enter and space open it.

    They are made and mounted when it is first opened: they are a part of the form that most runs leave alone.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "fold", "Open or close", show=False)]

    def __init__(self, make_fields: Callable[[], Widget], id: str, title: str, *, is_open: bool = False) -> None:
        self._make_fields: Callable[[], Widget] | None = make_fields
        super().__init__(id=id, title=title, collapsed=not is_open)
        # Where it takes on the class once it is mounted, it is styled twice.
        self.set_class(not is_open, "-collapsed")

    def watch_collapsed(self, collapsed: bool) -> None:
        """Mounts the fields when they are to be seen for the first time."""
        if not collapsed and self._make_fields is not None and self.is_mounted:
            make, self._make_fields = self._make_fields, None
            self.query_one(self.Contents).mount(make())

    def compose(self) -> ComposeResult:
        """The title, and the fields where it is open from the beginning."""
        if not self.collapsed and self._make_fields is not None:
            make, self._make_fields = self._make_fields, None
            self._contents_list.append(make())
        yield from super().compose()

    def action_fold(self) -> None:
        """Opens or closes."""
        self.collapsed = not self.collapsed
