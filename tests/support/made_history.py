"""A history of made-up runs, kept as the program keeps its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from support.made_results import MACHINE, PACKAGES, probe_of, rounds_of
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.kept_runs import KeptRun, keep
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.measured import Measured
from tui_httpbench.plan.plan import Plan, Request

LANES = ("requests-session", "httpx-client", "aiohttp")
FIRST = datetime.fromisoformat("2024-11-20T20:00:00+00:00")


def measured_at(number: int, *, url: str = "", slower: float = 1.0, noise: float = 0.002, **values: Any) -> Measured:
    """A whole run of three lanes, hours after the first; httpx-client takes ``slower`` times as long as usual."""
    started_at = FIRST + timedelta(hours=number)
    records = tuple(
        replace(record, elapsed_s=(record.elapsed_s or 0.0) * (slower if lane == "httpx-client" else 1.0))
        for lane in LANES
        for record in rounds_of(lane, requests=60, noise=noise)
    )
    made = Measured(
        Plan(Request(url or "/"), modes=LANES, requests=60, rounds=5, concurrency=1, seed=3),
        url or "http://127.0.0.1:8000/",
        records,
        probes=tuple(replace(probe_of(lane, 200), packages=PACKAGES) for lane in LANES),
        conditions=RunConditions("worker on CPU 1", None, 0.0),
        machine=MACHINE,
        started_at=started_at.isoformat(timespec="seconds"),
        ended_at=(started_at + timedelta(seconds=30)).isoformat(timespec="seconds"),
    )
    return replace(made, **values)


def keep_run(number: int, result: Result | None = None, **values: Any) -> KeptRun:
    """Keeps such a run; ``result`` where it is known already, which is not checked."""
    measured = measured_at(number, **values)
    kept = keep(measured, source=str(measured.started_at), result=result or summarize_run(measured))
    assert kept is not None
    return kept
