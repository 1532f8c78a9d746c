"""The screen of a result: the ranking as bars and as a table, and what went wrong."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Header

from tui_httpbench.analysis.result import Result
from tui_httpbench.formatting import plural
from tui_httpbench.plan import Plan
from tui_httpbench.tui.formatting import plan_in_short
from tui_httpbench.tui.metrics import METRICS, Metric
from tui_httpbench.tui.saving import SCREENSHOT_TOOLTIP, save_result
from tui_httpbench.tui.widgets.findings import Findings
from tui_httpbench.tui.widgets.metric_bar import MetricBar
from tui_httpbench.tui.widgets.panel import Page
from tui_httpbench.tui.widgets.ranking_chart import ChartPanel
from tui_httpbench.tui.widgets.ranking_table import RankingTable

FIRST_METRIC = METRICS[1]


def _metric_binding(number: int, metric: Metric) -> Binding:
    title = f"Compare by {metric.name}"
    action = f"choose_metric('{metric.id}')"
    return Binding(str(number), action, metric.tab, show=False, id=f"results.{metric.id}", tooltip=title)


class ResultsScreen(Screen[None]):
    """Shows a result; posts RunAgain or ChangePlan."""

    CSS_PATH = "results.tcss"
    TITLE = "httpbench"
    AUTO_FOCUS = ""
    HELP = """
Each bar is one mode, coloured by its library, the best on top.

- **1** to **9** choose what is compared, **l** the logarithmic scale, on which modes that differ 100 times can be read.
- A click on a column's title sorts the table.
- Modes that can't be told apart share a place, such as **2=**. The interval is that of the ratio to the winner's time;
  *vs next* says how a mode compares with the one below it.
- A mode marked **!** had failed requests or missing rounds; it is ranked below all others. One marked **≠** did other
  work than most.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "run_again", "Run again", id="results.again", tooltip="Run the same plan again"),
        Binding("e,escape", "change_plan", "Edit plan", id="results.change", tooltip="Edit the plan: back to the form"),
        Binding("s", "save_json", "JSON", id="results.json", tooltip="Save the result as JSON in this folder"),
        Binding("ctrl+s", "app.save_screenshot", "Screenshot", id="results.screenshot", tooltip=SCREENSHOT_TOOLTIP),
        *(_metric_binding(number, metric) for number, metric in enumerate(METRICS, 1)),
        Binding("l", "toggle_log", "Scale", show=False, id="results.log", tooltip="Linear or logarithmic scale"),
    ]

    class RunAgain(Message):
        """The same plan is to be run again."""

        def __init__(self, plan: Plan) -> None:
            super().__init__()
            self.plan = plan

    class ChangePlan(Message):
        """The user wants the form back."""

    def __init__(self, result: Result) -> None:
        super().__init__()
        self.result = result
        self.sub_title = plan_in_short(result.plan, result.url)
        if result.stopped:
            measured = sum(mode.requests for mode in result.modes)
            total = result.plan.total_requests
            share = f"{measured:,} of {plural(total, 'request')}" if total is not None else plural(measured, "request")
            self.title = f"stopped: {share} measured"

    def compose(self) -> ComposeResult:
        """The choice of metric over chart, table and findings."""
        yield Header()
        yield MetricBar(FIRST_METRIC)
        with Page(id="page"):
            yield ChartPanel(self.result)
            yield RankingTable(self.result)
            yield Findings(self.result)
        yield Footer()

    def on_mount(self) -> None:
        """Begins at the top of the page, with the winner marked."""
        self.set_focus(self.query_one(RankingTable), scroll_visible=False)

    def on_metric_bar_changed(self, event: MetricBar.Changed) -> None:
        """Redraws the chart."""
        self.query_one(ChartPanel).draw_by(event.metric, event.log)

    def action_choose_metric(self, metric_id: str) -> None:
        """Draws the ranking by another metric."""
        self.query_one(MetricBar).choose(metric_id)

    def action_toggle_log(self) -> None:
        """Switches between the linear and the logarithmic scale."""
        self.query_one(MetricBar).toggle_log()

    def action_run_again(self) -> None:
        """Runs the same plan again."""
        self.post_message(self.RunAgain(self.result.plan))

    def action_change_plan(self) -> None:
        """Goes back to the form."""
        self.post_message(self.ChangePlan())

    def action_save_json(self) -> None:
        """Writes the result into the current folder."""
        save_result(self.app, self.result)
