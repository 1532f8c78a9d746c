"""The probe before the rounds, the two profiles, and what a round costs, at real sockets."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.recording_server import RecordingServer

from tui_httpbench.analysis.few_rounds import MIN_ROUNDS
from tui_httpbench.analysis.looks import is_look
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.catalog import DEFAULT_MODES, MODES
from tui_httpbench.plan.plan import WARMUP_REQUESTS, Plan, Profile, Request

# One of each library, kept and not, where all eight would only take longer.
FOUR = ("requests", "httpx-client", "httpx-async-each", "aiohttp")
HTTPX = {mode.id for mode in MODES.values() if mode.library.name == "httpx" and mode.id in DEFAULT_MODES}


async def measure(plan: Plan) -> Result:
    runner = Runner(plan, keep_going=True)
    async for _ in runner.run():
        pass
    return runner.result()


def plan_for(url: str, profile: Profile, **changes: Any) -> Plan:
    settings: dict[str, Any] = {
        "requests": 4,
        "concurrency": 2,
        "rounds": 1,
        "timeout_s": 5.0,
        "chosen_profile": profile,
        **changes,
    }
    return Plan(request=Request(url), **settings)


@pytest.mark.slow
async def test_with_equal_settings_all_modes_do_the_same_work_also_behind_a_redirect() -> None:
    result = await measure(plan_for("/redirect/2", "equal"))
    assert result.differences == ()
    assert {mode.mode: mode.statuses for mode in result.modes} == {mode_id: {200: 4} for mode_id in DEFAULT_MODES}
    assert {settings["redirects"] for settings in result.settings.values()} == {"followed, up to 10"}
    assert {settings["proxies"] for settings in result.settings.values()} == {"none"}
    assert {settings["accept-encoding"] for settings in result.settings.values()} == {"gzip, deflate"}
    assert len({settings["certificates"] for settings in result.settings.values()}) == 1


@pytest.mark.slow
async def test_with_defaults_httpx_follows_no_redirect_and_is_marked() -> None:
    result = await measure(plan_for("/redirect/1", "defaults"))
    (difference,) = result.differences
    assert difference.text == "httpx, httpx-client and 2 more got 302; the others followed it to 200."
    assert set(difference.modes) == HTTPX
    assert difference.text in result.warnings
    assert {mode_id for mode_id in DEFAULT_MODES if result.does_other_work(mode_id)} == HTTPX
    assert result.settings["httpx"]["redirects"] == "not followed"


@pytest.mark.slow
async def test_redirects_are_followed_ten_times_by_all_and_not_once_more() -> None:
    assert (await measure(plan_for("/redirect/10", "equal", modes=FOUR))).all_succeeded
    result = await measure(plan_for("/redirect/11", "equal", modes=FOUR))
    assert {mode.mode: mode.errors for mode in result.modes} == {mode_id: {"redirects": 4} for mode_id in FOUR}


@pytest.mark.slow
async def test_a_proxy_in_the_environment_sways_nobody_with_equal_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy)
        async with RecordingServer() as server:
            equal = await measure(plan_for(server.url + "/", "equal", modes=FOUR))
            defaults = await measure(plan_for(server.url + "/", "defaults", modes=FOUR))
    assert equal.all_succeeded
    by_proxy = {mode.mode for mode in defaults.modes if mode.failed}
    assert by_proxy == set(FOUR) - {"aiohttp"}
    (difference,) = defaults.differences
    assert set(difference.modes) == by_proxy
    assert difference.text.endswith(" got no answer (refused); the others got 200.")


@pytest.mark.slow
async def test_certificate_variables_sway_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(empty))
    assert (await measure(plan_for("/", "equal", modes=FOUR))).all_succeeded
    assert (await measure(plan_for("/", "defaults", modes=FOUR))).all_succeeded


@pytest.mark.slow
async def test_connections_are_counted_at_the_embedded_target_and_elsewhere_alike() -> None:
    at_target = await measure(plan_for("/", "equal", requests=20, modes=FOUR))
    async with RecordingServer() as server:
        elsewhere = await measure(plan_for(server.url + "/", "equal", requests=20, modes=FOUR))
    for result in (at_target, elsewhere):
        for mode in result.modes:
            assert mode.connections is not None
            if MODES[mode.mode].kept:
                assert 1 <= mode.connections <= 3, mode.mode
            else:
                assert mode.connections == 20 + WARMUP_REQUESTS, mode.mode
            assert mode.requests_per_connection == pytest.approx((20 + WARMUP_REQUESTS) / mode.connections)
    target_cpu_s = [record.target_cpu_s for record in at_target.records]
    assert all(seconds is not None and seconds >= 0 for seconds in target_cpu_s)
    assert all(record.target_cpu_s is None for record in elsewhere.records)


async def test_a_header_that_a_mode_changes_is_found() -> None:
    runner = Runner(plan_for("/", "equal", rounds=1, modes=("requests", "aiohttp")))
    async for _ in runner.run():
        pass
    result = runner.result()
    assert result.differences == ()
    # The heads are the real ones; what is told of them is looked at with a header that nobody sent.
    asked_more = result.plan.replace(request=Request("/", headers=(("X-Missing", "1"),)))
    differences = summarize_run(replace(runner.measured, plan=asked_more)).differences
    assert any("did not send X-Missing" in difference.text for difference in differences)


@pytest.mark.slow
async def test_an_automatic_run_ends_when_all_is_decided() -> None:
    plan = Plan(modes=("httpx-client", "httpx"), requests=15, concurrency=1, rounds="auto", budget_s=60)
    runner = Runner(plan, keep_going=True)
    async for _ in runner.run():
        pass
    result = runner.result()
    (rounds,) = {len(mode.elapsed_s) for mode in result.modes}
    assert is_look(rounds)
    assert rounds < plan.max_rounds
    assert [rank.label for rank in result.ranking] == ["1", "2"]
    assert result.ranking[0].verdict_next == "faster"
    progress = runner.progress()
    assert (progress.rounds, progress.max_rounds, progress.undecided) == (rounds, 30, ())
    assert progress.elapsed_s < plan.budget_s
    assert {lane.state for lane in progress.lanes} == {"done"}


async def test_an_automatic_run_begins_no_round_that_its_budget_has_no_room_for() -> None:
    plan = Plan(modes=("http.client", "http.client#2"), requests=5, concurrency=1, rounds="auto", budget_s=1.0)
    result = await measure(plan)
    (rounds,) = {len(mode.elapsed_s) for mode in result.modes}
    assert 1 <= rounds < 5
    assert any(f"a ranking needs {MIN_ROUNDS}" in warning for warning in result.warnings) == (rounds < MIN_ROUNDS)


async def test_the_same_mode_twice_is_probed_once() -> None:
    runner = Runner(Plan(modes=("http.client", "http.client#2"), requests=3, concurrency=1, rounds=1))
    async for _ in runner.run():
        pass
    assert list(runner.result().settings) == ["http.client"]
