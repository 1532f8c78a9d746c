"""The screen of a run: a lane for each mode, and the totals."""

from __future__ import annotations

import gc
import time
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Header, Static
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from tui_httpbench.analysis.all_failed import Place
from tui_httpbench.analysis.elsewhere import Elsewhere
from tui_httpbench.analysis.ranking import undecided_pairs
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import rank_so_far
from tui_httpbench.bench.events import AllFailed, EnvironmentStep, Progress, RedirectedElsewhere, RunStarted
from tui_httpbench.bench.run_folder import RunFolder
from tui_httpbench.bench.runner import Runner
from tui_httpbench.files.threads import in_thread
from tui_httpbench.measured.measured import Measured
from tui_httpbench.plan.plan import Plan, PlanError
from tui_httpbench.report.environments import EnvironmentStory
from tui_httpbench.target_server.launcher import TargetError
from tui_httpbench.text.hiding import Hiding
from tui_httpbench.tui.parts.code_panel import CodePanel
from tui_httpbench.tui.parts.question import Question
from tui_httpbench.tui.parts.standing import undecided_in_words
from tui_httpbench.tui.plan_words import plan_in_short
from tui_httpbench.tui.screens.run.awaited_questions import AwaitedQuestion, ElsewhereQuestion, FailedQuestion
from tui_httpbench.tui.screens.run.lane_list import LaneList
from tui_httpbench.tui.screens.run.latency_plot import MAX_REQUESTS, LatencyPlot, Latest
from tui_httpbench.tui.screens.run.run_line import RunLine
from tui_httpbench.tui.screens.run.run_words import describe_progress
from tui_httpbench.tui.screens.run.spotlight import Spotlight
from tui_httpbench.tui.screens.run.totals import Totals
from tui_httpbench.tui.textual_fixes.gone_widgets import forget_gone_widgets
from tui_httpbench.tui.textual_fixes.lean_screen import LeanScreen
from tui_httpbench.tui.textual_fixes.steady_focus import SteadyFocusScreen
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter

REDRAWS_PER_SECOND = 8
REDRAWS_BEHIND = 1
QUIT_ANYWAY = "The same key again quits at once, and loses nothing that was measured."
WAITING = "Waiting for your answer"
WAITING_AS_FAILED = "Every mode failed: waiting for your answer"


class RunScreen(LeanScreen[None], SteadyFocusScreen[None]):
    """Runs a plan and shows how it goes; posts Finished, Failed or EditWanted once.

    With ``earlier``, more rounds of that run are made, and its ranking is there at once. Where every mode fails before
    the rounds, it asks what to do, unless it was told to ``keep_going``; and where redirects lead to another machine,
    unless it is one of the ``asked_hosts`` and the load is light.
    """

    CSS_PATH = "run.tcss"
    AUTO_FOCUS = "LaneList"
    TITLE = "httpbench"
    HELP = """
All modes of a round take turns, a few hundredths of a second each, so that whatever disturbs meets all of them alike.

- The bar of a lane is the mode's speed so far, beside that of the fastest; under it, where rows allow, the 95 %
  interval. **l** switches to a logarithmic scale.
- Before it: the mode's place, how many times the winner's time it takes, and the 95 % interval of that. After each
  round the lanes move to their places; **▲2** went up by two.
- Before the name: **○** starting, **•** in a round, **·** waiting, **✓** done, **!** done with failures, **✗** failed;
  `405 × 600` tells what failed requests ended in, and how many. **▶** marks the lane whose latest requests, a column
  each, are plotted above. It goes from lane to lane; **up**, **down** or a click put it where you want it, **space**
  holds it or lets it go on.
- Modes that can't be told apart share a place, such as **2=**. The line at the bottom says which are still undecided.
- Press **escape** or **s** to stop; the ranking so far is kept. **ctrl+q** asks the same; pressed again, it quits at
  once, and loses nothing that was measured.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,s", "ask_to_stop", "Stop", id="run.stop", tooltip="Stop the run and keep what is measured"),
    ]

    class Finished(Message):
        """The run is over, whole or stopped; ``folder`` has its files, and is the receiver's to remove or to leave."""

        def __init__(self, result: Result, measured: Measured, folder: RunFolder | None) -> None:
            super().__init__()
            self.result = result
            self.measured = measured
            self.folder = folder

    class Failed(Message):
        """The run could not begin or go on; ``reason`` is one sentence."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    class EditWanted(Message):
        """Every mode failed, or ended elsewhere, and the user wants to change the plan, at this place first."""

        def __init__(self, place: Place) -> None:
            super().__init__()
            self.place = place

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
        super().__init__()
        self._asked_hosts = set[str]() if asked_hosts is None else asked_hosts
        self._runner = Runner(
            plan, keeps_folder=True, earlier=earlier, keep_going=keep_going, name=name, in_history=in_history
        )
        self.plan = self._runner.plan
        self._ranking_before = rank_so_far(self.plan, earlier.records) if earlier is not None else ()
        self._spotlight = Spotlight()
        self._measuring: Worker[None] | None = None
        self._environments = EnvironmentStory()
        self._making = ""
        self._is_left = False
        self._quits_next = False
        self._finished: RunScreen.Finished | None = None
        self._outcome: RunScreen.Finished | RunScreen.Failed | RunScreen.EditWanted | None = None
        self.sub_title = plan_in_short(self.plan)

    @property
    def hiding(self) -> Hiding:
        """What hides the credentials of the run that are known of so far."""
        return self._runner.hiding

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
        # First, since a widget that appears has Textual draw anew whatever was composed before it, on any layer.
        yield Question("Stop here?", "The ranking so far is kept.", yes="Stop", no="Keep running")
        yield FailedQuestion()
        yield ElsewhereQuestion()
        yield Header()
        with Horizontal(id="run-top"):
            yield Totals()
            yield LatencyPlot()
        yield RunLine()
        with Horizontal(id="run-race"):
            yield LaneList(self.plan.modes, self.plan.max_rounds)
            yield CodePanel()
        yield Static(id="undecided", markup=False)
        yield SteadyFooter()

    def on_mount(self) -> None:
        """Begins."""
        self.query_one(LaneList).border_subtitle = f"seed {self.plan.seed}"
        self.redraw()
        self.set_interval(1 / REDRAWS_PER_SECOND, self._redraw_in_front)
        # What shines through another screen is drawn anew with all of it, which takes three times as long.
        self.set_interval(1 / REDRAWS_BEHIND, self._redraw_behind)
        # To look through all objects of the app for garbage takes a tenth of a second, in which no key is answered.
        self.call_after_refresh(gc.freeze)
        self._measuring = self.measure()

    async def on_unmount(self) -> None:
        """Lets what has become garbage meanwhile be found again, and waits for the run's processes to end with it."""
        gc.unfreeze()
        if self._measuring is not None and not self._measuring.is_finished:
            self._measuring.cancel()
            with suppress(WorkerCancelled, WorkerFailed):
                await self._measuring.wait()

    def redraw(self) -> None:
        """Draws where the run stands now."""
        progress = self.progress
        self.query_one(Totals).show(progress)
        is_preparing = progress.stage == "preparing"
        made = (self._environments.under_way or self._making) if is_preparing else ""
        said = made or describe_progress(progress)
        if self.query_one(FailedQuestion).display:
            said = WAITING_AS_FAILED
        elif self.query_one(ElsewhereQuestion).display:
            said = WAITING
        self.query_one(RunLine).show(said, None if is_preparing else progress.share)
        lanes = self.query_one(LaneList)
        lanes.rank(progress.ranking)
        working = {lane.mode for lane in progress.lanes if lane.state in ("starting", "running")}
        spotlit = self._spotlight.move_on(lanes.modes, working, time.monotonic())
        lanes.show(progress.lanes, spotlit, progress.round)
        self.query_one(LatencyPlot).show(self.latest(spotlit), is_held=self._spotlight.is_held)
        self.query_one(CodePanel).show(spotlit)
        line = self.query_one("#undecided", Static)
        undecided = undecided_in_words(progress, line.content_size.width)
        if undecided != line.content:
            line.update(undecided, layout=False)

    def _redraw_in_front(self) -> None:
        if self.app.screen is self:
            self.redraw()

    def _redraw_behind(self) -> None:
        if self.is_current and self.app.screen is not self:
            self.redraw()

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

    @work
    async def measure(self) -> None:
        """Runs the plan to its end, or until it is stopped."""
        try:
            async with aclosing(self._runner.run()) as events:
                async for event in events:
                    if isinstance(event, EnvironmentStep):
                        self._making = self._environments.tell(event) or self._making
                    elif isinstance(event, RunStarted):
                        self.sub_title = plan_in_short(self.plan, event.url)
                    elif isinstance(event, AllFailed):
                        self._runner.keep_going = await self.query_one(FailedQuestion).decide(event.failure)
                        if not self._runner.keep_going:
                            self._outcome = self.EditWanted(event.failure.place)
                    elif isinstance(event, RedirectedElsewhere) and not self._runner.may_go_elsewhere:
                        self._runner.may_go_elsewhere = await self._may_go_to(event.elsewhere)
                        if not self._runner.may_go_elsewhere:
                            self._outcome = self.EditWanted("url")
        except (TargetError, PlanError, OSError) as error:
            self._outcome = self.Failed(str(error))
        if self._outcome is None:
            result = await in_thread(self._runner.result)
            self._outcome = self._finished = self.Finished(result, self._runner.measured, self._runner.hand_over())
            if self._runner.trouble:
                self.app.notify(self._runner.trouble, severity="error", timeout=15, markup=False)
        self._tell_outcome()

    async def _may_go_to(self, elsewhere: Elsewhere) -> bool:
        if elsewhere.has_only(self._asked_hosts) and not elsewhere.load.is_heavy:
            return True
        may = await self.query_one(ElsewhereQuestion).decide(elsewhere)
        if may:
            self._asked_hosts.update(elsewhere.hosts)
        return may

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """What is being asked can't be asked for."""
        return action != "ask_to_stop" or not (self.is_mounted and any(each.display for each in self.query(Question)))

    def action_ask_to_stop(self) -> None:
        """Asks whether to stop; the run goes on behind the question."""
        self.query_one(Question).ask()

    def ask_before_quitting(self) -> bool:
        """Asks whether to stop, for a user who wants to quit; False where that needs no question.

        It needs none where nothing has been measured that would be lost, and none the second time in a row.
        """
        if self._quits_next or self._finished is not None or not self.progress.done:
            return False
        self._quits_next = True
        self.query_one(Question).ask(QUIT_ANYWAY)
        return True

    def on_question_answered(self, event: Question.Answered) -> None:
        """Stops, or goes on."""
        self._quits_next = False
        self.query_one(Question).withdraw()
        self.call_after_refresh(forget_gone_widgets, self)
        if event.yes:
            self._runner.stop()

    async def stop_and_wait(self) -> Finished | None:
        """Stops the run, waits until its processes are gone, and tells what it measured, in place of a message.

        None where it measured nothing, or could not go on; then what it had measured until then stays for recovery.
        """
        self._is_left = True
        self._runner.stop()
        for question in self.query(AwaitedQuestion):
            question.give_up()
        if self._measuring is not None:
            await self._measuring.wait()
        if self._finished is not None and self._runner.has_measured:
            return self._finished
        if self._finished is not None and self._finished.folder is not None:
            self._finished.folder.remove()
        self._let_go_of_run()
        return None

    def on_screen_resume(self) -> None:
        """Catches up on what had to wait while another screen, such as the command palette, was on top."""
        if self.is_mounted:
            self.redraw()
            self.call_after_refresh(forget_gone_widgets, self)
        self._tell_outcome()

    def _tell_outcome(self) -> None:
        if self._outcome is None or self._is_left or not self.is_active:
            return
        self._let_go_of_run()
        self.post_message(self._outcome)
        self._outcome = None

    def _let_go_of_run(self) -> None:
        """Leaves for recovery what was measured and is in no result; does nothing where the files were handed over."""
        if self._runner.has_measured:
            self._runner.leave()
        else:
            self._runner.discard()
