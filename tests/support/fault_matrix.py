"""The rude server's faults against the modes: a run for each fault and concurrency, what came of it, and the table.

``python tests/support/fault_matrix.py [FAULT ...]`` makes the runs anew and writes ``FAULTS.md``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import re
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.rude_server import RudeServer
from tui_httpbench.analysis.result import Result
from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.clients.catalog import MODES
from tui_httpbench.measured.samples import error_mask
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.report import json_report
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.text import print_report
from tui_httpbench.worker.errors import ERROR_KINDS

TABLE_FILE = Path(__file__).parent / "FAULTS.md"
CONCURRENCIES = (1, 20)
REQUESTS = {1: 5, 20: 24}
UNANNOUNCED = {
    "reset-after-every-3rd",
    "close-after-every-3rd",
    "tls-then-close-after-every-3rd",
    "http-9.9",
    "early-hints-first",
    "switching-protocols",
}
"""The server leaves kept connections without a word: whether a client notices before it sends is a matter of time."""

MANY_REQUESTS = 120
"""Enough for every connection to come to its third."""

WAITING = {"silent", "drip-from-the-start", "drip-in-body", "later-drip", "tls-silent-in-handshake", "tls-then-silent"}
"""Faults that end with the timeout; all others end by themselves, so that a short timeout could only blur them."""

SHORT_TIMEOUT_S = 1.0
LONG_TIMEOUT_S = 20.0
UNTRUSTED = {"tls-not-trusted", "tls-self-signed"}

BOMB = "gzip-bomb"
BOMB_LIMIT_BYTES = 512 * 2**20

Endings = frozenset[str]
"""How requests ended: ``ok`` for 200, ``ok 204`` for another success, ``status 500``, or an error kind."""

Matrix = dict[str, dict[str, dict[int, Endings]]]
"""Fault -> mode -> concurrency -> endings."""


@dataclass(frozen=True)
class Observation:
    """One run of all modes against one fault."""

    plan: Plan
    result: Result
    wall_s: float

    def endings(self, mode_id: str) -> Endings:
        """How the requests of a mode ended; ``none`` where not one was sent."""
        summary = self.result.mode(mode_id)
        kinds = {kind for kind in summary.errors if kind != "status"}
        statuses = {_status_label(status) for status in summary.statuses}
        outcomes = {record.outcome for record in self.result.records if record.mode == mode_id} - {"complete"}
        return frozenset(kinds | statuses | outcomes)

    @property
    def requests(self) -> int:
        """How many requests each mode was to send."""
        assert self.plan.requests is not None
        return self.plan.requests

    @property
    def limit_s(self) -> float:
        """The longest that the run may take: each probe, warm-up and round may stall once until it is ended."""
        stall_s = 2 * self.plan.timeout_s + 5
        start_s = 60.0
        return len(self.plan.modes) * (3 * stall_s + start_s + self.requests * self.plan.timeout_s)


def make_plan(server: RudeServer, fault: str, concurrency: int, modes: tuple[str, ...], token: str = "") -> Plan:
    """A plan of one round against a fault; runs that go on at the same time need tokens of their own."""
    url = server.url(fault, f"{token}-{concurrency}")
    return Plan(
        Request(url),
        modes=modes,
        requests=MANY_REQUESTS if fault.endswith("every-3rd") else REQUESTS[concurrency],
        concurrency=concurrency,
        rounds=1,
        timeout_s=SHORT_TIMEOUT_S if fault in WAITING else LONG_TIMEOUT_S,
        seed=1,
        chosen_profile="equal",
        pin=False,
        cacert=str(server.ca_file) if url.startswith("https") and fault not in UNTRUSTED else None,
    )


async def observe(plan: Plan) -> Observation:
    """Runs a plan to its end."""
    begin = time.monotonic()
    runner = Runner(plan, keep_going=True, may_go_elsewhere=True)
    async for _ in runner.run():
        pass
    return Observation(plan, runner.result(), time.monotonic() - begin)


@contextlib.contextmanager
def warm_ups_counted_from_1(server: RudeServer) -> Iterator[None]:
    """Tells the server before each mode's warm-up in the block: the modes of a round send to one URL, in turns."""
    warm_up = WorkerProcess.warm_up

    async def counted(worker: WorkerProcess, cpus: tuple[int, ...] | None) -> None:
        server.begin_round(worker._job.url)
        await warm_up(worker, cpus)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WorkerProcess, "warm_up", counted)
        yield


def _status_label(status: int) -> str:
    return "ok" if status == 200 else f"ok {status}" if status < 400 else f"status {status}"


def check_observation(seen: Observation) -> None:
    """What holds whatever the server did."""
    assert seen.wall_s < seen.limit_s
    plan, result = seen.plan, seen.result
    assert {record.mode for record in result.records} == set(plan.modes)
    for record in result.records:
        summary = result.mode(record.mode)
        counted = len(record.samples) + record.hung_requests
        assert counted == summary.requests, record
        assert summary.ok + sum(summary.errors.values()) == summary.requests, summary
        assert summary.ok == int((~error_mask(record.samples)).sum())
        assert set(summary.errors) <= set(ERROR_KINDS)
        if record.outcome == "complete":
            assert counted == seen.requests, record
            assert not record.reason
            texts: dict[str, int] = {}
            for error in record.error_texts:
                assert error.count is not None
                texts[error.kind] = texts.get(error.kind, 0) + error.count
            assert texts == {kind: n for kind, n in record.tally.errors.items() if kind != "status"}, record
        else:
            # One hands back something else than a body for a switch of protocols, which fails its round.
            assert record.outcome in ("hung", "crashed", "failed"), record
            assert counted == seen.requests if record.outcome == "hung" else counted <= seen.requests, record
            assert record.reason
        for text in (record.reason, *(error.text for error in record.error_texts)):
            assert text.isprintable(), ascii(text)
            assert len(text) <= 400, text
            assert "Traceback" not in text
    check_reports(result)


def check_reports(result: Result) -> None:
    """Neither report lets through what could move a terminal's cursor, or shows a traceback."""
    shown = io.StringIO()
    print_report(result, StreamConsole(shown), verbose=True)
    written = json_report.to_text(result)
    for text in (shown.getvalue(), written):
        assert "Traceback" not in text
        for line in text.split("\n"):
            assert line.isprintable(), ascii(line)
    for mode in json.loads(written)["modes"]:
        assert mode["requests"] == mode["ok"] + sum(mode["errors"].values())


def write_table(matrix: Matrix) -> str:
    """The matrix as Markdown; a column for each mode that any of its rows has."""
    modes = [mode_id for mode_id in MODES if any(mode_id in row for row in matrix.values())]
    lines = [
        "# What each mode makes of a rude server",
        "",
        "How requests end in real runs: `ok` (200), `ok` with another status, or the error's kind. Where a cell has",
        "several endings, each request ended as one of them, and not all need to occur in every run. `1:` and `20:`",
        "are the concurrency where it matters. `hung` is a mode that the watchdog ended, since no request of its ended",
        "for twice the timeout and 5 s; `crashed` one whose worker ran out of the memory that it may have; `failed`",
        "one whose client handed back something else than a status and a body.",
        "Where the server leaves kept connections without a word, any mode that keeps them may also end in `reset`.",
        "",
        "Made by `python tests/support/fault_matrix.py`. `pytest -m slow tests/engine/test_faults.py` checks all,",
        "every run of the tests a part. The faults are in `tests/support/rude_server.py`.",
        "",
        f"| fault | {' | '.join(modes)} |",
        "|---" * (len(modes) + 1) + "|",
    ]
    lines += [
        f"| {fault} | {' | '.join(_write_cell(row.get(mode_id, {})) for mode_id in modes)} |"
        for fault, row in matrix.items()
    ]
    return "\n".join(lines) + "\n"


def _write_cell(by_concurrency: dict[int, Endings]) -> str:
    if len(set(by_concurrency.values())) == 1:
        return _write_endings(next(iter(by_concurrency.values())))
    return "; ".join(f"{width}: {_write_endings(endings)}" for width, endings in sorted(by_concurrency.items()))


def _write_endings(endings: Endings) -> str:
    return ", ".join(sorted(endings, key=lambda ending: (not ending.startswith("ok"), ending)))


def read_table(text: str) -> Matrix:
    """The matrix from its Markdown."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    heading, *rows = rows
    return {
        fault: {mode_id: _read_cell(cell) for mode_id, cell in zip(heading[1:], cells, strict=True) if cell}
        for fault, *cells in rows
    }


def _read_cell(cell: str) -> dict[int, Endings]:
    parts = re.fullmatch(r"1: (.*); 20: (.*)", cell)
    texts = (cell, cell) if parts is None else parts.groups()
    return {width: frozenset(text.split(", ")) - {""} for width, text in zip(CONCURRENCIES, texts, strict=True)}


@contextlib.contextmanager
def limited_memory(folder: Path) -> Iterator[None]:
    """Workers that are started in the block may have no more memory than ``BOMB_LIMIT_BYTES``; this process may."""
    python = sys.executable
    wrapper = folder / "python-with-little-memory"
    wrapper.write_text(f'#!/bin/sh\nulimit -d {BOMB_LIMIT_BYTES // 1024}\nexec {shlex.quote(python)} "$@"\n')
    wrapper.chmod(0o700)
    sys.executable = str(wrapper)
    try:
        yield
    finally:
        sys.executable = python


async def make_matrix(
    faults: list[str], modes: tuple[str, ...], known: Matrix, repeat: int, at_once: int, tell: Callable[[str], None]
) -> Matrix:
    """Runs the modes against the faults, all of them where none is named; all else stays as it is ``known``.

    ``repeat`` runs are joined in each cell.
    """
    matrix: Matrix = {}
    turns = asyncio.Semaphore(at_once)
    with tempfile.TemporaryDirectory() as folder:
        async with RudeServer(Path(folder)) as server:

            async def run(fault: str, width: int) -> None:
                for number in range(repeat):
                    async with turns:
                        plan = make_plan(server, fault, width, modes, f"run-{number}")
                        with limited_memory(Path(folder)) if fault == BOMB else contextlib.nullcontext():
                            seen = await observe(plan)
                    tell(f"{fault}, {width} at once: {seen.wall_s:.1f} s")
                    try:
                        check_observation(seen)
                    except AssertionError as error:
                        tell(f"  WRONG: {error}")
                    for mode_id in modes:
                        cell = matrix[fault].setdefault(mode_id, {})
                        cell[width] = cell.get(width, frozenset()) | seen.endings(mode_id)
                    for mode in seen.result.modes:
                        for text in filter(None, (mode.note, *(f"{e.kind}: {e.text}" for e in mode.error_texts))):
                            tell(f"  {mode.mode}: {text}")

            known = {name: known.get(name, {}) for name in server.faults}
            names = [name for name in server.faults if not faults or name in faults]
            matrix.update({name: {} for name in names})
            # The limit holds for all workers that are started meanwhile, so the bomb goes off when nothing else runs.
            with warm_ups_counted_from_1(server):
                await asyncio.gather(*(run(name, width) for name in names for width in CONCURRENCIES if name != BOMB))
                for width in CONCURRENCIES if BOMB in names else ():
                    await run(BOMB, width)
    return {name: row | matrix.get(name, {}) for name, row in known.items()}


def main() -> None:
    """Makes the matrix and writes the table; faults and modes that are not named keep their cells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", nargs="*", metavar="FAULT")
    parser.add_argument("--mode", action="append", dest="modes", choices=MODES, help="all that are installed")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--output", type=Path, default=TABLE_FILE)
    options = parser.parse_args()
    known = read_table(options.output.read_text()) if options.output.exists() else {}
    modes = tuple(options.modes or (mode.id for mode in MODES.values() if mode.is_installed()))

    def tell(text: str) -> None:
        print(text, flush=True)

    with tempfile.TemporaryDirectory() as state:
        os.environ["XDG_STATE_HOME"] = state
        made = asyncio.run(make_matrix(options.faults, modes, known, options.repeat, options.at_once, tell))
    options.output.write_text(write_table(made))


if __name__ == "__main__":
    main()
