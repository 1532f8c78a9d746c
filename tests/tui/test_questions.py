"""The first screen: each question starts a run of its own, or opens the form filled in with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.screens import text_on, wait_for_screen, wait_until
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, OptionList

from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.presets import ARTICLE_ADDRESS, ARTICLE_TITLE, PRESETS, QUESTIONS
from tui_httpbench.plan.stored import LastPlanError, load_last_plan, load_left_out, save_last_plan
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.parts.confirm import ConfirmScreen
from tui_httpbench.tui.screens.questions.reading import read_question
from tui_httpbench.tui.screens.questions.screen import QuestionsScreen
from tui_httpbench.tui.screens.questions.typed_ahead import TypedAhead
from tui_httpbench.tui.screens.setup.screen import SetupScreen
from tui_httpbench.tui.screens.setup.typed_row import RowName

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
        await wait_until(pilot, lambda: "Sent along: PUT, 1 header, a body of 3 bytes" in text_on(app))
        assert "it goes out hundreds to thousands of times" in " ".join(text_on(app).split())
        screen.query_one("#input-url", Input).value = "https://example.com/"
        sends = f"it goes out {8 * 25 * 5:,} times"
        await wait_until(pilot, lambda: sends in " ".join(text_on(app).split()))
        screen.query_one("#input-url", Input).value = "http://localhost:9/orders"
        await pilot.press("enter")
        request = app.started[0].request
        assert (request.method, request.headers, request.body) == ("PUT", (("X-Shop", "7"),), b"a=1")
        screen.query_one("#input-url", Input).value = ""
        await wait_until(pilot, lambda: "Sent along" not in text_on(app))
        await pilot.press("enter")
        assert app.started[1].request == Request()


async def test_what_is_pasted_on_the_list_goes_into_the_url() -> None:
    async with asked((100, 30)) as (app, screen, pilot):
        assert isinstance(screen.focused, OptionList)
        screen.focused.post_message(events.Paste("curl http://localhost:9/orders -d a=1"))
        await wait_until(pilot, lambda: "Sent along: POST, a body of 3 bytes" in text_on(app))
        assert screen.query_one("#input-url", Input).value == "http://localhost:9/orders"
        assert isinstance(screen.focused, OptionList), "a number still chooses a question"
        await pilot.press(NUMBERS["keep"], "enter")
        assert (app.started[0].request.method, app.started[0].request.url) == ("POST", "http://localhost:9/orders")
        assert app.started[0].modes == PRESETS["keep"].values["modes"]
        screen.focused.post_message(events.Paste("http://localhost:9/other\nand a second line"))
        await wait_until(pilot, lambda: screen.query_one("#input-url", Input).value == "http://localhost:9/other")


async def test_a_question_without_a_url_leads_to_no_field_and_keeps_what_is_pasted_for_the_others() -> None:
    async with asked() as (app, screen, pilot):
        await pilot.press(NUMBERS["distance"])
        await wait_until(pilot, lambda: "Fields" not in text_on(app).splitlines()[-1])
        assert screen.focused is not None
        screen.focused.post_message(events.Paste("curl http://localhost:9/orders -d a=1"))
        await wait_until(pilot, lambda: "This question has no URL" in text_on(app))
        assert "is kept for the others" in " ".join(text_on(app).split())
        await pilot.press(NUMBERS["keep"])
        await wait_until(pilot, lambda: "Sent along: POST, a body of 3 bytes" in text_on(app))
        assert "has no URL" not in text_on(app)
        assert "Fields" in text_on(app).splitlines()[-1]
        await pilot.press("enter")
        assert app.started[0].request.url == "http://localhost:9/orders"


async def test_a_url_typed_on_the_list_chooses_nothing_and_asks_nothing() -> None:
    async with asked() as (app, screen, pilot):
        await pilot.press(NUMBERS["distance"])
        await pilot.press("down", "up", *"127.0.0.1:8765/a", "enter")
        assert screen.preset is PRESETS["distance"]
        await wait_until(pilot, lambda: "Press enter again" in " ".join(text_on(app).split()))
        assert app.started == []
        assert app.screen is screen
        await pilot.press("down", "up", "enter")
        assert app.started[0].request == Request(), "who reads that may go on"
        await pilot.press(NUMBERS["async"], "down", "up", *"127.0.0.1:8765/a")
        assert screen.query_one("#input-url", Input).value == "127.0.0.1:8765/a"
        await pilot.press("escape", *"jk")
        assert screen.query_one("#input-url", Input).value == "127.0.0.1:8765/a", "a slip costs no URL"
        assert "tab leads to the URL" in text_on(app)
        assert screen.preset is PRESETS["async"]


def test_digits_are_a_choice_until_an_address_or_too_much_time_shows_otherwise() -> None:
    ahead = TypedAhead()
    for number, character in enumerate("12."):
        ahead.take(character, 0.1 * number, number)
    assert (ahead.text, ahead.chosen_before, ahead.is_choice, ahead.is_url) == ("12.", 0, False, True)
    assert ahead.goes_on("a", 0.3)
    ahead.end()
    for number, character in enumerate("2127."):
        ahead.take(character, 5 + 0.1 * number, number)
    assert (ahead.text, ahead.chosen_before) == ("127.", 1), "a choice, and then an address"
    ahead.take("3", 10, 5)
    assert (ahead.text, ahead.chosen_before, ahead.is_choice) == ("3", 5, True)
    assert not ahead.goes_on("a", 10.1), "a key of its own"
    ahead.take("l", 10.1, 2)
    assert (ahead.end(), ahead.text) == ("l", "")


async def test_a_click_chooses_a_question_and_a_second_one_asks_it() -> None:
    async with asked((100, 30)) as (app, screen, pilot):
        row = list(PRESETS).index("keep")
        await pilot.click(OptionList, offset=(10, 2 * row))
        assert screen.preset is not None
        chosen = screen.preset.name
        assert app.started == []
        await pilot.click(OptionList, offset=(10, 2 * row))
        await wait_until(pilot, lambda: len(app.started) == 1)
        assert chosen != "quick"
    async with asked((100, 30)) as (app, screen, pilot):
        await pilot.click(OptionList, offset=(10, 0))
        assert app.started == [], "also the one that is highlighted from the start"
        await pilot.click(OptionList, offset=(10, 0))
        await wait_until(pilot, lambda: len(app.started) == 1)


async def test_versions_have_fields_of_their_own() -> None:
    async with asked((100, 30)) as (app, screen, pilot):
        await pilot.press(NUMBERS["versions"], "enter")
        assert app.started == []
        await wait_until(pilot, lambda: "Write a version to compare" in text_on(app))
        await pilot.press(*"httpx==")
        assert "is no version" not in text_on(app), "nobody is scolded in the middle of a word"
        await pilot.press("tab")
        await wait_until(pilot, lambda: "'httpx=='" in text_on(app))
        await pilot.press("shift+tab", "ctrl+u")
        await pilot.press(*"httpx==0.27.2", "tab", *"httpx==0.28.1", "enter")
        assert app.started[0].modes[:2] == ("httpx-client@A", "httpx-client@B")
        await pilot.press(NUMBERS["keep"]) if screen.focused is None else screen.query_one(OptionList).focus()
        await pilot.press(NUMBERS["keep"])
        assert "version such as" not in text_on(app)


async def test_all_fields_open_the_form_filled_in_and_escape_leads_back() -> None:
    save_last_plan(Plan(Request("http://localhost:9/orders"), modes=("aiohttp",), requests=7))
    async with asked((120, 36)) as (app, screen, pilot):
        await pilot.press(NUMBERS["keep"], "a")
        form = await wait_for_screen(pilot, SetupScreen)
        assert form._start.modes == PRESETS["keep"].values["modes"]
        assert form._start.request.url == "http://localhost:9/orders"
        await pilot.press("escape")
        assert await wait_for_screen(pilot, QuestionsScreen) is screen
        screen.query_one("#input-url", Input).value = "http://localhost:9/other"
        await pilot.press(NUMBERS["versions"], "a")
        form = await wait_for_screen(pilot, SetupScreen)
        await wait_until(pilot, lambda: isinstance(form.focused, RowName))
        assert form._start.request.url == "http://localhost:9/other"
        await pilot.press("escape", "end", "enter")
        await wait_until(pilot, lambda: app.screen is not form and isinstance(app.screen, SetupScreen))
        form = await wait_for_screen(pilot, SetupScreen)
        assert (form._start.modes, form._start.requests) == (("aiohttp",), 7), "as it was left"


async def test_versions_of_two_libraries_are_refused_in_a_sentence() -> None:
    request = Plan().request
    for versions, library in ((("httpx==0.27.2", "aiohttp==3.11.0"), "aiohttp"), (("requests", "httpx"), "httpx")):
        reading = read_question(PRESETS["versions"], "", versions, request, {})
        assert reading.plan is None
        assert f"B is {library}; write two versions of one library" in reading.errors["B"]
    for versions in (("requests==2.32.0", "urllib3==2.2.0"), ("httpx==0.27.2", "httpx==0.28.1")):
        assert read_question(PRESETS["versions"], "", versions, request, {}).plan is not None


async def test_each_question_says_how_long_it_takes_and_under_which_conditions() -> None:
    async with asked() as (_, screen, pilot):
        drawn = text_on(pilot.app)
        assert all(f"{preset.takes}" in drawn for preset in QUESTIONS)
        for preset in QUESTIONS:
            await pilot.press(NUMBERS[preset.name])
            assert f"At the embedded target: {preset.conditions}." in text_on(pilot.app)
        assert ARTICLE_TITLE in text_on(pilot.app)
        assert ARTICLE_ADDRESS in text_on(pilot.app)
        await pilot.press(NUMBERS["quick"])
        screen.query_one("#input-url", Input).value = "https://example.com/"
        await wait_until(
            pilot, lambda: "25 requests a mode and round, 5 rounds, since" in " ".join(text_on(pilot.app).split())
        )
        assert "tab" in text_on(pilot.app).splitlines()[-1]
        assert "^r" in text_on(pilot.app).splitlines()[-1]


async def test_digits_choose_a_question_again_once_a_run_is_over() -> None:
    async with asked() as (app, screen, pilot):
        await pilot.press(NUMBERS["versions"], "tab", "tab", "tab", *"httpx==0.2")
        field = screen.query_one("#version-B", Input)
        assert (field.has_focus, field.value) == (True, "httpx==0.2")
        await app.push_screen(Screen())
        await app.pop_screen()
        await pilot.pause()
        await pilot.press(NUMBERS["async"])
        assert (screen.preset, field.value) == (PRESETS["async"], "httpx==0.2")
        await pilot.press("tab", *"/7", "escape", NUMBERS["keep"])
        assert screen.preset is PRESETS["keep"], "escape leads from a field to the list"


async def test_what_was_said_of_the_run_before_goes_with_the_next_one_and_what_is_said_of_that_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with asked() as (app, _, pilot):
        app.notify("httpx==9 can't be had", timeout=60)

        def refuse(_: Plan) -> None:
            raise LastPlanError("The plan can't be remembered: the disk is full.")

        monkeypatch.setattr("tui_httpbench.tui.screens.questions.screen.save_last_plan", refuse)
        await pilot.press("enter")
        await wait_until(pilot, lambda: bool(app.started))
        assert [notice.message for notice in app._notifications] == ["The plan can't be remembered: the disk is full."]


async def test_edit_leads_from_a_result_to_the_form_without_a_look_at_the_questions() -> None:
    async with asked() as (app, screen, pilot):
        plan = PRESETS["keep"].plan(seed=1)
        await app.push_screen(Screen())
        seen = []
        app.screen_change_signal.subscribe(app, lambda shown: seen.append(shown))
        form = await app._go_back_to_form(plan)
        await wait_for_screen(pilot, SetupScreen)
        assert screen not in seen
        assert app.screen_stack[-2:] == [screen, form]
        await pilot.press("escape")
        assert app.screen is screen


@pytest.mark.parametrize("size", [(80, 24)])
async def test_it_looks_as_it_did(size: tuple[int, int], matches_snapshot: Callable[..., bool]) -> None:
    async with asked(size) as (app, _, pilot):
        await pilot.pause()
        assert matches_snapshot(app)


async def test_credentials_that_were_not_kept_are_told_and_asked_about_before_a_run() -> None:
    request = Request("http://localhost:9/a?token=T&x=1", headers=(("Authorization", "Basic abc"), ("Accept", "*/*")))
    save_last_plan(Plan(request))
    async with asked() as (app, _, pilot):
        await wait_until(pilot, lambda: "2 credentials were not kept" in text_on(app))
        assert "Authorization and token in the URL" in " ".join(text_on(app).split())
        await pilot.press("enter")
        await wait_for_screen(pilot, ConfirmScreen)
        assert "Send it without Authorization and token in the URL?" in " ".join(text_on(app).split())
        await pilot.press("n")
        await wait_for_screen(pilot, QuestionsScreen)
        assert not app.started
        assert load_left_out().parameters == ("token",), "who did not go on is told at the next start, too"
        await pilot.press("a")
        form = await wait_for_screen(pilot, SetupScreen)
        assert "2 credentials were not kept" in text_on(app)
        form.query_one("#input-url", Input).value = "http://localhost:9/a?token=T&x=1"
        await wait_until(pilot, lambda: "1 credential was not kept: Authorization" in text_on(app))
        await pilot.press("ctrl+r")
        await wait_for_screen(pilot, ConfirmScreen)
        await pilot.press("y")
        await wait_until(pilot, lambda: len(app.started) == 1)
        await wait_for_screen(pilot, SetupScreen)
        await pilot.press("escape")
        await wait_for_screen(pilot, QuestionsScreen)
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(app.started) == 2)


async def test_another_url_lacks_nothing_that_was_not_kept() -> None:
    save_last_plan(Plan(Request("http://localhost:9/a", headers=(("Authorization", "Basic abc"),))))
    async with asked() as (app, screen, pilot):
        screen.query_one("#input-url", Input).value = "http://localhost:9/b"
        await wait_until(pilot, lambda: "not kept" not in text_on(app))
        await pilot.press("enter")
        assert len(app.started) == 1


async def test_enter_keeps_the_sentence_on_a_version_that_is_none() -> None:
    async with asked((100, 30)) as (app, screen, pilot):
        await pilot.press(NUMBERS["versions"], "tab", "tab", *"httpx=0.27.2", "tab", *"httpx==0.28.1")
        await wait_until(pilot, lambda: "'httpx=0.27.2' is no version" in text_on(app))
        await pilot.press("enter")
        await pilot.pause()
        assert screen.query_one("#version-A").has_focus
        assert "'httpx=0.27.2' is no version" in text_on(app)
        assert not app.started
