"""How long does the app take until it takes keys, next to a minimal app of Textual?

Run by hand: python tests/benchmarks/first_paint.py [--pairs 12] [--columns 120] [--rows 36]

Starts a small app, ours on its questions, and ours on the form of a URL in turn, each as a process in a terminal of its
own, until its footer is drawn and it takes keys; the form's list of modes comes just after that. Prints the median of
wall and processor time, and the ratios to the small app that was started just before, so that a machine which is busy,
or slows down, takes from both. It needs a system with pseudo-terminals and /proc, as Linux has them.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

LIMIT_S = 60.0
LAST_DRAWN = b"palette"
"""What the footer of each app ends with."""
SMALL_APP = """
from textual.app import App
from textual.widgets import Footer, Header, Input, Label

class SmallApp(App):
    def compose(self):
        yield Header()
        yield Label("URL")
        yield Input()
        yield Footer()

SmallApp().run()
"""
"""A header, a label, an input and a footer: about the least that a form has."""
APPS = {
    "small app": ["-c", SMALL_APP],
    "questions": ["-m", "tui_httpbench"],
    "form": ["-m", "tui_httpbench", "http://localhost:9/"],
}


def opening(arguments: list[str], home: Path, columns: int, rows: int) -> tuple[float, float]:
    """Wall and processor time in seconds from the start of a process to its footer. Raises RuntimeError."""
    places = dict.fromkeys(("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(home))
    begin = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, *arguments], {**os.environ, **places, "TERM": "xterm-256color"})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    drawn = b""
    try:
        while LAST_DRAWN not in drawn:
            if time.perf_counter() - begin > LIMIT_S or not select.select([terminal], [], [], LIMIT_S)[0]:
                raise RuntimeError(f"{arguments} drew no footer: {drawn[-500:]!r}")
            drawn += os.read(terminal, 65_536)
        wall_s = time.perf_counter() - begin
        fields = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
        return wall_s, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def main() -> None:
    """Opens each app in turn and prints what it took."""
    parser = argparse.ArgumentParser(description="time until the app takes keys, next to a minimal one")
    parser.add_argument("--pairs", type=int, default=12)
    parser.add_argument("--columns", type=int, default=120)
    parser.add_argument("--rows", type=int, default=36)
    options = parser.parse_args()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in APPS}
    with tempfile.TemporaryDirectory() as home:
        for _ in range(options.pairs + 1):
            for name, arguments in APPS.items():
                taken[name].append(opening(arguments, Path(home), options.columns, options.rows))
    print(f"{'':10} {'wall, s':>8} {'CPU, s':>8} {'wall ratio':>18} {'CPU ratio':>18}")
    small = taken["small app"][1:]  # the first of each reads files that the others find in memory
    for name, times in taken.items():
        medians = [statistics.median(part) for part in zip(*times[1:], strict=True)]
        told = [f"{median:8.3f}" for median in medians]
        for part in range(2):
            ratios = sorted(ours[part] / other[part] for ours, other in zip(times[1:], small, strict=True))
            told.append(f"{statistics.median(ratios):5.2f} ({ratios[0]:4.2f} to {ratios[-1]:4.2f})")
        print(f"{name:10} {' '.join(told)}")


if __name__ == "__main__":
    main()
