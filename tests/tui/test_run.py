"""The run's screen, with real runs: it shows what happens, asks before it stops, and leaves nothing behind."""

from __future__ import annotations

import math
import re
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from helpers import child_pids, text_on, wait_for_screen, wait_until
from made_results import EIGHT, clean_result, record_of, result_of, rounds_of, tied_result
from rich.style import Style
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Digits

from tui_httpbench.analysis.comparison import RatioInterval
from tui_httpbench.analysis.ranking import undecided_pairs
from tui_httpbench.analysis.result import Rank, Result
from tui_httpbench.bench.events import LaneProgress, LaneState, Progress
from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.formatting import format_ratio
from tui_httpbench.plan import Plan, Request
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens import run as run_module
from tui_httpbench.tui.screens.results import ResultsScreen
from tui_httpbench.tui.screens.run import RunScreen, describe_progress
from tui_httpbench.tui.widgets.blocks import sparkline, thick_bar, thin_bar
from tui_httpbench.tui.widgets.lane import LaneLayout, LaneStanding, count_in_words, draw_lane, state_in_words
from tui_httpbench.tui.widgets.lane_list import LaneList
from tui_httpbench.tui.widgets.pulse import Latest, Pulse, round_up
from tui_httpbench.tui.widgets.question import Question
from tui_httpbench.tui.widgets.standing import IntervalScale, interval_in_words, undecided_in_words
from tui_httpbench.tui.widgets.totals import Total

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for left-over processes in /proc")

LONG = Plan(Request("/delay/20"), modes=("aiohttp", "httpx-client"), requests=5_000, concurrency=4, rounds=2, seed=3)


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
    plan = Plan(modes=("requests-session", "aiohttp"), requests=20, concurrency=2, rounds=2, seed=5)
    async with run(plan) as (screen, pilot):
        seen: set[str] = set()
        titles: set[str] = set()

        def has_left() -> bool:
            if pilot.app.screen is screen:
                seen.update(re.findall(r"(?:waiting for|starting|running) round \d", text_on(pilot.app)))
                titles.add(str(screen.query_one(LaneList).border_title).strip())
            return pilot.app.screen is not screen

        assert "seed 5" in str(screen.query_one(LaneList).border_subtitle)
        await wait_until(pilot, has_left)
        results = await wait_for_screen(pilot, ResultsScreen)
        assert {"waiting for round 1", "waiting for round 2"} & seen
        assert {"starting round 1", "running round 1", "starting round 2", "running round 2"} & seen
        assert any(title.startswith("Round 2 of 2 · time left 0:") for title in titles)
        assert results.result.all_succeeded
        assert [mode.requests for mode in results.result.modes] == [40, 40]
        assert results.sub_title == f"2 modes × 20 requests × 2 rounds · GET {results.result.url}"
        assert "127.0.0.1" in results.result.url


@pytest.mark.slow
async def test_escape_or_a_click_asks_and_the_run_goes_on_until_stop_is_clicked() -> None:
    async with run(LONG) as (screen, pilot):
        await wait_for_samples(pilot, screen)
        for answer in ("escape", "n", "enter", "click"):
            if answer == "escape":
                await pilot.click("FooterKey")
            else:
                await pilot.press("escape")
            await wait_for_question(pilot)
            assert "Stop here?" in text_on(pilot.app)
            assert "The ranking so far is kept." in text_on(pilot.app)
            await wait_until(pilot, lambda: " n No " in text_on(pilot.app))
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
        assert before < measured < LONG.total_requests
        assert results.title == f"stopped: {measured:,} of 20,000 requests measured"
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
            await wait_until(pilot, lambda: screen.progress.done == 8 and not child_pids())
            await pilot.pause(0.2)
            assert not isinstance(pilot.app.screen, ResultsScreen)
            await pilot.press("escape")
        results = await wait_for_screen(pilot, ResultsScreen)
        assert results.result.all_succeeded


@pytest.mark.slow
@pytest.mark.parametrize("question", [False, True])
async def test_quitting_leaves_no_process(question: bool, home: Path) -> None:
    app = HttpbenchApp(LONG, start=True)
    async with app.run_test() as pilot:
        screen = await wait_for_screen(pilot, RunScreen)
        await wait_for_samples(pilot, screen)
        assert len(child_pids()) == 2  # target and worker
        if question:
            await pilot.press("escape")
            await wait_for_question(pilot)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)
        assert not child_pids()
    assert app.return_code == 0
    assert not list(home.rglob("run-*"))


async def test_a_target_that_does_not_start_leads_back_to_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_httpbench.target.launcher.START_LIMIT_S", 0.0)
    app = HttpbenchApp(Plan(modes=("aiohttp",), requests=5), start=True)
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: bool(app._notifications))
        (note,) = app._notifications
        assert note.severity == "error"
        assert "target" in note.message
        assert not isinstance(app.screen, RunScreen | ResultsScreen)
    assert not child_pids()


def progress_of(
    modes: Sequence[str], running: str, *, done: int = 50, errors: int = 0, rounds: int = 3, elapsed_s: float = 12.43
) -> Progress:
    def lane(mode: str) -> LaneProgress:
        state: LaneState = "running" if mode == running else "waiting"
        points = 24 // rounds
        return LaneProgress(
            mode, state, done, done * 2, errors if mode == running else 0, 0, 1234.5, (1.0,) * points, rounds, points
        )

    return Progress(elapsed_s, 1, rounds, tuple(lane(mode) for mode in modes), running, None, 1234.5)


class LaneApp(HttpbenchApp):
    """The run's screen without a run: shows what it is told."""

    CSS_PATH = Path(app_module.__file__).with_name("app.tcss")

    def __init__(self, plan: Plan, progress: Progress, present: bool = False) -> None:
        super().__init__(plan, present=present)
        self.animation_level = "none"
        self._progress = progress

    def make_first_screen(self) -> RunScreen:
        return StillScreen(self._first_plan, self._progress)


class StillScreen(RunScreen):
    CSS_PATH = Path(run_module.__file__).with_name("run.tcss")

    def __init__(self, plan: Plan, progress: Progress) -> None:
        super().__init__(plan)
        self.shown = progress
        self.told = Latest.none()

    def latest(self, running: str | None) -> Latest:  # noqa: ARG002
        return self.told

    def measure(self) -> None:  # type: ignore[override]
        """Measures nothing."""

    @property
    def progress(self) -> Progress:
        return self.shown


@asynccontextmanager
async def still(
    progress: Progress, size: tuple[int, int], present: bool = False
) -> AsyncIterator[tuple[StillScreen, Pilot[None]]]:
    plan = Plan(modes=tuple(lane.mode for lane in progress.lanes))
    app = LaneApp(plan, progress, present)
    async with app.run_test(size=size) as pilot:
        yield await wait_for_screen(pilot, StillScreen), pilot


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 45), (200, 60)])
async def test_eight_lanes_and_all_digits_fit_every_size(size: tuple[int, int]) -> None:
    progress = progress_of(DEFAULT_MODES, "httpx-async-each", done=299_999, errors=123_456, elapsed_s=45_296.7)
    async with still(progress, size) as (screen, pilot):
        drawn = text_on(pilot.app)
        lanes = screen.query_one(LaneList)
        assert lanes.max_scroll_y == 0
        assert "time left: known after round 1" in drawn
        for mode in DEFAULT_MODES:
            assert f" {mode} " in drawn
        assert "▶ httpx-async-each" in drawn
        assert "running round 1" in drawn
        assert drawn.count("waiting for round 1 ") == 7
        assert drawn.count("1,234/s") == 8
        assert "123k failed" in drawn
        for total in screen.query(Total):
            if not total.display:
                continue
            digits = total.query_one(Digits)
            assert digits.get_content_width(total.size, total.size) < total.content_size.width
        rows = [number for number, line in enumerate(drawn.splitlines()) if "50%" in line]
        assert {below - above for above, below in pairwise(rows)} == {{24: 2, 36: 3, 45: 4, 60: 6}[size[1]]}


async def test_totals_are_shortened_before_they_are_cut() -> None:
    async with still(progress_of(DEFAULT_MODES, "aiohttp", done=2_345_678), (80, 24)) as (screen, pilot):
        shown = {total.id: total.query_one(Digits).value for total in screen.query(Total)}
        assert shown["total-elapsed"] == "0:12.4"
        assert shown["total-requests"] == "18.8M"
        await pilot.resize_terminal(200, 60)
        await pilot.pause()
        shown = {total.id: total.query_one(Digits).value for total in screen.query(Total)}
        assert shown["total-requests"] == "18,765,424"


@pytest.mark.parametrize("size", [(50, 24), (80, 16)])
async def test_small_terminals_get_the_totals_as_text(size: tuple[int, int]) -> None:
    async with still(progress_of(DEFAULT_MODES, "aiohttp"), size) as (_, pilot):
        drawn = text_on(pilot.app)
        assert "0:12.4 · 400 done · 1,234/s · 0 errors" in drawn
        for mode in DEFAULT_MODES:
            assert f" {mode} " in drawn


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 60)])
async def test_of_fifty_lanes_the_running_one_is_in_view(size: tuple[int, int]) -> None:
    modes = tuple(f"aiohttp#{number}" for number in range(1, 51))
    async with still(progress_of(modes, "aiohttp#35"), size) as (screen, pilot):
        await wait_until(pilot, lambda: "▶ aiohttp#35 " in text_on(pilot.app))
        line = next(line for line in text_on(pilot.app).splitlines() if "▶ aiohttp#35 " in line)
        assert "running round 1" in line
        assert "  50%    1,234  " in line  # beside the scrollbar, not under it
        screen.shown = progress_of(modes, "aiohttp#2")
        screen.redraw()
        await wait_until(pilot, lambda: "▶ aiohttp#2 " in text_on(pilot.app))


async def test_help_tells_of_the_run_though_nothing_has_the_focus() -> None:
    async with still(progress_of(DEFAULT_MODES, "aiohttp"), (120, 36)) as (screen, pilot):
        assert screen.focused is None
        await pilot.press("f1")
        await wait_until(pilot, lambda: "The modes take turns" in text_on(pilot.app))


def test_states_and_counts_are_said_in_words() -> None:
    def lane(state: LaneState, done: int = 10, errors: int = 0, rounds_done: int = 0, total: int = 30) -> LaneProgress:
        return LaneProgress("aiohttp", state, done, total, errors, rounds_done, None, (), 3, 8)

    assert state_in_words(lane("waiting", rounds_done=1), 2) == "waiting for round 2"
    assert state_in_words(lane("waiting", rounds_done=2), 2) == "round 2 done"
    assert state_in_words(lane("starting"), 2) == "starting round 2"
    assert state_in_words(lane("running"), 2) == "running round 2"
    assert state_in_words(lane("done"), 3) == "done"
    assert state_in_words(lane("failed"), 3) == "failed"
    assert count_in_words(lane("running")) == "10 of 30"
    assert count_in_words(lane("running", errors=3)) == "3 of 10 failed"
    assert count_in_words(lane("running", done=12_345, total=300_000)) == "12.3k of 300k"
    assert count_in_words(lane("running", done=12_345, total=300_000, errors=12_000)) == "12.0k failed"
    progress = Progress(1.0, 2, 3, (), None, 72.9, None)
    assert describe_progress(progress) == "Round 2 of 3 · time left 1:12"
    known = "Round 2 of 3 · time left: known after round 1"
    assert describe_progress(replace(progress, time_left_s=None)) == known
    auto = replace(progress, round=6, rounds=8, is_auto=True, max_rounds=30, budget_left_s=14.9, time_left_s=12.0)
    assert describe_progress(auto) == "Round 6, decides after 8 · 0:12 to that, at most 0:14 left"
    assert describe_progress(replace(auto, time_left_s=14.9)) == "Round 6, decides after 8 · at most 0:14 left"
    assert describe_progress(replace(auto, rounds=30, time_left_s=None)) == "Round 6 of at most 30 · at most 0:14 left"
    assert describe_progress(replace(auto, budget_left_s=0.0)) == "Round 6, decides after 8 · ends with this round"
    lanes = (lane("done", rounds_done=6), lane("waiting", rounds_done=5))
    assert "Round 6, decides after 8 · 1/2 modes done · " in describe_progress(replace(auto, lanes=lanes))
    probing = "Checking that all modes do the same work"
    assert describe_progress(Progress(1.0, 0, 3, (), None, None, None)) == probing


def ranked(result: Result, rounds: int = 8) -> Progress:
    """A run's screen after the rounds of a result."""
    modes = tuple(mode.mode for mode in result.modes)
    progress = progress_of(modes, modes[0], rounds=rounds)
    return replace(
        progress,
        round=6,
        is_auto=True,
        max_rounds=30,
        budget_left_s=14.2,
        ranking=result.ranking,
        undecided=undecided_pairs(result.ranking),
    )


@pytest.mark.parametrize("size", [(80, 24), (160, 45), (80, 16)])
async def test_each_lane_shows_its_place_and_ratio_as_rounds_go_by(size: tuple[int, int]) -> None:
    result = tied_result()
    before = replace(ranked(result), ranking=(), undecided=())
    async with still(before, size) as (screen, pilot):
        lanes = screen.query_one(LaneList)
        drawn = text_on(pilot.app)
        assert "×" not in "".join(drawn.splitlines()[1:])
        assert "undecided: all, until round 1 is over" in drawn
        first_bars = [line.find("━") for line in drawn.splitlines() if "━" in line]
        for many in (first_rounds(result, 1), first_rounds(result, 2), result):
            screen.shown = ranked(many)
            screen.redraw()
            await pilot.pause()
            drawn = text_on(pilot.app)
            for rank in many.ranking:
                line = next(line for line in drawn.splitlines()[1:] if f" {rank.mode} " in line)
                assert rank.ratio is not None
                assert f" {rank.label} " in line
                assert f"{format_ratio(rank.ratio)} " in line
            # Nothing moves when the ranking comes.
            assert [line.find("━") for line in drawn.splitlines() if "━" in line] == first_bars
            assert lanes.max_scroll_y == 0
        assert "Round 6, decides after 8 · at most 0:14 left" in drawn
        assert "undecided: requests-session – httpx-async " in drawn
        assert drawn.count("4= ") == 2
        if size[1] > 16:
            assert "3.22–3.24" in drawn
            assert drawn.count("reference") == 1
        assert drawn.count("●") == (0 if size[1] == 16 else 8)
        from_the_top = re.findall(rf"[▶·✓] ({'|'.join(sorted(EIGHT, key=len, reverse=True))}) ", drawn)
        assert from_the_top == [rank.mode for rank in result.ranking]


def first_rounds(result: Result, rounds: int) -> Result:
    """The result as it was after so many rounds."""
    records = tuple(record for record in result.records if record.round <= rounds)
    return result_of(*records, modes=EIGHT)


def test_what_is_undecided_is_said_in_one_line() -> None:
    progress = ranked(tied_result())
    assert undecided_in_words(progress, 70) == "undecided: requests-session – httpx-async"
    assert undecided_in_words(ranked(clean_result()), 70) == "all decided"
    all_open = ranked(first_rounds(clean_result(), 1))
    assert len(all_open.undecided) == 7
    for cells in (30, 60, 70, 200):
        assert len(undecided_in_words(all_open, cells)) <= max(cells, 30)
    assert undecided_in_words(all_open, 70).startswith("undecided: aiohttp – aiohttp-each")
    assert undecided_in_words(all_open, 70).endswith(" and 6 more")
    assert undecided_in_words(all_open, 30) == "undecided: 7 of 7 neighbours"
    assert "nothing to compare" in undecided_in_words(ranked(result_of(*rounds_of("aiohttp"))), 70)
    failing = result_of(*rounds_of("aiohttp"), *rounds_of("httpx", failed=1))
    assert "nothing to compare" in undecided_in_words(ranked(failing), 70)


def test_intervals_are_drawn_where_they_are() -> None:
    def rank(ratio: float, low: float, high: float) -> Rank:
        return Rank(1, "aiohttp", ratio, True, RatioInterval(ratio, low, high, 5), "faster")

    scale = IntervalScale(1.0, 100.0)
    assert scale.draw(rank(10.0, 10.0, 10.0), 21) == " " * 10 + "●" + " " * 10
    assert scale.draw(rank(10.0, 1.0, 99.0), 21) == "├" + "─" * 9 + "●" + "─" * 9 + "┤"
    assert scale.draw(rank(10.0, 0.0, math.inf), 21) == "◂" + "─" * 9 + "●" + "─" * 9 + "▸"
    assert IntervalScale.of(first_rounds(clean_result(), 1).ranking) is not None
    assert IntervalScale.of(result_of(*rounds_of("aiohttp")).ranking) is None
    assert interval_in_words(rank(2.5, 2.45, 2.57)) == "2.45–2.57"
    assert interval_in_words(rank(2.5, 0.0, math.inf)) == "–"
    assert interval_in_words(None) == "–"


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
    async with still(progress_of(DEFAULT_MODES, "aiohttp"), (80, 24)) as (screen, pilot):
        assert "Latest latencies" in text_on(pilot.app)
        samples = record_of("requests").samples.copy()
        samples[:, 1] = [2_000_000] * 19 + [9_300_000]
        screen.told = Latest("requests", samples)
        screen.redraw()
        await pilot.pause()
        drawn = text_on(pilot.app)
        assert "▶ requests: latencies" in drawn
        assert "10 ms" in drawn
        assert "p50 2.00 ms" in drawn
        plot = [screen.query_one(Pulse).render_line(row).text for row in range(3)]
        # 2 of 10 ms are 5 of 24 eighths, and only the last of the 19 requests that fit reaches the top row.
        assert plot[2].count("▅") == 18
        assert plot[0].count("▆") == 1
        screen.told = Latest("requests", samples, is_running=False)
        screen.redraw()
        await pilot.pause()
        assert "✓ requests: latencies" in text_on(pilot.app)


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
        rows = {mode: next(row for row, line in enumerate(lines) if f" {mode} " in line) for mode in before}
        assert sorted(rows, key=rows.__getitem__) == swapped
        assert f"{swapped[0]} ▲1" in lines[rows[swapped[0]]]
        assert f"{swapped[1]} ▼1" in lines[rows[swapped[1]]]
        assert sum(line.count("▲") + line.count("▼") for line in lines) == 2


@pytest.mark.parametrize(("columns", "rows"), [(120, 1), (60, 1), (80, 2), (160, 5)])
def test_a_move_by_many_lanes_pushes_nothing_aside(columns: int, rows: int) -> None:
    modes = tuple(f"aiohttp#{number}" for number in range(1, 51))
    layout = LaneLayout.of(modes, 2, columns, rows)
    lane = progress_of(modes, modes[0]).lanes[-1]
    styles: defaultdict[str, Style] = defaultdict(Style.null)
    for moved, move in ((49, " ▲49 "), (-2, " ▼2 "), (0, "")):
        line = draw_lane(lane, 2, layout, styles, LaneStanding(moved=moved))[0].text
        assert line.startswith(f"· aiohttp#50{move}")
        assert line.index("━" if rows < 4 else "█") == layout.bar_start


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_on_stage_the_code_stands_beside_the_race(size: tuple[int, int]) -> None:
    async with still(ranked(clean_result()), size, present=True) as (screen, pilot):
        screen.shown = replace(screen.shown, running="httpx-client")
        screen.redraw()
        await pilot.pause()
        drawn = text_on(pilot.app)
        assert ("def httpx_client" in drawn) == (size[0] >= 100)
        assert screen.query_one(LaneList).max_scroll_y == 0
        assert "palette" not in drawn
        screen.shown = replace(screen.shown, running="requests")
        screen.redraw()
        await pilot.pause()
        assert ("def requests_each" in text_on(pilot.app)) == (size[0] >= 100)


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
@pytest.mark.parametrize("present", [False, True])
async def test_it_looks_as_it_did(
    size: tuple[int, int], present: bool, matches_snapshot: Callable[[App[Any]], bool]
) -> None:
    async with still(ranked(tied_result()), size, present) as (screen, pilot):
        screen.told = Latest("requests", record_of("requests").samples)
        screen.redraw()
        await wait_until(pilot, lambda: "requests: latencies" in text_on(pilot.app))
        await pilot.pause()
        assert matches_snapshot(pilot.app)
