"""Kills at any moment of keeping a run: every finished run is in the history afterwards, and none is twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from support.made_results import MACHINE, rounds_of

from tui_httpbench.bench.kept_runs import keep, list_kept, open_kept
from tui_httpbench.bench.recovery import discard, look_for_leftovers, read_measured
from tui_httpbench.bench.run_folder import RunFolder, all_folders, source_of
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.notes_json import RunEnd
from tui_httpbench.plan.plan import Plan

ENDED_AT = "2026-11-26T20:00:30+00:00"
MEASURED = Measured(
    Plan(modes=("aiohttp",), requests=2_000, rounds=5, concurrency=1, seed=3),
    "http://127.0.0.1:8000/",
    rounds_of("aiohttp", requests=2_000),
    machine=MACHINE,
    started_at="2026-11-26T20:00:00+00:00",
    ended_at=ENDED_AT,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


def finish_runs(finished: Path, number: int) -> None:
    """Finishes and keeps one run after another, as an app does, until it is killed; ``finished`` gets their names."""
    for count in range(1_000):
        measured = replace(MEASURED, name=f"run {number}-{count}")
        folder = RunFolder()
        folder.begin(measured)
        folder.note(RunEnd(False, "", ENDED_AT))
        with finished.open("a") as file:
            file.write(f"{measured.name}\n")
        keep(measured, source=source_of(folder.path, measured.started_at))
        folder.remove()


def kill_again_and_again(finished: Path, kills: int) -> None:
    """Kills such an app, and recovers what it has left as the next one does; tells how often that was needed."""
    dice, seen = random.Random(18), Counter[str]()
    for number in range(kills):
        before = finished.stat().st_size
        child = os.fork()
        if not child:
            try:
                finish_runs(finished, number)
            finally:
                os._exit(1)
        while finished.stat().st_size == before:
            time.sleep(0.001)
        time.sleep(dice.uniform(0, 0.1))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        left = len(run_folders())
        runs = look_for_leftovers().runs
        seen["kept already"] += left - len(runs)
        for run in runs:
            measured = read_measured(run.folder)
            assert keep(measured, source=source_of(run.folder, measured.started_at)) is not None
            discard(run.folder)
            seen["recovered"] += 1
    print(dict(seen))


def run_folders() -> list[Path]:
    return [folder for folder in all_folders() if (folder / "run.json").exists()]


@pytest.mark.parametrize("kills", [8, pytest.param(50, marks=pytest.mark.slow)])
def test_kills_at_any_moment_lose_no_finished_run_and_double_none(kills: int, tmp_path: Path, home: Path) -> None:
    finished = tmp_path / "finished"
    finished.touch()
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r}); from pathlib import Path; "
        "from engine.test_history_kills import kill_again_and_again as kill; "
        f"kill(Path({str(finished)!r}), {kills})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    names = finished.read_text().splitlines()
    assert len(names) >= kills
    kept = Counter(run.name for run in list_kept())
    assert max(kept.values()) == 1
    # A run whose end is on the disk may be killed before its name is.
    assert set(names) <= set(kept)
    assert len(kept) <= len(names) + kills
    assert all(run.requests == 10_000 for run in list_kept())
    assert open_kept("last").remains is None
    assert not run_folders()
    samples = home / "state" / "httpbench-tui" / "history" / "samples"
    assert len([path for path in samples.iterdir() if not path.name.startswith(".part-")]) <= len(kept) + 1
