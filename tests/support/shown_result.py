"""The Results screen of a made-up result, opened without the form, which takes its time to come up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from support.screens import wait_for_screen
from tui_httpbench.analysis.result import Result
from tui_httpbench.measured.measured import Measured
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.results.screen import ResultsScreen


class ResultApp(HttpbenchApp):
    """The app, opened with a result: without the form, which takes its time to come up."""

    CSS_PATH = Path(app_module.__file__).with_name("app.tcss")

    def __init__(self, result: Result, measured: Measured | None = None, present: bool = False) -> None:
        super().__init__(result.plan, present=present)
        self.animation_level = "none"
        self._result = result
        self._measured = measured

    def make_first_screen(self) -> ResultsScreen:
        return ResultsScreen(self._result, self._measured)


@asynccontextmanager
async def show(
    result: Result,
    size: tuple[int, int] = (80, 24),
    notifications: bool = False,
    measured: Measured | None = None,
    present: bool = False,
) -> AsyncIterator[tuple[ResultsScreen, Pilot[None]]]:
    app = ResultApp(result, measured, present)
    async with app.run_test(size=size, notifications=notifications) as pilot:
        screen = await wait_for_screen(pilot, ResultsScreen)
        yield screen, pilot
