"""Charts in characters, drawn by plotext; the only importer of plotext, and of neither textual nor rich.

plotext has one global figure, so charts are built one at a time, on one thread.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Color = tuple[int, int, int]

_FULL_BLOCK = "█"
_PARTIAL_BLOCKS = " ▏▎▍▌▋▊▉"  # index: eighths of a cell
_AXIS_ROWS = 2
_MIN_LABEL_COLUMNS = 16
_MIN_BAR_COLUMNS = 8
_COLUMNS_PER_TICK = 9
_TICK_GAP = 2


@dataclass(frozen=True)
class Bar:
    """One bar: ``value`` sets its length, ``text`` is printed at its end; ``color`` is red, green, blue (0 to 255)."""

    label: str
    value: float
    text: str
    color: Color | None = None


def bar_chart(
    bars: Sequence[Bar],
    width: int,
    height: int,
    *,
    log: bool = False,
    text_color: Color | None = None,
    dim_color: Color | None = None,
) -> str:
    """Horizontal bars, the first on top, over an axis with ticks; lines of at most ``width`` columns.

    A bar takes three rows with a gap where ``height`` rows allow it, otherwise one row, with a gap if there is room; if
    even that is too much, the chart is higher than ``height``. A linear axis starts at zero, a logarithmic one at a
    power of ten below the smallest positive value. ``text_color`` is for the values, ``dim_color`` for axes and labels.
    The string has ANSI colour codes only if any colour is given; without any, its lines have no trailing spaces.
    """
    if not bars:
        return ""
    text_columns = max(len(bar.text) for bar in bars)
    label_limit = max(width // 3, min(_MIN_LABEL_COLUMNS, width - text_columns - _MIN_BAR_COLUMNS))
    labels = [_shortened(bar.label, label_limit) for bar in bars]
    columns = max(width - max(len(label) for label in labels) - 2, 1)
    scale = _LogScale(bars, columns) if log else _LinearScale(bars, columns)
    colorless = text_color is dim_color is None and all(bar.color is None for bar in bars)
    thickness, gap = _rows_per_bar(len(bars), height)
    drawing = _Drawing(columns, thickness, gap, text_color, dim_color)
    for bar, label in zip(bars, labels, strict=True):
        drawing.add(bar, label, scale.cells(bar.value))
    chart = drawing.render(width, scale.ticks(), colorless)
    return "\n".join(line.rstrip() for line in chart.splitlines()) if colorless else chart.rstrip("\n")


class _LinearScale:
    """Places values on an axis that starts at zero; positions are in cells, with fractions."""

    def __init__(self, bars: Sequence[Bar], columns: int) -> None:
        self._columns = columns
        self._cells_per_unit = _largest_unit([(bar.value, len(bar.text)) for bar in bars], columns)

    def cells(self, value: float) -> float:
        """The length of a value's bar; a positive value always shows."""
        return _visible(value * self._cells_per_unit) if value > 0 else 0.0

    def ticks(self) -> list[tuple[int, str]]:
        """Column and label of each tick."""
        end = self._columns / self._cells_per_unit
        for count in range(min(8, max(1, self._columns // _COLUMNS_PER_TICK)), 0, -1):
            step = _nice_step(end / count)
            values = [index * step for index in range(int(end / step + 1e-9) + 1)]
            placed = [
                (int(value * self._cells_per_unit + 1e-9), _linear_label(value, step, values[-1])) for value in values
            ]
            placed = [(column, label) for column, label in placed if column < self._columns]
            if _is_readable(placed, self._columns):
                return placed
        return [(0, "0")]


class _LogScale:
    """Places values on an axis of powers of ten; zero has no place on it and gets no bar."""

    def __init__(self, bars: Sequence[Bar], columns: int) -> None:
        self._columns = columns
        positive = [bar.value for bar in bars if bar.value > 0] or [1.0]
        self._floor = math.floor(math.log10(min(positive)) + 1e-9)
        self._fit(bars)
        if self._position(min(positive)) < 1:
            self._floor -= 1
            self._fit(bars)

    def _fit(self, bars: Sequence[Bar]) -> None:
        lengths = [(math.log10(bar.value) - self._floor, len(bar.text)) for bar in bars if bar.value > 0]
        self._cells_per_decade = _largest_unit(lengths, self._columns)

    def _position(self, value: float) -> float:
        return (math.log10(value) - self._floor) * self._cells_per_decade

    def cells(self, value: float) -> float:
        """The length of a value's bar; a positive value always shows."""
        return _visible(self._position(value)) if value > 0 else 0.0

    def ticks(self) -> list[tuple[int, str]]:
        """Column and label of each tick: powers of ten, and twice and five times them where there would be few."""
        choices = (self._ticks((1,), every) for every in range(1, self._decades() + 2))
        placed = next((ticks for ticks in choices if _is_readable(ticks, self._columns)), [])
        if len(placed) < 4 and _is_readable(finer := self._ticks((1, 2, 5), 1), self._columns):
            return finer
        return placed

    def _decades(self) -> int:
        return int(self._columns / self._cells_per_decade) + 1

    def _ticks(self, digits: tuple[int, ...], every: int) -> list[tuple[int, str]]:
        exponents = range(self._floor, self._floor + self._decades() + 1, every)
        values = [digit * 10.0**exponent for exponent in exponents for digit in digits]
        placed = [(int(self._position(value) + 1e-9), _short_number(value)) for value in values]
        return [(column, label) for column, label in placed if column < self._columns]


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
        self._bars: list[tuple[Bar, str, float]] = []

    def add(self, bar: Bar, label: str, cells: float) -> None:
        """Adds a bar below those added before; ``cells`` is its length."""
        self._bars.append((bar, label, cells))

    def render(self, width: int, ticks: list[tuple[int, str]], colorless: bool) -> str:
        """The chart as a string of rows."""
        import plotext  # type: ignore[import-untyped]  # 0.12 s, which only those pay who see a chart

        rows = len(self._bars) * self._step - self._gap
        plotext.terminal.limit(False, False)
        figure = plotext.figure
        figure.clear()
        figure.plot_size(width, rows + _AXIS_ROWS)
        plotext.add_theme("httpbench", text=_pixel(plotext, self._dim_color))
        figure.theme("httpbench")
        # plotext counts bars from below; their distance is 1, so that a row is a step's fraction.
        centers = range(len(self._bars), 0, -1)
        middle = (self._thickness - 1) / 2
        low = 1 - middle / self._step
        row_height = 1 / self._step
        self._draw_bars(plotext, centers, row_height)
        figure.ruler("y").lim(low, low + max(rows - 1, 1) * row_height)
        figure.ruler("y").ticks(list(centers), labels=[f"{label} " for _, label, _ in self._bars])
        figure.ruler("x").lim(0, max(self._columns - 1, 1))
        figure.ruler("x").ticks([column for column, _ in ticks], labels=[label for _, label in ticks])
        figure.axes(False, axis=0, side=1)
        figure.axes(False, axis=1, side=1)
        drawn: str = figure.build().string(colorless=colorless)
        return drawn

    def _draw_bars(self, plotext: Any, centers: Sequence[int], row_height: float) -> None:
        figure = plotext.figure
        whole = [(center, bar, int(cells)) for center, (bar, _, cells) in zip(centers, self._bars, strict=True)]
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
        for center, (bar, _, cells) in zip(centers, self._bars, strict=True):
            full = int(cells)
            eighths = int((cells - full) * 8)
            if eighths:
                end = plotext.marker(_PARTIAL_BLOCKS[eighths], pixel=_pixel(plotext, bar.color))
                offsets = [offset * row_height for offset in self._row_offsets()]
                figure.draw(figure.signal([full] * len(offsets), [center + o for o in offsets], marker=end))
            if bar.text:
                text = plotext.colorize(bar.text).fill(_pixel(plotext, self._text_color, style="bold"))
                figure.draw(figure.text(math.ceil(full + eighths / 8) + 1, center, text, alignment="left"))

    def _row_offsets(self) -> Iterator[int]:
        half = (self._thickness - 1) // 2
        yield from range(-half, half + 1)


def _pixel(plotext: Any, color: Color | None, style: str | None = None) -> Any:
    return plotext.pixel(foreground=color, style=style)


def _rows_per_bar(count: int, height: int) -> tuple[int, int]:
    for thickness, gap in ((3, 1), (1, 1)):
        if count * (thickness + gap) - gap + _AXIS_ROWS <= height:
            return thickness, gap
    return 1, 0


def _largest_unit(lengths: list[tuple[float, int]], columns: int) -> float:
    """Cells per unit of length, as many as leave room for a space and the text behind each bar."""
    fitting = [max(columns - 1 - text, 1) / length for length, text in lengths if length > 0]
    return min(fitting, default=float(columns))


def _visible(cells: float) -> float:
    return max(round(cells * 8) / 8, 1 / 8)


def _nice_step(raw: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(raw))
    return next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= raw * 0.999)


def _linear_label(value: float, step: float, top: float) -> str:
    if value == 0:
        return "0"
    if top >= 100_000:
        return _short_number(value)
    decimals = 0
    while decimals < 9 and abs(round(step, decimals) - step) > step * 1e-6:
        decimals += 1
    return f"{value:,.{decimals}f}"


def _short_number(value: float) -> str:
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit * 0.999999:
            return f"{value / limit:.6g}{suffix}"
    return f"{value:.6g}"


def _is_readable(ticks: list[tuple[int, str]], columns: int) -> bool:
    free_from = 0
    for column, label in ticks:
        start = min(max(column - len(label) // 2, 0), columns - len(label))
        if start < free_from:
            return False
        free_from = start + len(label) + _TICK_GAP
    return True


def _shortened(label: str, limit: int) -> str:
    """At most ``limit`` characters; what follows a # is kept, since it tells two runs of one mode apart."""
    if len(label) <= limit:
        return label
    name, mark, number = label.rpartition("#")
    tail = mark + number if name and len(number) < 4 else ""
    return label[: max(limit - len(tail) - 1, 1)] + "…" + tail
