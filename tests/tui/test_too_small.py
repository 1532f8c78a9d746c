"""A terminal that is too small, on every screen: it says so, and all is as before once there is room again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from support.made_results import MACHINE, clean_result
from support.screens import let_workers_end, resize, text_on, wait_for_screen, wait_until
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import Screen

from tui_httpbench.bench.run_folder import RunFolder, sample_path
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.sample_file import SampleFile
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.recover.screen import RecoverScreen
from tui_httpbench.tui.screens.replay.screen import ReplayScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.run.screen import RunScreen
from tui_httpbench.tui.screens.setup.screen import SetupScreen
from tui_httpbench.tui.screens.too_small.screen import TooSmallScreen
from tui_httpbench.worker.recorder import Recorder

LONG = Plan(Request("/delay/20"), modes=("aiohttp",), requests=5_000, concurrency=2, rounds=1)
SHORT = LONG.replace(requests=60)
SMALL, ENOUGH = (20, 5), (100, 30)

pytestmark = pytest.mark.slow


@asynccontextmanager
async def opened(app: HttpbenchApp, size: tuple[int, int] = ENOUGH) -> AsyncIterator[Pilot[None]]:
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        yield pilot


async def shrink(pilot: Pilot[None]) -> None:
    await resize(pilot, *SMALL)
    await wait_until(pilot, lambda: "20x5" in text_on(pilot.app))
    assert "too small" in text_on(pilot.app)
    assert "needs 40x12" in text_on(pilot.app)


async def enlarge(pilot: Pilot[None], screen: Screen[Any]) -> None:
    await resize(pilot, *ENOUGH)
    await wait_until(pilot, lambda: pilot.app.screen is screen)
    await pilot.pause()
    assert not any(isinstance(below, TooSmallScreen) for below in pilot.app.screen_stack)


async def on_setup(pilot: Pilot[None]) -> Screen[Any]:
    return await wait_for_screen(pilot, SetupScreen)


async def on_palette(pilot: Pilot[None]) -> Screen[Any]:
    await wait_for_screen(pilot, SetupScreen)
    await pilot.press("ctrl+p")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    return pilot.app.screen


async def on_result(pilot: Pilot[None]) -> Screen[Any]:
    await wait_for_screen(pilot, SetupScreen)
    pilot.app.push_screen(ResultsScreen(clean_result()))
    return await wait_for_screen(pilot, ResultsScreen)


async def on_replay(pilot: Pilot[None]) -> Screen[Any]:
    await on_result(pilot)
    await pilot.press("space")
    return await wait_for_screen(pilot, ReplayScreen)


@pytest.mark.parametrize("present", [False, True])
@pytest.mark.parametrize("reach", [on_setup, on_palette, on_result, on_replay])
async def test_every_screen_comes_back(reach: Callable[[Pilot[None]], Any], present: bool) -> None:
    async with opened(HttpbenchApp(SHORT, present=present)) as pilot:
        screen = await reach(pilot)
        for _ in range(2):
            await shrink(pilot)
            await enlarge(pilot, screen)


async def test_a_run_goes_on_and_its_result_comes_up_when_there_is_room() -> None:
    async with opened(HttpbenchApp(SHORT, start=True)) as pilot:
        screen = await wait_for_screen(pilot, RunScreen)
        await shrink(pilot)
        await let_workers_end(pilot)
        assert screen.progress.time_left_s == 0.0
        assert "too small" in text_on(pilot.app)
        await resize(pilot, *ENOUGH)
        results = await wait_for_screen(pilot, ResultsScreen)
        assert results.result.all_succeeded
        assert not any(isinstance(below, TooSmallScreen) for below in pilot.app.screen_stack)


async def test_the_question_over_a_run_comes_back_and_can_be_answered() -> None:
    async with opened(HttpbenchApp(LONG, start=True)) as pilot:
        screen = await wait_for_screen(pilot, RunScreen)
        await wait_until(pilot, lambda: screen.progress.done > 2)
        await pilot.press("escape")
        await wait_until(pilot, lambda: "Stop here?" in text_on(pilot.app))
        await shrink(pilot)
        await enlarge(pilot, screen)
        assert "Stop here?" in text_on(pilot.app)
        await pilot.press("y")
        results = await wait_for_screen(pilot, ResultsScreen)
        assert results.result.stopped


async def test_keys_of_the_app_do_not_put_another_screen_over_it() -> None:
    async with opened(HttpbenchApp(SHORT)) as pilot:
        screen = await wait_for_screen(pilot, SetupScreen)
        await shrink(pilot)
        for key in ("ctrl+p", "f1", "ctrl+r"):
            await pilot.press(key)
            await pilot.pause()
            assert isinstance(pilot.app.screen, TooSmallScreen), key
        await enlarge(pilot, screen)


async def test_a_question_at_the_start_waits_for_room() -> None:
    folder = RunFolder()
    folder.begin(Measured(SHORT, "http://127.0.0.1:9/", (), machine=MACHINE))
    path = sample_path(folder.path, "aiohttp", 1)
    SampleFile(path, 60).close()
    Recorder(str(path)).record(1, 1, 200, 1)
    folder.leave()
    async with opened(HttpbenchApp(SHORT), SMALL) as pilot:
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
        (asking,) = pilot.app.workers
        assert asking.is_running
        assert "too small" in text_on(pilot.app)
        await resize(pilot, *ENOUGH)
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, RecoverScreen) and pilot.app.focused is not None)
        await pilot.press("d")
        await wait_for_screen(pilot, SetupScreen)
        assert not any(isinstance(below, TooSmallScreen) for below in pilot.app.screen_stack)
