"""The numbers of a plan: how many requests, how wide, how often."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import VerticalGroup

from tui_httpbench.plan.plan import ARTICLE, AUTO, PROFILES, Plan
from tui_httpbench.tui.plan_words import (
    describe_budget,
    describe_concurrency,
    describe_duration_field,
    describe_profile,
    describe_requests,
    describe_rounds,
)
from tui_httpbench.tui.screens.setup.field import choice_field, text_field
from tui_httpbench.tui.screens.setup.field_sheet import FieldSheet
from tui_httpbench.tui.screens.setup.plan_form import PLAN_FIELDS, FormReading, plan_text


class LoadForm(VerticalGroup):
    """The numbers of a plan and its profile."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(id="load")
        seed = plan_text(plan.seed) if plan.seed_given else ""
        profiles = [("by concurrency", ""), *((profile, profile) for profile in PROFILES)]
        self._sheet = FieldSheet(
            [
                [
                    text_field("requests", plan_text(plan.requests), placeholder="any"),
                    text_field("duration", plan_text(plan.duration_s), placeholder="any"),
                    text_field("concurrency", plan_text(plan.concurrency), placeholder=ARTICLE),
                    text_field("rounds", plan_text(plan.rounds), placeholder=AUTO),
                ],
                [
                    text_field("budget", plan_text(plan.budget_s)),
                    text_field("timeout", plan_text(plan.timeout_s), "seconds per request"),
                    text_field("seed", seed, "sets the order in each round; empty: random", "random"),
                    choice_field("profile", profiles, plan_text(plan.chosen_profile)),
                ],
            ],
            explained="concurrency",
        )

    def compose(self) -> ComposeResult:
        """The fields."""
        yield self._sheet

    @property
    def texts(self) -> dict[str, str]:
        """What is typed and chosen, by the names of the fields."""
        return self._sheet.texts

    def fill(self, values: Mapping[str, object]) -> None:
        """Fills in those of the given fields of a plan that stand here."""
        for field in self._sheet.fields.values():
            if PLAN_FIELDS[field.field] in values:
                field.fill(plan_text(values[PLAN_FIELDS[field.field]]))

    def focus_field(self, name: str) -> None:
        """Puts the cursor into a field."""
        self._sheet.fields[name].control.focus()

    def show(self, reading: FormReading) -> None:
        """Shows what is wrong with the fields, and what their values mean."""
        load = (reading.requests, reading.duration_s)
        are_wrong = bool({"requests", "duration"} & reading.errors.keys())
        self._sheet.fields["requests"].show_hint(describe_requests(*load, are_wrong=are_wrong))
        self._sheet.fields["duration"].show_hint(describe_duration_field(*load, are_wrong=are_wrong))
        self._sheet.fields["concurrency"].show_hint(describe_concurrency(reading.concurrency, reading.requests))
        self._sheet.fields["rounds"].show_hint(describe_rounds(reading.rounds))
        self._sheet.fields["budget"].show_hint(describe_budget(reading.rounds))
        self._sheet.fields["profile"].show_hint(describe_profile(reading.profile, reading.concurrency))
        self._sheet.show(reading.errors)
