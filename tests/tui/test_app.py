"""The way through the screens and back, the files that are saved, the palette, and a colourless terminal."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import jsonschema
import pytest
from helpers import child_pids, closed_port, text_on, wait_for_screen, wait_until
from made_results import clean_result
from textual.pilot import Pilot
from textual.widgets import HelpPanel, Label

from tui_httpbench.history.last_plan import save_last_plan
from tui_httpbench.plan import Plan, Request
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.results import ResultsScreen
from tui_httpbench.tui.screens.run import RunScreen
from tui_httpbench.tui.screens.setup import SetupScreen
from tui_httpbench.tui.widgets.findings import Findings

SCHEMA = json.loads((Path(__file__).parents[1] / "unit" / "result.schema.json").read_text())
SMALL = Plan(modes=("requests-session", "aiohttp"), requests=20, concurrency=2, rounds=1, seed=1)


class ResultApp(HttpbenchApp):
    """The app, opened with a result."""

    CSS_PATH = Path(app_module.__file__).with_name("app.tcss")

    def make_first_screen(self) -> ResultsScreen:
        return ResultsScreen(clean_result())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def opened(app: HttpbenchApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        yield pilot


def notes(app: HttpbenchApp) -> list[str]:
    return [note.message for note in app._notifications]


async def test_from_the_form_to_the_result_again_and_back(folder: Path) -> None:
    saved = folder / "each.json"
    app = HttpbenchApp(SMALL, json_path=str(saved))
    async with opened(app) as pilot:
        form = await wait_for_screen(pilot, SetupScreen)
        assert not isinstance(pilot.app.screen, RunScreen)
        await pilot.press("ctrl+r")
        first = (await wait_for_screen(pilot, ResultsScreen)).result
        assert first.all_succeeded
        assert first.plan.modes == SMALL.modes
        document = json.loads(saved.read_text())
        jsonschema.validate(document, SCHEMA)
        assert [mode["requests"] for mode in document["modes"]] == [20, 20]
        saved.unlink()

        await pilot.press("r")
        second = await wait_for_screen(pilot, ResultsScreen)
        await wait_until(pilot, lambda: isinstance(app.screen, ResultsScreen) and app.screen.result is not first)
        second = await wait_for_screen(pilot, ResultsScreen)
        assert second.result.all_succeeded
        assert second.result.plan.replace(seed=first.plan.seed) == first.plan
        assert second.result.plan.seed != first.plan.seed
        assert saved.exists()

        await pilot.press("s")
        (path,) = folder.glob("httpbench-*.json")
        assert re.fullmatch(r"httpbench-\d{8}-\d{6}\.json", path.name)
        jsonschema.validate(json.loads(path.read_text()), SCHEMA)
        assert f"The result was saved as {path.name}." in notes(app)

        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is form)
        assert not child_pids()


async def test_a_closed_port_is_told_with_its_texts() -> None:
    url = f"http://127.0.0.1:{closed_port()}/"
    plan = Plan(Request(url), modes=("httpx-client", "aiohttp"), requests=4, concurrency=1, rounds=1, seed=1)
    app = HttpbenchApp(plan, start=True)
    async with opened(app, (120, 36)) as pilot:
        screen = await wait_for_screen(pilot, ResultsScreen)
        findings = screen.query_one(Findings)
        assert str(findings.border_title).strip().startswith("8 errors")
        said = "\n".join(str(label.content) for label in findings.query(Label))
        assert "httpx-client" in said
        assert said.count("4 × refused: ") == 2
        drawn = text_on(app)
        assert "4 × refused: " in drawn
        assert drawn.count("no request succeeded") == 2


async def test_a_given_seed_is_kept_when_run_again_and_no_two_runs_run_at_once() -> None:
    plan = Plan(
        Request("/delay/20"), modes=("aiohttp",), requests=200, concurrency=1, rounds=1, seed=9, seed_given=True
    )
    app = HttpbenchApp(plan, start=True)
    async with opened(app) as pilot:
        screen = await wait_for_screen(pilot, RunScreen)
        app.start_run(plan)
        await pilot.pause()
        assert app.screen is screen
        await wait_until(pilot, lambda: screen.progress.done > 0)
        await pilot.press("escape", "tab", "enter")
        results = await wait_for_screen(pilot, ResultsScreen)
        assert results.result.stopped
        await pilot.click("FooterKey")  # run again
        again = await wait_for_screen(pilot, RunScreen)
        assert again.plan == plan
        await pilot.press("escape", "y")
        await wait_for_screen(pilot, ResultsScreen)
    assert not child_pids()


async def test_it_opens_with_the_last_plan() -> None:
    save_last_plan(SMALL)
    async with opened(HttpbenchApp()) as pilot:
        await wait_for_screen(pilot, SetupScreen)
        assert "2 modes × 20 requests × 1 round" in text_on(pilot.app)


async def test_started_without_a_plan_it_draws_a_seed() -> None:
    seeds = {HttpbenchApp(start=True)._first_plan.seed for _ in range(5)}
    assert len(seeds) == 5
    assert HttpbenchApp(SMALL)._first_plan.seed == 1


async def test_files_land_in_the_current_folder_or_the_reason_is_said(folder: Path) -> None:
    app = ResultApp(SMALL)
    async with opened(app) as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("ctrl+s")
        (path,) = folder.glob("httpbench-*.svg")
        assert path.read_text().startswith("<svg")
        assert "aiohttp" in path.read_text()
        assert notes(app) == [f"The screenshot was saved as {path.name}."]
        path.unlink()
        gone = folder / "gone"
        gone.mkdir()
        os.chdir(gone)
        gone.rmdir()
        await pilot.press("s", "ctrl+s")
        await pilot.pause()
        errors = [note.message for note in app._notifications if note.severity == "error"]
        assert len(errors) == 2
        for error in errors:
            assert "can't be written: no such file" in error
            assert error.endswith(".")
        os.chdir(folder)


async def test_the_palette_has_every_action_of_the_screen() -> None:
    app = ResultApp(SMALL)
    async with opened(app) as pilot:
        screen = await wait_for_screen(pilot, ResultsScreen)
        titles = [command.title for command in app.get_system_commands(screen)]
        assert len(titles) == len(set(titles))
        assert {
            "Theme",
            "Run the same plan again",
            "Edit the plan: back to the form",
            "Save the result as JSON in this folder",
            "Save a screenshot (SVG) in this folder",
            "Compare by p99 latency",
            "Linear or logarithmic scale",
            "Show or hide help and keys",
            "Quit: stop everything and leave",
        } <= set(titles)
        await pilot.press("ctrl+p")
        await pilot.press(*"p99")
        await wait_until(pilot, lambda: "Compare by p99 latency" in text_on(app))
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: app.screen is screen)
        await wait_until(pilot, lambda: "p99 latency, ms · lower is better" in text_on(app))


async def test_f1_shows_and_hides_help() -> None:
    app = ResultApp(SMALL)
    async with opened(app, (120, 36)) as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("f1")
        await wait_until(pilot, lambda: "Each bar is one mode" in text_on(app))
        await pilot.press("f1")
        await wait_until(pilot, lambda: not app.screen.query(HelpPanel))


async def test_without_colour_everything_is_still_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = ResultApp(SMALL)
    async with opened(app) as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        colors = set(re.findall(r"(?:fill|color): ?#([0-9a-f]{6})", app.export_screenshot()))
        chrome = {"c5c8c6", "292929", "ff5f57", "febc2e", "28c840"}  # the frame that Textual draws around a picture
        assert {color for color in colors - chrome if len({color[:2], color[2:4], color[4:]}) > 1} == set()
        drawn = text_on(app)
        for word in ("higher is better", "scale: linear", "requests/s", "aiohttp-each"):
            assert word in drawn
