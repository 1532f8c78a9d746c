"""What theory says of a sweep beside what was measured: round trips over distance, and what a target lets through."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from tui_httpbench.analysis.latency import successful_latencies_ms
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.sweep_values import mean_ms

MAX_BUSY = 0.5
"""With more in flight than one, a lane whose process computes for a larger share of the time is limited by that: its
latency grows with the distance by less than its round trips take."""
_REDIRECTS = re.compile(r"/redirect/(\d{1,3})", re.ASCII)
LEVEL = 0.95
MIN_ROUNDS = 4
"""Two for the line, and two that tell how far off it rounds are."""


@dataclass(frozen=True)
class RoundTrips:
    """How many round trips a request of a lane takes, measured: by how much its latency grows with the distance.

    ``low`` and ``high`` are the bounds of 95 %. ``rest_ms`` is what a request takes beside them. ``expected`` is what
    the protocols say: one for the request, one for a TCP connection of its own, one for TLS 1.3 (RFC 8446, 2).
    """

    lane: str
    trips: float
    low: float
    high: float
    rest_ms: float
    expected: int


def expected_trips(plan: Plan, lane: str) -> int:
    """Round trips of a request with its redirects, by the protocols: these share its connection."""
    connecting = 0 if mode_of(lane).kept else 2 if plan.scenario.tls else 1
    return connecting + _answers(plan)


def _answers(plan: Plan) -> int:
    """How many answers of the embedded target a request takes: one for each redirect, and the last one."""
    redirects = _REDIRECTS.fullmatch(plan.request.url.partition("?")[0])
    follows = plan.profile == "equal"
    return 1 + (int(redirects[1]) if redirects and follows else 0)


def round_trips(result: SweepResult, lane: str) -> RoundTrips | None:
    """The round trips of a lane in a sweep over ``rtt``; None elsewhere, and where too little was measured.

    A straight line through the median latency of each whole round over the round trip, by least squares. All weigh
    alike, so that the far points decide: what a machine that slept takes to wake up grows over the near ones. Left out
    are points at which the client computes for more than ``MAX_BUSY`` of the time with several requests in flight,
    which wait for each other then; and that without distance, where two others are left: there is no relay in its way,
    and so less than the line begins with.
    """
    if result.sweep.knob != "rtt" or not result.has_samples:
        return None
    told = [
        (point.number or 0.0, float(np.median(successful_latencies_ms([record.samples]))))
        for point in result.measured_points
        for record in point.result.records
        if record.mode == lane and _shows_distance(record, point.result.plan)
    ]
    if len({rtt for rtt, _ in told if rtt}) > 1:
        told = [(rtt, latency_ms) for rtt, latency_ms in told if rtt]
    if len({rtt for rtt, _ in told}) < 2 or len(told) < MIN_ROUNDS:
        return None
    x, y = np.array(told).T
    design = np.column_stack([np.ones_like(x), x])
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    rest_ms, trips = (float(value) for value in coefficients)
    residuals = y - design @ coefficients
    df = len(y) - 2
    covariance = np.linalg.inv(design.T @ design) * float(residuals @ residuals) / df
    half = student_quantile(0.5 + LEVEL / 2, df) * math.sqrt(float(covariance[1, 1]))
    expected = expected_trips(result.points[0].result.plan, lane)
    return RoundTrips(lane, trips, trips - half, trips + half, rest_ms, expected)


def most_per_second(result: Result, lane: str) -> float | None:
    """The most responses a second that the target and its distance allow a lane; None where they set no limit.

    As many as it serves a second, where the first of each slice waits for none before it; as many as it serves at once,
    each in its service time; and those in flight, each in its service time and round trips (Little, "A proof for the
    queuing formula L = λW", Operations Research 9, 1961).
    """
    plan = result.plan
    if not plan.request.uses_embedded_target:
        return None
    scenario = plan.scenario
    answers = _answers(plan)
    service_s = mean_ms(scenario.service_time) / 1e3 * answers
    wait_s = service_s + expected_trips(plan, lane) * scenario.rtt_ms / 1e3
    limits = []
    if scenario.capacity.per_second is not None:
        limits.append(scenario.capacity.per_second / answers * _without_firsts(result, lane))
    if scenario.capacity.at_once is not None and service_s:
        limits.append(scenario.capacity.at_once / service_s)
    if wait_s:
        limits.append(plan.in_flight(lane) / wait_s)
    return min((limit for limit in limits if math.isfinite(limit)), default=None)


def _without_firsts(result: Result, lane: str) -> float:
    """All requests of a lane over those that waited for one before them in their slice; infinity where none did.

    n requests take the time of n - 1 intervals between two.
    """
    own = [record for record in result.records if record.mode == lane and record.outcome == "complete"]
    requests, slices = sum(record.finished for record in own), sum(len(record.slices) for record in own)
    if not slices:
        return 1.0
    return requests / (requests - slices) if requests > slices else math.inf


def _shows_distance(record: RoundRecord, plan: Plan) -> bool:
    if record.outcome != "complete" or not record.elapsed_s or not record.tally.ok or record.failed:
        return False
    if plan.in_flight(record.mode) == 1:
        return True
    return record.cpu_s is not None and record.cpu_s / record.elapsed_s <= MAX_BUSY
