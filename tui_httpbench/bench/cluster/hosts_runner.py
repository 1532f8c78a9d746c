"""Runs a plan on many hosts at once: each makes a run of its own, and what it measured comes back round by round."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from typing import TYPE_CHECKING, Any

from tui_httpbench.bench.cluster.address import Cluster, is_private
from tui_httpbench.bench.cluster.agent import LEASE_S
from tui_httpbench.bench.cluster.choice import Chosen, Worker
from tui_httpbench.bench.cluster.followed_host import FollowedHost
from tui_httpbench.bench.cluster.host_look import look_at_hosts, note_on
from tui_httpbench.bench.cluster.hosts_events import (
    HostFinished,
    HostNotice,
    HostsEvent,
    HostsFinished,
    HostsProgress,
    HostsStarted,
)
from tui_httpbench.bench.cluster.hosts_load import load_of_hosts
from tui_httpbench.bench.cluster.job import has_secrets, job_of
from tui_httpbench.bench.cluster.machine_turns import MachineTurns
from tui_httpbench.bench.cluster.mirror import Mirror
from tui_httpbench.bench.conditions import read_machine
from tui_httpbench.bench.folder_holder import FolderHolder
from tui_httpbench.bench.run_code import own_files_of
from tui_httpbench.bench.run_error import with_reasons
from tui_httpbench.bench.run_folder import RunFolder, host_path
from tui_httpbench.bench.run_reading import host_run_of
from tui_httpbench.bench.runner import time_of_day
from tui_httpbench.clients.own_files import OwnFile
from tui_httpbench.files.threads import in_thread
from tui_httpbench.history.naming import new_run_id
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_hosts import HostRun, MeasuredHosts
from tui_httpbench.measured.notes_json import RunEnd
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.politeness import RemoteLoad
from tui_httpbench.text.formatting import enumerate_first, enumerate_names, plural
from tui_httpbench.text.hiding import drop_secrets

if TYPE_CHECKING:
    from tui_httpbench.bench.cluster.link import Link

WATCH_S = 1.0
STANDSTILL_S = LEASE_S - 5.0
"""How long this app must have stood still for hosts to give it up; they were asked a moment before it did."""
ONE_OPINION = "so they measure in turns, round by round, and are one opinion"


class HostsRunner(FolderHolder):
    """One plan on all hosts of a cluster. ``run`` once; ``progress``, ``measured`` and ``stop`` at any moment.

    All that comes back lies in one folder, which goes as a ``Runner``'s does. Hosts that share a machine take turns,
    round by round. Where the load of all hosts together is more than another machine should get unasked,
    ``may_load`` allows it, and so it does where redirects lead to another machine; ``keep_going`` is as ``Runner``
    has it. ``cluster`` needs Dask, which is imported when ``run`` begins.
    """

    def __init__(
        self,
        plan: Plan,
        cluster: Cluster,
        *,
        keeps_folder: bool = False,
        keep_going: bool = False,
        may_load: bool = False,
        name: str = "",
        in_history: bool = True,
    ) -> None:
        """Starts nothing yet. Raises ValueError for a sweep."""
        if plan.sweep is not None:
            raise ValueError("A sweep is no single run.")
        self.plan, self.cluster = plan, cluster
        self.keeps_folder = keeps_folder
        self._keep_going, self._may_load = keep_going, may_load
        self._name, self._in_history = name, in_history
        self._own_files: tuple[OwnFile, ...] = ()
        self._machine = read_machine()
        self._started_at = time_of_day()
        self._ended_at: str | None = None
        self._run_id = new_run_id(self._started_at)
        self._began_s: float | None = None
        self._ended_s: float | None = None
        self._hosts: list[FollowedHost] = []
        self._read: tuple[HostRun, ...] | None = None
        self._connecting: asyncio.Task[Any] | None = None
        self._stopped = False
        self._stood_still_s = 0.0
        self.trouble = ""

    async def run(self) -> AsyncGenerator[HostsEvent, None]:
        """Measures on all hosts, and yields an event at each turn.

        However it ends, nothing stays behind on any host. Raises RunError where no host can be reached, PlanError where
        a host that was asked for is not there, or the load is more than may go unasked.
        """
        async with aclosing(with_reasons(self._run(), "run")) as events:
            async for event in events:
                yield event

    async def _run(self) -> AsyncGenerator[HostsEvent, None]:
        from tui_httpbench.bench.cluster.link import connect

        self._own_files = own_files_of(self.plan, None)
        if not self.cluster.is_private:
            self._keep_secrets_from(self.cluster.address)
        async with AsyncExitStack() as stack:
            try:
                link = await self._interruptible(stack.enter_async_context(connect(self.cluster)))
                chosen, offs = await self._interruptible(look_at_hosts(link, self.plan, self.cluster, self._why_lost()))
            except asyncio.CancelledError:
                if not self._stopped:
                    raise
                yield HostsFinished(True)
                return
            if not self.cluster.local:
                self.keep_secrets_from_workers([host.worker for host in chosen])
            if (load := load_of_hosts(self.plan, chosen)) is not None:
                self._refuse_heavy(load)
                yield HostNotice("", load.in_words)
            folder = self._folder = RunFolder()
            stack.callback(self._finish)
            await in_thread(folder.begin, self._whole)
            self._hosts = self._followed(chosen, offs, folder)
            for notice in self._notices():
                yield notice
            yield HostsStarted(tuple(host.note.host.name for host in self._hosts))
            self._began_s = time.monotonic()
            async with aclosing(self._follow_all(link)) as finished:
                async for event in finished:
                    yield event
            self._ended_at = time_of_day()
            # All has been measured and can be reported: a full disk must not take that away now.
            with suppress(OSError):
                folder.note(RunEnd(self._stopped, self.trouble, self._ended_at))
        yield HostsFinished(self._stopped)

    def _followed(self, chosen: Sequence[Chosen], offs: Mapping[str, float], folder: RunFolder) -> list[FollowedHost]:
        machines: dict[str, list[str]] = {}
        for each in chosen:
            if each.facts is not None:
                machines.setdefault(str(each.facts["machine"]), []).append(each.name)
        turns = {machine: MachineTurns() for machine in machines}
        hosts = []
        for number, each in enumerate(chosen):
            machine = "" if each.facts is None else str(each.facts["machine"])
            shares = tuple(name for name in machines.get(machine, ()) if name != each.name)
            note = note_on(each, self.plan, shares, offs.get(each.worker.address))
            mirror = Mirror(host_path(folder.path, number))
            mirror.note(note)
            turn = turns.get(machine) or MachineTurns()
            hosts.append(FollowedHost(number, each.worker.address, note, mirror, turn, len(chosen)))
        return hosts

    def _notices(self) -> list[HostNotice]:
        """What is to be known before they begin."""
        notices = []
        groups = {
            frozenset((host.note.host.name, *host.note.host.shares)) for host in self._hosts if host.note.host.shares
        }
        for group in groups:
            names = [host.note.host.name for host in self._hosts if host.note.host.name in group]
            shown = enumerate_names(names) if len(names) <= 8 else plural(len(names), "host")
            notices.append(HostNotice("", f"{shown} share one machine, {ONE_OPINION}."))
        for host in self._hosts:
            notices += [HostNotice(host.note.host.name, sentence) for sentence in host.note.notes]
        return notices

    async def _follow_all(self, link: Link) -> AsyncGenerator[HostFinished, None]:
        tasks = {}
        for host in self._hosts:
            if host.note.trouble:
                yield HostFinished(host.note.host.name, host.note.trouble)
                continue
            job = job_of(self._whole, host.number, keep_going=self._keep_going, may_go_elsewhere=self._may_load)
            host.must_stop = self._stopped
            tasks[asyncio.create_task(host.follow(link, job, self._why_lost))] = host
        watching = asyncio.create_task(self._watch_itself())
        try:
            waiting = set(tasks)
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()  # what is wrong in here must be seen
                    yield HostFinished(tasks[task].note.host.name, tasks[task].note.trouble)
        finally:
            for task in (watching, *tasks):
                task.cancel()
            await asyncio.gather(watching, *tasks, return_exceptions=True)
        self.trouble = self._why_all_ended()

    def _why_all_ended(self) -> str:
        """Why the run as such ended before its time, which is no host's own trouble; empty where it did not."""
        lapsed = [host for host in self._hosts if host.has_lapsed] if self._stood_still_s else []
        for host in lapsed:
            host.ended_with_all()
        if any(host.note.ended_with_all and not host.has_lapsed for host in self._hosts):
            return f"{self._why_lost()}; what came back until then counts."
        if lapsed:
            return (
                f"This app stood still for {self._stood_still_s:.0f} s, and no host measures on without it; what came "
                "back until then counts."
            )
        return ""

    async def _watch_itself(self) -> None:
        """Notices when this process was suspended, by itself or with the machine, so that no host was asked."""
        while True:
            # While a machine sleeps, one of its clocks may stand still as well.
            before, at_before = time.monotonic(), time.time()
            await asyncio.sleep(WATCH_S)
            gap_s = max(time.monotonic() - before, time.time() - at_before)
            if gap_s > STANDSTILL_S:
                self._stood_still_s = max(self._stood_still_s, gap_s)

    async def _interruptible(self, work: Any) -> Any:
        """What is awaited, which ``stop`` cancels."""
        self._connecting = asyncio.ensure_future(work)
        try:
            if self._stopped:
                self._connecting.cancel()
            return await self._connecting
        finally:
            self._connecting = None

    def keep_secrets_from_workers(self, workers: Sequence[Worker]) -> None:
        """Refuses to send credentials where a scheduler, which may be near, passes them on in the clear.

        Raises PlanError.
        """
        if in_the_clear := [worker.address for worker in workers if not is_private(worker.address)]:
            self._keep_secrets_from(enumerate_first(in_the_clear, 3))

    def _keep_secrets_from(self, where: str) -> None:
        """Refuses to send credentials to where others can read them on the way."""
        if has_secrets(self._whole):
            raise PlanError(
                "cluster",
                f"The plan has credentials, which would go to {where} for all on the way to read; use tls:// for the "
                "scheduler and its workers, or write $NAME in their place, a variable that is set on the hosts.",
            )

    def _refuse_heavy(self, load: RemoteLoad) -> None:
        if load.is_heavy and not self._may_load:
            raise PlanError("requests", f"{load.in_words[:-1]}; {load.why_heavy}")

    def _why_lost(self) -> str:
        return f"The scheduler {self.cluster.in_words} does not answer any more"

    def stop(self) -> None:
        """Asks all hosts to end and to hand in what they have; everything measured so far is kept."""
        self._stopped = True
        if self._connecting is not None:
            self._connecting.cancel()
        for host in self._hosts:
            host.must_stop = True

    @property
    def has_measured(self) -> bool:
        """Whether anything would be lost with the run's folder."""
        return any(name.endswith(".samples") for host in self._hosts for name in host.mirror.sizes)

    def progress(self) -> HostsProgress:
        """Where all hosts stand."""
        hosts = tuple(host.progress for host in self._hosts)
        now_s = time.monotonic() if self._ended_s is None else self._ended_s
        return HostsProgress(
            hosts=hosts,
            elapsed_s=0.0 if self._began_s is None else now_s - self._began_s,
            time_left_s=self._time_left_s(),
            is_over=self._ended_s is not None,
        )

    def _time_left_s(self) -> float | None:
        """That of the machine that needs longest: hosts that share one need theirs one after the other."""
        by_machine: dict[frozenset[str], float] = {}
        for host in self._hosts:
            if host.progress.is_over:
                continue
            if host.progress.left_s is None:
                return None
            machine = frozenset((host.note.host.name, *host.note.host.shares))
            by_machine[machine] = by_machine.get(machine, 0.0) + host.progress.left_s
        return max(by_machine.values(), default=0.0)

    @property
    def measured(self) -> MeasuredHosts:
        """All that has come back so far."""
        if self._read is not None:
            return MeasuredHosts(self._whole, self._read)
        hosts = tuple(host_run_of(host.mirror.folder, host.note) for host in self._hosts)
        if self._ended_s is not None:
            self._read = hosts  # nothing more comes
        return MeasuredHosts(self._whole, hosts)

    @property
    def _whole(self) -> Measured:
        hiding = self.plan.request.hiding
        return Measured(
            plan=self.plan,
            url=hiding.hide(drop_secrets(self.plan.request.url)),
            records=(),
            stopped=self._stopped,
            trouble=self.trouble,
            started_at=self._started_at,
            ended_at=self._ended_at,
            own_files=self._own_files,
            name=hiding.hide(self._name),
            run_id=self._run_id,
            in_history=self._in_history,
            machine=self._machine,
        )

    def _finish(self) -> None:
        self._ended_s = time.monotonic()
        if not self.keeps_folder:
            _ = self.measured  # what is asked for later is in memory then
            self.discard()
