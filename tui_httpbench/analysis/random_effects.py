"""What several machines find on average, where the true ratio differs from machine to machine: random effects.

Machine i found the log ratio y_i with variance v_i; its true one is drawn from a normal distribution around the mean,
with variance tau². From that:

- tau² as Paule and Mandel estimate it ("Consensus values and weighting factors", Journal of Research of the National
  Bureau of Standards 87, 1982): so large that the squared distances from the mean, over v_i + tau², add up to k - 1. It
  is less biased than DerSimonian and Laird's where machines differ much (Veroniki and others, "Methods to estimate the
  between-study variance and its uncertainty in meta-analysis", Research Synthesis Methods 7, 2016).
- The mean, weighted by 1 / (v_i + tau²), with the interval of Hartung and Knapp ("A refined method for the
  meta-analysis of controlled clinical trials with binary outcome", Statistics in Medicine 20, 2001) and of Sidik and
  Jonkman ("A simple confidence interval for meta-analysis", Statistics in Medicine 21, 2002): Student's t with k - 1
  degrees of freedom, never narrower than what the machines' own noise says (Röver, Knapp and Friede,
  "Hartung-Knapp-Sidik-Jonkman approach and its modification for random-effects meta-analysis with few studies", BMC
  Medical Research Methodology 15, 2015).
- Where a further machine's true ratio is to be expected: from all values of tau² that the squares are likely to have
  come from (Nagashima, Noma and Furukawa, "Prediction intervals for random-effects meta-analysis: A confidence
  distribution approach", Statistical Methods in Medical Research 28, 2019). The plain formula of Higgins, Thompson and
  Spiegelhalter (2009) takes the estimated tau² for the true one, which of few machines is often too small.
- I², the share of what the machines differ by that their own noise does not explain: Higgins and Thompson, "Quantifying
  heterogeneity in a meta-analysis", Statistics in Medicine 21, 2002.
- Machines that stand out, by deleted residuals: Viechtbauer and Cheung, "Outlier and influence diagnostics for
  meta-analysis", Research Synthesis Methods 1, 2010.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.chi_square import chi_square_quantile
from tui_httpbench.analysis.student import student_quantile

_Values = NDArray[np.float64]

MIN_TO_EXPECT = 3
"""From so many machines on, it is said where a further one is to be expected."""

MIN_TO_STAND_OUT = 4
"""With fewer, nobody can tell which machine is the odd one."""

_LEAST_VARIANCE = 1e-12  # of a log ratio: where rounds are alike to the last digit, weights stay finite
_PASSES = 200
_PRECISION = 1e-9
_TAU_NODES, _NODES = 64, 32


@dataclass(frozen=True)
class RandomEffects:
    """The mean of ``count`` log ratios, its standard error, and how much they differ.

    ``tau2`` is the variance of the true ones between machines, ``q`` Cochran's sum of squares.
    """

    mean: float
    standard_error: float
    tau2: float
    q: float
    count: int

    @property
    def i2(self) -> float:
        """The share (0 to 1) of what the log ratios differ by that their own noise does not explain."""
        return max(0.0, 1 - (self.count - 1) / self.q) if self.q > 0 else 0.0

    def interval(self, error_rate: float) -> tuple[float, float]:
        """The bounds of the mean, which hold it with probability 1 - ``error_rate``."""
        half = student_quantile(1 - error_rate / 2, self.count - 1) * self.standard_error
        return self.mean - half, self.mean + half


@dataclass(frozen=True, eq=False)
class Deleted:
    """Each log ratio against the mean of all others: how far off it is in standard errors, shape (machines,).

    ``means`` are those of the others, and ``df`` the degrees of freedom that the distances are to be judged with.
    """

    distances: _Values
    means: _Values
    df: int


def combine(log_ratios: _Values, variances: _Values) -> RandomEffects:
    """The mean of at least two independent log ratios, shape (machines,). Raises ValueError for fewer."""
    count = len(log_ratios)
    if count < 2:
        raise ValueError("One log ratio has no mean over machines.")
    variances = np.maximum(variances, _LEAST_VARIANCE)
    _, squares = _weighted(log_ratios, 1 / variances)
    tau2 = _tau2(log_ratios[None, :], variances[None, :], np.ones((1, count)), np.array([count - 1.0]))[0]
    weights = 1 / (variances + tau2)
    mean, scaled = _weighted(log_ratios, weights)
    # Where tau² is above 0, the scaled squares are k - 1 by its definition; where it is not, they may be fewer.
    scale = max(1.0, scaled / (count - 1))
    return RandomEffects(mean, math.sqrt(scale / float(weights.sum())), float(tau2), squares, count)


def expected(log_ratios: _Values, variances: _Values, error_rate: float) -> tuple[float, float] | None:
    """The bounds between which the true log ratio of a further machine lies; None for fewer than three.

    The generalised squares at the true tau² have a chi-square distribution. Each of its quantiles therefore gives a
    tau², and with it a mean, its standard error, and what a further machine differs from it by.
    """
    count = len(log_ratios)
    if count < MIN_TO_EXPECT:
        return None
    variances = np.maximum(variances, _LEAST_VARIANCE)
    squares = np.array([chi_square_quantile(p, count - 1) for p in _midpoints(_TAU_NODES)])
    shape = (len(squares), count)
    all_values, all_variances = np.broadcast_to(log_ratios, shape), np.broadcast_to(variances, shape)
    tau2 = _tau2(all_values, all_variances, np.ones(shape), squares)
    weights = 1 / (variances[None, :] + tau2[:, None])
    totals = weights.sum(axis=1)
    means = weights @ log_ratios / totals
    scaled = (weights * (log_ratios[None, :] - means[:, None]) ** 2).sum(axis=1)
    # The same floor as that of the mean: no further machine is better known than the mean of those that were asked.
    errors = np.sqrt(np.maximum(scaled / (count - 1), 1.0) / totals)
    normal = np.array([NormalDist().inv_cdf(p) for p in _midpoints(_NODES)])
    student = np.array([math.copysign(student_quantile(max(p, 1 - p), count - 1), p - 0.5) for p in _midpoints(_NODES)])
    drawn = (
        means[:, None, None]
        + np.sqrt(tau2)[:, None, None] * normal[None, :, None]
        + errors[:, None, None] * student[None, None, :]
    )
    low, high = np.quantile(drawn, (error_rate / 2, 1 - error_rate / 2))
    return float(low), float(high)


def deleted(log_ratios: _Values, variances: _Values) -> Deleted | None:
    """How far each log ratio is off the mean of the others; None for fewer than four."""
    count = len(log_ratios)
    if count < MIN_TO_STAND_OUT:
        return None
    variances = np.maximum(variances, _LEAST_VARIANCE)
    others = 1.0 - np.eye(count)
    shape = (count, count)
    wanted = np.full(count, count - 2.0)
    tau2 = _tau2(np.broadcast_to(log_ratios, shape), np.broadcast_to(variances, shape), others, wanted)
    weights = others / (variances[None, :] + tau2[:, None])
    totals = weights.sum(axis=1)
    means = weights @ log_ratios / totals
    return Deleted((log_ratios - means) / np.sqrt(variances + tau2 + 1 / totals), means, count - 2)


def _weighted(values: _Values, weights: _Values) -> tuple[float, float]:
    """The weighted mean, and the weighted squares around it."""
    mean = float((weights * values).sum() / weights.sum())
    return mean, float((weights * (values - mean) ** 2).sum())


def _midpoints(count: int) -> tuple[float, ...]:
    return tuple((number + 0.5) / count for number in range(count))


def _tau2(values: _Values, variances: _Values, present: _Values, wanted: _Values) -> _Values:
    """The tau² of each row, shape (rows,), at which its squares add up to what is ``wanted``; 0 where they are fewer.

    ``present`` is 1 where a row has a value, else 0. Paule and Mandel's estimate wants one square less than there are
    values.

    By Newton's method from 0: the squares fall ever slower as tau² grows, so it is never overshot (DerSimonian and
    Kacker, "Random-effects model for meta-analysis of clinical trials: an update", Contemporary Clinical Trials 28,
    2007).
    """
    tau2 = np.zeros(len(values))
    rows = np.arange(len(values))
    for _ in range(_PASSES):
        weights = present[rows] / (variances[rows] + tau2[rows][:, None])
        means = (weights * values[rows]).sum(axis=1) / weights.sum(axis=1)
        squares = weights * (values[rows] - means[:, None]) ** 2
        steps = (squares.sum(axis=1) - wanted[rows]) / np.maximum((weights * squares).sum(axis=1), 1e-300)
        tau2[rows] += np.maximum(steps, 0.0)
        rows = rows[steps > _PRECISION * np.maximum(tau2[rows], _LEAST_VARIANCE)]
        if not len(rows):
            break
    return tau2
