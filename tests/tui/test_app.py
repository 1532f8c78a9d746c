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
from support import SCHEMA_FILE
from support.made_results import clean_result
from support.screens import Notice, child_pids, closed_port, resize, text_on, wait_for_screen, wait_until
from textual.pilot import Pilot
from textual.widgets import Label

from tui_httpbench.analysis.conclusion import ONE_ROUND
from tui_httpbench.history.url_history import load_urls, remember_url
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.presets import QUESTIONS
from tui_httpbench.plan.stored import load_last_plan, save_last_plan
from tui_httpbench.report.formats import JSON, Export
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.parts.confirm import ConfirmScreen
from tui_httpbench.tui.parts.help_sheet import HelpSheet
from tui_httpbench.tui.parts.save import SaveScreen
from tui_httpbench.tui.screens.questions.screen import QuestionsScreen
from tui_httpbench.tui.screens.replay.screen import ReplayScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.results.warnings_view import WarningsPage as Findings
from tui_httpbench.tui.screens.run.screen import RunScreen
from tui_httpbench.tui.screens.setup.screen import SetupScreen
from tui_httpbench.tui.screens.setup.url_input import UrlInput
from tui_httpbench.tui.screens.too_small.screen import TooSmallScreen
from tui_httpbench.tui.stage import STAGE_THEME

SCHEMA = json.loads((SCHEMA_FILE).read_text())
# Of the standard library, whose workers start in no time: it does not matter which client it is.
SMALL = Plan(modes=("http.client", "http.client#2"), requests=20, concurrency=2, rounds=1, seed=1)


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


@pytest.mark.slow
async def test_from_the_form_to_the_result_again_and_back(folder: Path, notices: list[Notice]) -> None:
    saved = folder / "each.json"
    app = HttpbenchApp(SMALL, exports=(Export(JSON, str(saved)),))
    async with opened(app) as pilot:
        form = await wait_for_screen(pilot, SetupScreen)
        assert not isinstance(pilot.app.screen, RunScreen)
        assert "f3" not in text_on(app)
        await pilot.press("f3")
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
        await wait_until(
            pilot, lambda: isinstance(app.screen, SaveScreen) and "JSON: the whole result." in text_on(app)
        )
        await pilot.press("enter")
        await wait_until(pilot, lambda: any(notice.text.startswith("The result was saved") for notice in notices))
        (path,) = folder.glob("httpbench-*.json")
        assert re.fullmatch(r"httpbench-\d{8}-\d{6}-\w+\.json", path.name)
        jsonschema.validate(json.loads(path.read_text()), SCHEMA)
        assert Notice("information", f"The result was saved as {path.name} in {folder}.") in notices

        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is form)
        assert not child_pids()
        await wait_until(pilot, lambda: "f3 Result" in text_on(app))
        await pilot.press("f3")
        assert (await wait_for_screen(pilot, ResultsScreen)).result.run_id == second.result.run_id


@pytest.mark.slow
async def test_a_closed_port_is_told_with_its_texts() -> None:
    url = f"http://127.0.0.1:{closed_port()}/"
    plan = Plan(Request(url), modes=("httpx-client", "aiohttp"), requests=4, concurrency=1, rounds=1, seed=1)
    app = HttpbenchApp(plan, start=True, keep_going=True)
    async with opened(app, (120, 36)) as pilot:
        screen = await wait_for_screen(pilot, ResultsScreen)
        assert text_on(app).count("no request succeeded") == 2
        await pilot.press("n")
        await wait_until(pilot, lambda: "4 × refused: " in text_on(app))
        findings = screen.query_one(Findings)
        assert str(findings.border_title).strip().endswith("8 requests failed")
        said = "\n".join(str(label.content) for label in findings.query(Label))
        assert "httpx-client" in said
        assert said.count("4 × refused: ") == 2


@pytest.mark.slow
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


async def test_all_fields_begin_with_the_last_plan() -> None:
    save_last_plan(SMALL)
    async with opened(HttpbenchApp()) as pilot:
        await wait_for_screen(pilot, QuestionsScreen)
        await pilot.press("end", "enter")
        await wait_for_screen(pilot, SetupScreen)
        assert "2 modes × 20 requests × 1 round" in text_on(pilot.app)


async def test_started_without_a_plan_it_draws_a_seed() -> None:
    seeds = {HttpbenchApp(start=True)._first_plan.seed for _ in range(5)}
    assert len(seeds) == 5
    assert HttpbenchApp(SMALL)._first_plan.seed == 1


async def test_files_land_in_the_current_folder_or_the_reason_is_said(folder: Path, notices: list[Notice]) -> None:
    app = ResultApp(SMALL)
    async with opened(app) as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("ctrl+s")
        (path,) = folder.glob("httpbench-*.svg")
        assert path.read_text().startswith("<svg")
        assert "aiohttp" in path.read_text()
        assert notices == [("information", f"The screenshot was saved as {path.name} in {Path.cwd()}.")]
        path.unlink()
        gone = folder / "gone"
        gone.mkdir()
        os.chdir(gone)
        gone.rmdir()
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(app.screen, SaveScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(notices) > 1)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: len(notices) > 2)
        errors = [notice.text for notice in notices if notice.severity == "error"]
        assert len(errors) == 2
        for error in errors:
            assert "can't be written: no such file" in error
            assert error.endswith(".")
        os.chdir(folder)


@pytest.mark.slow
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
            "Save the result: JSON, Markdown, CSV or HTML",
            "Save a screenshot (SVG) in this folder",
            "Replay the measured samples as a race",
            "Linear or logarithmic scale",
            "Show or hide help and keys",
            "Quit; asks first while a run is under way",
        } <= set(titles)
        await pilot.press("ctrl+p")
        await pilot.press(*"measured samples")
        await wait_until(pilot, lambda: "Replay the measured samples" in text_on(app))
        await pilot.press("down", "enter")
        await wait_for_screen(pilot, ReplayScreen)
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is screen)


async def test_f1_shows_and_hides_help() -> None:
    app = ResultApp(SMALL)
    async with opened(app, (120, 36)) as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("f1")
        await wait_until(pilot, lambda: "Keys on this screen" in text_on(app))
        await pilot.press("f1")
        await wait_until(pilot, lambda: not app.screen.query(HelpSheet))


async def test_without_colour_a_theme_of_the_terminal_s_own_colours_is_not_black_on_black(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = ResultApp(SMALL)
    async with opened(app) as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        for theme in ("ansi-light", "textual-dark", "ansi-dark"):
            app.theme = theme
            await pilot.pause()
            strips = app.screen._compositor.render_strips()
            drawn = [segment for strip in strips for segment in strip]
            colors = {segment.style.color for segment in drawn if segment.style and segment.text.strip()}
            assert colors
            assert all(color is None or color.is_default or color.triplet != (0, 0, 0) for color in colors), theme


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


@pytest.mark.slow
async def test_another_machine_is_asked_for_once_and_a_heavy_load_each_time() -> None:
    # 192.0.2.1 is kept for documentation (RFC 5737): nothing answers there, and these runs are stopped at once.
    light = Plan(Request("http://192.0.2.1/"), modes=("requests",), requests=5, concurrency=1, rounds=1, seed=1)
    heavy = light.replace(requests=2_000)
    app = HttpbenchApp(light, start=True)
    async with opened(app) as pilot:
        question = await wait_for_question(pilot)
        said = text_on(app)
        assert "Send requests to 192.0.2.1?" in said
        assert "5 requests" in said
        await pilot.press("n")
        await wait_until(pilot, lambda: app.screen is not question)
        assert isinstance(app.screen, SetupScreen)
        assert not child_pids()
        for plan, asks in ((light, True), (light, False), (heavy, True)):
            app.start_run(plan)
            if asks:
                await wait_for_question(pilot)
                assert ("That is a lot" in " ".join(text_on(app).split())) == (plan is heavy)
                await pilot.press("y")
            screen = await wait_for_screen(pilot, RunScreen)
            assert screen.plan == plan
            await pilot.press("escape")
            await wait_until(pilot, lambda: "Stop here?" in text_on(app))
            await pilot.press("y")
            await wait_for_screen(pilot, ResultsScreen)
        app.start_run(heavy)
        await wait_for_question(pilot)
    assert not child_pids()


async def wait_for_question(pilot: Pilot[None]) -> ConfirmScreen:
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
    await pilot.pause()
    assert isinstance(pilot.app.screen, ConfirmScreen)
    return pilot.app.screen


@pytest.mark.slow
async def test_a_terminal_that_is_too_small_says_so_until_it_is_larger() -> None:
    app = ResultApp(SMALL)
    async with opened(app) as pilot:
        screen = await wait_for_screen(pilot, ResultsScreen)
        for size in ((20, 5), (30, 10), (80, 11)):
            await resize(pilot, *size)
            await wait_until(pilot, lambda size=size: f"{size[0]}x{size[1]}" in text_on(app))  # type: ignore[misc]
            assert "needs 40x12" in text_on(app)
        await resize(pilot, 80, 24)
        await wait_until(pilot, lambda: app.screen is screen)
        assert "aiohttp" in text_on(app)
    small = ResultApp(SMALL)
    async with opened(small, (20, 5)) as pilot:
        await wait_until(pilot, lambda: isinstance(small.screen, TooSmallScreen))
        await resize(pilot, 40, 12)
        await wait_until(pilot, lambda: isinstance(small.screen, ResultsScreen))


@pytest.mark.slow
async def test_the_theme_is_remembered_and_keys_follow_the_config_file(home: Path, notices: list[Notice]) -> None:
    config = home / "config" / "httpbench-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('theme = "nord"\n[keys]\n"results.replay" = "f7"\napp.help = "question_mark"\n')
    app = ResultApp(SMALL)
    async with opened(app) as pilot:
        screen = await wait_for_screen(pilot, ResultsScreen)
        assert app.theme == "nord"
        assert not notices
        await pilot.press("space")
        await pilot.pause()
        assert app.screen is screen
        await pilot.press("?")
        await wait_until(pilot, lambda: bool(app.screen.query(HelpSheet)))
        await pilot.press("f7")
        await wait_for_screen(pilot, ReplayScreen)
        app.theme = "gruvbox"
        await pilot.pause()
    for text, theme in ((None, "gruvbox"), ('theme = "dracula"\n', "dracula")):
        if text is not None:
            config.write_text(text)
        again = ResultApp(SMALL)
        async with opened(again) as pilot:
            await wait_for_screen(pilot, ResultsScreen)
            assert again.theme == theme
    assert 'theme = "dracula"' in config.read_text()


async def test_a_wrong_config_file_is_told_once_with_line_and_key(home: Path, notices: list[Notice]) -> None:
    config = home / "config" / "httpbench-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('theme = "norden"\n\n[keys]\n"results.replai" = "f7"\n"app.help" = "f2"\n')
    app = ResultApp(SMALL)
    async with opened(app) as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        (notice,) = notices
        assert "line 1, theme: There is no theme 'norden'; did you mean nord?" in notice.text
        assert "line 4, results.replai: There is no such action; did you mean results.replay?" in notice.text
        await pilot.press("f2")
        await wait_until(pilot, lambda: bool(app.screen.query(HelpSheet)))


async def test_an_audience_sees_none_of_the_speakers_urls() -> None:
    own = SMALL.replace(request=Request(url="http://127.0.0.1:9/orders", headers=(("X-Mine", "1"),)))
    save_last_plan(own)
    remember_url(own.request.url)
    app = HttpbenchApp(present=True)
    async with opened(app) as pilot:
        questions = await wait_for_screen(pilot, QuestionsScreen)
        field = questions.query_one(UrlInput)
        assert (field.value, questions.preset) == ("", QUESTIONS[0])
        field.focus()
        await pilot.press(*"http")
        await pilot.pause()
        assert "orders" not in text_on(app)
        assert "header" not in text_on(app)
        field.value = ""
        assert questions._last.request == Request()
        app.open_form(SMALL)
        form = await wait_for_screen(pilot, SetupScreen)
        assert form.query_one(UrlInput).value == ""
        await pilot.press("ctrl+o")
        await pilot.pause()
        assert app.screen is form, "no list of earlier URLs"
        await pilot.press("ctrl+r")
        await wait_until(pilot, lambda: isinstance(app.screen, RunScreen))
    last = load_last_plan()
    assert last is not None
    assert last.request == own.request, "what is shown does not take the place of what one was at"
    assert load_urls() == (own.request.url,)


@pytest.mark.parametrize("size", [(80, 24), pytest.param((200, 60), marks=pytest.mark.slow)])
async def test_the_speakers_path(size: tuple[int, int], home: Path) -> None:
    app = HttpbenchApp(SMALL, start=True, present=True)
    async with opened(app, size) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, RunScreen) and app.screen.is_mounted)
        assert app.theme == STAGE_THEME.name
        await wait_until(pilot, lambda: isinstance(app.screen, ResultsScreen) and app.screen.is_mounted)
        await pilot.pause()
        results_keys = "+ More  esc Back  space Replay"
        await wait_until(pilot, lambda: text_on(app).splitlines()[-1].strip().startswith(results_keys))
        assert "Latency" not in text_on(app), "no tabs"
        assert "vs next" not in text_on(app), "no table"
        await pilot.press("space")
        await wait_until(pilot, lambda: "the clock shows real seconds" in text_on(app))
        assert text_on(app).splitlines()[-1].strip() == "space Pause  ← Step back  → Step on  esc Results  ^q Quit"
        await pilot.press(*["right"] * 10)
        await wait_until(pilot, lambda: ONE_ROUND in text_on(app))
        assert "1=" not in text_on(app)
        assert not any(isinstance(screen, SetupScreen) for screen in app.screen_stack)
        await pilot.press("escape")
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("escape")
        await wait_for_screen(pilot, SetupScreen)
        assert "2 modes × 20 requests × 1 round" in text_on(app)
    assert not list((home / "state").rglob("theme.json"))


async def test_an_error_that_ends_the_app_shows_nothing_that_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    secret = "-".join(["hush", "hush", "77"])  # the traceback has lines of this file
    headers = (("X-Auth-Key", secret), ("X-Copy", secret))
    plan = Plan(Request(f"http://127.0.0.1:1/{secret}?sig={secret[::-1]}", headers=headers))

    def fail(plan: Plan) -> None:
        raise RuntimeError(f"no route to {plan.request.url} with {dict(plan.request.headers)}")

    app = HttpbenchApp(plan)
    with pytest.raises(RuntimeError, match="no route"):
        async with opened(app):
            app.call_later(fail, plan)
    told = "".join(capsys.readouterr().err.split())
    assert "RuntimeError:noroutetohttp://127.0.0.1:1/***?sig=" in told
    assert "raiseRuntimeError(" in told
    assert secret not in told
    assert secret[::-1] not in told
