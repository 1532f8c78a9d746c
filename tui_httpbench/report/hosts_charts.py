"""The forest plot of the HTML page: a pair's interval on each host, and below them the mean as a diamond."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui_httpbench.analysis.hosts_pairs import Standing
from tui_httpbench.charts.scales import axis_ticks, short_number
from tui_httpbench.report.html_charts import WIDTH
from tui_httpbench.report.html_parts import element, escaped
from tui_httpbench.text.quoting import shortened

_ROW, _AXIS, _DOT, _DIAMOND = 20.0, 24.0, 3.5, 6.0
_LEFT, _RIGHT = 120.0, 122.0
_MAX_LABEL = 18
_REACH = 4.0


@dataclass(frozen=True)
class Span:
    """A row: the estimate, None of a bare span, with its bounds, what is written at its right, and its verdict."""

    label: str
    ratio: float | None
    low: float
    high: float
    text: str
    standing: Standing
    is_mean: bool = False


def forest(title: str, rows: Sequence[Span], over_all: Sequence[Span]) -> str:
    """The intervals of all rows on one logarithmic scale with a mark at 1, those over all below a line."""
    estimates = [row.ratio for row in (*rows, *over_all) if row.ratio]
    if not estimates:
        return ""
    least, most = min(estimates) / _REACH, max(estimates) * _REACH
    ends = [1.0, *(min(max(end, least), most) for row in (*rows, *over_all) for end in (row.low, row.high))]
    low, high = min(ends) / 1.02, max(ends) * 1.02
    width = WIDTH - _LEFT - _RIGHT

    def x_of(value: float) -> float:
        place = 0.0 if value <= 0 else math.log(value / low) / math.log(high / low) if math.isfinite(value) else 1.0
        return _LEFT + min(max(place, 0.0), 1.0) * width

    height = (len(rows) + len(over_all)) * _ROW + (6 if over_all else 0)
    ticks = axis_ticks(low, high, 5, log=True)
    if len(ticks) < 3:
        ticks = [tick for tick in axis_ticks(low, high, 5, log=False) if tick > 0]
    parts = [_line(x_of(tick), 0, x_of(tick), height, "grid") for tick in ticks]
    parts += [_text(f"×{short_number(round(tick, 6))}", x_of(tick), height + 16, "middle") for tick in ticks]
    parts.append(_line(x_of(1.0), 0, x_of(1.0), height, "mark"))
    for number, row in enumerate((*rows, *over_all)):
        middle = number * _ROW + _ROW / 2 + (6 if number >= len(rows) else 0)
        parts += _row(row, middle, x_of)
    if over_all:
        parts.append(_line(0, len(rows) * _ROW + 3, WIDTH, len(rows) * _ROW + 3, "grid"))
    shape = f"0 0 {_n(WIDTH)} {_n(height + _AXIS)}"
    return element("svg", element("title", escaped(title)), *parts, viewBox=shape, role="img")


def _row(row: Span, y: float, x_of: Callable[[float], float]) -> list[str]:
    color = "c0 unsure" if row.standing == "unsure" else "c0"
    shown = shortened(row.label, _MAX_LABEL)
    full = element("title", escaped(row.label)) if shown != row.label else ""
    parts = [element("text", full, escaped(shown), x="0", y=_n(y + 4), class_="name")]
    parts.append(_text(row.text.strip(), WIDTH, y + 4, "end", "number"))
    parts.append(_line(x_of(row.low), y, x_of(row.high), y, f"span {color}"))
    if row.ratio is not None:
        at = x_of(row.ratio)
        if row.is_mean:
            corners = ((at - _DIAMOND, y), (at, y - _DIAMOND), (at + _DIAMOND, y), (at, y + _DIAMOND))
            points = " ".join(f"{_n(x)},{_n(height)}" for x, height in corners)
            parts.append(element("polygon", points=points, class_=f"diamond {color}"))
        else:
            parts.append(element("circle", cx=_n(at), cy=_n(y), r=_n(_DOT), class_=color))
    return parts


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    return element("line", x1=_n(x1), y1=_n(y1), x2=_n(x2), y2=_n(y2), class_=class_)


def _text(text: str, x: float, y: float, anchor: str, class_: str | None = None) -> str:
    return element("text", escaped(text), x=_n(x), y=_n(y), text_anchor=anchor, class_=class_)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
