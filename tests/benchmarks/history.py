"""How long the history takes with many runs: to list, to filter, to open, and to keep one more."""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from support.made_results import EIGHT, MACHINE, rounds_of

from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.kept_runs import history_size, keep, list_kept, open_kept
from tui_httpbench.history.database import writing
from tui_httpbench.measured.measured import Measured
from tui_httpbench.plan.plan import Plan


def timed(what: str, work: Callable[[], object], tries: int = 9) -> None:
    """Prints the median time of some tries, in milliseconds."""
    times = []
    for _ in range(tries):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1e3)
    print(f"{what:<40}{statistics.median(times):>10,.1f} ms")


def copy_it(folder: Path, begin: datetime, runs: int) -> None:
    """Fills up with copies of the one run that is kept, under other ids, times and names: to keep each takes longer."""
    with writing(folder) as connection:
        _, _, _, facts, words, file_name, size, _ = connection.execute("SELECT * FROM runs").fetchone()
        (summary,) = connection.execute("SELECT summary FROM summaries").fetchone()
        samples = (folder / "samples" / file_name).read_bytes()
        for number in range(1, runs):
            moment = begin + timedelta(minutes=number)
            run_id, name = f"{moment:%Y%m%d-%H%M%S}-abcd", f"run {number}"
            (folder / "samples" / run_id).write_bytes(samples)
            words_of_it = f"{run_id} {name} {words.partition(' first ')[2]}"
            row = (run_id, moment.timestamp(), name, facts, words_of_it, run_id, size, None)
            connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            connection.execute("INSERT INTO summaries VALUES (?, ?)", (run_id, summary))
            connection.execute("INSERT INTO sources VALUES (?, ?)", (run_id, run_id))


def main() -> None:
    """Fills a history of its own, and times it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        begin = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
        records = tuple(record for mode in EIGHT for record in rounds_of(mode, requests=200))
        made = Measured(Plan(modes=EIGHT, requests=200, concurrency=1), "http://127.0.0.1:9/", records, machine=MACHINE)
        result, start = summarize_run(made), time.perf_counter()
        keep(replace(made, started_at=begin.isoformat(), name="first"), source="first", result=result)
        copy_it(Path(folder) / "httpbench-tui" / "history", begin, runs)
        print(f"made {runs:,} runs in {time.perf_counter() - start:.0f} s")
        size = history_size()
        on_disk = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        print(f"{size.runs:,} runs, samples {size.samples_bytes / 1e6:.0f} MB, in all {on_disk / 1e6:.0f} MB")
        page = list_kept(most=50)
        timed("the first 50", lambda: list_kept(most=50))
        timed("the next 50", lambda: list_kept(most=50, after=page[-1]))
        timed("all", list_kept)
        timed("50 of a filter that many have", lambda: list_kept("aiohttp", most=50))
        timed("a filter that one has, the oldest", lambda: list_kept("first"))
        timed("a filter that none has", lambda: list_kept("nothing like it"))
        timed("open the last one", lambda: open_kept("last"))
        timed("open the oldest one", lambda: open_kept(f"last~{runs - 1}"))
        numbers = iter(range(runs, runs + 100))
        more = replace(made, name="more", started_at="2026-11-26T20:00:00+00:00")
        timed("keep one more", lambda: keep(more, source=str(next(numbers)), result=result))


if __name__ == "__main__":
    main()
