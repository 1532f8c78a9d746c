"""The numbers of a plan: how many requests, how wide, how often."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, HorizontalGroup, VerticalGroup
from textual.events import DescendantBlur, DescendantFocus
from textual.widgets import Input, Label

from tui_httpbench.plan import ARTICLE, WARMUP_REQUESTS, Concurrency
from tui_httpbench.tui.plan_form import describe_concurrency
from tui_httpbench.tui.widgets.note import Note


class NumberField(HorizontalGroup):
    """A label, a short input, and a note on what the value means or what is wrong with it."""

    DEFAULT_CSS = """
    NumberField {
        & > Label { width: 12; }
        & > Input { width: 10; }
        & > Note { padding-left: 1; }
    }
    """

    def __init__(self, field: str, value: str, hint: str, placeholder: str = "") -> None:
        super().__init__(id=f"field-{field}")
        self.field = field
        self.hint = hint
        self._start_value = value
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """Label, input and note, side by side."""
        yield Label(self.field.capitalize())
        yield Input(
            self._start_value, id=f"input-{self.field}", placeholder=self._placeholder, compact=True, tooltip=self.hint
        )
        yield Note(self.hint)

    @property
    def input(self) -> Input:
        """Where the value is typed."""
        return self.query_one(Input)

    def show_hint(self, hint: str) -> None:
        """Changes what the note says while nothing is wrong."""
        self.hint = hint
        self.query_one(Note).show_hint(hint)

    def show_error(self, error: str) -> None:
        """Marks the field and shows the sentence; an empty one means that all is well."""
        self.input.set_class(bool(error), "-invalid")
        self.query_one(Note).show_errors(error)


class LoadForm(VerticalGroup):
    """Requests, concurrency, rounds, timeout and seed: below each other with a note each, or side by side.

    Side by side (where the screen's style hides the fields' notes) one shared note serves all of them.
    """

    DEFAULT_CSS = """
    LoadForm {
        & > #load-fields { height: auto; layout: vertical; }
        & > #load-note { display: none; }
    }
    """

    def __init__(self, requests: str, concurrency: str, rounds: str, timeout: str, seed: str) -> None:
        super().__init__(id="load")
        self._fields = (
            NumberField("requests", requests, "per mode and round; 10k and 1m are allowed"),
            NumberField("concurrency", concurrency, "", ARTICLE),
            NumberField("rounds", rounds, f"each in fresh processes, after {WARMUP_REQUESTS} warm-up requests"),
            NumberField("timeout", timeout, "seconds per request"),
            NumberField("seed", seed, "sets the order in each round; empty: random", "random"),
        )

    def compose(self) -> ComposeResult:
        """The fields and the shared note."""
        with Horizontal(id="load-fields"):
            yield from self._fields
        yield Note(id="load-note")

    def value_of(self, field: str) -> str:
        """The text in a field."""
        return self._field(field).input.value

    def focus_field(self, field: str) -> None:
        """Puts the cursor into a field."""
        self._field(field).input.focus()

    def show(self, errors: Mapping[str, str], concurrency: Concurrency | None, requests: int | None) -> None:
        """Shows what is wrong with the fields, and what the concurrency means."""
        hint = describe_concurrency(concurrency, requests)
        self._field("concurrency").show_hint(hint)
        for field in self._fields:
            field.show_error(errors.get(field.field, ""))
        note = self.query_one("#load-note", Note)
        note.show_errors(*(errors.get(field.field, "") for field in self._fields))
        self._hint_at_focus()

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _hint_at_focus(self) -> None:
        explained = next((field for field in self._fields if field.has_focus_within), self._field("concurrency"))
        self.query_one("#load-note", Note).show_hint(f"{explained.field.capitalize()}: {explained.hint}")

    def _field(self, name: str) -> NumberField:
        return next(field for field in self._fields if field.field == name)
