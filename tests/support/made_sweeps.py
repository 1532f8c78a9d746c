"""Sweeps made by hand, the same each time: the one builder of them for all tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from support.made_results import MACHINE, PACKAGES, URL, record_of
from tui_httpbench.analysis.sweep import SweepResult, summarize_sweep
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord, Slice
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.sweep import parse_sweep

ROUNDS = 5


def measured_sweep(
    text: str,
    latencies_ms: Mapping[str, Sequence[float | None]],
    *,
    rounds: int = ROUNDS,
    noise: float = 0.01,
    slices: int = 0,
    whole: Mapping[str, Any] | None = None,
    **plan: Any,
) -> MeasuredSweep:
    """A sweep whose lanes took so long for a request at each of its points; None where a point was not reached.

    ``noise`` is how much the rounds of a lane differ; each has so many ``slices``, if any; ``whole`` changes what holds
    for all points.
    """
    values: dict[str, Any] = {"modes": tuple(latencies_ms), "requests": 10, "rounds": rounds, "seed": 42}
    made = Plan(sweep=parse_sweep(text), **(values | plan))
    probes = (Probe("aiohttp", packages={"aiohttp": PACKAGES["aiohttp"]}),)
    points = []
    for index, (_, point) in enumerate(made.points()):
        records: list[RoundRecord] = []
        for number in range(1, rounds + 1):
            for lane, all_ms in latencies_ms.items():
                latency_ms = all_ms[index]
                if latency_ms is not None:
                    record = record_of(lane, latency_ms, round_number=number, noise=noise)
                    if slices:
                        each = Slice(10 // slices, (record.elapsed_s or 0.0) / slices, 0.01)
                        record = replace(record, slices=(each,) * slices)
                    records.append(record)
        points.append(Measured(point, URL, tuple(records), probes=probes, machine=MACHINE))
    told: dict[str, Any] = {"started_at": "2026-11-26T20:18:34+01:00", "run_id": "20261126-201834-abcd"}
    return MeasuredSweep(Measured(made, URL, (), machine=MACHINE, **(told | dict(whole or {}))), tuple(points))


def swept(text: str, latencies_ms: Mapping[str, Sequence[float | None]], **values: Any) -> SweepResult:
    """What such a sweep comes to."""
    return summarize_sweep(measured_sweep(text, latencies_ms, **values))


CROSSING: dict[str, tuple[float, ...]] = {
    "requests-session": (1.0, 1.0, 1.0, 1.0, 1.0),
    "aiohttp": (2.0, 1.5, 0.999, 0.7, 0.5),
    "httpx": (9.0, 9.0, 9.0, 9.0, 9.0),
}
"""Over five points, the second lane overtakes the first; in the middle they can't be told apart."""


def crossing_sweep(**values: Any) -> SweepResult:
    """Such a sweep over requests in flight."""
    return swept("concurrency=1,2,4,8,10", CROSSING, **values)
