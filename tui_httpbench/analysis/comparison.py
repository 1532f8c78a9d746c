"""Which modes are faster than which: order, ratios, intervals and verdicts of all pairs, from one fit of all rounds.

Since all come from the same fit (``block_model``), they can't contradict each other: the order is that of the ratios,
and where A comes before B and B before C, A is told from C wherever it is told from B. For that, an erratic mode that
is not told from every other has no place: the others would have to be as uncertain as it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.block_model import Block, BlockFit, fit_blocks
from tui_httpbench.analysis.looks import ERROR_RATE
from tui_httpbench.plan.plan import DEFAULT_SAME_WITHIN

Verdict = Literal["faster", "same", "unsure"]

_LARGEST_EXPONENT = 700.0


@dataclass(frozen=True)
class RatioInterval:
    """A ratio of two times: the estimate and the bounds of its interval, from ``rounds`` common rounds.

    The bounds are 0 and infinity while there are too few rounds to know the noise.
    """

    ratio: float
    low: float
    high: float
    rounds: int


class Comparison:
    """All pairs of the modes that common rounds connect.

    ``order`` are those that have a place, the fastest first; ``unplaced`` the erratic ones that have none, and that
    can be compared with each one all the same.
    """

    def __init__(self, fit: BlockFit, error_rate: float = ERROR_RATE, same_within: float = DEFAULT_SAME_WITHIN) -> None:
        """The intervals of all pairs hold together with probability 1 - ``error_rate``."""
        self.fit = fit
        self.same_within = same_within
        widths = fit.half_widths(error_rate)
        by_time = np.argsort(fit.effects, kind="stable")
        has_place = _have_places(fit, widths)[by_time]
        order = np.concatenate([by_time[has_place], by_time[~has_place]])
        modes = tuple(fit.modes[index] for index in order)
        placed = int(has_place.sum())
        self.order: tuple[str, ...] = modes[:placed]
        self.unplaced: tuple[str, ...] = modes[placed:]
        self._place = {mode: place for place, mode in enumerate(modes)}
        self._logs = fit.effects[order]
        widths = widths[np.ix_(order, order)]
        differences = self._logs[None, :] - self._logs[:, None]
        self._low, self._high = differences - widths, differences + widths
        self._low[:placed, :placed], self._high[:placed, :placed] = _nested_bounds(
            differences[:placed, :placed], widths[:placed, :placed]
        )
        self._common = fit.common_blocks[np.ix_(order, order)]
        is_same, is_faster = (np.triu(found, 1) for found in told_apart(self._low, self._high, same_within))
        self._is_same, self._is_faster = is_same | is_same.T, is_faster | is_faster.T

    @property
    def modes(self) -> tuple[str, ...]:
        """All modes that can be compared with each other, the fastest first, whether they have a place or not."""
        return tuple(sorted(self._place, key=lambda mode: float(self._logs[self._place[mode]])))

    @classmethod
    def of_times(
        cls,
        times: Mapping[str, Mapping[Block, float]],
        weights: Mapping[Block, float] | None = None,
        noise: Mapping[str, float] | None = None,
        error_rate: float = ERROR_RATE,
        same_within: float = DEFAULT_SAME_WITHIN,
    ) -> Comparison | None:
        """The comparison of times by mode and block; ``weights`` and ``noise`` as of the model. None without any."""
        logs = {mode: {block: math.log(time) for block, time in blocks.items()} for mode, blocks in times.items()}
        fit = fit_blocks(logs, weights, noise)
        return None if fit is None else cls(fit, error_rate, same_within)

    def interval(self, mode: str, reference: str) -> RatioInterval:
        """The time of a mode over that of another. Raises KeyError."""
        place, other = self._place[mode], self._place[reference]
        log_ratio = float(self._logs[place] - self._logs[other])
        first, last = min(place, other), max(place, other)
        low, high = float(self._low[first, last]), float(self._high[first, last])
        if place < other:
            low, high = -high, -low
        return RatioInterval(exp_of(log_ratio), exp_of(low), exp_of(high), int(self._common[place, other]))

    def verdict(self, mode: str, reference: str) -> Verdict:
        """Whether two modes are surely different, surely the same, or neither. Raises KeyError."""
        places = self._place[mode], self._place[reference]
        return "same" if self._is_same[places] else "faster" if self._is_faster[places] else "unsure"

    def tied_with(self, mode: str) -> tuple[str, ...]:
        """All other modes that this one is not surely faster or slower than, in order. Raises KeyError."""
        told_apart = self._is_faster[self._place[mode]]
        return tuple(other for other in self.modes if other != mode and not told_apart[self._place[other]])

    def same_as(self, mode: str) -> tuple[str, ...]:
        """All other modes that this one is surely as fast as, in order. Raises KeyError."""
        same = self._is_same[self._place[mode]]
        return tuple(other for other in self.modes if same[self._place[other]])


def _have_places(fit: BlockFit, half_widths: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which modes can be placed: all but erratic ones that are not told from each one that is not erratic."""
    is_erratic = np.isin(fit.modes, fit.erratic)
    is_told = np.abs(fit.effects[:, None] - fit.effects[None, :]) > half_widths
    placed: NDArray[np.bool_] = ~is_erratic | (is_told | is_erratic[None, :]).all(axis=1)
    return placed


def told_apart(
    log_low: NDArray[np.float64], log_high: NDArray[np.float64], same_within: float = DEFAULT_SAME_WITHIN
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which ratios are surely those of the same speed, and which surely of another, by the logarithms of their bounds.

    Surely the same is what lies close around 1: neither mode takes more than 1 + ``same_within`` times as long as the
    other. An interval that is close and leaves out 1 is the same as well: the difference is real but too small to
    matter. Another speed is what leaves out 1 otherwise.
    """
    limit = math.log1p(same_within)
    is_same = (-limit < log_low) & (log_high < limit)
    return is_same, ((log_low > 0) | (log_high < 0)) & ~is_same


def _nested_bounds(
    differences: NDArray[np.float64], half_widths: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds of the differences of ordered values, [first, last]: those of a pair never say more than its order allows.

    The half-widths are not all alike. A pair's lower bound is therefore at most that of any pair around it, and its
    upper bound at least that of any pair within it: both only widen an interval, so it holds as surely as before.
    """
    upper = np.triu(np.ones_like(differences, dtype=bool))
    low = np.where(upper, differences - half_widths, np.inf)
    low = np.minimum.accumulate(low, axis=0)
    low = np.minimum.accumulate(low[:, ::-1], axis=1)[:, ::-1]
    high = np.where(upper, differences + half_widths, -np.inf)
    high = np.maximum.accumulate(high[::-1], axis=0)[::-1]
    high = np.maximum.accumulate(high, axis=1)
    diagonal = np.eye(len(differences), dtype=bool)
    return np.where(diagonal, 0.0, low), np.where(diagonal, 0.0, high)


def exp_of(value: float) -> float:
    """The exponential, infinity where it is too large."""
    if value == -math.inf:
        return 0.0
    return math.exp(value) if value < _LARGEST_EXPONENT else math.inf
