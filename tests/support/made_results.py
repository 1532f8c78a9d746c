"""Results made by hand from samples that are the same each time."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.ranking import rank_modes
from tui_httpbench.analysis.result import Environment, Result
from tui_httpbench.analysis.summary import rules_of, summarize_mode
from tui_httpbench.measured.machine import Machine
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import ErrorText
from tui_httpbench.plan.plan import ARTICLE, Plan
from tui_httpbench.worker.errors import code_of

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
MACHINE = Machine("CPython 3.11.7", "Linux", 2)
PACKAGES = {"aiohttp": "3.14.1", "httpx": "0.28.1", "requests": "2.34.2"}
ENVIRONMENT = Environment(MACHINE.python, MACHINE.platform, MACHINE.cpu_count, PACKAGES)


ROUNDS = 5
REQUESTS = 20
# How many times its usual time a round of a restless mode takes: so much that the two can't be told apart.
RESTLESS = {"requests-session": (1.10, 0.92, 1.05, 0.95, 0.99), "httpx-async": (0.93, 1.06, 0.94, 1.06, 0.97)}
SETTINGS = {
    mode: {
        "redirects": "not followed" if mode.startswith("httpx") else "followed, up to 30",
        "timeout": "30 s",
        "pool": "none: the client is not kept"
        if mode.endswith("-each") or mode in ("requests", "httpx")
        else "100 open",
    }
    for mode in EIGHT
}
OTHER_WORK = tuple(mode for mode in EIGHT if mode.startswith("httpx"))
DIFFERENCE = Finding(
    "other-status", "httpx, httpx-client and 2 more got 302; the others followed it to 200.", OTHER_WORK
)
BUSY = Finding("busy-machine", "Other processes used 31 % of the processors during the run. Close them.")


def record_of(
    mode: str,
    failed: int = 0,
    requests: int = REQUESTS,
    outcome: Any = "complete",
    round_number: int = 1,
    noise: float = 0.001,
    **changes: Any,
) -> RoundRecord:
    """A round whose latencies spread from once to twice the mode's own; the first ``failed`` requests were refused.

    Its time differs from the mean by the share ``noise`` at most, in a way that is the same each time.
    """
    base = mode.partition("#")[0]
    base_ns = LATENCY_MS[base] * 1e6
    factor = 1 + noise * math.sin(7 * round_number + 3 * EIGHT.index(base)) + _copy_number(mode) / 20
    rows = np.zeros((requests, 4), dtype=np.int64)
    rows[:, 0] = np.arange(requests) + 1
    rows[:, 1] = base_ns * (1 + np.arange(requests) / max(requests, 1))
    rows[:, 2] = 200
    rows[:failed, 2] = code_of("refused")
    rows[:, 3] = 1_000
    texts = (ErrorText("refused", "ConnectError: nobody\x1b[31m listens\non port 9", failed),) if failed else ()
    elapsed_s = base_ns * 1.5 * requests / 1e9 * factor
    values: dict[str, Any] = {
        "samples": rows,
        "elapsed_s": elapsed_s,
        "cpu_s": elapsed_s * 0.9,
        "peak_memory_bytes": (40 + EIGHT.index(base)) * 2**20,
        "connections": requests + 3 if SETTINGS[base]["pool"].startswith("none") else 1,
        "error_texts": texts,
    }
    return RoundRecord(mode, round_number, outcome, **(values | changes))


def rounds_of(mode: str, rounds: int = ROUNDS, **values: Any) -> tuple[RoundRecord, ...]:
    """All rounds of a mode."""
    return tuple(record_of(mode, round_number=number, **values) for number in range(1, rounds + 1))


def result_of(*records: RoundRecord, modes: tuple[str, ...] = (), stopped: bool = False, **plan: Any) -> Result:
    """A result of these rounds, ranked as any other; modes without a record were not reached."""
    chosen = modes or tuple(dict.fromkeys(record.mode for record in records))
    summaries = tuple(summarize_mode(mode, tuple(r for r in records if r.mode == mode)) for mode in chosen)
    values: dict[str, Any] = {"rounds": ROUNDS, "requests": REQUESTS, "concurrency": ARTICLE, "seed": 42}
    made = Plan(modes=chosen, **(values | plan))
    return Result(
        plan=made,
        url="http://127.0.0.1:8000/",
        environment=ENVIRONMENT,
        modes=summaries,
        ranking=rank_modes(summaries, records, rules_of(made)),
        ranking_cpu=rank_modes(summaries, records, rules_of(made), yardstick="cpu"),
        findings=tuple(Finding("mode-crashed", summary.note, (summary.mode,)) for summary in summaries if summary.note),
        stopped=stopped,
        records=records,
    )


def clean_result(modes: tuple[str, ...] = EIGHT) -> Result:
    """Every mode, every request answered, every place decided."""
    return result_of(*(record for mode in modes for record in rounds_of(mode)))


def timed_result(modes: tuple[str, ...] = EIGHT, duration_s: float = 0.1, **noise: Any) -> Result:
    """Every mode sent requests one after the other for as long as all others; ``noise`` is that of the rounds."""
    records: list[RoundRecord] = []
    for mode in modes:
        count = max(round(duration_s * 1e3 / LATENCY_MS[mode] / 1.5), 1)
        for record in rounds_of(mode, requests=count, **noise):
            rows = record.samples.copy()
            rows[:, 0] = np.cumsum(rows[:, 1]) - rows[:, 1]
            records.append(replace(record, samples=rows))
    return result_of(*records, requests=None, duration_s=duration_s, concurrency=10)


def tied_result() -> Result:
    """Two modes can't be told apart, four did other work than the others, and connections are known for some only."""
    records: list[RoundRecord] = []
    for mode in EIGHT:
        unknown: dict[str, Any] = {"connections": None} if mode.startswith("aiohttp") else {}
        made = rounds_of(mode, **unknown)
        if mode in RESTLESS:
            made = tuple(
                replace(record, elapsed_s=(record.elapsed_s or 0.0) * factor)
                for record, factor in zip(made, RESTLESS[mode], strict=True)
            )
        records += made
    return replace(
        result_of(*records),
        findings=(BUSY, DIFFERENCE),
        settings=SETTINGS,
        environment=replace(ENVIRONMENT, pinning="worker on CPU 1, target on CPU 0"),
    )


def troubled_result() -> Result:
    """Stopped: one mode failed now and then, one always, one was cut short, one was not reached."""
    modes = ("requests-session", "httpx-client", "aiohttp", "aiohttp-each")
    records = [record for mode in modes for record in rounds_of(mode)]
    records += (record_of("requests", failed=7), *rounds_of("requests")[1:])
    records += rounds_of("httpx", failed=REQUESTS)
    records.append(record_of("httpx-async", requests=8, outcome="stopped", reason="Stopped after 8 of 20 requests."))
    return result_of(*records, modes=EIGHT, stopped=True)


def _copy_number(mode: str) -> int:
    """How many instances of the mode come before this one."""
    return int(mode.partition("#")[2] or 1) - 1
