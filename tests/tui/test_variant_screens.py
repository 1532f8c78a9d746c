"""Lanes with variants on the screens: they are shown, explained, replayed, and carried through the form unharmed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from support.made_results import result_of, rounds_of
from support.packages import know_only, make_checkout
from support.screens import child_pids, text_on, wait_for_screen, wait_until
from support.setup_form import WIDE, open_form
from support.shown_result import show
from textual.widgets import Label, Select

from tui_httpbench.measured.probe import Probe, Runtime
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.variants import parse_variants
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.plan_words import work_in_short
from tui_httpbench.tui.screens.replay.screen import ReplayScreen
from tui_httpbench.tui.screens.results.code_view import CodeColumn, CodePane
from tui_httpbench.tui.screens.results.ranking_chart import RankingChart
from tui_httpbench.tui.screens.results.ranking_table import RankingTable
from tui_httpbench.tui.screens.results.screen import VIEWS, ResultsScreen
from tui_httpbench.tui.screens.results.why_view import AgainstBar
from tui_httpbench.tui.screens.run.run_line import RunLine
from tui_httpbench.tui.screens.run.screen import RunScreen

VARIANTS = parse_variants(["old=httpx==0.27.2", "new=httpx==0.28.1"])
LANES = ("httpx-client@old", "httpx-client@new", "httpx-async@old", "httpx-async@new")


def reasons(screen: ResultsScreen) -> list[str]:
    return [str(label.content) for label in screen.query(".reason").results(Label)]


def plain(text: str) -> str:
    """The text with plain blanks."""
    return text.replace("\xa0", " ")


@pytest.mark.slow
async def test_a_result_with_variants_has_all_its_tabs_and_a_replay() -> None:
    records = [
        record for number, lane in enumerate(LANES) for record in rounds_of(lane, 10.0 + number, rounds=5, noise=0.01)
    ]
    probes = tuple(
        Probe(lane, packages={"httpx": "0.27.2" if "old" in lane else "0.28.1"}, runtime=Runtime("CPython 3.11.7"))
        for lane in LANES
    )
    result = result_of(*records, rounds=5, variants=VARIANTS, probes=probes)
    result = replace(result, made={lane: f"made by {lane}" for lane in LANES})
    async with show(result, WIDE) as (screen, pilot):
        assert all(lane in text_on(pilot.app) for lane in LANES)
        told = "httpx-client@new 0.28.1 takes 1.10 times as long as httpx-client@old 0.27.2"
        assert told in plain(text_on(pilot.app))
        for view in VIEWS:
            if view.ID == "article":
                continue
            await pilot.press(view.KEY)
            await wait_until(pilot, lambda: screen.view.is_attached)
            await pilot.pause()
            shown = text_on(pilot.app)
            assert "httpx-client@old" in shown, view.ID
        await pilot.press("w")
        await wait_until(pilot, lambda: "old: CPython 3.11.7, httpx 0.27.2" in text_on(pilot.app))
        assert plain(reasons(screen)[1]).startswith(
            "2 httpx-client@new  It takes 1.10 times as long as httpx-client@old 0.27.2 ("
        )
        await pilot.press("down", "x")
        await wait_until(pilot, lambda: "2 httpx-client@new  The others" in text_on(pilot.app))
        assert "3 httpx-async@old  It takes 1." in reasons(screen)[2]
        assert "times as long as httpx-client@new 0.28.1 (" in plain(reasons(screen)[2])
        await pilot.press("c")
        assert "| It is 1.10 times as fast as httpx-client@new 0.28.1 (" in pilot.app.clipboard
        await pilot.press("x")
        await wait_until(pilot, lambda: "1 httpx-client@old  The fastest" in text_on(pilot.app))
        screen.query_one(AgainstBar).query_one(Select).value = "httpx-async@new"
        await wait_until(pilot, lambda: "4 httpx-async@new  The others" in text_on(pilot.app))
        await pilot.press("o")
        await wait_until(pilot, lambda: bool(screen.query(CodePane)))
        screen.query(CodeColumn).first().query_one(Select).value = "httpx-async@new"
        await wait_until(pilot, lambda: "made by httpx-async@new" in screen.query(CodePane).first().text)
        await pilot.press("space")
        replay = await wait_for_screen(pilot, ReplayScreen)
        await wait_until(pilot, lambda: all(lane in text_on(pilot.app) for lane in LANES))
        assert replay.is_current


async def test_lanes_are_brought_together_by_a_key_and_by_a_click() -> None:
    client_old, client_new, async_old, async_new = LANES
    latencies_ms = {client_old: 10.0, async_new: 11.0, client_new: 12.0, async_old: 13.0}
    records = [record for lane, latency_ms in latencies_ms.items() for record in rounds_of(lane, latency_ms, rounds=5)]
    async with show(result_of(*records, rounds=5, variants=VARIANTS)) as (screen, pilot):

        async def see(by: str, *lanes: str) -> None:
            await wait_until(pilot, lambda: f"b by {by}" in text_on(pilot.app))
            table, chart = screen.query_one(RankingTable), str(screen.query_one(RankingChart).render())
            assert [str(cell) for cell in table.get_column("mode")] == list(lanes)
            assert sorted(lanes, key=chart.index) == list(lanes)

        await see("mode", client_old, client_new, async_new, async_old)
        await pilot.press("b")
        await see("variant", client_old, async_old, async_new, client_new)
        await pilot.click("#grouping")
        await see("rank", client_old, async_new, client_new, async_old)
        await pilot.click("#grouping")
        await see("mode", client_old, client_new, async_new, async_old)


@pytest.mark.slow
async def test_the_form_carries_variants_through() -> None:
    plan = Plan(modes=("httpx-client", "httpx-async"), variants=VARIANTS, requests=5, seed=1, seed_given=True)
    async with open_form(plan, WIDE) as form:
        started = await form.run()
        assert started == plan
        assert started.modes == LANES
        form.mode("httpx-async").value = False
        form.mode("aiohttp").value = True
        await form.settle()
        assert (await form.run()).modes == (*LANES[:2], "aiohttp")
        form.mode("httpx-client").value = False
        await form.settle()
        await form.press("ctrl+r")
        assert not form.app.started
        assert "No chosen mode uses what it names: 'old' is httpx==0.27.2" in form.complaints.replace("\n", " ")


async def test_an_environment_that_takes_time_tells_how_long_it_has_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    know_only(tmp_path, monkeypatch)
    folder = make_checkout(tmp_path / "httpx", "httpx", "", begin="time.sleep(600)")
    app = HttpbenchApp(Plan(modes=("httpx-client",), variants=parse_variants([f"pr={folder}"])), start=True)
    async with app.run_test(size=WIDE) as pilot:
        line = (await wait_for_screen(pilot, RunScreen)).query_one(RunLine)
        said = re.compile(
            rf"Making an environment \(0:0[1-9]\) for httpx-client@pr: httpx\S* @ {re.escape(str(folder))}"
        )
        await wait_until(pilot, lambda: said.fullmatch(line.heading) is not None)
        (shown,) = (row for row in text_on(app).splitlines() if "Making an environment" in row)
        assert "%" not in shown
    assert not child_pids()


def test_the_title_of_a_run_says_which_versions_it_compares() -> None:
    plan = Plan(modes=LANES, variants=VARIANTS, requests=20, concurrency=5)
    assert work_in_short(plan).startswith("4 modes · @old httpx==0.27.2, @new httpx==0.28.1 · 5 in flight · ")
