"""Keys, on every screen and in every dialog: help opens and closes, and each key of the footer does something."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest
from support.made_history import keep_run, measured_at
from support.made_progress import StillScreen, ranked
from support.made_results import clean_result
from support.made_sweeps import crossing_sweep
from support.screens import LIMIT_S, Notice, has_footer, text_on, wait_until
from textual.app import App
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.recovery import InterruptedRun
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.sweep import parse_sweep
from tui_httpbench.report.json_reading import run_of_result
from tui_httpbench.text.glossary import GLOSSARY
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.parts.confirm import ConfirmScreen
from tui_httpbench.tui.parts.help_sheet import HelpSheet
from tui_httpbench.tui.parts.save import SaveScreen
from tui_httpbench.tui.screens.compare.screen import CompareScreen
from tui_httpbench.tui.screens.compare.trend_screen import TrendScreen
from tui_httpbench.tui.screens.history.rename import RenameScreen
from tui_httpbench.tui.screens.history.screen import HistoryScreen
from tui_httpbench.tui.screens.questions.screen import QuestionsScreen
from tui_httpbench.tui.screens.recover.screen import RecoverScreen
from tui_httpbench.tui.screens.replay import screen as replay_module
from tui_httpbench.tui.screens.replay.screen import ReplayScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.setup.screen import SetupScreen
from tui_httpbench.tui.screens.setup.url_list import UrlListScreen
from tui_httpbench.tui.screens.sweep import screen as sweep_module
from tui_httpbench.tui.screens.sweep.results import SweepResultsScreen
from tui_httpbench.tui.screens.sweep.screen import SweepScreen

PLAN = Plan(modes=("aiohttp", "httpx"), requests=5, rounds=1, concurrency=1)
SWEEP = Plan(modes=("aiohttp", "httpx"), requests=5, rounds=2, concurrency=1, sweep=parse_sweep("concurrency=1,2"))
NUMBERS = count()
ON_ALL = ("toggle_help", "app.toggle_help", "quit", "command_palette")
"""Actions of keys that all screens have, and that have tests of their own."""


class StillReplay(ReplayScreen):
    """A replay whose time goes by only when a key says so."""

    CSS_PATH = str(Path(replay_module.__file__).with_name("replay.tcss"))

    def _next_frame(self) -> None:
        """Lets no time go by."""


class StillSweep(SweepScreen):
    """The screen of a sweep, but for the measuring."""

    CSS_PATH = str(Path(sweep_module.__file__).with_name("sweep.tcss"))

    def measure(self) -> None:  # type: ignore[override]
        """Measures nothing."""


def history(app: HttpbenchApp) -> Screen[Any]:
    keep_run(next(NUMBERS), name="old")
    return HistoryScreen(app.keeper.wait)


def compare(_: HttpbenchApp) -> Screen[Any]:
    return CompareScreen(*(run_of_result(summarize_run(measured_at(number)), str(number)) for number in (0, 1)))


def trend(_: HttpbenchApp) -> Screen[Any]:
    return TrendScreen([run_of_result(summarize_run(measured_at(number)), str(number)) for number in (0, 1, 2)])


MAKERS: dict[str, Callable[[HttpbenchApp], Screen[Any]]] = {
    "questions": lambda _: QuestionsScreen(PLAN),
    "setup": lambda _: SetupScreen(PLAN),
    "run": lambda _: StillScreen(clean_result().plan, ranked(clean_result())),
    "sweep": lambda _: StillSweep(SWEEP),
    "results": lambda _: ResultsScreen(summarize_run(measured_at(0)), measured_at(0)),
    "replay": lambda _: StillReplay(clean_result()),
    "curves": lambda _: SweepResultsScreen(crossing_sweep()),
    "history": history,
    "compare": compare,
    "trend": trend,
    "recover": lambda _: RecoverScreen(InterruptedRun(Path("none"), 2, "http://127.0.0.1:1/", 10, time.time())),
    "confirm": lambda _: ConfirmScreen("Send?", "10 requests.", "Send", "Don't"),
    "save": lambda _: SaveScreen("the result", "made"),
    "rename": lambda _: RenameScreen("old", "a run"),
    "urls": lambda _: UrlListScreen(["http://127.0.0.1:1/a", "http://127.0.0.1:1/b"]),
}
SLOW = ("curves", "setup")
"""Where keys start whole runs, which the screen of a result has as well."""
WITH_FOOTER = [name for name in MAKERS if name not in ("save", "rename", "urls")]


class OneScreen(HttpbenchApp):
    """The app, with a screen over an empty one."""

    CSS_PATH: ClassVar[Any] = [
        str(Path(app_module.__file__).with_name("app.tcss")),
        str(Path(app_module.__file__).with_name("parts") / "question.tcss"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.animation_level = "none"

    def make_first_screen(self) -> Screen[None]:
        """None that takes time to come up."""
        return Screen()


@asynccontextmanager
async def on_screen(name: str) -> AsyncIterator[Pilot[None]]:
    app = OneScreen()
    async with app.run_test(size=(100, 32), notifications=True) as pilot:
        screen = MAKERS[name](app)
        app.push_screen(screen)
        await wait_until(pilot, lambda: app.screen is screen and screen.is_mounted)
        if name in WITH_FOOTER:
            await wait_until(pilot, lambda: has_footer(app))
        await app.workers.wait_for_complete()
        if name == "recover":
            await wait_until(pilot, lambda: screen.focused is not None)  # until then it hears nothing
        await pilot.pause(0.05)
        yield pilot


def footer_keys(screen: Screen[Any]) -> Iterator[str]:
    """A key for each action that the footer shows, but for those that all screens have."""
    actions: set[str] = set()
    for key, (_, binding, enabled, _) in screen.active_bindings.items():
        if binding.show and enabled and binding.action not in (*ON_ALL, *actions):
            actions.add(binding.action)
            yield key


@pytest.mark.parametrize("name", MAKERS)
async def test_help_tells_the_keys_of_the_screen_first_and_escape_closes_it_and_nothing_else(name: str) -> None:
    async with on_screen(name) as pilot:
        app, screen, focused = pilot.app, pilot.app.screen, pilot.app.screen.focused
        for opens, closes in (("f1", "escape"), ("question_mark", "q")):
            if opens == "question_mark" and isinstance(focused, Input):
                continue  # there it is a character
            await pilot.press(opens)
            await wait_until(pilot, lambda: "Keys on this screen" in text_on(app))
            sheet = screen.query_one(HelpSheet)
            assert sheet.has_focus
            lines = [line.strip(" ▏│") for line in text_on(app).splitlines()]
            assert not any("Scroll" in line or "Cursor" in line for line in lines[:8])
            await pilot.press(closes)
            await wait_until(pilot, lambda: not screen.query(HelpSheet))
            assert app.screen is screen
            assert screen.focused is focused
            assert not app._exit


async def test_help_tells_a_pair_of_keys_in_one_row() -> None:
    async with on_screen("run") as pilot:
        await pilot.press("f1")
        await wait_until(pilot, lambda: "Keys on this screen" in text_on(pilot.app))
        here = text_on(pilot.app).partition("What it shows")[0]
        rows = [line for line in here.splitlines() if "↓" in line and "Look at the lane" in line]
        assert len(rows) == 1
        assert "Look at the lane above or below" in rows[0]


async def test_help_explains_each_word() -> None:
    async with on_screen("results") as pilot:
        await pilot.press("f1")
        sheet = pilot.app.screen.query_one(HelpSheet)
        await wait_until(pilot, lambda: sheet.max_scroll_y > 0)
        seen = ""
        while True:
            await pilot.pause(0.05)
            seen += text_on(pilot.app)
            if sheet.scroll_y >= sheet.max_scroll_y:
                break
            await pilot.press("pagedown")
        for word, meaning in GLOSSARY:
            assert f" {word} " in seen
            assert meaning.split()[0] in seen


def seen(app: App[Any], notices: list[Notice]) -> tuple[Any, ...]:
    """All by which one notices that a key did something."""
    what = (app.screen, app.screen.focused, app._exit, app.clipboard, len(notices))
    return what if app._exit else (*what, text_on(app))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in WITH_FOOTER]
)
async def test_each_key_in_the_footer_does_something(name: str, notices: list[Notice]) -> None:
    left: list[str] | None = None
    while left is None or left:
        async with on_screen(name) as pilot:
            app, screen = pilot.app, pilot.app.screen
            if left is None:
                left = list(footer_keys(screen))
                assert left

            tried: list[str] = []
            while left and app.screen is screen and not app._exit:
                if left[0] not in footer_keys(screen):
                    assert tried, f"{left[0]} is not always there"
                    break  # what an earlier key did took it away
                tried.append(left[0])
                key, before = left.pop(0), seen(app, notices)
                await pilot.press(*{"left": ("right", "right", "left")}.get(key, (key,)))
                deadline = time.monotonic() + LIMIT_S / 10
                while seen(app, notices) == before:
                    assert time.monotonic() < deadline, f"{key} does nothing"
                    await pilot.pause(0.02)


@pytest.mark.parametrize("name", ["questions", "setup", "results", "replay", "curves", "history", "compare"])
async def test_q_leaves_the_app_where_no_text_is_typed(name: str) -> None:
    async with on_screen(name) as pilot:
        pilot.app.screen.set_focus(None)
        await pilot.press("q")
        await wait_until(pilot, lambda: pilot.app._exit)


@pytest.mark.parametrize("name", [name for name in MAKERS if name not in ("run", "sweep", "questions", "setup")])
async def test_escape_leads_back_from_every_screen_and_dialog(name: str) -> None:
    async with on_screen(name) as pilot:
        app, screen = pilot.app, pilot.app.screen
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is not screen)
        assert not app._exit


@pytest.mark.parametrize("name", ["setup", "run", "results"])
async def test_escape_closes_the_palette_and_nothing_else(name: str) -> None:
    async with on_screen(name) as pilot:
        app, screen = pilot.app, pilot.app.screen
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is screen)
        assert not app._exit


async def test_the_footer_of_a_question_says_what_its_buttons_say() -> None:
    async with on_screen("run") as pilot:
        await pilot.press("escape")
        await wait_until(pilot, lambda: "y Stop" in text_on(pilot.app) and "n Keep running" in text_on(pilot.app))
    async with on_screen("confirm") as pilot:
        assert "y Send  n Don't" in text_on(pilot.app)
