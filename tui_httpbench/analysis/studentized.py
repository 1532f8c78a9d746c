"""The studentized range: how far apart the largest and smallest of several equal means fall by chance alone.

Tukey, "The problem of multiple comparisons", 1953; the double integral as in Copenhaver and Holland, "Computation of
the distribution of the maximum studentized range statistic", Journal of Statistical Computation and Simulation 30,
1988. With two means it is the square root of two times Student's t.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

_Values = NDArray[np.float64]

_NORMAL_END = 8.0  # beyond, less than 1e-15 of the normal distribution is left
_NORMAL_STEP = 0.001  # of the table, interpolated linearly: an error below 4e-8
_INNER_STEP = 0.2
_OUTER_NODES = 64
_OUTER_SPREADS = 8.0  # standard deviations of the log of the estimated spread that are integrated over
_QUANTILE_PRECISION = 1e-6
_KNOWN_SPREAD_DF = 20_000.0  # from here on the spread counts as known: 4 digits agree


def studentized_range_cdf(q: float, means: int, df: float) -> float:
    """The chance that the range of ``means`` equal means, over their estimated standard error, stays below ``q``.

    ``df`` are the degrees of freedom of that estimate, positive and not necessarily whole.
    """
    if q <= 0:
        return 0.0
    if df >= _KNOWN_SPREAD_DF:
        return float(_range_cdf(np.array([q]), means)[0])
    spreads, weights = _spread_nodes(df)
    return float(weights @ _range_cdf(q * spreads, means))


@lru_cache(maxsize=4096)
def studentized_range_quantile(p: float, means: int, df: float) -> float:
    """The ``q`` below which the studentized range stays with probability ``p`` (0 < p < 1), to six digits.

    Found by the Illinois variant of false position on log tail against log q, where the tail is nearly straight.
    """
    target = math.log1p(-p)

    def excess(log_q: float) -> float:
        tail = 1 - studentized_range_cdf(math.exp(log_q), means, df)
        return (math.log(tail) if tail > 0 else -40.0) - target

    low, high = math.log(0.5), math.log(4.0)
    above, below = excess(low), excess(high)
    while below > 0:
        low, above = high, below
        high += 1.0
        below = excess(high)
    while above < 0:
        low -= 1.0
        above = excess(low)
    while high - low > _QUANTILE_PRECISION:
        middle = (low * below - high * above) / (below - above)
        value = excess(middle)
        if abs(value) < _QUANTILE_PRECISION / 10:
            return math.exp(middle)
        if value > 0:
            low, above, below = middle, value, below / 2
        else:
            high, below, above = middle, value, above / 2
    return math.exp((low + high) / 2)


def _range_cdf(widths: _Values, means: int) -> _Values:
    """The chance that the range of ``means`` standard normal values stays below each of ``widths``, w.

    It is means times the integral over z of pdf(z) (cdf(z) - cdf(z - w))^(means - 1).
    """
    z = np.arange(-_NORMAL_END, _NORMAL_END + _INNER_STEP / 2, _INNER_STEP)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    inside = _normal_cdf(z) - _normal_cdf(z - widths[:, None])
    total: _Values = means * _INNER_STEP * (np.maximum(inside, 0.0) ** (means - 1) @ density)
    return np.minimum(total, 1.0)


@lru_cache(maxsize=256)
def _spread_nodes(df: float) -> tuple[_Values, _Values]:
    """Values of the estimated over the true standard deviation, and how likely each is: chi over root df.

    Evenly spaced in the logarithm, where the trapezoid rule converges fast.
    """
    peak, width = 0.0, 1 / math.sqrt(2 * df)
    # Few degrees of freedom have a long tail towards 0: density ~ s^df.
    low = peak - max(_OUTER_SPREADS * width, 36 / df)
    logs = np.linspace(low, peak + min(_OUTER_SPREADS * width, 3.0), _OUTER_NODES if df > 3 else 4 * _OUTER_NODES)
    log_density = df * logs - df * np.exp(2 * logs) / 2
    weights = np.exp(log_density - log_density.max())
    return np.exp(logs), weights / weights.sum()


@cache
def _normal_table() -> tuple[_Values, _Values]:
    z = np.arange(-_NORMAL_END, _NORMAL_END + _NORMAL_STEP / 2, _NORMAL_STEP)
    return z, np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in z])


def _normal_cdf(values: _Values) -> _Values:
    z, cdf = _normal_table()
    return np.interp(values, z, cdf, left=0.0, right=1.0)
