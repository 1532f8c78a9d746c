"""How much is measured, and how many requests are in flight."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import VerticalGroup

from tui_httpbench.plan.fields import rows_on
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.sweep import OPTIONS
from tui_httpbench.tui.plan_words import (
    describe_concurrency,
    describe_duration_field,
    describe_requests,
)
from tui_httpbench.tui.screens.setup.field import field_for
from tui_httpbench.tui.screens.setup.field_sheet import FieldSheet
from tui_httpbench.tui.screens.setup.plan_form import SIZE, FormReading


class LoadForm(VerticalGroup):
    """The numbers that every plan has: requests or seconds, and how many are in flight."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(id="load")
        rows = [[field_for(value, value.text(value.value_in(plan))) for value in row] for row in rows_on("load")]
        self._sheet = FieldSheet(rows, explained="concurrency")

    def compose(self) -> ComposeResult:
        """The fields."""
        yield self._sheet

    @property
    def texts(self) -> dict[str, str]:
        """What is typed and chosen, by the names of the fields."""
        return self._sheet.texts

    def fill(self, values: Mapping[str, object]) -> None:
        """Fills in those of the given fields of a plan that stand here."""
        for value in SIZE:
            if value.key in values:
                self._sheet.fields[value.name].fill(value.text(values[value.key]))

    def focus_field(self, name: str) -> None:
        """Puts the cursor into a field."""
        self._sheet.fields[name].control.focus()

    def show(self, reading: FormReading) -> None:
        """Shows what is wrong with the fields, and what their values mean."""
        load = (reading.requests, reading.duration_s)
        are_wrong = bool({"requests", "duration"} & reading.errors.keys())
        self._sheet.fields["requests"].show_hint(describe_requests(*load, are_wrong=are_wrong))
        self._sheet.fields["duration"].show_hint(describe_duration_field(*load, are_wrong=are_wrong))
        self._sheet.fields["concurrency"].show_hint(
            describe_concurrency(reading.concurrency, reading.requests, sweeps=_sweeps_width(reading))
        )
        self._sheet.show(reading.errors)


def _sweeps_width(reading: FormReading) -> bool:
    """Whether a sweep says how many requests are in flight."""
    sweep = reading.plan.sweep if reading.plan is not None else None
    return sweep is not None and "concurrency" in OPTIONS[sweep.knob]
