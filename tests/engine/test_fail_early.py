"""Before the rounds: where every mode fails nothing is measured, and what a server changes by itself marks nobody."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import SCHEMA_FILE
from support.one_round import LIGHT
from support.other_machine import OTHER_MACHINE, give_name_to_this_machine
from support.scripted_server import Asked, Reply, ScriptedServer

from tui_httpbench.analysis.all_failed import find_common_failure
from tui_httpbench.analysis.same_work import find_differences
from tui_httpbench.bench.events import AllFailed, Event
from tui_httpbench.bench.probes import probe_modes
from tui_httpbench.bench.recovery import find_interrupted_runs
from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.trust import USUAL_TRUST
from tui_httpbench.plan.plan import Plan, Request

MODES = ("requests-session", "httpx-client", "aiohttp")
URLLIB3_TOO = (*MODES, "urllib3")


def plan_for(url: str, **changes: Any) -> Plan:
    values: dict[str, Any] = {"modes": MODES, "requests": 5, "concurrency": 2, "rounds": 1, "seed": 1, "pin": False}
    return Plan(Request(url), **(values | changes))


async def events_of(runner: Runner) -> list[Event]:
    return [event async for event in runner.run()]


def only_posts(asked: Asked) -> Reply:
    return Reply(status=200 if asked.method == "POST" else 405)


async def test_a_method_that_nobody_takes_ends_the_run_before_the_first_round() -> None:
    async with ScriptedServer(only_posts) as server:
        runner = Runner(plan_for(server.url), keeps_folder=True)
        events = await events_of(runner)
        probes = len(server.requests)
        runner.discard()
    assert probes == len(MODES) + 1, "the first mode is asked once more, and nobody twice"
    (told,) = (event for event in events if isinstance(event, AllFailed))
    assert told.failure == runner.failure
    assert told.failure.text == "All 3 modes got 405: this URL does not take GET; choose a method, -X POST."
    result = runner.result()
    assert (result.records, result.stopped, result.all_succeeded) == ((), False, False)
    assert [finding.id for finding in result.findings] == ["all-failed"]
    assert find_interrupted_runs() == []


@pytest.mark.slow
@pytest.mark.usefixtures("light_modes")
async def test_who_keeps_going_measures_failures_that_are_not_ranked() -> None:
    async with ScriptedServer(only_posts) as server:
        runner = Runner(plan_for(server.url, modes=LIGHT))
        async for event in runner.run():
            runner.keep_going |= isinstance(event, AllFailed)
    result = runner.result()
    assert {mode.mode: mode.statuses for mode in result.modes} == {mode: {405: 5} for mode in LIGHT}
    assert [(rank.mode, rank.ratio) for rank in result.ranking] == [(mode, None) for mode in LIGHT]
    assert all(mode.requests_per_second is None for mode in result.modes)
    assert all(lane.failures == (("405", 5),) and lane.throughput is None for lane in runner.progress().lanes)
    # More rounds of it ask no more.
    async with ScriptedServer(only_posts) as server:
        more = Runner(plan_for(server.url, modes=LIGHT), earlier=runner.measured)
        assert not any(isinstance(event, AllFailed) for event in await events_of(more))
    assert {mode.requests for mode in more.result().modes} == {10}


async def test_headless_says_why_and_writes_json_without_rounds() -> None:
    schema = json.loads(SCHEMA_FILE.read_text())
    modes = ("-m", "http.client", "-m", "urllib3")
    async with ScriptedServer(only_posts) as server:
        run = (sys.executable, "-m", "tui_httpbench", "run", server.url, "-n", "5", "-r", "1", *modes)

        async def output_of(*options: str) -> tuple[int | None, str, str]:
            process = await asyncio.create_subprocess_exec(
                *run, *options, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            output, errors = await asyncio.wait_for(process.communicate(), 60)
            return process.returncode, output.decode(), errors.decode()

        as_json, as_text, going = await asyncio.gather(
            output_of("--json", "-"), output_of(), output_of("--keep-going", "--json", "-")
        )
    why = "Both modes got 405: this URL does not take GET; choose a method, -X POST."
    hint = "httpbench-tui: Nothing was measured; --keep-going measures all the same."
    assert as_json[0] == as_text[0] == going[0] == 1
    assert as_json[2].splitlines() == as_text[2].splitlines() == [f"httpbench-tui: {why}", hint]
    document = json.loads(as_json[1])
    jsonschema.validate(document, schema)
    assert [(finding["id"], finding["text"]) for finding in document["findings"]] == [("all-failed", why)]
    assert all(mode["rounds"] == [] and mode["requests"] == 0 for mode in document["modes"])
    assert {(rank["rank"], rank["ratio"]) for rank in document["ranking"]} == {(None, None)}
    assert f"Nothing was measured. {why}" in " ".join(as_text[1].split())
    assert as_text[1].count("Both modes got") == 1
    measured = json.loads(going[1])
    jsonschema.validate(measured, schema)
    assert {(mode["requests"], mode["requests_per_second"]) for mode in measured["modes"]} == {(5, None)}
    assert {(rank["rank"], rank["label"], rank["ratio"]) for rank in measured["ranking"]} == {(None, None, None)}
    assert measured["conclusion"] == "No mode got a good answer: none of 10 requests succeeded (405 × 10)."


@pytest.mark.slow
async def test_what_fails_behind_a_redirect_or_a_proxy_is_said_to_fail_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each library as it comes, since it is read off the frames that its exceptions went through."""
    closed = "http://127.0.0.1:1/x"
    asked = {"/refused": closed, "/scheme": "ftp://a.b/x", "/loop": "/loop"}
    async with ScriptedServer(lambda request: Reply(status=302, location=asked[request.path])) as server:
        for path, led_to, said in (
            ("/refused", closed, f"redirects to {closed}, and nobody listens there"),
            ("/scheme", "ftp://a.b/x", "redirects to ftp://a.b/x, where they can't follow"),
            ("/loop", f"{server.url}/loop", f"on and on, at last to {server.url}/loop"),
        ):
            plan = plan_for(server.url + path, modes=URLLIB3_TOO)
            probes = await probe_modes(plan, plan.request.url, None, USUAL_TRUST)
            assert {probe.mode: probe.led_to for probe in probes} == dict.fromkeys(URLLIB3_TOO, led_to)
            failure = find_common_failure(plan, probes)
            assert failure is not None
            assert said in failure.text
    plan = plan_for(closed, modes=("requests", "urllib3"))  # where nothing redirects
    failure = find_common_failure(plan, await probe_modes(plan, closed, None, USUAL_TRUST))
    assert failure is not None
    assert failure.text.startswith("Both modes got no connection: nobody listens there; start the server")
    give_name_to_this_machine(tmp_path, monkeypatch)
    monkeypatch.setenv("HTTP_PROXY", "127.0.0.1:1")
    plan = plan_for(f"http://{OTHER_MACHINE}:1/", modes=MODES[1:], chosen_profile="defaults")
    failure = find_common_failure(plan, await probe_modes(plan, plan.request.url, None, USUAL_TRUST))
    assert failure is not None
    assert "httpx-client got no connection (they go through the proxy http://127.0.0.1:1, which" in failure.text
    assert "aiohttp got no connection (nobody listens there)" in failure.text


def clock(asked: Asked) -> Reply:
    return Reply(f"<p>19:26:{asked.number:02}</p>")


def other_page_for_aiohttp(asked: Asked) -> Reply:
    """A clock, and for the only client that sends no Connection header another page."""
    return clock(asked) if "connection" in asked.headers else Reply("You are no browser. " * 20)


def only_aiohttp(asked: Asked) -> Reply:
    return Reply(status=403 if "connection" in asked.headers else 200)


def every_second(asked: Asked) -> Reply:
    return Reply(status=503 if asked.number % 2 == 0 else 200)


def session(asked: Asked) -> Reply:
    return Reply(status=302, location=f"/in?id={asked.number}") if asked.path == "/" else Reply("in")


@pytest.mark.parametrize(
    ("answer", "marked"),
    [
        pytest.param(lambda _: Reply(), {}, marks=pytest.mark.slow),
        (clock, {"changing-body": ()}),
        (other_page_for_aiohttp, {"changing-body": (), "other-body": ("aiohttp",)}),
        (only_aiohttp, {"other-status": MODES[:2]}),
        pytest.param(every_second, {"changing-body": ()}, marks=pytest.mark.slow),
        pytest.param(session, {"changing-body": ()}, marks=pytest.mark.slow),
    ],
)
async def test_what_changes_by_itself_marks_nobody_and_hides_nothing(answer: Any, marked: dict[str, Any]) -> None:
    async with ScriptedServer(answer) as server:
        # Without a slash behind it, which every library spells in its own way.
        plan = plan_for(server.url)
        probes = await probe_modes(plan, server.url, None, USUAL_TRUST)
    assert {finding.id: finding.modes for finding in find_differences(plan, probes)} == marked


@pytest.mark.slow
async def test_a_silent_server_is_waited_for_twice_and_not_once_for_each_mode() -> None:
    """The other modes ask at once when the first one has waited in vain, and nobody is asked again."""
    modes = (*MODES, "httpx-async")
    waiting: set[asyncio.StreamReader] = set()
    at_once: list[int] = []

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        waiting.add(reader)
        at_once.append(len(waiting))
        await reader.read()
        waiting.remove(reader)
        writer.close()

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        runner = Runner(plan_for(url, modes=modes, timeout_s=2.0))
        await asyncio.wait_for(events_of(runner), 60)
    assert runner.failure is not None
    assert "All 4 modes got no answer in 2 s: " in runner.failure.text
    assert len(at_once) == len(modes)
    assert at_once[0] == 1
    assert max(at_once) > 1
