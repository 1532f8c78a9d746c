"""What keeps the run's screen answering keys while much is measured, told by what it does and not by a clock."""

from __future__ import annotations

import gc
import time
import weakref

import pytest
from support.screens import wait_for_screen, wait_until
from textual.widget import Widget

from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.parts.help_sheet import HelpSheet
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.run.measuring_screen import REDRAWS_BEHIND
from tui_httpbench.tui.screens.run.screen import RunScreen

LONG = Plan(Request("/delay/20"), modes=("aiohttp",), requests=5_000, concurrency=2, rounds=1, seed=3)


@pytest.mark.slow
async def test_under_another_screen_it_is_drawn_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[float] = []
    redraw = RunScreen.redraw

    def counted(self: RunScreen) -> None:
        drawn.append(time.monotonic())
        redraw(self)

    monkeypatch.setattr(RunScreen, "redraw", counted)
    app = HttpbenchApp(LONG, start=True)
    app.animation_level = "none"
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await wait_for_screen(pilot, RunScreen)
        await wait_until(pilot, lambda: screen.progress.done > 2)
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: app.screen is not screen)
        drawn.clear()
        begin_s = time.monotonic()
        await pilot.pause(1.5)
        assert len(drawn) <= (time.monotonic() - begin_s) * REDRAWS_BEHIND + 1
        drawn.clear()
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is screen and len(drawn) > 1)
        await pilot.press("escape", "y")
        await wait_for_screen(pilot, ResultsScreen)


@pytest.mark.slow
async def test_the_garbage_of_before_is_not_looked_through_while_it_runs() -> None:
    gc.unfreeze()
    async with HttpbenchApp(LONG, start=True).run_test(size=(80, 24)) as pilot:
        screen = await wait_for_screen(pilot, RunScreen)
        await wait_until(pilot, lambda: screen.progress.done > 2)
        assert gc.get_freeze_count() > 10_000
        await pilot.press("escape", "y")
        await wait_for_screen(pilot, ResultsScreen)
        await wait_until(pilot, lambda: gc.get_freeze_count() == 0)


@pytest.mark.slow
@pytest.mark.parametrize(("opens", "closes"), [("f1", "f1"), ("ctrl+p", "escape")])
async def test_what_came_over_it_and_went_leaves_nothing(opens: str, closes: str) -> None:
    app = HttpbenchApp(LONG, start=True)
    app.animation_level = "none"
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await wait_for_screen(pilot, RunScreen)

        def others() -> list[Widget]:
            """What is there beside the screen of before."""
            return [*screen.query(HelpSheet)] if app.screen is screen else [app.screen, *app.screen.query(Widget)]

        came: list[weakref.ref[Widget]] = []
        for _ in range(3):
            before = len(came)
            await pilot.press(opens)
            await wait_until(pilot, lambda: bool(others()))
            await pilot.pause()
            came += [weakref.ref(each) for each in others()]
            await pilot.press(closes)
            await wait_until(pilot, lambda: not others())

        def are_gone() -> bool:
            gc.collect()
            return not any(each() for each in came[:before])  # the last of them may be kept until another comes

        await wait_until(pilot, are_gone)
        await pilot.press("escape", "y")
        await wait_for_screen(pilot, ResultsScreen)
