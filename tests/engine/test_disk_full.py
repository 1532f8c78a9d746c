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
from tui_httpbench.plan import Plan, Request

PLAN = Plan(modes=("requests-session", "aiohttp"), requests=50, concurrency=2, rounds=3, seed=4)
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
            if isinstance(event, RoundFinished) and len(runner.records) == 3:
                resource.setrlimit(resource.RLIMIT_FSIZE, (TOO_LARGE, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            last = event
    assert last == RunFinished(stopped=True)
    result = runner.result()
    assert [(record.round, record.outcome, len(record.samples)) for record in result.records] == [
        (1, "complete", 50),
        (1, "complete", 50),
        (2, "complete", 50),
    ]
    assert (result.stopped, result.all_succeeded, result.trouble) == (True, False, runner.trouble)
    assert result.warnings[0] == runner.trouble
    assert runner.trouble.startswith(f"The run ended in round 2, at {runner_up(runner)}: file too large (")
    assert runner.trouble.endswith("; free some space on that disk, or set XDG_STATE_HOME to another one.")
    progress = runner.progress()
    assert (progress.done, progress.running) == (150, None)


def runner_up(runner: Runner) -> str:
    """The mode that was next when the disk became full."""
    return next(mode for mode in runner.plan.modes if mode != runner.records[-1].mode)


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
        [sys.executable, "-c", f"{code}\nfrom tui_httpbench.cli import main\nsys.exit(main(sys.argv[1:]))", "run"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("httpbench-tui: The run can't be made: file too large (")
    assert done.stderr.count("\n") == 1


async def test_a_worker_whose_samples_find_no_room_says_what_that_may_be() -> None:
    # The signal that the system gives where the room could not be taken before.
    runner = Runner(PLAN.replace(request=Request("/delay/20"), modes=("aiohttp", "requests-session"), rounds=1))
    hit = None
    async for event in runner.run():
        if isinstance(event, RoundStarted) and hit is None:
            hit = asyncio.create_task(kill_worker(runner, signal.SIGBUS))
    assert hit is not None
    await hit
    first, second = runner.records
    assert (first.outcome, second.outcome, len(second.samples)) == ("crashed", "complete", 50)
    assert "(SIGBUS, as where its samples can't be written since the disk is full)" in first.reason


async def kill_worker(runner: Runner, number: int) -> None:
    while runner.progress().done < 2:
        await asyncio.sleep(0.01)
    assert runner._worker is not None
    assert runner._worker._process is not None
    os.kill(runner._worker._process.pid, number)
