"""The screen of a sweep while it runs: its points fill in, round by round."""

from __future__ import annotations

import time
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui_httpbench.analysis.sweep_curves import FIGURES
from tui_httpbench.analysis.sweep_words import sentences_of
from tui_httpbench.bench.events import RoundJudged
from tui_httpbench.bench.sweep_events import PointProgress, SweepProgress, SweepRoundStarted
from tui_httpbench.bench.sweep_runner import SweepRunner
from tui_httpbench.files.threads import in_thread
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.plan.plan import Plan
from tui_httpbench.report.progress import sweep_headline
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.screens.run.measuring_screen import MeasuringScreen, Told
from tui_httpbench.tui.screens.run.run_line import RunLine
from tui_httpbench.tui.screens.sweep.answer import Answer
from tui_httpbench.tui.screens.sweep.curves_shown import CurvesShown, show_curves
from tui_httpbench.tui.screens.sweep.curves_view import CurvesView, figure_bindings
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter

SUMMARIES_EVERY_S = 1.5
"""The curves are worked out no more often than that, and never while a worker measures."""


class SweepScreen(MeasuringScreen):
    """Runs a sweep and draws its curves as far as they are known; with ``earlier``, more rounds of that sweep."""

    CSS_PATH = "sweep.tcss"
    AUTO_FOCUS = "CurveChart"
    REDRAWS_PER_SECOND: ClassVar[float] = 4
    WHAT_IS_KEPT: ClassVar[str] = "The curves so far are kept."
    HELP = """
The same run is made at each value of one setting. All values have a turn in every round, in a new order each time, so a
machine that slows down does not look like a curve.

- The line on top says how long it still takes at most. The one under it tells the rounds of each value: **✓** done,
  **▶** its turn.
- Each curve is a mode, with the 95 % interval at each value. **left** and **right** read a value out.
- **escape** or **s** stops, and keeps the curves so far.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "a",
            "show_whole",
            "Answer",
            show=False,
            id="sweeping.answer",
            tooltip="The whole answer, or its start",
        ),
        Binding("l", "toggle_log", "Scale", id="sweeping.log", tooltip="Linear or logarithmic scale"),
        *figure_bindings("sweeping"),
    ]

    def __init__(
        self,
        plan: Plan,
        earlier: MeasuredSweep | None = None,
        *,
        keep_going: bool = False,
        asked_hosts: set[str] | None = None,
        name: str = "",
        in_history: bool = True,
    ) -> None:
        self._runner = SweepRunner(
            plan, keeps_folder=True, earlier=earlier, keep_going=keep_going, name=name, in_history=in_history
        )
        super().__init__(self._runner, asked_hosts)
        self._figure = FIGURES[0]
        self._shown: CurvesShown | None = None
        self._summarized_s = 0.0

    def compose(self) -> ComposeResult:
        """How far it is, over the curves and what is sure of them so far."""
        yield from super().compose()
        yield RunLine()
        yield Static(id="sweep-points", markup=False)
        yield CurvesView()
        yield Answer(4, 3, id="sweep-so-far")
        yield SteadyFooter()

    async def take(self, event: Told) -> None:
        """Works the curves out between two rounds, while no worker measures."""
        is_due = time.monotonic() - self._summarized_s >= SUMMARIES_EVERY_S
        if isinstance(event, SweepRoundStarted) and event.round > 1:
            is_due = True
        elif not isinstance(event, RoundJudged):
            return
        if is_due and self._runner.has_measured:
            await self._summarize()

    async def _summarize(self) -> None:
        figure = self._figure

        def work_out() -> tuple[CurvesShown, str]:
            result = self._runner.result()
            found = sentences_of(result)
            return show_curves(result, figure), found[0] if found else ""

        shown, found = await in_thread(work_out)
        self._shown = shown
        self._summarized_s = time.monotonic()
        if self.is_attached:
            self.query_one(CurvesView).show(shown)
            self.refresh_bindings()
            self.query_one(Answer).show(f"So far: {printable(found)}" if found else "")

    def redraw(self) -> None:
        """Draws how far the sweep is."""
        progress = self._runner.progress()
        is_preparing = progress.stage == "preparing" and progress.point is None
        said = self.said(lambda: _headline(progress), is_preparing=progress.stage == "preparing")
        self.query_one(RunLine).show(said, None if is_preparing else progress.share)
        points = self.query_one("#sweep-points", Static)
        text = _points_in_words(progress, points.size.width)
        if text != points.content:
            points.update(text, layout=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Another scale or figure needs curves."""
        if action in ("toggle_log", "choose_figure") and self._shown is None:
            return False
        return super().check_action(action, parameters)

    def action_toggle_log(self) -> None:
        """Switches between a linear and a logarithmic scale."""
        self.query_one(CurvesView).chart.toggle_scale()

    def action_show_whole(self) -> None:
        """Shows the whole answer so far, or its first lines."""
        self.query_one(Answer).toggle_whole()

    async def action_choose_figure(self, number: int) -> None:
        """Draws another figure."""
        self._figure = FIGURES[number]
        if self._shown is not None:
            self._shown = await in_thread(show_curves, self._shown.table.result, self._figure)
            self.query_one(CurvesView).show(self._shown)


def _headline(progress: SweepProgress) -> str:
    text = sweep_headline(progress)
    return f"{text[:1].upper()}{text[1:]}"


def _points_in_words(progress: SweepProgress, columns: int) -> Text:
    """Each value with its sign, and how many rounds it has: ``✓1: 5   ▶10: 4   100: 4``; what they are if it fits."""
    told = Text(no_wrap=True)
    for number, point in enumerate(progress.points):
        is_current = number == progress.point
        told.append(_point_in_words(point, is_current=is_current), "bold" if point.is_over or is_current else "")
        told.append("  ")
    starts = (f"{progress.sweep.name}, rounds done  ", "Rounds done  ", "")
    start = next((each for each in starts if len(each) + len(told) - 2 <= columns), "")
    return Text(start, no_wrap=True, overflow="ellipsis").append_text(told)


def _point_in_words(point: PointProgress, *, is_current: bool) -> str:
    sign = "✓" if point.is_over else "▶" if is_current else ""
    return f"{sign}{point.value}: {point.rounds_done}"
