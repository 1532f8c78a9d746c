"""Student's t distribution for whole degrees of freedom."""

from __future__ import annotations

import math
from functools import lru_cache


def student_cdf(t: float, df: int) -> float:
    """P(T <= t) for ``df`` >= 1, from the finite series of Abramowitz and Stegun, 26.7.3 and 26.7.4."""
    theta = math.atan(abs(t) / math.sqrt(df))
    cos2 = math.cos(theta) ** 2
    if df % 2:
        term = math.cos(theta)
        total = term if df > 1 else 0.0
        for k in range(3, df - 1, 2):
            term *= cos2 * (k - 1) / k
            total += term
        inside = 2 / math.pi * (theta + math.sin(theta) * total)
    else:
        term = total = 1.0
        for k in range(2, df - 1, 2):
            term *= cos2 * (k - 1) / k
            total += term
        inside = math.sin(theta) * total
    return 0.5 + math.copysign(inside / 2, t)


@lru_cache(maxsize=1024)
def student_quantile(p: float, df: int) -> float:
    """The t below which a share ``p`` (0.5 < p < 1) of the distribution lies, by bisection."""
    low, high = 0.0, 1.0
    while student_cdf(high, df) < p:
        high *= 2
    while high - low > 1e-10 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if student_cdf(middle, df) < p else (low, middle)
    return high
