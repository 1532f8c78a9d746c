"""A disk that is full: what was measured until then is reported, and one sentence says why there is no more.

The system refuses files above a size that the tests set, as a full disk would.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

if sys.platform == "win32":
    pytest.skip("has no limit for the size of files", allow_module_level=True)

import resource

from tui_httpbench.bench.events import RoundFinished, RoundStarted, RunFinished
from tui_httpbench.bench.run_error import RunError
from tui_httpbench.bench.run_folder import runs_folder
from tui_httpbench.bench.runner import Runner
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.worker.recorder import ERROR_TEXT_BYTES, ROW_BYTES

# Of the standard library, whose workers start in no time: it does not matter which client it is.
PLAN = Plan(modes=("http.client", "http.client#2"), requests=50, concurrency=2, rounds=3, seed=4)
TOO_LARGE = 16 * 1024  # a round's samples are larger, the run's other files are not


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file can grow beyond this size meanwhile."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_the_rounds_until_then_are_the_result() -> None:
    runner = Runner(PLAN)
    with largest_file(resource.RLIM_INFINITY):
        async for event in runner.run():
            if isinstance(event, RoundFinished):
                resource.setrlimit(resource.RLIMIT_FSIZE, (TOO_LARGE, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            last = event
    assert last == RunFinished(stopped=True)
    result = runner.result()
    assert [(record.round, record.outcome, len(record.samples)) for record in result.records] == [
        (1, "complete", 50),
        (1, "complete", 50),
    ]
    check_trouble(runner, 2)
    progress = runner.progress()
    assert (progress.done, progress.running) == (100, None)


async def test_what_was_measured_until_the_file_could_not_grow_is_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_httpbench.bench.worker_process.FIRST_CAPACITY", 60)
    runner = Runner(PLAN.replace(requests=None, duration_s=60.0, rounds=1))
    with largest_file(ERROR_TEXT_BYTES + 200 * ROW_BYTES):
        events = [event async for event in runner.run()]
    assert events[-1] == RunFinished(stopped=True)
    assert [(record.mode, record.outcome) for record in runner.records] == [(mode, "stopped") for mode in PLAN.modes]
    # What one of them would have needed more is known only when it is its turn.
    assert sum(len(record.samples) for record in runner.records) >= 60
    assert all(record.samples[:, 0].all() for record in runner.records)
    check_trouble(runner, 1)


def check_trouble(runner: Runner, round: int) -> None:
    result = runner.result()
    assert (result.stopped, result.all_succeeded, result.trouble) == (True, False, runner.trouble)
    assert result.warnings[0] == runner.trouble
    assert runner.trouble.startswith(f"The run ended in round {round}: file too large (")
    assert runner.trouble.endswith("; free some space on that disk, or set XDG_STATE_HOME to another one.")


async def test_a_run_that_can_not_begin_says_so_and_leaves_nothing() -> None:
    runner = Runner(PLAN)
    with largest_file(TOO_LARGE), pytest.raises(RunError, match=r"^The run can't be made: file too large \(.*\.$"):
        async for _ in runner.run():
            pass
    runs = runs_folder()
    assert runs is not None
    assert list(runs.iterdir()) == []


def test_run_without_a_screen_reports_in_one_sentence() -> None:
    code = f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({TOO_LARGE},) * 2)"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{code}\nfrom tui_httpbench.commands.main import main\nsys.exit(main(sys.argv[1:]))",
            "run",
            "-m",
            "http.client",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("httpbench-tui: The run can't be made: file too large (")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
async def test_a_worker_whose_samples_find_no_room_says_what_that_may_be() -> None:
    # The signal that the system gives where the room could not be taken before.
    runner = Runner(PLAN.replace(request=Request("/delay/20"), rounds=1))
    hit = None
    async for event in runner.run():
        if isinstance(event, RoundStarted) and hit is None:
            hit = asyncio.create_task(kill_worker(runner, signal.SIGBUS))
    assert hit is not None
    await hit
    crashed, complete = sorted(runner.records, key=lambda record: record.outcome == "complete")
    assert (crashed.outcome, complete.outcome, len(complete.samples)) == ("crashed", "complete", 50)
    assert "(SIGBUS, as where its samples can't be written since the disk is full)" in crashed.reason


async def kill_worker(runner: Runner, number: int) -> None:
    while runner.progress().done < 2:
        await asyncio.sleep(0.01)
    assert runner._rounds is not None
    assert runner._rounds.turns is not None
    worker = next(worker for worker in runner._rounds.turns.workers.values() if worker.samples.done())
    assert worker._process is not None
    os.kill(worker._process.pid, number)
