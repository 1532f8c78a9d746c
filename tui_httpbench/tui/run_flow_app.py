"""How questions, form, runs and results follow one another."""

from __future__ import annotations

import asyncio
import random
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.presets import default_plan
from tui_httpbench.plan.stored import load_last_plan, load_left_out
from tui_httpbench.text.hiding import Hiding
from tui_httpbench.tui.held_run import HeldRun
from tui_httpbench.tui.keeping import Keeper
from tui_httpbench.tui.kept_runs_app import KeptRunsApp
from tui_httpbench.tui.missing import Missing
from tui_httpbench.tui.screen_kinds import is_history, is_measuring, is_questions, is_results, is_setup
from tui_httpbench.tui.screens.too_small.screen import TooSmallScreen, is_too_small

if TYPE_CHECKING:
    from tui_httpbench.analysis.any_result import AnyResult
    from tui_httpbench.analysis.result import Result
    from tui_httpbench.analysis.sweep import SweepResult
    from tui_httpbench.bench.run_folder import RunFolder
    from tui_httpbench.measured.any_measured import AnyMeasured
    from tui_httpbench.measured.measured import Measured
    from tui_httpbench.measured.measured_sweep import MeasuredSweep
    from tui_httpbench.report.formats import Export
    from tui_httpbench.tui.leave import Leave
    from tui_httpbench.tui.screens.hosts.results import HostsResultsScreen
    from tui_httpbench.tui.screens.results.screen import ResultsScreen
    from tui_httpbench.tui.screens.run.measuring_screen import MeasuringScreen
    from tui_httpbench.tui.screens.sweep.results import SweepResultsScreen


class RunFlowApp(KeptRunsApp[None]):
    """Starts runs and sweeps, shows what they came to, and goes back to where they were started.

    Screens are loaded where they are called: the first one is to come up at once.
    """

    def __init__(
        self,
        plan: Plan | None,
        exports: tuple[Export, ...],
        *,
        keep_going: bool,
        name: str,
        in_history: bool,
        present: bool = False,
    ) -> None:
        super().__init__()
        self._has_plan = plan is not None
        # The last plan may name what is not meant for an audience.
        last_plan = None if present else load_last_plan()
        self._first_plan = plan or _with_fresh_seed(last_plan or default_plan())
        self._missing = Missing(None if plan or last_plan is None else load_left_out())
        self._exports = exports
        self._keep_going = keep_going
        self._is_quitting = False
        self._run_name = name
        self._in_history = in_history
        self._held = HeldRun()
        self.keeper = Keeper(self, self._held)
        self._left: tuple[AnyResult, AnyMeasured | None] | None = None
        self._is_built = asyncio.Event()
        self.not_exported: list[str] = []

    @cached_property
    def _leave(self) -> Leave:
        """What asks before libraries are fetched and other machines are sent to."""
        from tui_httpbench.tui.leave import Leave

        return Leave(self)

    @property
    def hiding(self) -> Hiding:
        """What hides the secrets of the run on the screen, or those that the app was opened with."""
        run = self._run_screen
        return self._first_plan.request.hiding if run is None else run.hiding

    def make_first_screen(self) -> Screen[None]:
        """The screen under all others: the form of a plan that was given, else the questions."""
        if self._has_plan:
            return self._make_form(self._first_plan)
        from tui_httpbench.tui.screens.questions.screen import QuestionsScreen

        return QuestionsScreen(self._first_plan, self._missing)

    def _make_form(self, plan: Plan) -> Screen[None]:
        from tui_httpbench.tui.screens.setup.screen import SetupScreen

        return SetupScreen(plan, self._missing)

    def open_form(self, plan: Plan, *, needs_variants: bool = False) -> None:
        """Shows all fields, filled in with a plan, over the questions; ``needs_variants`` has it ask for them."""
        form = self._make_form(plan)
        self.push_screen(form)
        if needs_variants and is_setup(form):
            form.call_after_refresh(form.ask_for_variants)

    def action_back_to_questions(self) -> None:
        """Leaves the form that was opened over the questions, or over the list of runs."""
        self.pop_screen()

    def start_run(self, plan: Plan) -> None:
        """Runs a plan; does nothing while another one is running."""
        if self._run_screen is None:
            self._leave.ask(plan, lambda plan: self.push_screen(self._make_run_screen(plan)))

    def replay(self, result: Result) -> None:
        """Shows a result's samples as a race."""
        from tui_httpbench.tui.screens.replay.screen import ReplayScreen

        self.push_screen(ReplayScreen(result))

    def on_measuring_screen_finished(self, event: MeasuringScreen.Finished) -> None:
        """Shows the result in place of the run."""
        if self._is_quitting:
            return
        export = partial(self._export, event.result)
        if event.measured.has_requests:
            self.keeper.take(event.result, event.measured, event.folder, export=export)
        else:
            self._remove(event.folder)
            self.keeper.do(export())
        self.switch_screen(self._make_results(event.result, event.measured))

    @staticmethod
    def _make_results(result: AnyResult, measured: AnyMeasured | None) -> Screen[None]:
        from tui_httpbench.analysis.hosts import HostsResult
        from tui_httpbench.analysis.sweep import SweepResult
        from tui_httpbench.measured.measured import Measured
        from tui_httpbench.measured.measured_sweep import MeasuredSweep
        from tui_httpbench.tui.screens.hosts.results import HostsResultsScreen
        from tui_httpbench.tui.screens.results.screen import ResultsScreen
        from tui_httpbench.tui.screens.sweep.results import SweepResultsScreen

        if isinstance(result, SweepResult):
            assert measured is None or isinstance(measured, MeasuredSweep)
            return SweepResultsScreen(result, measured)
        if isinstance(result, HostsResult):
            return HostsResultsScreen(result)
        assert measured is None or isinstance(measured, Measured)
        return ResultsScreen(result, measured)

    async def _export(self, result: AnyResult) -> bool:
        """Writes a result in every form that was asked for; whether there are any, and all are written.

        The screens take keys meanwhile. What went wrong is told in the terminal, too, where the app ends with it.
        """
        if not self._exports:
            return False
        from tui_httpbench.tui.saving import save_result_aside

        self.not_exported.clear()
        written = [await save_result_aside(self, result, export, self.not_exported.append) for export in self._exports]
        return all(written)

    @staticmethod
    def _remove(folder: RunFolder | None) -> None:
        if folder is not None:
            folder.remove()

    def on_results_screen_saved(self, event: ResultsScreen.Saved) -> None:
        """What is in a file of the user's needs no recovery."""
        self._held.settle(event.result)

    async def on_measuring_screen_failed(self, event: MeasuringScreen.Failed) -> None:
        """Goes back to where the run was started, and says why it failed."""
        await self._go_back()
        self.notify(event.reason, title="The run could not be made", severity="error", timeout=15, markup=False)

    async def on_measuring_screen_edit_wanted(self, event: MeasuringScreen.EditWanted) -> None:
        """Goes back to the form, to what is to be changed."""
        run = self._run_screen
        if self._is_quitting or run is None:
            return
        form = await self._go_back_to_form(run.plan)
        if is_setup(form):
            form.call_after_refresh(form.focus_place, event.place)

    def on_results_screen_run_again(self, event: ResultsScreen.RunAgain) -> None:
        """Runs the result's plan once more, in place of its result."""
        self._run_again(event.result, event.measured)

    def on_results_screen_more_rounds(self, event: ResultsScreen.MoreRounds) -> None:
        """Goes on with the result's run, in place of its result."""
        self._run_in_place(event.result, event.measured, event.result.plan, event.measured)

    async def on_results_screen_change_plan(self, event: ResultsScreen.ChangePlan) -> None:
        """Goes back to the form, which still holds the plan; the result can be called up again."""
        self._left = event.result, event.measured
        await self._go_back_to_form(event.result.plan, is_other=event.is_kept)

    async def on_results_screen_left(self, event: ResultsScreen.Left) -> None:
        """Goes back to where the run was started; the result can be called up again."""
        self._left = event.result, event.measured
        await self._go_back()

    def on_sweep_results_screen_saved(self, event: SweepResultsScreen.Saved) -> None:
        """What is in a file of the user's needs no recovery."""
        self._held.settle(event.result)

    def on_sweep_results_screen_run_again(self, event: SweepResultsScreen.RunAgain) -> None:
        """Makes the sweep once more, in place of its result."""
        self._run_again(event.result, event.measured)

    def on_sweep_results_screen_more_rounds(self, event: SweepResultsScreen.MoreRounds) -> None:
        """Goes on with the sweep, in place of its result."""
        self._run_in_place(event.result, event.measured, event.result.plan, event.measured)

    async def on_sweep_results_screen_change_plan(self, event: SweepResultsScreen.ChangePlan) -> None:
        """Goes back to the form; the result can be called up again."""
        self._left = event.result, event.measured
        await self._go_back_to_form(event.result.plan, is_other=True)

    async def on_sweep_results_screen_left(self, event: SweepResultsScreen.Left) -> None:
        """Goes back to where the sweep was started; the result can be called up again."""
        self._left = event.result, event.measured
        await self._go_back()

    def on_hosts_results_screen_saved(self, event: HostsResultsScreen.Saved) -> None:
        """What is in a file of the user's needs no recovery."""
        self._held.settle(event.result)

    async def on_hosts_results_screen_change_plan(self, event: HostsResultsScreen.ChangePlan) -> None:
        """Goes back to the form; the result can be called up again."""
        self._left = event.result, None
        await self._go_back_to_form(event.result.plan, is_other=True)

    async def on_hosts_results_screen_left(self, event: HostsResultsScreen.Left) -> None:
        """Goes back to where the app was opened; the result can be called up again."""
        self._left = event.result, None
        await self._go_back()

    def action_replay(self) -> None:
        """Shows the samples of the result on the screen as a race."""
        if is_results(self.screen):
            self.replay(self.screen.result)

    def action_tell_why_no_replay(self) -> None:
        """Says why the result on the screen can't be replayed."""
        from tui_httpbench.analysis.race import why_no_race

        if is_results(self.screen):
            self.notify(why_no_race(self.screen.result), severity="warning", markup=False)

    def action_show_result(self) -> None:
        """Shows the result again from which the user came back to the form."""
        if self._left is not None:
            self.push_screen(self._make_results(*self._left))

    def _run_again(self, result: Result | SweepResult, measured: Measured | MeasuredSweep | None) -> None:
        self._run_in_place(result, measured, _with_fresh_seed(result.plan.replace(rounds_before=0)))

    def _run_in_place(
        self,
        result: Result | SweepResult,
        measured: Measured | MeasuredSweep | None,
        plan: Plan,
        earlier: Measured | MeasuredSweep | None = None,
    ) -> None:
        """Runs a plan, which may go on with an ``earlier`` run, in place of a result that can be called up again."""
        self._left = result, measured
        self._leave.ask(plan, lambda plan: self.switch_screen(self._make_run_screen(plan, earlier)))

    def _make_run_screen(self, plan: Plan, earlier: Measured | MeasuredSweep | None = None) -> MeasuringScreen:
        from tui_httpbench.measured.measured_sweep import MeasuredSweep

        if plan.sweep is not None:
            from tui_httpbench.tui.screens.sweep.screen import SweepScreen

            assert earlier is None or isinstance(earlier, MeasuredSweep)
            return SweepScreen(
                plan,
                earlier,
                keep_going=self._keep_going,
                asked_hosts=self._leave.hosts,
                name=self._run_name,
                in_history=self._in_history,
            )
        from tui_httpbench.tui.screens.run.screen import RunScreen

        assert not isinstance(earlier, MeasuredSweep)
        return RunScreen(
            plan,
            earlier,
            keep_going=self._keep_going,
            asked_hosts=self._leave.hosts,
            name=self._run_name,
            in_history=self._in_history,
        )

    async def _go_back(self) -> None:
        """Shows the form, or the questions where there is none; what lies over it goes."""
        if await self._uncover_home() is None:
            await self._put(self.make_first_screen(), replaces=True)

    async def _go_back_to_form(self, plan: Plan, *, is_other: bool = False) -> Screen[None]:
        """Shows the form, filled in with a plan where it is not the form's own; what lies over it goes."""
        home = self._home
        if home is not None and is_setup(home) and not is_other:
            await self._uncover_home()
            return home
        # One form at once, and no other before it: a screen that goes before it is built takes the app with it. It
        # takes the place of what lies right over the list of runs or the questions, so that these are not seen between.
        over: Screen[Any] | None = next(filter(is_history, reversed(self.screen_stack)), None)
        if over is None and home is not None and not is_setup(home):
            over = home
        form = self._make_form(plan.replace(rounds_before=0))
        if over is None:
            await self._uncover_home()
            return await self._put(form, replaces=True)
        await self._uncover(self.screen_stack.index(over) + 1)
        return await self._put(form, replaces=self.screen is not over)

    async def _uncover_home(self) -> Screen[None] | None:
        """Takes away what lies over the form or the questions; None where neither was there, as after ``--start``."""
        home = self._home
        await self._uncover(self.screen_stack.index(home) if home is not None else 1)  # below it, Textual has its own
        return home

    async def _uncover(self, index: int) -> None:
        """Takes away what lies over this screen of the stack."""
        while len(self.screen_stack) > index + 1:
            await self.pop_screen()
        if is_too_small(self.size):
            self.call_after_refresh(self.push_screen, TooSmallScreen())

    @property
    def _home(self) -> Screen[None] | None:
        """The uppermost form, or the questions; None where neither is there."""
        homes = (screen for screen in reversed(self.screen_stack) if is_setup(screen) or is_questions(screen))
        return next(homes, None)

    async def _put(self, screen: Screen[None], *, replaces: bool) -> Screen[None]:
        """Shows a screen, over the one that is there or in its place."""
        self._is_built.clear()
        await (self.switch_screen(screen) if replaces else self.push_screen(screen))
        screen.call_after_refresh(self._is_built.set)
        return screen

    @property
    def _run_screen(self) -> MeasuringScreen | None:
        return next((screen for screen in self.screen_stack if is_measuring(screen)), None)


def _with_fresh_seed(plan: Plan) -> Plan:
    return plan if plan.seed_given else plan.replace(seed=random.SystemRandom().randrange(1, 2**31))
