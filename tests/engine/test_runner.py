"""A run's rounds, and what ends some of them early: kills, hangs, crashes, the user."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest
from support.recording_server import RecordingServer

from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.events import RoundFinished, RoundJudged, RoundStarted, RunFinished, RunStarted
from tui_httpbench.bench.kept_runs import keep, list_kept
from tui_httpbench.bench.recovery import find_interrupted_runs, read_measured
from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.catalog import MODES
from tui_httpbench.plan.plan import Plan, Request


def child_pids() -> set[int]:
    """Living processes whose parent is this one."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in children.read_text().split()}


async def wait_for_samples(runner: Runner, count: int) -> None:
    while runner.progress().done < count:
        await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_every_round_runs_every_mode_once() -> None:
    plan = Plan(modes=("requests-session", "aiohttp", "httpx-client"), requests=4, concurrency=2, rounds=3, seed=7)
    runner = Runner(plan)
    told = [event async for event in runner.run()]
    assert [event.round for event in told if isinstance(event, RoundJudged)] == [1, 2, 3]
    events = [event for event in told if not isinstance(event, RoundJudged)]
    assert isinstance(events[0], RunStarted)
    assert events[-1] == RunFinished(stopped=False)
    assert len(events) == 2 + 2 * 3
    for number, (started, finished) in enumerate(zip(events[1:-1:2], events[2:-1:2], strict=True), 1):
        assert isinstance(started, RoundStarted)
        assert isinstance(finished, RoundFinished)
        assert (started.round, started.modes) == (number, plan.modes)
        assert [(record.round, record.mode) for record in finished.records] == [(number, mode) for mode in plan.modes]
    result = runner.result()
    assert result.all_succeeded
    assert [mode.requests for mode in result.modes] == [12, 12, 12]
    assert [len(mode.elapsed_s) for mode in result.modes] == [3, 3, 3]
    assert [rank.interval is not None for rank in result.ranking] == [True] * 3
    assert result.ranking[0].ratio == 1.0
    progress = runner.progress()
    assert (progress.done, progress.share, progress.errors, progress.time_left_s) == (36, 1.0, 0, 0.0)
    assert [lane.total for lane in progress.lanes] == [12, 12, 12]
    assert {lane.state for lane in progress.lanes} == {"done"}
    assert all(len(lane.sparkline) == 24 for lane in progress.lanes)
    assert (progress.stage, progress.running) == ("ended", None)
    assert not child_pids()


async def test_the_same_mode_twice_is_two_entries() -> None:
    plan = Plan(modes=("http.client", "http.client#2"), requests=5, concurrency=1, rounds=2)
    runner = Runner(plan)
    async for _ in runner.run():
        pass
    result = runner.result()
    assert [mode.mode for mode in result.modes] == ["http.client", "http.client#2"]
    assert result.all_succeeded
    # What the running screen says last is what the result says.
    shown = [lane.throughput for lane in runner.progress().lanes]
    assert shown == pytest.approx([mode.requests_per_second for mode in result.modes])


async def test_what_each_round_reports() -> None:
    # One of each library, kept and not, sync and async.
    modes = ("requests", "httpx-client", "httpx-async-each", "aiohttp")
    runner = Runner(Plan(modes=modes, requests=10, concurrency=2, rounds=1))
    async for _ in runner.run():
        pass
    assert [record.mode for record in runner.records] == list(modes)
    for probe in runner.measured.probes:
        assert probe.packages[MODES[probe.mode].library.distribution]
    for record in runner.records:
        assert record.outcome == "complete"
        assert record.setup is not None
        assert [request.status for request in record.setup.warmup] == [200, 200, 200]
        assert record.cpu_s is not None
        assert record.cpu_s > 0
        assert record.peak_memory_bytes is None or record.peak_memory_bytes > 5_000_000
        assert record.elapsed_s is not None
        assert record.elapsed_s == pytest.approx(sum(part.elapsed_s for part in record.slices))
        assert record.cpu_s == pytest.approx(sum(part.cpu_s for part in record.slices))
        assert sum(part.requests for part in record.slices) == len(record.samples) == 10
        assert record.connections is not None
        assert record.target_cpu_s is not None
        assert record.wall_s > record.elapsed_s
        latency_s = record.samples[:, 1].sum() / 1e9
        # No request can have begun before or ended after its round, and two at once fill at most twice its time.
        assert 0 < latency_s <= 2 * record.elapsed_s


@pytest.mark.usefixtures("light_modes")
async def test_stopping_keeps_every_finished_request_of_every_mode() -> None:
    async with RecordingServer() as server:
        plan = Plan(Request(server.url + "/"), ("light", "light-async"), requests=1_000_000, concurrency=1)
        runner = Runner(plan)
        async for event in runner.run():
            if isinstance(event, RoundStarted):
                stopper = asyncio.create_task(stop_after(runner, 20))
        await stopper
    result = runner.result()
    assert event == RunFinished(stopped=True)
    assert result.stopped
    assert not result.all_succeeded
    assert [(record.mode, record.outcome) for record in runner.records] == [(mode, "stopped") for mode in plan.modes]
    for record in runner.records:
        assert result.mode(record.mode).ok == len(record.samples) >= 20
        arrived = sum(request.headers["X-Mode"] == record.mode for request in server.requests)
        arrived -= record.mode == plan.modes[0]  # the probe of the first mode is repeated after the others
        assert arrived - 1 - 3 - len(record.samples) in (0, 1), "a probe, the warm-up, and one that was under way"
    assert not child_pids()


async def stop_after(runner: Runner, count: int) -> None:
    """Stops it once each mode has that many samples."""
    while any(lane.done < count for lane in runner.progress().lanes):
        await asyncio.sleep(0.01)
    runner.stop()


async def test_a_killed_worker_keeps_its_samples_and_the_other_modes_go_on() -> None:
    async with RecordingServer() as server:
        plan = Plan(Request(server.url + "/"), ("http.client",), requests=3000, concurrency=1, rounds=2)
        runner = Runner(plan)
        async for event in runner.run():
            if isinstance(event, RoundStarted):
                killer = asyncio.create_task(kill_worker_after(runner, 20))
        await killer
    (record,) = runner.records
    assert record.outcome == "crashed"
    assert "SIGKILL" in record.reason
    assert 20 <= len(record.samples) < 3000
    result = runner.result()
    assert not result.stopped
    assert not result.ranking[0].clean
    (crash,) = (finding for finding in result.findings if finding.id == "mode-crashed")
    assert "SIGKILL" in crash.text
    assert crash.modes == ("http.client",)


async def kill_worker_after(runner: Runner, count: int) -> None:
    await wait_for_samples(runner, count)
    for pid in child_pids():
        os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
async def test_a_worker_without_progress_is_ended_and_its_requests_count_as_hung() -> None:
    async with RecordingServer() as server:
        # Every byte that drips in restarts requests' read timeout, so it would wait for days.
        plan = Plan(Request(server.url + "/drip"), ("requests",), requests=3, concurrency=2, rounds=2, timeout_s=0.1)
        runner = Runner(plan, keep_going=True)
        runner_events = runner.run()
        with pytest.MonkeyPatch.context() as patch:
            # The warm-up would hang as well.
            patch.setattr("tui_httpbench.bench.worker_job.WARMUP_REQUESTS", 0)
            records = [event.records async for event in runner_events if isinstance(event, RoundFinished)]
    ((record,),) = records
    assert (record.outcome, record.hung_requests, len(record.samples)) == ("hung", 3, 0)
    summary = runner.result().mode("requests")
    assert (summary.requests, summary.ok, summary.errors) == (3, 0, {"hung": 3})
    assert summary.requests_per_second is None
    assert not child_pids()


async def test_a_client_that_cannot_be_imported_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A broken installation: a package of that name, found first, which fails when it is imported.
    (tmp_path / "httpx.py").write_text("raise RuntimeError('broken installation')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    runner = Runner(Plan(modes=("httpx", "http.client"), requests=4, concurrency=1, rounds=2))
    async for _ in runner.run():
        pass
    result = runner.result()
    assert "could not import its client: RuntimeError: broken installation" in result.mode("httpx").note
    assert result.mode("httpx").requests == 0
    assert result.mode("http.client").ok == 8
    assert [(rank.mode, rank.ratio is None) for rank in result.ranking] == [("http.client", False), ("httpx", True)]


async def test_a_client_that_prints_breaks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    # netrc is imported by aiohttp; this one prints, then stands in for the real one.
    (tmp_path / "netrc.py").write_text(
        "print('noise from an import')\nimport os; os.write(1, b'more noise')\n"
        "class netrc: pass\nclass NetrcParseError(Exception): pass\n"
    )
    runner = Runner(Plan(modes=("aiohttp",), requests=4, concurrency=1, rounds=1))
    async for _ in runner.run():
        pass
    assert (runner.records[0].outcome, runner.records[0].reason) == ("complete", "")


async def test_a_killed_run_that_went_on_is_kept_in_place_of_the_one_that_it_went_on_with() -> None:
    plan = Plan(modes=("http.client",), requests=5, concurrency=1, rounds=2, seed=3)
    first = Runner(plan)
    async for _ in first.run():
        pass
    kept = keep(first.measured, source="the first app")
    assert kept is not None
    second = Runner(plan, keeps_folder=True, earlier=first.measured)
    async for event in second.run():
        if isinstance(event, RoundFinished):
            break  # as far as its app came
    second.leave()
    (run,) = find_interrupted_runs()
    notices: list[str] = []
    again = keep(read_measured(run.folder), source="the next app", tell=notices.append)
    assert again is not None
    assert ([each.id for each in list_kept()], again.requests, notices) == ([kept.id], 15, [])


@pytest.mark.slow
async def test_what_a_run_brought_to_light_is_in_its_folder_whole() -> None:
    """And what the run did that it goes on with."""
    plan = Plan(modes=("http.client", "http.client#2"), requests=5, concurrency=2, rounds=1, seed=3)
    measured = None
    for records in (2, 4):
        runner = Runner(plan, keeps_folder=True, earlier=measured)
        async for _ in runner.run():
            pass
        runner.leave()
        (run,) = find_interrupted_runs()
        measured = runner.measured
        assert len(measured.records) == records
        assert all(probe.heads and probe.settings for probe in measured.probes)
        assert measured.ended_at is not None
        assert read_measured(run.folder) == measured
        assert summarize_run(read_measured(run.folder)) == runner.result()
        shutil.rmtree(run.folder)


async def test_no_credential_is_in_the_folder_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPBENCH_TEST_TAG", "hush")
    headers = (("Authorization", "Bearer hush"), ("X-Tag", "$HTTPBENCH_TEST_TAG"), ("Cookie", "sid=hush"))
    request = Request("/?token=hush", headers=headers)
    runner = Runner(Plan(request, ("requests", "aiohttp"), requests=2, concurrency=1, rounds=1), keeps_folder=True)
    async for _ in runner.run():
        pass
    runner.leave()
    (run,) = find_interrupted_runs()
    files = list(run.folder.iterdir())
    assert {"run.json", "notes.jsonl", "rounds.jsonl"} <= {path.name for path in files}
    assert [path.name for path in files if b"hush" in path.read_bytes()] == []
    assert runner.result().differences == ()
