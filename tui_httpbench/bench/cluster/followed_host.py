"""One host as the app sees it: begins its run, gives it turns, takes what it measured, and knows when to give up."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_httpbench.bench.cluster import agent
from tui_httpbench.bench.cluster.host_file import HostNote
from tui_httpbench.bench.cluster.hosts_events import HostProgress
from tui_httpbench.bench.cluster.machine_turns import MachineTurns
from tui_httpbench.bench.cluster.mirror import Mirror
from tui_httpbench.bench.cluster.parcel import Parcel
from tui_httpbench.bench.run_error import in_words
from tui_httpbench.text.quoting import printable, shortened

if TYPE_CHECKING:
    from tui_httpbench.bench.cluster.link import Link

TICK_S = 1.0
"""How often a host is asked how it fares, of a few; of many less often, so that the scheduler keeps up."""
ASKED_AT_ONCE = 100
MAX_TICK_S = agent.LEASE_S / 3
MOST_HELD = 400
"""Up to so many, a host is asked to answer when something happens, which holds a connection: Dask's client has 512."""
SILENT_S = agent.LEASE_S + 5.0
"""How long a host may not answer, or its run tell nothing, until it is given up: its run has ended by itself then."""
END_S = 5.0
LAPSED = f"Nobody asked for its run for {agent.LEASE_S:.0f} s, so it ended"
KEPT = "what was measured until then is kept"


class FollowedHost:
    """A host of a run, from its go-ahead to its end; ``note`` is what is known of it."""

    def __init__(
        self, number: int, address: str, note: HostNote, mirror: Mirror, turns: MachineTurns, of_hosts: int = 1
    ) -> None:
        """Nothing is asked yet; ``of_hosts`` is how many are asked alike."""
        self._tick_s = min(max(TICK_S, of_hosts / ASKED_AT_ONCE), MAX_TICK_S)
        self._waits_here = of_hosts > MOST_HELD
        self.number, self.address, self.note = number, address, note
        self.mirror, self._turns = mirror, turns
        self.progress = HostProgress(note.host.name, "failed" if note.trouble else "waiting", trouble=note.trouble)
        self.must_stop = False
        self._run_id = ""
        self._kill = False
        self._has_begun = False

    async def follow(self, link: Link, job: dict[str, Any], why_lost: Callable[[], str]) -> None:
        """Has it measure, until it is over or given up; ``why_lost`` says why the scheduler is. Raises nothing."""
        from tui_httpbench.bench.cluster.link import LostError, SchedulerLostError, SilentError, UnfitError

        self._run_id = job["run_id"]
        trouble, is_silent, is_of_all = "", False, False
        try:
            trouble = await self._follow(link, job)
        except SilentError:
            is_silent = True
            is_of_all = not await _answers(link)
            trouble = self._gave_up(why_lost() if is_of_all else f"It has not answered for {SILENT_S:.0f} s")
        except LostError:
            trouble = self._gave_up("Its worker process of Dask is gone")
        except SchedulerLostError:
            is_silent = is_of_all = True
            trouble = self._gave_up(why_lost())
        except UnfitError as error:
            trouble = f"It could not do as it was told ({error}); see that httpbench-tui is the same there."
        except (ValueError, TypeError) as error:
            trouble = self._gave_up(f"It sent what can't be read ({shortened(printable(str(error)), 100)})")
        except OSError as error:
            trouble = f"What it measured can't be kept here: {in_words(error)}."
        finally:
            self._turns.leave(self.number)
        self._finish(trouble, is_of_all)
        if self._has_begun and not is_silent:
            with suppress(SilentError, LostError, SchedulerLostError, UnfitError):
                await link.call(self.address, agent.end, self._run_id, self.number, limit_s=END_S + agent.END_S)

    @property
    def has_lapsed(self) -> bool:
        """Whether its run ended as nobody asked for it."""
        return self.note.trouble.startswith(LAPSED)

    def ended_with_all(self) -> None:
        """What befell it befell the run as such."""
        self.note = replace(self.note, ended_with_all=True)
        self._write_note()

    async def _follow(self, link: Link, job: dict[str, Any]) -> str:
        # Not here: packing may take its time where a body is large.
        parcel = await asyncio.to_thread(lambda: Parcel(json.dumps(job).encode()))
        begun = await link.call(self.address, agent.begin, parcel, limit_s=SILENT_S)
        if "busy" in begun:
            return (
                f"Another run ({shortened(printable(begun['busy']), 40)}) measures there, and one disturbs the other; "
                f"wait until it has ended. Where its app was killed, it ends by itself within {agent.GONE_S:.0f} s."
            )
        if "why" in begun:
            return f"Its run could not begin: {shortened(printable(begun['why']), 200).rstrip('.')}."
        self._has_begun = True
        state, is_taken, has_turn = "begins", True, False
        while True:
            orders: dict[str, Any] = {
                "have": self.mirror.sizes,
                "wait_s": 0.0 if self._waits_here else self._tick_s,
                "kill": self._kill,
            }
            if self.must_stop:
                orders["stop"] = True
                if state == "waits":
                    state = "runs"
            elif state == "waits" and is_taken:
                self._turns.ask(self.number)
                if not self._turns.has(self.number):
                    await self._turns.changes(self._tick_s)
                has_turn = orders["go"] = self._turns.has(self.number)
            asked_s = time.monotonic()
            told = await link.call(self.address, agent.tend, self._run_id, self.number, orders, limit_s=SILENT_S)
            state = told["state"]
            if state == "gone":
                return self._gave_up("Its worker process of Dask was begun anew")
            self.mirror.take(told["files"])
            is_taken = not told["more"]
            self._show(told["told"], state)
            if has_turn and state in ("waits", "over") and is_taken:
                has_turn = False
                self._turns.leave(self.number)
            if told["silent_s"] > SILENT_S and not self._kill:
                self._kill = True
            if state == "over" and is_taken:
                return self._how_it_ended(told["end"])
            if self._waits_here and state in ("begins", "runs"):
                await asyncio.sleep(self._tick_s)
            elif state == "runs" and time.monotonic() - asked_s < 0.05:
                await asyncio.sleep(0.1)  # it was told to stop, and does

    def _how_it_ended(self, end: dict[str, Any]) -> str:
        if self._kill:
            return self._gave_up(f"Its run hung for {SILENT_S:.0f} s and was ended")
        if end.get("abandoned"):
            return self._gave_up(LAPSED)
        why = shortened(printable(str(end.get("why", ""))), 500)
        return self._gave_up(f"Its run ended before its time: {why.rstrip('.')}") if end.get("died") else why

    def _gave_up(self, why: str) -> str:
        when = "after" if self.progress.state == "waiting" else "in"
        round_ = f" {when} round {self.progress.round}" if self.progress.round else ""
        return f"{why}{round_}; {KEPT if self.mirror.sizes else 'nothing came back'}."

    def _show(self, told: dict[str, Any], state: str) -> None:
        if not told:
            self.progress = replace(self.progress, state="preparing")
            return
        stage = told.get("stage")
        self.progress = replace(
            self.progress,
            state="waiting" if state == "waits" else "preparing" if stage == "preparing" else "measuring",
            round=int(told.get("round", self.progress.round)),
            rounds=int(told.get("rounds", self.progress.rounds)),
            share=float(told.get("share", self.progress.share)),
            done=int(told.get("done", self.progress.done)),
            errors=int(told.get("errors", self.progress.errors)),
            first=str(told.get("first", self.progress.first))[:80],
            undecided=int(told.get("undecided", self.progress.undecided)),
            left_s=told.get("left_s", self.progress.left_s),
        )

    def _finish(self, trouble: str, is_of_all: bool) -> None:
        if trouble:
            self.note = self.note.in_trouble(trouble, of_all=is_of_all)
        self.progress = replace(
            self.progress, state="failed" if self.note.trouble else "done", left_s=0.0, trouble=self.note.trouble
        )
        self._write_note()

    def _write_note(self) -> None:
        with suppress(OSError):  # the disk is full: what was measured can be reported all the same
            self.mirror.note(self.note)


async def _answers(link: Link) -> bool:
    """Whether the scheduler does: where it does not, no host can."""
    from tui_httpbench.bench.cluster.link import SchedulerLostError

    try:
        await link.identity(END_S)
    except SchedulerLostError:
        return False
    return True
