"""What the screens of a run and of a sweep have in common: they measure, ask, and end."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Header
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from tui_httpbench.analysis.all_failed import Place
from tui_httpbench.analysis.elsewhere import Elsewhere
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.bench.events import AllFailed, EnvironmentStep, Event, RedirectedElsewhere
from tui_httpbench.bench.run_folder import RunFolder
from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.sweep_events import PointEvent, SweepFinished, SweepRoundStarted
from tui_httpbench.bench.sweep_runner import SweepRunner
from tui_httpbench.files.threads import in_thread
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.plan.plan import Plan, PlanError
from tui_httpbench.report.environments import EnvironmentStory
from tui_httpbench.target_server.launcher import TargetError
from tui_httpbench.text.hiding import Hiding
from tui_httpbench.tui.formatting import beside_title
from tui_httpbench.tui.parts.question import Question
from tui_httpbench.tui.plan_words import work_in_short
from tui_httpbench.tui.screens.run.awaited_questions import AwaitedQuestion, ElsewhereQuestion, FailedQuestion
from tui_httpbench.tui.textual_fixes.gone_widgets import forget_gone_widgets
from tui_httpbench.tui.textual_fixes.lean_screen import LeanScreen
from tui_httpbench.tui.textual_fixes.steady_focus import SteadyFocusScreen

REDRAWS_BEHIND = 1
QUIT_ANYWAY = "The same key again quits at once, and loses nothing that was measured."
WAITING = "Waiting for your answer"
WAITING_AS_FAILED = "Every mode failed: waiting for your answer"
LEAVING = "Ending the clients; the form comes next"
NOTHING_YET = "Nothing has been measured yet."
Told = Event | SweepRoundStarted | SweepFinished


class MeasuringScreen(LeanScreen[None], SteadyFocusScreen[None]):
    """Measures with a runner; posts Finished, Failed or EditWanted once.

    Where every mode fails before the rounds, it asks what to do, unless the runner was told to keep going; and where
    redirects lead to another machine, unless it is one of the ``asked_hosts`` and the load is light. Subclasses have a
    ``redraw``, draw what was told in ``take``, and say with ``REDRAWS_PER_SECOND`` how often they do.
    """

    TITLE = "httpbench"
    REDRAWS_PER_SECOND: ClassVar[float]
    WHAT_IS_KEPT: ClassVar[str] = "The ranking so far is kept."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,s", "ask_to_stop", "Stop", id="run.stop", tooltip="Stop the run and keep what is measured"),
    ]

    class Finished(Message):
        """The run is over, whole or stopped; ``folder`` has its files, and is the receiver's to remove or to leave."""

        def __init__(
            self, result: Result | SweepResult, measured: Measured | MeasuredSweep, folder: RunFolder | None
        ) -> None:
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

    def __init__(self, runner: Runner | SweepRunner, asked_hosts: set[str] | None = None) -> None:
        super().__init__()
        self._asked_hosts = set[str]() if asked_hosts is None else asked_hosts
        self._any_runner = runner
        self.plan: Plan = runner.plan
        self._measuring: Worker[None] | None = None
        self._environments = EnvironmentStory()
        self._making = ""
        self._is_left = False
        self._quits_next = False
        self._finished: MeasuringScreen.Finished | None = None
        self._outcome: MeasuringScreen.Finished | MeasuringScreen.Failed | MeasuringScreen.EditWanted | None = None

    @property
    def hiding(self) -> Hiding:
        """What hides the credentials of the run that are known of so far."""
        return self._any_runner.hiding

    def compose(self) -> ComposeResult:
        """The questions that may come up, and the header."""
        # First, since a widget that appears has Textual draw anew whatever was composed before it, on any layer.
        yield Question("Stop here?", self.WHAT_IS_KEPT, yes="Stop", no="Keep running")
        yield FailedQuestion()
        yield ElsewhereQuestion()
        yield Header()

    def on_resize(self, event: events.Resize) -> None:
        """Tells in the title as much as there is room for."""
        self.sub_title = beside_title(self.title or self.TITLE, work_in_short(self.plan), event.size.width)

    def on_mount(self) -> None:
        """Begins."""
        self.redraw()
        self.set_interval(1 / self.REDRAWS_PER_SECOND, self._redraw_in_front)
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
        raise NotImplementedError

    async def take(self, event: Told) -> None:
        """Takes note of what was told, before anything else is measured."""

    def said(self, words: Callable[[], str], *, is_preparing: bool) -> str:
        """The line on what happens now: ``words`` where no environment is made, and no answer is awaited."""
        if self.query_one(FailedQuestion).display:
            return WAITING_AS_FAILED
        if self.query_one(ElsewhereQuestion).display:
            return WAITING
        if isinstance(self._outcome, self.EditWanted):
            return LEAVING
        made = (self._environments.under_way or self._making) if is_preparing else ""
        return made or words()

    def _redraw_in_front(self) -> None:
        if self.app.screen is self:
            self.redraw()

    def _redraw_behind(self) -> None:
        if self.is_current and self.app.screen is not self:
            self.redraw()

    @work
    async def measure(self) -> None:
        """Runs the plan to its end, or until it is stopped."""
        runner = self._any_runner
        try:
            async with aclosing(runner.run()) as events:
                async for told in events:
                    event = told.event if isinstance(told, PointEvent) else told
                    if isinstance(event, EnvironmentStep):
                        self._making = self._environments.tell(event) or self._making
                    elif isinstance(event, AllFailed) and isinstance(told, PointEvent) and runner.has_measured:
                        # Other values could be measured: this one is left out, and the result says why.
                        self.notify(f"Left out {told.value}: {event.failure.text}", severity="warning", markup=False)
                    elif isinstance(event, AllFailed):
                        runner.keep_going = await self.query_one(FailedQuestion).decide(event.failure)
                        if not runner.keep_going:
                            self._outcome = self.EditWanted(event.failure.place)
                            runner.stop()
                            self.redraw()
                    elif isinstance(event, RedirectedElsewhere) and not runner.may_go_elsewhere:
                        runner.may_go_elsewhere = await self._may_go_to(event.elsewhere)
                        if not runner.may_go_elsewhere:
                            self._outcome = self.EditWanted("url")
                    await self.take(event)
        except (TargetError, PlanError, OSError) as error:
            self._outcome = self.Failed(str(error))
        if self._outcome is None:

            def summarize() -> Result | SweepResult:
                return runner.result()

            result = await in_thread(summarize)
            folder = runner.hand_over()
            if isinstance(runner, Runner) and not runner.adds_anything and folder is not None:
                folder.remove()  # what it would hold is kept already
                folder = None
            self._outcome = self._finished = self.Finished(result, runner.measured, folder)
            if runner.trouble:
                self.app.notify(runner.trouble, severity="error", timeout=15, markup=False)
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
        self.query_one(Question).ask(instead="" if self.requests_done else NOTHING_YET)

    def ask_before_quitting(self) -> bool:
        """Asks whether to stop, for a user who wants to quit; False where that needs no question.

        It needs none where nothing has been measured that would be lost, and none the second time in a row.
        """
        if self._quits_next or self._finished is not None or not self.requests_done:
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
            self._any_runner.stop()

    @property
    def requests_done(self) -> int:
        """How many requests have finished so far."""
        return self._any_runner.progress().done

    async def stop_and_wait(self) -> Finished | None:
        """Stops the run, waits until its processes are gone, and tells what it measured, in place of a message.

        None where it measured nothing, or could not go on; then what it had measured until then stays for recovery.
        """
        self._is_left = True
        self._any_runner.stop()
        for question in self.query(AwaitedQuestion):
            question.give_up()
        if self._measuring is not None:
            await self._measuring.wait()
        if self._finished is not None and self._any_runner.has_measured:
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
        if self._any_runner.has_measured:
            self._any_runner.leave()
        else:
            self._any_runner.discard()
