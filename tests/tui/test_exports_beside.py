"""The files that a run was asked for on the command line: written beside the screens, and waited for at the end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from support.made_results import clean_result
from support.screens import Notice, text_on, wait_for_screen, wait_until

from tui_httpbench.analysis.result import Result
from tui_httpbench.plan.reference import Against
from tui_httpbench.report.formats import JSON, Export, Format
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.results.screen import ResultsScreen


@dataclass(frozen=True)
class SlowFormat(Format):
    """A form whose text takes until a test says so, as that of a million requests takes its time."""

    go_on: threading.Event = field(default_factory=threading.Event)

    def parts_of(self, result: Result, against: Against) -> Iterator[str]:  # noqa: ARG002
        """One piece."""
        yield "begun "
        assert self.go_on.wait(30)
        yield f"with {len(result.modes)} modes"


class ResultApp(HttpbenchApp):
    """The app, opened with a result."""

    CSS_PATH = Path(app_module.__file__).with_name("app.tcss")

    def make_first_screen(self) -> ResultsScreen:
        return ResultsScreen(clean_result())


async def test_keys_work_while_a_result_is_written_and_the_app_does_not_end_without_it(tmp_path: Path) -> None:
    slow, path = SlowFormat(".txt", "slow", "", ""), tmp_path / "result.txt"
    app = ResultApp(clean_result().plan, exports=(Export(slow, str(path)),))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        app.keeper.do(app._export(clean_result()))
        await pilot.press("t")
        await wait_until(pilot, lambda: "Distribution" in text_on(app) or "Latency" in text_on(app))
        leaving = asyncio.create_task(pilot.press("ctrl+q"))  # it returns once the app has left
        await asyncio.sleep(0.1)
        assert app.is_running
        assert not path.exists() or "modes" not in path.read_text()
        slow.go_on.set()
        await leaving
        await wait_until(pilot, lambda: not app.is_running)
    assert path.read_text() == "begun with 8 modes"
    assert app.farewell == ""


async def test_who_leaves_meanwhile_is_told_in_the_terminal_what_could_not_be_written(
    tmp_path: Path, notices: list[Notice]
) -> None:
    slow, missing = SlowFormat(".txt", "slow", "", ""), tmp_path / "missing" / "result.json"
    app = ResultApp(
        clean_result().plan, exports=(Export(slow, str(tmp_path / "result.txt")), Export(JSON, str(missing)))
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        app.keeper.do(app._export(clean_result()))
        leaving = asyncio.create_task(pilot.press("ctrl+q"))  # it returns once the app has left
        await asyncio.sleep(0.1)
        slow.go_on.set()
        await leaving
        await wait_until(pilot, lambda: not app.is_running)
    assert app.farewell == f"The file '{missing}' can't be written: there is no folder '{missing.parent}'."
    assert notices[-1].text == app.farewell
