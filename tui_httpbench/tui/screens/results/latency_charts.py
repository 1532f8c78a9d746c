"""The latency of several modes, drawn in three ways."""

from __future__ import annotations

import math
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import RenderResult
from textual.reactive import reactive

from tui_httpbench.analysis.latency_curve import Array, ModeLatency, shared_edges
from tui_httpbench.charts.plot import Line, histogram_rows, line_chart
from tui_httpbench.charts.scales import axis_ticks, is_readable, short_number
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.text.formatting import UNKNOWN, format_ms
from tui_httpbench.tui.parts.panel import SEPARATOR, Panel
from tui_httpbench.tui.parts.themed_chart import AXIS, VALUE, ThemedChart, library_role, stand_in

_PERCENTILES = ((0, "p0"), (math.log10(2), "p50"), (1, "p90"), (2, "p99"), (3, "p99.9"), (4, "p99.99"))
_FIGURES: tuple[tuple[str, float], ...] = (("p50", 50), ("p99", 99), ("p99.9", 99.9))
_MAX_RIDGE_ROWS = 4
_RIDGE_FRAME_ROWS = 3
"""Rows of a chart of strips that are none of a strip: what stands over the figures, the axis and its labels."""
_MOST_LINES = 3
"""So many lines can be followed in one chart."""
_FIGURE_COLUMNS = 8
_MIN_BINS = 16
_FEW_ROUNDS = 10
_LEAST_HEIGHT = math.log(1.05)


class LatencyChart(ThemedChart, Panel):
    """A chart of the chosen modes; ``log_scale`` is for the axis of latency."""

    HEADING: ClassVar[str]

    latencies: reactive[tuple[ModeLatency, ...]] = reactive(())
    log_scale: reactive[bool] = reactive(True)

    def __init__(self, id: str) -> None:
        super().__init__(id=id, classes="panel")

    def on_mount(self) -> None:
        """Names the chart."""
        self.set_heading(self.heading())

    def watch_latencies(self) -> None:
        """Names the chart anew."""
        self.set_heading(self.heading())

    def watch_log_scale(self) -> None:
        """Names the chart anew."""
        self.set_heading(self.heading())

    def heading(self) -> str:
        """What the chart shows."""
        return self.HEADING

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


class RidgeChart(LatencyChart):
    """A chart with a strip of its own for each mode, one above the other over one axis, and figures beside it.

    Neighbours of one library, which have one colour, are told apart by a fainter one.
    """

    def _draw_ridges(self, heights: list[list[float]], heads: str, figures: list[str], axis: str) -> Text:
        """The strips, of which each is as high as its largest value, with what stands behind and below them."""
        names = self._name_columns()
        free = self.size.height - _RIDGE_FRAME_ROWS
        rows = min(max(free // len(self.latencies), 1), _MAX_RIDGE_ROWS)
        gap = 1 if rows > 1 and (rows + 1) * len(self.latencies) <= free else 0
        text = Text(no_wrap=True, overflow="crop")
        text.append(f"{'':{names + 3 + len(heights[0])}}{heads}\n", self.style_of(AXIS))
        for latency, style, values, told in zip(self.latencies, self._shades(), heights, figures, strict=True):
            drawn = histogram_rows(values, rows, headroom=0 if gap else 1)
            for row, line in enumerate(drawn):
                is_last = row == rows - 1
                text.append(f"{latency.mode if is_last else '':>{names}} ", self.style_of(VALUE))
                text.append("┤" if is_last else "│", self.style_of(AXIS))
                text.append(line, style)
                text.append(f" {told[1:] if is_last else ''}\n", self.style_of(VALUE))
            if gap:
                text.append(f"{'':{names}} │\n", self.style_of(AXIS))
        return text.append(axis, self.style_of(AXIS))

    def _name_columns(self) -> int:
        return max(len(latency.mode) for latency in self.latencies)

    def _shades(self) -> list[Style]:
        """The look of each mode's strip."""
        styles: list[Style] = []
        above, is_faint = "", False
        for latency in self.latencies:
            role = library_role(latency.mode)
            is_faint = role == above and not is_faint
            styles.append(self.style_of(role) + Style(dim=is_faint))
            above = role
        return styles


class CourseChart(RidgeChart):
    """Latency along the run: the median of neighbouring requests, round after round.

    Lines of a few modes can be followed on one scale; of more, each has a strip of its own.
    """

    HEADING = "Along the run, ms · median of neighbouring requests"

    def heading(self) -> str:
        """What the chart shows, and on which scale each strip is."""
        if not self._has_ridges():
            return self.HEADING
        scale = "each from its lowest to its peak" if self.log_scale else "each as high as its own peak"
        return f"{self.HEADING.partition(SEPARATOR)[0]}{SEPARATOR}{scale}"

    def _has_ridges(self) -> bool:
        return len(self.latencies) > _MOST_LINES

    def draw(self) -> Text:
        """A line or a strip for each mode."""
        rounds = max(max(latency.rounds_ms) for latency in self.latencies)
        if self._has_ridges():
            return self._draw_courses(rounds)
        courses = [(latency, *latency.course(2 * self.size.width)) for latency in self.latencies]
        lines = [_line(latency, times.tolist(), ms.tolist()) for latency, times, ms in courses]
        step = math.ceil(rounds / max(self.size.width // 12, 1))
        ticks = [
            (number - 1.0, f"round {number}" if rounds < _FEW_ROUNDS else str(number))
            for number in range(1, rounds + 1)
        ]
        return self._lines(lines, (0.0, float(rounds)), ticks[::step])

    def _draw_courses(self, rounds: int) -> Text:
        heads = "".join(f"{title:>{_FIGURE_COLUMNS}}" for title in ("lowest", "highest"))
        columns = max(self.size.width - self._name_columns() - 3 - len(heads), 4)
        courses = [_by_column(*latency.course(columns), columns, rounds) for latency in self.latencies]
        figures = []
        for values in courses:
            known = [value for value in values if value]
            figures.append("".join(f"{format_ms(bound):>{_FIGURE_COLUMNS}}" for bound in (min(known), max(known))))
        heights = [_over_lowest(values) if self.log_scale else values for values in courses]
        return self._draw_ridges(heights, heads, figures, _round_axis(rounds, columns, self._name_columns() + 1))


class HistogramChart(RidgeChart):
    """A histogram of each mode over one axis, with its percentiles and the number of its samples."""

    HEADING = "Distribution · each as high as its own peak"

    def draw(self) -> Text:
        """A strip for each mode, then the axis."""
        names = self._name_columns()
        figures = self._figures(self.size.width - names - 3)
        bins = max(self.size.width - names - 3 - len(self._head(figures)), 4)
        edges = shared_edges(self.latencies, bins, log=self.log_scale)
        return self._draw_ridges(
            [[float(count) for count in latency.histogram(edges)] for latency in self.latencies],
            self._head(figures),
            [self._numbers(latency, figures) for latency in self.latencies],
            _axis(edges[0], edges[-1], bins, names + 1, log=self.log_scale),
        )

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
        return "".join(f"{text:>{_FIGURE_COLUMNS}}" for text in (*texts, f"{latency.count:,}"))


def _line(latency: ModeLatency, xs: list[float], ys: list[float]) -> Line:
    is_dotted = not mode_of(latency.mode).kept
    return Line(latency.mode, xs, ys, stand_in(library_role(latency.mode)), is_dotted)


def _by_column(times: Array, values: Array, columns: int, rounds: int) -> list[float]:
    """The value of each column of a chart that is so many rounds wide; that of the column before where it has none.

    Zero before the first and in rounds without any.
    """
    found = [0.0] * columns
    for time, value in zip(times.tolist(), values.tolist(), strict=True):
        found[min(int(time / rounds * columns), columns - 1)] = value
    measured = {int(time) for time in times.tolist()}
    for column in range(1, columns):
        if not found[column] and int((column + 0.5) / columns * rounds) in measured:
            found[column] = found[column - 1]
    return found


def _over_lowest(values: list[float]) -> list[float]:
    """How far values are above the lowest of them on a logarithmic scale; a bit for the lowest, which shows as well."""
    lowest = min(value for value in values if value)
    return [math.log(value / lowest) + _LEAST_HEIGHT if value else 0.0 for value in values]


def _round_axis(rounds: int, columns: int, indent: int) -> str:
    """A line with a tick where each round begins, as many as keep apart, and their labels below it."""
    for step in range(1, rounds + 1):
        numbers = range(1, rounds + 1, step)
        word = "round " if rounds < _FEW_ROUNDS else ""
        placed = [(int((number - 1) / rounds * columns), f"{word}{number}") for number in numbers]
        if is_readable(placed, columns):
            break
    return _drawn_axis(placed, columns, indent)


def _axis(low: float, high: float, columns: int, indent: int, *, log: bool) -> str:
    """A line with ticks, and their labels below it."""

    def column(value: float) -> int:
        share = math.log(value / low) / math.log(high / low) if log else value / high
        return min(int(share * columns), columns - 1)

    for count in range(max(columns // 8, 2), 0, -1):
        placed = [(column(tick), short_number(tick)) for tick in axis_ticks(low, high, count, log=log)]
        if is_readable(placed, columns):
            break
    return f"{_drawn_axis(placed, columns, indent)} ms"


def _drawn_axis(placed: list[tuple[int, str]], columns: int, indent: int) -> str:
    line, labels = ["─"] * columns, [" "] * (columns + 3)
    for at, label in placed:
        line[at] = "┬"
        start = min(max(at - len(label) // 2, 0), columns - len(label))
        labels[start : start + len(label)] = label
    return f"{'':{indent}}└{''.join(line)}\n{'':{indent}} {''.join(labels).rstrip()}"
