"""Means over machines: against worked examples of the literature, and how often their intervals hold the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tui_httpbench.analysis.chi_square import chi_square_quantile, chi_square_tail
from tui_httpbench.analysis.random_effects import combine, deleted, expected
from tui_httpbench.analysis.student import student_quantile

# Nine laboratories: Kacker, "Combining information from interlaboratory evaluations using a random effects model",
# Metrologia 41, 2004, table 1, first row.
LABORATORIES = np.array([61.00, 61.40, 62.21, 62.30, 62.34, 62.60, 62.70, 62.84, 65.90])
THEIR_VARIANCES = np.array([0.2025, 1.2100, 0.0900, 0.2025, 0.3844, 0.5625, 0.0676, 0.0225, 1.8225])

# Vaccinated and other people, those who fell ill and those who did not: Colditz and others, "Efficacy of BCG vaccine in
# the prevention of tuberculosis", JAMA 271, 1994.
VACCINE = np.array(
    [
        (4, 119, 11, 128),
        (6, 300, 29, 274),
        (3, 228, 11, 209),
        (62, 13536, 248, 12619),
        (33, 5036, 47, 5761),
        (180, 1361, 372, 1079),
        (8, 2537, 10, 619),
        (505, 87886, 499, 87892),
        (29, 7470, 45, 7232),
        (17, 1699, 65, 1600),
        (186, 50448, 141, 27197),
        (5, 2493, 3, 2338),
        (27, 16886, 29, 17825),
    ]
)


def vaccine() -> tuple[np.ndarray, np.ndarray]:
    ill, well, other_ill, other_well = VACCINE.T.astype(float)
    logs = np.log(ill / (ill + well)) - np.log(other_ill / (other_ill + other_well))
    return logs, 1 / ill - 1 / (ill + well) + 1 / other_ill - 1 / (other_ill + other_well)


def test_the_spread_between_laboratories_is_the_published_one() -> None:
    found = combine(LABORATORIES, THEIR_VARIANCES)
    assert math.sqrt(found.tau2) == pytest.approx(0.8399, abs=6e-5)


def test_heterogeneity_of_the_vaccine_is_the_published_one() -> None:
    found = combine(*vaccine())
    assert found.q == pytest.approx(152.2330, abs=1e-3)
    assert found.i2 == pytest.approx(0.9212, abs=1e-4)


def test_the_mean_is_the_plain_one_with_students_interval() -> None:
    logs, variances = vaccine()
    found = combine(logs, variances)
    assert found.mean == pytest.approx(float(np.mean(logs)))
    low, high = found.interval(0.05)
    half = student_quantile(0.975, 12) * float(np.std(logs, ddof=1)) / math.sqrt(13)
    assert (low, high) == pytest.approx((found.mean - half, found.mean + half))
    weights = 1 / (variances + found.tau2)
    mean = float((weights * logs).sum() / weights.sum())
    assert float((weights * (logs - mean) ** 2).sum()) == pytest.approx(12), "tau² is Paule and Mandel's"


def test_where_machines_agree_the_interval_is_not_narrower_than_their_noise_says() -> None:
    found = combine(np.array([0.30, 0.30, 0.30]), np.full(3, 0.01))
    assert found.tau2 == 0
    assert found.i2 == 0
    assert found.standard_error == pytest.approx(math.sqrt(0.01 / 3))


def test_a_further_machine_is_expected_further_off_than_the_mean() -> None:
    found = combine(np.array([0.1, 0.3, 0.5, 0.4]), np.full(4, 0.001))
    further = expected(np.array([0.1, 0.3, 0.5, 0.4]), np.full(4, 0.001), 0.05)
    assert further is not None
    low, high = found.interval(0.05)
    assert further[0] < low < found.mean < high < further[1]
    assert expected(np.array([0.1, 0.3]), np.full(2, 0.001), 0.05) is None, "two don't tell"


def test_one_machine_has_no_mean() -> None:
    with pytest.raises(ValueError, match="no mean"):
        combine(np.array([0.3]), np.array([0.01]))


def test_rounds_that_are_alike_to_the_last_digit_break_nothing() -> None:
    found = combine(np.array([0.1, 0.1, 0.2]), np.zeros(3))
    assert math.isfinite(found.mean)
    assert found.tau2 == pytest.approx(np.var([0.1, 0.1, 0.2], ddof=1), rel=1e-3)


def test_a_distance_is_from_the_mean_of_the_others() -> None:
    logs, variances = np.array([0.10, 0.12, 0.09, 0.11, 0.80]), np.full(5, 0.0004)
    found = deleted(logs, variances)
    assert found is not None
    alone = combine(logs[:4], variances[:4])
    assert found.means[4] == pytest.approx(alone.mean)
    spread = math.sqrt(0.0004 * (1 + 1 / 4))  # they differ by less than their noise
    assert found.distances[4] == pytest.approx((0.80 - alone.mean) / spread)
    assert found.distances[4] > 20
    assert max(abs(found.distances[:4])) < 1, "the odd one is among their others, which makes these differ much"
    assert found.df == 3
    assert deleted(logs[:3], variances[:3]) is None


@pytest.mark.parametrize(("machines", "tau"), [(3, 0.1), (6, 0.1), (20, 0.1), (200, 0.05)])
def test_intervals_hold_the_true_mean_in_about_95_of_100_cases(machines: int, tau: float) -> None:
    """Whose noise differs four times, as that of a quiet machine and a busy one."""
    random = np.random.default_rng(20261127 + machines)
    tries = 400 if machines < 100 else 150
    held = expected_held = 0
    for _ in range(tries):
        variances = random.uniform(0.03, 0.12, machines) ** 2
        logs = 0.3 + random.normal(0, tau, machines) + random.normal(0, np.sqrt(variances))
        found = combine(logs, variances)
        low, high = found.interval(0.05)
        held += low <= 0.3 <= high
        further = expected(logs, variances, 0.05)
        assert further is not None
        expected_held += further[0] <= 0.3 + random.normal(0, tau) <= further[1]
    error = math.sqrt(0.95 * 0.05 / tries)
    if machines < 20:  # never narrower than their noise says, which makes it wide where they are few
        assert held / tries >= 0.95 - 3 * error
    else:
        assert held / tries == pytest.approx(0.95, abs=0.01 + 3 * error)
    assert expected_held / tries == pytest.approx(0.95, abs=0.02 + 3 * error)


@pytest.mark.parametrize(("machines", "tau"), [(2, 0.3), (3, 0.05), (3, 0.3), (4, 0.05), (5, 0.05), (10, 0.05)])
def test_unequal_noise_makes_no_mean_surer(machines: int, tau: float) -> None:
    """As with a quiet machine or two beside a noisy one, whose noise is known from few rounds."""
    tries, random = 600, np.random.default_rng(machines)
    for noise in ((0.02, 0.2), (0.01, 0.01, 0.3)):
        sds = np.resize(noise, machines)
        held = held_surely = stood_out = 0
        rate = 0.05 / 2 / 3  # what a mean has among those of three modes
        for _ in range(tries):
            logs = random.normal(0, tau, machines) + random.normal(0, sds)
            variances = sds**2 * random.chisquare(8, machines) / 8
            found = combine(logs, variances)
            held += abs(found.mean) <= found.interval(0.05)[1] - found.mean
            held_surely += abs(found.mean) <= found.interval(rate)[1] - found.mean
            if (told := deleted(logs, variances)) is not None:
                limit = student_quantile(1 - 0.05 / (2 * machines), told.df)
                stood_out += float(np.abs(told.distances).max()) > limit
        error = math.sqrt(0.05 * 0.95 / tries)
        assert held / tries >= 0.95 - 2 * error, noise
        assert 1 - held_surely / tries <= rate + 3 * math.sqrt(rate / tries), noise
        assert stood_out / tries <= 0.05 + 2 * error, noise


@pytest.mark.parametrize("machines", [3, 4, 10])
def test_no_further_machine_is_better_known_than_the_mean(machines: int) -> None:
    random = np.random.default_rng(21)
    for _ in range(60):
        tau, noise = random.choice([0.0, 0.02, 0.1]), random.choice([0.03, 0.1])
        logs, variances = random.normal(0.3, math.hypot(tau, noise), machines), np.full(machines, noise**2)
        if random.random() < 0.5:
            variances *= random.uniform(0.1, 4, machines)
        low, high = combine(logs, variances).interval(0.05)
        further = expected(logs, variances, 0.05)
        assert further is not None
        assert further[0] <= low < high <= further[1]


def test_without_differences_between_machines_intervals_are_on_the_safe_side() -> None:
    random = np.random.default_rng(7)
    variances = np.full(6, 0.0025)
    held = 0
    for _ in range(500):
        low, high = combine(random.normal(0, 0.05, 6), variances).interval(0.05)
        held += low <= 0 <= high
    assert held / 500 >= 0.94


def test_equal_machines_stand_out_in_no_more_than_5_of_100_cases() -> None:
    random = np.random.default_rng(11)
    tries, machines = 400, 8
    found = 0
    for _ in range(tries):
        variances = random.uniform(0.03, 0.12, machines) ** 2
        told = deleted(random.normal(0, 0.1, machines) + random.normal(0, np.sqrt(variances)), variances)
        assert told is not None
        found += float(np.abs(told.distances).max()) > student_quantile(1 - 0.05 / (2 * machines), told.df)
    assert found / tries <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / tries)


@pytest.mark.parametrize(("p", "df", "value"), [(0.95, 1, 3.841), (0.99, 2, 9.210), (0.05, 5, 1.145), (0.5, 99, 98.33)])
def test_quantiles_of_chi_square_are_those_of_the_tables(p: float, df: int, value: float) -> None:
    """Abramowitz and Stegun, table 26.8."""
    assert chi_square_quantile(p, df) == pytest.approx(value, rel=5e-4)
    assert chi_square_tail(chi_square_quantile(p, df), df) == pytest.approx(1 - p, abs=1e-3)
