"""Rounds of a plan without a run around them: no probes, no embedded target, no folder but that of the samples."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.conditions import read_machine
from tui_httpbench.bench.foreign_requests import TargetLedger
from tui_httpbench.bench.pinning import usable_cpus
from tui_httpbench.bench.slice_length import SliceLength
from tui_httpbench.bench.turns import Cpus, Turns
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan

LIGHT = ("light", "light-other", "light-async")
"""Ids of two sync modes and an async one, once they are known by the fixture ``light_modes``."""


async def measure(plan: Plan, folder: Path, rounds: int = 1) -> list[RoundRecord]:
    """What each mode of the plan measures in that many rounds of turns, round by round."""
    lengths = SliceLength(max(map(plan.in_flight, plan.modes)))
    shuffler, starts = random.Random(plan.seed), asyncio.Semaphore(2)
    records: list[RoundRecord] = []
    for number in range(1, rounds + 1):
        workers = tuple(WorkerProcess(plan, plan.request.url, mode, number, folder) for mode in plan.modes)
        ledger = TargetLedger(dict.fromkeys(plan.modes))
        turns = Turns(plan, workers, None, lengths, shuffler, Cpus(usable_cpus(), None), starts, ledger)
        await turns.run(lambda _: plan.load.seconds(), lambda: None)
        records += turns.records
    return records


async def result(plan: Plan, folder: Path) -> Result:
    """What a round of the plan comes to, as far as that can be told without probes."""
    records = await measure(plan, folder)
    return summarize_run(Measured(plan, plan.request.url, tuple(records), machine=read_machine()))
