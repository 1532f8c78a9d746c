"""The tab with the ranking: bars over a table, and what it says in a sentence."""

from __future__ import annotations

import textwrap

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Label

from tui_httpbench.report.conclusion import conclude
from tui_httpbench.report.metrics import METRICS
from tui_httpbench.tui.widgets.panel import Page
from tui_httpbench.tui.widgets.results.metric_bar import MetricBar
from tui_httpbench.tui.widgets.results.ranking_chart import ChartPanel
from tui_httpbench.tui.widgets.results.ranking_table import RankingTable
from tui_httpbench.tui.widgets.results.view import ResultView

_SHORT_LINES = 2
_LOST_BY_WRAPPING = 12  # columns of the first line that a long name may leave blank


class Conclusion(Label):
    """What the ranking says, whole in the tooltip where two lines must do."""

    def __init__(self, text: str) -> None:
        super().__init__(text, id="conclusion", markup=False)
        self._text = text
        self.display = bool(text)
        self.tooltip = text or None

    def on_resize(self) -> None:
        """Cuts the sentence where rows are few."""
        is_low = self.screen.has_class("-short") or self.screen.has_class("-low")
        room = _SHORT_LINES * self.size.width - _LOST_BY_WRAPPING
        self.update(textwrap.shorten(self._text, max(room, 20), placeholder=" …") if is_low else self._text)


class RankingView(ResultView):
    """Who is fastest, and how surely."""

    ID = "ranking"
    KEY = "g"
    TITLE_MARKUP = "Rankin[u]g[/]"
    ABOUT = "The ranking as bars and as a table"

    def compose(self) -> ComposeResult:
        """The choice of metric over chart, sentence and table."""
        yield MetricBar(METRICS[0])
        with Page(id="page"):
            yield ChartPanel(self.result)
            yield Conclusion(conclude(self.result) or "")
            yield RankingTable(self.result)

    def first_focus(self) -> Widget | None:
        """The table."""
        return self.query_one(RankingTable)

    def copied(self) -> tuple[str, str] | None:
        """The table in Markdown."""
        return "The ranking", self.query_one(RankingTable).as_markdown()

    def on_metric_bar_changed(self, event: MetricBar.Changed) -> None:
        """Redraws the chart."""
        self.query_one(ChartPanel).draw_by(event.metric, event.log)

    def choose_metric(self, metric_id: str) -> None:
        """Draws the ranking by another metric."""
        self.query_one(MetricBar).choose(metric_id)

    def toggle_log(self) -> None:
        """Switches between the linear and the logarithmic scale."""
        self.query_one(MetricBar).toggle_log()
