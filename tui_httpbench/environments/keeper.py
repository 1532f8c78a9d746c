"""Runs what makes an environment, and removes the folder it is made in when it has no parent any more.

A program of its own, of the standard library, started by its path with that folder as its only argument. Orders are
JSON lines on stdin: a command (``argv``, ``env``), one after the other. It tells, in JSON lines on stdout, each
``line`` that the command prints and then how it ``ended``. When stdin closes, as its parent wants it or is gone, it
ends the command with all that this started, removes the folder, and ends. So nothing half-made survives.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ENDING_LIMIT_S = 3.0
REMOVING_LIMIT_S = 10.0
MAX_LINE_LENGTH = 10_000
CLOSED = None


def main() -> int:
    """Obeys until stdin closes; returns 0 where the folder is gone then."""
    folder = Path(sys.argv[1])
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    keeper = _Keeper()
    signal.signal(signal.SIGTERM, lambda *_: keeper.close())
    threading.Thread(target=keeper.listen, daemon=True).start()
    (folder / "tmp").mkdir(exist_ok=True)
    while (order := keeper.orders.get()) is not CLOSED:
        keeper.run(order["argv"], order["env"])
    return 0 if _is_removed(folder) else 1


class _Keeper:
    def __init__(self) -> None:
        self.orders: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._lock = threading.RLock()
        self._is_closed = False
        self._child: subprocess.Popen[bytes] | None = None

    def listen(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in sys.stdin.buffer:
                self.orders.put(json.loads(line))
        self.close()

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            if self._child is not None:
                _end(self._child)
        self.orders.put(CLOSED)

    def run(self, argv: list[str], env: dict[str, str]) -> None:
        with self._lock:
            if self._is_closed:
                return
            try:
                self._child = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env=env,
                    start_new_session=os.name == "posix",
                )
            except OSError as error:
                _tell(line=f"{argv[0]}: {error.strerror or error}")
                _tell(ended=127, errno=error.errno)
                return
            child = self._child
        assert child.stdout is not None
        for line in child.stdout:
            _tell(line=line.decode("utf-8", "replace").rstrip()[:MAX_LINE_LENGTH])
        status = child.wait()
        with self._lock:
            self._child = None
        _tell(ended=status)


def _tell(**message: object) -> None:
    # A parent that is gone hears nothing; that stdin closes tells of it.
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ends a command with all that it started.

    What it started goes first, where there is any: uv leaves megabytes in its cache when a signal ends it, but takes
    them away when a build fails.
    """
    deadline, has_started = time.monotonic() + ENDING_LIMIT_S, False
    while time.monotonic() < deadline and child.poll() is None:
        started = _started_by(child)
        has_started = has_started or bool(started)
        if not has_started:
            break
        for pid in started:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    _kill(child)


def _started_by(child: subprocess.Popen[bytes]) -> list[int]:
    """The living processes of a command's group but for its own; none where the system does not tell."""
    if os.name != "posix":
        return []
    return [pid for pid, group, state in _processes() if group == child.pid != pid and not state.startswith("Z")]


def _processes() -> Iterator[tuple[int, int, str]]:
    """All processes, each with its group and its state."""
    if Path("/proc/self/stat").exists():
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                state, _, group = path.read_text("utf-8", "replace").rpartition(")")[2].split()[:3]
                yield int(path.parent.name), int(group), state
        return
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run(["ps", "-A", "-o", "pid=", "-o", "pgid=", "-o", "stat="], capture_output=True, check=True)
        for line in told.stdout.decode("utf-8", "replace").splitlines():
            with contextlib.suppress(ValueError):
                pid, group, state = line.split()[:3]
                yield int(pid), int(group), state


def _kill(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(child.pid, signal.SIGKILL)
        else:
            # Windows ends a process alone; its own tool knows those that it started.
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(child.pid)], capture_output=True, check=False)


def _is_removed(folder: Path) -> bool:
    """Whether the folder is gone; what is dying may still write to it for a moment."""
    deadline = time.monotonic() + REMOVING_LIMIT_S
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            time.sleep(0.05)
    return not folder.exists()


if __name__ == "__main__":
    sys.exit(main())
