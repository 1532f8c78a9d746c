"""A run on a host: round by round as the agent gives the word, and no longer than anybody asks for it.

The job comes in on stdin, and after it lines of JSON: ``go`` for each round, ``tick`` as long as the app lives,
``stop`` to end with what there is, ``bye`` to end. What is told goes to stdout: ``progress`` about once a second,
``waits`` before each round, ``over`` at the end. While it waits, the clocks of the run stand still.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import shutil
import sys
import threading
import time
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

from tui_httpbench.bench.cluster.agent import ABANDONED, LEASE_S
from tui_httpbench.bench.cluster.host_folder import RUN
from tui_httpbench.bench.cluster.job import plan_of_job
from tui_httpbench.bench.events import EnvironmentStep, RoundJudged
from tui_httpbench.bench.run_error import RunError, in_words
from tui_httpbench.bench.run_folder import RunFolder
from tui_httpbench.bench.runner import Runner
from tui_httpbench.files.threads import spare_threads_of_numpy
from tui_httpbench.measured.strict_json import read_as
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.header_values import expand_headers
from tui_httpbench.plan.reference import Against
from tui_httpbench.target_server.launcher import TargetError

PROGRESS_S = 1.0
ROOM_S = 5.0
"""How long a run that nobody asks for any more may take to end in order."""


class _Voice:
    """What is told to the agent; who tells something never waits for it."""

    def __init__(self) -> None:
        # Nothing that is printed here may get between the lines.
        self._descriptor = os.dup(1)
        os.dup2(2, 1)
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    def tell(self, what: str, **values: Any) -> None:
        """Tells something; of how it goes, only what can be told at once."""
        if what != "progress" or self._lines.empty():
            self._lines.put(json.dumps({"tell": what, **values}).encode() + b"\n")

    def _write(self) -> None:
        with suppress(OSError):
            while True:
                line = self._lines.get()
                while line:
                    line = line[os.write(self._descriptor, line) :]


class _Ear:
    """What the agent says."""

    def __init__(self, loop: asyncio.AbstractEventLoop, folder: Path) -> None:
        self._folder = folder
        self.may_go = asyncio.Event()
        self.must_stop = asyncio.Event()
        self.may_leave = asyncio.Event()
        self.is_abandoned = False
        self._heard_s = time.monotonic()
        self._loop = loop
        self._reader = os.fdopen(0, "rb", closefd=False)

    def first(self) -> dict[str, Any]:
        """The job."""
        job: dict[str, Any] = json.loads(self._reader.readline())
        threading.Thread(target=self._listen, daemon=True).start()
        return job

    @property
    def silent_s(self) -> float:
        """For how long nobody has asked for this run."""
        return time.monotonic() - self._heard_s

    def give_up(self) -> None:
        """Nobody asks any more."""
        if not self.is_abandoned:
            timer = threading.Timer(ROOM_S, _end_surely, (self._folder,))
            timer.daemon = True
            timer.start()
        self.is_abandoned = True
        for event in (self.must_stop, self.may_go, self.may_leave):
            event.set()

    def _listen(self) -> None:
        for line in self._reader:
            self._heard_s = time.monotonic()
            with suppress(ValueError):
                self._loop.call_soon_threadsafe(self._obey, json.loads(line)["do"])
        self._loop.call_soon_threadsafe(self.give_up)

    def _obey(self, order: str) -> None:
        if order == "go":
            self.may_go.set()
        elif order in ("stop", "bye"):
            self.must_stop.set()
            self.may_go.set()
        if order == "bye":
            self.may_leave.set()


class _HostRun:
    """The run, and what it tells."""

    def __init__(self, job: dict[str, Any], folder: Path, voice: _Voice, ear: _Ear) -> None:
        plan, told = plan_of_job(job, folder)
        expand_headers(plan.request.filled_headers, where="there")
        self._voice, self._ear = voice, ear
        self.runner = Runner(
            plan,
            keeps_folder=True,
            keep_going=job["keep_going"],
            may_go_elsewhere=job["may_go_elsewhere"],
            against=read_as(Against, told["against"]),
            in_history=False,
            make_folder=lambda: RunFolder(folder / RUN),
        )

    async def make(self) -> str:
        """Measures; a sentence on why that was not possible, empty where it was."""
        runner, ear = self.runner, self._ear
        watching = [asyncio.create_task(each) for each in (self._tell_progress(), self._wait_for_stop())]
        try:
            await self._wait_for_go()
            async with aclosing(runner.run()) as events:
                async for event in events:
                    if isinstance(event, EnvironmentStep):
                        self._voice.tell("progress", stage="preparing", making=event.holds[:200])
                    elif isinstance(event, RoundJudged) and not ear.must_stop.is_set() and not runner.has_all_rounds:
                        runner.pause()
                        await self._wait_for_go()
                        runner.resume()
        except (TargetError, RunError) as error:
            return str(error)
        except OSError as error:
            return f"The run can't be made: {in_words(error)}."
        finally:
            for task in watching:
                task.cancel()
        if runner.is_refused and (elsewhere := runner.elsewhere) is not None:
            return elsewhere.why_refused
        if runner.failure is not None and not runner.keep_going:
            return runner.failure.text
        return runner.trouble

    async def _wait_for_go(self) -> None:
        self._ear.may_go.clear()
        if self._ear.must_stop.is_set():
            return
        self._voice.tell("waits")
        await self._ear.may_go.wait()

    async def _wait_for_stop(self) -> None:
        await self._ear.must_stop.wait()
        self.runner.stop()

    async def _tell_progress(self) -> None:
        while True:
            self._voice.tell("progress", **progress_of(self.runner))
            if self._ear.silent_s > LEASE_S:
                self._ear.give_up()
            await asyncio.sleep(PROGRESS_S)


def progress_of(runner: Runner) -> dict[str, Any]:
    """Where a run stands, in a few numbers."""
    progress = runner.progress()
    return {
        "stage": progress.stage,
        "round": progress.round,
        "rounds": progress.rounds,
        "is_auto": progress.is_auto,
        "share": progress.share,
        "done": progress.done,
        "errors": progress.errors,
        "elapsed_s": progress.elapsed_s,
        "left_s": progress.time_left_s,
        "first": progress.ranking[0].mode if progress.ranking else "",
        "undecided": len(progress.undecided),
    }


async def _run(folder: Path) -> bool:
    """Makes the run; whether the app took what it measured."""
    voice, ear = _Voice(), _Ear(asyncio.get_running_loop(), folder)
    run = None
    try:
        run = _HostRun(ear.first(), folder, voice, ear)
        why = await run.make()
        voice.tell("progress", **progress_of(run.runner))
    except PlanError as error:
        why = str(error)
    except (OSError, ValueError, KeyError, TypeError, LookupError) as error:
        why = f"What was asked for is not understood there ({type(error).__name__}: {error})"[:300] + "."
    voice.tell("over", why=why, died=False, abandoned=ear.is_abandoned)
    while not ear.may_leave.is_set() and ear.silent_s < LEASE_S:
        with suppress(TimeoutError):
            await asyncio.wait_for(ear.may_leave.wait(), PROGRESS_S)
    if run is not None:
        run.runner.leave()
    return not ear.is_abandoned and ear.may_leave.is_set()


def _end_surely(folder: Path) -> None:
    """Ends this process even where something in it hangs, once nobody asks for it."""
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(ABANDONED)


def main() -> None:
    """Makes the run whose folder is the first argument."""
    spare_threads_of_numpy()
    folder = Path(sys.argv[1])
    was_taken = asyncio.run(_run(folder))
    if not was_taken:
        _end_surely(folder)
    # The thread at stdin would hold up the interpreter's own exit.
    os._exit(0)


if __name__ == "__main__":
    main()
