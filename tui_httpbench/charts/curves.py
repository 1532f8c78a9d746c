"""Curves over a knob: a line for each lane with its intervals, and a cursor; drawn as ``plot`` draws lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tui_httpbench.charts.lines import Color, Line
from tui_httpbench.charts.plot import line_chart

_FAR = 10.0
"""From so many times on between its ends, an axis is logarithmic."""
_HEADROOM = 1.6
"""How many times the highest figure the axis reaches at most."""
_WHISKER_SHIFT = 0.006
"""How far the intervals of neighbouring curves stand apart, as a share of the axis."""


@dataclass(frozen=True)
class CurvePoint:
    """A value ``y`` at a place ``x``; ``low`` and ``high`` are its interval, None where it has none."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Curve:
    """A lane's values, ``points`` ascending by x; it is broken where one is None, named at its right end."""

    label: str
    points: Sequence[CurvePoint | None]
    color: Color | None = None
    dotted: bool = False


def places(numbers: Sequence[float]) -> list[float]:
    """Where values of a knob stand on an axis: logarithmic where they reach far, with room for a zero before them."""
    positive = [number for number in numbers if number > 0]
    if len(positive) < 2 or max(positive) < _FAR * min(positive):
        return list(numbers)
    step = math.log10(max(positive) / min(positive)) / (len(positive) - 1)
    zero = math.log10(min(positive)) - step
    return [math.log10(number) if number > 0 else zero for number in numbers]


def curve_chart(
    curves: Sequence[Curve],
    width: int,
    height: int,
    *,
    x_ticks: Sequence[tuple[float, str]],
    log: bool = False,
    cursor: float | None = None,
    dim_color: Color | None = None,
) -> str:
    """Curves over an axis; ``height`` rows of at most ``width`` columns, empty where there is no point.

    ``x_ticks`` are the places of all values of the knob with their labels. ``log`` is for the axis of y, ``cursor`` a
    place that a dotted line marks. Colours are as in ``bar_chart``.
    """
    known = [point for curve in curves for point in curve.points if point is not None and (not log or point.y > 0)]
    if not known:
        return ""
    # An interval that reaches far beyond all figures would press them flat: it is cut at the edge.
    ceiling = _HEADROOM * max(point.y for point in known)
    low, high = x_ticks[0][0], x_ticks[-1][0]
    step = (high - low) * _WHISKER_SHIFT
    lines: list[Line] = []
    for number, curve in enumerate(curves):
        shift = step * (number - (len(curves) - 1) / 2)
        lines += _whiskers(curve, shift, (low, high), ceiling, log=log)
    if cursor is not None:
        bottom = min(point.y for point in known) if log else 0.0
        top = max(max(point.y, min(point.high or 0.0, ceiling)) for point in known)
        lines.append(Line("", [cursor, cursor], [bottom, top], dim_color, dotted=True))
    # Lines come last, so that their colour wins where they cross an interval.
    for curve in curves:
        lines += _parts(curve, log=log)
    return line_chart(lines, width, height, x_range=(low, high), x_ticks=x_ticks, log=log, dim_color=dim_color)


def _whiskers(curve: Curve, shift: float, ends: tuple[float, float], ceiling: float, *, log: bool) -> list[Line]:
    drawn = []
    for point in curve.points:
        if point is None or point.low is None or point.high is None or not math.isfinite(point.high):
            continue
        if log and point.low <= 0:
            continue
        x = min(max(point.x + shift, ends[0]), ends[1])
        drawn.append(Line("", [x, x], [point.low, min(point.high, ceiling)], curve.color))
    return drawn


def _parts(curve: Curve, *, log: bool) -> list[Line]:
    """A line for the points on end; the last alone is named."""
    parts: list[list[CurvePoint]] = [[]]
    for point in curve.points:
        if point is not None and (not log or point.y > 0):
            parts[-1].append(point)
        elif parts[-1]:
            parts.append([])
    drawn = [part for part in parts if part]
    return [
        Line(
            curve.label if number == len(drawn) else "",
            [point.x for point in part],
            [point.y for point in part],
            curve.color,
            curve.dotted,
        )
        for number, part in enumerate(drawn, start=1)
    ]
