"""The run's screen, with real runs: it shows what happens, asks before it stops, and leaves nothing behind."""

from __future__ import annotations

import json
import math
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.style import Style
from support.made_progress import LaneApp, StillScreen, lane_of, progress_of, ranked, still
from support.made_results import EIGHT, MACHINE, clean_result, plain_result_of, record_of, rounds_of, tied_result
from support.screens import Notice, child_pids, let_workers_end, resize, slow_size, text_on, wait_for_screen, wait_until
from textual.app import App
from textual.pilot import Pilot

from tui_httpbench.analysis.comparison import RatioInterval
from tui_httpbench.analysis.places import NO_VERDICT_YET, interval_in_words
from tui_httpbench.analysis.result import Rank, Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.events import LaneProgress, LaneState
from tui_httpbench.bench.kept_runs import list_kept, open_kept
from tui_httpbench.bench.recovery import find_interrupted_runs, recover
from tui_httpbench.bench.run_folder import runs_folder
from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.measured.measured import Measured
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.report.formats import JSON, Export
from tui_httpbench.text.formatting import format_interval, format_ratio
from tui_httpbench.tui.app import RECOVERABLE, HttpbenchApp
from tui_httpbench.tui.parts.blocks import sparkline, thick_bar, thin_bar
from tui_httpbench.tui.parts.question import Question
from tui_httpbench.tui.parts.save import SaveScreen
from tui_httpbench.tui.parts.standing import (
    SpeedScale,
    leader_in_words,
    shares_so_far,
    undecided_in_words,
)
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.run import screen as run_module
from tui_httpbench.tui.screens.run.lane import LaneStanding, count_in_words, draw_lane, state_in_words
from tui_httpbench.tui.screens.run.lane_layout import LaneLayout
from tui_httpbench.tui.screens.run.lane_list import LaneList
from tui_httpbench.tui.screens.run.latency_plot import LatencyPlot, Latest, round_up
from tui_httpbench.tui.screens.run.run_line import RunLine
from tui_httpbench.tui.screens.run.run_words import describe_progress
from tui_httpbench.tui.screens.run.screen import RunScreen
from tui_httpbench.tui.screens.run.spotlight import TURN_S
from tui_httpbench.tui.screens.run.totals import lines_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for left-over processes in /proc")

# Of the standard library, whose workers start in no time: it does not matter which client it is.
TWICE = ("http.client", "http.client#2")
LONG = Plan(Request("/delay/20"), modes=TWICE, requests=5_000, concurrency=4, rounds=2, seed=3)


@asynccontextmanager
async def run(plan: Plan, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[RunScreen, Pilot[None]]]:
    app = HttpbenchApp(plan, start=True)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        yield await wait_for_screen(pilot, RunScreen), pilot
    assert not child_pids()


async def wait_for_samples(pilot: Pilot[None], screen: RunScreen, count: int = 1) -> None:
    await wait_until(pilot, lambda: screen.progress.done >= count)


async def test_a_run_shows_its_states_and_ends_in_the_result() -> None:
    plan = Plan(modes=TWICE, requests=300, concurrency=2, rounds=2, seed=5)
    async with run(plan) as (screen, pilot):
        seen: set[str] = set()
        headings: set[str] = set()
        shares: list[float] = []

        def has_left() -> bool:
            if pilot.app.screen is screen:
                seen.update(re.findall(r"(?:waiting for|starting|running) round \d", text_on(pilot.app)))
                headings.add(screen.query_one(RunLine).heading)
                shares.append(screen.progress.share)
            return pilot.app.screen is not screen

        assert "seed 5" in str(screen.query_one(LaneList).border_subtitle)
        await wait_until(pilot, has_left)
        results = await wait_for_screen(pilot, ResultsScreen)
        assert {
            "waiting for round 1",
            "starting round 1",
            "running round 1",
            "starting round 2",
            "running round 2",
        } & seen
        assert any(re.fullmatch(r"Round 2 of 2, at most \d+ s left · .+", heading) for heading in headings)
        assert shares == sorted(shares)
        assert results.result.all_succeeded
        assert [mode.requests for mode in results.result.modes] == [600, 600]
        assert (results.title, results.sub_title) == ("embedded target", "no distance · HTTP · 2 in flight · 1 kB page")
        assert "127.0.0.1" in results.result.url


@pytest.mark.slow
async def test_escape_or_a_click_asks_and_the_run_goes_on_until_stop_is_clicked() -> None:
    async with run(LONG) as (screen, pilot):
        await wait_for_samples(pilot, screen)
        for answer in ("escape", "n", "enter", "click"):
            if answer == "escape":
                await pilot.click(offset=(text_on(pilot.app).splitlines()[-1].index("Stop"), screen.size.height - 1))
            else:
                await pilot.press("escape")
            await wait_for_question(pilot)
            assert "Stop here?" in text_on(pilot.app)
            assert "The ranking so far is kept." in text_on(pilot.app)
            await wait_until(pilot, lambda: " n Keep running " in text_on(pilot.app))
            assert " s Stop " not in text_on(pilot.app)
            before = screen.progress.done
            await wait_until(pilot, lambda before=before: screen.progress.done > before)  # type: ignore[misc]
            if answer == "click":
                await pilot.click("#confirm-no")
            else:
                await pilot.press(answer)
            await wait_until(pilot, lambda: "Stop here?" not in text_on(pilot.app))
            assert not screen.query_one(Question).display
        before = screen.progress.done
        await wait_for_samples(pilot, screen, before + 1)
        await pilot.press("s")
        await wait_for_question(pilot)
        await pilot.click("#confirm-yes")
        results = await wait_for_screen(pilot, ResultsScreen)
        measured = sum(mode.requests for mode in results.result.modes)
        assert before < measured < 20_000
        assert results.title == f"embedded target /delay/20, stopped: {measured:,} of 20,000 requests measured"
        assert not child_pids()


@pytest.mark.slow
async def test_a_question_keeps_the_focus_until_it_is_answered() -> None:
    async with run(LONG.replace(modes=DEFAULT_MODES), size=(80, 24)) as (screen, pilot):
        lanes, question = screen.query_one(LaneList), screen.query_one(Question)
        lanes.can_focus = True
        lanes.allow_focus = lambda: True  # type: ignore[method-assign]
        lanes.focus()
        await pilot.press("escape")
        await wait_for_question(pilot)
        for key in ("tab", "tab", "left", "right", "shift+tab"):
            await pilot.press(key)
            assert screen.focused is not None
            assert question in screen.focused.ancestors
        await pilot.click(LaneList, offset=(2, 1))
        await wait_until(pilot, lambda: screen.focused is question.query_one("#confirm-no"))
        await pilot.press("n")
        await wait_until(pilot, lambda: screen.focused is lanes)


async def wait_for_question(pilot: Pilot[None]) -> None:
    await wait_until(pilot, lambda: "Stop here?" in text_on(pilot.app))
    await pilot.pause()


@pytest.mark.slow
@pytest.mark.parametrize("covered_by", ["escape", "ctrl+p"])
async def test_a_run_that_ends_under_another_screen_still_ends_in_the_result(covered_by: str) -> None:
    plan = Plan(Request("/delay/100"), modes=("requests-session",), requests=8, concurrency=1, rounds=1)
    async with run(plan) as (screen, pilot):
        await pilot.press(covered_by)
        await wait_until(pilot, lambda: pilot.app.screen is not screen or "Stop here?" in text_on(pilot.app))
        if covered_by == "ctrl+p":
            await let_workers_end(pilot)
            assert not child_pids()
            assert not isinstance(pilot.app.screen, ResultsScreen)
            await pilot.press("escape")
        results = await wait_for_screen(pilot, ResultsScreen)
        assert results.result.all_succeeded


@pytest.mark.parametrize("json_name", [pytest.param("result.json", marks=pytest.mark.slow), "missing/result.json"])
async def test_quitting_asks_and_the_second_time_ends_at_once_and_loses_nothing(
    json_name: str, home: Path, tmp_path: Path
) -> None:
    json_path = tmp_path / json_name
    app = HttpbenchApp(LONG, start=True, exports=(Export(JSON, str(json_path)),))
    async with app.run_test() as pilot:
        screen = await wait_for_screen(pilot, RunScreen)
        await wait_for_samples(pilot, screen)
        assert len(child_pids()) == 1 + len(LONG.modes), "the target and a worker of each mode"
        if json_name == "result.json":
            await pilot.press("ctrl+p", "ctrl+q")
            await wait_for_question(pilot)
            assert app.screen is screen
            assert "The same key" in text_on(app)
            await pilot.press("n")
            await wait_until(pilot, lambda: "Stop here?" not in text_on(app))
        await pilot.press("ctrl+q")
        await wait_for_question(pilot)
        assert app.is_running
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
        assert not child_pids()
    assert app.return_code == 0
    if json_name == "result.json":
        assert sum(mode["requests"] for mode in json.loads(json_path.read_text())["modes"]) > 0
        assert app.farewell == f"What was measured is in {json_path}."
        assert not list(home.rglob("run-*"))
    else:
        (kept,) = list_kept()
        problem = f"The file '{json_path}' can't be written: there is no folder '{json_path.parent}'."
        kept_there = f"What was measured is in the history; see 'httpbench-tui history show {kept.id}'."
        assert app.farewell == f"{problem} {kept_there}"
        assert (kept.requests > 0, kept.outcome) == (True, "stopped")
        assert not list(home.rglob("run-*"))


async def test_a_result_is_in_the_history_at_once_and_more_rounds_of_it_stand_in_its_place(home: Path) -> None:
    plan = Plan(modes=TWICE, requests=20, concurrency=2, rounds=2, seed=1)
    app = HttpbenchApp(plan, start=True, name="mine")
    async with app.run_test() as pilot:
        screen = await wait_for_screen(pilot, ResultsScreen)
        await wait_until(pilot, lambda: not list(home.rglob("run-*")))
        (first,) = list_kept()
        assert (first.name, first.requests, first.outcome) == ("mine", 80, "finished")
        assert summarize_run(open_kept("last")) == screen.result
        await pilot.press("plus")
        await wait_until(pilot, lambda: isinstance(app.screen, ResultsScreen) and app.screen is not screen)
        await wait_until(pilot, lambda: not list(home.rglob("run-*")))
        (second,) = list_kept()
        assert (second.id, second.requests) == (first.id, 160)
        app.end()  # as a signal does: what is kept needs no recovery
        await wait_until(pilot, lambda: not app.is_running)
    assert find_interrupted_runs() == []


@pytest.mark.slow
async def test_without_history_a_result_stays_recoverable_until_it_is_saved_or_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = Plan(modes=TWICE, requests=20, concurrency=2, rounds=1, seed=1)
    app = HttpbenchApp(plan, start=True, in_history=False)
    runs = runs_folder()
    assert runs is not None
    async with app.run_test() as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        (folder,) = runs.iterdir()
        # What a killed app leaves is what is there now, with nobody who holds it.
        copy = shutil.copytree(folder, runs / "run-copy")
        (found,) = find_interrupted_runs()
        assert (found.folder, found.requests) == (copy, 40)
        assert recover(copy).ranking == app.screen.result.ranking  # type: ignore[attr-defined]
        shutil.rmtree(copy)
        await pilot.press("r")
        await wait_until(pilot, lambda: isinstance(app.screen, ResultsScreen) and not folder.exists())
        (second,) = runs.iterdir()
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(app.screen, SaveScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: not second.exists())
        assert len(list(tmp_path.glob("httpbench-*.json"))) == 1
        await pilot.press("r")
        await wait_until(pilot, lambda: isinstance(app.screen, ResultsScreen) and len(list(runs.iterdir())) == 1)
        await pilot.pause()
        app.end()  # as a signal does
        await wait_until(pilot, lambda: not app.is_running)
    (left,) = find_interrupted_runs()
    assert left.requests == 40
    assert list_kept() == []


@pytest.mark.slow
async def test_without_history_quitting_more_rounds_tells_where_the_first_ones_are() -> None:
    app = HttpbenchApp(Plan(modes=TWICE, requests=20, concurrency=2, rounds=2, seed=1), start=True, in_history=False)
    async with app.run_test() as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("plus")
        await wait_for_screen(pilot, RunScreen)
        await pilot.press("q", "q")
        await wait_until(pilot, lambda: not app.is_running)
    (left,) = find_interrupted_runs()
    assert left.requests >= 80
    assert app.farewell == RECOVERABLE


async def test_a_target_that_does_not_start_leads_back_to_the_form(
    monkeypatch: pytest.MonkeyPatch, notices: list[Notice]
) -> None:
    monkeypatch.setattr("tui_httpbench.target_server.launcher.START_LIMIT_S", 0.0)
    app = HttpbenchApp(Plan(modes=TWICE, requests=5), start=True)
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: bool(notices))
        (notice,) = notices
        assert notice.severity == "error"
        assert "target" in notice.text
        assert not isinstance(app.screen, RunScreen | ResultsScreen)
    assert not child_pids()


@pytest.mark.parametrize("size", [(80, 24), slow_size(120, 36), slow_size(160, 45), (200, 60)])
async def test_eight_lanes_and_all_digits_fit_every_size(size: tuple[int, int]) -> None:
    progress = progress_of(DEFAULT_MODES, done=299_999, errors=123_456, elapsed_s=45_296.7, time_left_s=8_059.2)
    async with still(progress, size) as (screen, pilot):
        drawn = text_on(pilot.app)
        lanes = screen.query_one(LaneList)
        assert lanes.max_scroll_y == 0
        assert "Round 1 of 3, at most 2 h 15 min left" in drawn
        for mode in DEFAULT_MODES:
            assert f" {mode} " in drawn
        # Where there is one row for both, how far a lane is stands for its state.
        assert drawn.count("running round 1") == (0 if size[1] == 24 else 8)
        assert len(re.findall(r"(?m)^\W*  (?:━|╸|╺){10,} {2}", drawn)) == 8
        assert drawn.count("1,234/s") == 8
        assert "123k failed" in drawn
        assert "12:34:56.7 elapsed" in drawn
        assert "2,399,992 requests, 987,648 errors" in drawn
        rows = [number for number, line in enumerate(drawn.splitlines()) if "1,234/s" in line]
        assert {below - above for above, below in pairwise(rows)} == {{24: 2, 36: 3, 45: 4, 60: 5}[size[1]]}


def test_the_totals_say_what_requests_ended_in_and_nothing_is_cut() -> None:
    def told(columns: int, **changes: Any) -> list[str]:
        lanes = (
            lane_of("aiohttp", done=30, **changes),
            lane_of("httpx", done=2_345_678, answers=(("200", 2_345_678),)),
        )
        progress = replace(progress_of(("aiohttp", "httpx")), lanes=lanes)
        return ["".join(text for text, _ in line) for line in lines_of(progress, columns)]

    whole = told(40, answers=(("200", 20), ("302", 10)))
    assert whole == ["0:12.4 elapsed", "2,345,708 requests, no errors", "HTTP 200 × 2,345,698, HTTP 302 × 10"]
    failing = {"errors": 22, "failures": (("405", 12), ("refused", 10)), "answers": (("200", 8),)}
    assert told(60, **failing)[1:] == [
        "2,345,708 requests, 22 errors",
        "HTTP 405 × 12, refused × 10, HTTP 200 × 2,345,686",
    ]
    assert told(45, **failing)[2] == "HTTP 405 × 12, refused × 10, HTTP 200 × 2.35M"
    assert told(34, **failing)[2] == "HTTP 405 × 12, refused × 10"


async def test_before_the_first_round_is_over_no_lane_has_dashes() -> None:
    starting = progress_of(DEFAULT_MODES, round=0, stage="checking")
    nothing = replace(starting, lanes=tuple(lane_of(lane.mode, state="waiting", done=0, share=0.0, throughput=None,
                                                    sparkline=()) for lane in starting.lanes))  # fmt: skip
    for progress in (nothing, progress_of(DEFAULT_MODES)):
        async with still(progress, (120, 36)) as (screen, pilot):
            screen.told = Latest.none()
            screen.redraw()
            drawn = text_on(pilot.app)
            assert not re.search(" [–-] ", "\n".join(drawn.splitlines()[1:]))
            assert ("First round running: no ranking yet" in drawn) == (progress.round == 1)
            assert "Speed so far, no ranking yet" in drawn


@pytest.mark.parametrize("size", [(50, 24), (80, 16)])
async def test_small_terminals_get_the_totals_as_text(size: tuple[int, int]) -> None:
    async with still(progress_of(DEFAULT_MODES, time_left_s=3.0), size) as (_, pilot):
        await wait_until(pilot, lambda: "0:12.4 elapsed · 400 requests, no errors" in text_on(pilot.app))
        drawn = text_on(pilot.app)
        assert "Round 1 of 3, at most 3 s left" in drawn
        for mode in DEFAULT_MODES:
            assert f" {mode} " in drawn


@pytest.mark.parametrize("size", [(80, 24), slow_size(100, 30), (200, 60)])
async def test_of_fifty_lanes_the_spotlit_one_is_in_view(size: tuple[int, int]) -> None:
    modes = ("aiohttp", *(f"aiohttp#{number}" for number in range(2, 51)))
    async with still(progress_of(modes), size) as (screen, pilot):
        for picked in (modes[34], modes[1]):
            screen.query_one(LaneList).post_message(LaneList.Picked(picked))
            await wait_until(pilot, lambda picked=picked: f"▶ {picked} " in text_on(pilot.app))  # type: ignore[misc]
            line = next(line for line in text_on(pilot.app).splitlines() if f"▶ {picked} " in line)
            assert "   1,234/s" in line  # beside the scrollbar, not under it


async def test_the_spotlight_goes_round_until_a_lane_is_picked(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [100.0]
    monkeypatch.setattr(run_module, "time", SimpleNamespace(monotonic=lambda: now_s[0]))

    def spotlit() -> str:
        drawn = text_on(pilot.app)
        (mode,) = set(re.findall(r"▶ ([a-z-]+):? ", drawn))  # the same one at its lane and at the plot
        return str(mode)

    async with still(progress_of(("requests", "httpx", "aiohttp")), (120, 36)) as (screen, pilot):

        async def after(seconds: float) -> str:
            now_s[0] += seconds
            # Which mode works at this very moment changes many times a second, and must not be seen.
            screen.shown = replace(screen.shown, running="aiohttp")
            screen.redraw()
            await pilot.pause()
            return spotlit()

        screen.told = Latest.none()
        monkeypatch.setattr(screen, "latest", lambda mode: Latest(mode or "", record_of("requests").samples))
        first = await after(0.1)
        assert [await after(0.5) for _ in range(3)] == [first] * 3
        order = [first, *[await after(TURN_S) for _ in range(5)]]
        assert order == ["requests", "httpx", "aiohttp"] * 2
        await pilot.press("up")
        await pilot.pause()
        assert spotlit() == "httpx"
        assert "httpx: latencies, held" in text_on(pilot.app)
        assert await after(10 * TURN_S) == "httpx"
        await pilot.press("space")
        await pilot.pause()
        assert await after(TURN_S) != "httpx"
        assert "held" not in text_on(pilot.app)
        await pilot.click(LaneList, offset=(5, 1))
        await pilot.pause()
        assert spotlit() == "requests"
        assert await after(TURN_S) == "requests"


async def test_help_tells_of_the_run_though_nothing_has_the_focus() -> None:
    async with still(progress_of(DEFAULT_MODES), (120, 36)) as (screen, pilot):
        screen.set_focus(None)
        await pilot.press("f1")
        await wait_until(pilot, lambda: "All modes of a round take turns" in text_on(pilot.app))


def test_states_and_counts_are_said_in_words() -> None:
    def lane(state: LaneState, done: int = 10, total: int | None = 30, **changes: Any) -> LaneProgress:
        return lane_of("aiohttp", state=state, done=done, total=total, **changes)

    assert state_in_words(lane("waiting", rounds_done=1), 2) == "waiting for round 2"
    assert state_in_words(lane("waiting", rounds_done=2), 2) == "round 2 done"
    assert state_in_words(lane("starting"), 2) == "starting round 2"
    assert state_in_words(lane("running"), 2) == "running round 2"
    assert state_in_words(lane("done"), 3) == "done"
    assert state_in_words(lane("failed"), 3) == "failed"
    assert count_in_words(lane("running")) == "10 done"
    assert count_in_words(lane("running", answers=(("200", 10),))) == "200 × 10"
    assert count_in_words(lane("running", answers=(("200", 7), ("302", 3)))) == "200 × 7, 302 × 3"
    assert count_in_words(lane("running", answers=(("200", 7), ("302", 3))), 12) == "10 done"
    assert count_in_words(lane("running", done=12_345, answers=(("200", 12_345),)), 11) == "200 × 12.3k"
    assert count_in_words(lane("running", done=2_345_678)) == "2.35M done"
    assert count_in_words(lane("running", errors=3)) == "3 of 10 failed"
    assert count_in_words(lane("running", errors=3, total=None)) == "3 of 10 failed"
    assert count_in_words(lane("running", errors=3), 12) == "3 failed"
    assert count_in_words(lane("running", done=12_345, total=300_000, errors=12_000)) == "12.0k failed"


def test_where_the_run_stands_is_said_with_one_time() -> None:
    two = progress_of(("aiohttp", "httpx"), round=2, rounds=5, time_left_s=16.1)
    assert describe_progress(two) == "Round 2 of 5, at most 17 s left · the modes take turns"
    auto = replace(two, is_auto=True, least_rounds=3)
    assert describe_progress(auto) == "Round 2 of about 3, at most 17 s left · the modes take turns"
    assert describe_progress(replace(auto, time_left_s=75.0)).startswith("Round 2 of about 3, at most 1 min 15 s left")
    assert describe_progress(replace(two, time_left_s=None)).startswith("Round 2 of 5, time left: not known yet")
    assert describe_progress(replace(two, round=1, time_left_s=None)).endswith("time left: known after round 1")
    first = replace(two, round=1, time_left_s=None, elapsed_s=12.0, expected_s=93.0)
    assert describe_progress(first).startswith("Round 1 of 5, about 1 min 40 s in all · ")
    assert describe_progress(replace(first, elapsed_s=94.0)).endswith("time left: known after round 1")
    assert describe_progress(replace(two, stage="starting")) == "Round 2 of 5, at most 17 s left · starting the modes"
    assert describe_progress(replace(two, stage="checking", round=0)) == "Checking that all modes do the same work"
    assert describe_progress(replace(two, stage="starting", round=0)) == "Starting the modes"
    assert describe_progress(replace(two, stage="ended")) == "Over after 2 rounds: working out the result"
    assert describe_progress(replace(two, lanes=two.lanes[:1])).endswith(" · measuring")
    grouped = replace(two, lanes=(*two.lanes, lane_of("requests", state="waiting"), lane_of("x", state="failed")))
    assert describe_progress(grouped).endswith(" · 2 of 3 modes take turns")


@pytest.mark.parametrize("size", [(80, 24), slow_size(120, 36), slow_size(200, 60)])
@pytest.mark.parametrize("present", [False, True])
async def test_the_bars_show_speed_and_not_progress(size: tuple[int, int], present: bool) -> None:
    rates = {"aiohttp": 4_000.0, "httpx-client": 2_000.0, "requests": 400.0}
    lanes = tuple(lane_of(mode, rate, done=int(rate)) for mode, rate in rates.items())

    async def bars() -> list[int]:
        await pilot.pause()
        lanes = screen.query_one(LaneList)
        start, end = lanes._layout_now.bar_start, lanes._layout_now.bar_start + lanes._layout_now.bar
        drawn = [lanes.render_line(lanes._order.place(mode) * lanes._layout_now.rows).text for mode in rates]
        assert all(f" {mode} " in line for mode, line in zip(rates, drawn, strict=True))
        return [line[start:end].count("█") for line in drawn]

    async with still(replace(progress_of(list(rates)), lanes=lanes), size, present) as (screen, pilot):
        longest, half, tenth = await bars()
        assert longest == screen.query_one(LaneList)._layout_now.bar > 20
        assert abs(half - longest / 2) <= 1
        assert abs(tenth - longest / 10) <= 1
        further = replace(screen.shown, lanes=tuple(replace(lane, share=lane.share * 2) for lane in lanes))
        screen.shown = further
        screen.redraw()
        assert await bars() == [longest, half, tenth]
        assert f"{round(further.share * 100)} %" in text_on(pilot.app)  # the run's progress is in one line
        await pilot.press("l")
        logarithmic = await bars()
        assert logarithmic[0] == longest
        assert abs(logarithmic[2] - longest / 2) <= 1  # 400 lies half-way between 40 and 4,000
        assert logarithmic[1] > half
        if size[1] > 24:
            assert "leader = 100 %" in text_on(pilot.app)


async def test_a_mode_that_only_fails_sets_no_scale() -> None:
    failing = lane_of("httpx", 90_000.0, done=500, errors=500, throughput=None, sparkline=())
    lanes = (lane_of("aiohttp", 4_000.0), failing)
    async with still(replace(progress_of(("aiohttp", "httpx")), lanes=lanes), (120, 36)) as (screen, pilot):
        # What is plotted above is named as well.
        await wait_until(pilot, lambda: "500 failed" in text_on(pilot.app))
        drawn = text_on(pilot.app).splitlines()
        good, bad = (next(line for line in drawn[8:] if f" {mode} " in line) for mode in ("aiohttp", "httpx"))
        assert good.count("█") >= screen.query_one(LaneList)._layout_now.bar
        assert "█" not in bad[: screen.query_one(LaneList)._layout_now.bar_start + 20]
        assert "500 failed" in "\n".join(drawn)


@pytest.mark.parametrize("size", [slow_size(80, 24), (160, 45), (80, 16)])
async def test_each_lane_shows_its_place_and_ratio_as_rounds_go_by(size: tuple[int, int]) -> None:
    result = tied_result()
    before = replace(ranked(result), ranking=(), undecided=())
    async with still(before, size) as (screen, pilot):
        lanes = screen.query_one(LaneList)
        drawn = text_on(pilot.app)
        assert not re.search(r"×\d", drawn)
        assert "First round running: no ranking yet" in drawn
        first_bars = [line.find("█") for line in drawn.splitlines() if "/s" in line]
        for many in (first_rounds(result, 1), first_rounds(result, 2), result):
            screen.shown = ranked(many)
            screen.redraw()
            await pilot.pause()
            drawn = text_on(pilot.app)
            for rank in many.ranking:
                line = next(line for line in drawn.splitlines() if f" {rank.mode} " in line and "/s" in line)
                assert rank.ratio is not None
                if max(record.round for record in many.records) > 1:
                    assert f" {rank.label} " in line
                assert f"{format_ratio(rank.ratio)} " in line
            assert (NO_VERDICT_YET in drawn) == all(record.round == 1 for record in many.records)
            # Nothing moves when the ranking comes.
            assert sorted(line.find("█") for line in drawn.splitlines() if "/s" in line) == sorted(first_bars)
            assert lanes.max_scroll_y == 0
        assert "Round 6 of about 8, at most 15 s left" in drawn
        if size[0] > 80:
            assert "undecided: requests-session – httpx-async " in drawn
        assert "aiohttp leads; aiohttp-each takes 3.2" in drawn
        assert drawn.count("4= ") == 2
        if size[1] > 16:
            interval = result.ranking[1].interval
            assert interval is not None
            assert format_interval(interval.low, interval.high) in drawn
            assert drawn.count("reference") == 1
            assert len(re.findall("[├◂]?─*●─*[┤▸]?", drawn)) >= 8
        assert "●" in drawn or size[1] == 16
        lane_names = "|".join(sorted(EIGHT, key=len, reverse=True))
        first_rows = "\n".join(line for line in drawn.splitlines() if "/s" in line)
        from_the_top = re.findall(rf"[▶•·✓] ({lane_names}) ", first_rows)
        assert from_the_top == [rank.mode for rank in result.ranking]


def first_rounds(result: Result, rounds: int) -> Result:
    """The result as it was after so many rounds."""
    records = tuple(record for record in result.records if record.round <= rounds)
    return plain_result_of(*records, modes=EIGHT)


def test_who_leads_and_what_is_undecided_is_said_in_one_line() -> None:
    def said(result: Result, cells: int = 120) -> str:
        return leader_in_words(ranked(result), cells)

    clean = "aiohttp leads; aiohttp-each takes 3.23 times as long"
    assert said(clean_result()) == f"{clean} · all decided"
    assert said(clean_result(), len(clean)) == clean
    assert said(clean_result(), 20) == "aiohttp leads"
    assert said(tied_result()).endswith(" · undecided: requests-session – httpx-async")
    first = ranked(first_rounds(clean_result(), 1))
    assert leader_in_words(first, 70) == f"aiohttp is ahead · {NO_VERDICT_YET}"
    two, *others = clean_result().ranking
    tied = (replace(two, shared=True), replace(others[0], rank=1, shared=True), *others[1:])
    both = replace(ranked(clean_result()), ranking=tied)
    assert leader_in_words(both, 80).startswith("aiohttp and aiohttp-each lead, too close to call")
    assert len(first.undecided) == 7
    all_open = replace(ranked(clean_result()), undecided=first.undecided)
    for cells in (30, 60, 70, 200):
        assert len(undecided_in_words(all_open, cells)) <= max(cells, 30)
        assert len(leader_in_words(all_open, cells)) <= cells
    assert undecided_in_words(all_open, 70).startswith("undecided: aiohttp – aiohttp-each")
    assert undecided_in_words(all_open, 70).endswith(" and 6 more")
    assert undecided_in_words(all_open, 30) == "undecided: 7 of 7 neighbours"
    assert "Nothing to compare" in said(plain_result_of(*rounds_of("aiohttp"), *rounds_of("httpx", failed=1)))
    assert "nothing to compare" in said(plain_result_of(*rounds_of("aiohttp")))


def test_intervals_are_drawn_where_they_are() -> None:
    def rank(ratio: float, low: float, high: float) -> Rank:
        return Rank(1, "aiohttp", ratio, True, RatioInterval(ratio, low, high, 5), "faster")

    linear, log = SpeedScale(), SpeedScale(2)
    assert linear.draw(rank(2.0, 2.0, 2.0), 21) == " " * 10 + "●" + " " * 10
    assert linear.draw(rank(1.0, 1.0, 1.0), 21) == " " * 20 + "●"
    assert linear.draw(rank(2.0, 4 / 3, 4.0), 20) == " " * 5 + "├" + "─" * 4 + "●" + "─" * 4 + "┤" + " " * 4
    assert linear.draw(rank(1.1, 0.5, 4.0), 20) == " " * 5 + "├" + "─" * 12 + "●▸"
    assert log.draw(rank(10.0, 10.0, 10.0), 21) == " " * 10 + "●" + " " * 10
    assert log.draw(rank(20.0, 0.5, 1_000.0), 20) == "◂" + "─" * 5 + "●" + "─" * 12 + "▸"
    assert linear.draw(rank(2.0, 0.0, math.inf), 21) == ""  # of a single round
    assert linear.draw_axis(40).split() == ["0", "%", "25", "%", "50", "%", "75", "%", "100", "%"]
    assert log.draw_axis(40).split() == ["1", "%", "10", "%", "100", "%"]
    assert [len(linear.draw_axis(cells)) for cells in (9, 24, 80)] == [9, 24, 80]
    assert linear.draw_axis(4) == ""
    assert interval_in_words(rank(2.5, 2.45, 2.57)) == "2.45–2.57"
    assert interval_in_words(rank(2.5, 0.0, math.inf)) == "–"
    assert interval_in_words(None) == "–"


def test_the_scale_holds_every_share() -> None:
    for log in (False, True):
        scale = SpeedScale.of((1.0, 0.004, 0.0), log=log)
        assert scale.bar(1.0) == 1.0
        assert 0 < scale.bar(0.004) < 1
        assert scale.bar(0.0) == scale.bar(None) == 0.0
    assert SpeedScale.of((1.0, 0.004), log=True).decades == 3
    assert SpeedScale.of((), log=True).bar(1.0) == 1.0


def test_bars_are_the_ranking_as_soon_as_there_is_one() -> None:
    lanes = [
        lane_of("aiohttp", 4_000.0),
        lane_of("httpx", 1_000.0),
        lane_of("requests", 400.0, errors=50, throughput=None),
    ]
    assert shares_so_far(lanes[:2], ()) == {"aiohttp": 1.0, "httpx": 0.25}
    unanswered = lane_of("requests", 0.0, done=0, share=0.0, throughput=None, sparkline=())
    assert shares_so_far([*lanes[:2], unanswered], ()) == {}, "the first to end a request leads nothing yet"
    assert len(shares_so_far([*lanes[:2], replace(unanswered, state="waiting")], ())) == 2
    interval = RatioInterval(5.0, 4.0, 6.0, 3)
    ranking = (
        Rank(1, "aiohttp", 1.0, True, RatioInterval(1.0, 1.0, 1.0, 3)),
        Rank(2, "httpx", 5.0, True, interval, "faster"),
    )
    assert shares_so_far(lanes, ranking) == {"aiohttp": 1.0, "httpx": 0.2}


def test_the_sparkline_starts_at_zero_and_fills_as_the_bar_does() -> None:
    def drawn(*parts: tuple[tuple[float, ...], float]) -> list[str]:
        return ["".join(character for character, _ in row) for row in sparkline(parts, 8, 2)]

    assert drawn(((90.0, 100.0), 1.0)) == ["▆▆▆▆████", "████████"]
    assert drawn(((50.0, 100.0), 0.5)) == ["  ██    ", "████    "]
    assert drawn(((100.0,), 0.25), ((0.0, 25.0), 0.75)) == ["██      ", "██▁▁▄▄  "]
    assert drawn() == [" " * 8, " " * 8]


def test_bars_are_as_long_as_their_share() -> None:
    assert ["".join(thin_bar(share / 8, 4)) for share in range(9)] == [
        "━━━━",
        "╸━━━",
        "━╺━━",
        "━╸━━",
        "━━╺━",
        "━━╸━",
        "━━━╺",
        "━━━╸",
        "━━━━",
    ]
    for share in range(101):
        for bar in (thin_bar, thick_bar):
            done, rest = bar(share / 100, 40)
            assert len(done + rest) == 40
            assert abs(len(done) - share * 0.4) <= 1
            assert (not done, not rest) == (share == 0, len(done) == 40)


async def test_the_latest_latencies_are_plotted_over_zero() -> None:
    async with still(progress_of(DEFAULT_MODES), (120, 36)) as (screen, pilot):
        samples = record_of("requests").samples.copy()
        samples[:, 1] = [2_000_000] * 19 + [9_300_000]
        screen.told = Latest("requests", samples)
        screen.redraw()
        await pilot.pause()
        drawn = text_on(pilot.app)
        assert "▶ requests: latencies" in drawn
        assert "10 ms" in drawn
        assert "p50 2.00 ms" in drawn
        plot = [screen.query_one(LatencyPlot).render_line(row).text for row in range(3)]
        # 2 of 10 ms are 5 of 24 eighths, and only the last request reaches the top row.
        assert plot[2].count("▅") == 3 * 19
        assert plot[0].count("▆") == 3
        screen.told = Latest("requests", samples, is_running=False)
        screen.redraw()
        await pilot.pause()
        assert "✓ requests: latencies" in text_on(pilot.app)
        samples[:, 1] = 2_176_000_000
        screen.told = Latest("requests", samples)
        screen.redraw()
        await pilot.pause()
        assert "p50 2,176 ms" in text_on(pilot.app), "a unit that is cut is another unit"


def test_scales_are_round_and_hold_still() -> None:
    assert [round_up(number) for number in (0.0, 0.13, 1.0, 4.9, 5.1, 26.0, 999.0)] == [1, 0.2, 1, 5, 10, 50, 1000]


async def test_a_lane_that_moves_says_so() -> None:
    result = clean_result()
    async with still(ranked(result), (80, 24)) as (screen, pilot):
        before = [rank.mode for rank in result.ranking]
        swapped = [before[1], before[0], *before[2:]]
        ranks = {rank.mode: rank for rank in result.ranking}
        moved = tuple(replace(ranks[mode], rank=place) for place, mode in enumerate(swapped, 1))
        screen.shown = replace(screen.shown, ranking=moved)
        screen.redraw()
        await pilot.pause()
        lines = text_on(pilot.app).splitlines()[1:]
        rows = {
            mode: next(row for row, line in enumerate(lines) if f" {mode} " in line and "/s" in line) for mode in before
        }
        assert sorted(rows, key=rows.__getitem__) == swapped
        assert f"{swapped[0]} ▲1" in lines[rows[swapped[0]]]
        assert f"{swapped[1]} ▼1" in lines[rows[swapped[1]]]
        assert sum(line.count("▲") + line.count("▼") for line in lines) == 2


@pytest.mark.parametrize(("columns", "rows"), [(120, 1), (60, 1), (80, 2), (160, 5)])
def test_a_move_by_many_lanes_pushes_nothing_aside(columns: int, rows: int) -> None:
    modes = ("aiohttp", *(f"aiohttp#{number}" for number in range(2, 51)))
    layout = LaneLayout.of(modes, 2, columns, rows)
    lane = progress_of(modes).lanes[-1]
    scale = SpeedScale()
    styles: defaultdict[str, Style] = defaultdict(Style.null)
    for moved, move in ((49, " ▲49 "), (-2, " ▼2 "), (0, "")):
        line = draw_lane(lane, 2, layout, styles, LaneStanding(share=1.0, scale=scale, moved=moved))[0].text
        assert line.startswith(f"• aiohttp#50{move}")
        assert line.index("█") == layout.bar_start


@pytest.mark.parametrize("size", [slow_size(80, 24), (120, 36), (200, 60)])
async def test_on_stage_the_code_stands_beside_the_race_where_bars_have_room(size: tuple[int, int]) -> None:
    async with still(ranked(clean_result()), size, present=True) as (screen, pilot):
        lanes = screen.query_one(LaneList)
        for picked, function in (("httpx-client", "new(httpx.Client)"), ("requests", "new(requests.Session)")):
            lanes.post_message(LaneList.Picked(picked))
            await pilot.pause()
            await pilot.pause()
            drawn = text_on(pilot.app)
            assert (function in drawn) == (size[0] >= 150)
        assert lanes.max_scroll_y == 0
        assert lanes._layout_now.bar >= 24
        assert "palette" not in drawn


def earlier_run(rounds: int = 2) -> Measured:
    """What a run of two modes has measured."""
    plan = Plan(modes=("requests-session", "aiohttp"), requests=20, concurrency=2, rounds=rounds, seed=5)
    records = tuple(record for mode in plan.modes for record in rounds_of(mode, rounds=rounds))
    return Measured(plan, "http://127.0.0.1:9/", records, machine=MACHINE)


async def test_a_run_that_goes_on_shows_the_ranking_of_before_at_once() -> None:
    measured = earlier_run()
    nothing_yet = replace(progress_of(measured.plan.modes, round=0, stage="checking"), ranking=())

    class GoingOn(StillScreen):
        def __init__(self) -> None:
            RunScreen.__init__(self, measured.plan, earlier=measured)
            self._runner.progress = lambda: nothing_yet  # type: ignore[method-assign]

        progress = RunScreen.progress

        def latest(self, spotlit: str | None) -> Latest:  # noqa: ARG002
            return Latest.none()

    class GoingOnApp(LaneApp):
        def make_first_screen(self) -> RunScreen:
            return GoingOn()

    async with GoingOnApp(measured.plan, nothing_yet).run_test(size=(80, 24)) as pilot:
        await wait_for_screen(pilot, GoingOn)
        drawn = text_on(pilot.app)
        assert drawn.index(" aiohttp ") < drawn.index(" requests-session ")
        assert "▲" not in drawn, "nothing has moved since the ranking that was on the screen"
        assert "×6." in drawn
        assert "all decided" in drawn


@pytest.mark.slow
async def test_who_stops_before_anything_is_measured_is_not_told_of_a_ranking() -> None:
    nothing_yet = replace(progress_of(Plan().modes, round=0, stage="checking", done=0), ranking=())

    async with still(nothing_yet, (80, 24)) as (screen, pilot):
        screen._runner.progress = lambda: nothing_yet  # type: ignore[method-assign]
        await pilot.press("escape")
        await wait_until(pilot, lambda: "Nothing has been measured yet." in text_on(pilot.app))
        assert "ranking so far" not in text_on(pilot.app)


async def test_more_rounds_of_a_run_join_its_result() -> None:
    plan = Plan(modes=("requests-session", "aiohttp"), requests=20, concurrency=2, rounds=2, seed=5)
    async with run(plan) as (_, pilot):
        first = (await wait_for_screen(pilot, ResultsScreen)).result
        assert "+ More" in text_on(pilot.app)
        await pilot.press("plus")
        going_on = await wait_for_screen(pilot, RunScreen)
        assert going_on.progress.ranking
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ResultsScreen))
        results = await wait_for_screen(pilot, ResultsScreen)
        assert results.result is not first
        assert {record.round for record in results.result.records} == {1, 2, 3, 4}
        assert [mode.requests for mode in results.result.modes] == [80, 80]
        assert "+ More" in text_on(pilot.app)


async def test_no_word_is_cut_on_a_narrow_stage() -> None:
    starting = replace(ranked(tied_result()), time_left_s=None, stage="starting")
    async with still(starting, (50, 14), present=True) as (_, pilot):
        lines = [line.strip() for line in text_on(pilot.app).splitlines()]
        assert lines[1] == "0:15.8 elapsed · 28,446 requests, no errors"
        assert lines[2].startswith("Round 6 of about 8, time left: not known yet")
        await resize(pilot, 60, 24)
        await wait_until(pilot, lambda: "0.20 ms" in text_on(pilot.app))
        assert not re.search(r"\bdon?\b", text_on(pilot.app))


@pytest.mark.parametrize("size", [(80, 24), slow_size(200, 60)])
@pytest.mark.parametrize("present", [False, True])
async def test_it_looks_as_it_did(
    size: tuple[int, int], present: bool, matches_snapshot: Callable[[App[Any]], bool]
) -> None:
    async with still(ranked(tied_result()), size, present) as (screen, pilot):
        screen.told = Latest("requests", record_of("requests").samples)
        screen.query_one(LaneList).post_message(LaneList.Picked("requests"))  # or it would go on while this looks
        await wait_until(
            pilot,
            lambda: (
                re.search("▶ requests(: latencies)?, held" if not present else "▶ requests ", text_on(pilot.app))
                is not None
            ),
        )
        await pilot.pause()
        assert matches_snapshot(pilot.app)
