"""Nothing that a server does breaks a run: the rude server's faults against the modes, as ``FAULTS.md`` has them."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

import pytest
from support.fault_matrix import (
    BOMB,
    CONCURRENCIES,
    REQUESTS,
    TABLE_FILE,
    UNANNOUNCED,
    check_observation,
    limited_memory,
    make_plan,
    observe,
    read_table,
    warm_ups_counted_from_1,
    write_table,
)
from support.rude_server import RudeServer

from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.clients.catalog import MODES
from tui_httpbench.worker.slices import Clocks, Limits

TABLE = read_table(TABLE_FILE.read_text())
FEW_MODES = ("requests-session", "httpx-async", "aiohttp")
TELLING_FAULTS = (
    "terminal-escapes",
    "reset-in-body",
)
needs_memory_limit = pytest.mark.skipif(sys.platform != "linux", reason="the system keeps no process to a limit")


async def check_fault(fault: str, width: int, modes: tuple[str, ...], folder: Path) -> None:
    async with RudeServer(folder) as server:
        plan = make_plan(server, fault, width, modes)
        with limited_memory(folder) if fault == BOMB else contextlib.nullcontext(), warm_ups_counted_from_1(server):
            seen = await observe(plan)
    check_observation(seen)
    unexpected = {}
    for mode_id in modes:
        by_chance = {"reset"} if fault in UNANNOUNCED and MODES[mode_id].kept else set()
        endings = seen.endings(mode_id)
        if not endings or endings - TABLE[fault][mode_id][width] - by_chance:
            unexpected[mode_id] = sorted(endings)
    texts = [error for mode in seen.result.modes if mode.mode in unexpected for error in mode.error_texts]
    assert not unexpected, texts


@pytest.mark.parametrize("fault", [TELLING_FAULTS[0], pytest.param(TELLING_FAULTS[1], marks=pytest.mark.slow)])
async def test_a_telling_part_of_the_faults_ends_as_the_table_says(fault: str, tmp_path: Path) -> None:
    await check_fault(fault, 20, FEW_MODES, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("width", CONCURRENCIES)
@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=[needs_memory_limit] if fault == BOMB else []) for fault in TABLE]
)
async def test_every_fault_ends_as_the_table_says(fault: str, width: int, tmp_path: Path) -> None:
    modes = tuple(mode_id for mode_id in TABLE[fault] if MODES[mode_id].is_installed())
    await check_fault(fault, width, modes, tmp_path)


async def test_the_table_has_every_fault_mode_and_concurrency(tmp_path: Path) -> None:
    async with RudeServer(tmp_path) as server:
        assert tuple(TABLE) == server.faults
    # niquests, which lives with no other urllib3, has no column; it is tried in test_more_clients.py.
    tabled = {mode.id for mode in MODES.values() if mode.default or mode.http2}
    assert all(tabled <= set(row) <= set(MODES) for row in TABLE.values())
    assert all(set(cell) == set(CONCURRENCIES) for row in TABLE.values() for cell in row.values())
    assert write_table(TABLE) == TABLE_FILE.read_text()


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        pytest.param(BOMB, "crashed", marks=[pytest.mark.slow, needs_memory_limit]),
        ("terminal-escapes", "complete"),
        pytest.param("drip-in-body", "hung", marks=[pytest.mark.slow, pytest.mark.timeout(300)]),
    ],
)
async def test_a_fault_that_meets_one_mode_leaves_the_others_as_they_are(
    fault: str, outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim, *others = FEW_MODES
    measure = WorkerProcess.measure

    async def measure_with_fault(worker: WorkerProcess, limits: Limits) -> Clocks | None:
        server.forced = fault if worker.mode_id == victim else ""
        try:
            return await measure(worker, limits)
        finally:
            server.forced = ""

    monkeypatch.setattr(WorkerProcess, "measure", measure_with_fault)
    async with RudeServer(tmp_path) as server:
        plan = make_plan(server, "fine", 1, FEW_MODES).replace(timeout_s=3.0 if outcome == "hung" else 20.0)
        runner = Runner(plan)
        with limited_memory(tmp_path):
            async for _ in runner.run():
                pass
    result = runner.result()
    for mode_id in others:
        summary = result.mode(mode_id)
        assert (summary.ok, summary.errors, summary.rounds_done, summary.note) == (REQUESTS[1], {}, 1, "")
    assert next(record.outcome for record in result.records if record.mode == victim) == outcome
    assert result.mode(victim).ok == 0
    assert result.ranking[-1].mode == victim
    assert not result.ranking[-1].clean
    if fault == BOMB:
        assert "needed more memory than the 0.5 GiB that its worker may have" in result.mode(victim).note


@pytest.mark.slow
async def test_the_command_writes_neither_traceback_nor_control_characters(tmp_path: Path) -> None:
    json_path = tmp_path / "result.json"
    async with RudeServer(tmp_path) as server:
        command = (sys.executable, "-m", "tui_httpbench", "run", server.url("terminal-escapes"))
        options = (
            "-n",
            "4",
            "-c",
            "2",
            "-r",
            "1",
            "-m",
            "requests-session",
            "-m",
            "aiohttp",
            "--verbose",
            "--keep-going",
        )
        process = await asyncio.create_subprocess_exec(
            *command, *options, "--json", str(json_path), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        output, errors = await process.communicate()
    assert process.returncode == 1
    written = json_path.read_bytes()
    for line in (output + errors + written).decode().split("\n"):
        assert line.isprintable(), ascii(line)
        assert "Traceback" not in line
    assert b"owned" in output
    assert b"owned" in written
