"""Rounds and results made by hand, the same each time: the one builder of them for all tests.

``record_of`` and ``rounds_of`` make rounds; ``result_of`` what a run makes of them, and ``plain_result_of`` the same
without what is doubted about so few samples. The rest are results of a kind.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.result import Environment, Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.measured.machine import Machine
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.measured.records import RoundRecord, WarmupRequest, WorkerSetup
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

URL = "http://127.0.0.1:8000/"
SETUP = WorkerSetup("CPython 3.11.7", 0.1, 0.01, (WarmupRequest(5.0, 200), WarmupRequest(1.0, -2)))
ROUNDS, REQUESTS = 5, 20
EVEN_ROUNDS, EVEN_REQUESTS = 3, 10
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
    latency_ms: float | None = None,
    statuses: Sequence[int] | None = None,
    *,
    failed: int = 0,
    requests: int | None = None,
    outcome: Any = "complete",
    round_number: int = 1,
    noise: float | None = None,
    **changes: Any,
) -> RoundRecord:
    """A round; the first ``failed`` of its requests were refused.

    Each of its requests took ``latency_ms``, and had these ``statuses``, usually ten times 200; a negative one is the
    code of an error. Without a latency there are twenty, which spread from once to twice the mode's own. The round's
    time differs from what the latencies add up to by the share ``noise`` at most, in a way that is the same each time:
    0.001 for a mode's own latency, otherwise 0.
    """
    if requests is None:
        requests = REQUESTS if latency_ms is None else EVEN_REQUESTS
    if statuses is None:
        statuses = [code_of("refused")] * failed + [200] * (requests - failed)
    base, count = mode.partition("#")[0].partition("@")[0], len(statuses)
    share = noise if noise is not None else 0.001 if latency_ms is None else 0.0
    factor = 1 + share * math.sin(7 * round_number + 3 * EIGHT.index(base)) + _copy_number(mode) / 20
    spread = 1 + np.arange(count) / max(count, 1) if latency_ms is None else np.ones(count)
    first_ms = LATENCY_MS[base] if latency_ms is None else latency_ms
    rows = np.zeros((count, 4), dtype=np.int64)
    rows[:, 0] = np.arange(count) + 1
    rows[:, 1] = first_ms * 1e6 * spread
    rows[:, 2] = statuses
    rows[:, 3] = 1_000
    elapsed_s = first_ms / 1e3 * count * factor
    values: dict[str, Any] = {"samples": rows}
    if latency_ms is None:
        elapsed_s *= 1.5
        values |= {
            "cpu_s": elapsed_s * 0.9,
            "peak_memory_bytes": (40 + EIGHT.index(base)) * 2**20,
            "connections": count + 3 if SETTINGS[base]["pool"].startswith("none") else 1,
        }
    else:
        values |= {
            "cpu_s": 0.01,
            "peak_memory_bytes": 30 * 2**20,
            "connections": 4,
            "target_cpu_s": 0.005,
            "setup": SETUP,
        }
    if failed:
        text = "ConnectError: nobody\x1b[31m listens\non port 9"
        values["error_texts"] = (ErrorText("refused", text, failed),)
    return RoundRecord(mode, round_number, outcome, **(values | {"elapsed_s": elapsed_s} | changes))


def rounds_of(
    mode: str, latency_ms: float | None = None, rounds: int | None = None, noise: float = 0.001, **values: Any
) -> tuple[RoundRecord, ...]:
    """All rounds of a mode as ``record_of`` makes them: five, or three where a latency is given."""
    if rounds is None:
        rounds = ROUNDS if latency_ms is None else EVEN_ROUNDS
    numbers = range(1, rounds + 1)
    return tuple(record_of(mode, latency_ms, round_number=number, noise=noise, **values) for number in numbers)


def result_of(
    *records: RoundRecord,
    modes: tuple[str, ...] = (),
    stopped: bool = False,
    probes: tuple[Probe, ...] = (),
    **plan: Any,
) -> Result:
    """What a run makes of these rounds, with all that it finds; modes without a record were not reached."""
    chosen = modes or tuple(dict.fromkeys(record.mode for record in records))
    values: dict[str, Any] = {"modes": chosen, "requests": EVEN_REQUESTS, "rounds": 1, "seed": 42}
    told = probes or (Probe("aiohttp", packages={"aiohttp": PACKAGES["aiohttp"]}),)
    return summarize_run(Measured(Plan(**(values | plan)), URL, records, stopped, told, machine=MACHINE))


def plain_result_of(*records: RoundRecord, **values: Any) -> Result:
    """The same of five rounds in the article's way, without what is doubted about so few samples."""
    usual: dict[str, Any] = {"rounds": ROUNDS, "requests": REQUESTS, "concurrency": ARTICLE}
    result = result_of(*records, **(usual | values))
    notes = tuple(Finding("mode-crashed", mode.note, (mode.mode,)) for mode in result.modes if mode.note)
    return replace(result, findings=notes, environment=ENVIRONMENT)


def clean_result(modes: tuple[str, ...] = EIGHT) -> Result:
    """Every mode, every request answered, every place decided."""
    return plain_result_of(*(record for mode in modes for record in rounds_of(mode)))


def timed_result(modes: tuple[str, ...] = EIGHT, duration_s: float = 0.1, **noise: Any) -> Result:
    """Every mode sent requests one after the other for as long as all others; ``noise`` is that of the rounds."""
    records: list[RoundRecord] = []
    for mode in modes:
        count = max(round(duration_s * 1e3 / LATENCY_MS[mode] / 1.5), 1)
        for record in rounds_of(mode, requests=count, **noise):
            rows = record.samples.copy()
            rows[:, 0] = np.cumsum(rows[:, 1]) - rows[:, 1]
            records.append(replace(record, samples=rows))
    return plain_result_of(*records, requests=None, duration_s=duration_s, concurrency=10)


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
        plain_result_of(*records),
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
    return plain_result_of(*records, modes=EIGHT, stopped=True)


def even_result(**plan: Any) -> Result:
    """Three rounds of every mode, in which each request of a mode takes as long as the others; with all findings."""
    records = [record for mode, latency_ms in LATENCY_MS.items() for record in rounds_of(mode, latency_ms)]
    return result_of(*records, **({"rounds": EVEN_ROUNDS} | plan))


def failing_result() -> Result:
    """One round: a mode had refused requests, one bad statuses, one none of both, and one could not start."""
    text = "ClientError: \x1b[31mred\x1b[0m\r\nCannot connect \x07to host \u202eevil"
    return result_of(
        record_of("aiohttp", 0.1, [200] * 7 + [code_of("refused")] * 3, error_texts=(ErrorText("refused", text, 3),)),
        record_of("requests", 5.0, [200] * 8 + [404, 503]),
        record_of("httpx", 9.0, [200] * 10),
        RoundRecord("httpx-client", 1, "failed", reason="httpx-client could not start: \x1b]0;x\x07boom."),
    )


def probe_of(mode: str, status: int, **settings: str) -> Probe:
    """What a mode got to its first request, which was answered with 302, and how its client is set."""
    response = ProbeResponse(status, 302, URL, "1.1", 10, "hash")
    packages = {"aiohttp": PACKAGES["aiohttp"]}
    return Probe(mode, settings={"timeout": "30 s", **settings}, response=response, packages=packages)


def probed_result() -> Result:
    """A mode that runs twice follows no redirect, which the two others do."""
    modes = ("aiohttp", "requests", "httpx", "httpx#2")
    probes = (
        probe_of("aiohttp", 200, redirects="followed"),
        probe_of("requests", 200, redirects="followed"),
        probe_of("httpx", 302, redirects="not followed"),
    )
    records = [record for index, mode in enumerate(modes) for record in rounds_of(mode, 1.0 + index)]
    return result_of(*records, rounds=EVEN_ROUNDS, probes=probes)


def _copy_number(mode: str) -> int:
    """How many instances of the mode come before this one."""
    return int(mode.partition("#")[2] or 1) - 1
