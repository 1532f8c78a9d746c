"""What the screens of a sweep draw, worked out once and off the screen's own thread."""

from __future__ import annotations

from dataclasses import dataclass

from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import CurvePoint, SweptFigure, curve, told_bounds
from tui_httpbench.analysis.sweep_table import SweepTable, lanes_in_order, table_of
from tui_httpbench.text.formatting import UNKNOWN

RATE = "rate"
"""The column that counts requests a second, whose heading says so instead of a unit."""


@dataclass(frozen=True)
class CurvesShown:
    """A figure of all lanes at all points; ``curves`` are the lanes with their points, best first."""

    table: SweepTable
    curves: tuple[tuple[str, tuple[CurvePoint, ...]], ...]

    @property
    def figure(self) -> SweptFigure:
        """The figure that is shown."""
        return self.table.figure

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the knob, as they were written."""
        return self.table.result.sweep.values

    @property
    def places(self) -> tuple[float, ...]:
        """Where each value stands among the others: its number, or its place in line where it has none."""
        return self.table.result.sweep.numbers or tuple(float(number) for number in range(len(self.values)))

    def is_measured(self, number: int) -> bool:
        """Whether any lane has a figure at a point."""
        return any(points[number].figure is not None for _, points in self.curves)

    def leaders(self, cursor: int) -> frozenset[str]:
        """The lanes that none is surely faster than, at the point under the cursor."""
        value = self.values[cursor]
        return frozenset(lane for lane, at in self.table.leaders if at == value)

    def read_out(self, cursor: int) -> list[tuple[str, str, str]]:
        """Each lane at the point under the cursor, best first: its label, its figure and the figure's interval."""
        told = []
        for lane, points in self.curves:
            point = points[cursor]
            if point.figure is None:
                told.append((0.0, lane, UNKNOWN, ""))
                continue
            bounds = told_bounds(point.low, point.high) or ()
            interval = "–".join(map(self.figure.column.write, bounds))
            told.append((point.figure, lane, self._with_unit(point.figure), interval))
        lower_is_better = self.figure.column.better == "lower"
        told.sort(key=lambda item: (item[2] == UNKNOWN, item[0] if lower_is_better else -item[0]))
        return [(lane, figure, interval) for _, lane, figure, interval in told]

    def _with_unit(self, figure: float) -> str:
        """``174/s``, ``12.3 ms``."""
        column = self.figure.column
        return f"{column.write(figure)}/s" if column.id == RATE else column.with_unit(figure)


def show_curves(result: SweepResult, figure: SweptFigure) -> CurvesShown:
    """The curves of a figure. What takes time is done here."""
    table = table_of(result, figure)
    _ = table.rows, table.leaders  # worked out now, and kept
    return CurvesShown(table, tuple((lane, curve(result, lane, figure)) for lane in lanes_in_order(result)))
