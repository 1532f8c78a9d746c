"""The fit of modes and blocks: exact without noise, and the same as plain least squares with it."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from tui_httpbench.analysis.block_model import BlockFit, fit_blocks
from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.analysis.studentized import studentized_range_quantile

Logs = dict[str, dict[tuple[int, int], float]]


def logs_of(modes: int, rounds: int, *, seed: int = 1, spread: float = 0.05, step: float = 0.0) -> Logs:
    """Normal noise around ``step`` times the mode's number, and a machine whose pace drifts."""
    noise = np.random.default_rng(seed).normal(0, spread, (modes, rounds))
    return {
        f"mode{mode}": {
            (number, 0): step * mode + 0.5 * number + float(noise[mode, number]) for number in range(rounds)
        }
        for mode in range(modes)
    }


def fit_of(logs: Logs, weights: dict[tuple[int, int], float] | None = None) -> BlockFit:
    fit = fit_blocks(logs, weights)
    assert fit is not None
    return fit


def distance(fit: BlockFit, first: str, second: str) -> float:
    return float(fit.effects[fit.modes.index(second)] - fit.effects[fit.modes.index(first)])


def test_two_modes_are_the_paired_t_test() -> None:
    logs = logs_of(2, 7)
    fit = fit_of(logs)
    differences = np.array([logs["mode1"][block] - logs["mode0"][block] for block in logs["mode0"]])
    expected = student_quantile(0.975, 6) * float(differences.std(ddof=1)) / math.sqrt(7)
    assert distance(fit, "mode0", "mode1") == pytest.approx(float(differences.mean()))
    assert fit.half_widths(0.05)[0, 1] == pytest.approx(expected, rel=1e-4)


def test_equally_noisy_modes_are_tukeys_test_on_the_two_way_residuals() -> None:
    # A Latin square of residuals: every mode has the same sum of squares.
    residuals = 0.1 * np.array([[1, -1, 0, 0], [0, 1, -1, 0], [0, 0, 1, -1], [-1, 0, 0, 1]])
    logs = {
        f"mode{mode}": {(number, 0): float(row[number]) for number in range(4)} for mode, row in enumerate(residuals)
    }
    fit = fit_of(logs)
    deviation = math.sqrt(float((residuals**2).sum()) / 9)
    assert fit.df[0, 1] == 9
    assert fit.half_widths(0.05)[1, 2] == pytest.approx(studentized_range_quantile(0.95, 4, 9) * deviation / 2)


def test_missing_cells_and_weights_give_weighted_least_squares() -> None:
    generator = np.random.default_rng(4)
    logs = {
        mode: {block: value for block, value in values.items() if generator.random() < 0.7}
        for mode, values in logs_of(5, 8, step=0.3).items()
    }
    weights = {(number, 0): float(generator.uniform(0.2, 2)) for number in range(8)}
    fit = fit_of(logs, weights)
    modes, blocks = list(logs), list(weights)
    cells = [(mode, block) for mode in modes for block in logs[mode]]
    design = np.zeros((len(cells), len(modes) + len(blocks)))
    for row, (mode, block) in enumerate(cells):
        design[row, modes.index(mode)] = design[row, len(modes) + blocks.index(block)] = 1
    root = np.sqrt([weights[block] for _, block in cells])
    solution = np.linalg.lstsq(design * root[:, None], root * [logs[mode][block] for mode, block in cells], rcond=None)[
        0
    ]
    assert fit.effects == pytest.approx(solution[:5] - solution[:5].mean())
    assert np.linalg.matrix_rank(design) + fit.df[0, 1] == len(cells)


def test_a_mode_that_missed_the_slow_rounds_is_not_the_faster_for_it() -> None:
    logs = logs_of(3, 6, spread=0.001)
    for number in (3, 4, 5):
        del logs["mode2"][number, 0]
    assert distance(fit_of(logs), "mode0", "mode2") == pytest.approx(0, abs=0.005)


def test_modes_of_two_groups_are_compared_over_those_that_met_both() -> None:
    # In each round the second group has a machine twice as slow, and the modes are dealt anew.
    logs: Logs = {f"mode{mode}": {} for mode in range(4)}
    for number, second_group in enumerate([(0, 1), (0, 2), (1, 3), (2, 3), (0, 3), (1, 2)]):
        for mode in range(4):
            group = int(mode in second_group)
            logs[f"mode{mode}"][number, group] = 0.1 * mode + math.log(2) * group + number
    fit = fit_of(logs)
    assert distance(fit, "mode0", "mode3") == pytest.approx(0.3)
    assert fit.common_blocks[0, 3] == 2


def test_long_rounds_count_for_more_than_short_ones() -> None:
    logs: Logs = {"a": {(1, 0): 0.0, (2, 0): 0.0}, "b": {(1, 0): 1.0, (2, 0): 0.0}}
    assert distance(fit_of(logs), "a", "b") == pytest.approx(0.5)
    assert distance(fit_of(logs, {(1, 0): 0.1, (2, 0): 0.3}), "a", "b") == pytest.approx(0.25)


def test_a_noisy_mode_widens_its_own_intervals_most() -> None:
    logs = logs_of(6, 20)
    generator = np.random.default_rng(2)
    logs["mode5"] = {block: value + float(generator.normal(0, 0.3)) for block, value in logs["mode5"].items()}
    widths = fit_of(logs).half_widths(0.05)
    assert widths[0, 5] > 1.5 * widths[0, 1]


def test_expected_noise_is_kept_from_the_other_modes_intervals() -> None:
    # Five rounds know little of any mode alone: what is expected of it says the rest.
    shares = []
    for seed in range(40):
        logs = logs_of(6, 5, seed=seed)
        generator = np.random.default_rng(100 + seed)
        logs["mode5"] = {block: value + float(generator.normal(0, 0.1)) for block, value in logs["mode5"].items()}
        plain, expected = (fit_blocks(logs, noise=noise) for noise in (None, {"mode5": 5.0}))
        assert plain is not None
        assert expected is not None
        shares.append(np.sqrt(expected.variances / np.where(plain.variances > 0, plain.variances, 1.0)))
    middle = np.median(shares, axis=0)
    assert middle[0, 1] < 0.9
    assert middle[0, 5] > 1.1


def test_variances_are_those_of_weighted_least_squares() -> None:
    # With rounds missing, a third mode helps to compare two; its noise is then in their difference.
    logs: Logs = {"a": {(1, 0): 0.0, (2, 0): 0.1}, "b": {(1, 0): 0.0, (3, 0): 0.2}, "c": {(2, 0): 0.3, (3, 0): 0.1}}
    fit = fit_of(logs)
    # Three differences in a loop leave one degree of freedom: b - a, c - b and a - c should add up to 0.
    variance = (0.0 - 0.1 - 0.2) ** 2 / 6
    assert fit.df[0, 1] == 1
    assert fit.variances[0, 1] == pytest.approx(variance * 4 / 3)


def test_one_ruined_round_is_left_out() -> None:
    calm = logs_of(8, 6)
    ruined = {mode: dict(values) for mode, values in calm.items()}
    ruined["mode3"][4, 0] += 3.0
    fit = fit_of(ruined)
    assert fit.left_out == (("mode3", (4, 0)),)
    assert fit.half_widths(0.05)[0, 1] < 1.2 * fit_of(calm).half_widths(0.05)[0, 1]
    assert fit_of(calm).left_out == ()
    both = logs_of(2, 5)
    both["mode0"][4, 0] += 3.0
    assert fit_of(both).left_out == ()  # of five differences, one may well lie far off


def with_stalls(modes: int, rounds: int, stalled: tuple[str, ...]) -> Logs:
    """Calm modes, and some of which every other round takes five times as long, not all in the same one."""
    logs = logs_of(modes, rounds)
    for place, mode in enumerate(stalled):
        logs[mode] = {(number, 0): value + 1.6 * ((number + place) % 2) for (number, _), value in logs[mode].items()}
    return logs


def test_erratic_modes_leave_the_intervals_of_the_others_alone() -> None:
    fit, calm = fit_of(with_stalls(8, 5, ("mode6", "mode7"))), fit_of(logs_of(8, 5))
    assert fit.erratic == ("mode6", "mode7")
    assert fit.left_out == ()
    widths, usual = fit.half_widths(0.05), calm.half_widths(0.05)
    assert widths[:6, :6] == pytest.approx(usual[:6, :6], rel=0.5, abs=1e-9)
    assert widths[0, 7] > 10 * usual[0, 7]
    # Both kinds know as much as the residuals of their own modes, four rounds of each but what blocks take.
    assert fit.df[0, 7] == fit.df[6, 7] < fit.df[0, 1] <= 20


def test_half_of_the_modes_may_be_erratic_and_none_of_a_few_rounds_is() -> None:
    stalled = tuple(f"mode{number}" for number in range(4, 8))
    assert fit_of(with_stalls(8, 6, stalled)).erratic == stalled
    assert fit_of(with_stalls(8, 3, ("mode7",))).erratic == ()
    assert fit_of(with_stalls(2, 8, ("mode1",))).erratic == ()  # of two, nobody knows whose noise it is
    assert not any(fit_of(logs_of(8, 4, seed=seed, spread=0.3)).erratic for seed in range(50))


def test_an_accident_in_every_second_round_is_none() -> None:
    assert fit_of(with_stalls(8, 6, ("mode7",))).left_out == ()


def test_one_accident_beside_an_erratic_mode_is_left_out_and_makes_no_other_mode_erratic() -> None:
    for number in range(20):
        logs = {**logs_of(6, 6, seed=number, spread=0.03), "mode0": with_stalls(6, 6, ("mode0",))["mode0"]}
        logs["mode1"][4, 0] += 1.0
        fit = fit_of(logs)
        assert fit.erratic == ("mode0",)
        assert fit.left_out == (("mode1", (4, 0)),)


@pytest.mark.filterwarnings("error")
def test_a_round_that_is_ruined_for_all_is_left_out_without_a_word() -> None:
    logs = logs_of(2, 13, spread=0.02)
    logs["mode0"][5, 0] += 1.5
    assert fit_of(logs).left_out == (("mode0", (5, 0)), ("mode1", (5, 0)))


def test_what_nothing_connects_is_not_compared() -> None:
    logs: Logs = {"a": {(1, 0): 0.0}, "b": {(1, 0): 1.0, (2, 0): 1.0}, "c": {(2, 0): 2.0}, "d": {(3, 0): 0.0}, "e": {}}
    fit = fit_of(logs)
    assert fit.modes == ("a", "b", "c")
    assert distance(fit, "a", "c") == pytest.approx(2.0)
    assert math.isinf(fit.half_widths(0.05)[0, 1])
    assert fit_blocks({}) is None
    assert fit_blocks({"a": {}}) is None


def test_fifty_modes_take_a_moment() -> None:
    logs = logs_of(50, 30)
    fit_of(logs).half_widths(0.05)
    started_s = time.process_time()
    fit_of(logs).half_widths(0.05)
    assert time.process_time() - started_s < 0.05
