"""Whether a series of rounds is steady: outliers, an odd first value, a trend; pure functions over arrays."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.student import student_quantile

Series = NDArray[np.float64]


def modified_z_scores(values: Series) -> Series:
    """0.6745 (x - median) / MAD for each value, infinite for values off the median where the MAD is 0.

    Iglewicz and Hoaglin, "How to Detect and Handle Outliers", ASQC 1993, who call a value beyond 3.5 an outlier.
    """
    deviations = values - np.median(values)
    spread = float(np.median(np.abs(deviations)))
    if spread > 0:
        return 0.6745 * deviations / spread
    return np.where(deviations == 0, 0.0, np.copysign(np.inf, deviations))


def upper_prediction_limit(values: Series, error_rate: float) -> float:
    """What one more value from the same normal distribution exceeds with probability ``error_rate``.

    Hahn and Meeker, "Statistical Intervals", Wiley 1991, chapter 4; needs two values.
    """
    count = len(values)
    quantile = student_quantile(1 - error_rate, count - 1)
    return float(values.mean()) + quantile * float(values.std(ddof=1)) * math.sqrt(1 + 1 / count)


def mann_kendall_p(values: Series) -> float:
    """The two-sided p-value of the hypothesis that the series has no monotonic trend.

    Mann, "Nonparametric Tests Against Trend", Econometrica 13, 1945; Kendall, "Rank Correlation Methods", 1975, with
    his corrections for ties and continuity. From 6 values on, the normal approximation puts no series below 0.01 that
    the exact distribution doesn't, and misses the last one at most.
    """
    count = len(values)
    score = abs(float(np.triu(np.sign(values[None, :] - values[:, None]), 1).sum()))
    _, ties = np.unique(values, return_counts=True)
    variance = (_variance_term(np.array([count])) - _variance_term(ties)) / 18
    if score <= 1:
        return 1.0
    return 2 * (1 - NormalDist().cdf((score - 1) / math.sqrt(variance)))


def theil_sen_slope(positions: Series, values: Series) -> float:
    """The median slope over all pairs of points; positions are distinct and at least two.

    Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63, 1968.
    """
    first, second = np.triu_indices(len(values), 1)
    return float(np.median((values[second] - values[first]) / (positions[second] - positions[first])))


def _variance_term(counts: NDArray[np.int64]) -> float:
    return float((counts * (counts - 1) * (2 * counts + 5)).sum())
