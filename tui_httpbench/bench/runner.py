"""Orders the rounds, lets the modes of each take turns in fresh workers, and tells what happens."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import replace
from datetime import datetime

from tui_httpbench.analysis.all_failed import CommonFailure, find_common_failure
from tui_httpbench.analysis.elsewhere import Elsewhere, find_elsewhere
from tui_httpbench.analysis.going_on import why_other_requests
from tui_httpbench.analysis.outlook import last_round_wall_s
from tui_httpbench.analysis.pairs import is_open
from tui_httpbench.analysis.rate_limit import why_too_much
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import rank_so_far, summarize_run
from tui_httpbench.bench.conditions import ConditionsMonitor, read_machine
from tui_httpbench.bench.events import (
    AllFailed,
    Event,
    Progress,
    RedirectedElsewhere,
    RoundFinished,
    RoundJudged,
    RoundStarted,
    RunFinished,
    RunStarted,
)
from tui_httpbench.bench.folder_holder import FolderHolder
from tui_httpbench.bench.foreign_requests import hops_of
from tui_httpbench.bench.groups import choose_groups
from tui_httpbench.bench.lane_environments import LaneEnvironments
from tui_httpbench.bench.open_files import check_open_files
from tui_httpbench.bench.pinning import choose_cpus, leave_cpu, usable_cpus, using_cpus
from tui_httpbench.bench.probes import probe_modes
from tui_httpbench.bench.progress import ProgressTracker
from tui_httpbench.bench.round_maker import RoundMaker, RunSetting
from tui_httpbench.bench.round_schedule import RoundSchedule
from tui_httpbench.bench.run_code import CODE_AS_IT_IS, RunCode, own_files_of, why_not_alike
from tui_httpbench.bench.run_error import RunError, in_words, with_reasons
from tui_httpbench.bench.run_folder import RunFolder
from tui_httpbench.bench.start_up import StartUps
from tui_httpbench.bench.stopwatch import Stopwatch
from tui_httpbench.bench.trust import Trust, make_trust
from tui_httpbench.bench.turns import Cpus
from tui_httpbench.bench.worker_job import hiding_for
from tui_httpbench.clients.entrants import lane_of
from tui_httpbench.files.threads import in_thread
from tui_httpbench.history.naming import new_run_id
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.notes_json import ProbesMade, RunEnd
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.request_heads import credentials_in, hide_credentials
from tui_httpbench.measured.samples import Samples, no_samples
from tui_httpbench.plan.header_values import expand_headers
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetCounts, TargetEndedError, TargetError
from tui_httpbench.text.hiding import Hiding, drop_secrets


class Runner(FolderHolder):
    """One run of a plan. ``run`` once; ``progress``, ``result`` and ``stop`` at any moment.

    What is measured lies in a folder, from which it can be recovered. It goes when ``run`` ends, or, where
    ``keeps_folder`` is True by then, with ``discard``, unless ``hand_over`` gave it away. Where the probes show that
    every mode fails in the same way, ``failure`` says so, and no round is made unless ``keep_going`` is True by the
    time that ``run`` goes on after it has told. The same holds for ``may_go_elsewhere`` where they show that redirects
    lead to another machine.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        keeps_folder: bool = False,
        earlier: Measured | None = None,
        keep_going: bool = False,
        may_go_elsewhere: bool = False,
        against: Against = USUAL,
        name: str = "",
        in_history: bool = True,
        make_folder: Callable[[], RunFolder] = RunFolder,
        times_starts: bool = True,
    ) -> None:
        """Starts nothing yet. ``earlier`` is what an earlier run of this plan measured, which this one goes on with.

        An automatic run goes on while the gate of ``against`` is unsure. ``name`` is what its user calls the run;
        without ``in_history``, it is not to be kept there. ``make_folder`` makes the folder in which what is
        measured lies. ``times_starts`` finds out what a script pays before its first request.
        """
        if plan.sweep is not None:
            raise ValueError("A sweep is no single run.")
        self._make_folder = make_folder
        self._clock = Stopwatch()
        self._name = earlier.name if earlier else name
        self._in_history = in_history
        self._against = against
        before = earlier.rounds_made if earlier else 0
        at_first = (earlier.plan.rounds_at_first or earlier.plan.rounds_before or before) if earlier else 0
        plan = self.plan = plan.replace(rounds_before=before, rounds_at_first=at_first)
        self.keeps_folder = keeps_folder
        # Whoever wants more rounds of a run that went on although all had failed was asked then.
        self.keep_going = keep_going or (earlier is not None and find_common_failure(plan, earlier.probes) is not None)
        self.may_go_elsewhere = may_go_elsewhere
        self._earlier = earlier
        self.records: list[RoundRecord] = list(earlier.records) if earlier else []
        self.url = plan.request.url
        cpus = choose_cpus(plan.pin)
        self._cpus = cpus if plan.request.uses_embedded_target else cpus.of_worker_alone
        self._schedule = RoundSchedule(plan, last_round_wall_s(earlier.records) if earlier else 0.0, self._clock)
        self._tracker = ProgressTracker(plan, self._schedule, self._clock)
        self._probes: tuple[Probe, ...] = ()
        self._monitor = ConditionsMonitor(self._cpus)
        self._conditions = RunConditions(self._cpus.text)
        self._machine = read_machine()
        self._started_at = earlier.started_at if earlier else time_of_day()
        self._run_id = (earlier.run_id if earlier else "") or new_run_id(self._started_at)
        self._ended_at: str | None = None
        self._usable_cpus = usable_cpus()
        self._target: EmbeddedTarget | None = None
        self._own_files = earlier.own_files if earlier else ()
        self._code = CODE_AS_IT_IS
        self._rounds: RoundMaker | None = None
        self._shuffler = random.Random(f"{plan.seed}/{plan.rounds_before}" if earlier else plan.seed)
        self._start_ups = StartUps(with_cold=plan.start_up) if times_starts else None
        self._environments: LaneEnvironments | None = None
        self._probing: asyncio.Task[tuple[Probe, ...]] | None = None
        self._stopped = False
        self.is_refused = False
        """Whether nothing was measured, since redirects lead to another machine, and nobody allowed that."""
        self._hiding = plan.request.hiding
        self.trouble = ""
        if earlier:
            self._tracker.finish_round(earlier.records)
            self._schedule.ranking = rank_so_far(plan, earlier.records)

    async def run(self) -> AsyncGenerator[Event, None]:
        """Measures, and yields an event at each turn.

        However it ends, the worker and the embedded target end with it. Where the system refuses what a round needs,
        such as room on the disk, or another machine answers that it is too much, the run ends before its time, and
        ``trouble`` says why in a sentence. Raises RunError where nothing was measured until then, TargetError where the
        embedded target can't start or has died by then, PlanError where a header names a variable that is not set, or
        where the system allows too few open files.
        """
        async with aclosing(with_reasons(self._run(), "run")) as events:
            async for event in events:
                yield event

    async def _run(self) -> AsyncGenerator[Event, None]:
        self._hiding = hiding_for(self.plan, self.url)
        if self._earlier is not None and (why := why_other_requests(self._earlier)):
            raise RunError(why)
        check_open_files(self.plan)
        self._own_files = own_files_of(self.plan, self._earlier)
        async with AsyncExitStack() as stack:
            environments = self._environments = LaneEnvironments(self.plan, RunCode(self._own_files).mode_of)
            async with aclosing(environments.prepare(stack)) as steps:
                async for step in steps:
                    self._tracker.is_preparing = True
                    yield step
            self._tracker.is_preparing = False
            if self._stopped:
                yield RunFinished(True)
                return
            self._schedule.start()
            folder = self._folder = self._make_folder()
            self._code = RunCode(self._own_files, folder.path, environments.by_lane)
            stack.callback(self._finish_folder)
            if self.plan.request.uses_embedded_target:
                self._target = await stack.enter_async_context(
                    EmbeddedTarget(cpu=self._cpus.target, scenario=self.plan.scenario, folder=folder.path)
                )
                self.url = self._target.url + self.plan.request.url
            # Not here: the samples of an earlier run may be many.
            await in_thread(folder.begin, self._as_of_now)
            if self._earlier is not None:
                folder.note_earlier(self._earlier)
            trust = make_trust(self.plan, self._target.ca_pem if self._target else None, folder.path)
            if self._cpus.worker is not None:
                stack.enter_context(leave_cpu(self._cpus.worker))
            self._tracker.start()
            stack.callback(self._tracker.end)
            yield RunStarted(self._shown_url)
            self._monitor.start()
            await self._probe(folder, trust)
            failure = self.failure
            if failure is not None and not self.keep_going:
                yield AllFailed(failure)
                self._start_clocks()
            goes_on = failure is None or self.keep_going
            if goes_on and (elsewhere := self.elsewhere) is not None and self._is_news(elsewhere):
                yield RedirectedElsewhere(elsewhere)
                goes_on = self.may_go_elsewhere
                self.is_refused = not goes_on
                self._start_clocks()
            if goes_on:
                self._rounds = self._make_round_maker(folder, trust)
                async for event in self._measure_rounds(self._rounds, folder):
                    yield event
            await self._look_at_conditions()
            self._ended_at = time_of_day()
            # All has been measured and can be reported: a full disk must not take that away now.
            with suppress(OSError):
                folder.note(self._conditions)
                folder.note(RunEnd(self._stopped, self.trouble, self._ended_at))
        yield RunFinished(self._stopped or bool(self.trouble))

    def stop(self) -> None:
        """Ends the run at once; everything measured so far is kept."""
        self._stopped = True
        if self._environments is not None:
            self._environments.stop()
        if self._probing is not None:
            self._probing.cancel()
        if self._rounds is not None:
            self._rounds.stop()

    def pause(self) -> None:
        """Nothing of what happens until ``resume`` counts as this run's: not its time, nor what else the machine does.

        To be called only while ``run`` waits to be gone on with.
        """
        self._clock.pause()
        self._monitor.pause()

    def resume(self) -> None:
        """The run's time goes on."""
        self._monitor.resume()
        self._clock.resume()

    def give_time_s(self, seconds: float) -> None:
        """Sets anew how long an automatic run may go on from now, its pauses left out."""
        self._schedule.budget_s = self._schedule.spent_s + seconds

    @property
    def has_all_rounds(self) -> bool:
        """Whether no further round will begin, but for one that its user asks for."""
        return self._schedule.is_over()

    @property
    def has_measured(self) -> bool:
        """Whether anything would be lost with the run's folder."""
        return any(record.requests for record in self.records)

    def progress(self) -> Progress:
        """Where the run stands now."""
        return self._tracker.snapshot()

    def recent_samples(self, mode_id: str, count: int) -> Samples:
        """Up to ``count`` of a mode's latest requests in the round under way, shape (n, 4); none between two rounds."""
        return no_samples() if self._rounds is None else self._rounds.recent_samples(mode_id, count)

    @property
    def failure(self) -> CommonFailure | None:
        """How every mode failed in its probe; None where any did not, and before the probes."""
        return find_common_failure(self.plan, self._probes)

    @property
    def elsewhere(self) -> Elsewhere | None:
        """Where redirects lead; None where requests stay with the server that was asked, and before the probes."""
        return find_elsewhere(self.plan, self._probes)

    @property
    def hiding(self) -> Hiding:
        """What hides the credentials that are known of so far."""
        return self._hiding

    def _is_news(self, elsewhere: Elsewhere) -> bool:
        """Whether it leads to another machine; of a run that is gone on with, to one that it did not load before."""
        earlier = self._earlier
        known = find_elsewhere(self.plan, earlier.probes) if earlier is not None and earlier.records else None
        return not elsewhere.has_only(known.hosts if known is not None else ())

    @property
    def _shown_url(self) -> str:
        return self._hiding.hide(drop_secrets(self.url))

    @property
    def measured(self) -> Measured:
        """All that has been found out so far; where nothing came on top of an earlier run's, just that."""
        if not self.adds_anything and self._earlier is not None:
            return self._earlier
        return self._as_of_now

    @property
    def _as_of_now(self) -> Measured:
        """This run and what it goes on with, also before anything came on top."""
        return Measured(
            plan=self.plan,
            url=self._shown_url,
            records=tuple(self.records),
            stopped=self._stopped,
            trouble=self.trouble,
            probes=self._probes,
            conditions=self._joined_conditions,
            started_at=self._started_at,
            ended_at=self._ended_at,
            machine=self._machine,
            own_files=self._own_files,
            against=self._against,
            duration_s=self._schedule.duration_s or (self._earlier.duration_s if self._earlier else None),
            name=self._hiding.hide(self._name),
            run_id=self._run_id,
            in_history=self._in_history,
        )

    def result(self) -> Result:
        """What has been measured so far, whole rounds and cut-short ones."""
        return summarize_run(self.measured)

    @property
    def _joined_conditions(self) -> RunConditions:
        """Those of this run; what other programs used, as the mean over all of its rounds."""
        before = self._earlier.conditions if self._earlier is not None else None
        shares = (before.other_cpu_share if before else None, self._conditions.other_cpu_share)
        rounds_before = self.plan.rounds_before
        rounds = max((record.round for record in self.records), default=0)
        if shares[0] is None or shares[1] is None or rounds <= rounds_before:
            return self._conditions
        joined = (shares[0] * rounds_before + shares[1] * (rounds - rounds_before)) / rounds
        return replace(self._conditions, other_cpu_share=joined)

    @property
    def adds_anything(self) -> bool:
        """Whether an earlier run's rounds are not all that is known, be it by requests or by how a mode failed.

        True of a run that goes on with none.
        """
        return self._earlier is None or any(
            record.requests or record.outcome != "stopped"
            for record in self.records
            if record.round > self.plan.rounds_before
        )

    def _start_clocks(self) -> None:
        """Begins anew with the time that the run takes: an answer may have taken its own."""
        self._schedule.start()
        self._tracker.start()

    def _finish_folder(self) -> None:
        if not self.keeps_folder:
            self.discard()

    async def _look_at_conditions(self) -> None:
        """Takes down the machine's state since the run began; no worker measures meanwhile."""
        counts = await self._counts()
        self._conditions = self._monitor.finish(counts.cpu_s if counts else None)

    async def _probe(self, folder: RunFolder, trust: Trust) -> None:
        if self._stopped:
            return
        self._probing = asyncio.create_task(
            probe_modes(self.plan, self.url, self._target, trust, self._hiding, self._code)
        )
        try:
            with using_cpus(self._usable_cpus):
                probes = await self._probing
            told = self.plan.wire_headers
            sent = expand_headers(told)
            self._hiding = self._hiding.and_also(credentials_in(probes))
            self._probes = tuple(hide_credentials(probe, told, sent, self._hiding) for probe in probes)
            self._code.even_out(self._probes)
            folder.note(ProbesMade(self._probes))
        except TargetEndedError:
            raise TargetEndedError(f"{await self._obituary()}.") from None
        except asyncio.CancelledError:
            if not self._stopped:
                self._probing.cancel()
                self._stopped = True
                raise
        finally:
            self._probing = None

    def _make_round_maker(self, folder: RunFolder, trust: Trust) -> RoundMaker:
        """With all that the probes have found out."""
        cpus = Cpus(self._usable_cpus, None if self._cpus.worker is None else (self._cpus.worker,))
        setting = RunSetting(
            self.plan, self.url, folder, self._target, trust, self._hiding, self._code, cpus, self._hops()
        )
        return RoundMaker(setting, self.records, self._schedule, self._tracker, self._shuffler, self._start_ups)

    async def _measure_rounds(self, rounds: RoundMaker, folder: RunFolder) -> AsyncGenerator[Event, None]:
        given_up: set[str] = set()
        for number in range(self.plan.rounds_before + 1, self.plan.max_rounds + 1):
            modes = tuple(mode_id for mode_id in self.plan.modes if mode_id not in given_up)
            if self._stopped or not modes or self._schedule.is_over():
                return
            if why := why_not_alike(self._earlier.probes if self._earlier else self._probes, self._probes):
                self.trouble = why
                return
            self._schedule.begin_round()
            groups = choose_groups(self.plan, modes, self._shuffler)
            for index, group in enumerate(groups):
                if self._stopped:
                    return
                yield RoundStarted(number, group)
                try:
                    records = await rounds.measure(number, group, index, len(groups))
                    await self._look_at_conditions()
                    folder.note(self._conditions)
                except OSError as error:
                    if not self.has_measured:
                        raise
                    self.trouble = f"The run ended in round {number}: {in_words(error)}."
                    return
                except asyncio.CancelledError:
                    self._stopped = True
                    raise
                if rounds.has_lost_target:
                    why = f"The run ended in round {number}. {await self._obituary()}."
                    if not self.has_measured:
                        raise TargetEndedError(why)
                    self.trouble = why
                    return
                given_up |= {record.mode for record in records if record.outcome not in ("complete", "stopped")}
                yield RoundFinished(number, records)
            if not self._stopped and (why := why_too_much(self.plan, tuple(self.records), self._probes)):
                self.trouble = why
                return
            # Not here: comparing fifty modes would hold up the screen. No worker measures meanwhile.
            ranking = await in_thread(rank_so_far, self.plan, tuple(self.records))
            is_gate_open = await in_thread(is_open, self.plan, tuple(self.records), self._against)
            self._schedule.finish_round(ranking, is_gate_open=is_gate_open)
            yield RoundJudged(number)

    async def _obituary(self) -> str:
        """How the embedded target ended, in a sentence without its full stop."""
        assert self._target is not None
        await self._target.wait()
        kept = "what was measured until then counts, and no" if self.has_measured else "no"
        return f"{self._target.end_in_words}; {kept} mode is to blame. Run again, or give a URL"

    def _hops(self) -> dict[str, int | None]:
        """How many requests arrive at the target for one that is sent, by mode."""
        hops = {probe.mode: hops_of(self.plan, probe) for probe in self._probes}
        return {mode_id: hops.get(lane_of(mode_id)) for mode_id in self.plan.modes}

    async def _counts(self) -> TargetCounts | None:
        if self._target is None:
            return None
        try:
            return await self._target.counts()
        except TargetError:
            return None  # what was measured must not be lost; that it has died is seen elsewhere


def time_of_day() -> str:
    """The time of day now, in ISO 8601 with the zone."""
    return datetime.now().astimezone().isoformat(timespec="seconds")
