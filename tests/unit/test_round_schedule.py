"""How long an automatic run goes on: within its budget, or as long as the fewest telling rounds take."""

from __future__ import annotations

import pytest

from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench import round_schedule
from tui_httpbench.bench.round_schedule import RoundSchedule
from tui_httpbench.plan import Plan

UNDECIDED = (Rank(1, "aiohttp", 1.0, clean=True, verdict_next="unsure"), Rank(2, "httpx", 1.1, clean=True))


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.mark.parametrize(
    ("round_s", "rounds", "left_after_one_s"),
    [
        (1.0, 10, 9.0),  # the budget of 10 s is used up
        (2.0, 5, 8.0),
        (3.0, 5, 12.0),  # five rounds need more than the budget, and get it
        (4.0, 5, 16.0),
        (4.1, 2, 5.9),  # twice the budget would not do: no use to go on
        (11.0, 1, 0.0),
    ],
)
def test_a_run_gets_to_its_first_look_where_twice_the_budget_allows(
    monkeypatch: pytest.MonkeyPatch, round_s: float, rounds: int, left_after_one_s: float
) -> None:
    clock = Clock()
    monkeypatch.setattr(round_schedule, "time", clock)
    schedule = RoundSchedule(Plan(modes=("aiohttp", "httpx"), rounds="auto", budget_s=10.0))
    schedule.start()
    assert schedule.budget_left_s == 10.0
    done = 0
    while not schedule.is_over():
        clock.now_s += round_s
        schedule.finish_round(UNDECIDED)
        done += 1
        if done == 1:
            assert schedule.budget_left_s == pytest.approx(left_after_one_s)
    assert done == rounds
