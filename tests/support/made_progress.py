"""The run's screen without a run: it shows the progress that it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from support.screens import wait_for_screen
from tui_httpbench.analysis.ranking import undecided_pairs
from tui_httpbench.analysis.result import Result
from tui_httpbench.bench.events import LaneProgress, LaneState, Progress
from tui_httpbench.plan.plan import Plan
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.run import screen as run_module
from tui_httpbench.tui.screens.run.latency_plot import Latest
from tui_httpbench.tui.screens.run.screen import RunScreen

RATE = 1234.5


def lane_of(mode: str, rate: float = RATE, **changes: Any) -> LaneProgress:
    """A lane in the middle of round 1 of 3, whose speed was the same all the time."""
    lane = LaneProgress(mode, "running", 50, 100, 0.5 / 3, 0, 0, rate, (rate,) * 4, 3, 8)
    return replace(lane, **changes)


def progress_of(modes: Sequence[str], **changes: Any) -> Progress:
    """A run in its first round of three, all modes taking turns, each half done with it and equally fast."""
    of_lanes = {name: changes.pop(name) for name in ("done", "total", "errors") if name in changes}
    lanes = tuple(lane_of(mode, **of_lanes) for mode in modes)
    return replace(Progress(12.43, "measuring", 1, 3, lanes, modes[0], None), **changes)


def ranked(result: Result, state: LaneState = "running") -> Progress:
    """A run's screen in round 6, after the rounds of a result."""
    lanes = []
    for mode in result.modes:
        rate = mode.requests_per_second or 0.0
        wave = tuple(rate * (1 + 0.02 * ((7 * point) % 5 - 2)) for point in range(17))
        done = int(rate * 3) + 1
        lane = LaneProgress(mode.mode, state, done, None, 5.6 / 8, mode.failed, 5, rate, wave, 8, 3)
        lanes.append(replace(lane, answers=(("200", done - mode.failed),)))
    return Progress(
        elapsed_s=15.8,
        stage="measuring",
        round=6,
        rounds=8,
        lanes=tuple(lanes),
        running=result.modes[0].mode,
        time_left_s=14.2,
        is_auto=True,
        max_rounds=30,
        ranking=result.ranking,
        undecided=undecided_pairs(result.ranking),
        least_rounds=8,
    )


class StillScreen(RunScreen):
    """The screen, but for the measuring."""

    CSS_PATH = str(Path(run_module.__file__).with_name("run.tcss"))

    def __init__(self, plan: Plan, progress: Progress) -> None:
        super().__init__(plan)
        self.shown = progress
        self.told: Latest | None = None

    def latest(self, spotlit: str | None) -> Latest:
        """What the test says."""
        return self.told if self.told is not None else super().latest(spotlit)

    def measure(self) -> None:  # type: ignore[override]
        """Measures nothing."""

    @property
    def progress(self) -> Progress:
        """What the test says."""
        return self.shown


class LaneApp(HttpbenchApp):
    """The app, opened with such a screen."""

    CSS_PATH = Path(app_module.__file__).with_name("app.tcss")

    def __init__(self, plan: Plan, progress: Progress, present: bool = False) -> None:
        super().__init__(plan, present=present)
        self.animation_level = "none"
        self._progress = progress

    def make_first_screen(self) -> RunScreen:
        """The run's."""
        return StillScreen(self._first_plan, self._progress)


@asynccontextmanager
async def still(
    progress: Progress, size: tuple[int, int], present: bool = False
) -> AsyncIterator[tuple[StillScreen, Pilot[None]]]:
    """A screen that shows this progress."""
    plan = Plan(modes=tuple(lane.mode for lane in progress.lanes))
    app = LaneApp(plan, progress, present)
    async with app.run_test(size=size) as pilot:
        yield await wait_for_screen(pilot, StillScreen), pilot
