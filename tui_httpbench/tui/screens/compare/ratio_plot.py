"""How the lanes of two runs compare, drawn: for each, where its ratio surely lies."""

from __future__ import annotations

import math
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult, RenderResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tui_httpbench.analysis.comparison_rows import verdict_in_words
from tui_httpbench.analysis.run_comparison import LaneComparison, RunComparison
from tui_httpbench.text.formatting import UNKNOWN, format_ratio
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.parts.panel import Panel

AXIS_ROWS = 2
_LARGEST_REACH = math.log(8.0)
"""How far the scale goes at most, either way; what goes on beyond it gets an arrow."""
_LEAST_BANDS = 3.0
"""How many times as wide as what does not matter the scale is at least, either way."""
_MIN_PLOT_COLUMNS = 16
_MOST_WITH_GAPS = 8
_VERDICTS = ("slower", "faster", "same", "unsure")


class RatioScale:
    """Where ratios stand on a logarithmic scale whose middle is 1: faster on the left, slower on the right."""

    def __init__(self, comparison: RunComparison, columns: int) -> None:
        """Fits all intervals, as far as they say anything."""
        bounds = [
            abs(math.log(bound))
            for lane in comparison.lanes
            if lane.interval is not None
            for bound in (lane.interval.low, lane.interval.high, lane.interval.ratio)
            if 0 < bound < math.inf
        ]
        band = math.log1p(comparison.same_within)
        self.reach = min(max([*bounds, _LEAST_BANDS * band]) * 1.05, _LARGEST_REACH)
        self.half = max((columns - 1) // 2, 1)
        self.columns = 2 * self.half + 1

    def cell(self, ratio: float) -> int:
        """The cell of a ratio; -1 or ``columns`` where it is beyond the scale."""
        if ratio <= 0:
            return -1
        if math.isinf(ratio):
            return self.columns
        place = math.log(ratio) / self.reach
        return -1 if place < -1 else self.columns if place > 1 else self.half + round(place * self.half)

    def draw(self, lane: LaneComparison, same_within: float) -> str:
        """``··│·├─●─┤``: the interval of a lane, on what does not matter (dots) around 1 (the line)."""
        band = self.cell(1 + same_within) - self.half
        drawn = ["·" if abs(cell - self.half) <= band else " " for cell in range(self.columns)]
        drawn[self.half] = "│"
        interval = lane.interval
        if interval is None:
            return "".join(drawn)
        low, high = self.cell(interval.low), self.cell(interval.high)
        first, last = min(max(low, 0), self.columns - 1), min(max(high, 0), self.columns - 1)
        for cell in range(first, last + 1):
            drawn[cell] = "┼" if cell == self.half else "─"
        if first < last:
            drawn[first] = "◂" if low < 0 else "├"
            drawn[last] = "▸" if high >= self.columns else "┤"
        middle = self.cell(interval.ratio)
        if 0 <= middle < self.columns:
            drawn[middle] = "●"
        return "".join(drawn)

    def axis(self) -> str:
        """Ratios below the scale, as many as keep apart, and which side is which."""
        line = [" "] * self.columns
        outer = math.exp(self.reach * 0.9)
        for ratio in (1.0, outer, 1 / outer, math.sqrt(outer), 1 / math.sqrt(outer)):
            label = format_ratio(ratio)
            start = min(max(self.cell(ratio) - len(label) // 2, 0), max(self.columns - len(label), 0))
            if all(sign == " " for sign in line[max(start - 2, 0) : start + len(label) + 2]):
                line[start : start + len(label)] = label
        return "".join(line[: self.columns])

    def sides(self) -> str:
        """Which side is which."""
        left, right = "← faster", "slower →"
        room = self.columns - len(left) - len(right)
        return f"{left}{' ' * room}{right}" if room > 1 else " " * self.columns


class RatioPlot(Widget):
    """A row for each lane: its interval on one scale, its ratio, and the verdict, which gives the colour."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*(f"ratio--{verdict}" for verdict in _VERDICTS), "ratio--axis"}

    comparison: reactive[RunComparison | None] = reactive(None, layout=True)

    def render(self) -> RenderResult:
        """The rows for the width of this moment, a gap between them where there is room."""
        comparison = self.comparison
        if comparison is None or not comparison.lanes:
            return Text("The runs share no lane.")
        names = [printable(lane.label) for lane in comparison.lanes]
        told = [_told(comparison, lane) for lane in comparison.lanes]
        name_columns = min(max(map(len, names)), max(self.size.width // 3, 8))
        told_columns = max(map(len, told))
        columns = self.size.width - name_columns - told_columns - 4
        if columns < _MIN_PLOT_COLUMNS:
            told_columns, columns = 0, self.size.width - name_columns - 2
        scale = RatioScale(comparison, max(columns, 3))
        axis = self._style("axis")
        text = Text(no_wrap=True, overflow="crop")
        count = len(names)
        gap = "\n" if count <= _MOST_WITH_GAPS else ""
        for number, (name, words, lane) in enumerate(zip(names, told, comparison.lanes, strict=True)):
            style = self._style(lane.verdict)
            cell = Text(name)
            cell.truncate(name_columns, overflow="ellipsis")
            cell.align("right", name_columns)
            text.append_text(cell)
            text.append("  ")
            text.append(scale.draw(lane, comparison.same_within), style)
            if told_columns:
                text.append(f"  {words}", style)
            text.append("\n" + (gap if number < count - 1 else ""))
        indent = " " * (name_columns + 2)
        text.append(f"{indent}{scale.axis()}\n{indent}{scale.sides()}", axis)
        return text

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """A row for each lane and, where they are few, a gap between them; and the axis."""
        count = len(self.comparison.lanes) if self.comparison is not None else 0
        return count + (count - 1 if 0 < count <= _MOST_WITH_GAPS else 0) + AXIS_ROWS

    def _style(self, what: str) -> Style:
        style = self.get_component_rich_style(f"ratio--{what}")
        return Style(color=style.color, bold=style.bold)


class RatioPanel(Vertical, Panel):
    """The plot in its frame."""

    def __init__(self) -> None:
        super().__init__(classes="panel")

    def compose(self) -> ComposeResult:
        """The plot alone."""
        yield RatioPlot()

    def show(self, comparison: RunComparison) -> None:
        """Draws a comparison."""
        plot = self.query_one(RatioPlot)
        plot.comparison = comparison
        than = f"its time over {printable(comparison.relative_to)}'s" if comparison.relative_to else "time per request"
        self.set_heading(f"New over old: {than} · ├●┤ 95 % interval")


def _told(comparison: RunComparison, lane: LaneComparison) -> str:
    ratio = UNKNOWN if lane.interval is None else format_ratio(lane.interval.ratio)
    words = "not compared" if lane.interval is None else verdict_in_words(comparison, lane)
    return f"{ratio:>6} {words}"
