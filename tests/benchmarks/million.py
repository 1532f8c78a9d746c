"""A million requests in one run: what the app's own process needs for them, and whether the screen answers meanwhile.

Run by hand, on Linux: python tests/benchmarks/million.py [--requests 1m] [--rounds 1] [--mode aiohttp] [--only tui]

First 'run' without a screen, then the TUI in a terminal of its own. Memory is the resident size of the app's process,
files mapped into it included; idle is the moment at which the first worker starts, or the form on the screen. A key
counts as answered when the terminal has got the text that it brings up; one is pressed every second while requests are
measured, and on the form before, for comparison. Exit status 1 where memory grows by 100 MB, or the median of the key
that asks whether to stop is 100 ms or more; the longest times tell of the machine as well, so run it on one that is
idle. Help and palette are Textual's own and draw most of the screen: they are told, but don't decide. Escape asks to
stop as well, but no terminal app knows within 100 ms that it isn't the begin of another key.
"""

from __future__ import annotations

import argparse
import fcntl
import itertools
import os
import pty
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tui_httpbench.plan.parsing import parse_requests

COMMAND = (sys.executable, "-m", "tui_httpbench")
MAX_GROWTH_MB = 100.0
MAX_KEY_MS = 100.0
COLUMNS, LINES = 160, 45
CTRL_Q, CTRL_R = b"\x11", b"\x12"
TABS = {
    "latency": (b"t", "Distribution"),
    "why": (b"w", "CPU"),
    "code": (b"o", "ClientSession"),
    "ranking": (b"g", "requests/s"),
}
_CONTROL = re.compile(r"\x1b(?:\[[0-9;?<>=]*[A-Za-z]|\][^\x07]*\x07|[()][A-Z0-9]|.)")


class Key(NamedTuple):
    """A key that brings up a text on top of a screen, and the one that takes it away."""

    name: str
    opens: bytes
    shows: str
    closes: bytes


PALETTE = Key("palette", b"\x10", "Search for commands", b"\x1b")
KEYS_OF_FORM = (Key("help", b"\x1bOP", "Scroll Up", b"\x1bOP"), PALETTE)
KEYS_OF_RUN = (
    Key("help", b"\x1bOP", "Focus Previous", b"\x1bOP"),
    PALETTE,
    Key("question", b"s", "Stop here?", b"n"),
)


class Memory:
    """Looks at the memory of a process and of its workers, fifty times a second, until it ends."""

    def __init__(self, pid: int) -> None:
        self.at_first_worker_mb: float | None = None
        self.peak_mb = self.worker_peak_mb = 0.0
        self._pid = pid
        threading.Thread(target=self._look, daemon=True).start()

    def now_mb(self) -> float:
        """The resident size of the process."""
        return status_mb(self._pid, "VmRSS")

    def _look(self) -> None:
        while (now_mb := self.now_mb()) > 0:
            for pid in children(self._pid):
                with suppress(OSError):
                    if b"bench/worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        self.worker_peak_mb = max(self.worker_peak_mb, status_mb(pid, "VmHWM"))
                        self.at_first_worker_mb = self.at_first_worker_mb or now_mb
            # The kernel keeps the highest value between two looks.
            self.peak_mb = max(self.peak_mb, status_mb(self._pid, "VmHWM"))
            time.sleep(0.02)


class Terminal:
    """The TUI in a terminal; what it writes is kept with the time at which it came."""

    def __init__(self, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self._chunks: list[tuple[float, str]] = []
        self._has_more = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def press(self, key: bytes) -> int:
        """Sends a key; returns where the output after it begins."""
        begin = len(self._chunks)
        os.write(self._master, key)
        return begin

    def _has_come(self, count: int) -> bool:
        return len(self._chunks) > count

    def time_of(self, text: str, begin: int, limit_s: float) -> float:
        """When a text had come; raises TimeoutError."""
        deadline = time.monotonic() + limit_s
        seen, tail = begin, ""
        while True:
            with self._has_more:
                if not self._has_more.wait_for(partial(self._has_come, seen), deadline - time.monotonic()):
                    raise TimeoutError(f"{text!r} did not come within {limit_s:g} s; the last output was {tail!r}")
                at_s, chunk = self._chunks[seen]
            seen += 1
            tail = _CONTROL.sub("", tail + chunk)
            if text in tail:
                return at_s
            tail = tail[-500:]

    def answer_ms(self, key: bytes, text: str, limit_s: float = 30.0) -> float:
        """How long a key takes to bring up a text, in milliseconds; raises TimeoutError."""
        begin_s = time.monotonic()
        return (self.time_of(text, self.press(key), limit_s) - begin_s) * 1e3

    def _read(self) -> None:
        while True:
            try:
                chunk = os.read(self._master, 65_536).decode(errors="replace")
            except OSError:
                return
            with self._has_more:
                self._chunks.append((time.monotonic(), chunk))
                self._has_more.notify_all()


def status_mb(pid: int, name: str) -> float:
    """A size from a process's status, in MB; 0 once it is gone."""
    with suppress(OSError):
        match = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        return int(match[1]) * 1024 / 1e6 if match else 0.0
    return 0.0


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in path.read_text().split()]
    return found


def press_keys(
    terminal: Terminal, keys: Sequence[Key], times: int, is_over: threading.Event | None = None
) -> dict[str, list[float]]:
    """How long each key takes to bring up its text, in milliseconds; one key a second, in turns."""
    answers: dict[str, list[float]] = {key.name: [] for key in keys}
    for key in itertools.islice(itertools.cycle(keys), times * len(keys)):
        if is_over is not None and is_over.is_set():
            break
        with suppress(TimeoutError):
            answers[key.name].append(terminal.answer_ms(key.opens, key.shows, 10.0))
        time.sleep(0.5)
        terminal.press(key.closes)
        time.sleep(0.5)
    return answers


def describe(answers: dict[str, list[float]]) -> str:
    """Median and maximum of each key."""
    parts = [
        f"{name} {len(times)} times, median {statistics.median(times):.0f} ms, max {max(times):.0f} ms"
        for name, times in answers.items()
        if times
    ]
    return "; ".join(parts)


def measure_headless(plan: list[str], folder: Path) -> bool:
    """'run' with JSON; whether memory stayed within its limit."""
    report = folder / "million.json"
    begin_s = time.monotonic()
    process = subprocess.Popen([*COMMAND, "run", *plan, "--json", str(report)], stdout=subprocess.DEVNULL)
    memory = Memory(process.pid)
    status = process.wait()
    took_s = time.monotonic() - begin_s
    idle_mb = memory.at_first_worker_mb or 0.0
    growth_mb = memory.peak_mb - idle_mb
    print(f"run: exit status {status} after {took_s:.0f} s, JSON of {report.stat().st_size:,} bytes")
    print(f"  app {idle_mb:.1f} MB idle, {memory.peak_mb:.1f} MB at most: {growth_mb:.1f} MB more", end="; ")
    print(f"worker {memory.worker_peak_mb:.0f} MB at most")
    return status == 0 and growth_mb < MAX_GROWTH_MB


def measure_tui(plan: list[str]) -> bool:
    """The TUI from form to replay; whether memory and keys stayed within their limits."""
    terminal = Terminal(*plan)
    memory = Memory(terminal.process.pid)
    try:
        terminal.time_of("Concurrency", 0, 30.0)
        time.sleep(3.0)
        idle_mb = memory.now_mb()
        print(f"TUI: before the run {describe(press_keys(terminal, KEYS_OF_FORM, 8))}")
        begin_s = time.monotonic()
        began = terminal.press(CTRL_R)
        terminal.time_of("Round 1", began, 60.0)
        is_over = threading.Event()
        ended_s: list[float] = []

        def wait_for_result() -> None:
            ended_s.append(terminal.time_of("Warnings", began, 24 * 3600.0))
            is_over.set()

        threading.Thread(target=wait_for_result, daemon=True).start()
        answers = press_keys(terminal, KEYS_OF_RUN, 10**6, is_over)
        is_over.wait()
        run_peak_mb = memory.peak_mb
        print(f"  the run took {ended_s[0] - begin_s:.0f} s; meanwhile {describe(answers)}")
        time.sleep(2.0)
        tabs = {name: terminal.answer_ms(key, text) for name, (key, text) in TABS.items()}
        tabs["JSON"] = terminal.answer_ms(b"s", "was saved")
        tabs["replay"] = terminal.answer_ms(b" ", "the clock shows")
        print("  after it: " + ", ".join(f"{name} {ms:.0f} ms" for name, ms in tabs.items()))
        time.sleep(3.0)
        growth_mb = memory.peak_mb - idle_mb
        print(
            f"  app {idle_mb:.1f} MB idle, {run_peak_mb:.1f} MB at most in the run, {memory.peak_mb:.1f} MB in all",
            end="",
        )
        print(f": {growth_mb:.1f} MB more; worker {memory.worker_peak_mb:.0f} MB at most")
        terminal.press(CTRL_Q)
        terminal.process.wait(10.0)
    finally:
        terminal.process.kill()
    return growth_mb < MAX_GROWTH_MB and statistics.median(answers["question"]) < MAX_KEY_MS


def main() -> int:
    parser = argparse.ArgumentParser(description="the limits of a run of a million requests")
    parser.add_argument("--requests", default="1m")
    parser.add_argument("--rounds", default="1")
    parser.add_argument("--mode", action="append", dest="modes")
    parser.add_argument("--concurrency", default="20")
    parser.add_argument("--only", choices=("run", "tui"))
    options = parser.parse_args()
    plan = ["-n", str(parse_requests(options.requests)), "-r", options.rounds, "-c", options.concurrency]
    for mode in options.modes or ["aiohttp"]:
        plan += ["-m", mode]
    held = []
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(HOME=home, XDG_STATE_HOME=f"{home}/state", XDG_CONFIG_HOME=f"{home}/config")
        os.chdir(home)
        if options.only != "tui":
            held.append(measure_headless(plan, Path(home)))
        if options.only != "run":
            held.append(measure_tui(plan))
    print("all limits held" if all(held) else "a limit was exceeded")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
