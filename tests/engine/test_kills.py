"""Signals to the app, the worker, the target and its relay, and a closed terminal, at random moments.

Four of them belong to the suite; ``pytest -m slow tests/engine/test_kills.py`` makes more than 200.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("needs /proc", allow_module_level=True)

from support.killing import COMMAND, AppUnderTest, count_rows, wait_until

from tui_httpbench.bench.recovery import find_interrupted_runs, recover
from tui_httpbench.bench.run_folder import runs_folder

PLAN = ("-m", "http.client", "-m", "aiohttp", "-n", "300", "-r", "2", "--rtt", "1", "--timeout", "3")
# Generous, since no test is to fail on a busy machine; what is printed at the end tells the true times.
LIMIT_S = 30.0
SIGNALS = ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT")
Case = tuple[str, str, str]
CASES: list[Case] = [
    (surface, victim, how)
    for surface in ("run", "tui")
    for victim in ("app", "worker", "server", "relay")
    for how in (*SIGNALS, *(("close",) if victim == "app" else ()))
]
FEW: list[Case] = [
    ("run", "app", "SIGKILL"),
    ("tui", "app", "SIGHUP"),
    ("tui", "app", "close"),
    ("tui", "server", "SIGKILL"),
]


@pytest.fixture
def json_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the result goes; temporary files get a folder of their own, which must be empty in the end."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield tmp_path / "result.json"
    assert list(temporary.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} <= {"home", "tmp", "result.json"}


@pytest.mark.parametrize(
    ("surface", "victim", "how"), [*FEW[:2], *(pytest.param(*case, marks=pytest.mark.slow) for case in FEW[2:])]
)
def test_a_kill_leaves_nothing(surface: str, victim: str, how: str, json_path: Path) -> None:
    kill(surface, victim, how, seed=1, json_path=json_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
@pytest.mark.parametrize(("surface", "victim", "how"), CASES)
def test_many_kills_leave_nothing(surface: str, victim: str, how: str, seed: int, json_path: Path) -> None:
    kill(surface, victim, how, seed, json_path)


def kill(surface: str, victim: str, how: str, seed: int, json_path: Path) -> None:
    command = ("run", *PLAN) if surface == "run" else (*PLAN, "--start")
    app = AppUnderTest(*command, "--json", str(json_path))
    try:
        time.sleep(random.Random(f"{surface} {victim} {how} {seed}").uniform(0.05, 4.0))
        if how == "close":
            app.close_terminal()
        else:
            app.kill(victim, signal.Signals[how], LIMIT_S)
        if victim != "app" and surface == "tui":  # which goes on until someone leaves
            time.sleep(0.5)
            app.kill("app", signal.SIGTERM, LIMIT_S)
        took_s = wait_until(lambda: app.process.poll() is not None, LIMIT_S)
        assert took_s < LIMIT_S, f"the app did not end: {app.output[-3000:]!r}"
        if victim == "app":
            took_s += wait_until(lambda: not app.pids(), LIMIT_S)
            assert took_s < LIMIT_S, app.pids()
            print(f"ended after {took_s:.2f} s")
        assert app.pids() == []
        if how != "close":
            check_terminal(app, is_killed=(victim, how) == ("app", "SIGKILL"))
        check_status(app.process.returncode, surface, victim, how)
        check_measured(app.process.returncode, surface, json_path)
    finally:
        app.end()


def check_terminal(app: AppUnderTest, is_killed: bool) -> None:
    """As it was before, unless nobody had the time for it."""
    output = app.drain()
    if app.process.returncode != -signal.SIGINT:
        assert b"Traceback" not in output, output[-3000:].decode(errors="replace")
    if not is_killed:
        assert app.terminal_attributes() == app.attributes
        assert output.rfind(b"\x1b[?1049l") >= output.rfind(b"\x1b[?1049h")
        assert output.rfind(b"\x1b[?25h") >= output.rfind(b"\x1b[?25l")


def check_status(status: int, surface: str, victim: str, how: str) -> None:
    number = signal.SIGHUP if how == "close" else signal.Signals[how]
    early = -number  # before the app could do anything about it
    if victim != "app":
        assert status in ((0, 1) if surface == "run" else (130, -signal.SIGTERM))
    elif how == "SIGKILL":
        assert status in (early, 0, 1)  # it may have ended before
    elif how == "SIGINT":
        assert status in (130, early, 0, 1)
    else:
        assert status in (130, early, *((0, 1) if surface == "run" else ()))


def check_measured(status: int, surface: str, json_path: Path) -> None:
    """Every finished request is in the report, or in a run that the next start offers."""
    runs_before = runs_folder()
    rows = count_rows(runs_before) if runs_before is not None and runs_before.exists() else 0
    time.sleep(0 if rows else 2.1)  # a folder without a plan may be a new one for two seconds
    offered = find_interrupted_runs()
    assert sum(run.requests for run in offered) == rows
    assert sum(mode.requests for run in offered for mode in recover(run.folder).modes) == rows
    left = set(runs_before.iterdir()) if runs_before is not None and runs_before.exists() else set()
    assert left == {run.folder for run in offered}
    if surface == "run" and status in (0, 1, 130) and json_path.exists():
        assert not offered, "it was reported"
        for mode in json.loads(json_path.read_text())["modes"]:
            assert mode["requests"] == mode["ok"] + sum(mode["errors"].values())
            if status == 0:
                assert mode["ok"] == 600
    elif surface == "run" and status in (0, 130):
        assert not rows or offered


def test_a_signal_before_the_first_screen_is_not_kept_waiting_for_it(json_path: Path) -> None:
    app = AppUnderTest(*PLAN, "--json", str(json_path))
    try:
        assert wait_until(lambda: b"\x1b[?1049h" in app.output, LIMIT_S) < LIMIT_S
        app.kill("app", signal.SIGTERM, LIMIT_S)
        assert wait_until(lambda: not app.pids(), LIMIT_S) < LIMIT_S
        assert app.process.wait() == 130
        check_terminal(app, is_killed=False)
        assert b"Concurrency" not in app.output
    finally:
        app.end()
    assert not find_interrupted_runs()


@pytest.mark.slow
def test_a_screen_whose_terminal_goes_without_a_signal_leaves_its_run_for_recovery(json_path: Path) -> None:
    app = AppUnderTest("-m", "http.client", "-n", "50000", "-c", "1", "-r", "1", "--start", controlling=False)
    try:
        folder = runs_folder()
        assert folder is not None
        assert wait_until(lambda: count_rows(folder) > 50, LIMIT_S) < LIMIT_S
        app.close_terminal()
        assert wait_until(lambda: not app.pids(), LIMIT_S) < LIMIT_S
        assert app.process.wait() == 130
    finally:
        app.end()
    (run,) = find_interrupted_runs()
    assert run.requests == count_rows(folder) > 50
    assert not json_path.exists()


@pytest.mark.slow
def test_an_interrupted_run_is_told_of_and_reported_once(json_path: Path) -> None:
    app = AppUnderTest("run", *PLAN)
    try:
        folder = runs_folder()
        assert folder is not None
        # Two modes of 300 requests: the first round is written down when some of the second one are there.
        assert wait_until(lambda: count_rows(folder) > 620, LIMIT_S) < LIMIT_S
        app.kill("app", signal.SIGKILL, LIMIT_S)
        assert wait_until(lambda: not app.pids(), LIMIT_S) < LIMIT_S
    finally:
        app.end()
    rows = count_rows(folder)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False)

    next_run = run("run", "-m", "http.client", "-n", "2", "-r", "1")
    assert f"2 modes, {rows} requests measured" in next_run.stderr
    assert "httpbench-tui recover" in next_run.stderr
    recovered = run("recover", "--json", str(json_path))
    assert recovered.returncode == 0
    assert "recovered" in recovered.stdout
    document = json.loads(json_path.read_text())
    assert document["stopped"]
    assert sum(mode["requests"] for mode in document["modes"]) == rows
    assert sum(mode["rounds_done"] for mode in document["modes"]) >= 1
    assert document["findings"][0]["id"] == "interrupted"
    assert set(document["environment"]["packages"]) >= {"aiohttp", "yarl"}
    again = run("recover", "--discard")
    assert (again.returncode, again.stderr) == (1, "httpbench-tui: There is no interrupted run to recover.\n")


@pytest.mark.usefixtures("json_path")
@pytest.mark.parametrize(("rows", "distance"), [pytest.param(100, (), marks=pytest.mark.slow), (200, ("--rtt", "1"))])
def test_a_killed_app_makes_no_error_in_what_it_had_measured(rows: int, distance: tuple[str, ...]) -> None:
    # Many new connections at once, from threads that let the one that hears of the app's end wait.
    app = AppUnderTest("run", "-m", "requests", "-c", "50", "-n", "1m", "-r", "1", *distance)
    try:
        folder = runs_folder()
        assert folder is not None
        assert wait_until(lambda: count_rows(folder) > rows, LIMIT_S) < LIMIT_S
        app.kill("app", signal.SIGKILL, LIMIT_S)
        assert wait_until(lambda: not app.pids(), LIMIT_S) < LIMIT_S
    finally:
        app.end()
    (run,) = find_interrupted_runs()
    (mode,) = recover(run.folder).modes
    assert (mode.errors, mode.ok) == ({}, run.requests)


@pytest.mark.usefixtures("json_path")
def test_a_run_killed_in_its_first_round_loses_nothing_that_was_known() -> None:
    # One mode follows no redirect, so that there is a difference in work to be told of.
    modes = ("-m", "requests-session", "-m", "urllib3", "-m", "http.client")
    plan = ("run", "/redirect/1", *modes, "--profile", "defaults", "-r", "1", "-c", "2")

    def document_of(*arguments: str) -> Any:
        command = [*COMMAND, *arguments, "--json", "-"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return json.loads(done.stdout)

    whole = document_of(*plan, "-n", "20")
    before = datetime.now().astimezone().replace(microsecond=0)
    app = AppUnderTest(*plan, "-n", "1m")
    try:
        folder = runs_folder()
        assert folder is not None
        assert wait_until(lambda: count_rows(folder) > 0, LIMIT_S) < LIMIT_S
        after = datetime.now().astimezone()
        app.kill("app", signal.SIGKILL, LIMIT_S)
        assert wait_until(lambda: not app.pids(), LIMIT_S) < LIMIT_S
    finally:
        app.end()
    recovered = document_of("recover")
    assert before <= datetime.fromisoformat(recovered["started_at"]) <= after
    assert datetime.fromisoformat(recovered["ended_at"]) >= before
    for key in ("python", "platform", "cpu_count", "packages", "pinning", "governor"):
        assert recovered["environment"][key] == whole["environment"][key], key
    for killed, kept in zip(recovered["modes"], whole["modes"], strict=True):
        assert (killed["settings"], killed["http_version"]) == (kept["settings"], kept["http_version"])
        assert killed["import_s"] is not None
        assert len(killed["rounds"][0]["warmup"]) == len(kept["rounds"][0]["warmup"]) > 0
    assert recovered["differences"] == whole["differences"]
    assert [finding["modes"] for finding in recovered["findings"] if finding["id"] == "other-status"] == [
        ["http.client"]
    ]
    assert recovered["findings"][0]["id"] == "interrupted"
    assert "interrupted" not in {finding["id"] for finding in whole["findings"]}
    assert not find_interrupted_runs()
