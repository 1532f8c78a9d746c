"""Takes README's pictures: runs the real app against its embedded target and saves each screen.

Run by hand, with the ``dev`` extra installed: python screenshots/take.py [--only dark|light|article|gif|questions]

Each screen becomes a PNG, drawn with an installed monospace font, and an SVG where README links it; a run and its
replay become an animated GIF. All have few colours (``smaller.py``): together they stay below 3 MB. The pictures show
what was measured on this machine, and the app's own state stays untouched.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

from draw import picture_of
from PIL import Image
from smaller import save_animation, save_picture
from textual.pilot import Pilot

from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.presets import PRESETS, QUESTIONS, VERSIONS
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.replay.screen import ReplayScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.run.screen import RunScreen
from tui_httpbench.tui.screens.sweep.results import SweepResultsScreen

FOLDER = Path(__file__).parent
RUN_LIMIT_S = 400.0
# Key of each tab of Results, and the name of its picture.
TABS = {"g": "results", "t": "latency", "w": "why", "o": "code"}
ARTICLE_ROUNDS = 2
VERSIONS_ASKED = ("httpx==0.27.2", "httpx==0.28.1")
# An SVG is as large as a PNG; README links this one, to be read in full.
LINKED_SVGS = {"results"}
GIF_SIZE = (100, 30)
RUN_FRAME_S = 1.2
REPLAY_FRAME_S = 0.3


async def take_screens(size: tuple[int, int], theme: str, suffix: str, plan: Plan) -> None:
    """One run of the app, with a picture of each screen on the way."""
    app = HttpbenchApp(plan)
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        await pilot.pause(0.5)
        save(app, f"setup{suffix}")
        await pilot.press("ctrl+r")
        await until_round(pilot, 4)
        save(app, f"run{suffix}")
        await until_results(pilot)
        for key, name in TABS.items():
            await pilot.press(key)
            if name == "results":
                await pilot.press("l")
            await pilot.pause(1.0)
            save(app, f"{name}{suffix}")
        await pilot.press("g", "space")
        await pilot.pause(5.0)
        save(app, f"replay{suffix}")


async def take_article(size: tuple[int, int], theme: str, suffix: str, plan: Plan) -> None:
    """A run in the article's way, with a picture of the tab that compares it."""
    app = HttpbenchApp(plan, start=True)
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        await until_results(pilot)
        await pilot.press("a")
        await pilot.pause(1.0)
        save(app, f"article{suffix}")


async def take_questions(size: tuple[int, int], theme: str) -> None:
    """The first screen, and the answer to each of its questions, with how long that took."""
    for number, question in enumerate(QUESTIONS, start=1):
        app = HttpbenchApp()
        async with app.run_test(size=size) as pilot:
            app.theme = theme
            await pilot.pause(0.5)
            await pilot.press(str(number))
            await pilot.pause(0.3)
            if number == 1:
                save(app, "questions")
            if question.name == VERSIONS:
                await pilot.press("enter", *VERSIONS_ASKED[0], "tab", *VERSIONS_ASKED[1])
            await pilot.press("enter")
            begin_s = time.monotonic()
            await until_answered(pilot)
            print(f"{question.question} {time.monotonic() - begin_s:.0f} s")
            await pilot.pause(1.5)
            save(app, f"question-{question.name}")


async def until_answered(pilot: Pilot[None]) -> None:
    """Waits for the end of a run or a sweep."""
    async with asyncio.timeout(RUN_LIMIT_S):
        while not isinstance(pilot.app.screen, ResultsScreen | SweepResultsScreen):
            await pilot.pause(0.2)


async def take_animation(theme: str, plan: Plan) -> None:
    """A run and its replay on a stage, as an animated GIF."""
    app = HttpbenchApp(plan, start=True, present=True)
    frames: list[tuple[Image.Image, float]] = []
    async with app.run_test(size=GIF_SIZE) as pilot:
        if theme:
            app.theme = theme
        while not isinstance(app.screen, ResultsScreen):
            await pilot.pause(RUN_FRAME_S)
            frames.append((frame_of(app), 0.25))
        frames[-1] = (frames[-1][0], 1.0)
        await pilot.press("l")
        await pilot.pause(0.5)
        frames.append((frame_of(app), 2.5))
        await pilot.press("space")
        await pilot.pause(0.3)
        assert isinstance(app.screen, ReplayScreen)
        end = time.monotonic() + 14.0
        while time.monotonic() < end:
            frames.append((frame_of(app), REPLAY_FRAME_S))
            await pilot.pause(REPLAY_FRAME_S)
        frames[-1] = (frames[-1][0], 4.0)
    save_animation(frames, FOLDER / "race.gif")
    print(f"race.gif: {len(frames)} frames, {(FOLDER / 'race.gif').stat().st_size / 1e6:.2f} MB")


async def until_round(pilot: Pilot[None], number: int) -> None:
    """Waits until the lanes have something to show: they are in the midst of this round."""
    async with asyncio.timeout(RUN_LIMIT_S):
        while True:
            await pilot.pause(0.1)
            screen = pilot.app.screen
            if not isinstance(screen, RunScreen):
                return
            progress = screen.progress
            in_its_midst = progress.share * progress.rounds > number - 0.5
            if progress.stage == "measuring" and in_its_midst:
                return


async def until_results(pilot: Pilot[None]) -> None:
    """Waits for the end of the run."""
    async with asyncio.timeout(RUN_LIMIT_S):
        while not isinstance(pilot.app.screen, ResultsScreen):
            await pilot.pause(0.2)


def frame_of(app: HttpbenchApp) -> Image.Image:
    """The screen as a picture."""
    return picture_of(app.export_screenshot())


def save(app: HttpbenchApp, name: str) -> None:
    """The screen as PNG, and as SVG where README links it."""
    svg = app.export_screenshot()
    save_picture(picture_of(svg), FOLDER / f"{name}.png")
    if name in LINKED_SVGS:
        (FOLDER / f"{name}.svg").write_text(svg)
    print(name)


def main() -> None:
    parser = argparse.ArgumentParser(description="take README's pictures")
    parser.add_argument("--only", choices=("dark", "light", "article", "gif", "questions"))
    parser.add_argument("--size", default="120x36", help="columns x rows")
    parser.add_argument("--rounds", type=int, default=10, help="of the dark and light pictures")
    arguments = parser.parse_args()
    columns, rows = (int(part) for part in arguments.size.split("x"))
    quick = PRESETS["quick"]
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"XDG_STATE_HOME": folder, "XDG_CONFIG_HOME": folder}
        plan = quick.plan(duration_s=0.3, rounds=arguments.rounds, seed=1)
        for only, theme, suffix in (("dark", "textual-dark", ""), ("light", "textual-light", "-light")):
            if arguments.only in (None, only):
                asyncio.run(take_screens((columns, rows), theme, suffix, plan))
        if arguments.only in (None, "article"):
            article = PRESETS["article"].plan(rounds=ARTICLE_ROUNDS, seed=1)
            asyncio.run(take_article((columns, rows), "textual-dark", "", article))
        if arguments.only in (None, "questions"):
            asyncio.run(take_questions((columns, rows), "textual-dark"))
        if arguments.only in (None, "gif"):
            asyncio.run(take_animation("", quick.plan(duration_s=0.4, rounds=5, seed=1)))


if __name__ == "__main__":
    main()
