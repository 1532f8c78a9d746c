"""A sweep on the screen: its points fill in while it runs, and its curves are read value by value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.made_sweeps import crossing_sweep, measured_sweep, swept
from support.screens import Notice, resize, text_on, wait_for_screen, wait_until
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static, TabbedContent

from tui_httpbench.analysis.sweep import SweepResult, summarize_sweep
from tui_httpbench.analysis.sweep_pairs import SweepPairs
from tui_httpbench.analysis.sweep_words import telling_value
from tui_httpbench.bench.kept_runs import keep, list_kept
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.sweep import parse_sweep
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.plan_words import work_in_short
from tui_httpbench.tui.screens.history.screen import HistoryScreen
from tui_httpbench.tui.screens.questions.screen import QuestionsScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.setup.screen import SetupScreen
from tui_httpbench.tui.screens.sweep.answer import KEY, MORE, Answer, shortened_lines
from tui_httpbench.tui.screens.sweep.curves_view import CurveChart, ReadOut
from tui_httpbench.tui.screens.sweep.results import SweepResultsScreen
from tui_httpbench.tui.screens.sweep.screen import SweepScreen


class SweepApp(HttpbenchApp):
    """The app, opened with a sweep's result."""

    CSS_PATH = str(Path(app_module.__file__).with_name("app.tcss"))

    def __init__(self, result: SweepResult, *, present: bool = False) -> None:
        super().__init__(present=present)
        self.animation_level = "none"
        self._result = result

    def make_first_screen(self) -> Screen[None]:
        return SweepResultsScreen(self._result)


async def read(pilot: Pilot[None]) -> SweepResultsScreen:
    screen = await wait_for_screen(pilot, SweepResultsScreen)
    await wait_until(pilot, lambda: screen.query_one(CurveChart).shown is not None)
    await pilot.pause()
    return screen


async def test_curves_are_read_value_by_value_and_a_value_opens(notices: list[Notice]) -> None:
    app = SweepApp(crossing_sweep())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await read(pilot)
        assert "requests-session is faster up to 4 in flight (surely up to 2 in flight)" in " ".join(
            text_on(app).split()
        )
        read_out = screen.query_one(ReadOut)
        assert str(read_out.border_title) == "10 in flight", "where the verdict has its largest difference"
        await pilot.press("home")
        await pilot.pause()
        assert str(read_out.border_title) == "1 in flight"
        assert str(read_out.render()).split()[1] == "requests-session", "the best on top"
        await pilot.press("end")
        await pilot.pause()
        assert str(read_out.border_title) == "10 in flight"
        assert str(read_out.render()).split()[1] == "aiohttp"
        await pilot.press("3")
        await wait_until(pilot, lambda: "Median latency" in str(screen.query_one(CurveChart).border_title))
        assert str(read_out.render()).split()[1] == "aiohttp", "of a latency, the lowest is the best"
        await pilot.press("enter")
        point = await wait_for_screen(pilot, ResultsScreen)
        assert point.result is screen.result.points[-1].result
        assert str(point.sub_title).startswith("sweep over requests in flight, at 10 in flight, judged alone")
        await wait_until(pilot, lambda: "so it has to be surer" in " ".join(notice.text for notice in notices))
        await pilot.press("escape")
        assert await wait_for_screen(pilot, SweepResultsScreen) is screen


async def test_on_stage_a_sweep_tells_what_casts_doubt_on_it() -> None:
    busy = replace(crossing_sweep().points[0].result.environment, other_cpu_share=0.8)
    measured = measured_sweep("concurrency=1,10", {"aiohttp": (2.0, 1.0), "requests": (1.0, 3.0)})
    conditions = RunConditions("worker on CPU 1", None, busy.other_cpu_share)
    points = tuple(replace(point, conditions=conditions) for point in measured.points)
    app = SweepApp(summarize_sweep(replace(measured, points=points)), present=True)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await read(pilot)
        assert screen.query_one(Answer).text.splitlines()[1].startswith("! Other processes used 80 % of the processors")


async def test_the_cursor_begins_where_something_was_measured() -> None:
    app = SweepApp(swept("concurrency=1,2,4", {"aiohttp": (None, 2.0, 1.0)}))
    async with app.run_test(size=(120, 36)) as pilot:
        chart = (await read(pilot)).query_one(CurveChart)
        assert chart.cursor == 1
        await pilot.press("left")
        await pilot.pause()
        assert chart.cursor == 0, "where its user wants it"


@pytest.mark.parametrize(
    ("sweep", "value"),
    [
        (swept("concurrency=1,2,4", {"aiohttp": (9.0, 0.5, 1.0), "requests": (1.0, 1.5, 2.0)}), "2"),
        (swept("rtt=0,5,20", {"requests-session": (1.0, 6.0, 21.0), "requests": (2.0, 16.0, 61.0)}), "20"),
        (swept("rtt=0,5,20", {"requests-session": (1.0, 6.0, 21.0), "aiohttp": (2.0, 16.0, 61.0)}), ""),
        (swept("concurrency=1,2", {"aiohttp": (2.0, 3.0), "requests": (2.0, 1.0)}, rounds=1), ""),
    ],
)
def test_the_value_that_the_verdict_is_about_is_the_one_with_the_largest_difference(
    sweep: SweepResult, value: str
) -> None:
    assert telling_value(SweepPairs(sweep)) == value


async def test_it_is_copied_and_saved_and_what_is_to_be_minded_has_a_tab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = SweepApp(crossing_sweep(whole={"stopped": True, "trouble": "The disk is full."}))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await read(pilot)
        await pilot.press("c")
        assert "| aiohttp |" in app.clipboard
        await pilot.press("s")
        await wait_until(pilot, lambda: bool(app.screen.query("#save-name")))
        app.screen.query_one(Input).value = "sweep.csv"
        await pilot.press("enter")
        await wait_until(pilot, lambda: (tmp_path / "sweep.csv").exists())
        await pilot.press("n")
        await wait_until(pilot, lambda: "! The disk is full." in text_on(app))
        assert screen.query_one("#tabs", TabbedContent).active == "warnings"
        await pilot.press("u")
        await wait_until(pilot, lambda: screen.focused is screen.query_one(CurveChart))
        await pilot.press("escape")
        await wait_for_screen(pilot, SweepResultsScreen)  # this test's first screen


async def test_a_kept_sweep_opens_from_the_history_and_leads_back() -> None:
    measured = measured_sweep("concurrency=1,10", {"aiohttp": (2.0, 1.0), "requests": (1.0, 3.0)})
    assert keep(measured, source="a") is not None
    app = SweepApp(crossing_sweep())
    async with app.run_test(size=(100, 30)) as pilot:
        first = await read(pilot)
        await pilot.press("h")
        history = await wait_for_screen(pilot, HistoryScreen)
        await wait_until(pilot, lambda: history.runs.run is not None)
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen not in (first, history))
        kept = await read(pilot)
        assert (kept.is_kept, kept.result.sweep.text) == (True, "concurrency=1,10")
        await pilot.press("escape")
        assert await wait_for_screen(pilot, HistoryScreen) is history


async def test_at_80_columns_an_answer_is_never_cut_and_figures_have_unit_and_interval() -> None:
    lanes: dict[str, tuple[float, ...]] = {
        "aiohttp": (22, 22, 22, 22, 23, 25),
        "httpx-client": (21, 23, 24, 30, 80, 200),
        "requests-session": (22, 21, 24, 26, 40, 90),
    }
    result = swept("concurrency=1,2,5,10,20,50", lanes, noise=0.2, requests=None, duration_s=0.1)
    app = SweepApp(result)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await read(pilot)
        answer = screen.query_one(Answer)
        rows = answer.size.height
        assert rows <= 5
        assert str(answer.render()).replace("\n", " ").endswith(f".{KEY}"), "behind a sentence"
        assert KEY.strip() in text_on(app)
        await pilot.press("a")
        await wait_until(pilot, lambda: answer.size.height > 5)
        assert str(answer.render()).split() == answer.text.split()
        await pilot.press("a")
        await wait_until(pilot, lambda: answer.size.height == rows)
        await pilot.press("a")
        await wait_until(pilot, lambda: answer.size.height > 5)
        await pilot.press("escape")
        await wait_until(pilot, lambda: answer.size.height == rows)
        assert screen.is_current, "what it was opened over is not left"
        told = str(screen.query_one(ReadOut).render())
        assert len(re.findall(r"(?m)^  [\d.]+/s \([\d.]+–[\d.]+\)$", told)) == 3
        await pilot.press("3")
        await wait_until(pilot, lambda: " ms (" in str(screen.query_one(ReadOut).render()))


async def test_of_nothing_measured_the_footer_offers_nothing() -> None:
    empty = swept("concurrency=1,2", {"aiohttp": (None, None), "requests-session": (None, None)})
    app = SweepApp(empty)
    async with app.run_test(size=(120, 36)) as pilot:
        await read(pilot)
        footer = text_on(app).splitlines()[-1]
        assert "Edit" in footer
        assert not any(word in footer for word in ("More", "Save", "Scale", "⏎ Open"))


@pytest.mark.parametrize("width", [80, 120])
async def test_back_and_help_have_room_quit_stands_apart_and_no_title_is_cut(width: int) -> None:
    app = SweepApp(crossing_sweep())
    async with app.run_test(size=(width, 24)) as pilot:
        await read(pilot)
        await wait_until(pilot, lambda: "f1 Help" in text_on(app).splitlines()[-1])
        title, *_, footer = text_on(app).splitlines()
        assert "…" not in title
        assert "esc Back  f1 Help" in footer
        assert "Save  ^q Quit" not in footer
        await resize(pilot, 160, 24)
        await wait_until(pilot, lambda: "f1 Help  ^q Quit" in text_on(app).splitlines()[-1])
        assert "s Save" in text_on(app).splitlines()[-1], "what had no room comes back"


def test_shortened_lines_say_that_there_is_more() -> None:
    text = "One and two and three. Four and five and six and seven, eight, nine, ten and eleven."
    assert shortened_lines(text, 200, 1) == [text]
    for columns in (20, 24, 31, 40):
        for rows in (1, 2, 3):
            lines = shortened_lines(text, columns, rows)
            assert len(lines) <= rows
            assert all(len(line) <= columns for line in lines)
            assert " ".join(lines).split(" ") == text.split() or lines[-1].endswith(KEY.strip())
            shown = " ".join(lines).removesuffix(MORE).removesuffix(KEY)
            assert text.startswith(shown)
            assert shown.endswith(".") or not shown.startswith("One and two and three. ")
            assert text[len(shown) :][:1] in ("", " "), "no word is cut"


@pytest.mark.usefixtures("light_modes")
async def test_points_fill_in_while_a_sweep_runs_and_what_is_stopped_is_kept() -> None:
    plan = Plan(
        modes=("light", "light-other"),
        requests=20,
        rounds=50,
        concurrency=2,
        seed=3,
        sweep=parse_sweep("concurrency=1,2"),
    )

    class RunningApp(HttpbenchApp):
        CSS_PATH = str(Path(app_module.__file__).with_name("app.tcss"))

    app = RunningApp()
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_for_screen(pilot, QuestionsScreen)
        app.start_run(plan)
        running = await wait_for_screen(pilot, SweepScreen)
        await wait_until(pilot, lambda: running.query_one(CurveChart).shown is not None)
        await wait_until(pilot, lambda: all(point.rounds_done for point in running._runner.progress().points))
        assert "requests in flight, rounds done" in str(running.query_one("#sweep-points", Static).content)
        assert str(running.sub_title) in work_in_short(plan)
        assert "round" not in str(running.sub_title), "how many there are is told in one place"
        await pilot.press("right", "3", "escape")
        await wait_until(pilot, lambda: "The curves so far are kept." in text_on(app))
        await pilot.press("y")
        result = (await read(pilot)).result
        assert result.stopped
        assert all(point.is_measured for point in result.points)
        await pilot.press("plus")
        more = await wait_for_screen(pilot, SweepScreen)
        made = more.plan.rounds_before
        assert made
        await wait_until(pilot, lambda: all(point.rounds_done > made for point in more._runner.progress().points))
        await pilot.press("escape")
        await wait_until(pilot, lambda: "The curves so far are kept." in text_on(app))
        await pilot.press("y")
        whole = (await read(pilot)).result
        for point, before in zip(whole.points, result.points, strict=True):
            assert point.result.records[: len(before.result.records)] == before.result.records
            assert len(point.result.records) > len(before.result.records)
        await pilot.press("escape")
        await wait_for_screen(pilot, QuestionsScreen)
        await app.keeper.wait()
        assert [run.outcome for run in list_kept()] == ["stopped"]


@pytest.mark.usefixtures("light_modes")
async def test_one_form_comes_after_a_sweep_that_was_started_without_one() -> None:
    plan = Plan(modes=("light",), requests=5, rounds=1, concurrency=1, seed=3, sweep=parse_sweep("concurrency=1,2"))
    forms: list[Screen[None]] = []

    class StartedApp(HttpbenchApp):
        CSS_PATH = str(Path(app_module.__file__).with_name("app.tcss"))

        def _make_form(self, plan: Plan) -> Screen[None]:
            forms.append(super()._make_form(plan))
            return forms[-1]

    app = StartedApp(plan, start=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await read(pilot)
        await pilot.press("e")
        form = await wait_for_screen(pilot, SetupScreen)
        await pilot.pause()
        assert forms == [form]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_looks_as_it_did(size: tuple[int, int], matches_snapshot: Callable[..., bool]) -> None:
    app = SweepApp(crossing_sweep())
    async with app.run_test(size=size) as pilot:
        await read(pilot)
        assert matches_snapshot(app)
