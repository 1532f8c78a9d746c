"""Two runs compared: which verdict, when none, and what a gate makes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from support.made_results import clean_result

from tui_httpbench.analysis.compared_run import ComparedRun, Condition, Kind, LaneTimes, RoundTime
from tui_httpbench.analysis.comparison_rows import GONE_ON, SAME_RUN, conclusion, lane_row, notes
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.run_comparison import RunComparison, compare_runs
from tui_httpbench.analysis.run_differences import differences_of
from tui_httpbench.analysis.trend import trend_of
from tui_httpbench.measured.measured import DROPPED_BODY
from tui_httpbench.plan.error import PlanError
from tui_httpbench.report import comparison_json, comparison_markdown, json_report
from tui_httpbench.report.json_reading import run_of_document, run_of_result
from tui_httpbench.report.trend_report import chart_of

WOBBLE = (1.0, 1.004, 0.996, 1.002, 0.998)


def lane(label: str, ms: float, why_not: str = "", rounds: int = 5) -> LaneTimes:
    """A lane of rounds of 100 requests each that hardly differ."""
    times = tuple(RoundTime(n + 1, 0, 100, ms / 10 * WOBBLE[n]) for n in range(rounds))
    return LaneTimes(label, times, 1e3 / ms, why_not)


def run(*lanes: LaneTimes, **values: Any) -> ComparedRun:
    told: tuple[tuple[str, str, Kind], ...] = (
        ("cpu", "Fast 3000", "machine"),
        ("python", "CPython 3.13.1", "software"),
        ("concurrency", "1", "work"),
    )
    conditions = tuple(Condition(key, key, values.pop(key, usual), kind) for key, usual, kind in told)
    return ComparedRun("run.json", 2, lanes, conditions, **{"same_within": 0.03, **values})


OLD = run(lane("http.client", 0.1), lane("requests", 1.0), lane("aiohttp", 0.5))


def verdicts(comparison: RunComparison) -> dict[str, str]:
    return {each.label: each.verdict for each in comparison.lanes}


def test_each_lane_has_the_verdict_of_its_interval() -> None:
    new = run(lane("http.client", 0.2), lane("requests", 4.0), lane("aiohttp", 1.0))
    assert verdicts(compare_runs(OLD, new)) == dict.fromkeys(("http.client", "requests", "aiohttp"), "slower")
    assert verdicts(compare_runs(new, OLD)) == dict.fromkeys(("http.client", "requests", "aiohttp"), "faster")
    relative = compare_runs(OLD, new, relative_to="http.client", same_within=0.2)
    assert verdicts(relative) == {"requests": "slower", "aiohttp": "same"}
    assert "surely slower than before, relative to http.client: requests" in conclusion(relative).lower()
    assert lane_row(relative, relative.lanes[1])[-1] == "same within 20 %"


def test_a_small_difference_of_the_times_alone_is_unsure() -> None:
    new = run(lane("http.client", 0.11), lane("requests", 1.1), lane("aiohttp", 0.55))
    compared = compare_runs(OLD, new)
    assert set(verdicts(compared).values()) == {"unsure"}
    assert any("--relative-to http.client" in note for note in notes(compared))


@pytest.mark.parametrize("changes", [{"cpu": "Slow 1000"}, {"other_cpu_share": 0.5}])
def test_times_of_another_or_a_busy_machine_have_no_verdict_but_relative_to_a_lane(changes: dict[str, Any]) -> None:
    new = run(lane("http.client", 0.3), lane("requests", 30.0), lane("aiohttp", 1.5), **changes)
    compared = compare_runs(OLD, new, gate=0.05)
    assert set(verdicts(compared).values()) == {"unsure"}
    assert compared.passes
    assert not compared.fails
    assert "unsure, since" in compared.in_words(compared.lanes[0])
    assert conclusion(compared).startswith("Unsure, since "), "whatever the intervals of the table leave out"
    relative = compare_runs(OLD, new, relative_to="http.client", gate=0.05)
    assert verdicts(relative)["requests"] == "slower"
    assert relative.fails
    assert any("need not suffer alike" in note for note in notes(relative))


def test_a_gate_fails_what_is_surely_slower_alone() -> None:
    new = run(lane("http.client", 0.1), lane("requests", 1.3), lane("aiohttp", 0.5))
    judged = {
        gate: {each.label: each.verdict for each in compare_runs(OLD, new, relative_to="http.client", gate=gate).judged}
        for gate in (0.05, 0.3, 0.9)
    }
    assert judged[0.05] == {"requests": "slower", "aiohttp": "unsure"}
    assert judged[0.3]["requests"] == "unsure"
    assert set(judged[0.9].values()) == {"not slower"}


def test_a_gate_lets_nothing_pass_that_was_not_compared() -> None:
    failed = run(lane("http.client", 0.1), lane("requests", 1.0, "3 of 500 requests failed"), lane("aiohttp", 0.5))
    compared = compare_runs(OLD, failed, gate=0.5)
    assert not compared.passes
    assert not compared.fails
    assert "requests was not compared: in the new run, 3 of 500 requests failed." in list(notes(compared))
    other_work = compare_runs(OLD, run(*OLD.lanes, concurrency="10"), gate=0.5)
    assert not other_work.passes
    assert "did not do the same work (concurrency)" in other_work.judged[0].in_words
    nothing = compare_runs(run(lane("x", 1.0)), run(lane("y", 1.0)), gate=0.5)
    assert not nothing.passes
    short = compare_runs(run(lane("x", 1.0, rounds=1)), run(lane("x", 1.0)), gate=0.5)
    assert "one round is not enough" in short.judged[0].in_words


def test_where_the_lane_that_others_are_relative_to_failed_none_is_compared() -> None:
    broken = run(lane("http.client", 0.1, "it has no whole round"), lane("requests", 1.0))
    compared = compare_runs(broken, OLD, relative_to="http.client")
    assert compared.lanes[0].interval is None
    assert compared.lanes[0].why_not == "in the old run, it has no whole round (of http.client)"


def test_lanes_of_one_run_alone_are_told() -> None:
    compared = compare_runs(OLD, run(lane("requests", 1.0), lane("httpx", 2.0)))
    assert (compared.only_old, compared.only_new) == (("http.client", "aiohttp"), ("httpx",))
    assert any("In the old run alone" in note and "http.client and aiohttp" in note for note in notes(compared))


@pytest.mark.parametrize(
    ("wishes", "part"),
    [
        ({"relative_to": "curl\x1b[2J"}, "they share are: http.client, requests and aiohttp."),
        ({"lane": "x" * 500}, "There is no lane 'xxx"),
        ({"lane": "requests", "relative_to": "requests"}, "relative to itself"),
    ],
)
def test_a_lane_that_is_not_in_both_is_a_sentence_with_those_that_are(wishes: dict[str, str], part: str) -> None:
    with pytest.raises(PlanError) as raised:
        compare_runs(OLD, OLD, **wishes)  # type: ignore[arg-type]  # all of these are texts
    assert part in str(raised.value)


def test_one_lane_alone_is_surer_than_all() -> None:
    new = run(lane("http.client", 0.1), lane("requests", 1.0), lane("aiohttp", 0.5))
    (alone,) = compare_runs(OLD, new, lane="requests").lanes
    among = compare_runs(OLD, new).lanes[1]
    assert alone.interval is not None
    assert among.interval is not None
    assert alone.interval.high < among.interval.high


def test_what_differs_comes_in_an_order_and_only_where_it_differs() -> None:
    new = run(*OLD.lanes, cpu="Slow 1000", python="CPython 3.14.0", concurrency="2", other_cpu_share=0.3)
    assert [each.kind for each in differences_of(OLD, new)] == ["machine", "state", "software", "work"]
    assert differences_of(OLD, run(*OLD.lanes, other_cpu_share=0.04)) == ()
    unknown = compare_runs(run(*OLD.lanes, cpu=""), OLD)
    assert [each.is_known for each in unknown.differences] == [False]
    assert not unknown.why_clock_is_unsure


def test_packages_of_lanes_that_one_run_lacks_are_no_difference() -> None:
    both, one = (lane("requests", 1.0),), (lane("requests", 1.0), lane("aiohttp", 0.5))
    urllib3 = Condition("packages.urllib3", "urllib3", "2.5.0", "software", ("requests",))
    aiohttp = Condition("packages.aiohttp", "aiohttp", "3.13.0", "software", ("aiohttp",))
    old, new = replace(run(*both), conditions=()), replace(run(*one), conditions=(urllib3, aiohttp))
    assert [each.title for each in differences_of(old, new)] == ["urllib3"]
    assert [each.title for each in differences_of(replace(new, conditions=()), new)] == ["urllib3", "aiohttp"]


def test_other_work_stands_before_what_it_may_explain() -> None:
    new = run(lane("http.client", 0.01), lane("requests", 0.1), lane("aiohttp", 0.05), concurrency="2")
    told = conclusion(compare_runs(OLD, new))
    assert told.startswith("The runs did not do the same work (concurrency differed), so with that: surely faster than")
    assert conclusion(compare_runs(OLD, OLD)) == SAME_RUN
    dated = replace(OLD, started_at="2026-11-26T20:00:00+00:00")
    fewer = replace(dated, lanes=tuple(replace(each, rounds=each.rounds[:3]) for each in OLD.lanes))
    assert conclusion(compare_runs(fewer, dated)) == GONE_ON
    assert conclusion(compare_runs(replace(fewer, started_at="2026-11-27T20:00:00+00:00"), dated)) != GONE_ON


def test_every_form_has_what_the_comparison_says() -> None:
    new = run(lane("http.client", 0.1), lane("requests", 1.3), lane("httpx", 1.0), python="CPython 3.14.0")
    compared = compare_runs(OLD, new, relative_to="http.client", gate=0.05)
    document = json.loads(comparison_json.to_text(compared))
    assert document["gate"]["passed"] is False
    assert document["lanes"][0]["verdict"] == "slower"
    assert document["differences"][0]["id"] == "python"
    assert document["only_new"] == ["httpx"]
    text = comparison_markdown.to_text(compared)
    assert "**requests is surely more than 5 % slower than in the old run, relative to http.client.**" in text
    assert "| python | CPython 3.13.1 | CPython 3.14.0 |" in text


def test_a_trend_compares_each_run_with_the_first_and_tells_what_changed() -> None:
    runs = [OLD, run(*OLD.lanes), run(lane("http.client", 0.1), lane("requests", 2.0), python="CPython 3.14.0")]
    trend = trend_of(runs, relative_to="http.client")
    assert trend.label == "requests"
    assert [round(point.value or 0, 6) for point in trend.points] == [10, 10, 20]
    assert [point.changed for point in trend.points] == [(), (), ("python",)]
    last = trend.points[-1].since_first
    assert last is not None
    assert last.lanes[0].verdict == "slower"
    pair = compare_runs(runs[0], runs[-1], relative_to="http.client", lane="requests").lanes[0].interval
    assert pair is not None
    assert last.lanes[0].interval is not None
    assert last.lanes[0].interval.low < pair.low, "the intervals of all runs are to hold together"
    broken = replace(OLD, lanes=(OLD.lanes[0], lane("requests", 1.0, "rounds of it are missing")))
    assert trend_of([OLD, broken, OLD], "requests").points[1].value is None
    drawn = chart_of(trend_of([OLD, OLD, broken, OLD, OLD], "requests"), 60)
    rows = [row for row in drawn.splitlines() if "requests" in row]
    assert len(rows) == 1, "a line that is broken is named once"
    left, _, right = rows[0].partition("       ")
    assert left.strip(), "the line has a gap where a run has no value"
    assert right.strip()
    with pytest.raises(PlanError, match="share no lane"):
        trend_of([OLD, run(lane("x", 1.0)), OLD])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "none"),
        ({"method": "POST", "data": b"a=1"}, "3 bytes"),
        ({"method": "POST", "json_body": b'{"a": 1}'}, "8 bytes"),
        ({"method": "POST", "data_size": 5_000}, "5,000 bytes, made up"),
    ],
)
def test_what_was_sent_in_one_run_alone_is_other_work(changes: dict[str, Any], told: str) -> None:
    result = clean_result(("aiohttp", "requests"))
    sending = replace(result, plan=result.plan.replace(request=replace(result.plan.request, **changes)))
    (body,) = [each for each in run_of_result(sending, "new").conditions if each.id == "body"]
    assert (body.title, body.text, body.kind) == ("body", told, "work")
    found = {each.title for each in differences_of(run_of_result(result, "old"), run_of_result(sending, "new"))}
    assert ("body" in found) == bool(changes)


def test_a_body_that_is_not_kept_or_not_told_is_none_that_is_known() -> None:
    result = clean_result(("aiohttp", "requests"))
    posting = replace(result, plan=result.plan.replace(request=replace(result.plan.request, method="POST")))
    lacks = Finding("credentials-left-out", f"Its plan lacks {DROPPED_BODY}, since credentials are not stored; add it.")
    for lacking in (replace(posting, findings=(lacks,)), posting):
        document = json_report.to_dict(lacking)
        if not lacking.findings:
            del document["plan"]["body_bytes"]  # as in a file of an earlier version
        (body,) = [each for each in run_of_document(document, "old").conditions if each.id == "body"]
        assert body.text == ""
