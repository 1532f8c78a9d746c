"""The numbers of a plan: how many requests, how wide, how often."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, HorizontalGroup, VerticalGroup
from textual.events import DescendantBlur, DescendantFocus
from textual.widgets import Input, Label, Select

from tui_httpbench.plan import ARTICLE, PROFILES, Plan
from tui_httpbench.tui.plan_form import (
    FormReading,
    describe_budget,
    describe_concurrency,
    describe_profile,
    describe_rounds,
)
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


class ProfileField(HorizontalGroup):
    """A label, the choice of a profile, and a note on what it means."""

    DEFAULT_CSS = """
    ProfileField {
        & > Label { width: 12; }
        & > Select { width: 18; }
        & > Note { padding-left: 1; }
    }
    """

    def __init__(self, chosen: str) -> None:
        super().__init__(id="field-profile")
        self.field = "profile"
        self.hint = ""
        self._start_value = chosen

    def compose(self) -> ComposeResult:
        """Label, choice and note, side by side."""
        options = [("by concurrency", ""), *((profile, profile) for profile in PROFILES)]
        yield Label("Profile")
        yield Select(options, value=self._start_value, allow_blank=False, compact=True, id="input-profile")
        yield Note()

    @property
    def value(self) -> str:
        """The chosen profile; an empty text leaves it to the concurrency."""
        return str(self.query_one(Select).value)

    def show_hint(self, hint: str) -> None:
        """Changes what the note says."""
        self.hint = hint
        self.query_one(Note).show_hint(hint)


class LoadForm(VerticalGroup):
    """The numbers of a plan and its profile: below each other with a note each, or in two rows side by side.

    Side by side (where the screen's style hides the fields' notes) one shared note serves all of them.
    """

    DEFAULT_CSS = """
    LoadForm {
        & > .load-row { height: auto; layout: vertical; }
        & > #load-note { display: none; }
    }
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(id="load")
        self._fields = (
            NumberField("requests", str(plan.requests), "per mode and round; 10k and 1m are allowed"),
            NumberField("concurrency", str(plan.concurrency), "", ARTICLE),
            NumberField("rounds", str(plan.rounds), ""),
            NumberField("budget", _seconds(plan.budget_s), ""),
            NumberField("timeout", _seconds(plan.timeout_s), "seconds per request"),
            NumberField(
                "seed",
                str(plan.seed) if plan.seed_given else "",
                "sets the order in each round; empty: random",
                "random",
            ),
        )
        self._profile = ProfileField(plan.chosen_profile or "")

    def compose(self) -> ComposeResult:
        """The fields and the shared note."""
        with Horizontal(classes="load-row"):
            yield from self._fields[:4]
        with Horizontal(classes="load-row"):
            yield from self._fields[4:]
            yield self._profile
        yield Note(id="load-note")

    @property
    def profile(self) -> str:
        """The chosen profile; an empty text leaves it to the concurrency."""
        return self._profile.value

    def value_of(self, field: str) -> str:
        """The text in a field."""
        return self._field(field).input.value

    def focus_field(self, field: str) -> None:
        """Puts the cursor into a field."""
        self._field(field).input.focus()

    def show(self, reading: FormReading) -> None:
        """Shows what is wrong with the fields, and what their values mean."""
        self._field("concurrency").show_hint(describe_concurrency(reading.concurrency, reading.requests))
        self._field("rounds").show_hint(describe_rounds(reading.rounds))
        self._field("budget").show_hint(describe_budget(reading.rounds))
        self._profile.show_hint(describe_profile(reading.profile, reading.concurrency))
        for field in self._fields:
            field.show_error(reading.errors.get(field.field, ""))
        note = self.query_one("#load-note", Note)
        note.show_errors(*(reading.errors.get(field.field, "") for field in self._fields))
        self._hint_at_focus()

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _hint_at_focus(self) -> None:
        fields = (*self._fields, self._profile)
        explained = next((field for field in fields if field.has_focus_within), self._field("concurrency"))
        self.query_one("#load-note", Note).show_hint(f"{explained.field.capitalize()}: {explained.hint}")

    def _field(self, name: str) -> NumberField:
        return next(field for field in self._fields if field.field == name)


def _seconds(value: float) -> str:
    return f"{value!r}".removesuffix(".0")
