"""The tab with the ranking: what it says in a sentence, over bars and a table."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Label

from tui_httpbench.analysis.columns import METRICS
from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.grouping import can_group, usual_grouping
from tui_httpbench.analysis.pairs import Pair, pairs_of
from tui_httpbench.analysis.places import ORDER_NOTE, rates_differ
from tui_httpbench.analysis.result import Result
from tui_httpbench.report import markdown
from tui_httpbench.tui.parts.panel import Page
from tui_httpbench.tui.screens.results.metric_bar import MetricBar
from tui_httpbench.tui.screens.results.ranking_chart import ChartPanel
from tui_httpbench.tui.screens.results.ranking_table import RankingTable
from tui_httpbench.tui.screens.results.view import ResultView

MAX_PAIRS = 2
"""How many variants are compared with their reference above all else; where there are more, all are below the table."""


class Conclusion(Label):
    """What the ranking says, in full, after what variants come to; takes no room where there is nothing to say."""

    def __init__(self, result: Result, pairs: tuple[Pair, ...]) -> None:
        told = [pair.in_words for pair in pairs] if len(pairs) <= MAX_PAIRS else []
        text = " ".join(filter(None, (*told, conclude(result))))
        super().__init__(text, id="conclusion", markup=False)
        self.display = bool(text)


class RankingView(ResultView):
    """Who is fastest, and how surely."""

    ID = "ranking"
    KEY = "g"
    TITLE_MARKUP = "Rankin[u]g[/]"
    ABOUT = "The ranking as bars and as a table"

    def compose(self) -> ComposeResult:
        """The sentence first, then the choice of metric over chart and table."""
        pairs = pairs_of(self.result)
        yield Conclusion(self.result, pairs)
        plan = self.result.plan
        yield MetricBar(METRICS[0], usual_grouping(plan), can_group=can_group(plan))
        note = Label(id="metric-note", markup=False)
        note.display = False
        yield note
        with Page(id="page"):
            yield ChartPanel(self.result)
            yield RankingTable(self.result)
            if len(pairs) > MAX_PAIRS:
                yield Label("\n".join(pair.in_words for pair in pairs), id="pairs", markup=False)
            if rates_differ(self.result):
                yield Label(ORDER_NOTE, id="order-note", markup=False)

    def first_focus(self) -> Widget | None:
        """The table."""
        return self.query_one(RankingTable)

    def copied(self) -> tuple[str, str] | None:
        """The result in Markdown, its lanes grouped as they are in the table."""
        return "The result", markdown.to_text(self.result, group_by=self.query_one(RankingTable).by)

    def on_metric_bar_changed(self, event: MetricBar.Changed) -> None:
        """Redraws the chart, and ranks the table by the metric's yardstick."""
        self.query_one(ChartPanel).draw_by(event.metric, event.log, event.by)
        self.query_one(RankingTable).rank_by(event.metric.yardstick or "time", event.by)
        note = self.query_one("#metric-note", Label)
        note.display = bool(event.metric.note)
        note.update(event.metric.note)

    def choose_metric(self, metric_id: str) -> None:
        """Draws the ranking by another metric."""
        self.query_one(MetricBar).choose(metric_id)

    def group_next(self) -> None:
        """Goes on to the next way of grouping."""
        self.query_one(MetricBar).group_next()

    def toggle_log(self) -> None:
        """Switches between the linear and the logarithmic scale."""
        self.query_one(MetricBar).toggle_log()
