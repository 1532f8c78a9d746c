"""The screen of one lane over several runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widgets import Header, Label

from tui_httpbench.analysis.compared_run import ComparedRun
from tui_httpbench.analysis.run_comparison import common_labels
from tui_httpbench.analysis.trend import Trend, trend_of
from tui_httpbench.files.threads import in_thread
from tui_httpbench.report.comparison_formats import COMPARISON_FORMATS, TREND_TEXTS
from tui_httpbench.report.formats import Export
from tui_httpbench.report.trend_report import chart_of, title_of, trend_columns, trend_rows, why_unsure
from tui_httpbench.text.formatting import plural
from tui_httpbench.tui.copying import told_of_copy
from tui_httpbench.tui.parts.panel import Page, Panel
from tui_httpbench.tui.parts.save import SaveScreen
from tui_httpbench.tui.parts.themed_chart import AXIS, ThemedChart, library_role, stand_in
from tui_httpbench.tui.parts.whole_columns import WholeColumns
from tui_httpbench.tui.saving import file_stem, save_comparison
from tui_httpbench.tui.screens.compare.choice_bar import ChoiceBar
from tui_httpbench.tui.textual_fixes.one_size import OneSizeScreen
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter
from tui_httpbench.tui.tooltips import SCREENSHOT_TOOLTIP

AS_MEASURED = "none: milliseconds"
MAX_NAME = 24
_MINUTES = len("2026-11-26T20:18")
TOO_FEW = "Fewer than two of these runs have a value of this lane that can be compared."
NO_LANE = "These runs share no lane, so that none can be drawn over all of them."


class TrendChart(ThemedChart, Panel):
    """The lane's value in each run, as a line."""

    trend: reactive[Trend | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__(classes="panel")

    def watch_trend(self, trend: Trend | None) -> None:
        """Says what is drawn."""
        if trend is not None:
            self.set_heading(title_of(trend))

    def render(self) -> RenderResult:
        """The chart for the widget's size and the theme of this moment."""
        trend = self.trend
        if trend is None or self.size.width < 2 or self.size.height < 2:
            return ""
        chart = chart_of(trend, *self.size, stand_in(library_role(trend.label)), stand_in(AXIS))
        return self.themed(chart) if chart else Text(TOO_FEW)


class TrendTable(WholeColumns):
    """A row for each run, compared with the first."""

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, fixed_columns=1, classes="panel")

    def show(self, trend: Trend) -> None:
        """Shows the runs of a trend."""
        columns = trend_columns(trend)
        self.clear(columns=True)
        for heading, (side, _) in columns.items():
            self.add_column(Text(heading, justify=side))
        sides = [side for side, _ in columns.values()]
        for number, name, when, *others in trend_rows(trend):
            row = (number, _fitted(name), when[:_MINUTES].replace("T", " "), *others)
            cells = zip(row, sides, strict=True)
            self.add_row(*(Text(cell, justify=side, no_wrap=True) for cell, side in cells))
        self.set_heading("Runs, each compared with the first")


def _fitted(name: str) -> str:
    """The name in so many cells, of which a sign may take two."""
    return name if cell_len(name) <= MAX_NAME else set_cell_size(name, MAX_NAME - 1).rstrip() + "…"


class TrendScreen(OneSizeScreen[None]):
    """Draws one lane over several runs, the oldest first; closes itself with ``escape``."""

    CSS_PATH = "compare.tcss"
    TITLE = "httpbench"
    AUTO_FOCUS = "TrendTable"
    HELP = """
One lane over the marked runs, the oldest first. **v** goes on to the next lane, **x** to the next one that its times
are compared with: a slower machine or day, which both share, cancels out then.

- Each run is compared with the first; all intervals of the table hold together in 95 of 100 comparisons.
- *changed* names what differs from the run before.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "step('lane')", "Next lane", id="trend.lane", tooltip="Draw the next lane"),
        Binding(
            "x", "step('relative')", "Relative to", id="trend.relative", tooltip="Relative to the next lane, or none"
        ),
        Binding("s", "save", "Save", id="trend.save", tooltip="Save the trend: JSON or Markdown"),
        Binding("c", "copy", "Copy", id="trend.copy", tooltip="Copy the trend as Markdown"),
        Binding(
            "ctrl+s", "app.save_screenshot", "Picture", show=False, id="trend.screenshot", tooltip=SCREENSHOT_TOOLTIP
        ),
        Binding("escape", "close", "Back", id="trend.close", tooltip="Back to the history"),
    ]

    def __init__(self, runs: Sequence[ComparedRun]) -> None:
        super().__init__()
        self._runs = tuple(runs)
        self._labels = common_labels(self._runs)
        self.trend: Trend | None = None
        self.sub_title = f"a lane over {plural(len(runs), 'run')}"

    def compose(self) -> ComposeResult:
        """The choices over chart and table."""
        yield Header()
        if not self._labels:
            yield Label(NO_LANE, id="no-lane", markup=False)
        else:
            lanes = [(label, label) for label in self._labels]
            choices = {"lane": ("v lane", lanes, self._labels[0])}
            if len(lanes) > 1:
                choices["relative"] = ("x relative to", [(AS_MEASURED, ""), *lanes], "")
            yield ChoiceBar(choices)
            with Page(id="page"):
                yield TrendChart()
                yield TrendTable()
                yield Label(id="trend-note", markup=False)
        yield SteadyFooter()

    def on_mount(self) -> None:
        """Draws the first lane."""
        if self._labels:
            self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where runs share no lane there is nothing to do; with one lane nothing to choose."""
        if action == "step":
            return len(self._labels) > 1 and (parameters[0] in ("lane", "relative"))
        return action not in ("save", "copy") or bool(self._labels)

    @on(ChoiceBar.Changed)
    def _follow(self) -> None:
        self._show()

    @work(group="trend", exclusive=True)
    async def _show(self) -> None:
        bar = self.query_one(ChoiceBar)
        lane = bar.chosen("lane")
        relative = bar.chosen("relative") if len(self._labels) > 1 else ""
        if relative == lane:
            relative = ""
            bar.choose("relative", "")
        trend = await in_thread(trend_of, self._runs, lane, relative)
        if trend == self.trend:
            return
        self.trend = trend
        self.query_one(TrendChart).trend = trend
        self.query_one(TrendTable).show(trend)
        note = self.query_one("#trend-note", Label)
        note.update(told := why_unsure(trend, "x"))
        note.display = bool(told)

    def action_step(self, choice: str) -> None:
        """Goes on to the next lane, or to the next that its times are relative to."""
        bar = self.query_one(ChoiceBar)
        bar.step(choice)
        if choice == "relative" and bar.chosen("relative") == bar.chosen("lane"):
            bar.step(choice)

    def action_copy(self) -> None:
        """Puts the table on the clipboard, and says so."""
        if self.trend is not None:
            self.app.copy_to_clipboard(TREND_TEXTS["md"](self.trend))
            self.notify(told_of_copy("the trend"), markup=False)

    def action_save(self) -> None:
        """Asks for a file's name or path, and writes the trend in the form of its suffix."""
        trend = self.trend
        if trend is None:
            return

        def take(export: Export | None) -> None:
            if export is not None:
                save_comparison(self.app, export, TREND_TEXTS[export.format.name](trend))

        self.app.push_screen(SaveScreen("the trend", f"{file_stem()}-trend", COMPARISON_FORMATS), take)

    def action_close(self) -> None:
        """Goes back."""
        self.app.pop_screen()
