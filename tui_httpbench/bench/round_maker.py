"""Makes the rounds of a run: fresh workers for the modes of a group, their turns, and records of what they measured."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tui_httpbench.bench.foreign_requests import TargetLedger
from tui_httpbench.bench.progress import ProgressTracker
from tui_httpbench.bench.round_schedule import RoundSchedule
from tui_httpbench.bench.run_code import RunCode
from tui_httpbench.bench.run_folder import RunFolder
from tui_httpbench.bench.slice_length import SliceLength
from tui_httpbench.bench.start_up import StartUps
from tui_httpbench.bench.target_loss import store_what_is_left
from tui_httpbench.bench.trust import Trust
from tui_httpbench.bench.turns import Cpus, Turns
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.measured.notes_json import RoundStart
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import Samples, no_samples
from tui_httpbench.plan.plan import Plan
from tui_httpbench.target_server.launcher import EmbeddedTarget
from tui_httpbench.text.hiding import Hiding


@dataclass(frozen=True)
class RunSetting:
    """What all rounds of a run have in common: what is asked where, by which code, on which processors.

    ``target`` is the embedded one, None where a URL of the user's own is asked. ``hops`` tells by mode how many
    requests arrive for one that is sent; None where that can't be told.
    """

    plan: Plan
    url: str
    folder: RunFolder
    target: EmbeddedTarget | None
    trust: Trust
    hiding: Hiding
    code: RunCode
    cpus: Cpus
    hops: Mapping[str, int | None]


class RoundMaker:
    """Makes one round of one group after the other; ``stop`` at any moment.

    Records go to the list that it is given, in the order of the modes, however a round ends. ``turns`` is the round
    under way, None between two; ``has_lost_target`` tells that the embedded target ended in the last one.
    """

    def __init__(
        self,
        setting: RunSetting,
        records: list[RoundRecord],
        schedule: RoundSchedule,
        tracker: ProgressTracker,
        shuffler: random.Random,
        start_ups: StartUps | None,
    ) -> None:
        """``shuffler`` draws whose turn it is; ``start_ups`` finds out what starts take, None where nobody asks."""
        self._setting = setting
        self._records = records
        self._schedule = schedule
        self._tracker = tracker
        self._shuffler = shuffler
        self._start_ups = start_ups
        plan = setting.plan
        self._lengths = SliceLength(max(map(plan.in_flight, plan.modes)))
        self._starts = asyncio.Semaphore(os.cpu_count() or 1)
        self.turns: Turns | None = None
        self._stopped = False
        self.has_lost_target = False

    def stop(self) -> None:
        """Ends the round under way at once; what was measured of it is kept."""
        self._stopped = True
        if self.turns is not None:
            self.turns.stop()

    def recent_samples(self, mode_id: str, count: int) -> Samples:
        """Up to ``count`` of a mode's latest requests in the round under way, shape (n, 4); none between two rounds."""
        worker = self.turns.workers.get(mode_id) if self.turns is not None else None
        return no_samples() if worker is None else worker.samples.recent(count)

    async def measure(self, number: int, group: tuple[str, ...], index: int, groups: int) -> tuple[RoundRecord, ...]:
        """One round of one of its ``groups``, whose place among them is ``index``.

        Raises OSError; what was measured until then is kept.
        """

        def duration_of(startup_s: float) -> float | None:
            if not index:
                self._schedule.choose_duration(startup_s * groups, len(group) * groups)
            note_start()
            return self._schedule.duration_s

        def note_start() -> None:
            folder.note(_round_start(number, index, self._schedule.duration_s, workers))

        setting, folder = self._setting, self._setting.folder
        workers = self._make_workers(number, group)
        turns = self.turns = Turns(
            setting.plan,
            workers,
            setting.target,
            self._lengths,
            self._shuffler,
            setting.cpus,
            self._starts,
            TargetLedger(setting.hops),
            self._start_ups,
        )
        self._tracker.begin_round(number, turns)
        if self._stopped:
            turns.stop()
        try:
            await turns.run(duration_of, note_start)
        finally:
            # Before anything is awaited: the workers' samples are closed, and the screen may look at any moment.
            self.turns = None
            records = tuple(replace(record, group=index) for record in turns.records)
            self._tracker.finish_round(records)
            self._records += records
            self.has_lost_target = turns.has_lost_target
        for record in records:
            if turns.has_lost_target:
                store_what_is_left(folder.path, record)
            folder.add(record)
        return records

    def _make_workers(self, number: int, group: tuple[str, ...]) -> tuple[WorkerProcess, ...]:
        """Raises OSError where there is no room for the samples of all."""
        setting = self._setting
        workers: list[WorkerProcess] = []
        try:
            workers.extend(
                WorkerProcess(
                    setting.plan,
                    setting.url,
                    mode_id,
                    number,
                    setting.folder.path,
                    trust=setting.trust,
                    hands_on=setting.target.life_line if setting.target else (),
                    hiding=setting.hiding,
                    code=setting.code,
                )
                for mode_id in group
            )
        except OSError:
            for worker in workers:
                worker.samples.close()
            raise
        return tuple(workers)


def _round_start(number: int, group: int, duration_s: float | None, workers: tuple[WorkerProcess, ...]) -> RoundStart:
    return RoundStart(
        round=number,
        group=group,
        duration_s=duration_s,
        setups={worker.mode_id: worker.setup for worker in workers if worker.setup is not None},
        ended={worker.mode_id: worker.ended for worker in workers if worker.ended is not None},
    )
