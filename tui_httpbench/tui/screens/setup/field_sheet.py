"""Several fields, below each other or side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalGroup
from textual.events import DescendantBlur, DescendantFocus
from textual.widget import Widget

from tui_httpbench.tui.screens.setup.field import Field
from tui_httpbench.tui.screens.setup.note import Note


class FieldSheet(VerticalGroup):
    """Fields with a note each, below each other; side by side in rows, one shared note serves all of them.

    Rows may hold other widgets too, which look after themselves; ``fields`` has the fields by name. They stand side by
    side where the screen's style hides the fields' notes, lays ``.field-row`` out horizontally and shows
    ``.sheet-note``. ``explained`` is the field of which the shared note tells while none has the focus.
    """

    DEFAULT_CSS = """
    FieldSheet {
        & > .field-row { height: auto; layout: vertical; }
        & > .sheet-note { display: none; }
    }
    """

    def __init__(self, rows: Sequence[Sequence[Widget]], explained: str) -> None:
        super().__init__()
        self._rows = rows
        self._explained = explained
        self.fields = {field.field: field for row in rows for field in row if isinstance(field, Field)}
        self._note = Note(classes="sheet-note")

    def compose(self) -> ComposeResult:
        """The fields and the shared note."""
        for row in self._rows:
            yield Horizontal(*row, classes="field-row")
        yield self._note

    @property
    def texts(self) -> dict[str, str]:
        """What is typed or chosen in each field."""
        return {field.field: field.text for field in self.fields.values()}

    def show(self, errors: Mapping[str, str]) -> None:
        """Shows what is wrong with the fields, and what the one with the focus means."""
        found = [errors.get(field.field, "") for field in self.fields.values()]
        for field, error in zip(self.fields.values(), found, strict=True):
            field.show_error(error)
        self._note.show_errors(*found)
        self._hint_at_focus()

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _hint_at_focus(self) -> None:
        explained = next(
            (field for field in self.fields.values() if field.has_focus_within), self.fields[self._explained]
        )
        self._note.show_hint(f"{explained.label}: {explained.hint}")
