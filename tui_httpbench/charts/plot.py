"""Charts in characters, drawn by plotext; the only importer of plotext, and of neither textual nor rich.

plotext has one global figure, so charts are built one at a time, on one thread.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tui_httpbench.charts.lines import Color as Color
from tui_httpbench.charts.lines import Line as Line
from tui_httpbench.charts.lines import LineCanvas
from tui_httpbench.charts.scales import LinearScale, LogScale, Tick, axis_ticks, short_number

_FULL_BLOCK = "█"
_PARTIAL_BLOCKS = " ▏▎▍▌▋▊▉"  # index: eighths of a cell
_DASHES = 3
_LOWER_BLOCKS = " ▁▂▃▄▅▆▇█"
_AXIS_ROWS = 2
_SHORTEST = 1 / 8  # cells of what ends at the edge or beyond it
_MIN_LABEL_COLUMNS = 16
_MIN_BAR_COLUMNS = 8


@dataclass(frozen=True)
class Bar:
    """One bar: ``value`` sets its length, ``text`` is printed at its end; ``color`` is red, green, blue (0 to 255).

    ``interval`` are the bounds between which the value surely is, drawn over the bar's end; None for none.
    ``interval_goes_on`` tells that its upper bound is beyond what can be drawn.
    """

    label: str
    value: float
    text: str
    color: Color | None = None
    interval: tuple[float, float] | None = None
    interval_goes_on: bool = False

    @property
    def reach(self) -> float:
        """The largest value that it shows."""
        return self.value if self.interval is None else max(self.value, self.interval[1])


def bar_chart(
    bars: Sequence[Bar],
    width: int,
    height: int,
    *,
    log: bool = False,
    axis: bool = True,
    text_color: Color | None = None,
    dim_color: Color | None = None,
) -> str:
    """Horizontal bars, the first on top, over an axis with ticks; lines of at most ``width`` columns.

    A bar takes five or three rows with a gap where ``height`` rows allow it, otherwise one row, with a gap if there is
    room; if even that is too much, the chart is higher than ``height``. A linear axis starts at zero, a logarithmic one
    at a power of ten below the smallest positive value; without ``axis`` its two rows are left out. An interval is
    drawn as a line over the bar's end where it takes two cells at least, with dashes where it goes on beyond the chart.
    ``text_color`` is for the values, ``dim_color`` for axes and labels. The string has ANSI colour codes only if any
    colour is given; without any, its lines have no trailing spaces.
    """
    if not bars:
        return ""
    text_columns = max(len(bar.text) for bar in bars)
    label_limit = max(width // 3, min(_MIN_LABEL_COLUMNS, width - text_columns - _MIN_BAR_COLUMNS))
    labels = [_shortened(bar.label, label_limit) for bar in bars]
    columns = max(width - max(len(label) for label in labels) - 2, 1)
    scale = LogScale(bars, columns) if log else LinearScale(bars, columns)
    colorless = text_color is dim_color is None and all(bar.color is None for bar in bars)
    axis_rows = _AXIS_ROWS if axis else 0
    thickness, gap = _rows_per_bar(len(bars), height - axis_rows)
    drawing = _Drawing(columns, thickness, gap, text_color, dim_color)
    for bar, label in zip(bars, labels, strict=True):
        ends = None
        if bar.interval is not None:
            ends = (int(scale.cells(bar.interval[0])), math.ceil(scale.cells(bar.interval[1])) - 1)
        is_cut = log and bar.interval is not None and scale.cells(bar.interval[0]) <= _SHORTEST
        drawing.add(bar, label, scale.cells(bar.value), ends, is_cut)
    return _finished(drawing.render(width, scale.ticks() if axis else None, colorless), colorless)


def line_chart(
    lines: Sequence[Line],
    width: int,
    height: int,
    *,
    x_range: tuple[float, float],
    x_ticks: Sequence[tuple[float, str]],
    log: bool = False,
    dim_color: Color | None = None,
) -> str:
    """Lines over an axis, each named at its right end; ``height`` rows of at most ``width`` columns.

    ``x_ticks`` are values of x with their labels, of which those are drawn that there is room for. A linear axis of y
    starts at zero; a logarithmic one needs positive values. Names stand as near to their lines' ends as they can; those
    of lines that no row is left for are left out. ``dim_color`` is as in ``bar_chart``.
    """
    if not lines:
        return ""
    rows = max(height - _AXIS_ROWS, 2)
    tops = [max(line.ys) for line in lines]
    low = min(min(line.ys) for line in lines) if log else 0.0
    high = max(tops)
    if high <= low:
        low, high = (low / 2, high * 2) if log and high > 0 else (0.0, high or 1.0)
    ticks = axis_ticks(low, high, max(rows // 2, 2), log=log)
    labels = [short_number(tick) for tick in ticks]
    name_limit = max(width // 4, min(_MIN_LABEL_COLUMNS, width // 3), 6)
    names = [_shortened(line.label, name_limit) for line in lines]
    name_columns = max(map(len, names)) + 1
    columns = max(width - max(map(len, labels), default=0) - 2 - name_columns, 4)
    plotext = _cleared(width, rows + _AXIS_ROWS, dim_color)
    canvas = LineCanvas(plotext, columns, rows, x_range, (low, high), log)
    colorless = dim_color is None and all(line.color is None for line in lines)
    named = list(zip(lines, names, strict=True))
    chart = canvas.render(named, list(zip(ticks, labels, strict=True)), x_ticks, colorless)
    return _finished(chart, colorless)


def _finished(chart: str, colorless: bool) -> str:
    return "\n".join(line.rstrip() for line in chart.splitlines()) if colorless else chart.rstrip("\n")


def histogram_rows(counts: Sequence[float], rows: int, headroom: int = 0) -> list[str]:
    """A histogram in ``rows`` rows, a column for each count, the largest as high as all rows; no count is too small.

    ``headroom`` are the eighths of a row that stay blank even above the largest, so that what stands above keeps apart.
    """
    most = max(counts, default=0)
    eighths = [math.ceil(count / most * (rows * 8 - headroom)) if most else 0 for count in counts]
    return [
        "".join(_LOWER_BLOCKS[min(max(height - 8 * row, 0), 8)] for height in eighths) for row in reversed(range(rows))
    ]


class _Drawing:
    """Collects bars and draws them on plotext's figure, one cell of the canvas for each unit of x and row of y."""

    def __init__(
        self, columns: int, thickness: int, gap: int, text_color: Color | None, dim_color: Color | None
    ) -> None:
        self._columns = columns
        self._thickness = thickness
        self._step = thickness + gap
        self._gap = gap
        self._text_color = text_color
        self._dim_color = dim_color
        self._bars: list[tuple[Bar, str, float, tuple[int, int] | None, bool]] = []

    def add(self, bar: Bar, label: str, cells: float, ends: tuple[int, int] | None, is_cut: bool) -> None:
        """Adds a bar below those added before.

        ``cells`` is its length, ``ends`` are the cells of its interval, whose lower end ``is_cut`` off or not.
        """
        self._bars.append((bar, label, cells, ends, is_cut))

    def render(self, width: int, ticks: list[Tick] | None, colorless: bool) -> str:
        """The chart as a string of rows; no axis without ``ticks``."""
        rows = len(self._bars) * self._step - self._gap
        plotext = _cleared(width, rows + (0 if ticks is None else _AXIS_ROWS), self._dim_color)
        figure = plotext.figure
        # plotext counts bars from below; their distance is 1, so that a row is a step's fraction.
        centers = range(len(self._bars), 0, -1)
        middle = (self._thickness - 1) / 2
        low = 1 - middle / self._step
        row_height = 1 / self._step
        self._draw_bars(plotext, centers, row_height)
        figure.ruler("y").lim(low, low + max(rows - 1, 1) * row_height)
        figure.ruler("y").ticks(list(centers), labels=[f"{label} " for _, label, *_ in self._bars])
        figure.ruler("x").lim(0, max(self._columns - 1, 1))
        figure.ruler("x").ticks([column for column, _ in ticks or ()], labels=[label for _, label in ticks or ()])
        figure.axes(False, axis=0, side=1)
        figure.axes(False, axis=1, side=1)
        if ticks is None:
            figure.axes(False, axis=0, side=0)
        drawn: str = figure.build().string(colorless=colorless)
        return drawn

    def _draw_bars(self, plotext: Any, centers: Sequence[int], row_height: float) -> None:
        figure = plotext.figure
        whole = [(center, bar, int(cells)) for center, (bar, _, cells, *_) in zip(centers, self._bars, strict=True)]
        long = [(center, bar, full) for center, bar, full in whole if full]
        if long:
            figure.draw(
                figure.bar(
                    [center for center, _, _ in long],
                    [-0.25 for _ in long],
                    [full - 0.75 for _, _, full in long],
                    orientation="h",
                    marker=[plotext.marker(_FULL_BLOCK, pixel=_pixel(plotext, bar.color)) for _, bar, _ in long],
                    width=max((self._thickness - 1) * row_height, 1e-6),
                )
            )
        for center, (bar, _, cells, ends, is_cut) in zip(centers, self._bars, strict=True):
            full = int(cells)
            eighths = int((cells - full) * 8)
            if eighths:
                end = plotext.marker(_PARTIAL_BLOCKS[eighths], pixel=_pixel(plotext, bar.color))
                offsets = [offset * row_height for offset in self._row_offsets()]
                figure.draw(figure.signal([full] * len(offsets), [center + o for o in offsets], marker=end))
            end_column = math.ceil(full + eighths / 8)
            if ends is not None and ends[1] > ends[0]:
                whisker = _whisker(*ends, full, is_cut, bar.interval_goes_on)
                inside = max(full - ends[0], 0)
                for start, part, back in (
                    (ends[0], whisker[:inside], bar.color),
                    (ends[0] + inside, whisker[inside:], None),
                ):
                    if part:
                        drawn = plotext.colorize(part).fill(plotext.pixel(foreground=self._text_color, background=back))
                        figure.draw(figure.text(start, center, drawn, alignment="left"))
                end_column = max(end_column, ends[1] + 1)
            if bar.text:
                text = plotext.colorize(bar.text).fill(_pixel(plotext, self._text_color, style="bold"))
                figure.draw(figure.text(end_column + 1, center, text, alignment="left"))

    def _row_offsets(self) -> Iterator[int]:
        half = (self._thickness - 1) // 2
        yield from range(-half, half + 1)


def _whisker(first: int, last: int, middle: int, is_cut: bool, goes_on: bool) -> str:
    """``├──●─┤`` from the first cell to the last, the dot at the one in the middle; dashes where it goes on."""
    drawn = ["┄" if is_cut else "├", *"─" * (last - first - 1), "┄" if goes_on else "┤"]
    if goes_on and len(drawn) > _DASHES:
        drawn[-_DASHES:] = "┄" * _DASHES
    if first < middle < last:
        drawn[middle - first] = "●"
    return "".join(drawn)


def _cleared(width: int, height: int, dim_color: Color | None) -> Any:
    """plotext, its figure empty and of this size."""
    import plotext  # type: ignore[import-untyped]  # 0.12 s, which only those pay who see a chart

    _pass_over_half_made_objects()
    plotext.terminal.limit(False, False)
    plotext.figure.clear()
    plotext.figure.plot_size(width, height)
    plotext.add_theme("httpbench", text=_pixel(plotext, dim_color))
    plotext.figure.theme("httpbench")
    return plotext


@cache
def _pass_over_half_made_objects() -> None:
    """From now on nothing is told of plotext's objects that Ctrl-C kept from being made, and that can't be unmade."""
    tell = sys.unraisablehook

    def tell_of_others(unraisable: Any) -> None:
        error = unraisable.exc_value
        if not (isinstance(error, AttributeError) and error.name == "_pointer"):
            tell(unraisable)

    sys.unraisablehook = tell_of_others


def _pixel(plotext: Any, color: Color | None, style: str | None = None) -> Any:
    return plotext.pixel(foreground=color, style=style)


def _rows_per_bar(count: int, height: int) -> tuple[int, int]:
    for thickness, gap in ((5, 1), (3, 2), (3, 1), (1, 1)):
        if count * (thickness + gap) - gap <= height:
            return thickness, gap
    return 1, 0


def _shortened(label: str, limit: int) -> str:
    """At most ``limit`` characters; what follows a # is kept, since it tells two runs of one mode apart."""
    if len(label) <= limit:
        return label
    name, mark, number = label.rpartition("#")
    tail = mark + number if name and len(number) < 4 else ""
    return label[: max(limit - len(tail) - 1, 1)] + "…" + tail
