"""The first screen: each question starts a run of its own, or opens the form filled in with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.screens import text_on, wait_for_screen, wait_until
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.presets import PRESETS, QUESTIONS
from tui_httpbench.plan.stored import load_last_plan, save_last_plan
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.questions.screen import QuestionsScreen
from tui_httpbench.tui.screens.setup.screen import SetupScreen

NUMBERS = {preset.name: str(number) for number, preset in enumerate(QUESTIONS, start=1)}


class QuestionApp(HttpbenchApp):
    """The app, but for the measuring: keeps the plans that it is told to run."""

    CSS_PATH = str(Path(app_module.__file__).with_name("app.tcss"))

    def __init__(self) -> None:
        super().__init__()
        self.animation_level = "none"
        self.started: list[Plan] = []

    def start_run(self, plan: Plan) -> None:
        self.started.append(plan)


@asynccontextmanager
async def asked(size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[QuestionApp, QuestionsScreen, Pilot[None]]]:
    app = QuestionApp()
    async with app.run_test(size=size) as pilot:
        screen = await wait_for_screen(pilot, QuestionsScreen)
        yield app, screen, pilot


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_all_questions_are_seen_and_enter_asks_the_one_under_the_cursor(size: tuple[int, int]) -> None:
    async with asked(size) as (app, screen, pilot):
        drawn = text_on(app)
        assert all(preset.question in drawn for preset in QUESTIONS)
        told = [preset.why in " ".join(drawn.split()) for preset in QUESTIONS]
        assert told == [True, *([size[1] > 30] * (len(QUESTIONS) - 1))]
        assert "All fields" in drawn
        await pilot.press("enter", "down", "enter", NUMBERS["article"], "enter")
        assert [plan.modes for plan in app.started] == [
            PRESETS[name].values["modes"] for name in (QUESTIONS[0].name, QUESTIONS[1].name, "article")
        ]
        assert load_last_plan() is not None
        assert screen.preset is PRESETS["article"]


async def test_a_url_is_asked_and_what_is_wrong_with_it_is_said() -> None:
    async with asked() as (app, screen, pilot):
        await pilot.press("tab", *"ftp://x")
        assert "✗" in text_on(app)
        await pilot.press("enter")
        assert app.started == []
        screen.query_one("#input-url", Input).value = "http://localhost:9/orders"
        await pilot.press("enter")
        assert app.started[0].request.url == "http://localhost:9/orders"
        assert app.started[0].requests is None, "this machine gets as much as it can take"
        screen.query_one("#input-url", Input).value = "https://example.com/"
        await pilot.press("enter")
        assert (app.started[1].requests, app.started[1].rounds) == (25, 5), "another one a modest load"


async def test_a_pasted_curl_command_brings_method_headers_and_body() -> None:
    async with asked((100, 30)) as (app, screen, pilot):
        url = screen.query_one("#input-url")
        url.focus()
        command = "curl -X PUT http://localhost:9/orders -H 'X-Shop: 7' -d a=1"
        url.take_paste(command)  # type: ignore[attr-defined]
        await wait_until(pilot, lambda: "With PUT, 1 header, a body of 3 bytes" in text_on(app))
        await pilot.press("enter")
        request = app.started[0].request
        assert (request.method, request.headers, request.body) == ("PUT", (("X-Shop", "7"),), b"a=1")
        screen.query_one("#input-url", Input).value = ""
        await wait_until(pilot, lambda: "With PUT" not in text_on(app))
        await pilot.press("enter")
        assert app.started[1].request == Request()


async def test_versions_have_fields_of_their_own() -> None:
    async with asked((100, 30)) as (app, screen, pilot):
        await pilot.press(NUMBERS["versions"], "enter")
        assert app.started == []
        assert "Write a version to compare" in text_on(app)
        await pilot.press(*"httpx==0.27.2", "tab", *"httpx==0.28.1", "enter")
        assert app.started[0].modes[:2] == ("httpx-client@A", "httpx-client@B")
        await pilot.press(NUMBERS["keep"]) if screen.focused is None else screen.query_one(OptionList).focus()
        await pilot.press(NUMBERS["keep"])
        assert "version such as" not in text_on(app)


async def test_all_fields_open_the_form_filled_in_and_escape_leads_back() -> None:
    save_last_plan(Plan(Request("http://localhost:9/orders"), modes=("aiohttp",), requests=7))
    async with asked((120, 36)) as (_, screen, pilot):
        await pilot.press(NUMBERS["keep"], "a")
        form = await wait_for_screen(pilot, SetupScreen)
        assert form._start.modes == PRESETS["keep"].values["modes"]
        assert form._start.request.url == "http://localhost:9/orders"
        await pilot.press("escape")
        assert await wait_for_screen(pilot, QuestionsScreen) is screen
        await pilot.press("end", "enter")
        form = await wait_for_screen(pilot, SetupScreen)
        assert (form._start.modes, form._start.requests) == (("aiohttp",), 7), "as it was left"


@pytest.mark.parametrize("size", [(80, 24)])
async def test_it_looks_as_it_did(size: tuple[int, int], matches_snapshot: Callable[..., bool]) -> None:
    async with asked(size) as (app, _, pilot):
        await pilot.pause()
        assert matches_snapshot(app)
