"""The app in a terminal of its own, and all processes that it starts, for tests that kill some of them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tui_httpbench.worker.recorder import ERROR_TEXT_BYTES

MARK = "HTTPBENCH_TEST_MARK"
COMMAND = (sys.executable, "-m", "tui_httpbench")
COMMANDS = {
    "worker": "worker/__main__.py",
    "server": "tui_httpbench.target_server.server",
    "relay": "target_server.relay",
}


class AppUnderTest:
    """The app as the session leader of a new terminal, whose output is kept.

    Where that is not its controlling terminal, no signal tells that it goes away.
    """

    def __init__(self, *arguments: str, controlling: bool = True) -> None:
        self.mark = uuid.uuid4().hex
        self.output = b""
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 110, 0, 0))
        self.attributes = termios.tcgetattr(self._slave)
        self._is_closed = False
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env={**os.environ, MARK: self.mark, "TERM": "xterm-256color"},
            start_new_session=True,
            preexec_fn=_become_foreground if controlling else None,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def press(self, keys: bytes) -> int:
        """Types into its terminal; how much output there was before."""
        before = len(self.output)
        os.write(self._master, keys)
        return before

    def close_terminal(self) -> None:
        """As a terminal's window that is closed."""
        self._is_closed = True
        self._reader.join()
        os.close(self._slave)
        os.close(self._master)

    def end(self) -> None:
        """Leaves nothing of it behind."""
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        if not self._is_closed:
            self.close_terminal()

    def pids(self, part: str = "") -> list[int]:
        """The living processes with its mark, whose command line has that part; those that only wait left out."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self.mark.encode() in (folder / "environ").read_bytes():
                    command = (folder / "cmdline").read_bytes().decode(errors="replace")
                    if part in command and (folder / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                        found.append(int(folder.name))
        return found

    def kill(self, victim: str, number: int, limit_s: float) -> bool:
        """Sends a signal to the app or to one of its processes, once there is one; False where none came up."""
        deadline = time.monotonic() + limit_s
        while self.process.poll() is None and time.monotonic() < deadline:
            pids = [self.process.pid] if victim == "app" else self.pids(COMMANDS[victim])
            for pid in pids[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
                    return True
            time.sleep(0.02)
        return False

    def terminal_attributes(self) -> list[object]:
        return list(termios.tcgetattr(self._slave))

    def drain(self) -> bytes:
        """All output, once the app has ended."""
        size = -1
        while size != len(self.output):
            size = len(self.output)
            time.sleep(0.15)
        return self.output

    def _read(self) -> None:
        os.set_blocking(self._master, False)
        while not self._is_closed:
            try:
                self.output += os.read(self._master, 65_536)
            except BlockingIOError:
                time.sleep(0.01)
            except OSError:
                return


def _become_foreground() -> None:
    """As a shell starts a program, whatever signals the tests' own parent ignores."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def wait_until(is_true: Callable[[], bool], limit_s: float) -> float:
    """Seconds until it was true; infinite where it was not within the limit."""
    start = time.monotonic()
    while not is_true():
        if time.monotonic() - start > limit_s:
            return float("inf")
        time.sleep(0.02)
    return time.monotonic() - start


def rows_by_file(folder: Path) -> dict[Path, int]:
    """Finished requests in each sample file below a folder, counted without the code under test."""
    counts = {}
    for path in folder.rglob("*.samples"):
        numbers = np.frombuffer(path.read_bytes()[ERROR_TEXT_BYTES:], dtype=np.int64)
        counts[path] = int(np.count_nonzero(numbers.reshape(-1, 4)[:, 0]))
    return counts


def count_rows(folder: Path) -> int:
    """Finished requests in all sample files below a folder."""
    return sum(rows_by_file(folder).values())
