"""What is said where too few rounds were made to decide anything, and what to write instead."""

from __future__ import annotations

from typing import Any

import pytest
from support.made_results import record_of

from tui_httpbench.analysis.few_rounds import what_gives_rounds
from tui_httpbench.bench.forecast import too_few_rounds
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan


def said_after(*records: RoundRecord, **plan: Any) -> str:
    return what_gives_rounds(Plan(**{"modes": ("aiohttp", "httpx"), "rounds": "auto", **plan}), records)


def round_of(elapsed_s: float, wall_s: float, outcome: Any = "complete") -> tuple[RoundRecord, ...]:
    return tuple(
        record_of(mode, 1.0, [200], elapsed_s=elapsed_s, outcome=outcome, wall_s=wall_s)
        for mode in ("aiohttp", "httpx")
    )


def test_a_run_of_one_round_needs_more_of_them() -> None:
    assert said_after(rounds=1) == "give -r 3 or more"


def test_seconds_that_fill_the_budget_are_told_shorter_ones_that_do_not() -> None:
    said = said_after(*round_of(10.0, 22.0), duration_s=10.0)
    # Three rounds of 30 s / 3.3 less the 2 s that starting takes, for two modes.
    assert said == "give -r 3, which takes about 1 min, or -z 3.5, which the budget has time for"


@pytest.mark.parametrize("plan", [{"budget_s": 5.0}, {"requests": 10}, {"duration_s": 10.0, "budget_s": 6.0}])
def test_where_no_seconds_would_help_only_rounds_are_advised(plan: dict[str, Any]) -> None:
    assert said_after(*round_of(10.0, 22.0), **plan) == "give -r 3, which takes about 1 min"


def test_a_run_that_was_stopped_is_to_be_let_run() -> None:
    stopped = (*round_of(1.0, 2.0), *round_of(1.0, 2.0, "stopped"))
    assert said_after(*stopped) == said_after(*stopped, rounds=5) == "let the run make all of its rounds"


def test_too_few_rounds_are_told_before_the_start() -> None:
    said = too_few_rounds(Plan(duration_s=3.0), processors=2)
    assert said == (
        "The budget of 30 s has time for one round of this, which decides nothing: give -r 3, which takes "
        "about 1 min 30 s, or -z 0.7."
    )
    assert too_few_rounds(Plan(duration_s=0.7), processors=2) == ""


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"duration_s": 0.8},
        {"duration_s": 3.0, "rounds": 1},
        {"duration_s": 3.0, "budget_s": 120.0},
        {"duration_s": 3.0, "modes": ("aiohttp",)},
        {"requests": 5_000},
    ],
)
def test_a_run_with_time_for_them_is_told_nothing(plan: dict[str, Any]) -> None:
    assert too_few_rounds(Plan(**plan), processors=2) == ""
