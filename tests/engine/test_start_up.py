"""What a script pays before its first request is found out in fresh processes, beside the workers of a round."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.one_round import LIGHT

from tui_httpbench.bench.foreign_requests import TargetLedger
from tui_httpbench.bench.pinning import usable_cpus
from tui_httpbench.bench.slice_length import SliceLength
from tui_httpbench.bench.start_up import ROUNDS, Script, StartUps, script_of, start
from tui_httpbench.bench.turns import Cpus, Turns
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.target_server.launcher import EmbeddedTarget

pytestmark = pytest.mark.usefixtures("light_modes")


async def rounds(plan: Plan, folder: Path, start_ups: StartUps, numbers: range) -> list[RoundRecord]:
    lengths, starts = SliceLength(1), asyncio.Semaphore(2)
    records: list[RoundRecord] = []
    for number in numbers:
        workers = tuple(WorkerProcess(plan, plan.request.url, mode, number, folder) for mode in plan.modes)
        ledger, cpus = TargetLedger(dict.fromkeys(plan.modes)), Cpus(usable_cpus(), None)
        turns = Turns(plan, workers, None, lengths, random.Random(1), cpus, starts, ledger, start_ups)
        await turns.run(lambda _: plan.load.seconds(), lambda: None)
        records += turns.records
    return records


async def test_each_mode_of_the_first_rounds_has_a_start_and_the_cold_one_where_asked_for(tmp_path: Path) -> None:
    async with EmbeddedTarget() as target:
        plan = Plan(request=Request(f"{target.url}/"), modes=LIGHT[:2], requests=2, concurrency=1, rounds=1)
        (first, second) = await rounds(plan, tmp_path, StartUps(with_cold=True), range(1, 2))
        (later, *_) = await rounds(plan, tmp_path, _used_up(), range(ROUNDS + 1, ROUNDS + 2))
    assert first.setup is not None
    assert first.setup.start is not None
    assert second.setup is not None
    assert first.setup.start == second.setup.start  # one process for a library
    told = first.setup.start
    assert 0 < told.interpreter_s < 5
    assert told.cold_s is not None
    assert told.import_s > 0
    assert told.cold_s > 0
    assert first.setup.build_cpu_s is not None
    assert later.setup is not None
    assert later.setup.start is None


def _used_up() -> StartUps:
    used = StartUps()
    used._rounds.update(range(1, ROUNDS + 1))
    return used


def test_an_async_mode_needs_its_event_loop_and_a_file_of_the_users_own_its_folder(tmp_path: Path) -> None:
    plan = Plan(request=Request("http://127.0.0.1:9/"), modes=(*LIGHT, "requests"), requests=1)
    workers = [WorkerProcess(plan, plan.request.url, mode, 1, tmp_path) for mode in plan.modes]
    scripts = [script_of(worker) for worker in workers]
    for worker in workers:
        worker.samples.close()
    assert scripts[0] == scripts[1] == replace(scripts[2], modules=scripts[2].modules[:-1])
    assert scripts[2].modules[-1] == "asyncio"
    assert Path(scripts[0].folder).name == "support"
    assert scripts[3].folder == ""
    assert "requests" in scripts[3].modules


@pytest.mark.parametrize("modules", [("no_such_module_anywhere",), ("antigravity_of_nobody", "json")])
async def test_what_can_not_be_imported_has_no_start(modules: tuple[str, ...]) -> None:
    assert await start(Script(sys.executable, "", modules), dict(os.environ)) is None


async def test_a_cold_start_compiles_what_does_not_come_with_python_and_that_alone(tmp_path: Path) -> None:
    (tmp_path / "large.py").write_text(
        "import json.tool\n" + "def f(a, b):\n    return [a + b for _ in (a, b)]\n" * 4_000
    )
    script, cold = Script(sys.executable, str(tmp_path), ("large",)), tmp_path / "cold"
    cold.mkdir()
    first, warm = [await start(script, dict(os.environ)) for _ in range(2)]
    again = await start(script, dict(os.environ), str(cold))
    assert first is not None
    assert warm is not None
    assert again is not None
    assert again[1] > 2 * warm[1]
    assert [path.name.partition(".")[0] for path in cold.rglob("*.pyc")] == ["large"]


async def test_what_a_client_prints_when_imported_disturbs_nothing(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text("print('1 2 3'); print('no line end', end='')")
    told = await start(Script(sys.executable, str(tmp_path), ("loud",)), dict(os.environ))
    assert told is not None
    assert all(0 < seconds < 5 for seconds in told)
