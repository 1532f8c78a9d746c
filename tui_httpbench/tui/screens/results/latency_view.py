"""The tab with the latency of each mode."""

from __future__ import annotations

from functools import cached_property

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button, SelectionList, Tab, Tabs
from textual.widgets.selection_list import Selection

from tui_httpbench.analysis.latency_curve import ModeLatency, differs_much, latencies_of
from tui_httpbench.analysis.result import Result
from tui_httpbench.tui.parts.panel import Panel
from tui_httpbench.tui.screens.results.latency_charts import CourseChart, HistogramChart, LatencyChart, PercentileChart
from tui_httpbench.tui.screens.results.view import ResultView

MAX_AT_FIRST = 10
_CHARTS = (("histogram", "Distribution"), ("percentiles", "Percentiles"), ("course", "Along the run"))


class ModeChooser(SelectionList[str], Panel):
    """The modes, of which the chosen ones are drawn."""


class LatencyView(ResultView):
    """How latency is spread in each mode, and how it went on through the run."""

    ID = "latency"
    KEY = "t"
    TITLE_MARKUP = "La[u]t[/]ency"
    ABOUT = "The latency of each mode: distribution, percentiles, along the run"

    @classmethod
    def applies_to(cls, result: Result) -> bool:
        """Whether any request succeeded, and single ones are still kept."""
        return result.has_samples and any(mode.ok for mode in result.modes)

    @cached_property
    def latencies(self) -> tuple[ModeLatency, ...]:
        """All modes that can be drawn, sorted once."""
        return latencies_of(self.result)

    def compose(self) -> ComposeResult:
        """The choice of chart and modes over the charts; large screens show all charts at once."""
        with Horizontal(id="latency-bar"):
            yield Tabs(*(Tab(title, id=f"show-{name}") for name, title in _CHARTS), id="latency-charts")
            yield Button(id="latency-modes", compact=True, tooltip="Choose the modes that are drawn")
            yield Button(id="latency-scale", compact=True, tooltip="Switch between a linear and a logarithmic scale")
        with Horizontal(id="latency-body"):
            yield ModeChooser(classes="panel")
            yield HistogramChart(id="histogram")
            yield PercentileChart(id="percentiles")
            yield CourseChart(id="course")

    def on_mount(self) -> None:
        """Draws the first modes of the ranking, on the scale that shows them all."""
        chooser = self.query_one(ModeChooser)
        chooser.set_heading("Modes")
        for index, latency in enumerate(self.latencies):
            chooser.add_option(Selection(latency.mode, latency.mode, index < MAX_AT_FIRST))
        chooser.highlighted = 0
        self._set_scale(log=differs_much(self.latencies))
        self._draw()
        self._show_chart("histogram")

    def first_focus(self) -> Widget | None:
        """The choice of charts where there is one, else the modes."""
        tabs, chooser = self.query_one("#latency-charts", Tabs), self.query_one(ModeChooser)
        return tabs if tabs.display else chooser

    def copied(self) -> tuple[str, str] | None:
        """The drawn chart's numbers are those of the ranking's table."""
        return None

    def toggle_log(self) -> None:
        """Switches between the linear and the logarithmic scale."""
        self._set_scale(log=not self.query(LatencyChart).first().log_scale)

    def show_next_chart(self) -> None:
        """Shows the next chart where only one at a time is shown."""
        self.query_one("#latency-charts", Tabs).action_next_tab()

    def toggle_modes(self) -> None:
        """Shows or hides the list of modes, and goes to it."""
        chooser = self.query_one(ModeChooser)
        chooser.display = not chooser.display
        self.screen.set_focus(chooser if chooser.display else self.query_one("#latency-charts", Tabs))

    @on(SelectionList.SelectedChanged)
    def _draw(self) -> None:
        chosen = set(self.query_one(ModeChooser).selected)
        drawn = tuple(latency for latency in self.latencies if latency.mode in chosen)
        for chart in self.query(LatencyChart):
            chart.latencies = drawn
        self.query_one("#latency-modes", Button).label = f"m modes: {len(drawn)} of {len(self.latencies)}"

    @on(Tabs.TabActivated)
    def _choose_chart(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self._show_chart((event.tab.id or "").removeprefix("show-"))

    @on(Button.Pressed, "#latency-scale")
    def _press_scale(self, event: Button.Pressed) -> None:
        event.stop()
        self.toggle_log()

    @on(Button.Pressed, "#latency-modes")
    def _press_modes(self, event: Button.Pressed) -> None:
        event.stop()
        self.toggle_modes()

    def _show_chart(self, name: str) -> None:
        for chart in self.query(LatencyChart):
            chart.set_class(chart.id != name, "-other")

    def _set_scale(self, *, log: bool) -> None:
        for chart in self.query(LatencyChart):
            chart.log_scale = log
        self.query_one("#latency-scale", Button).label = f"l scale: {'log' if log else 'linear'}"
