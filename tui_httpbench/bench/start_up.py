"""What a script pays before its first request: fresh processes that import a client, as its first lines would.

Each runs alone: with one on each of two processors, aiohttp's import took 13 to 50 % more, even in processor time, and
requests' the same (medians of eight). Processor time is what is taken, since of a process alone it is its wall time
but for what other programs make of that.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tui_httpbench.bench.start_limits import COLD_LIMIT_S as COLD_LIMIT_S
from tui_httpbench.bench.start_limits import ROUNDS as ROUNDS
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.clients.catalog import Mode
from tui_httpbench.files.threads import telling_of_limits
from tui_httpbench.measured.records import StartUp

START_FILE = Path(__file__).parents[1] / "worker" / "start.py"
START_LIMIT_S = 30.0


@dataclass(frozen=True)
class Script:
    """What is imported where: all modes of a library in one environment start alike.

    ``folder`` is that of a client file of the user's own, empty for what came with this program.
    """

    python: str
    folder: str
    modules: tuple[str, ...]


class StartUps:
    """The starts of one run."""

    def __init__(self, *, with_cold: bool = False) -> None:
        """``with_cold`` starts clients without bytecode as well."""
        self._with_cold = with_cold
        self._rounds: set[int] = set()
        self._cold_s = 0.0

    async def measure(self, workers: Iterable[WorkerProcess]) -> None:
        """Starts what each of these workers imported, and tells each worker of it. Does nothing in later rounds.

        Raises OSError where the system starts no more processes.
        """
        by_script: dict[Script, list[WorkerProcess]] = {}
        for worker in workers:
            if worker.can_work:
                by_script.setdefault(script_of(worker), []).append(worker)
                self._rounds.add(worker.round)
        if len(self._rounds) > ROUNDS or not by_script:
            return
        for script, alike in by_script.items():
            if not alike[0].can_work:  # the run was stopped meanwhile
                return
            told = await start(script, alike[0].environment)
            if told is None:
                continue
            cold_s = await self._start_cold(script, alike[0])
            for worker in alike:
                worker.note_start(StartUp(told[0], told[1], cold_s))

    async def _start_cold(self, script: Script, worker: WorkerProcess) -> float | None:
        """The import with nothing of the client compiled yet; None where that is not asked for, or not any more."""
        if not self._with_cold or self._cold_s > COLD_LIMIT_S:
            return None
        begin_s = time.monotonic()
        # Beside the samples, so that nothing is left elsewhere where this process is killed.
        with tempfile.TemporaryDirectory(prefix="cold-", dir=worker.samples.path.parent) as folder:
            told = await start(script, worker.environment, folder)
        self._cold_s += time.monotonic() - begin_s
        return None if told is None else told[1]


def script_of(worker: WorkerProcess) -> Script:
    """What a script imports that uses a worker's client as its mode does."""
    mode: Mode = worker.mode
    library = mode.library
    # An async script needs an event loop, which not every client imports by itself.
    loop = ("asyncio",) if mode.kind == "async" else ()
    own = () if worker.loop == "" else (worker.loop,)
    # Not the folder of the clients that come with this program: it has a requests.py of its own.
    folder = "" if library.is_built_in else str(library.source_file.parent)
    return Script(worker.python, folder, (*library.modules, *loop, *own))


async def start(script: Script, environment: dict[str, str], cold_folder: str = "") -> tuple[float, float] | None:
    """Seconds of processor time of the interpreter's own start, and of the imports; None where they failed.

    With an empty ``cold_folder``'s path, the bytecode of all that does not come with Python is made anew, in there.
    A process that takes longer than ``START_LIMIT_S`` counts as failed. Raises OSError where none can be started.
    """
    with telling_of_limits():
        process = await asyncio.create_subprocess_exec(
            script.python,
            str(START_FILE),
            script.folder,
            cold_folder,
            *script.modules,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            start_new_session=os.name == "posix",
        )
    try:
        async with asyncio.timeout(START_LIMIT_S):
            out, _ = await process.communicate()
        begun_ns, import_ns = map(int, out.splitlines()[-1].split())
    except (TimeoutError, ValueError, IndexError):
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            if process.returncode is None:
                process.kill()
    return begun_ns / 1e9, import_ns / 1e9
