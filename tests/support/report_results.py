"""Results made by hand for the tests of the reports."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from support.made_results import MACHINE
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.measured.records import RoundRecord, WarmupRequest, WorkerSetup
from tui_httpbench.measured.samples import ErrorText, Samples
from tui_httpbench.plan.plan import Plan
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.text import print_report
from tui_httpbench.worker.errors import ERROR_KINDS

SETUP = WorkerSetup(
    "CPython 3.11.7", {"aiohttp": "3.14.1"}, 0.1, 0.01, (WarmupRequest(5.0, 200), WarmupRequest(1.0, -2))
)
LATENCY_MS = dict(zip(DEFAULT_MODES, (2.9, 0.87, 26.0, 0.68, 0.91, 24.4, 0.13, 0.42), strict=True))


def samples_of(latency_ms: float, statuses: list[int]) -> Samples:
    rows = [(10 + index, int(latency_ms * 1e6), status, 1000) for index, status in enumerate(statuses)]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def record_of(mode: str, latency_ms: float, statuses: list[int], **changes: Any) -> RoundRecord:
    values: dict[str, Any] = {
        "connections": 4,
        "target_cpu_s": 0.005,
        "samples": samples_of(latency_ms, statuses),
        "elapsed_s": latency_ms * len(statuses) / 1e3,
        "cpu_s": 0.01,
        "peak_memory_bytes": 30 * 2**20,
        "setup": SETUP,
    }
    return RoundRecord(mode, 1, "complete", **(values | changes))


def rounds_of(mode: str, latency_ms: float, rounds: int = 3, noise: float = 1e-3, **changes: Any) -> list[RoundRecord]:
    """Rounds of ten good requests whose times differ by ``noise`` at most, in another way for each mode."""
    generator = np.random.default_rng(list(mode.encode()))
    return [
        replace(
            record_of(mode, latency_ms, [200] * 10, **changes),
            round=number,
            elapsed_s=latency_ms / 100 * (1 + noise * float(generator.uniform(-1, 1))),
        )
        for number in range(1, rounds + 1)
    ]


def result_of(*records: RoundRecord, stopped: bool = False, probes: tuple[Probe, ...] = (), **changes: Any) -> Result:
    modes = changes.pop("modes", tuple(dict.fromkeys(record.mode for record in records)))
    plan = Plan(**({"modes": modes, "requests": 10, "rounds": 1, "seed": 42} | changes))
    return summarize_run(Measured(plan, "http://127.0.0.1:8000/", records, stopped, probes, machine=MACHINE))


def clean_result(**changes: Any) -> Result:
    records = [record for mode, latency in LATENCY_MS.items() for record in rounds_of(mode, latency)]
    return result_of(*records, **({"rounds": 3} | changes))


def failing_result() -> Result:
    refused = -1 - ERROR_KINDS.index("refused")
    text = "ClientError: \x1b[31mred\x1b[0m\r\nCannot connect \x07to host \u202eevil"
    return result_of(
        record_of("aiohttp", 0.1, [200] * 7 + [refused] * 3, error_texts=(ErrorText("refused", text, 3),)),
        record_of("requests", 5.0, [200] * 8 + [404, 503]),
        record_of("httpx", 9.0, [200] * 10),
        RoundRecord("httpx-client", 1, "failed", reason="httpx-client could not start: \x1b]0;x\x07boom."),
    )


def report_of(result: Result, columns: int = 80, monkeypatch: pytest.MonkeyPatch | None = None, **options: Any) -> str:
    if monkeypatch is not None:
        monkeypatch.setenv("COLUMNS", str(columns))
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="utf-8")
    print_report(result, StreamConsole(stream), **options)
    return buffer.getvalue().decode()


def probe_of(mode: str, status: int, **settings: str) -> Probe:
    response = ProbeResponse(status, 302, "http://127.0.0.1:8000/", "1.1", 10, "hash")
    return Probe(mode, settings={"timeout": "30 s", **settings}, response=response)


def probed_result() -> Result:
    modes = ("aiohttp", "requests", "httpx", "httpx#2")
    probes = (
        probe_of("aiohttp", 200, redirects="followed"),
        probe_of("requests", 200, redirects="followed"),
        probe_of("httpx", 302, redirects="not followed"),
    )
    records = [record for index, mode in enumerate(modes) for record in rounds_of(mode, 1.0 + index)]
    return result_of(*records, rounds=3, probes=probes)
