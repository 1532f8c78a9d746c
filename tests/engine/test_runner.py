"""A run's rounds, and that nothing stops it or outlives it: kills, hangs, crashes, stops."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from recording_server import RecordingServer

from tui_httpbench.bench.events import RoundFinished, RoundStarted, RunFinished, RunStarted
from tui_httpbench.bench.runner import Runner, order_rounds
from tui_httpbench.clients.catalog import DEFAULT_MODES, MODES
from tui_httpbench.plan import Plan, Request


def child_pids() -> set[int]:
    """Living processes whose parent is this one."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in children.read_text().split()}


async def wait_for_samples(runner: Runner, count: int) -> None:
    while runner.progress().done < count:
        await asyncio.sleep(0.01)


@pytest.mark.slow
async def test_every_round_runs_every_mode_once_in_an_order_from_the_seed() -> None:
    plan = Plan(modes=("requests-session", "aiohttp", "httpx-client"), requests=4, concurrency=2, rounds=3, seed=7)
    runner = Runner(plan)
    events = [event async for event in runner.run()]
    started = [(event.mode, event.round) for event in events if isinstance(event, RoundStarted)]
    order = tuple(order_rounds(plan))
    assert started == [(mode, number) for number, modes in enumerate(order, 1) for mode in modes]
    assert all(sorted(modes) == sorted(plan.modes) for modes in order)
    assert order == tuple(order_rounds(plan))
    assert len({next(order_rounds(plan.replace(seed=seed))) for seed in range(30)}) > 3
    assert isinstance(events[0], RunStarted)
    assert events[-1] == RunFinished(stopped=False)
    result = runner.result()
    assert result.all_succeeded
    assert [mode.requests for mode in result.modes] == [12, 12, 12]
    assert [len(mode.elapsed_s) for mode in result.modes] == [3, 3, 3]
    assert [rank.interval is not None for rank in result.ranking] == [True] * 3
    assert result.ranking[0].ratio == 1.0
    progress = runner.progress()
    assert (progress.done, progress.total, progress.errors, progress.time_left_s) == (36, 36, 0, 0.0)
    assert {lane.state for lane in progress.lanes} == {"done"}
    assert all(len(lane.sparkline) == 24 for lane in progress.lanes)
    assert not child_pids()


async def test_the_same_mode_twice_is_two_entries() -> None:
    plan = Plan(modes=("aiohttp", "aiohttp#2"), requests=5, concurrency=1, rounds=1)
    runner = Runner(plan)
    async for _ in runner.run():
        pass
    assert [mode.mode for mode in runner.result().modes] == ["aiohttp", "aiohttp#2"]
    assert runner.result().all_succeeded


async def test_what_each_round_reports() -> None:
    runner = Runner(Plan(requests=10, concurrency=2, rounds=1))
    async for _ in runner.run():
        pass
    assert {record.mode for record in runner.records} == set(DEFAULT_MODES)
    for record in runner.records:
        assert record.outcome == "complete"
        assert record.setup is not None
        assert record.setup.packages[MODES[record.mode].library.distribution]
        assert [request.status for request in record.setup.warmup] == [200, 200, 200]
        assert record.cpu_s is not None
        assert record.cpu_s > 0
        assert record.peak_memory_bytes is None or record.peak_memory_bytes > 5_000_000
        assert record.elapsed_s is not None
        latency_s = record.samples[:, 1].sum() / 1e9
        # No request can have begun before or ended after its round, and two at once fill at most twice its time.
        assert 0 < latency_s <= 2 * record.elapsed_s


async def test_stopping_keeps_every_finished_request() -> None:
    async with RecordingServer() as server:
        plan = Plan(Request(server.url + "/"), ("requests-session", "aiohttp"), requests=1_000_000, concurrency=1)
        runner = Runner(plan)
        async for event in runner.run():
            if isinstance(event, RoundStarted):
                stopper = asyncio.create_task(stop_after(runner, 50))
        await stopper
    result = runner.result()
    assert event == RunFinished(stopped=True)
    assert result.stopped
    assert not result.all_succeeded
    (record,) = runner.records
    assert record.outcome == "stopped"
    assert len(record.samples) >= 50
    assert result.mode(record.mode).ok == len(record.samples)
    before = len(plan.modes) + 3  # a probe of each mode, and the warm-up
    assert len(server.requests) - before - len(record.samples) in (0, 1)


async def stop_after(runner: Runner, count: int) -> None:
    await wait_for_samples(runner, count)
    runner.stop()


async def test_a_killed_worker_keeps_its_samples_and_the_other_modes_go_on() -> None:
    async with RecordingServer() as server:
        plan = Plan(Request(server.url + "/"), ("requests-session",), requests=3000, concurrency=1, rounds=2)
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
    assert any("SIGKILL" in warning for warning in result.warnings)


async def kill_worker_after(runner: Runner, count: int) -> None:
    await wait_for_samples(runner, count)
    for pid in child_pids():
        os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
async def test_a_worker_without_progress_is_ended_and_its_requests_count_as_hung() -> None:
    async with RecordingServer() as server:
        # Every byte that drips in restarts requests' read timeout, so it would wait for days.
        plan = Plan(Request(server.url + "/drip"), ("requests",), requests=3, concurrency=2, rounds=2, timeout_s=0.1)
        runner = Runner(plan)
        runner_events = runner.run()
        with pytest.MonkeyPatch.context() as patch:
            # The warm-up would hang as well.
            patch.setattr("tui_httpbench.bench.worker_job.WARMUP_REQUESTS", 0)
            records = [event.record async for event in runner_events if isinstance(event, RoundFinished)]
    (record,) = records
    assert (record.outcome, record.hung_requests, len(record.samples)) == ("hung", 2, 0)
    summary = runner.result().mode("requests")
    assert (summary.requests, summary.ok, summary.errors) == (2, 0, {"hung": 2})
    assert summary.requests_per_second is None
    assert not child_pids()


async def test_a_client_that_cannot_be_imported_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A broken installation: a package of that name, found first, which fails when it is imported.
    (tmp_path / "httpx.py").write_text("raise RuntimeError('broken installation')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    runner = Runner(Plan(modes=("httpx", "aiohttp"), requests=4, concurrency=1, rounds=2))
    async for _ in runner.run():
        pass
    result = runner.result()
    assert "could not import its client: RuntimeError: broken installation" in result.mode("httpx").note
    assert result.mode("httpx").requests == 0
    assert result.mode("aiohttp").ok == 8
    assert [(rank.mode, rank.ratio is None) for rank in result.ranking] == [("aiohttp", False), ("httpx", True)]


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


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_worker_and_target_die_with_a_killed_app(tmp_path: Path) -> None:
    script = tmp_path / "app.py"
    script.write_text(
        "import asyncio, sys\n"
        "from tui_httpbench.bench.runner import Runner\n"
        "from tui_httpbench.plan import Plan\n"
        "async def main():\n"
        "    async for event in Runner(Plan(modes=('requests-session',), requests=10**6, concurrency=1)).run():\n"
        "        print(event, flush=True)\n"
        "asyncio.run(main())\n"
    )
    app = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert app.stdout is not None
    app.stdout.readline()
    app.stdout.readline()
    family = descendants(app.pid)
    deadline = time.monotonic() + 10
    while len(family) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
        family = descendants(app.pid)
    assert len(family) >= 2, "the worker and the target"
    time.sleep(0.5)
    app.kill()
    app.wait()
    deadline = time.monotonic() + 10
    while (alive := {pid for pid in family if is_alive(pid)}) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive


def descendants(pid: int) -> set[int]:
    found = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                found |= {int(child)} | descendants(int(child))
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_cancelling_the_run_leaves_nothing() -> None:
    runner = Runner(Plan(modes=("requests-session",), requests=1_000_000, concurrency=1))

    async def consume() -> None:
        async for _ in runner.run():
            pass

    task = asyncio.create_task(consume())
    await wait_for_samples(runner, 5)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert not child_pids()
