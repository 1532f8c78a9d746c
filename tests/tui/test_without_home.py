"""A home that nothing can be written to: everything works, and what is not kept is said once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.screens import Notice, wait_for_screen, wait_until

from tui_httpbench.plan.plan import Plan
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.setup.screen import SetupScreen

PLAN = Plan(modes=("aiohttp",), requests=20, concurrency=2, rounds=1)
COMMAND = (sys.executable, "-m", "tui_httpbench")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that not even root can write to")


@pytest.fixture
def unwritable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, the only one that can be written to."""
    for name in ("CONFIG", "STATE", "DATA", "CACHE"):
        monkeypatch.delenv(f"XDG_{name}_HOME")
    monkeypatch.setenv("HOME", "/proc/self")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    return temporary


@pytest.mark.slow
async def test_the_app_runs_and_says_once_that_the_plan_is_not_remembered(
    unwritable: Path, notices: list[Notice]
) -> None:
    app = HttpbenchApp(PLAN)
    async with app.run_test(size=(110, 32)) as pilot:
        for _ in range(2):
            await wait_for_screen(pilot, SetupScreen)
            await pilot.press("ctrl+r")
            await pilot.pause()
            results = await wait_for_screen(pilot, ResultsScreen)
            assert results.result.all_succeeded
            await pilot.press("escape")
        await wait_for_screen(pilot, SetupScreen)
        await pilot.press("ctrl+q")  # until then, the result can be shown again
        await wait_until(pilot, lambda: not app.is_running)
    plan, *runs = notices
    assert plan.text.startswith("The plan can't be remembered: ")
    assert len(runs) == 2
    assert all(run.text.startswith("The run was not kept. The history in ") for run in runs)
    assert list(unwritable.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "variables",
    [
        {"HOME": "/proc/self"},
        {"HOME": ""},
        {"HOME": "relative"},
        {"HOME": "/dev/null"},
        {"HOME": "/proc/self", "XDG_STATE_HOME": "relative", "XDG_CONFIG_HOME": "/dev/null"},
    ],
    ids=lambda variables: " ".join(f"{name}={value}" for name, value in variables.items()),
)
@pytest.mark.parametrize("command", [("run", "-m", "aiohttp", "-n", "5", "-r", "1"), ("modes",), ("recover",)])
def test_the_commands_work_and_say_what_is_not_kept(
    variables: dict[str, str], command: tuple[str, ...], unwritable: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if name != "HOME"}
    done = subprocess.run(
        [*COMMAND, *command], env=kept | variables, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    if command == ("recover",):
        assert (done.returncode, done.stderr) == (1, "httpbench-tui: There is no interrupted run to recover.\n")
    else:
        assert done.returncode == 0
        has_state = command == ("modes",) or variables["HOME"] in ("", "relative")
        told = "" if has_state else "httpbench-tui: The run was not kept. The history in "
        assert done.stderr.count("\n") == bool(told)
        assert done.stderr.startswith(told)
    assert list(folder.iterdir()) == []
    assert list(unwritable.iterdir()) == []
