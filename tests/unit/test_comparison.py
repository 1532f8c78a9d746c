"""Intervals and verdicts for all pairs of modes, and how a run that looks at them spends its error rate."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from tui_httpbench.analysis.comparison import Comparison, _nested_bounds, told_apart
from tui_httpbench.analysis.looks import ERROR_RATE, FEW_MODES, LOOKS, is_look, look_error_rate
from tui_httpbench.analysis.student import student_cdf, student_quantile

Times = dict[str, dict[tuple[int, int], float]]


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


def compare(times: Times, **changes: float) -> Comparison:
    comparison = Comparison.of_times(times, **changes)  # type: ignore[arg-type]
    assert comparison is not None
    return comparison


def stalling(factor: float) -> Times:
    """Three modes a tenth apart, and one that takes ``factor`` times as long as the first, in some rounds five times
    that."""
    generator = np.random.default_rng(3)
    times = {
        f"mode{mode}": {(number, 0): 1.1**mode * math.exp(float(generator.normal(0, 0.01))) for number in range(6)}
        for mode in range(3)
    }
    return {**times, "erratic": {(number, 0): factor * (5.0 if number % 2 else 1.0) for number in range(6)}}


def test_an_erratic_mode_that_is_not_told_from_all_others_has_no_place_and_is_compared_all_the_same() -> None:
    comparison = compare(stalling(1.0))
    assert comparison.order == ("mode0", "mode1", "mode2")
    assert comparison.unplaced == ("erratic",)
    assert comparison.modes == ("mode0", "mode1", "mode2", "erratic"), "by their times, as far as known"
    assert comparison.verdict("mode1", "mode0") == "faster"
    assert comparison.tied_with("mode0") == ("erratic",), "which may be the faster one"
    assert comparison.same_as("mode0") == ()
    assert comparison.verdict("erratic", "mode0") == "unsure"
    interval, turned = comparison.interval("erratic", "mode0"), comparison.interval("mode0", "erratic")
    assert interval.low < 1 < interval.ratio < interval.high
    assert (turned.low, turned.high) == pytest.approx((1 / interval.high, 1 / interval.low))


def test_an_erratic_mode_that_is_told_from_all_others_keeps_its_place() -> None:
    comparison = compare(stalling(1_000.0))
    assert comparison.order == ("mode0", "mode1", "mode2", "erratic")
    assert comparison.unplaced == ()
    assert comparison.verdict("mode1", "mode0") == comparison.verdict("erratic", "mode2") == "faster"


def random_times(seed: int) -> Times:
    """Modes of unequal noise, close together and far apart, with missing rounds and a ruined one."""
    generator = np.random.default_rng(seed)
    modes, rounds = int(generator.integers(2, 9)), int(generator.integers(2, 9))
    logs = generator.normal(0, generator.choice([0.02, 0.1, 0.5]), modes)[:, None] + generator.normal(
        0, generator.choice([0.01, 0.05, 0.2], modes)[:, None], (modes, rounds)
    )
    logs[0, 0] += generator.choice([0, 1])
    return {
        f"mode{mode}": {
            (number, 0): math.exp(value) for number, value in enumerate(row) if number < 2 or generator.random() > 0.2
        }
        for mode, row in enumerate(logs)
    }


@pytest.mark.parametrize("seed", range(60))
def test_verdicts_can_not_contradict_the_order_or_each_other(seed: int) -> None:
    comparison = compare(random_times(seed))
    order = comparison.order
    ratios = [comparison.interval(mode, order[0]).ratio for mode in order]
    assert ratios == sorted(ratios)
    for first, middle, last in itertools.combinations(order, 3):
        wide = comparison.verdict(last, first)
        for near in (comparison.verdict(middle, first), comparison.verdict(last, middle)):
            if near == "faster":
                assert wide == "faster"
            if wide == "same":
                assert near == "same"
    for first, second in itertools.combinations(order, 2):
        interval, inverse = comparison.interval(second, first), comparison.interval(first, second)
        assert interval.low <= interval.ratio <= interval.high
        surely_same, surely_not = told_apart(*np.log([[interval.low], [interval.high]]))
        expected = "same" if surely_same else "faster" if surely_not else "unsure"
        assert comparison.verdict(first, second) == expected
        assert (inverse.ratio, inverse.low, inverse.high) == pytest.approx(
            (1 / interval.ratio, 1 / interval.high, 1 / interval.low)
        )
        assert comparison.verdict(first, second) == comparison.verdict(second, first)
        assert (second in comparison.tied_with(first)) == (comparison.verdict(first, second) != "faster")
        assert (second in comparison.same_as(first)) == (comparison.verdict(first, second) == "same")


def test_a_noisy_mode_between_two_calm_ones_does_not_make_them_contradict() -> None:
    # By their own noise alone, the calm two would be told apart, and the noisy one farther off from neither.
    generator = np.random.default_rng(5)
    shape = (3, 12)
    logs = np.array([0.0, 0.06, 0.1])[:, None] + generator.normal(0, 1, shape) * np.array([0.01, 0.01, 0.4])[:, None]
    logs += np.array([0.0, 0.06, 0.1])[:, None] - logs.mean(axis=1, keepdims=True)
    times = {
        mode: {(number, 0): math.exp(value) for number, value in enumerate(row)}
        for mode, row in zip("abc", logs, strict=True)
    }
    comparison = compare(times)
    assert comparison.order == ("a", "b", "c")
    assert comparison.verdict("c", "a") == "unsure"
    assert comparison.verdict("b", "a") == "unsure"
    assert compare({mode: times[mode] for mode in "ab"}).verdict("b", "a") == "faster"


@pytest.mark.parametrize("seed", range(10))
def test_bounds_are_nested_as_pairs_are_and_never_tighter_than_they_were(seed: int) -> None:
    generator = np.random.default_rng(seed)
    places = np.sort(generator.normal(0, 1, 6))
    differences = places[None, :] - places[:, None]
    half_widths = generator.uniform(0, 2, (6, 6))
    low, high = _nested_bounds(differences, half_widths)
    pairs = list(itertools.combinations(range(6), 2))
    for first, last in pairs:
        assert low[first, last] <= differences[first, last] - half_widths[first, last]
        assert high[first, last] >= differences[first, last] + half_widths[first, last]
    for (first, last), (left, right) in itertools.product(pairs, pairs):
        if first <= left and right <= last:
            assert low[left, right] <= low[first, last]
            assert high[left, right] <= high[first, last]


def test_only_common_rounds_count_and_drift_cancels() -> None:
    drift = [1.0, 3.0, 0.5, 8.0, 2.0, 7.0]
    reference = {(number, 0): time for number, time in enumerate(drift, start=1)}
    slower = {block: 1.5 * time for block, time in reference.items() if block != (4, 0)} | {(9, 0): 100.0}
    interval = compare({"slower": slower, "reference": reference}).interval("slower", "reference")
    assert interval.rounds == 5
    assert (interval.ratio, interval.low, interval.high) == pytest.approx((1.5, 1.5, 1.5))


def test_one_round_decides_nothing() -> None:
    comparison = compare({"slow": {(1, 0): 5.0}, "quick": {(1, 0): 1.0}})
    interval = comparison.interval("slow", "quick")
    assert comparison.order == ("quick", "slow")
    assert interval.ratio == pytest.approx(5.0)
    assert (interval.low, interval.high, interval.rounds) == (0.0, math.inf, 1)
    assert comparison.verdict("slow", "quick") == "unsure"
    assert Comparison.of_times({}) is None


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
    is_same, is_other = told_apart(np.log([low]), np.log([high]))
    assert (bool(is_same[0]), bool(is_other[0])) == (verdict == "same", verdict == "faster")


def test_a_smaller_error_rate_and_more_modes_make_intervals_wider() -> None:
    generator = np.random.default_rng(1)
    times = {
        f"mode{mode}": {(number, 0): float(np.exp(generator.normal(0, 0.05))) for number in range(5)}
        for mode in range(4)
    }
    usual = compare(times).interval("mode1", "mode0")
    strict = compare(times, error_rate=0.001).interval("mode1", "mode0")
    assert strict.ratio == usual.ratio
    assert strict.low < usual.low < usual.high < strict.high


def test_a_run_of_a_fixed_length_has_the_whole_error_rate() -> None:
    assert {look_error_rate(rounds, sequential=False, modes=8) for rounds in (1, 2, 5, 10, 1000)} == {ERROR_RATE}


@pytest.mark.parametrize(("modes", "usual_end"), [(2, 8), (FEW_MODES, 8), (FEW_MODES + 1, 5), (50, 5)])
def test_all_looks_together_spend_the_error_rate_and_no_more(modes: int, usual_end: int) -> None:
    later = [LOOKS[-1] * 2**doubling for doubling in range(1, 30)]
    looks = [look_error_rate(rounds, sequential=True, modes=modes) for rounds in (*LOOKS, *later)]
    assert sum(looks) == pytest.approx(ERROR_RATE)
    assert max(looks) == look_error_rate(usual_end, sequential=True, modes=modes)
    assert min(looks) > 0


def test_a_look_off_the_schedule_has_the_share_of_the_next_one() -> None:
    assert [rounds for rounds in range(1, 31) if is_look(rounds)] == list(LOOKS)
    for earlier, look in itertools.pairwise((0, *LOOKS)):
        rates = {look_error_rate(rounds, sequential=True, modes=8) for rounds in range(earlier + 1, look + 1)}
        assert rates == {look_error_rate(look, sequential=True, modes=8)}
    assert look_error_rate(31, sequential=True, modes=8) == look_error_rate(60, sequential=True, modes=8)
