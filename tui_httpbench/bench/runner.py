"""Orders the rounds, starts a fresh worker for each mode in each, and tells what happens."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import platformdirs

from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.events import Event, Progress, RoundFinished, RoundStarted, RunFinished, RunStarted
from tui_httpbench.bench.progress import ProgressTracker
from tui_httpbench.bench.records import RoundRecord
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.plan import Plan
from tui_httpbench.target.launcher import EmbeddedTarget


def order_rounds(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """For each round, the modes in the order in which they run: shuffled anew each time, from the plan's seed."""
    shuffler = random.Random(plan.seed)
    return tuple(tuple(shuffler.sample(plan.modes, len(plan.modes))) for _ in range(plan.rounds))


class Runner:
    """One run of a plan. ``run`` once; ``progress``, ``result`` and ``stop`` at any moment."""

    def __init__(self, plan: Plan) -> None:
        """Starts nothing yet."""
        self.plan = plan
        self.records: list[RoundRecord] = []
        self.url = plan.request.url
        self._tracker = ProgressTracker(plan)
        self._worker: WorkerProcess | None = None
        self._stopped = False

    async def run(self) -> AsyncGenerator[Event, None]:
        """Measures, and yields an event at each turn.

        However it ends, the worker and the embedded target end with it. Raises TargetError where the embedded target
        can't start, OSError where samples can't be written.
        """
        order = order_rounds(self.plan)
        given_up: set[str] = set()
        async with AsyncExitStack() as stack:
            if self.plan.request.uses_embedded_target:
                target = await stack.enter_async_context(EmbeddedTarget())
                self.url = target.url + self.plan.request.url
            folder = _make_run_folder()
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            self._tracker.start()
            stack.callback(self._tracker.end)
            yield RunStarted(self.url, order)
            for round_number, modes in enumerate(order, start=1):
                for mode_id in modes:
                    if self._stopped or mode_id in given_up:
                        continue
                    yield RoundStarted(mode_id, round_number)
                    record = await self._measure(mode_id, round_number, folder)
                    if record.outcome not in ("complete", "stopped"):
                        given_up.add(mode_id)
                    yield RoundFinished(record)
        yield RunFinished(self._stopped)

    def stop(self) -> None:
        """Ends the run at once; everything measured so far is kept."""
        self._stopped = True
        if self._worker is not None:
            self._worker.stop()

    def progress(self) -> Progress:
        """Where the run stands now."""
        return self._tracker.snapshot()

    def result(self) -> Result:
        """What has been measured so far, whole rounds and cut-short ones."""
        return summarize_run(self.plan, self.url, tuple(self.records), stopped=self._stopped)

    async def _measure(self, mode_id: str, round_number: int, folder: Path) -> RoundRecord:
        worker = WorkerProcess(self.plan, self.url, mode_id, round_number, folder)
        self._worker = worker
        self._tracker.begin_round(worker)
        if self._stopped:
            worker.stop()
        try:
            record = await worker.run()
        except asyncio.CancelledError:
            self._stopped = True
            raise
        finally:
            self._worker = None
        self.records.append(record)
        self._tracker.finish_round(record)
        return record


def _make_run_folder() -> Path:
    """A new folder for the samples: with the user's state, so that it outlives a killed app, else a temporary one."""
    try:
        runs = platformdirs.user_state_path("httpbench-tui") / "runs"
        runs.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Path(tempfile.mkdtemp(prefix="run-", dir=runs))
    except OSError:
        return Path(tempfile.mkdtemp(prefix="httpbench-run-"))
