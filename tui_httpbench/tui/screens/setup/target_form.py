"""Where the requests go: how the embedded target behaves, or how a host of the user's own is trusted."""

from __future__ import annotations

import dataclasses
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.widgets import Checkbox, Select

from tui_httpbench.plan.field import Field as PlanField
from tui_httpbench.plan.fields import KNOBS, rows_on
from tui_httpbench.plan.plan import Plan, PlanError
from tui_httpbench.plan.scenario import SCENARIOS, Scenario
from tui_httpbench.plan.scenario_file import own_scenario_files, read_scenario
from tui_httpbench.tui.screens.setup.field import Field, field_for
from tui_httpbench.tui.screens.setup.field_sheet import FieldSheet
from tui_httpbench.tui.screens.setup.fold import Fold
from tui_httpbench.tui.screens.setup.note import WRONG, Note
from tui_httpbench.tui.screens.setup.plan_form import FormReading, Place, knob_texts, place_of
from tui_httpbench.tui.screens.setup.tick_box import TickBox
from tui_httpbench.tui.screens.setup.trust_form import TrustForm
from tui_httpbench.tui.textual_fixes.lean_select import LeanSelect
from tui_httpbench.tui.textual_fixes.own_class import set_own_class

_NOT_HERE = "Scenarios are for the embedded target; empty the URL to use one."


class TargetForm(VerticalGroup):
    """The scenario with its knobs while the requests go to the embedded target, else certificates."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(id="target")
        self._choices: dict[str, Scenario | PlanError] = _find_scenarios()
        start = plan.scenario
        if self._choices.get(start.name, start) != start:  # the file says otherwise by now
            start = dataclasses.replace(start, name=f"{start.name}*")
        self._choices.setdefault(start.name, start)
        self._base = start
        self._shown = start.name
        self._why = Note(id="scenario-why")
        self._fold_title = "Server settings"
        self._place: Place = place_of(plan.request.url)
        self._box: VerticalGroup | None = None
        self._trust = TrustForm(plan)
        texts = knob_texts(start)
        controls = {name: _control_for(knob, texts[name]) for name, knob in KNOBS.items()}
        self._switches = {name: control for name, control in controls.items() if isinstance(control, TickBox)}
        self._sheet = FieldSheet([[controls[knob.name] for knob in row] for row in rows_on("knobs")], "rtt")

    def compose(self) -> ComposeResult:
        """The scenario and its knobs; in their place for a URL of the user's own, what applies there."""
        if self._place == "embedded":
            yield self._make_box()
        yield Note(_NOT_HERE, id="not-here")
        yield self._trust

    def _make_box(self) -> VerticalGroup:
        """The scenario and its knobs, which a form of a URL does without until that is emptied."""
        self._select = LeanSelect(
            self._options(), value=self._shown, allow_blank=False, compact=True, id="input-scenario"
        )
        self._fold = Fold(lambda: self._sheet, "knobs", self._fold_title)
        bar = HorizontalGroup(self._select, self._why, id="scenario-bar")
        self._box = VerticalGroup(bar, self._fold, id="embedded")
        return self._box

    @property
    def values(self) -> dict[str, Any]:
        """What ``FormValues`` wants to know of scenario and trust."""
        chosen = self._choices[self._shown]
        return {
            "scenario": self._base,
            "scenario_error": str(chosen) if isinstance(chosen, PlanError) else "",
            "knobs": {**self._sheet.texts, **{name: box.value for name, box in self._switches.items()}},
            "trust": self._trust.trust,
            "cacert": self._trust.cacert,
        }

    def fill(self, scenario: Scenario) -> None:
        """Chooses a scenario, which may be one that has no name in the list yet."""
        self._choose(scenario)
        self._show_scenario(scenario)

    def fill_trust(self, cacert: str | None, insecure: bool) -> None:
        """Chooses whose certificates are trusted."""
        self._trust.fill(cacert, insecure)

    def show(self, reading: FormReading, place: Place) -> None:
        """Shows what applies at such a place, what it will be like, and what is wrong with it."""
        self._place = place
        title = "Target · embedded" if place == "embedded" else "Target · your own URL"
        if title != self.border_title:  # to set it draws all of the section, and this is done at each key
            self.border_title = title
        is_embedded = place == "embedded"
        if is_embedded and self._box is None:
            self.mount(self._make_box(), before=0)
        elif self._box is not None:
            self._box.display = is_embedded
        self.query_one("#not-here").display = not is_embedded
        self._trust.display = place == "https" or (place == "http" and self._trust.is_wanted)
        # Where rows are few, a section that has nothing to ask leaves them to the modes.
        set_own_class(self, not is_embedded and not self._trust.display, "-idle")
        if reading.scenario is not None:
            self._show_scenario(reading.scenario)
        self._why.show_errors(reading.errors.get("scenario", ""))
        self._sheet.show(reading.errors)
        self._trust.show(reading.errors.get("cacert", ""))

    def focus_trust(self) -> None:
        """Puts the cursor where it is chosen whose certificates are trusted."""
        self._trust.focus_choice()

    def focus_field(self, name: str) -> None:
        """Puts the cursor into a field, and opens the knobs where it is one of them."""
        if name == "cacert":
            self._trust.focus_path()
        elif name in KNOBS:
            if self._box is not None:
                self._fold.collapsed = False
            control = self._sheet.fields[name].control if name in self._sheet.fields else self._switches[name]
            self.call_after_refresh(control.focus)
        elif self._box is not None:
            self._select.focus()

    @on(Select.Changed, "#input-scenario")
    def _chosen(self, event: Select.Changed) -> None:
        name = str(event.value)
        if name == self._shown:
            return
        self._shown = name
        chosen = self._choices[name]
        if isinstance(chosen, Scenario):
            self._choose(chosen)

    @on(Checkbox.Changed, "#input-http2,#input-tls")
    def _keep_together(self) -> None:
        # HTTP/2 is offered only over TLS: whichever was switched last takes the other along.
        tls, http2 = self._switches["tls"], self._switches["http2"]
        if http2.value and not tls.value:
            if tls.has_focus:
                http2.value = False
            else:
                tls.value = True

    def _choose(self, scenario: Scenario) -> None:
        self._base = scenario
        for name, text in knob_texts(scenario).items():
            if isinstance(text, bool):
                self._switches[name].value = text
            else:
                self._sheet.fields[name].fill(text)

    def _show_scenario(self, scenario: Scenario) -> None:
        is_new = scenario.name not in self._choices
        self._choices[scenario.name] = scenario
        self._shown = scenario.name
        changed = f"{scenario.name.removesuffix('*')} with settings of your own"
        self._why.show_hint(scenario.why or (changed if scenario.name.endswith("*") else "from your own file"))
        self._fold_title = f"Server settings · {scenario.in_words}"
        if self._box is None:
            return
        self._fold.title = self._fold_title
        if not self._select.is_mounted:  # it has just been asked for: its list is filled once it is there
            self.call_after_refresh(self._show_scenario, scenario)
            return
        with self.prevent(Select.Changed):
            if is_new:
                self._select.set_options(self._options())
            self._select.value = scenario.name

    def _options(self) -> list[tuple[Any, str]]:
        return [
            (Content(f"{WRONG} {name}" if isinstance(choice, PlanError) else name), name)
            for name, choice in self._choices.items()
        ]


def _control_for(knob: PlanField, shown: str | bool) -> Field | TickBox:
    if isinstance(shown, str):
        return field_for(knob, shown)
    return TickBox(knob.on_form.label, shown, compact=True, id=f"input-{knob.name}", tooltip=knob.on_form.hint)


def _find_scenarios() -> dict[str, Scenario | PlanError]:
    choices: dict[str, Scenario | PlanError] = dict(SCENARIOS)
    for name, path in own_scenario_files().items():
        try:
            scenario = read_scenario(path)
            choices[scenario.name] = scenario
        except PlanError as error:
            choices[name] = error
    return choices
