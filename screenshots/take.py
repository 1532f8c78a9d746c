"""Takes README's pictures: runs the real app against its embedded target and saves Setup, Run and Results.

Run by hand, with the ``dev`` extra installed: python screenshots/take.py [--size 120x36] [--theme textual-dark]

Each screen becomes an SVG, and a PNG drawn from it with an installed monospace font.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path

import resvg_py
from textual.pilot import Pilot

from tui_httpbench.plan import Plan
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.results import ResultsScreen
from tui_httpbench.tui.screens.run import RunScreen

FOLDER = Path(__file__).parent
FONT = "DejaVu Sans Mono"
RUN_LIMIT_S = 300.0


async def take(size: tuple[int, int], theme: str, suffix: str, plan: Plan) -> None:
    """One run of the app, with a picture of each screen on the way."""
    app = HttpbenchApp(plan)
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        await pilot.pause(0.5)
        save(app, f"setup{suffix}")
        await pilot.press("ctrl+r")
        await until_round(pilot, 4)
        save(app, f"run{suffix}")
        async with asyncio.timeout(RUN_LIMIT_S):
            while not isinstance(app.screen, ResultsScreen):
                await pilot.pause(0.2)
        await pilot.press("l")
        await pilot.pause(0.5)
        save(app, f"results{suffix}")


async def until_round(pilot: Pilot[None], number: int) -> None:
    """Waits until the lanes have something to show: some modes have done this round, others have not."""
    async with asyncio.timeout(RUN_LIMIT_S):
        while True:
            await pilot.pause(0.1)
            screen = pilot.app.screen
            if not isinstance(screen, RunScreen):
                return
            ahead = sum(lane.rounds_done >= number for lane in screen.progress.lanes)
            if ahead >= len(screen.progress.lanes) // 2:
                return


def save(app: HttpbenchApp, name: str) -> None:
    """The screen as SVG and as PNG."""
    svg = app.export_screenshot()
    (FOLDER / f"{name}.svg").write_text(svg)
    # The web font can't be loaded here, and only an installed family draws every character in its cell.
    plain = re.sub(r"@font-face\s*{.*?}", "", svg, flags=re.DOTALL).replace("Fira Code", FONT)
    (FOLDER / f"{name}.png").write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=plain, font_family=FONT)))
    print(f"{name}.svg, {name}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description="take README's pictures")
    parser.add_argument("--size", default="120x36", help="columns x rows")
    parser.add_argument("--theme", default="textual-dark")
    parser.add_argument("--suffix", default="", help="behind the pictures' names")
    parser.add_argument("--requests", type=int, default=25, help="few, so that ten rounds take a minute")
    parser.add_argument("--rounds", type=int, default=10)
    arguments = parser.parse_args()
    columns, rows = (int(part) for part in arguments.size.split("x"))
    plan = Plan(requests=arguments.requests, rounds=arguments.rounds, seed=1)
    asyncio.run(take((columns, rows), arguments.theme, arguments.suffix, plan))


if __name__ == "__main__":
    main()
