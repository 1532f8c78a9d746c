"""How many rounds a run makes and how long each measures: within its budget, or until all is decided."""

from __future__ import annotations

import pytest

from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench import stopwatch
from tui_httpbench.bench.round_schedule import (
    END_S,
    FIRST_OVERHEAD,
    LONE_DURATION_S,
    LONGER_ROUND,
    SCOUTING_DURATION_S,
    SCOUTING_ROUNDS,
    RoundSchedule,
)
from tui_httpbench.plan.plan import AUTO_DURATION_ROUNDS, MAX_AUTO_DURATION_S, MIN_AUTO_DURATION_S, Plan

UNDECIDED = (Rank(1, "aiohttp", 1.0, clean=True, verdict_next="unsure"), Rank(2, "httpx", 1.1, clean=True))
DECIDED = (Rank(1, "aiohttp", 1.0, clean=True, verdict_next="faster"), Rank(2, "httpx", 3.0, clean=True))
EIGHT = Plan().modes
TWO = ("aiohttp", "httpx")


def test_a_gate_that_is_unsure_keeps_an_automatic_run_going() -> None:
    schedule = begin(Plan(modes=TWO, rounds="auto"))
    for _ in range(3):
        schedule.begin_round()
        schedule.choose_duration(0.0, 2)
        schedule.finish_round(DECIDED, is_gate_open=True)
    assert not schedule.is_over()
    while not schedule.is_over():
        schedule.begin_round()
        schedule.finish_round(DECIDED)
    assert schedule.done < schedule.max_rounds


def test_the_least_rounds_are_those_after_which_a_run_asks_next_whether_all_is_decided() -> None:
    schedule = begin(Plan(modes=EIGHT, rounds="auto"))
    least = []
    for _ in range(4):
        least.append(schedule.least_rounds)
        schedule.begin_round()
        schedule.finish_round(UNDECIDED)
    assert least == [2, 2, 3, 5]
    schedule.finish_round(DECIDED)
    assert schedule.least_rounds == schedule.done == 5
    assert begin(Plan(modes=EIGHT, rounds=4)).least_rounds == 4


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(stopwatch, "time", clock)
    return clock


def begin(plan: Plan, earlier_rounds: int = 0) -> RoundSchedule:
    schedule = RoundSchedule(plan.replace(rounds_before=earlier_rounds))
    schedule.start()
    return schedule


def make_round(
    schedule: RoundSchedule,
    clock: Clock,
    plan: Plan,
    startup_s: float,
    ranking: tuple[Rank, ...] = UNDECIDED,
    overhead: float = FIRST_OVERHEAD,
) -> float:
    """One round, whose slices take ``overhead`` times their measured time; its seconds for each mode."""
    schedule.begin_round()
    clock.now_s += startup_s
    duration_s = schedule.choose_duration(startup_s, len(plan.modes))
    assert duration_s is not None
    clock.now_s += duration_s * len(plan.modes) * overhead
    schedule.finish_round(ranking)
    return duration_s


@pytest.mark.parametrize(("round_s", "rounds"), [(1.0, 9), (2.0, 4), (3.0, 3), (4.8, 2), (5.0, 1), (11.0, 1)])
def test_a_number_of_requests_is_repeated_as_often_as_the_budget_allows(
    clock: Clock, round_s: float, rounds: int
) -> None:
    schedule = begin(Plan(modes=TWO, requests=5, rounds="auto", budget_s=10.0))
    done = 0
    while not schedule.is_over():
        schedule.begin_round()
        clock.now_s += round_s
        assert schedule.choose_duration(round_s / 2, 2) is None
        schedule.finish_round(UNDECIDED)
        done += 1
    assert (done, schedule.done, schedule.rounds_in_sight) == (rounds, rounds, rounds)
    assert rounds == 1 or clock.now_s - 100 <= 10.0


@pytest.mark.parametrize("startup_s", [0.2, 1.0, 2.5])
@pytest.mark.parametrize("overhead", [1.0, FIRST_OVERHEAD, 1.3])
def test_five_rounds_of_eight_modes_fill_the_budget_and_keep_within_it(
    clock: Clock, startup_s: float, overhead: float
) -> None:
    plan = Plan(modes=EIGHT, budget_s=30.0)
    schedule = begin(plan)
    durations = []
    while not schedule.is_over():
        durations.append(make_round(schedule, clock, plan, startup_s, overhead=overhead))
    assert len(durations) == AUTO_DURATION_ROUNDS
    assert 0.9 * plan.budget_s < clock.now_s - 100 <= plan.budget_s
    assert all(MIN_AUTO_DURATION_S <= duration_s <= MAX_AUTO_DURATION_S for duration_s in durations)


def test_few_modes_begin_with_short_rounds_which_may_be_enough(clock: Clock) -> None:
    plan = Plan(modes=TWO, budget_s=30.0)
    schedule = begin(plan)
    durations = [make_round(schedule, clock, plan, 0.5) for _ in range(SCOUTING_ROUNDS)]
    assert durations == [SCOUTING_DURATION_S] * SCOUTING_ROUNDS
    assert make_round(schedule, clock, plan, 0.5) > 5 * SCOUTING_DURATION_S
    while not schedule.is_over():
        make_round(schedule, clock, plan, 0.5)
    assert schedule.done == AUTO_DURATION_ROUNDS + SCOUTING_ROUNDS
    assert 0.85 * plan.budget_s < clock.now_s - 100 <= plan.budget_s
    clock.now_s = 100.0
    plain = begin(plan)
    while not plain.is_over():
        make_round(plain, clock, plan, 0.5, DECIDED)
    assert clock.now_s - 100 < plan.budget_s / 3
    assert plain.rounds_in_sight == plain.done


def test_a_single_mode_which_nothing_is_undecided_of_gets_its_rounds(clock: Clock) -> None:
    plan = Plan(modes=("aiohttp",), budget_s=30.0)
    schedule = begin(plan)
    durations = []
    while not schedule.is_over():
        durations.append(make_round(schedule, clock, plan, 0.5, (Rank(1, "aiohttp", 1.0, clean=True),)))
    assert durations == [LONE_DURATION_S] * AUTO_DURATION_ROUNDS


def test_a_budget_that_is_too_small_has_one_round_of_the_shortest_length(clock: Clock) -> None:
    plan = Plan(modes=EIGHT, budget_s=1.0)
    schedule = begin(plan)
    assert make_round(schedule, clock, plan, 2.0) == MIN_AUTO_DURATION_S
    assert schedule.is_over()
    assert schedule.done == 1


@pytest.mark.parametrize("round_s", [1.0, 1.4])
def test_the_time_left_is_an_upper_bound_that_holds(clock: Clock, round_s: float) -> None:
    plan = Plan(modes=TWO, requests=5, rounds=4)
    schedule = begin(plan)
    assert schedule.time_left_s(None) is None, "nothing is known before the first round"
    assert schedule.time_left_s(0.0) is None
    bounds = []
    # A round may take longer than the one before it, by as much as the bound allows for.
    for takes_s in (round_s, round_s, 1.1 * round_s, 1.1 * round_s):
        schedule.begin_round()
        clock.now_s += takes_s / 4
        if schedule.done:
            bounds.append((clock.now_s, schedule.time_left_s(None)))
        clock.now_s += takes_s / 4
        bounds.append((clock.now_s, schedule.time_left_s(takes_s / 2)))
        clock.now_s += takes_s / 2
        schedule.finish_round(UNDECIDED)
        bounds.append((clock.now_s, schedule.time_left_s(0.0)))
    ends_s = [at_s + left_s for at_s, left_s in bounds if left_s is not None]
    assert len(ends_s) == 11
    assert min(ends_s) >= clock.now_s
    assert max(ends_s) < clock.now_s + round_s
    assert ends_s[-1] == pytest.approx(clock.now_s + END_S)


def test_the_pace_of_the_run_before_tells_the_time_left_of_the_first_round(clock: Clock) -> None:
    schedule = RoundSchedule(Plan(modes=TWO, requests=5, rounds=2, rounds_before=3), pace_s=2.0)
    schedule.begin_round()
    clock.now_s += 1.0
    assert schedule.time_left_s(None) == pytest.approx(2 * 2.0 * LONGER_ROUND - 1.0 + END_S)


def test_the_time_left_of_an_automatic_run_is_its_budget_but_for_the_round_under_way(clock: Clock) -> None:
    schedule = begin(Plan(modes=EIGHT, budget_s=30.0))
    assert schedule.time_left_s(None) == pytest.approx(30.0)
    clock.now_s += 12.0
    assert schedule.time_left_s(3.0) == pytest.approx(18.0)
    assert schedule.time_left_s(20.0) == pytest.approx(20.0)
    clock.now_s += 100.0
    assert schedule.time_left_s(0.0) == 0.0


def test_no_more_rounds_are_in_sight_than_the_budget_has_time_for(clock: Clock) -> None:
    assert begin(Plan(modes=EIGHT, duration_s=3.0)).rounds_in_sight == 1
    assert begin(Plan(modes=EIGHT, duration_s=0.1)).rounds_in_sight == AUTO_DURATION_ROUNDS
    assert clock.now_s == 100.0


def test_rounds_of_an_earlier_run_count_on_and_cost_no_budget(clock: Clock) -> None:
    fixed = begin(Plan(modes=TWO, requests=5, rounds=3), earlier_rounds=4)
    assert (fixed.done, fixed.max_rounds, fixed.rounds_in_sight, fixed.is_over()) == (4, 7, 7, False)
    plan = Plan(modes=TWO, budget_s=30.0)
    schedule = begin(plan, earlier_rounds=7)
    assert not schedule.is_over()
    # No short rounds to begin with: the plain answers are known.
    assert make_round(schedule, clock, plan, 0.5) > 5 * SCOUTING_DURATION_S
    assert schedule.done == 8
    while not schedule.is_over():
        make_round(schedule, clock, plan, 0.5)
    assert schedule.done == 7 + AUTO_DURATION_ROUNDS
    assert clock.now_s - 100 <= plan.budget_s
