"""The screen of a run: a lane for each mode, and the totals."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from tui_httpbench.analysis.ranking import undecided_pairs
from tui_httpbench.analysis.summary import rank_so_far
from tui_httpbench.bench.events import Progress
from tui_httpbench.bench.runner import Runner
from tui_httpbench.measured.measured import Measured
from tui_httpbench.plan.plan import Plan
from tui_httpbench.tui.parts.code_panel import CodePanel
from tui_httpbench.tui.parts.standing import leader_in_words
from tui_httpbench.tui.screens.run.lane_layout import MAX_ROWS
from tui_httpbench.tui.screens.run.lane_list import LaneList
from tui_httpbench.tui.screens.run.latency_plot import MAX_REQUESTS, LatencyPlot, Latest
from tui_httpbench.tui.screens.run.measuring_screen import MeasuringScreen
from tui_httpbench.tui.screens.run.run_line import RunLine
from tui_httpbench.tui.screens.run.run_words import describe_progress
from tui_httpbench.tui.screens.run.spotlight import Spotlight
from tui_httpbench.tui.screens.run.totals import Totals
from tui_httpbench.tui.stage import STAGE_CLASS
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter

_WITH_CODE = 190
"""Columns from which on a stage the code stands beside bars that are as long as elsewhere."""
_AROUND = 7
"""Rows around the lanes and the totals: header, progress, frame, axis, leader and footer."""
_TOP_ROWS = 5, 12
"""Rows of totals and latencies: usually, and at most."""


class RunScreen(MeasuringScreen):
    """Runs a plan and shows how it goes; with ``earlier``, more rounds of that run, whose ranking is there at once."""

    CSS_PATH = "run.tcss"
    AUTO_FOCUS = "LaneList"
    HELP = """
All modes of a round take turns of a few hundredths of a second, so whatever disturbs the machine meets all of them.

- A bar is the ranking so far: the mode's speed beside the leader's, with the 95 % interval under it where there is
  room. It is pale until the first round is over. The thin line is how much of its work a mode has done.
- Before the bar: the mode's place, its time as a multiple of the leader's, and the 95 % interval of that. **▲2** went
  up by two places. Behind it: requests/s, and the time per request.
- Before the name: **○** starting, **•** in a round, **·** waiting, **✓** done, **!** done with failures, **✗** failed.
  `405 × 600` says that 600 requests ended in status 405.
- **▶** marks the lane whose latest requests are drawn above, a column each. It goes from lane to lane by itself;
  **space** holds it.
- Modes that can't be told apart share a place, such as **2=**. The line at the bottom says who leads, and which are
  still undecided.
- **escape** or **s** stops, and keeps the ranking so far. **ctrl+q** asks the same; pressed again, it quits at once and
  loses nothing.
"""
    REDRAWS_PER_SECOND: ClassVar[float] = 8

    def __init__(
        self,
        plan: Plan,
        earlier: Measured | None = None,
        *,
        keep_going: bool = False,
        asked_hosts: set[str] | None = None,
        name: str = "",
        in_history: bool = True,
    ) -> None:
        self._runner = Runner(
            plan, keeps_folder=True, earlier=earlier, keep_going=keep_going, name=name, in_history=in_history
        )
        super().__init__(self._runner, asked_hosts)
        self._ranking_before = rank_so_far(self.plan, earlier.records) if earlier is not None else ()
        self._spotlight = Spotlight()

    @property
    def progress(self) -> Progress:
        """Where the run stands now."""
        progress = self._runner.progress()
        if progress.ranking or not self._ranking_before:
            return progress
        ranking = self._ranking_before
        return replace(progress, ranking=ranking, undecided=undecided_pairs(ranking))

    def compose(self) -> ComposeResult:
        """Totals over how far the run is and the lanes, and under them what is undecided."""
        yield from super().compose()
        with Horizontal(id="run-top"):
            yield Totals()
            yield LatencyPlot()
        yield RunLine()
        with Horizontal(id="run-race"):
            # What moves is told of beside the ranking that was on the screen before.
            yield LaneList(self.plan.modes, self.plan.max_rounds, self._ranking_before)
            yield CodePanel()
        yield Static(id="leader", markup=False)
        yield SteadyFooter()

    def on_mount(self) -> None:
        """Tells the seed."""
        self.query_one(LaneList).border_subtitle = f"seed {self.plan.seed}"

    def on_resize(self, event: events.Resize) -> None:
        """Gives the code, and more rows to the latencies, only room that the race leaves over."""
        self.set_class(event.size.width >= _WITH_CODE, "-with-code")
        # A fifth of the rows at most, so that no question lies over the line that says what happens now.
        spare = event.size.height - _AROUND - MAX_ROWS * len(self.plan.modes)
        is_tall = self.has_class("-tall") and not self.app.has_class(STAGE_CLASS)
        self.query_one("#run-top").styles.height = (
            min(spare, _TOP_ROWS[1], event.size.height // 5) if is_tall and spare > _TOP_ROWS[0] else None
        )

    def redraw(self) -> None:
        """Draws where the run stands now."""
        progress = self.progress
        self.query_one(Totals).show(progress)
        is_preparing = progress.stage == "preparing"
        said = self.said(lambda: describe_progress(progress), is_preparing=is_preparing)
        # A run that was decided before all rounds in sight is over all the same.
        has_share = not is_preparing and progress.stage != "ended"
        self.query_one(RunLine).show(said, progress.share if has_share else None)
        lanes = self.query_one(LaneList)
        lanes.rank(progress.ranking)
        working = {lane.mode for lane in progress.lanes if lane.state in ("starting", "running")}
        spotlit = self._spotlight.move_on(lanes.modes, working, time.monotonic())
        plot, code = self.query_one(LatencyPlot), self.query_one(CodePanel)
        # A light that goes from lane to lane and shows nothing more of any would only draw the eye.
        is_of_use = plot.display or code.display or self._spotlight.is_held
        lanes.show(progress.lanes, spotlit if is_of_use else None, progress.round)
        plot.show(self.latest(spotlit), is_held=self._spotlight.is_held)
        code.show(spotlit)
        line = self.query_one("#leader", Static)
        # Before it is laid out it has no width, and would begin with what is left of a sentence in no cells.
        leader = leader_in_words(progress, line.content_size.width or self.size.width - line.gutter.width)
        if leader != line.content:
            line.update(leader, layout=False)

    def latest(self, spotlit: str | None) -> Latest:
        """The latest requests of the spotlit mode; those of its round before while it has none in this one."""
        if spotlit is None:
            return Latest.none()
        samples = self._runner.recent_samples(spotlit, MAX_REQUESTS)
        if len(samples):
            return Latest(spotlit, samples)
        record = next((record for record in reversed(self._runner.records) if record.mode == spotlit), None)
        latest = samples if record is None else record.samples[-MAX_REQUESTS:]
        return Latest(spotlit, latest, is_running=False)

    def on_lane_list_picked(self, event: LaneList.Picked) -> None:
        """Looks at the lane that was chosen."""
        self._spotlight.hold(event.mode)
        self.redraw()

    def on_lane_list_hold_toggled(self) -> None:
        """Stays with the lane that is looked at, or goes on from lane to lane."""
        if self._spotlight.is_held:
            self._spotlight.release()
        elif self._spotlight.mode is not None:
            self._spotlight.hold(self._spotlight.mode)
        self.redraw()
