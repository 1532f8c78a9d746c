"""Where every mode fails before the rounds, Run asks: edit, at what is wrong, or run anyway."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.style import Style
from support.made_progress import lane_of
from support.screens import child_pids, text_on, wait_for_screen, wait_until
from textual.pilot import Pilot
from textual.widgets import Input, Select, TextArea

from tui_httpbench.bench.recovery import find_interrupted_runs
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.run.awaited_questions import FailedQuestion
from tui_httpbench.tui.screens.run.lane import count_in_words, draw_lane, state_in_words
from tui_httpbench.tui.screens.run.lane_layout import LaneLayout
from tui_httpbench.tui.screens.run.measuring_screen import WAITING_AS_FAILED
from tui_httpbench.tui.screens.run.screen import RunScreen
from tui_httpbench.tui.screens.setup.headers_editor import HeadersEditor
from tui_httpbench.tui.screens.setup.screen import SetupScreen

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for left-over processes in /proc")

PLAN = Plan(Request("/status/405"), modes=("http.client", "urllib3"), requests=6, concurrency=2, rounds=1, seed=3)


@asynccontextmanager
async def asked(size: tuple[int, int], **options: Any) -> AsyncIterator[tuple[HttpbenchApp, Pilot[None]]]:
    """An app that was started with a plan that can't succeed, and asks."""
    app = HttpbenchApp(PLAN, start=True, **options)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        screen = await wait_for_screen(pilot, RunScreen)
        await wait_until(pilot, lambda: screen.query_one(FailedQuestion).display)
        await wait_until(pilot, lambda: "Both modes got 405." in text_on(app) and WAITING_AS_FAILED in text_on(app))
        yield app, pilot
    assert not child_pids()


@pytest.mark.slow
async def test_edit_leads_to_what_is_wrong_and_run_anyway_measures() -> None:
    async with asked((80, 24)) as (app, pilot):
        shown = text_on(app)
        for part in ("This URL does not take GET.", "Choose a method.", "Run anyway", "Edit"):
            assert part in shown
        assert app.focused is not None
        assert app.focused.id == "confirm-no"
        run = app.screen
        question = run.query_one(FailedQuestion)
        question.action_answer(False)
        assert not question.display, "at once, whatever the answer has done"
        await wait_for_screen(pilot, SetupScreen)
        await wait_until(pilot, lambda: app.focused is not None and app.focused.id == "input-method")
        assert find_interrupted_runs() == []
        assert not child_pids()
        await pilot.press("ctrl+r")
        screen = await wait_for_screen(pilot, RunScreen)
        await wait_until(pilot, lambda: screen.query_one(FailedQuestion).display)
        await pilot.press("r")
        results = await wait_for_screen(pilot, ResultsScreen)
        assert [mode.statuses for mode in results.result.modes] == [{405: 6}] * 2
        assert "No mode got a good answer: none of 12 requests succeeded (405 × 12)." in " ".join(text_on(app).split())


async def test_the_app_can_be_left_while_it_asks() -> None:
    async with asked((120, 36), present=True) as (app, pilot):
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: not app.is_running)


@pytest.mark.slow
async def test_every_place_that_a_failure_names_is_found_in_the_form() -> None:
    # One without TLS may redirect to one whose certificate is not accepted.
    app = HttpbenchApp(Plan(Request("http://127.0.0.1:9/"), modes=("aiohttp",)))
    async with app.run_test(size=(80, 24)) as pilot:
        form = await wait_for_screen(pilot, SetupScreen)
        assert not form.query_one("#trust").display
        places = {"url": "url", "method": "method", "trust": "insecure", "timeout": "timeout", "body": "method"}
        places["profile"] = "profile"
        for place, name in places.items():
            form.focus_place(place)  # type: ignore[arg-type]
            await wait_until(pilot, lambda name=name: app.focused is not None and app.focused.id == f"input-{name}")  # type: ignore[misc]
        url = form.query_one("#input-url", Input)
        form.focus_place("url")
        await wait_until(pilot, lambda: url.has_focus)
        await pilot.press("x")
        assert url.value == "http://127.0.0.1:9/x", "mended, not replaced"
        form.focus_place("headers")
        await wait_until(pilot, lambda: form.query_one(HeadersEditor).has_focus_within)
        form.query_one("#input-insecure", Select).value = "unchecked"
        await wait_until(pilot, lambda: "certificates not checked" in text_on(app))
        form.query_one("#input-method", Select).value = "POST"
        await pilot.pause()
        form.focus_place("body")
        await wait_until(pilot, lambda: isinstance(app.focused, TextArea))


@pytest.mark.slow
async def test_who_said_keep_going_is_not_asked() -> None:
    app = HttpbenchApp(PLAN.replace(modes=PLAN.modes[1:]), start=True, keep_going=True)
    async with app.run_test(size=(80, 24)) as pilot:
        results = await wait_for_screen(pilot, ResultsScreen)
        assert not results.result.all_succeeded
    assert not child_pids()


@pytest.mark.parametrize(("rows", "columns"), [(1, 80), (1, 120), (3, 80)])
def test_a_lane_tells_statuses_and_ticks_nothing_that_failed(rows: int, columns: int) -> None:
    modes = ("aiohttp", "requests-session")
    layout = LaneLayout.of(modes, 3, columns, rows)
    roles = (
        "muted",
        "rest",
        "progress",
        "interval",
        "error",
        "spot",
        "waiting",
        "running",
        "done",
        "failed",
        "failed-bar",
    )
    styles = dict.fromkeys((*roles, "library-0"), Style())
    styles |= {f"{role}-fill": styles[role] for role in ("failed-bar", "library-0")}
    lane = lane_of("aiohttp", 0.0, state="done", done=600, errors=600, failures=(("405", 600),), throughput=None)
    drawn = "\n".join(strip.text for strip in draw_lane(lane, 3, layout, styles))
    assert "✗ aiohttp" in drawn
    assert "405 × 600" in drawn
    assert "/s" not in drawn
    assert "✓" not in drawn


def test_failures_are_told_by_what_they_ended_in() -> None:
    lane = lane_of("aiohttp", done=600, errors=600, failures=(("405", 600),), state="done")
    assert count_in_words(lane) == "405 × 600"
    assert state_in_words(lane, 3) == "failed"
    some = lane_of("aiohttp", done=600, errors=13, failures=(("503", 12), ("timeout", 1)))
    assert count_in_words(some) == "503 × 12, timeout × 1 of 600"
    assert count_in_words(some, 21) == "503 × 12, timeout × 1"
    assert count_in_words(some, 14) == "13 failed"
    many = lane_of("aiohttp", done=41_900, errors=41_900, failures=(("429", 41_900),))
    assert count_in_words(many, 11) == "429 × 41.9k"
