"""Two runs whose rounds are no pairs: what their intervals take in, and what they leave out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tui_httpbench.analysis.compared_run import RoundTime
from tui_httpbench.analysis.unpaired import RUN_SPREAD, compare_levels, compare_relatives

FLOOR, LANE, THIRD = "http.client", "httpx-client", "aiohttp"
LEVELS = {FLOOR: 0.1, LANE: 0.5, THIRD: 0.2}


def run_of(
    mood: float = 1.0, rounds: int = 5, noise: float = 0.02, seed: int = 1, **factors: float
) -> dict[str, list[RoundTime]]:
    """A run in a mood that all lanes share; ``factors`` make single lanes slower, their ids with _ for - and dots."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, 0.05, rounds)
    made = {}
    for lane, level_s in LEVELS.items():
        factor = mood * level_s * factors.get(lane.replace("-", "_").replace(".", "_"), 1.0)
        own = rng.normal(0, noise, rounds)
        made[lane] = [RoundTime(n + 1, 0, 100, 100 * factor * math.exp(shared[n] + own[n])) for n in range(rounds)]
    return made


def test_a_slower_day_is_in_the_times_and_cancels_relative_to_a_lane_of_both() -> None:
    old, new = run_of(), run_of(mood=1.5, seed=2)
    assert {round(each.ratio, 1) for each in compare_levels(old, new).values()} == {1.5}
    relative = compare_relatives(old, new, FLOOR, [LANE, THIRD])
    assert all(each.low < 1 < each.high for each in relative.values())
    assert all(each.ratio == pytest.approx(1, abs=0.05) for each in relative.values())


def test_a_lane_that_alone_became_slower_is_found_relative_to_another_and_not_by_its_times() -> None:
    old, new = run_of(), run_of(mood=0.9, seed=2, httpx_client=1.25)
    relative = compare_relatives(old, new, FLOOR, [LANE, THIRD])
    assert relative[LANE].low > 1.05
    assert relative[THIRD].low < 1 < relative[THIRD].high
    assert compare_levels(old, new)[LANE].low < 1


def test_times_of_more_rounds_are_no_surer_than_the_mood_of_the_machine_lets() -> None:
    few, many = (compare_levels(run_of(rounds=n), run_of(rounds=n, seed=2))[LANE] for n in (5, 200))
    width_few, width_many = (math.log(each.high / each.low) / 2 for each in (few, many))
    assert width_few > 1.96 * math.sqrt(2) * 0.05
    # By the spread of rounds over the root of their number, it would be a hundredth.
    assert width_many > 0.1
    quiet = compare_levels(run_of(noise=0.0), run_of(noise=0.0))[LANE]
    assert quiet.high > 1 + RUN_SPREAD


def test_more_lanes_and_a_busy_machine_make_intervals_wider() -> None:
    old, new = run_of(), run_of(seed=2)
    alone, both = (compare_relatives(old, new, FLOOR, lanes)[LANE] for lanes in ([LANE], [LANE, THIRD]))
    busy = compare_relatives(old, new, FLOOR, [LANE], other_load=0.8)[LANE]
    assert alone.ratio == both.ratio == busy.ratio
    assert alone.high < both.high < busy.high


@pytest.mark.parametrize("rounds", [(1, 5), (5, 1), (1, 1)])
def test_one_round_tells_no_noise(rounds: tuple[int, int]) -> None:
    old, new = run_of(rounds=rounds[0]), run_of(rounds=rounds[1], seed=2)
    for intervals in (compare_levels(old, new), compare_relatives(old, new, FLOOR, [LANE, THIRD])):
        assert intervals
        assert all((each.low, each.high) == (0.0, math.inf) for each in intervals.values())


def test_lanes_without_a_counterpart_are_left_out() -> None:
    old, new = run_of(), run_of(seed=2)
    del old[THIRD]
    new[FLOOR] = []
    assert set(compare_levels(old, new)) == {LANE}
    assert compare_relatives(old, new, FLOOR, [LANE, THIRD]) == {}
    later = [RoundTime(each.round + 100, 0, each.requests, each.elapsed_s) for each in old[LANE]]
    assert compare_relatives({**old, LANE: later}, run_of(seed=2), FLOOR, [LANE]) == {}


def test_a_short_round_counts_less() -> None:
    old, new = run_of(noise=0.0), run_of(noise=0.0)
    new[LANE][0] = RoundTime(1, 0, 1, 100 * new[LANE][0].request_s)
    assert compare_levels(old, new)[LANE].ratio > 1.2
    assert (
        compare_levels(old, {**new, LANE: [RoundTime(1, 0, 1, new[LANE][1].request_s * 2), *new[LANE][1:]]})[LANE].ratio
        < 1.05
    )
