"""Which of two modes is faster, from their times in the same rounds.

The times of one round are compared with each other only, as the logarithm of their ratio, so that a drift of the
machine from round to round cancels. The interval is Student's t on these logarithms; from 13 rounds on, the largest
and smallest tenth are trimmed, so that a burst of noise in one round does not hide a difference (Tukey and McLaughlin,
"Less vulnerable confidence and significance procedures for location based on a single sample", Sankhya A 25, 1963;
Wilcox, "Introduction to Robust Estimation and Hypothesis Testing", section 4.3). ``tests/benchmarks/coverage.py``
compares this choice with others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.plan import DEFAULT_SAME_WITHIN, MAX_AUTO_ROUNDS

Verdict = Literal["faster", "same", "unsure"]

ERROR_RATE = 0.05
TRIMMED_SHARE = 0.1
TRIMMED_FROM_ROUNDS = 13  # below, the trimmed interval misses more often than it should

LOOKS = (5, 8, 13, 20, MAX_AUTO_ROUNDS)
"""After which rounds an automatic run asks whether all is decided: the fewer looks, the less each must be widened."""

FIRST_LOOK_SHARE = 0.5
"""How much of the error rate the first look may use: intervals of few rounds widen steeply where they get less."""


@dataclass(frozen=True)
class RatioInterval:
    """A ratio of two times: the estimate and the bounds of its interval, from ``rounds`` common rounds.

    The bounds are 0 and infinity while there are fewer than two rounds.
    """

    ratio: float
    low: float
    high: float
    rounds: int

    def verdict(self, same_within: float = DEFAULT_SAME_WITHIN) -> Verdict:
        """``faster`` when the interval leaves out 1, ``unsure`` when it doesn't; ``same`` when it lies close around 1.

        Close means that neither mode takes more than 1 + ``same_within`` times as long as the other. An interval that
        is close and leaves out 1 is ``same`` as well: the difference is real but too small to matter.
        """
        if 1 / (1 + same_within) < self.low and self.high < 1 + same_within:
            return "same"
        return "faster" if self.low > 1 or self.high < 1 else "unsure"


def ratio_interval(
    times_s: Mapping[int, float], reference_s: Mapping[int, float], error_rate: float = ERROR_RATE
) -> RatioInterval | None:
    """The ratio of two modes' times, each given by round; None when they have no round in common."""
    common = sorted(times_s.keys() & reference_s.keys())
    if not common:
        return None
    logs = np.array([math.log(times_s[number] / reference_s[number]) for number in common])
    center, half_width = trimmed_interval(logs, error_rate)
    return RatioInterval(math.exp(center), math.exp(center - half_width), _exp(center + half_width), len(common))


def trimmed_interval(values: NDArray[np.float64], error_rate: float) -> tuple[float, float]:
    """The trimmed mean of the values and the half-width of its interval; infinite below two values.

    With h values left of n after g were trimmed at each end, the standard error is the Winsorized standard deviation
    over (1 - 2g/n) sqrt(n), and t has h - 1 degrees of freedom.
    """
    count = len(values)
    trimmed = int(TRIMMED_SHARE * count + 1e-9) if count >= TRIMMED_FROM_ROUNDS else 0
    ordered = np.sort(values)
    center = float(ordered[trimmed : count - trimmed].mean())
    if count < 2:
        return center, math.inf
    winsorized = np.clip(ordered, ordered[trimmed], ordered[count - trimmed - 1])
    share_left = 1 - 2 * trimmed / count
    standard_error = float(winsorized.std(ddof=1)) / (share_left * math.sqrt(count))
    return center, student_quantile(1 - error_rate / 2, count - 2 * trimmed - 1) * standard_error


def corrected_error_rate(modes: int, rounds: int, *, sequential: bool) -> float:
    """The error rate of one interval, so that all pairs of ``modes`` together err in at most 5 % of runs (Bonferroni).

    ``sequential`` is for a run that ends when all is decided: it looks at its own intervals at each of ``LOOKS``, and
    once more where its budget ends. The first look, after these ``rounds`` or fewer, uses ``FIRST_LOOK_SHARE`` of the
    error rate; the others share the rest (alpha spending: Lan and DeMets, "Discrete sequential boundaries for clinical
    trials", Biometrika 70, 1983; here with Bonferroni's bound).
    """
    pairs = max(1, modes * (modes - 1) // 2)
    if not sequential:
        return ERROR_RATE / pairs
    share = FIRST_LOOK_SHARE if rounds <= LOOKS[0] else (1 - FIRST_LOOK_SHARE) / len(LOOKS)
    return ERROR_RATE / pairs * share


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf
