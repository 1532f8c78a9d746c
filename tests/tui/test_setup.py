"""The form: what is typed is what runs, what is wrong is said where it is wrong."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Select, TextArea

from tui_httpbench.clients import catalog
from tui_httpbench.history.last_plan import last_plan_path
from tui_httpbench.plan import Plan, Request
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.setup import SetupScreen
from tui_httpbench.tui.widgets.headers_editor import HeaderRow
from tui_httpbench.tui.widgets.mode_picker import LibraryGroup, ModePicker, ModeRow
from tui_httpbench.tui.widgets.note import Note

NARROW, WIDE = (80, 24), (200, 60)


class FormApp(HttpbenchApp):
    """The app, but for the measuring: keeps the plans that it is told to run."""

    CSS_PATH = str(Path(app_module.__file__).with_name("app.tcss"))

    def __init__(self, plan: Plan | None = None) -> None:
        super().__init__(plan)
        self.animation_level = "none"
        self.started: list[Plan] = []

    def start_run(self, plan: Plan) -> None:
        """Keeps the plan."""
        self.started.append(plan)


class Form:
    """A form with somebody at its keys."""

    def __init__(self, app: FormApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> SetupScreen:
        assert isinstance(self.app.screen, SetupScreen)
        return self.app.screen

    async def press(self, *keys: str) -> None:
        """Presses keys, each after the one before has done its work."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def click(self, where: str | Widget) -> None:
        """Clicks into the middle of something."""
        await self.pilot.click(where)
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        """Types a text faster than it can be drawn."""
        for character in text:
            self.app.post_message(events.Key("space" if character == " " else character, character))
        await self.settle()

    async def settle(self) -> None:
        """Waits until the form has taken everything in."""
        await self.pilot.pause()
        await self.pilot.pause()

    async def focus(self, widget: Widget) -> None:
        """Puts the focus somewhere, as the mouse would."""
        self.screen.set_focus(widget)
        await self.pilot.pause()

    async def fill(self, selector: str, text: str) -> None:
        """Replaces what stands in an input, without the focus and the keys, which take a test's time."""
        self.screen.query_one(selector, Input).value = text
        await self.pilot.pause()

    async def paste(self, text: str) -> None:
        """Pastes as a terminal does."""
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def run(self) -> Plan:
        """Starts the run, and returns its plan."""
        await self.press("ctrl+r")
        assert len(self.app.started) == 1, self.complaints
        return self.app.started.pop()

    @property
    def focused(self) -> str | None:
        return self.app.focused.id if self.app.focused is not None else None

    @property
    def complaints(self) -> str:
        """Everything that the form says is wrong and can be seen, without the line at the bottom."""
        notes = [note for note in self.screen.query("Note.-wrong").results(Note) if note.id != "summary"]
        return "\n".join(str(note.content) for note in notes if note.region.height)

    def explains(self, words: str) -> bool:
        """Whether a note at the numbers says this and can be seen."""
        notes = self.screen.query("LoadForm Note").results(Note)
        return any(words in str(note.content) for note in notes if note.region.height)

    @property
    def summary(self) -> str:
        return str(self.screen.query_one("#summary", Note).content)

    @property
    def rows(self) -> list[HeaderRow]:
        return list(self.screen.query(HeaderRow))

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [row.header for row in self.rows if not row.is_blank]

    def mode(self, mode_id: str) -> ModeRow:
        return next(row for row in self.screen.query(ModeRow) if row.mode.id == mode_id)


@asynccontextmanager
async def open_form(plan: Plan | None = None, size: tuple[int, int] = NARROW) -> AsyncIterator[Form]:
    app = FormApp(plan)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Form(app, pilot)


async def test_untouched_form_runs_the_default_plan() -> None:
    async with open_form() as form:
        assert form.focused == "input-url"
        assert form.complaints == ""
        assert form.summary == "8 modes × 100 requests × up to 30 rounds or 30 s, to the embedded target"
        await form.press("enter")
        assert form.focused == "run"
        assert form.app.started == []
        plan = await form.run()
        assert plan == Plan(seed=plan.seed)
        await form.click("#run")
        assert len(form.app.started) == 1


async def test_what_is_typed_is_what_runs() -> None:
    async with open_form() as form:
        await form.press("shift+tab", "enter", "down", "down", "enter", "tab")
        await form.write("http://127.0.0.1:9/a?b=c")
        await form.focus(form.rows[0].name_input)
        await form.write("Accept: text/html")
        await form.press("enter")
        await form.write("X-One:1")
        await form.focus(form.screen.query_one(TextArea))
        await form.write('{"a": 1}')
        for field, text in (
            ("requests", "1k"),
            ("concurrency", "20"),
            ("rounds", "5"),
            ("budget", "12.5"),
            ("timeout", "2.5"),
            ("seed", "7"),
        ):
            await form.fill(f"#input-{field}", text)
        form.screen.query_one("#input-profile", Select).value = "defaults"
        await form.focus(form.mode("httpx"))
        await form.press("n")
        await form.focus(form.mode("requests"))
        await form.press("space")
        assert form.summary == "3 modes × 1,000 requests × 5 rounds = 15,000 POST requests to http://127.0.0.1:9"
        plan = await form.run()
    assert plan == Plan(
        request=Request(
            url="http://127.0.0.1:9/a?b=c",
            method="POST",
            headers=(("Accept", "text/html"), ("X-One", "1")),
            body=b'{"a": 1}',
        ),
        modes=("requests-session", "aiohttp", "aiohttp-each"),
        requests=1_000,
        concurrency=20,
        rounds=5,
        budget_s=12.5,
        chosen_profile="defaults",
        timeout_s=2.5,
        seed=7,
    )


async def test_plan_comes_back_as_it_was() -> None:
    given = Plan(
        request=Request(
            url="/bytes/50000",
            method="PROPFIND",
            headers=(("Authorization", "Bearer hush"),),
            body=b"a\r\nb\n\xff\xfe\xfd\xfc\xfb\xfa",
        ),
        modes=("aiohttp", "requests", "aiohttp#2"),
        requests=10_000,
        concurrency=7,
        rounds=1,
        timeout_s=0.125,
        seed=0,
        seed_given=True,
        chosen_profile="equal",
        budget_s=7.5,
        same_within=0.05,
        pin=False,
    )
    async with open_form(given) as form:
        assert "×2" in str(form.mode("aiohttp").label)
        plan = await form.run()
        assert plan == given
        assert plan.seed_given
        assert "11 bytes that are no text" in str(form.screen.query_one(TextArea).placeholder)
        await form.focus(form.screen.query_one(TextArea))
        await form.write("new")
        assert (await form.run()).request.body == b"new"


BAD_VALUES = [
    ("url", "http://a b", "The URL has a space in it; write it as %20."),
    ("requests", "0", "Requests must be from 1 to 10,000,000, not 0."),
    ("concurrency", "wide", "Concurrency must be a whole number such as 100 or 10k, not 'wide'; or write 'article'."),
    ("rounds", "-1", "Rounds must be a whole number such as 100 or 10k, not '-1'; or write 'auto'."),
    ("budget", "0", "Budget must be from 1 to 86,400 seconds, not 0."),
    ("timeout", "soon", "Timeout must be a number of seconds such as 30, not 'soon'."),
    ("seed", "x", "Seed must be a whole number from 0 to 9223372036854775807, not 'x'."),
]


async def test_bad_values_are_told_at_their_fields_and_refused() -> None:
    async with open_form() as form:
        assert form.explains("sync modes one at a time, async modes all 100 at once")
        for number, (field, text, sentence) in enumerate(BAD_VALUES):
            await form.fill(f"#input-{field}", text)
            assert form.complaints.splitlines()[number:] == [f"✗ {sentence}"]
        sentences = [f"✗ {sentence}" for _, _, sentence in BAD_VALUES]
        for size in (WIDE, NARROW):
            await form.pilot.resize_terminal(*size)
            await form.pilot.pause()
            assert form.complaints.splitlines() == sentences

        await form.click("#run")
        for number, (field, _, sentence) in enumerate(BAD_VALUES):
            left = len(BAD_VALUES) - number
            assert form.focused == f"input-{field}"
            assert form.summary == (f"✗ (1 of {left}) {sentence}" if left > 1 else f"✗ {sentence}")
            form.screen.query_one(f"#input-{field}", Input).value = "/5" if field == "url" else "5"
            if left > 1:
                await form.press("ctrl+r")
            assert form.app.started == []
        assert not last_plan_path().exists()
        await form.settle()
        assert form.complaints == ""
        assert (await form.run()).total_requests == 8 * 5 * 5


async def test_rounds_budget_and_profile_are_explained() -> None:
    async with open_form(size=WIDE) as form:
        assert form.explains("auto: until decided, 5 to 30 rounds")
        assert form.explains("no round begins that would end later")
        assert form.explains("defaults: every library's own settings")
        await form.fill("#input-rounds", "7")
        assert form.explains("each in fresh processes, after 3 warm-up requests")
        assert form.explains("counts only where rounds is auto")
        assert form.summary == "8 modes × 100 requests × 7 rounds = 5,600 requests to the embedded target"
        await form.fill("#input-concurrency", "20")
        assert form.explains("equal: redirects, pool, certificates alike for all")
        assert (await form.run()).profile == "equal"
        profile = form.screen.query_one("#input-profile", Select)
        await form.focus(profile)
        await form.press("enter", "down", "down", "enter")
        assert form.explains("defaults: every library's own settings")
        plan = await form.run()
        assert (plan.chosen_profile, plan.profile) == ("defaults", "defaults")
        await form.fill("#input-rounds", " AUTO ")
        assert (await form.run()).rounds == "auto"
        await form.pilot.resize_terminal(*NARROW)
        await form.pilot.pause()
        assert form.explains("Profile: defaults: every library's own settings")


async def test_what_only_the_whole_plan_shows_is_refused_too() -> None:
    async with open_form() as form:
        for library in ("requests", "httpx", "aiohttp"):
            await form.focus(form.mode(library))
            await form.press("n")
        assert form.complaints == "✗ No mode is chosen; choose at least one."
        await form.fill("#input-requests", "20k")
        assert "Concurrency 'article' starts all 20,000 requests" in form.complaints
        assert "No mode is chosen" in form.complaints
        await form.press("ctrl+r")
        assert form.focused == "input-concurrency"
        await form.fill("#input-concurrency", "20")
        assert form.explains("20 at once for every mode")
        await form.press("ctrl+r")
        assert form.app.focused is form.mode("requests")
        await form.press("space")
        assert (await form.run()).requests == 20_000


async def test_tab_and_arrows_go_through_the_form_in_order() -> None:
    async with open_form(Plan(request=Request(headers=(("Accept", "a"),)))) as form:
        row, blank = form.rows
        load = [
            form.screen.query_one(f"#input-{name}")
            for name in ("requests", "concurrency", "rounds", "budget", "timeout", "seed", "profile")
        ]
        assert form.screen.focus_chain == [
            *(form.screen.query_one(selector) for selector in ("#input-method", "#input-url", "#run")),
            *(row.name_input, row.value_input, row.query_one(Button), blank.name_input, blank.value_input),
            *load,
            *form.screen.query(ModeRow),
        ]
        await form.press("down", "down", "down")
        assert form.app.focused is blank.name_input
        await form.press("down", "down")
        assert form.focused == "input-requests"
        await form.focus(form.mode("requests"))
        await form.press("down")
        assert form.app.focused is form.mode("requests-session")
        await form.press("up", "up")
        assert form.focused == "input-profile"


async def test_headers_by_keyboard() -> None:
    async with open_form() as form:
        await form.focus(form.rows[0].name_input)
        await form.write("Accept: text/html")
        assert form.headers == [("Accept", "text/html")]
        await form.press("enter")
        await form.write("X-Two")
        await form.press(":", "space", "2")
        assert form.headers == [("Accept", "text/html"), ("X-Two", "2")]
        assert len(form.rows) == 3

        await form.press("up", "end", "ctrl+u")
        await form.write("new")
        assert (await form.run()).request.headers == (("Accept", "new"), ("X-Two", "2"))

        await form.press("tab")
        assert isinstance(form.app.focused, Button)
        await form.press("enter")
        assert form.headers == [("X-Two", "2")]
        assert form.app.focused is form.rows[0].name_input

        await form.press("end", "ctrl+u", "tab", "end", "ctrl+u")
        assert len(form.rows) == 2
        await form.press("tab")
        assert len(form.rows) == 1
        assert (await form.run()).request.headers == ()


async def test_headers_by_mouse() -> None:
    async with open_form(Plan(request=Request(headers=(("Accept", "a"), ("X-Two", "2"))))) as form:
        await form.click(form.rows[2].name_input)
        await form.write("X-Three:3")
        await form.click(form.rows[0].value_input)
        await form.write("x")
        await form.click(form.rows[1].query_one(Button))
        assert [name for name, _ in form.headers] == ["Accept", "X-Three"]
        assert "x" in form.headers[0][1]


async def test_pasted_lines_become_headers() -> None:
    async with open_form(Plan(request=Request(headers=(("First", "1"),)))) as form:
        await form.focus(form.rows[1].name_input)
        await form.paste("Accept: text/html\r\nX-Time: 12:30\n\n  Cookie: id=hush  \n")
        pasted = [("First", "1"), ("Accept", "text/html"), ("X-Time", "12:30"), ("Cookie", "id=hush")]
        assert form.headers == pasted
        assert form.app.focused is form.rows[-1].name_input
        await form.paste("One: line\n")
        assert form.headers == [*pasted, ("One", "line")]
        await form.focus(form.rows[0].value_input)
        await form.paste("A: b\nC: d")
        assert form.headers == [*pasted, ("One", "line"), ("A", "b"), ("C", "d")]
        assert form.complaints == ""

        await form.focus(form.rows[-1].name_input)
        await form.paste("GET / HTTP/1.1\nE: f")
        assert form.complaints == (
            "✗ 'GET / HTTP/1.1' can't be a header's name; use letters, digits and hyphens, as in 'Accept'."
        )
        await form.press("ctrl+r")
        assert form.app.focused is form.rows[7].name_input
        await form.press("tab", "tab", "enter")
        assert len((await form.run()).request.headers) == 8


async def test_bad_header_value_and_repeated_name_are_refused() -> None:
    async with open_form(Plan(request=Request(headers=(("Accept", "a"), ("X-Two", "2"))))) as form:
        await form.focus(form.rows[1].value_input)
        await form.write("é")
        assert "The value of X-Two is not ASCII" in form.complaints
        await form.focus(form.mode("aiohttp"))
        await form.press("ctrl+r")
        assert form.app.focused is form.rows[1].value_input
        await form.press("end", "ctrl+u")
        await form.focus(form.rows[1].name_input)
        await form.press("end", "ctrl+u")
        await form.write("accept")
        assert "is given twice" in form.complaints
        await form.focus(form.mode("aiohttp"))
        await form.press("ctrl+r")
        assert form.app.focused is form.rows[1].name_input
        assert form.app.started == []


async def test_credentials_are_masked() -> None:
    async with open_form(Plan(request=Request(headers=(("Authorization", "Bearer hush"), ("Accept", "a"))))) as form:
        assert [row.value_input.password for row in form.rows] == [True, False, False]
        assert "hush" not in form.app.export_screenshot()
        await form.focus(form.rows[0].name_input)
        await form.press("end", "x", "backspace", "ctrl+u", "x")
        assert form.rows[0].value_input.password
        await form.focus(form.rows[-1].name_input)
        await form.write("Cookie: psst")
        assert "psst" not in form.app.export_screenshot()
        assert form.headers[-1] == ("Cookie", "psst")


async def test_body_belongs_to_methods_that_send_one() -> None:
    async with open_form() as form:
        area = form.screen.query_one(TextArea)
        method = form.screen.query_one(Select)
        assert not area.region.height
        method.value = "POST"
        await form.pilot.pause()
        assert area.region.height
        await form.focus(area)
        await form.write("hi")
        assert "text/plain" in str(form.screen.query_one("#body-caption", Label).content)
        assert (await form.run()).request.body == b"hi"
        method.value = "GET"
        await form.pilot.pause()
        assert not area.region.height
        assert (await form.run()).request.body is None
        method.value = "PUT"
        await form.pilot.pause()
        assert (await form.run()).request.body == b"hi"


async def test_modes_by_key_and_by_mouse(absent_mode: str) -> None:
    async with open_form(Plan(modes=(*catalog.DEFAULT_MODES, absent_mode)), size=(80, 40)) as form:
        await form.focus(form.mode("httpx"))
        await form.press("space")
        await form.click(form.mode("aiohttp-each"))
        assert form.screen.query_one(ModePicker).border_title == "Modes · 6 of 9"
        assert form.summary.startswith("6 modes × 100")
        wanted = tuple(mode for mode in catalog.DEFAULT_MODES if mode not in ("httpx", "aiohttp-each"))
        assert (await form.run()).modes == wanted

        groups = {group.library.name: group for group in form.screen.query(LibraryGroup)}
        await form.click(groups["httpx"].query_one(".choose-none", Button))
        assert form.summary.startswith("3 modes")
        await form.focus(form.mode("httpx-async"))
        await form.press("a")
        assert form.summary.startswith("7 modes")
        await form.press("n")
        assert form.summary.startswith("3 modes")
        await form.click(groups["httpx"].query_one(".choose-all", Button))
        assert form.summary.startswith("7 modes")

        absent = groups["absent_client_library"]
        assert "not installed: pip install absent-client" in str(absent.query_one(".library-title").render())
        assert not absent.query(Button)
        row = form.mode(absent_mode)
        assert row.region.area
        await form.click(row)
        await form.focus(row)
        await form.press("space", "a")
        assert not row.value
        assert absent_mode not in (await form.run()).modes


async def test_last_plan_is_there_at_the_next_start(home: Path) -> None:
    async with open_form(Plan(seed=99)) as form:
        await form.fill("#input-url", "/bytes/10")
        await form.fill("#input-requests", "55")
        await form.focus(form.rows[0].name_input)
        await form.paste("Accept: text/html\nAuthorization: Bearer hush")
        await form.focus(form.mode("requests"))
        await form.press("n")
        first = await form.run()
        assert ("Authorization", "Bearer hush") in first.request.headers
    async with open_form() as form:
        assert form.headers == [("Accept", "text/html")]
        assert form.screen.query_one("#input-seed", Input).value == ""
        await form.fill("#input-requests", "")
        await form.press("ctrl+r")
        await form.fill("#input-requests", "55")
        second = await form.run()
        assert second.request == Request(url="/bytes/10", headers=(("Accept", "text/html"),))
        assert (second.requests, second.modes) == (55, first.modes)
        assert len({first.seed, second.seed, 99}) == 3
        assert "hush" not in last_plan_path().read_text()
        await form.fill("#input-seed", "0")
        assert (await form.run()).seed == 0
    async with open_form() as form:
        assert form.screen.query_one("#input-seed", Input).value == "0"
        shutil.rmtree(home / "state")
        (home / "state").write_text("in the way")
        await form.run()
        assert [note.severity for note in form.app._notifications] == ["warning"]


async def test_first_sight_shows_the_essentials_at_every_size() -> None:
    async with open_form() as form:
        for row in form.screen.query(ModeRow):
            assert form.screen.query_one("#form").region.contains_region(row.region)
            assert row.get_content_width(row.size, row.size) <= row.size.width
        for size in ((200, 20), (160, 45), (120, 36)):
            await form.pilot.resize_terminal(*size)
            await form.pilot.pause()
            seen = form.screen.query_one("#form").region
            ids = ("input-method", "input-url", "run", "input-requests", "input-concurrency", "input-rounds")
            for widget in [*(form.screen.query_one(f"#{name}") for name in ids), form.mode("requests")]:
                assert widget.region.area, (size, widget)
                assert seen.contains_region(widget.region), (size, widget)
            summary = form.screen.query_one("#summary")
            assert summary.region.bottom == seen.bottom + 1 == size[1] - 1, size
            assert not form.screen.query_one("#form").show_horizontal_scrollbar


async def test_looks_as_it_did(matches_snapshot: Callable[[App[Any]], bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog.Library, "version", lambda _: "1.2.3")  # others are installed elsewhere
    async with open_form() as form:
        form.screen.set_focus(None)
        await form.settle()
        assert matches_snapshot(form.app)
        await form.fill("#input-url", "foo://x")
        await form.fill("#input-rounds", "0")
        await form.focus(form.rows[0].name_input)
        await form.paste("Accept: text/html\nAuthorization: Bearer hush")
        await form.focus(form.mode("httpx-async"))
        await form.press("space")
        await form.pilot.resize_terminal(160, 30)
        await form.settle()
        assert matches_snapshot(form.app)
