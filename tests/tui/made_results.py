"""Results made by hand from samples that are the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np

from tui_httpbench.analysis.result import Environment, ModeSummary, Rank, Result
from tui_httpbench.analysis.summary import summarize_mode
from tui_httpbench.bench.records import RoundRecord
from tui_httpbench.bench.samples import ErrorText
from tui_httpbench.bench.worker.errors import code_of
from tui_httpbench.plan import Plan

LATENCY_MS = {
    "requests": 2.9,
    "requests-session": 0.87,
    "httpx": 26.0,
    "httpx-client": 0.68,
    "httpx-async": 0.91,
    "httpx-async-each": 24.4,
    "aiohttp": 0.13,
    "aiohttp-each": 0.42,
}
EIGHT = tuple(LATENCY_MS)
ENVIRONMENT = Environment("CPython 3.11.7", "Linux", 2, {"aiohttp": "3.14.1", "httpx": "0.28.1", "requests": "2.34.2"})


def record_of(
    mode: str, failed: int = 0, requests: int = 100, outcome: Any = "complete", **changes: Any
) -> RoundRecord:
    """A round whose latencies spread from once to twice the mode's own; the first ``failed`` requests were refused."""
    base_ns = LATENCY_MS[mode.partition("#")[0]] * 1e6
    rows = np.zeros((requests, 4), dtype=np.int64)
    rows[:, 0] = np.arange(requests) + 1
    rows[:, 1] = base_ns * (1 + np.arange(requests) / max(requests, 1))
    rows[:, 2] = 200
    rows[:failed, 2] = code_of("refused")
    rows[:, 3] = 1_000
    texts = (ErrorText("refused", "ConnectError: nobody\x1b[31m listens\non port 9", failed),) if failed else ()
    values: dict[str, Any] = {"samples": rows, "elapsed_s": base_ns * 1.5 * requests / 1e9, "error_texts": texts}
    return RoundRecord(mode, 1, outcome, **(values | changes))


def result_of(*records: RoundRecord, modes: tuple[str, ...] = (), stopped: bool = False, **plan: Any) -> Result:
    """A result of one round a mode, ranked without doubts; modes without a record were not reached."""
    chosen = modes or tuple(record.mode for record in records)
    summaries = tuple(summarize_mode(mode, tuple(r for r in records if r.mode == mode)) for mode in chosen)
    return Result(
        plan=Plan(modes=chosen, rounds=1, seed=42, **plan),
        url="http://127.0.0.1:8000/",
        environment=ENVIRONMENT,
        modes=summaries,
        ranking=ranking_of(summaries),
        warnings=tuple(summary.note for summary in summaries if summary.note),
        stopped=stopped,
        records=records,
    )


def ranking_of(summaries: tuple[ModeSummary, ...]) -> tuple[Rank, ...]:
    """The modes by throughput, the clean ones first."""
    ordered = sorted(summaries, key=lambda mode: (not mode.is_clean, -(mode.requests_per_second or 0.0)))
    best = ordered[0].requests_per_second or 0.0
    return tuple(
        Rank(place, mode.mode, best / mode.requests_per_second if mode.requests_per_second else None, mode.is_clean)
        for place, mode in enumerate(ordered, 1)
    )


def clean_result(modes: tuple[str, ...] = EIGHT) -> Result:
    """Every mode, every request answered."""
    return result_of(*(record_of(mode) for mode in modes))


def troubled_result() -> Result:
    """Stopped: one mode failed now and then, one always, one was cut short, one was not reached."""
    records = [record_of(mode) for mode in ("requests-session", "httpx-client", "aiohttp", "aiohttp-each")]
    records += [
        record_of("requests", failed=7),
        record_of("httpx", failed=100),
        record_of("httpx-async", requests=40, outcome="stopped", reason="Stopped after 40 of 100 requests."),
    ]
    return result_of(*records, modes=EIGHT, stopped=True)
