"""What a sweep comes to: curves, what is sure of two lanes, sentences, and theory."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from support.made_results import record_of
from support.made_sweeps import CROSSING, crossing_sweep, measured_sweep, swept

from tui_httpbench.analysis.sweep import SweepResult, summarize_sweep
from tui_httpbench.analysis.sweep_curves import FIGURE_OPTIONS, FIGURES, curve, mean_and_half_width, retention
from tui_httpbench.analysis.sweep_pairs import SweepPairs
from tui_httpbench.analysis.sweep_places import places_in_words
from tui_httpbench.analysis.sweep_table import table_of
from tui_httpbench.analysis.sweep_theory import most_per_second, round_trips
from tui_httpbench.analysis.sweep_words import ONE_ROUND, sentences_of
from tui_httpbench.plan.scenario import Capacity, Scenario
from tui_httpbench.plan.sweep import parse_sweep


def test_a_lane_that_overtakes_another_is_told_of_with_what_is_sure() -> None:
    sentences = sentences_of(crossing_sweep())
    assert sentences[1] == (
        "Fastest: requests-session up to 2 in flight; requests-session and aiohttp (the same) at 4 in flight; "
        "aiohttp from 8 in flight on."
    )
    assert sentences[2] == (
        "requests-session is faster up to 4 in flight (surely up to 2 in flight), aiohttp from 8 in flight on."
    )
    assert sentences[0] == (
        "Async pays from 8 in flight on: there aiohttp surely beats every sync mode, 1.41 and 1.98 times as fast as "
        "the best. Sync pays up to 2 in flight: there requests-session surely beats every async mode, 2.02 and 1.52 "
        "times as fast as the best. At 4 in flight it hardly matters: the best async and the best sync mode are surely "
        "less than 10 % apart."
    )
    assert len(sentences) == 4, "httpx is slower than both everywhere"
    assert sentences[-1] == "For half of all pairs, differences below about 1.3 % can't be told at any value."


def test_points_that_tell_no_leader_are_told_of_once_with_all_who_may_lead() -> None:
    close = {"requests": (9.0, 9.0, 9.0), "aiohttp": (1.0, 1.0, 1.0), "httpx-client": (1.01, 9.0, 2.0)}
    assert fastest_of(swept("concurrency=1,2,4", close, noise=0.05)) == (
        "Fastest: one of aiohttp and httpx-client (not told apart yet) at 1 in flight; aiohttp from 2 in flight on."
    )
    # Others share the first place at each point: who is surely slower somewhere is not said to share it there.
    changing = {"requests": (9.0, 1.0), "aiohttp": (1.0, 1.01), "httpx-client": (1.01, 9.0), "httpx": (20.0, 20.0)}
    assert fastest_of(swept("concurrency=1,2", changing, noise=0.05)) == (
        "Fastest: one of aiohttp and httpx-client (not told apart yet) at 1 in flight; one of requests and aiohttp "
        "(not told apart yet) at 2 in flight."
    )
    many = {"requests": (9.0, 1.0, 1.0), "aiohttp": (1.0, 1.01, 9.0), "httpx-client": (1.01, 9.0, 1.01)}
    assert fastest_of(swept("concurrency=1,2,4", many | {"httpx": (20.0, 20.0, 20.0)}, noise=0.05)) == (
        "Fastest: not told apart yet at all 3 values."
    )


def fastest_of(result: SweepResult) -> str:
    return next(sentence for sentence in sentences_of(result) if sentence.startswith("Fastest"))


def test_nothing_is_sure_where_rounds_differ_as_much_as_lanes() -> None:
    restless = {lane: tuple(1.0 + 0.02 * index for index in range(5)) for index, lane in enumerate(CROSSING)}
    pairs = SweepPairs(swept("concurrency=1,2,4,8,10", restless, noise=0.3))
    assert not any(pair.changes for pair in pairs.all_curves())
    assert {point.standing for pair in pairs.all_curves() for point in pair.points} == {"unsure"}


def test_a_sweep_must_be_surer_of_each_point_than_a_run() -> None:
    pairs = SweepPairs(crossing_sweep())
    at_one_point = pairs.curve("requests-session", "aiohttp").points[0]
    alone = crossing_sweep().points[0].result
    rank = next(rank for rank in alone.ranking if rank.mode == "aiohttp")
    assert rank.interval is not None
    assert at_one_point.low < rank.interval.low
    assert at_one_point.high > rank.interval.high


def test_what_is_not_decided_is_told_as_such_with_the_largest_difference() -> None:
    """Few and noisy rounds say nothing about async; that must not be heard as that it does not pay."""
    far_apart = {"requests-session": (1.0, 2.0), "httpx-client": (1.5, 3.0), "aiohttp": (1.05, 0.2)}
    told = sentences_of(swept("concurrency=1,10", far_apart, rounds=2, noise=0.6))[0]
    assert told.startswith(
        "Whether async or sync pays is not decided yet, after 2 rounds each; the largest difference: at 10 in "
        "flight, aiohttp is "
    )
    assert told.endswith(" times as fast as requests-session, which may be noise."), "0.3 to 98 says nothing"
    calmer = sentences_of(swept("concurrency=1,10", far_apart, rounds=2, noise=0.4))[0]
    assert " times as fast as aiohttp (0.27 to 9.91)." in calmer
    partly = sentences_of(swept("concurrency=1,10", far_apart | {"aiohttp": (1.05, 0.1)}, rounds=3, noise=0.4))[0]
    assert partly.startswith("Async pays at 10 in flight: there aiohttp surely beats every sync mode, ")
    assert "It is not decided yet at 1 in flight, after 3 rounds; the largest difference there: at 1 in" in partly


def test_what_does_not_hold_for_another_async_library_is_told_and_what_falls() -> None:
    times_ms = {"requests-session": (1.0, 1.0), "aiohttp": (1.0, 0.2), "httpx-async": (3.0, 9.0)}
    told = sentences_of(swept("concurrency=1,10", times_ms))
    assert told[0].startswith("Async pays at 10 in flight: there aiohttp surely beats every sync mode, ")
    assert re.search(r"Not so httpx-async: at 10 in flight, requests-session is [89]\.\d\d times as fast", told[0])
    falls = next(sentence for sentence in told if sentence.startswith("With more in flight, "))
    assert re.fullmatch(r".*, httpx-async falls from [\d,.]+/s at 1 to [\d,.]+/s at 10\.", falls)
    calm = sentences_of(swept("concurrency=1,10", times_ms | {"httpx-async": (3.0, 4.0)}))
    assert not any("falls from" in sentence for sentence in calm)


def test_a_lane_that_leads_more_than_once_crosses_nothing_in_a_single_place() -> None:
    wavy = {"aiohttp": (1.0, 2.0, 1.0, 2.0), "requests-session": (2.0, 1.0, 2.0, 1.0)}
    assert "aiohttp is surely faster at 1 and 4 in flight, requests-session at 2 and 8 in flight." in sentences_of(
        swept("concurrency=1,2,4,8", wavy)
    )


def test_workloads_have_no_order() -> None:
    lanes = {"aiohttp": (1.0, 2.0), "requests-session": (2.0, 1.0)}
    result = swept("workload=c8/1k,c1/1k", lanes)
    assert "aiohttp is surely faster at c8/1k, requests-session at c1/1k." in sentences_of(result)
    assert retention_column(result) == []


def retention_column(result: SweepResult) -> list[str]:
    table = table_of(result)
    return [row[-1] for row in table.rows] if table.retains else []


def test_one_round_decides_nothing() -> None:
    sentences = sentences_of(crossing_sweep(rounds=1))
    assert sentences[0] == ONE_ROUND
    assert not any("surely" in sentence for sentence in sentences)
    point = curve(crossing_sweep(rounds=1), "aiohttp")[0]
    assert (point.low, point.high) == (None, None)
    assert point.figure is not None


def test_where_every_request_failed_that_is_what_was_found() -> None:
    measured = measured_sweep("rtt=0,5", {"aiohttp": (2.0, 7.0), "requests": (3.0, 9.0)})
    failing = [
        replace(point, records=tuple(record_of(each.mode, 2.0, [500] * 10) for each in point.records[:2]))
        for point in measured.points
    ]
    (sentence,) = sentences_of(summarize_sweep(replace(measured, points=tuple(failing))))
    assert sentence.startswith("No mode got a good answer: none of 20 requests succeeded (500 × 20")


def test_nothing_measured_has_no_sentence() -> None:
    assert sentences_of(swept("rtt=0,5", {"aiohttp": (None, None)})) == ()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (("1", "2"), "up to 2 in flight"),
        (("4", "8"), "from 4 in flight on"),
        (("2", "4"), "from 2 to 4 in flight"),
        (("1",), "at 1 in flight"),
        (("1", "4"), "at 1 and 4 in flight"),
        (("1", "2", "4", "8"), "at all 4 values"),
    ],
)
def test_values_in_words(values: tuple[str, ...], told: str) -> None:
    assert places_in_words(parse_sweep("concurrency=1,2,4,8"), values) == told
    assert places_in_words(parse_sweep("rtt=0,20"), ("0", "20")) == "at both values"


def test_the_interval_of_a_figure_holds_as_often_as_it_says() -> None:
    """Of rounds drawn from the same distribution, 95 of 100 intervals of their mean hold the true one."""
    source = np.random.default_rng(3)
    held = 0
    for _ in range(2_000):
        mean, half = mean_and_half_width(source.normal(0.0, 0.1, 5).tolist(), [1.0] * 5)
        held += abs(mean) <= half
    assert held / 2_000 == pytest.approx(0.95, abs=0.015)
    assert mean_and_half_width([0.5], [3.0]) == (0.5, math.inf)


def test_curves_show_each_figure_with_its_unit() -> None:
    result = swept("rtt=0,5", {"aiohttp": (2.0, 7.0)})
    assert [point.figure for point in curve(result, "aiohttp", FIGURE_OPTIONS["p50"])] == pytest.approx([2.0, 7.0])
    assert [point.figure for point in curve(result, "aiohttp", FIGURE_OPTIONS["time"])] == pytest.approx(
        [0.002, 0.007], rel=0.02
    )
    assert [point.figure for point in curve(result, "aiohttp")] == pytest.approx([500, 143], rel=0.02)
    assert [point.number for point in curve(result, "aiohttp")] == [0.0, 5.0]
    for figure in FIGURES:
        for point in curve(result, "aiohttp", figure):
            assert point.low is not None
            assert point.figure is not None
            assert point.high is not None
            assert point.low <= point.figure <= point.high


def test_a_point_that_was_not_reached_has_no_figure() -> None:
    result = swept("rtt=0,5,9", {"aiohttp": (2.0, 7.0, None)})
    assert curve(result, "aiohttp")[-1].figure is None
    assert [point.value for point in result.measured_points] == ["0", "5"]
    kept = retention(result, "aiohttp")
    assert kept is not None
    assert kept.ratio == pytest.approx(2 / 7)


def test_retention_is_what_is_left_at_the_last_point() -> None:
    result = swept("concurrency=1,10", {"aiohttp": (1.0, 1.25)}, noise=0.05)
    kept = retention(result, "aiohttp")
    assert kept is not None
    assert kept.ratio == pytest.approx(0.8)
    assert kept.high - kept.low < 0.01, "what differs between rounds is the same at both points, and falls out"


def test_round_trips_are_the_slope_of_latency_over_distance() -> None:
    lanes = {"aiohttp": (1.0 + 5, 1.0 + 20, 1.0 + 60), "aiohttp-each": (2.0 + 10, 2.0 + 40, 2.0 + 120)}
    result = swept("rtt=5,20,60", lanes, concurrency=1)
    kept, each = (round_trips(result, lane) for lane in lanes)
    assert kept is not None
    assert each is not None
    assert [kept.trips, kept.rest_ms, kept.expected] == pytest.approx([1.0, 1.0, 1])
    assert [each.trips, each.rest_ms, each.expected] == pytest.approx([2.0, 2.0, 2])
    told = " ".join(sentences_of(result))
    assert "aiohttp 1.00" in told
    assert "From 5 ms of distance on, round trips are most of what a request takes in any lane" in told
    assert "aiohttp-each takes 2.00 of them, aiohttp 1.00." in told
    assert (
        "Keeping the client surely pays at all 3 values: aiohttp is 1.98 times as fast as aiohttp-each at 5 ms and "
        "1.98 times at 60 ms." in told
    )
    unsure = " ".join(
        sentences_of(swept("rtt=5,20,60", {"aiohttp": (6.0, 21.0, 61.0), "aiohttp-each": (6.0, 21.0, 61.0)}))
    )
    assert "Keeping the client" not in unsure


def test_a_connection_of_its_own_over_tls_takes_three() -> None:
    result = swept("rtt=5,20", {"aiohttp-each": (17.0, 62.0)}, concurrency=1, scenario=Scenario(tls=True))
    trips = round_trips(result, "aiohttp-each")
    assert trips is not None
    assert [trips.trips, trips.expected] == pytest.approx([3.0, 3])


def test_no_distance_has_no_relay_and_is_left_out_of_the_line() -> None:
    result = swept("rtt=0,5,20", {"aiohttp": (0.1, 6.0, 21.0)}, concurrency=1)
    trips = round_trips(result, "aiohttp")
    assert trips is not None
    assert trips.trips == pytest.approx(1.0)


def test_a_lane_that_computes_all_the_time_shows_no_distance() -> None:
    """Its requests wait for each other: what the distance adds is hidden."""
    measured = measured_sweep("rtt=5,20", {"aiohttp": (10.0, 21.0)}, concurrency=10)
    busy = replace(
        measured,
        points=tuple(
            replace(point, records=tuple(replace(each, cpu_s=each.elapsed_s) for each in point.records))
            for point in measured.points
        ),
    )
    assert round_trips(summarize_sweep(busy), "aiohttp") is None
    assert round_trips(summarize_sweep(measured), "aiohttp") is not None


def test_what_a_target_lets_through_is_told() -> None:
    """Ten requests a round, in one slice, are nine intervals: 45/s times 10/9."""
    even = 9 / 45 / 10 * 1e3
    result = swept("capacity=45/s,45000/s", {"aiohttp": (even, even)}, slices=1, noise=0.0)
    assert most_per_second(result.points[0].result, "aiohttp") == pytest.approx(50.0)
    told = " ".join(sentences_of(result))
    assert "At 45/s the target is the limit: every lane gets what theory says it lets through (100 % of it)." in told
    assert "Less gets through at 45000/s (0.1 %)." in told


@pytest.mark.parametrize(
    ("scenario", "most"),
    [
        (Scenario(), None),
        (Scenario(capacity=Capacity(per_second=45)), 45),
        (Scenario(rtt_ms=20), 10 / 0.020),
        (Scenario(rtt_ms=20, capacity=Capacity(per_second=45)), 45),
    ],
)
def test_limits_of_a_target(scenario: Scenario, most: float | None) -> None:
    result = swept("concurrency=5,10", {"aiohttp": (1.0, 1.0)}, scenario=scenario).points[1].result
    told = most_per_second(result, "aiohttp")
    assert told == (None if most is None else pytest.approx(most))


def test_findings_are_told_once_with_their_points() -> None:
    everywhere = crossing_sweep(rounds=1).findings
    ids = [finding.id for finding in everywhere]
    assert ids
    assert len(ids) == len(set(ids))
    assert not any(finding.text.startswith("At ") for finding in everywhere)
    measured = measured_sweep("rtt=0,5", {"aiohttp": (2.0, 7.0), "requests": (3.0, 9.0)})
    first, last = measured.points
    cut_short = replace(last, records=last.records[:2])
    somewhere = summarize_sweep(replace(measured, points=(first, cut_short))).findings
    assert [finding.text[:6] for finding in somewhere if finding.id == "few-rounds"] == ["At 5: "]


def test_what_holds_for_all_libraries_and_values_is_said_once() -> None:
    times_ms = {
        "requests": (2.0, 12.0, 42.0),
        "requests-session": (1.0, 6.0, 21.0),
        "aiohttp-each": (2.0, 12.0, 42.0),
        "aiohttp": (0.5, 5.5, 20.5),
    }
    told = " ".join(sentences_of(swept("rtt=0,5,20", times_ms)))
    assert told.count("at all 3 values: ") == 1
    assert re.search(r"pays at all 3 values: requests-session is [^;]+; aiohttp is ", told)
    assert re.search(r"For half of all pairs, differences below about [\d.]+ % can't be told at any value\.", told)
