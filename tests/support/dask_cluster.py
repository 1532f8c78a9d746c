"""A scheduler of Dask and workers of it, each a process that a test may kill, with a home folder of its own."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

from support.killing import MARK

START_S = 60.0
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
_SCHEDULER = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")


def _die_with_the_tests() -> None:
    """Has the system end this process with the tests, however they end (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class DaskCluster:
    """Workers with these names, between ``with`` and its end; they have a resource each that is called as they are."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.folder, self.names = folder, names
        self.address = ""
        self.mark = uuid.uuid4().hex
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self._scheduler: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._scheduler = self._start("scheduler", *_SCHEDULER)
            self.address = self._told("scheduler", r"Scheduler at: +(tcp://\S+)")
            for number, name in enumerate(self.names):
                self.workers[name] = self._start(
                    name,
                    *("distributed.cli.dask_worker", self.address, "--name", name, "--host", f"127.0.0.{number + 11}"),
                    *("--nthreads", "1", "--no-dashboard", "--no-nanny", "--resources", f"of-{name}=1"),
                )
            for name in self.names:
                self._told(name, r"(Registered to): +tcp")
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Sends a signal to a worker, or to the ``scheduler``."""
        process = self._scheduler if name == "scheduler" else self.workers[name]
        assert process is not None
        process.send_signal(number)
        if number == signal.SIGKILL:
            process.wait()

    def begin_scheduler_anew(self) -> None:
        """Kills it, and begins another at the same address."""
        self.kill("scheduler")
        port = self.address.rpartition(":")[2]
        self._scheduler = self._start("scheduler", *(port if each == "0" else each for each in _SCHEDULER))

    def state_of(self, name: str) -> Path:
        """Where a worker keeps what it knows."""
        return self.folder / name / "state" / "httpbench-tui"

    def log_of(self, name: str) -> str:
        """What a worker, or the scheduler, has printed."""
        return (self.folder / f"{name}.log").read_text()

    def pids(self, part: str) -> list[int]:
        """The living processes of its workers, and what they have started, whose command line has that part."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self.mark.encode() in (folder / "environ").read_bytes():
                    command = (folder / "cmdline").read_bytes().decode(errors="replace")
                    if part in command and (folder / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                        found.append(int(folder.name))
        return found

    def end(self) -> None:
        """Leaves nothing of it behind."""
        for process in (*self.workers.values(), *([self._scheduler] if self._scheduler else [])):
            process.kill()
            process.wait()
        for pid in self.pids(""):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        home = self.folder / name
        home.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    MARK: self.mark,
                    "HOME": str(home),
                    "XDG_STATE_HOME": str(home / "state"),
                    "DASK_TEMPORARY_DIRECTORY": str(home),
                },
                start_new_session=True,
                preexec_fn=_die_with_the_tests,
            )

    def _told(self, name: str, pattern: str) -> str:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if match := re.search(pattern, self.log_of(name)):
                return match[1]
            time.sleep(0.05)
        raise TimeoutError(self.log_of(name)[-2000:])
