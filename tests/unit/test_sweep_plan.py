"""A sweep as it is typed, and the plans of its points."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from tui_httpbench.bench.forecast import forecast
from tui_httpbench.commands.arguments import Parser
from tui_httpbench.commands.main import main
from tui_httpbench.commands.option_values import UsageError
from tui_httpbench.commands.plan_options import make_plan
from tui_httpbench.plan.plan import Plan, PlanError, Request
from tui_httpbench.plan.politeness import remote_load
from tui_httpbench.plan.stored import plan_from_dict, plan_to_dict
from tui_httpbench.plan.sweep import MAX_LANES, MAX_POINTS, MIRROR_PATH, parse_sweep, usual_budget_s

HTTPX2 = "workload=c1/1k,c16/1k,c512/1k,c64/100k,c8/5m,c64/1k/post"


def plan_of(*options: str) -> Plan:
    given: argparse.Namespace = Parser("run").parse(list(options))
    plan = make_plan(given)
    assert plan is not None
    return plan


@pytest.mark.parametrize(
    ("typed", "text", "numbers"),
    [
        ("concurrency=100,1,10", "concurrency=1,10,100", (1, 10, 100)),
        ("rtt=20ms, 0, 5", "rtt=0,5,20", (0, 5, 20)),
        ("body_size=1m,1k,1500", "body-size=1k,1500,1m", (1_000, 1_500, 1_000_000)),
        ("service-time=exponential:50,0,uniform:10:30", "service-time=0,uniform:10:30,exponential:50", (0, 20, 50)),
        ("CAPACITY=90/s,45/s", "capacity=45/s,90/s", (45, 90)),
        ("capacity=8,4", "capacity=4,8", (4, 8)),
        ("workload=c16/1000b,c1/1k", "workload=c16/1k,c1/1k", None),
    ],
)
def test_values_are_written_in_one_form_and_numbers_in_order(
    typed: str, text: str, numbers: tuple[float, ...] | None
) -> None:
    sweep = parse_sweep(typed)
    assert (sweep.text, sweep.numbers) == (text, numbers)
    assert parse_sweep(sweep.text) == sweep


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("latency=1,2", "'latency' is no knob of --sweep; it takes concurrency, rtt,"),
        ("rtt", "'rtt' is no sweep"),
        ("rtt=5", "has one value, which is no curve"),
        ("rtt=5,,6", "has an empty value"),
        ("rtt=5,5ms", "has '5' twice"),
        ("rtt=5,fast", "not 'fast'"),
        ("concurrency=1,article", "whole numbers from 1 to 2,000, not 'article'"),
        ("concurrency=0,1", "not '0'"),
        ("body-size=1k,1t", "not '1t'"),
        ("capacity=1,x", "'x' is no capacity"),
        ("service-time=1,x:2", "'x:2' is no service time"),
        ("workload=1k,c1/1k", "'1k' is no workload"),
        ("workload=c3000/1k,c1/1k", "1 to 2,000"),
        ("workload=c1/2m/post,c1/1k", "posts up to 1,000,000 bytes"),
        (f"rtt={','.join(map(str, range(MAX_POINTS + 1)))}", f"up to {MAX_POINTS} values, not 21"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(typed: str, said: str) -> None:
    with pytest.raises(PlanError) as error:
        parse_sweep(typed)
    assert error.value.field == "sweep"
    assert said in str(error.value)
    assert str(error.value).endswith(".")


def test_each_point_has_a_plan_of_its_own() -> None:
    plan = Plan(sweep=parse_sweep("rtt=0,20"), budget_s=60.0, seed=7, scenario=Plan().scenario)
    (zero, near), (twenty, far) = plan.points()
    assert (zero, twenty) == ("0", "20")
    assert (near.scenario.rtt_ms, far.scenario.rtt_ms) == (0.0, 20.0)
    assert near.sweep is far.sweep is None
    assert near.budget_s == far.budget_s == 30.0
    assert near.seed != far.seed, "points do not share the order of their lanes"
    assert Plan().points() == ()


def test_the_matrix_of_httpx2_is_one_sweep() -> None:
    points = dict(Plan(sweep=parse_sweep(HTTPX2)).points())
    assert [point.concurrency for point in points.values()] == [1, 16, 512, 64, 8, 64]
    assert [point.scenario.body_bytes for point in points.values()] == [1_000, 1_000, 1_000, 100_000, 5_000_000, 1_000]
    posted = points["c64/1k/post"].request
    assert (posted.method, posted.url, len(posted.body or b"")) == ("POST", MIRROR_PATH, 1_000)
    assert {point.request.method for value, point in points.items() if "post" not in value} == {"GET"}


@pytest.mark.parametrize(
    ("sweep", "changes", "said"),
    [
        ("rtt=1,2", {"request": Request("http://example.org/")}, "not a URL of your own"),
        ("workload=c1/1k,c2/1k", {"request": Request("http://example.org/")}, "not a URL of your own"),
        ("concurrency=1,2", {"concurrency": "article", "requests": 10}, "so does concurrency 'article'"),
        ("workload=c1/1k,c2/1k", {"request": Request("/bytes/5")}, "leave out the URL and the body"),
        ("workload=c1/1k,c2/1k", {"request": Request(data=b"x")}, "leave out the URL and the body"),
        ("body-size=1,2", {"request": Request("/bytes/5")}, "not at /bytes/5"),
        ("capacity=45/s,8", {}, "values of one kind"),
        ("concurrency=1,20", {"requests": 10}, "10 requests are never more than that in flight, so 20"),
        ("rtt=1,2,3", {"budget_s": 2.0}, "less than a second for each of 3 points"),
        ("rtt=1,2", {"modes": tuple(f"aiohttp#{n}" for n in range(2, 203))}, "up to"),
        ("body-size=1,60m", {"scenario": Plan().scenario.change(gzip=True)}, "gzipped"),
    ],
)
def test_a_sweep_goes_with_the_rest_of_its_plan(sweep: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        Plan(sweep=parse_sweep(sweep), **changes)


def test_points_times_modes_have_a_bound() -> None:
    sweep = parse_sweep(f"rtt={','.join(map(str, range(MAX_POINTS)))}")
    modes = tuple(f"aiohttp#{number}" for number in range(2, 3 + MAX_LANES // MAX_POINTS))
    with pytest.raises(
        PlanError, match=f"20 points of 21 modes are 420 runs of a mode in each round, and up to {MAX_LANES}"
    ):
        Plan(sweep=sweep, modes=modes)
    assert len(Plan(sweep=sweep, modes=modes[1:]).points()) == MAX_POINTS


def test_a_stored_plan_keeps_its_sweep() -> None:
    plan = Plan(sweep=parse_sweep(HTTPX2), budget_s=90.0)
    assert plan_from_dict(plan_to_dict(plan)).sweep == plan.sweep
    assert "sweep" not in plan_to_dict(Plan())


def test_a_budget_that_nobody_gave_grows_with_the_points() -> None:
    assert plan_of("--sweep", "rtt=0,5").budget_s == usual_budget_s(2) == 40.0
    assert plan_of("--sweep", "rtt=0,1,2,3,4,5,6,7,8,9,10").budget_s == 150.0
    assert plan_of("--sweep", "rtt=0,5", "--budget", "12").budget_s == 12.0
    assert plan_of("--sweep", "rtt=0,5", "--preset", "thorough").budget_s == 40.0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--sweep", "concurrency=1,2", "-c", "5"), "--sweep concurrency says at each point what -c says"),
        (("--sweep", "rtt=1,2", "--rtt", "5"), "what --rtt says"),
        (("--sweep", "workload=c1/1k,c2/1k", "-X", "PUT"), "what -X says"),
        (("--preset", "distance", "--rtt", "5"), "^--preset distance tries rtt 0, 1, 5, 20, 50, so --rtt can't be one"),
        (("--preset", "distance", "http://localhost:9/"), "^--preset distance tries .* at the embedded target, not at"),
        (("--preset", "distance", "--sweep", "rtt=1,2", "--rtt", "5"), "^--sweep rtt says at each point what --rtt"),
    ],
)
def test_no_option_says_what_the_sweep_says(options: tuple[str, ...], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        plan_of(*options)


def test_a_second_sweep_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--sweep is given twice, as concurrency=1,2 and rtt=1,2; .* leave one"):
        plan_of("--sweep", "concurrency=1,2", "--sweep", "rtt=1,2")


@pytest.mark.parametrize(
    ("options", "option"), [(("--no-http2",), "--no-http2"), (("--scenario", "loopback"), "--scenario")]
)
def test_the_question_about_http2_keeps_it(options: tuple[str, ...], option: str) -> None:
    with pytest.raises(PlanError, match=f"^--preset http2 compares HTTP/2 with HTTP/1.1, .* leave {option} out"):
        plan_of("--preset", "http2", *options)
    assert plan_of("--preset", "http2", "--scenario", "loopback", "--tls", "--http2").scenario.http2
    assert plan_of("--preset", "http2", "https://localhost:9/").request.url == "https://localhost:9/"


def test_somebody_elses_server_is_asked_for_all_points_together() -> None:
    plan = plan_of("example.org", "--sweep", "concurrency=1,2,60", "-m", "aiohttp")
    load = remote_load(plan)
    assert load is not None
    assert plan.requests == 60, "as many as the widest point has in flight"
    assert (load.requests, load.in_flight) == (60 * 5 * 3, 60)
    assert load.is_heavy


def test_the_forecast_is_that_of_all_points() -> None:
    plan = Plan(sweep=parse_sweep("rtt=0,100"), duration_s=1.0, rounds=2, modes=("aiohttp",))
    both = forecast(plan, 2)
    each = [forecast(point, 2) for _, point in plan.points()]
    assert both is not None
    assert both.seconds == pytest.approx(sum(told.seconds for told in each if told is not None))


@pytest.mark.parametrize("option", [("--fail-if-slower", "5"), ("--reference", "aiohttp"), ("--group-by", "mode")])
def test_what_is_for_a_single_run_is_refused(option: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--sweep", "rtt=0,1", "-m", "aiohttp", "-m", "requests", *option]) == 2
    assert f"{option[0]} is for a single run" in capsys.readouterr().err


def test_the_report_shows_what_curves_have(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--sweep", "rtt=0,1", "-m", "aiohttp", "--metric", "memory"]) == 2
    assert "requests/s, time, p50, p99 or cpu, not memory" in capsys.readouterr().err
