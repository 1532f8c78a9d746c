"""Curves of a sweep: a figure of each lane at each point, with its interval, and what is left of it at the widest."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tui_httpbench.analysis.column import Column
from tui_httpbench.analysis.columns import METRIC_OPTIONS
from tui_httpbench.analysis.comparison import RatioInterval, exp_of
from tui_httpbench.analysis.latency import successful_latencies_ms
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.rows import rows_of
from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.analysis.sweep import SweepPoint, SweepResult
from tui_httpbench.measured.records import RoundRecord

LEVEL = 0.95
"""In what share of sweeps the interval of one figure at one point holds; each holds for itself."""
MIN_ROUNDS = 2
SAYS_NOTHING = 100.0
"""An interval whose upper bound is so many times the lower one says nothing, and is not told."""


@dataclass(frozen=True)
class SweptFigure:
    """What a curve can show: a column of the ranking, and what a single round of a lane says of it."""

    column: Column
    of_round: Callable[[RoundRecord], float | None]

    @property
    def option(self) -> str:
        """Its name after ``--metric``."""
        return self.column.option

    @property
    def title(self) -> str:
        """What it is called, with its unit: ``CPU time per request in µs``."""
        name = f"{self.column.name[:1].upper()}{self.column.name[1:]}"
        unit = self.column.unit or ("s" if self.option == "time" else "")
        return f"{name} in {unit}" if unit else name


@dataclass(frozen=True)
class CurvePoint:
    """A lane's figure at one point, with the bounds of its interval; all None where it is not known.

    The bounds are None, too, where there are too few rounds. ``number`` is where the point stands on its axis, None of
    workloads.
    """

    value: str
    number: float | None
    figure: float | None
    low: float | None = None
    high: float | None = None


def _time_s(record: RoundRecord) -> float | None:
    return record.elapsed_s / record.finished if record.elapsed_s and record.finished else None


def _rate(record: RoundRecord) -> float | None:
    return record.tally.ok / record.elapsed_s if record.elapsed_s and record.tally.ok else None


def _cpu_us(record: RoundRecord) -> float | None:
    return record.cpu_s * 1e6 / record.finished if record.cpu_s and record.finished else None


def _percentile_ms(percent: float) -> Callable[[RoundRecord], float | None]:
    def of_round(record: RoundRecord) -> float | None:
        latencies = successful_latencies_ms([record.samples])
        return float(np.percentile(latencies, percent)) if len(latencies) else None

    return of_round


FIGURES: tuple[SweptFigure, ...] = (
    SweptFigure(METRIC_OPTIONS["requests/s"], _rate),
    SweptFigure(METRIC_OPTIONS["time"], _time_s),
    SweptFigure(METRIC_OPTIONS["p50"], _percentile_ms(50)),
    SweptFigure(METRIC_OPTIONS["p99"], _percentile_ms(99)),
    SweptFigure(METRIC_OPTIONS["cpu"], _cpu_us),
)
"""What curves and tables of a sweep show; the first one where nothing else is asked for."""
FIGURE_OPTIONS = {figure.option: figure for figure in FIGURES}


def curve(result: SweepResult, lane: str, figure: SweptFigure = FIGURES[0]) -> tuple[CurvePoint, ...]:
    """A lane's figure at every point of the sweep, in its order.

    The interval comes from how much the rounds of that point differ among themselves: in logarithms, their mean (each
    weighs as much as it has requests) plus and minus Student's quantile times its standard error. It holds with
    ``LEVEL`` each for itself, for a repetition under the same conditions; what is sure of two lanes is said by their
    pairs, which share their rounds.
    """
    return tuple(_curve_point(point, lane, figure) for point in result.points)


def retention(result: SweepResult, lane: str) -> RatioInterval | None:
    """A lane's requests/s at the last measured point over those at the first, from the rounds that both have.

    Its interval holds with ``LEVEL``: neighbouring rounds of both points are compared, so that drift falls out. None
    where either point has none, and bounds of 0 and infinity while there is one round alone.
    """
    points = [point for point in result.points if _rounds(point.result, lane, _rate)]
    if len(points) < 2:
        return None
    first, last = (_rounds(point.result, lane, _rate) for point in (points[0], points[-1]))
    common = sorted(first.keys() & last.keys())
    if not common:
        return None
    logs = [math.log(last[number][0] / first[number][0]) for number in common]
    weights = [1 / (1 / first[number][1] + 1 / last[number][1]) for number in common]
    mean, half = mean_and_half_width(logs, weights)
    return RatioInterval(exp_of(mean), exp_of(mean - half), exp_of(mean + half), len(common))


def told_bounds(low: float | None, high: float | None) -> tuple[float, float] | None:
    """The bounds of an interval; None where there are none, or where they say nothing."""
    return (low, high) if low and high is not None and high / low < SAYS_NOTHING else None


def mean_and_half_width(values: Sequence[float], weights: Sequence[float]) -> tuple[float, float]:
    """The weighted mean, and how far its interval reaches to either side; infinity for a single value.

    Its variance is that of a ratio of sums (Cochran, "Sampling Techniques", 1977, 6.3), which needs no known variance
    of each value.
    """
    x, w = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    w = w / w.sum()
    mean = float((w * x).sum())
    count = len(x)
    if count < MIN_ROUNDS:
        return mean, math.inf
    variance = float((w**2 * (x - mean) ** 2).sum()) * count / (count - 1)
    return mean, student_quantile(0.5 + LEVEL / 2, count - 1) * math.sqrt(variance)


def _curve_point(point: SweepPoint, lane: str, figure: SweptFigure) -> CurvePoint:
    row = next((row for row in rows_of(point.result) if row.mode == lane), None)
    value = None if row is None or not row.summary.requests else figure.column.number(row)
    if value is None or not value:
        return CurvePoint(point.value, point.number, value)
    rounds = _rounds(point.result, lane, figure.of_round)
    if len(rounds) < MIN_ROUNDS:
        return CurvePoint(point.value, point.number, value)
    logs, weights = zip(*((math.log(each), weight) for each, weight in rounds.values()), strict=True)
    _, half = mean_and_half_width(logs, weights)
    return CurvePoint(point.value, point.number, value, value * math.exp(-half), value * exp_of(half))


def _rounds(
    result: Result, lane: str, of_round: Callable[[RoundRecord], float | None]
) -> dict[int, tuple[float, float]]:
    """By round, what each whole one of a lane says, and how much it counts."""
    found = {}
    for record in result.records:
        if record.mode == lane and record.outcome == "complete":
            value = of_round(record)
            if value is not None and value > 0:
                found[record.round] = value, float(record.finished)
    return found
