"""Where a mode stands in the live ranking: its place, its ratio and the interval of it, as text and drawn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench.events import Progress
from tui_httpbench.formatting import UNKNOWN, WIDE_BOUND, format_interval, format_ratio, undecided_pairs_within

REFERENCE = "reference"
_MARGIN = 1.25  # the scale reaches this much beyond the ratios, so that it stays while the intervals shrink

# The coarsest first; a finer step is taken while its labels keep apart.
_TICK_STEPS: tuple[tuple[float, ...], ...] = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7))


def place_and_ratio(rank: Rank | None, cells: int) -> str:
    """``1     ×1.00``: the place on the left, the ratio on the right."""
    if rank is None:
        return UNKNOWN.ljust(cells)
    ratio = UNKNOWN if rank.ratio is None else format_ratio(rank.ratio)
    return f"{rank.label} {ratio:>{cells - len(rank.label) - 1}}"


def interval_in_words(rank: Rank | None) -> str:
    """``2.45–2.57``; a dash where no interval says anything, and a word for the winner, whose time is the measure."""
    if rank is None or rank.interval is None:
        return UNKNOWN
    if rank.verdict is None:
        return REFERENCE
    low, high = rank.interval.low, rank.interval.high
    return UNKNOWN if high >= low * WIDE_BOUND else format_interval(low, high)


@dataclass(frozen=True)
class IntervalScale:
    """A logarithmic scale, from ``low`` to ``high``, that all intervals of a ranking are drawn on."""

    low: float
    high: float

    @classmethod
    def of(cls, ranking: Sequence[Rank]) -> IntervalScale | None:
        """The scale that has all ratios on it; None where fewer than two modes are compared."""
        ratios = [rank.interval.ratio for rank in ranking if rank.interval is not None]
        return cls(min(ratios) / _MARGIN, max(ratios) * _MARGIN) if len(ratios) > 1 else None

    def draw(self, rank: Rank, cells: int) -> str:
        """The interval as a line with the ratio as a dot on it; arrows where it goes on beyond the scale."""
        if rank.interval is None or not cells:
            return ""
        interval = rank.interval
        first, last = self._cell(interval.low, cells), self._cell(interval.high, cells)
        drawn = [" "] * cells
        for cell in range(max(first, 0), min(last, cells - 1) + 1):
            drawn[cell] = "─"
        if first < last:
            drawn[max(first, 0)] = "├" if first >= 0 else "◂"
            drawn[min(last, cells - 1)] = "┤" if last < cells else "▸"
        drawn[min(max(self._cell(interval.ratio, cells), 0), cells - 1)] = "●"
        return "".join(drawn)

    def ticks(self, cells: int) -> dict[int, str]:
        """The cells that stand for round ratios, with their labels, none of which touches the next."""
        found: dict[int, str] = {}
        for step in _TICK_STEPS:
            ratios = [
                digit * 10.0**power
                for power in range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
                for digit in step
            ]
            inside = [ratio for ratio in ratios if self.low <= ratio <= self.high]
            cells_of = [self._cell(ratio, cells) for ratio in inside]
            widest = max((len(_tick_label(ratio)) for ratio in inside), default=0)
            if len(inside) > 1 and min(b - a for a, b in itertools.pairwise(cells_of)) <= widest + 1:
                break
            found = {cell: _tick_label(ratio) for cell, ratio in zip(cells_of, inside, strict=True)}
        return found

    def draw_axis(self, cells: int) -> str:
        """The labels of the ticks, each beginning at its cell."""
        line = [" "] * cells
        for cell, label in self.ticks(cells).items():
            if cell + len(label) <= cells:
                line[cell : cell + len(label)] = label
        return "".join(line)

    def _cell(self, ratio: float, cells: int) -> int:
        if ratio <= 0 or math.isinf(ratio):
            return -1 if ratio <= 0 else cells
        share = math.log(ratio / self.low) / math.log(self.high / self.low)
        return min(max(math.floor(share * cells), -1), cells)


def undecided_in_words(progress: Progress, cells: int) -> str:
    """What the ranking so far leaves open, in one line of at most ``cells``: the pairs that fit, and how many more."""
    compared = sum(rank.interval is not None for rank in progress.ranking)
    if len(progress.lanes) < 2:
        return "one mode: there is nothing to compare"
    if not progress.ranking:
        return "undecided: all, until round 1 is over"
    if compared < 2:
        return "nothing to compare: fewer than two modes without failures"
    if not progress.undecided:
        return "all decided"
    line = undecided_pairs_within(progress.undecided, cells)
    return line or f"undecided: {len(progress.undecided)} of {compared - 1} neighbours"


def _tick_label(ratio: float) -> str:
    return f"×{ratio:,.4g}"
