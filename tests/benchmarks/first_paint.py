"""How much of the processor does it take to open the form, next to a small Textual app?

Run by hand: python tests/benchmarks/first_paint.py [--pairs 12]

Opens the two in turn without a terminal, in one process, each until its first screen is drawn, and prints the processor
time of the first opening, which parses the styles for the first time, and the median of the later ones. The ratios
compare openings that followed one another, so that a machine which is busy, or slows down, takes from both.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Input, Label

from tui_httpbench.plan.plan import Plan
from tui_httpbench.tui.app import HttpbenchApp

SIZE = 120, 36


class SmallApp(App[None]):
    """A header, a label, an input and a footer: about the least that a form has."""

    def compose(self) -> ComposeResult:
        """The widgets."""
        yield Header()
        yield Label("URL")
        yield Input()
        yield Footer()


async def processor_time(make_app: Callable[[], App[Any]]) -> tuple[float, int]:
    """The processor time in seconds from making an app to leaving it, with its first screen drawn in between.

    With it the number of widgets on that screen.
    """
    gc.collect()  # what the opening before left is not this one's work
    begin = time.process_time()
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        widgets = len(app.screen.query("*"))
    return time.process_time() - begin, widgets


async def main() -> None:
    """Opens both in turn and prints what it took."""
    parser = argparse.ArgumentParser(description="processor time of opening the form")
    parser.add_argument("--pairs", type=int, default=12)
    pairs = parser.parse_args().pairs
    small, form = [], []
    for _ in range(pairs + 1):
        small.append(await processor_time(SmallApp))
        form.append(await processor_time(lambda: HttpbenchApp(Plan())))
    print(f"{'':10} {'widgets':>8} {'first, s':>9} {'later, s':>9} {'a widget, ms':>13}")
    for name, opened in (("small app", small), ("form", form)):
        times, widgets = [seconds for seconds, _ in opened], opened[-1][1]
        later = statistics.median(times[1:])
        print(f"{name:10} {widgets:8} {times[0]:9.3f} {later:9.3f} {later / widgets * 1000:13.2f}")
    ratios = sorted(big[0] / little[0] for little, big in zip(small[1:], form[1:], strict=True))
    print(
        f"ratio: first {form[0][0] / small[0][0]:.1f}, later {statistics.median(ratios):.1f} "
        f"({ratios[0]:.1f} to {ratios[-1]:.1f})"
    )


if __name__ == "__main__":
    asyncio.run(main())
