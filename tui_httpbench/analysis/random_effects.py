"""What several machines find on average, where the true ratio differs from machine to machine: random effects.

Machine i found the log ratio y_i with variance v_i; its true one is drawn from a normal distribution around the mean,
with variance tau². From that:

- tau² as Paule and Mandel estimate it ("Consensus values and weighting factors", Journal of Research of the National
  Bureau of Standards 87, 1982): so large that the squared distances from the mean, over v_i + tau², add up to k - 1. It
  is less biased than DerSimonian and Laird's where machines differ much (Veroniki and others, "Methods to estimate the
  between-study variance and its uncertainty in meta-analysis", Research Synthesis Methods 7, 2016).
- The mean is the plain one of all machines, with the interval of Student with k - 1 degrees of freedom, from what they
  differ by. It holds the true mean in at least 95 of 100 cases, however unequal the machines' noise is, known or not:
  Bakirov and Székely, "Student's t-test for Gaussian scale mixtures", Zapiski Nauchnykh Seminarov POMI 328, 2005, prove
  that for all error rates up to 8 %, and Ibragimov and Müller, "t-statistic based correlation and heterogeneity robust
  inference", Journal of Business & Economic Statistics 28, 2010, make use of it as here. Weights of 1 / (v_i + tau²),
  as Hartung and Knapp (2001) and Sidik and Jonkman (2002) take them, are worth more of many machines, but lean on a
  tau² that of few is mostly wrong: of two quiet ones and a noisy one, their interval held the mean in 89 of 100 cases.
- It is never narrower than what the machines' own noise says, as Röver, Knapp and Friede have it for those weights
  ("Hartung-Knapp-Sidik-Jonkman approach and its modification for random-effects meta-analysis with few studies", BMC
  Medical Research Methodology 15, 2015).
- Where a further machine's true ratio is to be expected: from all values of tau² that the squares are likely to have
  come from (Nagashima, Noma and Furukawa, "Prediction intervals for random-effects meta-analysis: A confidence
  distribution approach", Statistical Methods in Medical Research 28, 2019). The plain formula of Higgins, Thompson and
  Spiegelhalter (2009) takes the estimated tau² for the true one, which of few machines is often too small.
- I², the share of what the machines differ by that their own noise does not explain: Higgins and Thompson, "Quantifying
  heterogeneity in a meta-analysis", Statistics in Medicine 21, 2002.
- Machines that stand out, by deleted residuals: Viechtbauer and Cheung, "Outlier and influence diagnostics for
  meta-analysis", Research Synthesis Methods 1, 2010, with the plain mean and squares of the others for the same reason.
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
    """The plain mean of ``count`` log ratios, its standard error, and how much they differ.

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
    tau2 = _tau2(log_ratios[None, :], variances[None, :], np.ones((1, count)), np.array([count - 1.0]))[0]
    squares = max(float(np.var(log_ratios, ddof=1)), float(variances.mean()))
    return RandomEffects(
        float(log_ratios.mean()), math.sqrt(squares / count), float(tau2), _squares(log_ratios, 1 / variances), count
    )


def expected(log_ratios: _Values, variances: _Values, error_rate: float) -> tuple[float, float] | None:
    """The bounds between which the true log ratio of a further machine lies; None for fewer than three.

    The generalised squares at the true tau² have a chi-square distribution. Each of its quantiles therefore gives a
    tau², and with it what a further machine differs from the mean by. The bounds are nowhere within those of the mean.
    """
    count = len(log_ratios)
    if count < MIN_TO_EXPECT:
        return None
    variances = np.maximum(variances, _LEAST_VARIANCE)
    squares = np.array([chi_square_quantile(p, count - 1) for p in _midpoints(_TAU_NODES)])
    shape = (len(squares), count)
    all_values, all_variances = np.broadcast_to(log_ratios, shape), np.broadcast_to(variances, shape)
    tau2 = _tau2(all_values, all_variances, np.ones(shape), squares)
    mean = combine(log_ratios, variances)
    normal = np.array([NormalDist().inv_cdf(p) for p in _midpoints(_NODES)])
    student = np.array([math.copysign(student_quantile(max(p, 1 - p), count - 1), p - 0.5) for p in _midpoints(_NODES)])
    off = np.sqrt(tau2)[:, None, None] * normal[None, :, None] + mean.standard_error * student[None, None, :]
    low, high = mean.mean + np.quantile(off, (error_rate / 2, 1 - error_rate / 2))
    # As of so few points, it might be narrower by a hair where machines don't differ.
    least, most = mean.interval(error_rate)
    return min(float(low), least), max(float(high), most)


def deleted(log_ratios: _Values, variances: _Values) -> Deleted | None:
    """How far each log ratio is off the mean of the others; None for fewer than four.

    In units of what the others differ by, which includes their noise, and of what its own noise has beyond theirs.
    """
    count = len(log_ratios)
    if count < MIN_TO_STAND_OUT:
        return None
    variances = np.maximum(variances, _LEAST_VARIANCE)
    others = count - 1
    means = (log_ratios.sum() - log_ratios) / others
    around = np.where(np.eye(count, dtype=bool), 0.0, (log_ratios[None, :] - means[:, None]) ** 2).sum(axis=1)
    noise = (variances.sum() - variances) / others
    squares = np.maximum(around / (others - 1), noise)
    return Deleted(
        (log_ratios - means) / np.sqrt(squares * (1 + 1 / others) + np.maximum(variances - noise, 0)), means, count - 2
    )


def _squares(values: _Values, weights: _Values) -> float:
    """The weighted squares around the weighted mean."""
    mean = float((weights * values).sum() / weights.sum())
    return float((weights * (values - mean) ** 2).sum())


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
