"""Runs a sweep: a run for each of its points, which take turns round by round, so that drift looks like no curve."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, suppress
from functools import partial

from tui_httpbench.analysis.all_failed import CommonFailure, find_common_failure
from tui_httpbench.analysis.elsewhere import Elsewhere
from tui_httpbench.analysis.sweep import SweepResult, summarize_sweep
from tui_httpbench.bench.conditions import read_machine
from tui_httpbench.bench.events import EnvironmentStep, Event, RoundJudged, RunFinished, RunStarted, Stage
from tui_httpbench.bench.folder_holder import FolderHolder
from tui_httpbench.bench.open_files import check_open_files
from tui_httpbench.bench.pinning import choose_cpus, leave_cpu
from tui_httpbench.bench.run_code import own_files_of
from tui_httpbench.bench.run_error import RunError, in_words, with_reasons
from tui_httpbench.bench.run_folder import RunFolder, point_path
from tui_httpbench.bench.runner import Runner, time_of_day
from tui_httpbench.bench.sweep_budget import SweepBudget
from tui_httpbench.bench.sweep_events import PointEvent, PointProgress, SweepEvent, SweepFinished, SweepProgress
from tui_httpbench.bench.sweep_events import SweepRoundStarted as SweepRoundStarted
from tui_httpbench.bench.sweep_point import SweepPoint
from tui_httpbench.clients.own_files import OwnFile
from tui_httpbench.files.threads import in_thread
from tui_httpbench.history.naming import new_run_id
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.measured.notes_json import RunEnd
from tui_httpbench.plan.plan import Plan
from tui_httpbench.target_server.launcher import TargetError
from tui_httpbench.text.hiding import Hiding, drop_secrets


class SweepRunner(FolderHolder):
    """One sweep of a plan. ``run`` once; ``progress``, ``result`` and ``stop`` at any moment.

    With ``earlier``, further rounds of a sweep that has ended, which count together with the first ones.

    Each point is a ``Runner`` with a target of its own. In each round every point that is not over has a turn, in an
    order drawn anew, and makes one round of its own run with fresh workers; meanwhile the clocks of the others stand
    still. The budget is the whole sweep's: what points that are decided early leave goes to the others. Whatever ends
    the run of a point before its time ends the sweep, but for modes that fail alike there: that point is left out,
    unless ``keep_going`` is True by the time that ``run`` goes on. ``may_go_elsewhere`` is as ``Runner`` has it. All
    that is measured lies in one folder, which goes as a ``Runner``'s does.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        keeps_folder: bool = False,
        earlier: MeasuredSweep | None = None,
        keep_going: bool = False,
        may_go_elsewhere: bool = False,
        name: str = "",
        in_history: bool = True,
    ) -> None:
        """Starts nothing yet. ``earlier`` is what an earlier sweep of this plan measured, which this one goes on with.

        Raises ValueError for a plan without a sweep.
        """
        if plan.sweep is None:
            raise ValueError("The plan has no sweep.")
        before = max((point.rounds_made for point in earlier.points), default=0) if earlier else 0
        self.sweep = plan.sweep
        plan = self.plan = plan.replace(rounds_before=before)
        self._earlier = earlier
        self._begun: dict[int, RunFolder] = {}
        self.keeps_folder = keeps_folder
        # Whoever wants more rounds of a sweep that went on although all had failed was asked then.
        self.keep_going = keep_going or (earlier is not None and _went_on_failing(earlier))
        self.may_go_elsewhere = may_go_elsewhere
        self._name = earlier.whole.name if earlier else name
        self._in_history = in_history
        self._cpus = choose_cpus(plan.pin)
        self._points = [
            SweepPoint(
                number,
                value,
                Runner(
                    point,
                    keeps_folder=True,
                    earlier=_of_point(earlier, number),
                    in_history=False,
                    make_folder=partial(self._make_folder, number),
                    times_starts=False,
                ),
            )
            for number, (value, point) in enumerate(plan.points())
        ]
        self._shuffler = random.Random(f"{plan.seed}/sweep/{before}" if before else f"{plan.seed}/sweep")
        self._machine = read_machine()
        self._own_files: tuple[OwnFile, ...] = ()
        self._started_at = (earlier.whole.started_at if earlier else None) or time_of_day()
        self._ended_at: str | None = None
        self._run_id = (earlier.whole.run_id if earlier else "") or new_run_id(self._started_at)
        self._budget = SweepBudget(plan)
        self._current: SweepPoint | None = None
        self._first: SweepPoint | None = None
        self._round = before
        self._stopped = False
        self.trouble = ""

    async def run(self) -> AsyncGenerator[SweepEvent, None]:
        """Measures, and yields an event at each turn.

        However it ends, workers and targets end with it. Raises what ``Runner.run`` does, where nothing was measured at
        any point until then; else ``trouble`` says why in a sentence.
        """
        async with aclosing(with_reasons(self._run(), "sweep")) as events:
            async for event in events:
                yield event

    async def _run(self) -> AsyncGenerator[SweepEvent, None]:
        for point in self._points:
            check_open_files(point.runner.plan)
        self._own_files = own_files_of(self.plan, self._earlier.whole if self._earlier else None)
        async with AsyncExitStack() as stack:
            folder = self._folder = RunFolder()
            stack.callback(self._finish)
            await in_thread(folder.begin, self._whole)
            await in_thread(self._write_earlier)
            for point in self._points:
                point.events = await stack.enter_async_context(aclosing(point.runner.run()))
                point.runner.pause()
            # Here, for all points together: each for itself, they would not end in the order that this takes.
            if self._cpus.worker is not None:
                stack.enter_context(leave_cpu(self._cpus.worker))
            async with aclosing(self._rounds()) as events:
                async for event in events:
                    yield event
            await self._end_points()
            self._ended_at = time_of_day()
            # All has been measured and can be reported: a full disk must not take that away now.
            with suppress(OSError):
                folder.note(RunEnd(self._stopped, self.trouble, self._ended_at))
        yield SweepFinished(self._stopped or bool(self.trouble))

    async def _rounds(self) -> AsyncGenerator[SweepEvent, None]:
        while open_points := await self._points_of_next_round():
            order = self._shuffler.sample(open_points, len(open_points))
            self._round += 1
            yield SweepRoundStarted(self._round, tuple(point.number for point in order))
            for number, point in enumerate(order):
                if self._must_end:
                    return
                self._budget.share(self._points, order[number:], self._round)
                async with aclosing(self._turn(point)) as events:
                    async for event in events:
                        yield event

    async def _points_of_next_round(self) -> list[SweepPoint]:
        """The points that are not over; those that have made their rounds, or have no time left, end now."""
        if self._must_end:
            return []
        waiting = [point for point in self._points if not point.is_over]
        self._budget.share(self._points, waiting, self._round)
        for point in waiting:
            if point.has_begun and point.runner.has_all_rounds:
                await point.end()
        return [point for point in waiting if not point.is_over]

    async def _turn(self, point: SweepPoint) -> AsyncGenerator[PointEvent, None]:
        """One round of a point; what it told."""
        runner, events = point.runner, point.events
        assert events is not None
        self._current = point
        self._first = self._first or point
        point.has_begun = True
        runner.resume()
        try:
            while True:
                runner.keep_going, runner.may_go_elsewhere = self.keep_going, self.may_go_elsewhere
                try:
                    event = await anext(events)
                except StopAsyncIteration:
                    point.is_over = True
                    break
                except asyncio.CancelledError:
                    self._stopped = True
                    raise
                except (TargetError, OSError) as error:
                    point.is_over = True
                    if not self.has_measured:
                        raise
                    self.trouble = self._trouble_at(point, _in_words(error))
                    break
                if isinstance(event, RunStarted):
                    self._budget.begin()  # making environments takes none of it
                if isinstance(event, RunFinished):
                    continue
                if self._is_news(point, event):
                    yield PointEvent(point.number, point.value, event)
                if isinstance(event, RoundJudged):
                    break
        finally:
            runner.pause()
        if runner.trouble and not self.trouble:
            self.trouble = self._trouble_at(point, runner.trouble)

    def _is_news(self, point: SweepPoint, event: Event) -> bool:
        """Whether an event is told: the environments are made for the point that comes first, and are there then."""
        return point is self._first or not isinstance(event, EnvironmentStep)

    def _trouble_at(self, point: SweepPoint, why: str) -> str:
        return f"At {self.sweep.knob} {point.value}: {why}"

    @property
    def _must_end(self) -> bool:
        return self._stopped or bool(self.trouble) or self.is_refused

    async def _end_points(self) -> None:
        """Lets each run that is not over end as one that was stopped does, so that its folder tells so."""
        for point in self._points:
            if not point.is_over and point.has_begun:
                point.runner.stop()
                await point.end()

    def stop(self) -> None:
        """Ends the sweep at once; everything measured so far is kept."""
        self._stopped = True
        for point in self._points:
            if point is self._current:
                point.runner.stop()

    @property
    def is_refused(self) -> bool:
        """Whether redirects lead to another machine, and nobody allowed that."""
        return any(point.runner.is_refused for point in self._points)

    @property
    def elsewhere(self) -> Elsewhere | None:
        """Where redirects lead; None where requests stay with the server that was asked, and before the probes."""
        return next((found for point in self._points if (found := point.runner.elsewhere) is not None), None)

    @property
    def failure(self) -> CommonFailure | None:
        """How every mode failed at every point; None where any did not, and before all points were probed."""
        failures = [point.runner.failure for point in self._points]
        return failures[0] if all(failure is not None for failure in failures) else None

    @property
    def has_measured(self) -> bool:
        """Whether anything would be lost with the sweep's folder."""
        return any(point.runner.has_measured for point in self._points)

    @property
    def hiding(self) -> Hiding:
        """What hides the credentials that are known of so far."""
        return self._points[0].runner.hiding

    def progress(self) -> SweepProgress:
        """Where the sweep stands now."""
        points = tuple(
            PointProgress(point.value, point.runner.progress(), point.is_over or self._budget.has_ended)
            for point in self._points
        )
        current = self._current
        return SweepProgress(
            sweep=self.sweep,
            points=points,
            point=None if current is None else current.number,
            round=self._round,
            rounds=max(self._round, *(point.rounds_done if point.is_over else point.run.rounds for point in points)),
            elapsed_s=self._budget.elapsed_s,
            stage=self._stage(),
            time_left_s=self._budget.time_left_s(points, None if current is None else points[current.number]),
            is_auto=points[0].run.is_auto,
        )

    @property
    def measured(self) -> MeasuredSweep:
        """All that has been found out so far."""
        return MeasuredSweep(self._whole, tuple(point.measured for point in self._points))

    def result(self) -> SweepResult:
        """What has been measured so far, whole rounds and cut-short ones."""
        return summarize_sweep(self.measured)

    @property
    def _whole(self) -> Measured:
        return Measured(
            plan=self.plan,
            url=self.hiding.hide(drop_secrets(self.plan.request.url)),
            records=(),
            stopped=self._stopped,
            trouble=self.trouble,
            started_at=self._started_at,
            ended_at=self._ended_at,
            own_files=self._own_files,
            name=self.hiding.hide(self._name),
            run_id=self._run_id,
            in_history=self._in_history,
            machine=self._machine,
        )

    def _stage(self) -> Stage:
        if self._budget.has_ended:
            return "ended"
        return "preparing" if self._current is None else self._current.runner.progress().stage

    def _write_earlier(self) -> None:
        """Writes down what is gone on with: whatever ends this app, that is to be recovered as well. Raises OSError."""
        if self._folder is not None and self._earlier is not None:
            self._folder.note_earlier(self._earlier.whole)
        for point in self._points:
            if point.runner.records:
                folder = self._begun[point.number] = self._new_folder(point.number)
                folder.begin(point.measured)
                if earlier := _of_point(self._earlier, point.number):
                    folder.note_earlier(earlier)

    def _make_folder(self, number: int) -> RunFolder:
        return self._begun.get(number) or self._new_folder(number)

    def _new_folder(self, number: int) -> RunFolder:
        assert self._folder is not None
        return RunFolder(point_path(self._folder.path, number))

    def _finish(self) -> None:
        self._budget.end()
        for point in self._points:
            point.runner.leave()  # their folders lie in the sweep's
        for folder in self._begun.values():
            folder.leave()
        if not self.keeps_folder:
            self.discard()


def _of_point(earlier: MeasuredSweep | None, number: int) -> Measured | None:
    """What a point is gone on with; None where it was not reached."""
    point = earlier.points[number] if earlier else None
    return point if point is not None and point.records else None


def _went_on_failing(earlier: MeasuredSweep) -> bool:
    """Whether a point at which every mode had failed was measured all the same."""
    return any(point.records and find_common_failure(point.plan, point.probes) is not None for point in earlier.points)


def _in_words(error: OSError | TargetError) -> str:
    """Why a point could not go on, in a sentence."""
    if isinstance(error, OSError) and not isinstance(error, RunError):
        return f"{in_words(error)}."
    return str(error)
