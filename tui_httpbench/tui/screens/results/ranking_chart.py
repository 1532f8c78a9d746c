"""The ranking as bars."""

from __future__ import annotations

import math

from rich.text import Text
from textual.app import ComposeResult, RenderResult
from textual.reactive import reactive

from tui_httpbench.analysis.column import Column
from tui_httpbench.analysis.columns import METRICS
from tui_httpbench.analysis.grouping import GroupBy, usual_grouping
from tui_httpbench.analysis.places import FAILED_SIGN, OTHER_WORK_SIGN, other_work_note, says_anything
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.row import Row
from tui_httpbench.analysis.rows import order_by, why_missing
from tui_httpbench.analysis.variant_labels import lane_versions
from tui_httpbench.charts.plot import Bar, bar_chart
from tui_httpbench.text.formatting import UNKNOWN, plural
from tui_httpbench.tui.parts.panel import Page, Panel
from tui_httpbench.tui.parts.themed_chart import AXIS, VALUE, ThemedChart, library_role, stand_in
from tui_httpbench.tui.screens.results.warnings_view import count_of

AXIS_ROWS = 2
_INTERVALS = {True: "├●┤ 95 % interval", False: "95 % intervals go beyond the chart: see the table"}
_FURTHEST = 1.3  # times the longest bar, beyond which an interval goes on unseen


class RankingChart(ThemedChart):
    """A bar for each mode, coloured by library, its value at the end; a mode without a value gets words instead.

    Where the metric is what the ranking is made by, places stand before the names and 95 % intervals at the bars.
    """

    metric: reactive[Column] = reactive(METRICS[0])
    log_scale: reactive[bool] = reactive(False)
    by: reactive[GroupBy] = reactive[GroupBy]("rank")

    def __init__(self, result: Result) -> None:
        super().__init__()
        self._result = result
        self._versions = lane_versions(result)
        self.set_reactive(RankingChart.by, usual_grouping(result.plan))

    def render(self) -> RenderResult:
        """The chart for the widget's size and the theme of this moment; without its axis where rows are few."""
        ordered = order_by(self.metric, self._result, self.by)
        if all(value is None for _, value in ordered):
            columns = max(len(row.mode) for row, _ in ordered)
            return Text("\n".join(f"{row.mode:>{columns}}  {why_missing(self.metric, row)}" for row, _ in ordered))
        limit = _FURTHEST * max(value or 0.0 for _, value in ordered) if self.draws_intervals() else 0.0
        bars = [self._bar(row, value, limit) for row, value in ordered]
        chart = bar_chart(
            bars,
            self.size.width,
            min(self.size.height, rows_needed(len(bars))),
            log=self.log_scale,
            axis=_has_room_for_axis(len(bars), self.size.height),
            text_color=stand_in(VALUE),
            dim_color=stand_in(AXIS),
        )
        return self.themed(chart)

    def has_intervals(self) -> bool:
        """Whether any bar has an interval."""
        return bool(self._intervals(math.inf))

    def draws_intervals(self) -> bool:
        """Whether intervals are drawn: not where half of them go on beyond the chart, and so tell nothing on it."""
        limit = _FURTHEST * max((value or 0.0 for _, value in order_by(self.metric, self._result)), default=0.0)
        found = self._intervals(limit)
        return 2 * sum(goes_on for _, goes_on in found) <= len(found)

    def _intervals(self, limit: float) -> list[tuple[tuple[float, float], bool]]:
        found = [self._interval(row, value, limit) for row, value in order_by(self.metric, self._result)]
        return [(bounds, goes_on) for bounds, goes_on in found if bounds is not None]

    def _bar(self, row: Row, value: float | None, limit: float) -> Bar:
        is_placed = self.metric.yardstick is not None and row.summary.ok and row.place != UNKNOWN
        name = f"{row.mode} {self._versions.get(row.mode, '')}".rstrip()
        label = f"{row.place} {name}" if is_placed else name
        interval, goes_on = self._interval(row, value, limit)
        return Bar(label, value or 0.0, self._text(row, value), stand_in(library_role(row.mode)), interval, goes_on)

    def _interval(self, row: Row, value: float | None, limit: float) -> tuple[tuple[float, float] | None, bool]:
        """The bounds of the value that its ratio's interval stands for, and whether it goes on beyond ``limit``."""
        found = row.rank.interval if row.rank.verdict is not None else None
        if not limit or not self.metric.trend or not value or found is None or not says_anything(found):
            return None, False
        low, high = found.low / found.ratio, found.high / found.ratio
        if self.metric.trend < 0:
            low, high = 1 / high, 1 / low
        return (min(value * low, limit), min(value * high, limit)), value * high > limit

    def _text(self, row: Row, value: float | None) -> str:
        if value is None:
            return why_missing(self.metric, row)
        text = self.metric.with_unit(value)
        if row.summary.failed:
            text = f"{text} {FAILED_SIGN} {row.summary.failed:,} failed"
        elif not row.summary.is_clean:
            text = f"{text} {FAILED_SIGN} incomplete"
        note = other_work_note(self._result, row.mode)
        return f"{text} {OTHER_WORK_SIGN} {note}" if note else text


def rows_with_gaps(count: int) -> int:
    """The rows of a chart in which each bar takes one and keeps apart from the next, without its axis."""
    return 2 * count - 1


def rows_needed(count: int) -> int:
    """The rows of a chart in which each bar takes one and keeps apart from the next, with its axis."""
    return rows_with_gaps(count) + AXIS_ROWS


def _has_room_for_axis(count: int, height: int) -> bool:
    """Whether the axis takes no row that a bar, or the gap between bars, needs; the values stand at the bars anyway."""
    with_gaps = rows_with_gaps(count)
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
        self.styles.max_height = rows_needed(self._rows) + self.gutter.height
        self._name_chart()

    def draw_by(self, metric: Column, log: bool, by: GroupBy) -> None:
        """Draws the ranking by a metric, on a linear or logarithmic scale, its lanes in groups."""
        chart = self.query_one(RankingChart)
        chart.metric, chart.log_scale, chart.by = metric, log, by
        self._name_chart()

    def _name_chart(self) -> None:
        chart = self.query_one(RankingChart)
        scale = "log scale" if chart.log_scale else ""
        interval = "" if not chart.has_intervals() else _INTERVALS[chart.draws_intervals()]
        count = count_of(self._result)
        warnings = plural(count, "warning") if count else ""
        self.set_heading(" · ".join(filter(None, (chart.metric.title(self._result), interval, scale))))
        self.border_subtitle = " · ".join(filter(None, (warnings, f"seed {self._result.plan.seed}")))
