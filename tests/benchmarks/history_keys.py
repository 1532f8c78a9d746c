"""How long the History screen takes to answer a key, with many runs: from the press until it has been drawn.

Run by hand: PYTHONPATH=tests python tests/benchmarks/history_keys.py [--runs 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

from support.made_history import keep_run
from support.screens import wait_for_screen, wait_until
from textual.pilot import Pilot
from textual.widgets import Input

from tui_httpbench.files.folders import state_folder
from tui_httpbench.history.database import database_path
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.history.screen import HistoryScreen
from tui_httpbench.tui.screens.setup.screen import SetupScreen

LIMIT_MS = 100.0
LOOK_INTERVAL_S = 0.001
GIVES_UP_S = 10.0
SIZE = (160, 45)


def fill(runs: int) -> None:
    """Makes a history of so many runs: one that is kept, and rows that differ from its own in id, time and name."""
    first, folder = keep_run(0), state_folder()
    assert folder is not None
    with closing(sqlite3.connect(database_path(folder / "history"))) as connection, connection:
        for number in range(1, runs):
            run_id, name = f"20241120-{number:06}-abcd", f"run {number}"
            connection.execute(
                "INSERT INTO runs SELECT ?, started_s + ?, ?, facts, ? || searched, samples, samples_bytes, NULL "
                "FROM runs WHERE id = ?",
                (run_id, number * 60.0, name, f"{run_id} {name} ", first.id),
            )


async def time_key(pilot: Pilot[None], key: str, is_answered: Callable[[], bool]) -> float:
    """Milliseconds from a key until the screen shows what it came to."""
    begin = time.perf_counter()
    pilot.app.simulate_key(key)
    while not (is_answered() and not pilot.app.screen._dirty_widgets):
        assert time.perf_counter() - begin < GIVES_UP_S, f"{key} was not answered"
        await asyncio.sleep(LOOK_INTERVAL_S)
    return (time.perf_counter() - begin) * 1e3


async def time_keys(runs: int) -> dict[str, list[float]]:
    """Each key's times, in milliseconds."""
    app = HttpbenchApp()
    app.animation_level = "none"
    times: dict[str, list[float]] = {}
    async with app.run_test(size=SIZE) as pilot:
        await wait_for_screen(pilot, SetupScreen)
        app.simulate_key("f4")
        begin = time.perf_counter()
        screen = await wait_for_screen(pilot, HistoryScreen)
        await wait_until(pilot, lambda: screen.runs.run is not None)
        times["f4, until the first runs are there"] = [(time.perf_counter() - begin) * 1e3]
        rows = screen.runs

        async def press(key: str, what: str, is_answered: Callable[[], bool]) -> None:
            times.setdefault(what, []).append(await time_key(pilot, key, is_answered))
            if not screen.query("Input:focus"):
                await pilot.pause()

        def has_gone(row: int) -> bool:
            return rows.cursor > row and rows.run is not None

        for _ in range(20):
            await press("down", "down", partial(has_gone, rows.cursor))
            await press("pagedown", "pagedown, until its run is there", partial(has_gone, rows.cursor))
        for _ in range(5):
            await press("end", "end, until the oldest is there", lambda: rows.cursor == runs - 1 and bool(rows.run))
            await press("pageup", "pageup", lambda: rows.cursor < runs - 1 and rows.run is not None)
            await press("home", "home, until the newest is there", lambda: rows.cursor == 0 and bool(rows.run))
            await press("space", "space", lambda: rows.cursor == 1)
        await pilot.press("slash")
        field = screen.query_one("#history-filter", Input)

        def has_typed(length: int) -> bool:
            return len(field.value) > length

        for text in ("777", "aiohttp", "nothing"):
            for letter in text:
                await press(letter, "a letter in the filter", partial(has_typed, len(field.value)))
            begin = time.perf_counter()
            while list(app.workers):
                await asyncio.sleep(LOOK_INTERVAL_S)
            times.setdefault("the runs of a filter, after its last letter", []).append(
                (time.perf_counter() - begin) * 1e3
            )
            print(f"{text!r}: {rows.total:,} runs")
            field.value = ""
            await app.workers.wait_for_complete()
            await pilot.pause()
    return times


def main() -> None:
    """Fills a history of its own, and times keys."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        for name in ("CONFIG", "STATE", "DATA", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = folder
        fill(runs)
        times = asyncio.run(time_keys(runs))
    for what, each in times.items():
        print(f"{what:<45}{statistics.median(each):>9.1f} ms, at most {max(each):.1f} ms ({len(each)})")
    slow = [what for what, each in times.items() if statistics.median(each) > LIMIT_MS]
    print(f"slower than {LIMIT_MS:.0f} ms: {', '.join(slow) or 'none'}")


if __name__ == "__main__":
    main()
