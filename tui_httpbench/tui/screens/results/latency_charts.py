"""The latency of several modes, drawn in three ways."""

from __future__ import annotations

import math
from typing import ClassVar

from rich.text import Text
from textual.app import RenderResult
from textual.reactive import reactive

from tui_httpbench.analysis.latency_curve import ModeLatency, shared_edges
from tui_httpbench.charts.plot import Line, histogram_rows, line_chart
from tui_httpbench.charts.scales import axis_ticks, is_readable, short_number
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.text.formatting import UNKNOWN, format_ms
from tui_httpbench.tui.parts.panel import Panel
from tui_httpbench.tui.parts.themed_chart import AXIS, VALUE, ThemedChart, library_role, stand_in

_PERCENTILES = ((0, "p0"), (math.log10(2), "p50"), (1, "p90"), (2, "p99"), (3, "p99.9"), (4, "p99.99"))
_FIGURES: tuple[tuple[str, float], ...] = (("p50", 50), ("p99", 99), ("p99.9", 99.9))
_MAX_HISTOGRAM_ROWS = 4
_FIGURE_COLUMNS = 8
_MIN_BINS = 16


class LatencyChart(ThemedChart, Panel):
    """A chart of the chosen modes; ``log_scale`` is for the axis of latency."""

    HEADING: ClassVar[str]

    latencies: reactive[tuple[ModeLatency, ...]] = reactive(())
    log_scale: reactive[bool] = reactive(True)

    def __init__(self, id: str) -> None:
        super().__init__(id=id, classes="panel")

    def on_mount(self) -> None:
        """Names the chart."""
        self.set_heading(self.HEADING)

    def render(self) -> RenderResult:
        """The chart for the widget's size and the theme of this moment."""
        if not self.latencies:
            return Text("Choose a mode.")
        if self.size.width < 2 or self.size.height < 2:
            return ""
        return self.draw()

    def draw(self) -> Text:
        """The chart of at least one mode."""
        raise NotImplementedError

    def _lines(self, lines: list[Line], x_range: tuple[float, float], x_ticks: list[tuple[float, str]]) -> Text:
        chart = line_chart(
            lines,
            self.size.width,
            self.size.height,
            x_range=x_range,
            x_ticks=x_ticks,
            log=self.log_scale,
            dim_color=stand_in(AXIS),
        )
        return self.themed(chart)


class PercentileChart(LatencyChart):
    """Latency by percentile, as far as the samples reach; the scale grows towards the slowest."""

    HEADING = "Percentiles, ms · dotted: a new client every time"

    def draw(self) -> Text:
        """A line for each mode."""
        points = 2 * self.size.width
        curves = [(latency, *latency.curve(points)) for latency in self.latencies]
        reach = max(latency.nines for latency in self.latencies) or 1.0
        lines = [_line(latency, nines.tolist(), ms.tolist()) for latency, nines, ms in curves]
        return self._lines(lines, (0.0, reach), [tick for tick in _PERCENTILES if tick[0] <= reach + 1e-9])


class CourseChart(LatencyChart):
    """Latency along the run: the median of neighbouring requests, round after round."""

    HEADING = "Along the run, ms · median of neighbouring requests"

    def draw(self) -> Text:
        """A line for each mode."""
        courses = [(latency, *latency.course(2 * self.size.width)) for latency in self.latencies]
        rounds = max(max(latency.rounds_ms) for latency in self.latencies)
        lines = [_line(latency, times.tolist(), ms.tolist()) for latency, times, ms in courses]
        step = math.ceil(rounds / max(self.size.width // 12, 1))
        ticks = [(number - 1.0, f"round {number}" if rounds < 10 else str(number)) for number in range(1, rounds + 1)]
        return self._lines(lines, (0.0, float(rounds)), ticks[::step])


class HistogramChart(LatencyChart):
    """A histogram of each mode over one axis, with its percentiles and the number of its samples."""

    HEADING = "Distribution · each as high as its own peak"

    def draw(self) -> Text:
        """Rows for each mode, then the axis."""
        names = max(len(latency.mode) for latency in self.latencies)
        figures = self._figures(self.size.width - names - 3)
        bins = max(self.size.width - names - 3 - len(self._head(figures)), 4)
        edges = shared_edges(self.latencies, bins, log=self.log_scale)
        free = self.size.height - 3
        rows = min(max(free // len(self.latencies), 1), _MAX_HISTOGRAM_ROWS)
        gap = 1 if rows > 1 and (rows + 1) * len(self.latencies) <= free else 0
        text = Text(no_wrap=True, overflow="crop")
        text.append(f"{'':{names + 3 + bins}}{self._head(figures)}\n", self.style_of(AXIS))
        for latency in self.latencies:
            drawn = histogram_rows(latency.histogram(edges), rows)
            for row, line in enumerate(drawn):
                is_last = row == rows - 1
                text.append(f"{latency.mode if is_last else '':>{names}} ", self.style_of(VALUE))
                text.append("┤" if is_last else "│", self.style_of(AXIS))
                text.append(line, self.style_of(library_role(latency.mode)))
                text.append(f" {self._numbers(latency, figures) if is_last else ''}\n", self.style_of(VALUE))
            if gap:
                text.append(f"{'':{names}} │\n", self.style_of(AXIS))
        text.append(_axis(edges[0], edges[-1], bins, names + 1, log=self.log_scale), self.style_of(AXIS))
        return text

    def _figures(self, columns: int) -> tuple[tuple[str, float], ...]:
        """The percentiles that there is room for beside the histogram, and that any mode has."""
        known = [(name, percent) for name, percent in _FIGURES if any(x.percentile_ms(percent) for x in self.latencies)]
        while known and columns - _FIGURE_COLUMNS * (len(known) + 1) - 3 < _MIN_BINS:
            known.pop()
        return tuple(known)

    def _head(self, figures: tuple[tuple[str, float], ...]) -> str:
        names = [f"{name} ms" if not index else name for index, (name, _) in enumerate(figures)]
        return "".join(f"{title:>{_FIGURE_COLUMNS}}" for title in (*names, "n"))

    def _numbers(self, latency: ModeLatency, figures: tuple[tuple[str, float], ...]) -> str:
        values = [latency.percentile_ms(percent) for _, percent in figures]
        texts = [UNKNOWN if value is None else format_ms(value) for value in values]
        row = "".join(f"{text:>{_FIGURE_COLUMNS}}" for text in (*texts, f"{latency.count:,}"))
        return row[1:]


def _line(latency: ModeLatency, xs: list[float], ys: list[float]) -> Line:
    is_dotted = not mode_of(latency.mode).kept
    return Line(latency.mode, xs, ys, stand_in(library_role(latency.mode)), is_dotted)


def _axis(low: float, high: float, columns: int, indent: int, *, log: bool) -> str:
    """A line with ticks, and their labels below it."""

    def column(value: float) -> int:
        share = math.log(value / low) / math.log(high / low) if log else value / high
        return min(int(share * columns), columns - 1)

    for count in range(max(columns // 8, 2), 0, -1):
        placed = [(column(tick), short_number(tick)) for tick in axis_ticks(low, high, count, log=log)]
        if is_readable(placed, columns):
            break
    line, labels = ["─"] * columns, [" "] * (columns + 3)
    for at, label in placed:
        line[at] = "┬"
        start = min(max(at - len(label) // 2, 0), columns - len(label))
        labels[start : start + len(label)] = label
    return f"{'':{indent}}└{''.join(line)}\n{'':{indent}} {''.join(labels).rstrip()} ms"
