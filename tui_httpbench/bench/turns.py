"""One round of a group of modes: all their workers live at once and take turns, a slice each, cycle after cycle.

What a mode is compared with shares the machine's moods with it, since they alternate many times a second. Nothing else
happens meanwhile: workers start and warm up before the first slice, those that wait sleep, and records are made after
the last one.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from tui_httpbench.bench.foreign_requests import TargetLedger, aside
from tui_httpbench.bench.load_left import LoadLeft
from tui_httpbench.bench.pinning import using_cpus
from tui_httpbench.bench.slice_length import SliceLength
from tui_httpbench.bench.start_up import StartUps
from tui_httpbench.bench.target_loss import without_lost_requests
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetCounts, TargetEndedError, TargetError
from tui_httpbench.target_server.turns import NOBODY

LONG_PAUSE_S = 1.0
"""After so long a pause a kept connection may have been closed by its server or its client, and is looked after first.

The shortest common limit is 2 s (Gunicorn's keep-alive), uvicorn's and httpx's are 5 s.
"""


@dataclass(frozen=True)
class Cpus:
    """Processors: those that all may start on, and those that workers measure on; None for any."""

    start: tuple[int, ...] | None
    measure: tuple[int, ...] | None


class Turns:
    """One round of one group. ``run`` once, ``stop`` at any moment.

    Meanwhile ``workers``, ``loads`` (by mode, from the first slice on), ``running`` (whose turn it is) and
    ``is_measuring`` tell where it stands; after it, ``records`` has one for each mode, in the order of the workers,
    ``startup_s`` is how long starting and warming up took, and ``has_lost_target`` tells that the embedded target ended
    in it: then the round ended at once, and requests that failed since it was last heard of are in no record.
    """

    def __init__(
        self,
        plan: Plan,
        workers: tuple[WorkerProcess, ...],
        target: EmbeddedTarget | None,
        lengths: SliceLength,
        shuffler: random.Random,
        cpus: Cpus,
        starts: asyncio.Semaphore,
        ledger: TargetLedger,
        start_ups: StartUps | None = None,
    ) -> None:
        """As many workers start at once as ``starts`` lets; ``ledger`` is for the embedded target's counts.

        ``start_ups`` finds out what the clients' imports take; None where nobody asks.
        """
        self.workers = {worker.mode_id: worker for worker in workers}
        self.loads: dict[str, LoadLeft] = {}
        self.running: str | None = None
        self.is_measuring = False
        self.startup_s = 0.0
        self._plan = plan
        self._target = target
        self._lengths = lengths
        self._shuffler = shuffler
        self._cpus = cpus
        self._starts = starts
        self.records: tuple[RoundRecord, ...] = ()
        self._rested_since_s: dict[str, float] = {}
        self._stopped = False
        self.has_lost_target = False
        self._ledger = ledger
        self._start_ups = start_ups
        # When the target was last heard of: how many requests of each mode had finished, and which modes had ended.
        self._answered: dict[str, int] = {}
        self._had_ended: set[str] = set()

    def stop(self) -> None:
        """Ends all workers at once."""
        self._stopped = True
        for worker in self.workers.values():
            worker.stop()

    async def run(self, duration_of: Callable[[float], float | None], note_loss: Callable[[], None]) -> None:
        """Measures the round.

        ``duration_of`` gets the seconds that starting took, and gives the measured seconds of each mode, None where the
        load is a number of requests. ``note_loss`` is called between two slices, when a mode can't go on. However it
        ends, the workers end with it, and ``records`` has what was measured. Raises OSError where a worker can't be
        started, or the disk has no room for samples.
        """
        begin_s = time.monotonic()
        counts: dict[str, TargetCounts] = {}
        watching = None if self._target is None else asyncio.create_task(self._watch(self._target))
        try:
            await self._start()
            await self._warm_up()
            self.startup_s = time.monotonic() - begin_s
            duration_s = duration_of(self.startup_s)
            self.loads = {mode_id: LoadLeft(self._plan, duration_s) for mode_id in self.workers}
            self.is_measuring = True
            await self._cycle(note_loss)
            counts = await self._counts()
        except BaseException:
            self.stop()
            raise
        finally:
            if watching is not None:
                watching.cancel()
            self.is_measuring = False
            self.running = None
            records = await asyncio.gather(*(worker.end() for worker in self.workers.values()))
            wall_s = time.monotonic() - begin_s
            records = [replace(record, wall_s=wall_s) for record in records]
            self.records = tuple(self._settled(record, counts) for record in records)

    async def _start(self) -> None:
        async def start(worker: WorkerProcess) -> None:
            async with self._starts:
                if not self._stopped:
                    await worker.start()

        # This process keeps off the workers' processor, and its children are born where it runs.
        with using_cpus(self._cpus.start):
            started = await asyncio.gather(*map(start, self.workers.values()), return_exceptions=True)
            for error in started:
                if error is not None:
                    raise error
            if self._start_ups is not None and not self._stopped:
                await self._start_ups.measure(self.workers.values())

    async def _warm_up(self) -> None:
        await self._begin_round()
        for mode_id in self._shuffled(self.workers):
            worker = self.workers[mode_id]
            if worker.can_work:
                self.running = mode_id
                await self._warm_up_one(worker)

    async def _warm_up_one(self, worker: WorkerProcess) -> None:
        await self._take_turn(aside(worker.mode_id))
        await worker.warm_up(self._cpus.measure)
        self._rested_since_s[worker.mode_id] = time.monotonic()
        if worker.in_flight > 1 and worker.setup is not None:
            self._lengths.expect(worker.mode_id, worker.setup.waiting_s)

    async def _cycle(self, note_loss: Callable[[], None]) -> None:
        active = [mode_id for mode_id, worker in self.workers.items() if worker.can_work]
        while active and not self._stopped:
            for mode_id in self._shuffled(active):
                worker = self.workers[mode_id]
                if worker.can_work and not self._stopped:
                    await self._work(worker)
                    if not (worker.can_work or worker.is_stopped):
                        note_loss()
            active = [mode_id for mode_id in active if self.workers[mode_id].can_work and not self._is_over(mode_id)]

    async def _work(self, worker: WorkerProcess) -> None:
        mode_id, load = worker.mode_id, self.loads[worker.mode_id]
        if load.needs_new_client:
            await worker.rebuild()
            await self._warm_up_one(worker)
        elif self._needs_lead_in(worker):
            # Before its first slice it opens connections that are the mode's own, as the worker counts them, too.
            is_first = not worker.requests
            await self._take_turn(aside(mode_id) if is_first else NOBODY)
            if is_first:
                self._ledger.sent_aside[mode_id] += worker.in_flight
            await worker.lead_in()
        if not worker.can_work:  # it ended without a slice under way, in which requests could be missing
            return
        await self._take_turn(mode_id)
        self.running = mode_id
        limits = load.next_limits(self._lengths.seconds)
        clocks = await worker.measure(limits)
        self._rested_since_s[mode_id] = time.monotonic()
        if clocks is None:
            return
        load.take(clocks)
        worker.has_done_its_load = load.is_over
        # A slice that gives each place one request at most runs dry by its load, not by its length.
        if limits.requests > worker.in_flight:
            self._lengths.learn(mode_id, clocks)

    def _needs_lead_in(self, worker: WorkerProcess) -> bool:
        """Whether its connections may have been closed while it waited, which must not count against it.

        The embedded target closes none; of the clients, those with their libraries' own settings may.
        """
        if not mode_of(worker.mode_id).kept:
            return False
        if self._target is not None and self._plan.profile == "equal":
            return False
        return time.monotonic() - self._rested_since_s[worker.mode_id] > LONG_PAUSE_S

    def _is_over(self, mode_id: str) -> bool:
        return self.loads[mode_id].is_over

    def _shuffled(self, mode_ids: dict[str, WorkerProcess] | list[str]) -> list[str]:
        return self._shuffler.sample(list(mode_ids), len(mode_ids))

    async def _watch(self, target: EmbeddedTarget) -> None:
        await target.wait()
        self._lose_target()

    def _lose_target(self) -> None:
        """Ends the round: whatever is asked for from now on is refused, which is no mode's fault."""
        self.has_lost_target = True
        self.stop()

    def _settled(self, record: RoundRecord, counts: dict[str, TargetCounts]) -> RoundRecord:
        """The record with what is known of the target."""
        if not self.has_lost_target:
            return self._ledger.entered(record, counts)
        if record.mode in self._had_ended:
            return record
        return without_lost_requests(record, self._answered.get(record.mode, 0))

    async def _begin_round(self) -> None:
        if self._target is not None:
            await self._tell_target(self._target.begin_round())

    async def _take_turn(self, label: str) -> None:
        if self._target is not None:
            await self._tell_target(self._target.take_turn(label))

    async def _tell_target(self, telling: Coroutine[Any, Any, None]) -> None:
        try:
            await telling
        except TargetEndedError:
            self._lose_target()
        except TargetError:
            pass  # it is late: requests that it doesn't answer either will show that
        else:
            self._answered = {mode_id: worker.requests for mode_id, worker in self.workers.items()}
            self._had_ended = {mode_id for mode_id, worker in self.workers.items() if worker.has_ended}

    async def _counts(self) -> dict[str, TargetCounts]:
        if self._target is None:
            return {}
        try:
            return await self._target.turn_counts()
        except TargetEndedError:
            self._lose_target()
            return {}
        except TargetError:
            return {}  # it is late; what was measured must not be lost
