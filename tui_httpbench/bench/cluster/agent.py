"""What runs in a worker of Dask: it starts a child that measures, tells how it fares, and hands over what it wrote.

The child is a process of its own: nothing of Dask runs in what is timed, the worker's event loop stays free, and
killing the child ends all that it has started. It lives as long as this process does, and as the app asks for it: with
each ``tend`` it hears a ``tick``, and it ends ``LEASE_S`` after the last one. What it has measured is handed over while
it measures nothing, between two rounds.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tui_httpbench.bench.cluster.host_folder import RUN, BusyError, make_host_folder
from tui_httpbench.bench.cluster.parcel import Parcel
from tui_httpbench.files.file_lock import FileLock
from tui_httpbench.files.private_files import open_private

PROTOCOL = 1
LEASE_S = 15.0
"""How long a child goes on without a word from the app."""
END_S = 3.0
"""How long a child may take to end in order."""
HUNG_S = 2 * LEASE_S
"""After so long without a word from the app a child that has not ended by itself is ended, since it hangs."""
GONE_S = HUNG_S + 2 * END_S
"""After so long, nothing is left of a run whose app was killed."""
MAX_JOB_BYTES = 300_000_000
CHUNK_BYTES = 4_000_000
ABANDONED = 3
"""The exit status of a child that nobody asks for any more."""
_STDERR = "stderr"
_LAST_WORDS_BYTES = 2_000


class Charge:
    """One child and its folder. ``state`` is ``begins``, ``waits`` for a go-ahead, ``runs``, or ``over``.

    It ``waits`` only once the child has said so: then nothing is measured until it is told to go.
    """

    def __init__(self, job: dict[str, Any], folder: Path, lock: FileLock) -> None:
        """Starts the child. Raises OSError."""
        self.folder, self._lock = folder, lock
        self.state = "begins"
        self.told: dict[str, Any] = {}
        self.end: dict[str, Any] = {}
        self.heard_s = time.monotonic()
        self._asked_s = time.monotonic()
        self._is_given_up = False
        self._news = threading.Event()
        self._wake: Callable[[], object] = lambda: None
        self._is_closed = threading.Event()
        self._writing = threading.Lock()
        with open_private(folder / _STDERR) as complaints:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tui_httpbench.bench.cluster.child", str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=_usual_variables(os.environ),
                start_new_session=os.name == "posix",
            )
        self.say(job)
        threading.Thread(target=self._listen, name="httpbench-host", daemon=True).start()
        threading.Thread(target=self._watch, name="httpbench-host-watch", daemon=True).start()

    def say(self, message: dict[str, Any]) -> None:
        """Tells the child something; it may be gone."""
        assert self._process.stdin is not None
        with self._writing, suppress(OSError, ValueError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def tick(self) -> None:
        """The app has asked: it lives, and the child goes on."""
        self._asked_s = time.monotonic()
        self.say({"do": "tick"})

    def go(self) -> None:
        """Lets it make its next round."""
        if self.state == "waits":
            self.state = "runs"
            self.heard_s = time.monotonic()
            self._news.clear()
            self.say({"do": "go"})

    def stop(self) -> None:
        """Lets it end at once, with what it has."""
        if self.state == "waits":
            self.state = "runs"
            self._news.clear()
        self.say({"do": "stop"})

    async def changes(self, wait_s: float) -> None:
        """Waits until its state changes, but no longer than that."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        # Not by looking again and again: what this process does now disturbs what is measured.
        self._wake = lambda: loop.call_soon_threadsafe(changed.set)
        if not self._news.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), wait_s)

    @property
    def is_still(self) -> bool:
        """Whether nothing is measured now, so that its files can be read."""
        return self.state in ("waits", "over")

    @property
    def silent_s(self) -> float:
        """For how long it has told nothing, though it should."""
        return 0.0 if self.is_still else time.monotonic() - self.heard_s

    def close(self) -> None:
        """Ends the child, by force if need be, removes its folder, and lets others measure; safe to call twice."""
        self.say({"do": "bye"})
        assert self._process.stdin is not None
        with self._writing, suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self._is_closed.set()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.release()

    def kill(self) -> None:
        """Ends the child at once; what it has started ends by itself, as the other end of its input is gone."""
        with suppress(ProcessLookupError, PermissionError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.heard_s = time.monotonic()
            with suppress(ValueError):
                told = json.loads(line)
                if told["tell"] == "progress":
                    self.told = told
                    continue
                if told["tell"] == "over":
                    self.end = told
                self.state = told["tell"]
                self._tell_news()
        status = self._process.wait()
        if not self.end:
            is_abandoned = self._is_given_up or status == ABANDONED
            self.end = {"tell": "over", "died": True, "abandoned": is_abandoned, "why": self._last_words(status)}
        self.state = "over"
        self._tell_news()
        if not self._is_closed.wait(0.0 if status == ABANDONED or self._is_given_up else LEASE_S):
            self.close()  # the app is gone

    def _watch(self) -> None:
        """Ends a child that hangs while the app is gone: nobody else would."""
        while not self._is_closed.wait(END_S):
            if time.monotonic() - self._asked_s > HUNG_S:
                self._is_given_up = True
                self.kill()
                return

    def _tell_news(self) -> None:
        self._news.set()
        with suppress(RuntimeError):  # the loop has ended
            self._wake()

    def _last_words(self, status: int) -> str:
        """How it ended by itself, as the end of a sentence."""
        if status < 0:
            return f"it was ended by the signal {-status}"
        with suppress(OSError):
            lines = (self.folder / _STDERR).read_bytes()[-_LAST_WORDS_BYTES:].decode("utf-8", "replace").split("\n")
            if said := [line.strip() for line in lines if line.strip()]:
                return said[-1]
        return f"it ended with the status {status}"


_CHARGES: dict[tuple[str, int], Charge] = {}


async def begin(parcel: Parcel) -> dict[str, Any]:
    """Starts a child, which waits for its go-ahead; what is wrong where it can't: ``busy`` or ``why``."""
    return await asyncio.to_thread(_begin, parcel)


def _begin(parcel: Parcel) -> dict[str, Any]:
    folder, lock = None, None
    try:
        job = json.loads(parcel.open(MAX_JOB_BYTES))
        if job["protocol"] != PROTOCOL:
            return {"why": "this version of httpbench-tui asks for what the one there does not know"}
        folder, lock = make_host_folder(job["run_id"])
        _CHARGES[job["run_id"], job["number"]] = Charge(job, folder, lock)
    except BusyError as busy:
        return {"busy": str(busy)}
    except (OSError, ValueError) as error:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            lock.release()
        return {"why": str(getattr(error, "strerror", None) or error)}
    return {}


async def tend(run_id: str, number: int, orders: dict[str, Any]) -> dict[str, Any]:
    """Says that the app lives, passes on its orders, and tells how the child fares; at most ``wait_s`` later.

    ``orders`` may be to ``go`` on, to ``stop``, or to ``kill`` a child that hangs; ``have`` are the sizes of the files
    that the app has. The answer has ``files``: (name, offset, Parcel) each, and ``more`` where there are more.
    """
    charge = _CHARGES.get((run_id, number))
    if charge is None:
        return {"state": "gone"}
    charge.tick()
    if orders.get("kill"):
        charge.kill()
    if orders.get("stop"):
        charge.stop()
    if orders.get("go"):
        charge.go()
    if not charge.is_still or orders.get("stop"):
        await charge.changes(orders["wait_s"])
    files: list[tuple[str, int, Parcel]] = []
    has_more = False
    state = charge.state
    if charge.is_still:
        files, has_more = await asyncio.to_thread(collect, charge.folder / RUN, orders.get("have", {}))
    return {
        "state": state,
        "told": charge.told,
        "end": charge.end if state == "over" else {},
        "silent_s": charge.silent_s,
        "files": files,
        "more": has_more,
    }


async def end(run_id: str, number: int) -> None:
    """Ends the child and removes what it left here."""
    charge = _CHARGES.pop((run_id, number), None)
    if charge is not None:
        await asyncio.to_thread(charge.close)


def collect(folder: Path, have: Mapping[str, int], most: int = CHUNK_BYTES) -> tuple[list[Any], bool]:
    """What of a run's folder the app lacks, some ``most`` bytes of it, and whether that is not all.

    ``run.json`` comes last, as it is what makes a folder a run's.
    """
    found: list[tuple[str, int, Parcel]] = []
    for path in sorted(_files_of(folder), key=lambda path: (path.name == "run.json", str(path))):
        name = path.relative_to(folder).as_posix()
        with suppress(OSError):
            offset, size = have.get(name, 0), path.stat().st_size
            if size <= offset and not (name not in have and size == 0):
                continue
            if most <= 0:
                return found, True
            with path.open("rb") as file:
                file.seek(offset)
                data = file.read(most)
            found.append((name, offset, Parcel(data)))
            most -= len(data)
            if offset + len(data) < size:
                return found, True
    return found, False


def _files_of(folder: Path) -> list[Path]:
    """The files of a run's folder that make it one."""
    with suppress(OSError):
        plain = [path for path in folder.iterdir() if path.suffix in (".samples", ".json", ".jsonl")]
        return [*plain, *folder.glob("body"), *folder.glob("client-*/*")]
    return []


def _usual_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables as they are without what Dask sets for its own workers, such as how memory is given back."""
    import dask
    import distributed  # noqa: F401, it brings the defaults of its settings

    kept = dict(variables)
    for key in ("pre-spawn-environ", "environ"):
        for name, value in (dask.config.get(f"distributed.nanny.{key}", None) or {}).items():
            if kept.get(name) == str(value):
                del kept[name]
    return kept
