"""The table of a sweep, mode × value, in texts: reports and screens show the same."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tui_httpbench.analysis.places import FAILED_SIGN
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import FIGURES, SweptFigure, curve, retention, told_bounds
from tui_httpbench.analysis.sweep_pairs import SweepPairs
from tui_httpbench.text.formatting import UNKNOWN, format_times

RETENTION = "retention"
RETENTION_NOTE = (
    "Retention: requests/s at the last value over those at the first, of the rounds that both have, with its 95 % "
    "interval."
)


@dataclass(frozen=True)
class SweepTable:
    """A figure of all lanes at all points; ``retains`` tells that there is a column of what is left at the last."""

    result: SweepResult
    figure: SweptFigure
    retains: bool

    @property
    def title(self) -> str:
        """What the table shows: ``Requests per second over requests in flight, higher is better``."""
        sweep = self.result.sweep
        better = self.figure.column.better
        return f"{self.figure.title} over {sweep.title}{f', {better} is better' if better else ''}"

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of all columns: that of the lanes, one a value, and the last one where it ``retains``."""
        return ("mode", *self.result.sweep.values, *((RETENTION,) if self.retains else ()))

    @cached_property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """A row for each lane, best first: its name and a cell for each further heading."""
        return tuple(tuple(self._cells(lane)) for lane in lanes_in_order(self.result))

    @cached_property
    def leaders(self) -> frozenset[tuple[str, str]]:
        """Lane and value of each cell whose lane none is surely faster than at that point, by time."""
        return frozenset((lane, each.value) for each in SweepPairs(self.result).leaders() for lane in each.lanes)

    def _cells(self, lane: str) -> Iterator[str]:
        yield lane
        for point, told in zip(self.result.points, curve(self.result, lane, self.figure), strict=True):
            summary = point.result.mode(lane)
            is_failing = summary.failed or summary.note
            cell = UNKNOWN if told.figure is None else self.figure.column.write(told.figure)
            yield f"{cell}{FAILED_SIGN}" if is_failing else cell
        if self.retains:
            kept = retention(self.result, lane)
            if kept is None:
                yield UNKNOWN
            else:
                interval = "–".join(map(format_times, told_bounds(kept.low, kept.high) or ()))
                yield f"×{format_times(kept.ratio)}{f' ({interval})' if interval else ''}"


def table_of(result: SweepResult, figure: SweptFigure = FIGURES[0]) -> SweepTable:
    """The table of a figure; requests/s have what is retained of them, where the values have an order."""
    return SweepTable(result, figure, figure is FIGURES[0] and result.sweep.numbers is not None)


def lanes_in_order(result: SweepResult) -> tuple[str, ...]:
    """The lanes, those first whose requests/s are highest over all points, by their geometric mean."""

    def standing(lane: str) -> tuple[bool, float]:
        summaries = [point.result.mode(lane) for point in result.measured_points]
        rates = [summary.ok_per_second for summary in summaries if summary.ok_per_second]
        is_clean = all(summary.is_clean for summary in summaries)
        return not is_clean, -sum(map(math.log, rates)) / len(rates) if rates else math.inf

    return tuple(sorted(result.lanes, key=standing))
