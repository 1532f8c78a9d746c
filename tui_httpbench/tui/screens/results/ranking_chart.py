"""The ranking as bars."""

from __future__ import annotations

import math

from rich.text import Text
from textual.app import ComposeResult, RenderResult
from textual.reactive import reactive

from tui_httpbench.analysis.metrics import METRICS, Metric, order_by, why_missing
from tui_httpbench.analysis.result import ModeSummary, Rank, Result
from tui_httpbench.charts.plot import Bar, bar_chart
from tui_httpbench.report.places import placed_name, places_of
from tui_httpbench.report.ranking_table import FAILED_SIGN, OTHER_WORK_SIGN
from tui_httpbench.text.formatting import plural
from tui_httpbench.tui.parts.panel import Page, Panel
from tui_httpbench.tui.parts.standing import says_anything
from tui_httpbench.tui.screens.results.themed_chart import AXIS, VALUE, ThemedChart, library_role, stand_in

AXIS_ROWS = 2
_FURTHEST = 1.1  # times the longest bar, beyond which an interval goes on unseen


class RankingChart(ThemedChart):
    """A bar for each mode, coloured by library, its value at the end; a mode without a value gets words instead.

    Where the metric is what the ranking is made by, places stand before the names and 95 % intervals at the bars.
    """

    metric: reactive[Metric] = reactive(METRICS[0])
    log_scale: reactive[bool] = reactive(False)

    def __init__(self, result: Result) -> None:
        super().__init__()
        self._result = result

    def render(self) -> RenderResult:
        """The chart for the widget's size and the theme of this moment; without its axis where rows are few."""
        ordered = order_by(self.metric, self._result)
        ranks = self._ranks()
        if all(value is None for _, value in ordered):
            columns = max(len(mode.mode) for mode, _ in ordered)
            return Text("\n".join(f"{mode.mode:>{columns}}  {why_missing(self.metric, mode)}" for mode, _ in ordered))
        limit = _FURTHEST * max(value or 0.0 for _, value in ordered)
        places = places_of(self.metric.ranking_by(self._result))
        bars = [self._bar(mode, value, ranks.get(mode.mode), places, limit) for mode, value in ordered]
        chart = bar_chart(
            bars,
            self.size.width,
            self.size.height,
            log=self.log_scale,
            axis=_has_room_for_axis(len(bars), self.size.height),
            text_color=stand_in(VALUE),
            dim_color=stand_in(AXIS),
        )
        return self.themed(chart)

    def has_intervals(self) -> bool:
        """Whether any bar has an interval that is drawn."""
        ranks = self._ranks()
        ordered = order_by(self.metric, self._result)
        return any(self._interval(ranks.get(mode.mode), value, math.inf)[0] for mode, value in ordered)

    def _ranks(self) -> dict[str, Rank]:
        """The ranking that this metric's places and intervals come from."""
        return {rank.mode: rank for rank in self.metric.ranking_by(self._result)}

    def _bar(
        self, mode: ModeSummary, value: float | None, rank: Rank | None, places: dict[str, str], limit: float
    ) -> Bar:
        label = placed_name(places, mode.mode) if self.metric.ranks and mode.ok else mode.mode
        interval, goes_on = self._interval(rank, value, limit)
        color = stand_in(library_role(mode.mode))
        return Bar(label, value or 0.0, self._text(mode, value), color, interval, goes_on)

    def _interval(
        self, rank: Rank | None, value: float | None, limit: float
    ) -> tuple[tuple[float, float] | None, bool]:
        """The bounds of the value that its ratio's interval stands for, and whether it goes on beyond ``limit``."""
        found = rank.interval if rank is not None and rank.verdict is not None else None
        if not self.metric.ranks or not value or found is None or not says_anything(found):
            return None, False
        low, high = found.low / found.ratio, found.high / found.ratio
        if self.metric.ranks < 0:
            low, high = 1 / high, 1 / low
        return (min(value * low, limit), min(value * high, limit)), value * high > limit

    def _text(self, mode: ModeSummary, value: float | None) -> str:
        if value is None:
            return why_missing(self.metric, mode)
        text = self.metric.text(value)
        if mode.failed:
            text = f"{text} {FAILED_SIGN} {mode.failed:,} failed"
        elif not mode.is_clean:
            text = f"{text} {FAILED_SIGN} incomplete"
        return f"{text} {OTHER_WORK_SIGN} other work" if self._result.does_other_work(mode.mode) else text


def _has_room_for_axis(count: int, height: int) -> bool:
    """Whether the axis takes no row that a bar, or the gap between bars, needs; the values stand at the bars anyway."""
    with_gaps = 2 * count - 1
    return height >= count + AXIS_ROWS and not with_gaps <= height < with_gaps + AXIS_ROWS


class ChartPanel(Page, Panel):
    """The chart in its frame, as high as there is room for, a row for each bar at least."""

    def __init__(self, result: Result) -> None:
        super().__init__(classes="panel")
        self._result = result
        self._rows = len(result.modes)
        self.border_subtitle = f"seed {result.plan.seed}"

    def compose(self) -> ComposeResult:
        """The chart."""
        yield RankingChart(self._result)

    def on_mount(self) -> None:
        """Has the chart keep a row for each bar."""
        self.query_one(RankingChart).styles.min_height = self._rows

    def on_resize(self) -> None:
        """Keeps every bar on the page."""
        self.styles.min_height = self._rows + self.gutter.height
        self._name_chart()

    def draw_by(self, metric: Metric, log: bool) -> None:
        """Draws the ranking by a metric, on a linear or logarithmic scale."""
        chart = self.query_one(RankingChart)
        chart.metric, chart.log_scale = metric, log
        self._name_chart()

    def _name_chart(self) -> None:
        chart = self.query_one(RankingChart)
        scale = "log scale" if chart.log_scale else ""
        interval = "├●┤ 95 % interval" if chart.has_intervals() else ""
        warnings = plural(len(self._result.findings), "warning") if self._result.findings else ""
        self.set_heading(" · ".join(filter(None, (chart.metric.heading(self._result), interval, scale))))
        self.border_subtitle = " · ".join(filter(None, (warnings, f"seed {self._result.plan.seed}")))
