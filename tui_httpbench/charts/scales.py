"""Scales of charts in characters: where values go, and which ticks tell them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

_COLUMNS_PER_TICK = 9
_TICK_GAP = 2
Tick = tuple[int, str]


class Measured(Protocol):
    """A value with its text, as a bar has it; ``reach`` is the largest value that it shows."""

    @property
    def value(self) -> float:
        """What sets the length."""

    @property
    def reach(self) -> float:
        """The value, or the upper end of its interval."""

    @property
    def text(self) -> str:
        """What is printed behind it."""


class LinearScale:
    """Places values on an axis that starts at zero; positions are in cells, with fractions."""

    def __init__(self, bars: Sequence[Measured], columns: int) -> None:
        self._columns = columns
        self._cells_per_unit = _largest_unit([(bar.reach, len(bar.text)) for bar in bars], columns)

    def cells(self, value: float) -> float:
        """The length of a value's bar; a positive value always shows."""
        return _visible(value * self._cells_per_unit) if value > 0 else 0.0

    def ticks(self) -> list[Tick]:
        """Column and label of each tick."""
        end = self._columns / self._cells_per_unit
        for count in range(min(8, max(1, self._columns // _COLUMNS_PER_TICK)), 0, -1):
            step = nice_step(end / count)
            values = [index * step for index in range(int(end / step + 1e-9) + 1)]
            placed = [
                (int(value * self._cells_per_unit + 1e-9), linear_label(value, step, values[-1])) for value in values
            ]
            placed = [(column, label) for column, label in placed if column < self._columns]
            if is_readable(placed, self._columns):
                return placed
        return [(0, "0")]


class LogScale:
    """Places values on an axis of powers of ten; zero has no place on it and gets no bar."""

    def __init__(self, bars: Sequence[Measured], columns: int) -> None:
        self._columns = columns
        positive = [bar.value for bar in bars if bar.value > 0] or [1.0]
        self._floor = math.floor(math.log10(min(positive)) + 1e-9)
        self._fit(bars)
        if self._position(min(positive)) < 1:
            self._floor -= 1
            self._fit(bars)

    def _fit(self, bars: Sequence[Measured]) -> None:
        lengths = [(math.log10(bar.reach) - self._floor, len(bar.text)) for bar in bars if bar.value > 0]
        self._cells_per_decade = _largest_unit(lengths, self._columns)

    def _position(self, value: float) -> float:
        return (math.log10(value) - self._floor) * self._cells_per_decade

    def cells(self, value: float) -> float:
        """The length of a value's bar; a positive value always shows."""
        return _visible(self._position(value)) if value > 0 else 0.0

    def ticks(self) -> list[Tick]:
        """Column and label of each tick: powers of ten, and twice and five times them where there would be few."""
        choices = (self._ticks((1,), every) for every in range(1, self._decades() + 2))
        placed = next((ticks for ticks in choices if is_readable(ticks, self._columns)), [])
        if len(placed) < 4 and is_readable(finer := self._ticks((1, 2, 5), 1), self._columns):
            return finer
        return placed

    def _decades(self) -> int:
        return int(self._columns / self._cells_per_decade) + 1

    def _ticks(self, digits: tuple[int, ...], every: int) -> list[Tick]:
        exponents = range(self._floor, self._floor + self._decades() + 1, every)
        values = [digit * 10.0**exponent for exponent in exponents for digit in digits]
        placed = [(int(self._position(value) + 1e-9), short_number(value)) for value in values]
        return [(column, label) for column, label in placed if column < self._columns]


def _largest_unit(lengths: list[tuple[float, int]], columns: int) -> float:
    """Cells per unit of length, as many as leave room for a space and the text behind each bar."""
    fitting = [max(columns - 1 - text, 1) / length for length, text in lengths if length > 0]
    return min(fitting, default=float(columns))


def _visible(cells: float) -> float:
    return max(round(cells * 8) / 8, 1 / 8)


def axis_ticks(low: float, high: float, count: int, *, log: bool) -> list[float]:
    """At most ``count`` round values from ``low`` to ``high``; on a logarithmic axis powers of ten or parts of them."""
    if not log:
        step = nice_step(max(high - low, 1e-12) / max(count - 1, 1))
        first = math.ceil(low / step - 1e-9)
        return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]
    exponents = range(math.floor(math.log10(low) - 1e-9), math.ceil(math.log10(high) + 1e-9) + 1)
    for digits, every in (((1, 2, 5), 1), ((1, 3), 1), *(((1,), every) for every in range(1, len(exponents) + 1))):
        values = [digit * 10.0**exponent for exponent in exponents[::every] for digit in digits]
        inside = [value for value in values if low * 0.999999 <= value <= high * 1.000001]
        if len(inside) <= count:
            return inside
    return []


def nice_step(raw: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    magnitude = 10.0 ** math.floor(math.log10(raw))
    return next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= raw * 0.999)


def linear_label(value: float, step: float, top: float) -> str:
    """A tick's value with the decimals that its step needs."""
    if value == 0:
        return "0"
    if top >= 100_000:
        return short_number(value)
    decimals = 0
    while decimals < 9 and abs(round(step, decimals) - step) > step * 1e-6:
        decimals += 1
    return f"{value:,.{decimals}f}"


def short_number(value: float) -> str:
    """A number with k, M or G: ``1.3k``, ``0.5``."""
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit * 0.999999:
            return f"{value / limit:.6g}{suffix}"
    return f"{value:.6g}"


def is_readable(ticks: list[Tick], columns: int) -> bool:
    """Whether the ticks' labels keep apart."""
    free_from = 0
    for column, label in ticks:
        start = min(max(column - len(label) // 2, 0), columns - len(label))
        if start < free_from:
            return False
        free_from = start + len(label) + _TICK_GAP
    return True
