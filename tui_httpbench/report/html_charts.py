"""The charts of the HTML page: SVG of the result's own numbers, small enough to be read on a phone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui_httpbench.charts.scales import axis_ticks, linear_label, nice_step, short_number
from tui_httpbench.report.html_parts import element, escaped
from tui_httpbench.text.quoting import shortened

WIDTH = 480.0
_ROW, _BAR = 38.0, 12.0
_PLOT_HEIGHT, _AXIS, _LABEL_GAP = 250.0, 40.0, 14.0
_MAX_LABEL = 20
_SIGN = 6.3
"""How wide a character of a label is, on average and rather too much."""
_DASHES = (None, "6 3", "1.5 3", "9 3 2 3", "3 3")
_APART = 5.0
"""How far aside the dots of two lanes stand at one place."""
COLORS = 8


@dataclass(frozen=True)
class Look:
    """How a lane is drawn: its color by number, and which of the lanes of that color it is."""

    color: int
    order: int = 0

    @property
    def class_(self) -> str:
        """The class that gives it its color."""
        return f"c{self.color % COLORS}"

    @property
    def dashes(self) -> str | None:
        """What tells its line from others of the same color."""
        return _DASHES[self.order % len(_DASHES)]


@dataclass(frozen=True)
class Bar:
    """A lane's bar: its length, and the text at its right; ``low`` and ``high`` are an interval, if it has one."""

    label: str
    value: float
    text: str
    look: Look
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Curve:
    """A lane's line through points; ``band`` has the bounds of its interval at some of them: place, low, high."""

    label: str
    points: Sequence[tuple[float, float]]
    look: Look
    band: Sequence[tuple[float, float, float]] = ()


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Bars from zero, each below its name and number."""
    most = max((row.value for row in rows), default=0.0) or 1.0
    parts = []
    for number, row in enumerate(rows):
        top = number * _ROW
        parts += [*_head(row, top), _rect(0, top + 18, WIDTH, "track")]
        parts.append(_rect(0, top + 18, max(row.value / most * WIDTH, 1.5), row.look.class_))
    return _svg(title, len(rows) * _ROW, parts)


def intervals(title: str, rows: Sequence[Bar], reference: float = 1.0) -> str:
    """A dot for each value and a line for its interval, on a logarithmic scale with a mark at ``reference``."""
    ends = [reference, *(end for row in rows for end in (row.value, row.low, row.high) if end and math.isfinite(end))]
    low, high = min(ends), max(ends)
    room = max(math.log(high / low) * 0.04, 0.01)
    low, high = low * math.exp(-room), high * math.exp(room)
    height = len(rows) * _ROW

    def x_of(value: float) -> float:
        return min(max(math.log(value / low) / math.log(high / low), 0.0), 1.0) * WIDTH

    ticks = _ticks(low, high, 6, log=True)
    parts = [_line(x_of(tick), 0, x_of(tick), height, "grid") for tick in ticks]
    parts += _tick_labels([(x_of(tick), f"×{short_number(tick)}") for tick in ticks], height + 16)
    parts.append(_line(x_of(reference), 0, x_of(reference), height, "mark"))
    for number, row in enumerate(rows):
        top = number * _ROW
        parts += _head(row, top)
        if row.low is not None and row.high is not None:
            parts.append(_line(x_of(row.low or low), top + 24, x_of(row.high), top + 24, f"span {row.look.class_}"))
        parts.append(_empty("circle", cx=_n(x_of(row.value)), cy=_n(top + 24), r=5, class_=row.look.class_))
    return _svg(title, height + 24, parts)


def curves(
    title: str,
    lines: Sequence[Curve],
    marks: Sequence[tuple[float, str]],
    *,
    log: bool,
    name: str = "",
    log_x: bool = False,
    joined: bool = True,
) -> str:
    """Lines over ``marks`` on the horizontal axis, which has a name; each with its own at its right end.

    ``log`` is for the vertical axis, ``log_x`` for the horizontal one, all of whose values are above 0 then.
    Where places have no order, nothing is ``joined``: dots stand in place of a line, and spans in place of its band.
    """
    lines = [line for line in lines if line.points]
    height = max(_PLOT_HEIGHT, len(lines) * _LABEL_GAP + 20)
    right = max((min(len(line.label), _MAX_LABEL) for line in lines), default=0) * _SIGN + 14
    left = 46.0
    xs = [x for line in lines for x, _ in line.points] + [x for x, _ in marks]
    ys = [y for line in lines for _, y in line.points if y > 0 or not log]
    ys += [y for line in lines for _, low_y, high_y in line.band for y in (low_y, high_y) if y > 0 or not log]
    if not ys:
        return ""
    first, last = min(xs), max(xs)
    low, high = (min(ys) / 1.15, max(ys) * 1.15) if log else (0.0, max(ys) * 1.05 or 1.0)

    def x_of(value: float) -> float:
        if log_x:
            return left + math.log(value / first) / (math.log(last / first) or 1.0) * (WIDTH - left - right)
        return left + (value - first) / ((last - first) or 1.0) * (WIDTH - left - right)

    def y_of(value: float) -> float:
        share = math.log(max(value, low) / low) / math.log(high / low) if log else value / high
        return height - share * (height - 8)

    parts = []
    for tick, label in _labelled(low, high, log=log):
        parts.append(_line(left, y_of(tick), WIDTH - right, y_of(tick), "grid"))
        parts.append(_text(label, left - 6, y_of(tick) + 4, "end"))
    if name:
        parts.append(_text(name, left - 6, height + 18, "end"))
    parts += _tick_labels([(x_of(at), label) for at, label in marks], height + 18, left, WIDTH - right)
    ends = _apart([y_of(line.points[-1][1]) for line in lines], height)
    for number, line in enumerate(lines if not joined else ()):
        aside = (number - (len(lines) - 1) / 2) * _APART
        for x, low_y, high_y in line.band:
            at = x_of(x) + aside
            parts.append(_line(at, y_of(low_y), at, y_of(high_y), f"span {line.look.class_}"))
        for x, y in line.points:
            parts.append(_empty("circle", cx=_n(x_of(x) + aside), cy=_n(y_of(y)), r=3, class_=line.look.class_))
    for line in lines if joined else ():
        if len(line.band) > 1:
            edge = [(x, low_y) for x, low_y, _ in line.band] + [(x, high_y) for x, _, high_y in reversed(line.band)]
            around = " ".join(f"{_n(x_of(x))},{_n(y_of(y))}" for x, y in edge)
            parts.append(_empty("polygon", points=around, class_=f"band {line.look.class_}"))
    for line, end in zip(lines, ends, strict=True):
        points = " ".join(f"{_n(x_of(x))},{_n(y_of(y))}" for x, y in line.points)
        look = {"stroke_dasharray": line.look.dashes, "class_": f"curve {line.look.class_}"}
        if joined:
            parts.append(_empty("polyline", points=points, **look))
        last_x, last_y = x_of(line.points[-1][0]), y_of(line.points[-1][1])
        parts.append(_line(last_x, last_y, WIDTH - right + 8, end, f"lead {line.look.class_}"))
        parts.append(_name(line.label, WIDTH - right + 11, end + 4, line.look))
    return _svg(title, height + _AXIS - 14, parts)


def _labelled(low: float, high: float, *, log: bool) -> Iterator[tuple[float, str]]:
    ticks = _ticks(low, high, 6, log=log)
    for tick in ticks:
        yield tick, short_number(tick) if log else linear_label(tick, nice_step(high / 5), high)


def _ticks(low: float, high: float, count: int, *, log: bool) -> list[float]:
    """Round values; on a logarithmic axis too short for its own, those of a linear one."""
    found = axis_ticks(low, high, count, log=log)
    if len(found) > 2 or not log:
        return found
    return [tick for tick in axis_ticks(low, high, count, log=False) if tick > 0]


def _apart(wanted: list[float], height: float) -> list[float]:
    """Where labels go that are wanted at these heights, so that none lies on another."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    free_from = 4.0
    for index in order:
        placed[index] = max(wanted[index], free_from)
        free_from = placed[index] + _LABEL_GAP
    limit = height
    for index in reversed(order):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - _LABEL_GAP
    return placed


def _head(row: Bar, top: float) -> list[str]:
    return [_name(row.label, 0, top + 12, row.look, 44), _text(row.text, WIDTH, top + 12, "end", "number")]


def _name(label: str, x: float, y: float, look: Look, limit: int = _MAX_LABEL) -> str:
    shown = shortened(label, limit)
    full = element("title", escaped(label)) if shown != label else ""
    return element("text", full, escaped(shown), x=_n(x), y=_n(y), class_=f"name {look.class_}")


def _tick_labels(ticks: list[tuple[float, str]], y: float, left: float = 0.0, right: float = WIDTH) -> list[str]:
    """Those labels for which there is room beside the one before."""
    parts, free_from = [], -math.inf
    for x, label in ticks:
        width = len(label) * _SIGN
        middle = min(max(x, left + width / 2), right - width / 2)
        if middle - width / 2 > free_from:
            parts.append(_text(label, middle, y, "middle"))
            free_from = middle + width / 2 + 6
    return parts


def _text(text: str, x: float, y: float, anchor: str, class_: str | None = None) -> str:
    return element("text", escaped(text), x=_n(x), y=_n(y), text_anchor=anchor, class_=class_)


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    return _empty("line", x1=_n(x1), y1=_n(y1), x2=_n(x2), y2=_n(y2), class_=class_)


def _rect(x: float, y: float, width: float, class_: str) -> str:
    return _empty("rect", x=_n(x), y=_n(y), width=_n(width), height=_n(_BAR), rx=3, class_=class_)


def _empty(name: str, **attributes: str | float | None) -> str:
    return element(name, **attributes)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    told = element("title", escaped(title))
    return element("svg", told, *parts, viewBox=f"0 0 {_n(WIDTH)} {_n(height)}", role="img")
