"""The studentized range against published tables."""

from __future__ import annotations

import math

import pytest

from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.analysis.studentized import studentized_range_cdf, studentized_range_quantile


@pytest.mark.parametrize(
    ("p", "means", "df", "expected"),  # Harter, "Tables of range and studentized range", 1960, to three decimals
    [
        (0.95, 2, 2, 6.085),
        (0.95, 3, 2, 8.331),
        (0.95, 3, 10, 3.877),
        (0.95, 8, 2, 13.03),
        (0.95, 8, 28, 4.625),
        (0.95, 10, 5, 6.995),
        (0.95, 20, 20, 5.714),
        (0.99, 3, 10, 5.270),
        (0.99, 8, 24, 5.685),
        (0.99, 2, 1, 90.02),
        (0.95, 8, 1e6, 4.286),
    ],
)
def test_quantiles_are_those_of_the_tables(p: float, means: int, df: float, expected: float) -> None:
    assert studentized_range_quantile(p, means, df) == pytest.approx(expected, rel=3e-4)
    assert studentized_range_cdf(expected, means, df) == pytest.approx(p, abs=1e-3)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 28, 200])
@pytest.mark.parametrize("p", [0.9, 0.95, 0.998, 0.9999])
def test_two_means_are_the_t_test(p: float, df: int) -> None:
    expected = math.sqrt(2) * student_quantile((1 + p) / 2, df)
    assert studentized_range_quantile(p, 2, df) == pytest.approx(expected, rel=1e-4)


def test_more_means_and_fewer_degrees_of_freedom_widen_it() -> None:
    by_means = [studentized_range_quantile(0.95, means, 7) for means in (2, 3, 8, 50)]
    by_df = [studentized_range_quantile(0.95, 8, df) for df in (1.5, 4, 16.5, 100, 10_000, 1e7)]
    assert by_means == sorted(by_means)
    assert by_df == sorted(by_df, reverse=True)
    assert by_df[-2] == pytest.approx(by_df[-1], rel=1e-3)


def test_nothing_lies_below_zero() -> None:
    assert studentized_range_cdf(0, 8, 5) == 0
    assert studentized_range_cdf(1e9, 8, 5) == pytest.approx(1)
