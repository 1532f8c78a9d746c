"""Orders the rounds, starts a fresh worker for each mode in each, and tells what happens."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import replace

from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import Measured, rank_so_far, summarize_run
from tui_httpbench.bench.conditions import ConditionsMonitor, RunConditions
from tui_httpbench.bench.events import Event, Progress, RoundFinished, RoundStarted, RunFinished, RunStarted
from tui_httpbench.bench.open_files import check_open_files
from tui_httpbench.bench.pinning import choose_cpus, leave_cpu
from tui_httpbench.bench.probes import Probe, probe_modes
from tui_httpbench.bench.progress import ProgressTracker
from tui_httpbench.bench.records import RoundRecord
from tui_httpbench.bench.round_schedule import RoundSchedule
from tui_httpbench.bench.run_error import RunError, in_words
from tui_httpbench.bench.run_folder import RunFolder
from tui_httpbench.bench.samples import Samples, no_samples
from tui_httpbench.bench.trust import USUAL_TRUST, make_trust
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.header_values import expand_headers
from tui_httpbench.plan import Plan
from tui_httpbench.scenario import LOOPBACK
from tui_httpbench.target.launcher import EmbeddedTarget, TargetCounts, TargetError
from tui_httpbench.url_secrets import drop_secrets


def order_rounds(plan: Plan) -> Iterator[tuple[str, ...]]:
    """For each round, the modes in the order in which they run: shuffled anew each time, from the plan's seed."""
    shuffler = random.Random(plan.seed)
    for _ in range(plan.max_rounds):
        yield tuple(shuffler.sample(plan.modes, len(plan.modes)))


class Runner:
    """One run of a plan. ``run`` once; ``progress``, ``result`` and ``stop`` at any moment.

    What is measured lies in a folder, from which it can be recovered. It goes when ``run`` ends, or, where
    ``keeps_folder`` is True by then, with ``discard``.
    """

    def __init__(self, plan: Plan, *, keeps_folder: bool = False) -> None:
        """Starts nothing yet."""
        self.plan = plan
        self.keeps_folder = keeps_folder
        self._folder: RunFolder | None = None
        self.records: list[RoundRecord] = []
        self.url = plan.request.url
        self._schedule = RoundSchedule(plan)
        self._tracker = ProgressTracker(plan, self._schedule)
        self._probes: tuple[Probe, ...] = ()
        self._conditions: RunConditions | None = None
        self._cpus = choose_cpus(plan.pin)
        self._target: EmbeddedTarget | None = None
        self._trust = USUAL_TRUST
        self._worker: WorkerProcess | None = None
        self._probing: asyncio.Task[tuple[Probe, ...]] | None = None
        self._stopped = False
        self.trouble = ""

    async def run(self) -> AsyncGenerator[Event, None]:
        """Measures, and yields an event at each turn.

        However it ends, the worker and the embedded target end with it. Where the system refuses what a round needs,
        such as room on the disk, the run ends before its time, and ``trouble`` says why in a sentence. Raises RunError
        where nothing was measured until then, TargetError where the embedded target can't start, PlanError where a
        header names a variable that is not set, or where the system allows too few open files.
        """
        try:
            async with aclosing(self._run()) as events:
                async for event in events:
                    yield event
        except RunError:
            raise
        except OSError as error:
            raise RunError(f"The run can't be made: {in_words(error)}.") from error

    async def _run(self) -> AsyncGenerator[Event, None]:
        expand_headers(self.plan.wire_headers)
        check_open_files(self.plan)
        async with AsyncExitStack() as stack:
            folder = self._folder = RunFolder()
            stack.callback(self._finish_folder)
            if self.plan.request.uses_embedded_target:
                self._target = await stack.enter_async_context(
                    EmbeddedTarget(cpu=self._cpus.target, scenario=self.plan.scenario, folder=folder.path)
                )
                self.url = self._target.url + self.plan.request.url
            folder.begin(self.plan, self.url, self._cpus.text)
            self._trust = make_trust(self.plan, self._target.ca_pem if self._target else None, folder.path)
            if self._cpus.worker is not None:
                stack.enter_context(leave_cpu(self._cpus.worker))
            self._tracker.start()
            stack.callback(self._tracker.end)
            yield RunStarted(drop_secrets(self.url))
            monitor = ConditionsMonitor(self._cpus)
            monitor.start()
            await self._probe()
            self._schedule.start()
            async for event in self._measure_rounds(folder):
                yield event
            counts = await self._counts()
            self._conditions = monitor.finish(counts.cpu_s if counts else None)
        yield RunFinished(self._stopped or bool(self.trouble))

    def stop(self) -> None:
        """Ends the run at once; everything measured so far is kept."""
        self._stopped = True
        if self._probing is not None:
            self._probing.cancel()
        if self._worker is not None:
            self._worker.stop()

    def discard(self) -> None:
        """Removes the folder of a run that has been reported."""
        if self._folder is not None:
            self._folder.remove()

    def leave(self) -> None:
        """Leaves the folder of a run that could not be reported, for recovery."""
        if self._folder is not None:
            self._folder.leave()

    def progress(self) -> Progress:
        """Where the run stands now."""
        return self._tracker.snapshot()

    def recent_samples(self, count: int) -> Samples:
        """Up to ``count`` of the latest requests of the round under way, shape (n, 4); none between two rounds."""
        return no_samples() if self._worker is None else self._worker.samples.recent(count)

    @property
    def measured(self) -> Measured:
        """All that has been found out so far."""
        return Measured(
            plan=self.plan,
            url=drop_secrets(self.url),
            records=tuple(self.records),
            stopped=self._stopped,
            trouble=self.trouble,
            probes=self._probes,
            conditions=self._conditions or RunConditions(self._cpus.text),
        )

    def result(self) -> Result:
        """What has been measured so far, whole rounds and cut-short ones."""
        return summarize_run(self.measured)

    def _finish_folder(self) -> None:
        if not self.keeps_folder:
            self.discard()

    async def _probe(self) -> None:
        if self._stopped:
            return
        self._probing = asyncio.create_task(probe_modes(self.plan, self.url, self._target, self._trust))
        try:
            self._probes = await self._probing
        except asyncio.CancelledError:
            if not self._stopped:
                self._probing.cancel()
                self._stopped = True
                raise
        finally:
            self._probing = None

    async def _measure_rounds(self, folder: RunFolder) -> AsyncGenerator[Event, None]:
        given_up: set[str] = set()
        for round_number, modes in enumerate(order_rounds(self.plan), start=1):
            if self._stopped or len(given_up) == len(modes) or self._schedule.is_over():
                return
            for mode_id in modes:
                if self._stopped or mode_id in given_up:
                    continue
                yield RoundStarted(mode_id, round_number)
                try:
                    record = await self._measure(mode_id, round_number, folder)
                except OSError as error:
                    if not self.records:
                        raise
                    self.trouble = f"The run ended in round {round_number}, at {mode_id}: {in_words(error)}."
                    return
                if record.outcome not in ("complete", "stopped"):
                    given_up.add(mode_id)
                yield RoundFinished(record)
            # Not here: comparing fifty modes would hold up the screen. No worker measures meanwhile.
            self._schedule.finish_round(await asyncio.to_thread(rank_so_far, self.plan, tuple(self.records)))

    async def _measure(self, mode_id: str, round_number: int, folder: RunFolder) -> RoundRecord:
        before = await self._counts()
        await self._restart_draws()
        worker = self._worker = WorkerProcess(
            self.plan, self.url, mode_id, round_number, folder.path, trust=self._trust, cpu=self._cpus.worker
        )
        self._tracker.begin_round(worker)
        if self._stopped:
            worker.stop()
        try:
            record = await worker.run()
        except asyncio.CancelledError:
            self._stopped = True
            raise
        except OSError:
            self._tracker.drop_round()
            raise
        finally:
            self._worker = None
        # Before anything is awaited: the worker's samples are closed, and the screen may look at any moment.
        self._tracker.finish_round(record)
        record = _with_counts(record, before, await self._counts())
        self.records.append(record)
        folder.add(record)
        return record

    async def _restart_draws(self) -> None:
        """Lets the drawn times of the embedded target begin anew, so that each mode waits for the same ones."""
        if self._target is None or self.plan.scenario == LOOPBACK:
            return
        with suppress(TargetError):  # One that died shows in the requests that are refused.
            await self._target.restart_draws()

    async def _counts(self) -> TargetCounts | None:
        if self._target is None:
            return None
        try:
            return await self._target.counts()
        except TargetError:
            # A target that died shows in the requests that are refused; what was measured before must not be lost.
            return None


def _with_counts(record: RoundRecord, before: TargetCounts | None, after: TargetCounts | None) -> RoundRecord:
    """The record with what the embedded target counted meanwhile; for a round cut short nothing is certain."""
    if before is None or after is None or record.outcome != "complete":
        return record
    return replace(record, connections=after.connections - before.connections, target_cpu_s=after.cpu_s - before.cpu_s)
