"""The tab with the ranking: what it says in a sentence, over bars and a table."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Label

from tui_httpbench.analysis.column import Column
from tui_httpbench.analysis.columns import METRICS
from tui_httpbench.analysis.conclusion import conclusion_of
from tui_httpbench.analysis.grouping import GroupBy, can_group, usual_grouping
from tui_httpbench.analysis.pair_reasons import dependencies_in_words
from tui_httpbench.analysis.pairs import Pair, few_first, further_of, pairs_of
from tui_httpbench.analysis.places import BARS_NOTE, ORDER_NOTE, rates_differ
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.rows import bars_are_out_of_order
from tui_httpbench.report import markdown
from tui_httpbench.tui.form_words import in_form_words
from tui_httpbench.tui.parts.panel import Page
from tui_httpbench.tui.parts.prose import Prose
from tui_httpbench.tui.screens.results.metric_bar import MetricBar
from tui_httpbench.tui.screens.results.ranking_chart import ChartPanel, rows_needed, rows_with_gaps
from tui_httpbench.tui.screens.results.ranking_table import RankingTable
from tui_httpbench.tui.screens.results.stage_text import doubt_on_stage, rows_of, sentences_within
from tui_httpbench.tui.screens.results.view import ResultView
from tui_httpbench.tui.screens.results.why_in_short import WhyInShort
from tui_httpbench.tui.stage import is_on_stage

_EDGES = 6
"""Columns beside the sentences, at most."""


def said_of(result: Result, pairs: tuple[Pair, ...], adds_rounds: int = 0) -> tuple[str, str]:
    """The verdict in a sentence or two, and what else there is to say; either may be empty.

    What variants come to goes first, and so does the answer to the question of the plan. Of two lanes that are compared
    so, the ranking says nothing more. What the key for more rounds makes, ``adds_rounds`` of them, is said beside how
    many would help.
    """
    conclusion = conclusion_of(result)
    first = few_first(pairs)[0]
    others = dict.fromkeys(dependencies_in_words(result, pair) for pair in first)
    pairs_told = " ".join(filter(None, (*(pair.claim for pair in first), *others)))
    of_pairs = further_of(first)
    left_open = f"{conclusion.left_open} {_what_the_key_makes(conclusion.more_rounds, adds_rounds)}".strip()
    said = [pairs_told, conclusion.answer, conclusion.known, left_open]
    if pairs_told:
        # How other lanes than those of a pair compare was not the question.
        said[1:] = [
            f"{of_pairs.text} {_what_the_key_makes(of_pairs.rounds, adds_rounds)}".strip(),
            conclusion.answer,
            conclusion.known if len(result.modes) > 2 else "",
        ]
    elif conclusion.answer and len(result.modes) == 2:
        said[2:] = [left_open]
    verdict, *rest = [*filter(None, said), ""]
    return in_form_words(verdict), in_form_words(" ".join(filter(None, [*rest, conclusion.by_cpu])))


def _what_the_key_makes(wanted: int | None, adds_rounds: int) -> str:
    """What the key for more rounds makes of those that would help; empty where no number is told, or it makes none."""
    if not wanted or not adds_rounds:
        return ""
    return "+ makes them." if wanted <= adds_rounds else f"+ makes about {adds_rounds} at a time."


class RankingView(ResultView):
    """Who is fastest, and how surely."""

    ID = "ranking"
    KEY = "g"
    TITLE_MARKUP = "Rankin[u]g[/]"
    ABOUT = "The ranking as bars and as a table"

    def __init__(self, result: Result) -> None:
        super().__init__(result)
        self._said = "", ""

    def compose(self) -> ComposeResult:
        """The sentence first, then the choice of metric over chart and table."""
        pairs = pairs_of(self.result)
        verdict, rest = self._said = said_of(self.result, pairs, self.adds_rounds)
        yield _shown(Prose(verdict, id="conclusion"))
        if is_on_stage(self.app):
            yield _shown(Prose(doubt_on_stage(self.result), id="stage-doubt"))
        yield _shown(Prose(rest, id="conclusion-rest", classes="rest"))
        plan = self.result.plan
        yield MetricBar(METRICS[0], usual_grouping(plan), can_group=can_group(plan))
        yield Label(id="metric-note", markup=False)
        with Page(id="page"):
            yield ChartPanel(self.result)
            yield RankingTable(self.result)
            yield WhyInShort(self.result)
            # Where rows are few, chart and table come before what else there is to say.
            yield _shown(Prose(rest, id="rest-below", classes="rest"))
            if after := few_first(pairs)[1]:
                told = [*(pair.claim for pair in after), further_of(after).text]
                yield Prose(in_form_words("\n".join(filter(None, told))), id="pairs")
            if rates_differ(self.result):
                yield Prose(ORDER_NOTE, id="order-note")

    def on_mount(self) -> None:
        """Says what to mind of the bars that are there first; without anything measured, there are none."""
        if not self.result.is_measured:
            self.query_one(MetricBar).display = self.query_one("#page", Page).display = False
        self._tell_of_bars(METRICS[0], usual_grouping(self.result.plan))

    def on_resize(self) -> None:
        """Gives the rows that chart and table leave to what explains them."""
        if is_on_stage(self.app):
            self._shorten()
        self.call_after_refresh(self._share_out)

    def _shorten(self) -> None:
        """Says only what leaves the bars apart from each other."""
        verdict, rest = self._said
        columns = self.size.width - _EDGES
        rows = self.size.height - rows_with_gaps(len(self.result.modes)) - self.query_one(ChartPanel).gutter.height
        rows -= rows_of(doubt_on_stage(self.result), columns) + self.query_one("#metric-note", Label).display
        verdict = sentences_within(verdict, columns, rows)
        self.query_one("#conclusion", Prose).update(verdict)
        self.set_class(rows_of(verdict, columns) + rows_of(rest, columns) > rows, "-no-rest")

    def _share_out(self) -> None:
        page, why = self.query_one("#page", Page), self.query_one(WhyInShort)
        chart = rows_needed(len(self.result.modes)) + self.query_one(ChartPanel).gutter.height
        others = (child.outer_size.height for child in page.children if child.display and child is not why)
        taken = chart + sum(others) - self.query_one(ChartPanel).outer_size.height
        why.take_rows(page.size.height - taken)

    def first_focus(self) -> Widget | None:
        """The table."""
        return self.query_one(RankingTable)

    def copied(self) -> tuple[str, str] | None:
        """The result in Markdown, its lanes grouped as they are in the table."""
        return "The result", markdown.to_text(self.result, group_by=self.query_one(RankingTable).by)

    def on_metric_bar_changed(self, event: MetricBar.Changed) -> None:
        """Redraws the chart, and ranks the table by the metric's yardstick."""
        self.query_one(ChartPanel).draw_by(event.metric, event.log, event.by)
        self.query_one(RankingTable).rank_by(event.metric, event.by)
        self._tell_of_bars(event.metric, event.by)

    def _tell_of_bars(self, metric: Column, by: GroupBy) -> None:
        """Says what to mind of the bars; what they and their order come from, where that is not the same."""
        is_odd = bars_are_out_of_order(metric, self.result, by)
        note = self.query_one("#metric-note", Label)
        told = " ".join(filter(None, (metric.note, BARS_NOTE if is_odd else "")))
        note.display = bool(told)
        note.update(told)
        for below in self.query("#order-note"):
            below.display = not is_odd

    def choose_metric(self, metric_id: str) -> None:
        """Draws the ranking by another metric."""
        self.query_one(MetricBar).choose(metric_id)

    def sort_by(self, step: int) -> None:
        """Sorts the table by the column so many further on."""
        self.query_one(RankingTable).sort_by(step)

    def turn_order(self) -> None:
        """Turns the order of the table round."""
        self.query_one(RankingTable).turn_order()

    def group_next(self) -> None:
        """Goes on to the next way of grouping."""
        self.query_one(MetricBar).group_next()

    def toggle_log(self) -> None:
        """Switches between the linear and the logarithmic scale."""
        self.query_one(MetricBar).toggle_log()


def _shown(label: Prose) -> Prose:
    """The label, without which there is nothing where it has no text."""
    if not str(label.content):
        label.add_class("-empty")
    return label
