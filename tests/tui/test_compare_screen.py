"""The Compare screen of two runs, and the chart of a lane over more of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from support.made_history import keep_run, measured_at
from support.made_results import MACHINE
from support.screens import Notice, text_on, wait_for_screen, wait_until
from support.shown_result import ResultApp
from textual.pilot import Pilot
from textual.widgets import Input

from tui_httpbench.analysis.compared_run import ComparedRun
from tui_httpbench.analysis.run_comparison import compare_runs
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.report.json_reading import run_of_result
from tui_httpbench.tui.screens.compare.ratio_plot import RatioScale
from tui_httpbench.tui.screens.compare.screen import CompareScreen, names_of
from tui_httpbench.tui.screens.compare.trend_screen import TrendScreen
from tui_httpbench.tui.screens.history.screen import HistoryScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen

OTHER_MACHINE = replace(MACHINE, python="CPython 3.13.0")


@asynccontextmanager
async def marked(runs: int, size: tuple[int, int] = (100, 40)) -> AsyncIterator[Pilot[None]]:
    """The history with so many marked runs, asked to compare them."""
    app = ResultApp(summarize_run(measured_at(1_000)))
    async with app.run_test(size=size) as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("h")
        await wait_for_screen(pilot, HistoryScreen)
        await pilot.app.workers.wait_for_complete()
        await pilot.press(*["space"] * runs, "c")
        yield pilot


async def test_two_runs_are_compared_as_measured_and_relative_to_a_lane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notices: list[Notice], matches_snapshot: Callable[..., bool]
) -> None:
    monkeypatch.chdir(tmp_path)
    keep_run(0, name="[red]old[/]", run_id="20241120-200000-abcd")
    keep_run(1, name="new", slower=1.5, machine=OTHER_MACHINE, run_id="20241120-210000-abcd")
    async with marked(2) as pilot:
        screen = await wait_for_screen(pilot, CompareScreen)
        assert [run.name for run in screen._runs] == ["[red]old[/]", "new"], "the older one first"
        shown = text_on(pilot.app)
        assert "CPython 3.13.0" in shown
        assert shown.index("What differs between the runs") < shown.index("New over old") < shown.index("interval  ")
        assert "'[red]old[/]'" in shown
        await pilot.press("x")
        await wait_until(pilot, lambda: screen.comparison.relative_to == "requests-session")
        await pilot.pause()
        verdicts = {lane.label: lane.verdict for lane in screen.comparison.lanes}
        assert verdicts["httpx-client"] == "slower"
        assert "Surely slower than before, relative to requests-session: httpx-client" in text_on(pilot.app)
        assert matches_snapshot(pilot.app)

        await pilot.press("s")
        await wait_until(pilot, lambda: bool(pilot.app.screen.query("#save-name")))
        name = pilot.app.screen.query_one(Input)
        name.value = "it.html"
        await wait_until(pilot, lambda: "ends in .json or .md" in text_on(pilot.app))
        name.value = "it.json"
        await pilot.press("enter")
        await wait_until(pilot, lambda: bool(notices))
        assert json.loads((tmp_path / "it.json").read_text())["relative_to"] == "requests-session"
        await pilot.press("c", "x")
        await wait_until(pilot, lambda: not screen.comparison.relative_to)
        assert pilot.app.clipboard.startswith("## Two runs compared, relative to requests-session")
        await pilot.press("escape")
        await wait_for_screen(pilot, HistoryScreen)


async def test_of_more_runs_one_lane_is_drawn_and_the_next_with_a_key() -> None:
    for number, slower in enumerate((1.0, 1.0, 2.0)):
        keep_run(number, slower=slower, name=f"run {number}")
    async with marked(3) as pilot:
        screen = await wait_for_screen(pilot, TrendScreen)
        await wait_until(pilot, lambda: screen.trend is not None and screen.trend.label == "requests-session")
        await pilot.press("v")
        await wait_until(pilot, lambda: screen.trend is not None and screen.trend.label == "httpx-client")
        await pilot.press("x")
        await wait_until(pilot, lambda: screen.trend is not None and screen.trend.relative_to == "requests-session")
        assert screen.trend is not None
        assert [point.run.name for point in screen.trend.points] == ["run 0", "run 1", "run 2"]
        await pilot.pause()
        shown = text_on(pilot.app)
        assert "httpx-client over 3 runs: its time over that of requests-session" in shown
        assert "surely slower" in shown


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2026-11-27T09:17:01+00:00", "2026-11-27T09:18:41+00:00", ["2026-11-27 09:18", "2026-11-27 09:17"]),
        ("2026-11-27T09:17:01+00:00", "2026-11-27T09:17:41+00:00", ["2026-11-27 09:17:41", "2026-11-27 09:17:01"]),
        (None, None, ["last", "old.json"]),
    ],
)
def test_two_runs_are_told_apart_in_the_title(old: str | None, new: str | None, told: list[str]) -> None:
    before, after = (
        ComparedRun(source, 2, (), (), 0.03, started_at=at) for source, at in (("old.json", old), ("last", new))
    )
    assert names_of(after, before) == told


def test_a_ratio_stands_where_it_belongs_on_the_scale() -> None:
    old, new = (
        run_of_result(summarize_run(measured_at(number, slower=slower)), "x") for number, slower in ((0, 1.0), (1, 1.5))
    )
    comparison = compare_runs(old, new, relative_to="aiohttp")
    scale = RatioScale(comparison, 60)
    slower, same = (
        next(lane for lane in comparison.lanes if lane.label == name) for name in ("httpx-client", "requests-session")
    )
    assert scale.draw(slower, comparison.same_within).index("●") > scale.half
    assert scale.draw(same, comparison.same_within).index("●") == scale.half
    assert (scale.cell(0.0), scale.cell(float("inf")), scale.cell(1.0)) == (-1, 59, 29)
    assert len(scale.axis()) == len(scale.sides()) == scale.columns == 59
