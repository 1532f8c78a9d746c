"""Which lane of a pair is faster at which points of a sweep, and how sure that is of all of it together."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tui_httpbench.analysis.comparison import Comparison, RatioInterval
from tui_httpbench.analysis.ranking import compare_modes, rules_of
from tui_httpbench.analysis.sweep import SweepPoint, SweepResult

Standing = Literal["first", "second", "same", "unsure"]


@dataclass(frozen=True)
class PairAt:
    """Two lanes at a point: ``ratio`` is the second's time over the first's; ``standing`` is which is surely faster."""

    value: str
    ratio: float
    low: float
    high: float
    standing: Standing


@dataclass(frozen=True)
class Leaders:
    """The lanes that none is surely faster than at a point, fastest first; ``are_same`` if surely as fast as it."""

    value: str
    lanes: tuple[str, ...]
    are_same: bool


@dataclass(frozen=True)
class Contest:
    """The best of two groups of lanes at a point: the one in front, and the best of the others.

    ``interval`` is the time of ``front`` over that of ``behind``, and so at most 1. ``is_sure`` tells that the one in
    front is surely faster than each of the others, ``is_close`` that neither group is ahead by more than asked for.
    """

    value: str
    front: str
    behind: str
    interval: RatioInterval
    is_sure: bool
    is_close: bool

    @property
    def times(self) -> float:
        """How many times as fast the one in front is."""
        return 1 / self.interval.ratio


@dataclass(frozen=True)
class PairCurve:
    """Two lanes over a sweep, at the points where both can be compared."""

    first: str
    second: str
    points: tuple[PairAt, ...]

    @property
    def changes(self) -> bool:
        """Whether each of them is surely faster at one point at least."""
        return {"first", "second"} <= {point.standing for point in self.points}


class SweepPairs:
    """All pairs at all points of a sweep.

    A sweep looks at as many comparisons as it has points. Each point's are made so that they all hold together with
    probability 1 - 0.05 / points (Bonferroni), and so all that is called sure anywhere in the sweep holds with 95 %.
    """

    def __init__(self, result: SweepResult) -> None:
        """Compares all lanes at each point that was measured."""
        self.result = result
        self.points: tuple[SweepPoint, ...] = result.measured_points
        self._compared = [_compare(point, len(result.points)) for point in self.points]

    def curve(self, first: str, second: str) -> PairCurve:
        """Two lanes over the sweep."""
        return PairCurve(first, second, tuple(self._pair(first, second)))

    def all_curves(self) -> Iterator[PairCurve]:
        """Every two lanes once, in the plan's order."""
        for first, second in itertools.combinations(self.result.lanes, 2):
            yield self.curve(first, second)

    @property
    def knows_noise(self) -> bool:
        """Whether any two lanes have been compared over as many rounds as tell their noise."""
        return any(
            math.isfinite(compared.interval(*compared.order[:2]).high)
            for compared in self._compared
            if compared is not None and len(compared.order) > 1
        )

    def leaders(self) -> tuple[Leaders, ...]:
        """The leaders at each point; one at which nothing can be compared is left out."""
        found = []
        for point, compared in zip(self.points, self._compared, strict=True):
            if compared is not None:
                fastest, *rest = lanes = compared.modes
                # Not beside the fastest alone: its interval may be wide where those of others are not.
                others = [
                    lane
                    for place, lane in enumerate(rest, start=1)
                    if all(compared.verdict(lane, other) != "faster" for other in lanes[:place])
                ]
                are_same = all(compared.verdict(lane, fastest) == "same" for lane in others)
                found.append(Leaders(point.value, (fastest, *others), are_same))
        return tuple(found)

    def tells_any(self, value: str) -> bool:
        """Whether any two lanes are surely different at a point."""
        return any(
            compared.verdict(first, second) == "faster"
            for point, compared in zip(self.points, self._compared, strict=True)
            if point.value == value and compared is not None
            for first, second in itertools.combinations(compared.modes, 2)
        )

    def contests(self, ours: Collection[str], theirs: Collection[str], close: float = 1.0) -> tuple[Contest, ...]:
        """The best of both groups at each point where both have one; ``close`` is the ratio up to which they are so."""
        found = []
        for point, compared in zip(self.points, self._compared, strict=True):
            # Also lanes without a place: which one of a group is best, they make unsure.
            lanes = compared.modes if compared is not None else ()
            groups = [[lane for lane in lanes if lane in group] for group in (ours, theirs)]
            if compared is None or not all(groups):
                continue
            first, others = sorted(groups, key=lambda group: lanes.index(group[0]))
            front, behind = first[0], others[0]
            # Which lane of a group is its fastest is not sure either.
            most = max(
                *(compared.interval(behind, lane).high for lane in first),
                *(compared.interval(front, lane).high for lane in others),
            )
            is_sure = all(compared.verdict(lane, front) == "faster" for lane in others)
            found.append(
                Contest(point.value, front, behind, compared.interval(front, behind), is_sure, is_close=most <= close)
            )
        return tuple(found)

    def told_from(self) -> tuple[tuple[str, float], ...]:
        """At each point, the share from which a difference between two lanes is told, of the pair in the middle.

        It is the half width of their interval: what is smaller, this sweep can't confirm.
        """
        shares: dict[str, list[float]] = {}
        for pair in self.all_curves():
            for at in pair.points:
                if at.ratio > 0 and math.isfinite(at.high):
                    shares.setdefault(at.value, []).append(at.high / at.ratio - 1)
        return tuple((value, statistics.median(each)) for value, each in shares.items())

    def _pair(self, first: str, second: str) -> Iterator[PairAt]:
        for point, compared in zip(self.points, self._compared, strict=True):
            if compared is None or not {first, second} <= set(compared.modes):
                continue
            interval, verdict = compared.interval(second, first), compared.verdict(second, first)
            standing: Standing = "first" if interval.ratio > 1 else "second"
            if verdict != "faster":
                standing = "same" if verdict == "same" else "unsure"
            yield PairAt(point.value, interval.ratio, interval.low, interval.high, standing)


def _compare(point: SweepPoint, points: int) -> Comparison | None:
    result = point.result
    rules = replace(rules_of(result.plan, result.records), error_share=1 / points)
    return compare_modes(result.modes, result.records, rules)
