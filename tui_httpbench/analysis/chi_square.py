"""The chi-square distribution for whole degrees of freedom."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_MANY_DF = 60
"""From here on, Wilson and Hilferty's approximation agrees to four digits."""


def chi_square_tail(value: float, df: int) -> float:
    """P(X > value) for ``df`` >= 1, from the recursion of Abramowitz and Stegun, 26.4.4 and 26.4.5."""
    if value <= 0:
        return 1.0
    half = value / 2
    if df % 2:
        tail, order = math.erfc(math.sqrt(half)), 0.5
    else:
        tail, order = math.exp(-half), 1.0
    while order < df / 2:
        tail += math.exp(order * math.log(half) - half - math.lgamma(order + 1))
        order += 1
    return tail


@lru_cache(maxsize=4096)
def chi_square_quantile(p: float, df: int) -> float:
    """The value below which a share ``p`` (0 < p < 1) of the distribution lies.

    By bisection; with many degrees of freedom as Wilson and Hilferty have it ("The distribution of chi-square",
    Proceedings of the National Academy of Sciences 17, 1931).
    """
    step = 2 / (9 * df)
    rough = df * max(1 - step + NormalDist().inv_cdf(p) * math.sqrt(step), 0.0) ** 3
    if df >= _MANY_DF:
        return rough
    low, high = 0.0, max(rough, 1.0)
    while chi_square_tail(high, df) > 1 - p:
        high *= 2
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if chi_square_tail(middle, df) > 1 - p else (low, middle)
    return high
