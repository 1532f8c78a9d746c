"""The tab that says why a mode is slower than the winner, its reference, or any other."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import DataTable, Label, Select

from tui_httpbench.analysis.changes import Change, change_to_show
from tui_httpbench.analysis.pair_reasons import explain_lanes
from tui_httpbench.analysis.places import OTHER_WORK_SIGN, placed_name, places_of
from tui_httpbench.analysis.question_answer import asked_pairs
from tui_httpbench.analysis.reasons import ModeReason
from tui_httpbench.analysis.result import Environment, Result
from tui_httpbench.analysis.variant_labels import lane_versions, variant_labels
from tui_httpbench.plan.reference import compared_pairs
from tui_httpbench.text.formatting import UNKNOWN, format_percent, plural
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.form_words import in_form_words
from tui_httpbench.tui.parts.panel import Page, Panel
from tui_httpbench.tui.parts.prose import Prose
from tui_httpbench.tui.screens.results.change_page import ChangePage
from tui_httpbench.tui.screens.results.facts_table import FactsTable
from tui_httpbench.tui.screens.results.reasons_page import ReasonsPage
from tui_httpbench.tui.screens.results.view import ResultView

_INDENT = "    "
AGAINST_TOOLTIP = "Compare all with the marked mode, or as usual again"


class SettingsPage(Page, Panel):
    """The settings that each mode really had, and where the run took place."""

    def __init__(self, result: Result) -> None:
        super().__init__(id="settings", classes="panel")
        self._result = result
        self.set_heading("Settings and environment")

    def compose(self) -> ComposeResult:
        """What differs first."""
        lines = list(settings_lines(self._result.settings))
        for line in lines:
            kind = "value" if line.startswith(_INDENT) else "setting"
            yield Prose(in_form_words(line.removeprefix(_INDENT)), classes=f"finding--{kind}")
        if lines:
            yield Label("Environment", classes="finding--title")
        yield Prose(describe_environment(self._result.environment), classes="finding--environment")
        for variant in variant_labels(self._result):
            text = printable(f"{variant.label}: {variant.in_words}")
            yield Prose(text, classes="finding--environment")


class AgainstBar(Horizontal):
    """The choice of what all modes are compared with; posts Changed."""

    class Changed(Message):
        """Another mode was chosen; ``label`` is empty for what each is usually compared with."""

        def __init__(self, label: str) -> None:
            super().__init__()
            self.label = label

    def __init__(self, reasons: tuple[ModeReason, ...], usual: str) -> None:
        super().__init__()
        ranks = tuple(reason.rank for reason in reasons)
        places = places_of(ranks)
        self._options = [(usual, ""), *((placed_name(places, rank.mode), rank.mode) for rank in ranks)]

    def compose(self) -> ComposeResult:
        """The key before the list."""
        yield Label("x compared with", markup=False)
        select = Select(self._options, value="", allow_blank=False, compact=True)
        select.tooltip = AGAINST_TOOLTIP
        yield select

    def choose(self, label: str) -> None:
        """Compares with this mode; as usual where that is what it does already."""
        select = self.query_one(Select)
        select.value = "" if select.value == label else label

    @on(Select.Changed)
    def _tell(self, event: Select.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(str(event.value)))


class WhyView(ResultView):
    """What makes each mode slower than the winner, its reference or any other, from what was measured."""

    ID = "why"
    KEY = "w"
    TITLE_MARKUP = "[u]W[/]hy"
    ABOUT = "What makes each mode slower than the winner, its reference, or another"

    def __init__(self, result: Result) -> None:
        super().__init__(result)
        self._explained: dict[str, tuple[ModeReason, ...]] = {}
        self._changes: dict[tuple[str, str], Change | None] = {}
        self._reasons: tuple[ModeReason, ...] = ()
        self._wanted = ""

    def compose(self) -> ComposeResult:
        """What modes are compared with, and the facts, over the reasons and the settings."""
        self._reasons = reasons = self._reasons_against("")
        if sum(reason.rank.ratio is not None for reason in reasons) > 1:
            yield AgainstBar(reasons, self._usual())
        yield FactsTable(reasons, lane_versions(self.result))
        with Horizontal(id="why-body"):
            yield ReasonsPage(self.result, reasons)
            with Vertical(id="why-aside"):
                yield ChangePage()
                yield SettingsPage(self.result)

    def on_mount(self) -> None:
        """Begins with the change to the first mode."""
        self._show_change(0)
        if self._wanted:
            self.call_after_refresh(self.compare_with, self._wanted)

    def first_focus(self) -> Widget | None:
        """The table."""
        return self.query_one(FactsTable)

    def copied(self) -> tuple[str, str] | None:
        """The table in Markdown with the reasons."""
        return "The reasons", self.query_one(FactsTable).as_markdown()

    def compare_with_marked(self) -> None:
        """Compares all modes with the one that the table's cursor is at, or as usual again."""
        for bar in self.query(AgainstBar):
            bar.choose(self.query_one(FactsTable).marked)

    def compare_with(self, mode: str) -> None:
        """Compares all modes with this one; as soon as it is shown, where it is not yet."""
        if not self.is_mounted:
            self._wanted = mode
        for bar in self.query(AgainstBar):
            bar.query_one(Select).value = mode

    def open_change(self) -> None:
        """Gives what to change all the room below the table, with its code, or gives it back."""
        is_open = self.has_class("-change")
        if not is_open and not self.query_one(ChangePage).display:
            self.notify("There is nothing to change here: mark a mode whose library has a faster one.", markup=False)
            return
        self.set_class(not is_open, "-change")

    def on_against_bar_changed(self, event: AgainstBar.Changed) -> None:
        """Explains every mode anew."""
        event.stop()
        self._reasons = reasons = self._reasons_against(event.label)
        self.query_one(FactsTable).explain(reasons)
        self.query_one(ReasonsPage).explain(reasons)
        self._show_change(self.query_one(FactsTable).cursor_row)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Brings the mode's reasons into view."""
        event.stop()
        self.query_one(ReasonsPage).show_reason(event.cursor_row)
        self._show_change(event.cursor_row)

    def _usual(self) -> str:
        """What each mode is compared with where nothing else was chosen."""
        plan = self.result.plan
        first = "the first place" if self.result.ranking[0].shared else "the fastest"
        if compared_pairs(plan):
            return f"its reference, else {first}"
        return f"its counterpart, else {first}" if asked_pairs(plan.modes) else first

    def _reasons_against(self, label: str) -> tuple[ModeReason, ...]:
        """Every mode with its reasons against this one; explained once."""
        if label not in self._explained:
            self._explained[label] = explain_lanes(self.result, label)
        return self._explained[label]

    def _show_change(self, row: int) -> None:
        """Shows what to change between the marked mode and the one that it is compared with; compared once."""
        pair = self._reasons[row].rank.mode, self._reasons[row].against
        if pair not in self._changes:
            self._changes[pair] = change_to_show(self.result, *pair)
        self.query_one(ChangePage).show_change(self._changes[pair])


def settings_lines(settings: dict[str, dict[str, str]]) -> Iterator[str]:
    """What the modes' clients were set to: what they share on a line each, a line for each value of what differs.

    ``settings`` is keyed by base mode id. What differs comes first.
    """
    names = dict.fromkeys(name for of_mode in settings.values() for name in of_mode)
    shared = []
    for name in names:
        modes_by_value: dict[str, list[str]] = {}
        for mode, of_mode in settings.items():
            modes_by_value.setdefault(of_mode.get(name, UNKNOWN), []).append(mode)
        if len(modes_by_value) == 1:
            shared.append(printable(f"= {name}: {next(iter(modes_by_value))}"))
            continue
        yield printable(f"{OTHER_WORK_SIGN} {name}")
        for value, modes in modes_by_value.items():
            yield printable(f"{_INDENT}{value}: {', '.join(modes)}")
    yield from shared


def describe_environment(environment: Environment) -> str:
    """Where the run took place, with which versions, and what else is known of the machine, in a sentence."""
    packages = "".join(f", {name} {version}" for name, version in environment.packages.items())
    share = environment.other_cpu_share
    parts = [
        f"{environment.python}{packages}",
        f"{environment.platform}, {plural(environment.cpu_count, 'CPU')}",
        environment.pinning,
        "" if environment.governor is None else f"governor {environment.governor}",
        "" if share is None else f"other processes used {format_percent(share)} CPU",
    ]
    return printable("; ".join(filter(None, parts)))
