"""Intervals and verdicts for two modes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tui_httpbench.analysis.comparison import (
    LOOKS,
    RatioInterval,
    corrected_error_rate,
    ratio_interval,
    trimmed_interval,
)
from tui_httpbench.analysis.student import student_cdf, student_quantile


@pytest.mark.parametrize(
    ("p", "df", "expected"),  # from the usual tables, three decimals
    [
        (0.975, 1, 12.706),
        (0.975, 2, 4.303),
        (0.975, 4, 2.776),
        (0.995, 9, 3.250),
        (0.9995, 4, 8.610),
        (0.975, 29, 2.045),
        (0.95, 120, 1.658),
    ],
)
def test_quantiles_of_student_are_those_of_the_tables(p: float, df: int, expected: float) -> None:
    assert student_quantile(p, df) == pytest.approx(expected, abs=0.0006)
    assert student_cdf(expected, df) == pytest.approx(p, abs=0.0001)
    assert student_cdf(-expected, df) == pytest.approx(1 - p, abs=0.0001)


def test_with_few_rounds_it_is_student_on_the_mean() -> None:
    center, half_width = trimmed_interval(np.array([0.1, 0.2, 0.3, 0.4, 0.5]), 0.05)
    assert center == pytest.approx(0.3)
    assert half_width == pytest.approx(2.776 * math.sqrt(0.025) / math.sqrt(5), rel=1e-3)


def test_with_more_rounds_a_burst_in_one_moves_nothing() -> None:
    calm = np.linspace(0.09, 0.11, 14)
    burst = np.append(calm[:-1], 5.0)
    assert trimmed_interval(burst, 0.05)[0] == pytest.approx(trimmed_interval(calm, 0.05)[0], abs=0.002)
    assert trimmed_interval(burst, 0.05)[1] < 0.02


def test_only_common_rounds_count_and_drift_cancels() -> None:
    drift = [1.0, 3.0, 0.5, 8.0, 2.0, 7.0]
    reference = dict(enumerate(drift, start=1))
    slower = {number: 1.5 * time for number, time in reference.items() if number != 4} | {9: 100.0}
    interval = ratio_interval(slower, reference)
    assert interval is not None
    assert interval.rounds == 5
    assert (interval.ratio, interval.low, interval.high) == pytest.approx((1.5, 1.5, 1.5))
    assert ratio_interval({1: 1.0}, {2: 1.0}) is None


def test_one_round_decides_nothing() -> None:
    interval = ratio_interval({1: 5.0}, {1: 1.0})
    assert interval is not None
    assert (interval.ratio, interval.low, interval.high, interval.rounds) == (pytest.approx(5.0), 0.0, math.inf, 1)
    assert interval.verdict() == "unsure"


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.05, 1.2, "faster"),
        (0.8, 0.95, "faster"),
        (0.98, 1.02, "same"),
        (1.01, 1.02, "same"),
        (0.9, 1.1, "unsure"),
        (0.98, 1.04, "unsure"),
        (1.01, 1.04, "faster"),
    ],
)
def test_verdicts(low: float, high: float, verdict: str) -> None:
    assert RatioInterval((low + high) / 2, low, high, 10).verdict() == verdict


def test_more_modes_and_more_looks_make_each_interval_wider() -> None:
    assert corrected_error_rate(2, 10, sequential=False) == 0.05
    assert corrected_error_rate(8, 10, sequential=False) == pytest.approx(0.05 / 28)


def test_the_looks_of_an_automatic_run_share_the_error_rate() -> None:
    looks = [corrected_error_rate(2, rounds, sequential=True) for rounds in (*LOOKS, 27)]
    assert sum(looks) == pytest.approx(0.05)
    assert looks[0] == pytest.approx(0.025)
    assert corrected_error_rate(2, 3, sequential=True) == looks[0]
