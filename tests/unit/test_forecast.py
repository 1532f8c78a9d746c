"""How long a run will take, said before it starts."""

from __future__ import annotations

from typing import Any

import pytest

from tui_httpbench.bench.forecast import Forecast, describe_duration, forecast
from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.plan.scenario import LOOPBACK, SCENARIOS, Capacity, Scenario, ServiceTime

ELSEWHERE = Request("http://127.0.0.1:8000/")
SLOW = LOOPBACK.change(service_time=ServiceTime("fixed", 1_000))


def forecast_of(**values: Any) -> Forecast | None:
    return forecast(Plan(**values), processors=2)


def seconds_of(**values: Any) -> float:
    found = forecast_of(**values)
    assert found is not None
    return found.seconds


@pytest.mark.parametrize(("name", "words"), [("quick", "at most 30 s"), ("thorough", "at most 2 min")])
def test_an_automatic_preset_takes_its_budget_at_most(name: str, words: str) -> None:
    assert describe_duration(forecast(PRESETS[name].plan(), processors=2)) == words


def test_the_article_s_preset_is_computed_from_its_site() -> None:
    """What must be waited: 40 ms a request one by one, 40 ms more for a new connection, and 99 / 45 s all at once."""
    found = forecast(PRESETS["article"].plan(), processors=2)
    assert found is not None
    assert not found.is_bound
    waiting_s = 5 * (4.0 + 2 * 8.0 + 4 * 2.2)
    assert 1.3 * waiting_s < found.seconds < 2.5 * waiting_s
    assert "min" in describe_duration(found)


def test_the_own_url_is_bounded_by_the_budget_where_seconds_are_measured() -> None:
    assert forecast_of(request=ELSEWHERE) == Forecast(30.0, is_bound=True)
    assert forecast_of(request=ELSEWHERE, requests=10) is None
    assert forecast_of(request=ELSEWHERE, requests=10, rounds=5) is None
    assert describe_duration(None) == "known after the first round"


def test_seconds_add_up_over_modes_and_rounds() -> None:
    short, long = (seconds_of(request=ELSEWHERE, duration_s=s, rounds=5) for s in (1.0, 2.0))
    assert long - short == pytest.approx(5 * len(DEFAULT_MODES))
    assert 5 * 8 * 1.0 < short < 5 * 8 * 1.0 + 5 * 8 * 0.7


def test_more_processors_start_the_workers_of_a_round_sooner() -> None:
    plan = Plan(request=ELSEWHERE, duration_s=0.1, rounds=5)
    seconds = [found.seconds for n in (1, 2, 8, 64) if (found := forecast(plan, processors=n))]
    assert seconds[0] > seconds[1] > seconds[2] == seconds[3]


def test_a_request_longer_than_the_seconds_is_counted_whole() -> None:
    one = {"modes": ("requests-session",), "rounds": 5, "concurrency": 1}
    fast, slow = (seconds_of(**one, duration_s=0.1, scenario=scenario) for scenario in (LOOPBACK, SLOW))
    assert slow - fast > 5 * 0.9


def test_batches_are_finished() -> None:
    one = {"modes": ("requests-session",), "rounds": 1, "concurrency": 1, "scenario": SLOW}
    assert seconds_of(**one, requests=10, duration_s=1.0) > 1.0 + 10 * 1.0


@pytest.mark.parametrize(
    ("scenario", "concurrency", "least_s", "most_s"),
    [
        (SLOW, 1, 100.0, 106.0),
        (SLOW, 10, 10.0, 16.0),
        (Scenario(rtt_ms=100), 1, 10.0, 13.0),
        (Scenario(capacity=Capacity(per_second=10)), 10, 9.9, 12.0),
        (LOOPBACK.change(service_time=ServiceTime("fixed", 100), capacity=Capacity(at_once=2)), 10, 5.0, 8.0),
        (LOOPBACK.change(service_time=ServiceTime("lognormal", 100, 0.5)), 1, 11.0, 14.0),
    ],
    ids=["one by one", "ten at once", "distance", "a capacity a second", "a capacity at once", "drawn times"],
)
def test_requests_wait_for_the_target(scenario: Scenario, concurrency: int, least_s: float, most_s: float) -> None:
    values = {"modes": ("requests-session",), "requests": 100, "rounds": 1, "concurrency": concurrency}
    assert least_s < seconds_of(**values, scenario=scenario) < most_s


def test_a_delay_in_the_path_is_waited_for() -> None:
    values: dict[str, Any] = {"modes": ("aiohttp",), "requests": 10, "rounds": 1, "concurrency": 1}
    assert seconds_of(**values, request=Request("/delay/500")) > 5.0 > seconds_of(**values, request=Request("/"))


def test_a_new_connection_costs_its_round_trips() -> None:
    far = {"requests": 10, "rounds": 1, "concurrency": 1, "scenario": Scenario(rtt_ms=1_000)}
    kept, each = (seconds_of(**far, modes=(mode,)) for mode in ("aiohttp", "aiohttp-each"))
    assert each - kept == pytest.approx(13 * 1.0, rel=0.1)
    far["scenario"] = Scenario(rtt_ms=1_000, tls=True)
    kept, each = (seconds_of(**far, modes=(mode,)) for mode in ("aiohttp", "aiohttp-each"))
    assert each - kept == pytest.approx(13 * 2.0, rel=0.1)


def test_an_automatic_run_whose_first_round_is_longer_than_the_budget_says_so() -> None:
    found = forecast_of(modes=("requests-session",), requests=100, concurrency=1, scenario=SLOW, budget_s=20.0)
    assert found is not None
    assert not found.is_bound
    assert found.seconds > 100


def test_automatic_rounds_that_can_not_fill_the_budget_take_less() -> None:
    found = forecast_of(modes=("aiohttp",), duration_s=0.1, budget_s=3_600.0)
    assert found is not None
    assert 3.0 < found.seconds < 60.0
    assert found.is_bound


def test_automatic_seconds_follow_the_budget_with_a_number_of_rounds() -> None:
    assert 15.0 < seconds_of(rounds=3, budget_s=30.0) < 22.0
    assert seconds_of(rounds=10) == pytest.approx(2 * seconds_of(rounds=5), rel=0.1)
    # No round is longer than 5 s for each mode, nor shorter than 0.1 s.
    assert seconds_of(modes=("aiohttp",), rounds=1, budget_s=3_600.0) < 10.0
    assert seconds_of(rounds=5, budget_s=1.0) > 5 * 0.8


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (Forecast(0.2, is_bound=False), "about 1 s"),
        (Forecast(12.1, is_bound=False), "about 13 s"),
        (Forecast(60.0, is_bound=True), "at most 1 min"),
        (Forecast(95.0, is_bound=True), "at most 1 min 35 s"),
        (Forecast(261.0, is_bound=False), "about 4 min 30 s"),
        (Forecast(3_595.0, is_bound=False), "about 1 h"),
        (Forecast(3_595.0, is_bound=True), "at most 59 min 55 s"),
        (Forecast(7_300.0, is_bound=False), "about 2 h 2 min"),
        (Forecast(86_400.0, is_bound=True), "at most 24 h"),
    ],
)
def test_a_duration_is_said_in_two_units_at_most(duration: Forecast, words: str) -> None:
    assert describe_duration(duration) == words


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("load", [{}, {"requests": 100, "concurrency": "article"}, {"duration_s": 0.5, "rounds": 3}])
def test_every_scenario_has_a_forecast(scenario: Scenario, load: dict[str, Any]) -> None:
    found = forecast_of(scenario=scenario, **load)
    assert found is not None
    assert found.seconds > 0
    assert describe_duration(found).startswith(("at most ", "about "))


def test_cold_starts_are_added_up_to_their_limit() -> None:
    plan = Plan(requests=20, rounds=1, concurrency=1)
    alone = [forecast(each, 2) for each in (plan, plan.replace(start_up=True), plan.replace(rounds=5, start_up=True))]
    warm, cold, five = (each.seconds for each in alone if each is not None)
    assert warm + 3 * 1 <= cold <= warm + 3 * 2  # three libraries
    many = forecast(plan.replace(rounds=5), 2)
    assert many is not None
    assert five == many.seconds + 10
