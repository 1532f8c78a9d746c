"""Lines in characters; plotext is handed in by ``charts``, so that nobody else imports it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tui_httpbench.charts.scales import is_readable

Color = tuple[int, int, int]
_DOT_CELLS = 2.0


@dataclass(frozen=True)
class Line:
    """One line through points, ``xs`` ascending, named at its right end unless its ``label`` is empty.

    ``dotted`` ones differ without any colour.
    """

    label: str
    xs: Sequence[float]
    ys: Sequence[float]
    color: Color | None = None
    dotted: bool = False


class LineCanvas:
    """Draws lines on plotext's figure, one cell of the canvas for each unit of x and of y."""

    def __init__(
        self,
        plotext: Any,
        columns: int,
        rows: int,
        x_range: tuple[float, float],
        y_range: tuple[float, float],
        log: bool,
    ) -> None:
        self._plotext = plotext
        self._columns = columns
        self._rows = rows
        self._x_range = x_range
        self._log = log
        self._y_range = tuple(map(math.log10, y_range)) if log else y_range

    def render(
        self,
        named: list[tuple[Line, str]],
        y_ticks: list[tuple[float, str]],
        x_ticks: Sequence[tuple[float, str]],
        colorless: bool,
    ) -> str:
        """The chart as a string of rows."""
        plotext, figure = self._plotext, self._plotext.figure
        margin = max(len(name) for _, name in named) + 1
        figure.ruler("x").lim(0, self._columns + margin - 1)
        figure.ruler("y").lim(0, self._rows - 1)
        for line, _ in named:
            self._draw(line)
        for (line, name), row in zip(named, self._name_rows([line for line, _ in named]), strict=True):
            if row is not None and name:
                text = plotext.colorize(name).fill(plotext.pixel(foreground=line.color, style="bold"))
                figure.draw(figure.text(self._columns + 1, row, text, alignment="left"))
        figure.ruler("y").ticks([self._y(value) for value, _ in y_ticks], labels=[f"{label} " for _, label in y_ticks])
        placed = [(round(self._x(value)), label) for value, label in x_ticks]
        kept: list[tuple[int, str]] = []
        for tick in placed:
            if is_readable([*kept, tick], self._columns + margin):
                kept.append(tick)
        figure.ruler("x").ticks([column for column, _ in kept], labels=[label for _, label in kept])
        figure.axes(False, axis=0, side=1)
        figure.axes(False, axis=1, side=1)
        drawn: str = figure.build().string(colorless=colorless)
        return drawn

    def _draw(self, line: Line) -> None:
        plotext = self._plotext
        points = [(self._x(x), self._y(y)) for x, y in zip(line.xs, line.ys, strict=True)]
        marker = plotext.marker("braille", pixel=plotext.pixel(foreground=line.color))
        if line.dotted:
            points = list(_dots(points))
        signal = plotext.figure.signal([x for x, _ in points], [y for _, y in points], marker=marker)
        if not line.dotted:
            signal.lines()
        plotext.figure.draw(signal)

    def _x(self, value: float) -> float:
        low, high = self._x_range
        return (value - low) / max(high - low, 1e-12) * (self._columns - 1)

    def _y(self, value: float) -> float:
        low, high = self._y_range
        return ((math.log10(value) if self._log else value) - low) / (high - low) * (self._rows - 1)

    def _name_rows(self, lines: list[Line]) -> list[int | None]:
        """A row of its own for each line's name, as near to the line's end as the others leave it."""
        named = [index for index, line in enumerate(lines) if line.label]
        ends = sorted(named, key=lambda index: self._y(lines[index].ys[-1]))[: self._rows]
        rows: list[int | None] = [None] * len(lines)
        free = 0
        for place, index in enumerate(ends):
            left = len(ends) - place  # so many rows are still needed
            row = min(max(round(self._y(lines[index].ys[-1])), free), self._rows - left)
            rows[index], free = row, row + 1
        return rows


def _dots(points: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Points along a line, the same distance from each other."""
    left = 0.0
    for (x, y), (next_x, next_y) in itertools.pairwise(points):
        length = math.hypot(next_x - x, next_y - y)
        while left < length:
            yield x + (next_x - x) * left / length, y + (next_y - y) * left / length
            left += _DOT_CELLS
        left -= length
    yield points[-1]
