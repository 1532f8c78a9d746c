"""Intervals of ratios as rows of signs, on one logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tui_httpbench.charts.scales import axis_ticks, short_number

LINE_AT_ONE = "│"
_LARGEST_REACH = 4.0
"""How many times beyond the smallest and largest estimate the scale goes at most; what goes on there gets an arrow."""
_ONE_WITHIN = 3.0
"""The scale has 1 on it unless that would take more than so many times the room of all intervals."""
_ROOM = 0.03
_LABEL_GAP = 2


class IntervalScale:
    """Where ratios stand in so many columns."""

    def __init__(self, intervals: Iterable[tuple[float, float, float]], columns: int) -> None:
        """Fits intervals, each an estimate with its lower and upper bound, as far as they say anything."""
        self.columns = max(columns, 3)
        known = [each for each in intervals if 0 < each[0] < math.inf]
        estimates = [each[0] for each in known] or [1.0]
        least, most = min(estimates) / _LARGEST_REACH, max(estimates) * _LARGEST_REACH
        ends = [min(max(end, least), most) for each in known for end in each] or [0.9, 1.1]
        low, high = math.log(min(ends)), math.log(max(ends))
        if max(low, -high) <= _ONE_WITHIN * max(high - low, 0.02):
            low, high = min(low, 0.0), max(high, 0.0)
        room = max((high - low) * _ROOM, 0.005)
        self._low, self._high = low - room, high + room

    def cell(self, ratio: float) -> int:
        """The column of a ratio; -1 or ``columns`` where it is beyond the scale."""
        if ratio <= 0:
            return -1
        if math.isinf(ratio):
            return self.columns
        place = (math.log(ratio) - self._low) / (self._high - self._low)
        return -1 if place < 0 else self.columns if place > 1 else min(int(place * self.columns), self.columns - 1)

    def draw(self, ratio: float | None, low: float, high: float, sign: str = "●", rule: str = "─") -> str:
        """``  │├──●──┤``: an interval, its estimate where it has one, and the line at 1."""
        drawn = self._blank()
        one = self.cell(1.0)
        first, last = self.cell(low), self.cell(high)
        begin, end = max(first, 0), min(last, self.columns - 1)
        for cell in range(begin, end + 1):
            drawn[cell] = "┼" if cell == one and rule == "─" else rule
        if begin < end:
            drawn[begin] = "◂" if first < 0 else "├"
            drawn[end] = "▸" if last >= self.columns else "┤"
        if ratio is not None and 0 <= (middle := self.cell(ratio)) < self.columns:
            drawn[middle] = sign
        return "".join(drawn)

    def empty(self) -> str:
        """The line at 1 alone."""
        return "".join(self._blank())

    def axis(self) -> str:
        """Round ratios below the scale, as many as keep apart: ``×1   ×1.2``."""
        line = [" "] * self.columns
        low, high = math.exp(self._low), math.exp(self._high)
        ticks = [1.0] if low <= 1 <= high else []
        count = max(self.columns // 8, 3)
        logarithmic = axis_ticks(low, high, count, log=True)
        ticks += logarithmic if len(logarithmic) > 2 else axis_ticks(low, high, count, log=False)
        for ratio in ticks:
            if ratio <= 0:
                continue
            label = f"×{short_number(round(ratio, 6))}"
            start = min(max(self.cell(ratio) - len(label) // 2, 0), self.columns - len(label))
            around = line[max(start - _LABEL_GAP, 0) : start + len(label) + _LABEL_GAP]
            if start >= 0 and all(sign == " " for sign in around):
                line[start : start + len(label)] = label
        return "".join(line)

    def _blank(self) -> list[str]:
        drawn = [" "] * self.columns
        if 0 <= (one := self.cell(1.0)) < self.columns:
            drawn[one] = LINE_AT_ONE
        return drawn
