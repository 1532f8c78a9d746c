"""The question about an interrupted run, and its three answers."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest
from support.made_results import MACHINE, clean_result
from support.screens import Notice, text_on, wait_for_screen, wait_until
from textual.pilot import Pilot

from tui_httpbench.analysis.any_result import AnyResult, summarize_any
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.kept_runs import list_kept, open_kept
from tui_httpbench.bench.recovery import find_interrupted_runs
from tui_httpbench.bench.run_folder import RunFolder, sample_path
from tui_httpbench.measured.any_measured import AnyMeasured
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.sample_file import SampleFile
from tui_httpbench.plan.plan import Plan
from tui_httpbench.tui import recovery as recovery_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.recovery import ASKED_LATER, offer_recovery
from tui_httpbench.tui.screens.questions.screen import QuestionsScreen
from tui_httpbench.tui.screens.recover.screen import DEAF_S, RecoverScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.setup.screen import SetupScreen
from tui_httpbench.worker.recorder import Recorder

REQUESTS = 2_000
PLAN = Plan(modes=("requests-session", "aiohttp"), requests=REQUESTS, concurrency=2, rounds=1, seed=1)


@pytest.fixture
def interrupted() -> Path:
    """The folder of a run that measured 1,234 requests."""
    return interrupt()


def interrupt() -> Path:
    """Leaves what an app that was killed leaves of such a run."""
    folder = RunFolder()
    folder.begin(Measured(PLAN, "http://127.0.0.1:9/", (), machine=MACHINE))
    for mode_id, requests in (("requests-session", 1_000), ("aiohttp", 234)):
        path = sample_path(folder.path, mode_id, 1)
        SampleFile(path, REQUESTS).close()
        recorder = Recorder(str(path))
        for number in range(requests):
            recorder.record(1_000_000 * (number + 1), 900_000, 200, 10)
    folder.leave()
    return folder.path


@pytest.mark.slow
async def test_a_recovered_run_opens_as_a_result_and_no_key_is_taken_until_then(
    interrupted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with HttpbenchApp(PLAN).run_test(size=(100, 30)) as pilot:
        await wait_for_question(pilot)
        shown = text_on(pilot.app)
        assert "Recover the interrupted run?" in shown
        assert "2 modes, 1,234 requests measured, just now" in shown
        held = threading.Event()
        summarize = summarize_any

        def summarize_later(measured: AnyMeasured) -> AnyResult:
            assert held.wait(60)
            return summarize(measured)

        monkeypatch.setattr(recovery_module, "summarize_any", summarize_later)
        await pilot.press("r")
        await wait_until(pilot, lambda: "Reading what the interrupted run measured …" in text_on(pilot.app))
        await pilot.press("r", "enter")  # since nothing seems to happen
        held.set()
        screen = await wait_for_screen(pilot, ResultsScreen)
        assert [mode.requests for mode in screen.result.modes] == [1_000, 234]
        await wait_until(pilot, lambda: not interrupted.exists())
        (kept,) = list_kept()
        assert (kept.requests, kept.outcome) == (1_234, "interrupted")
        assert summarize_run(open_kept(kept.id)).ranking == screen.result.ranking


async def wait_for_question(pilot: Pilot[None]) -> None:
    """Until it is there and takes an answer."""
    app = pilot.app
    await wait_until(pilot, lambda: isinstance(app.screen, RecoverScreen) and app.focused is not None)
    await pilot.pause()


async def test_a_recovered_run_stays_until_it_is_left_where_it_can_not_be_kept(
    interrupted: Path, home: Path, notices: list[Notice]
) -> None:
    history = home / "state" / "httpbench-tui" / "history"
    history.mkdir()
    (history / "samples").write_text("in the way")
    async with HttpbenchApp(PLAN).run_test(size=(100, 30)) as pilot:
        await wait_for_question(pilot)
        await pilot.press("left", "left", "enter")
        await wait_for_screen(pilot, ResultsScreen)
        await wait_until(pilot, lambda: bool(notices))
        assert notices[0].text.startswith("The run was not kept. The history in ")
        assert interrupted.exists(), "it is in no other file yet"
        assert find_interrupted_runs() == [], "no other app is to take it"
        await pilot.press("escape")
        await wait_for_screen(pilot, SetupScreen)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not pilot.app.is_running)
    assert not interrupted.exists()


async def test_a_discarded_run_is_gone_and_the_next_one_is_asked_about(interrupted: Path) -> None:
    older = shutil.copytree(interrupted, interrupted.with_name("run-older"))
    for path in (older, *older.iterdir()):
        os.utime(path, (1, 1))
    async with HttpbenchApp(PLAN).run_test() as pilot:
        await wait_for_question(pilot)
        await wait_until(pilot, lambda: "(1 older run can be recovered after it)" in text_on(pilot.app))
        first = pilot.app.screen
        await pilot.press("d")
        await wait_until(pilot, lambda: pilot.app.screen is not first)
        await wait_for_question(pilot)
        await wait_until(pilot, lambda: not interrupted.exists())
        assert older.exists()
        await wait_until(pilot, lambda: "days ago" in text_on(pilot.app) and "older run" not in text_on(pilot.app))
        interrupted = older
        await pilot.press("d")
        await wait_for_screen(pilot, SetupScreen)
        await wait_until(pilot, lambda: not interrupted.exists())


@pytest.mark.parametrize("key", ["escape", pytest.param("enter", marks=pytest.mark.slow)])
async def test_later_means_the_next_start_and_is_the_default(interrupted: Path, key: str) -> None:
    async with HttpbenchApp(PLAN).run_test() as pilot:
        await wait_for_question(pilot)
        await pilot.press(key)
        await wait_for_screen(pilot, SetupScreen)
    assert [run.folder for run in find_interrupted_runs()] == [interrupted]


async def test_what_is_typed_for_the_screen_below_is_no_answer(interrupted: Path) -> None:
    async with HttpbenchApp(PLAN).run_test() as pilot:
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, RecoverScreen))
        question = pilot.app.screen
        for key in ("d", "2", "enter", "r", "escape"):
            await pilot.press(key)
            await pilot.pause(DEAF_S / 2)
        assert pilot.app.screen is question, "who goes on typing is not heard"
        assert interrupted.exists()
        await wait_for_question(pilot)


async def test_who_has_gone_on_is_told_but_not_asked(notices: list[Notice]) -> None:
    app = HttpbenchApp()
    async with app.run_test() as pilot:
        await wait_for_screen(pilot, QuestionsScreen)
        await app.push_screen(ResultsScreen(clean_result()))
        interrupted = interrupt()
        await offer_recovery(app, lambda *_: None, lambda *_: None)
        assert isinstance(app.screen, ResultsScreen)
        assert [notice.text for notice in notices] == [ASKED_LATER]
    assert interrupted.exists()


async def test_nothing_is_asked_where_nothing_was_interrupted() -> None:
    async with HttpbenchApp(PLAN).run_test() as pilot:
        form = await wait_for_screen(pilot, SetupScreen)
        assert list(pilot.app.workers) == [], "nobody is about to ask"
        assert pilot.app.screen is form
