"""What speaks against a result because of its load: too little of it, or fewer requests in flight than wanted."""

from __future__ import annotations

import math

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.littles_law import mean_in_flight, steady_in_flight
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import LATENCY
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.formatting import format_ms, rough_time

LITTLE_MIN_TURNS = 20
LITTLE_TOLERANCE = 0.05
DRY_SHARE = 0.05
SHORT_TIMES = 1.5
DRY_LATENCIES = 50
"""So many times a request's latency in a round, and running dry once at its end costs about 1 %."""
LISTED_MODES = 3


def doubt_littles_law(plan: Plan, ids: list[str], complete: list[RoundRecord]) -> Finding | None:
    """Mean latency × throughput is off the requests in flight by more than 5 % (Little's law).

    Only in rounds of at least 20 requests for each one in flight, and only where the begin and end of the slices, in
    which fewer are in flight, don't explain it. Batches that are waited for run dry again and again, as they are to.
    Rounds without a success are left out: a refused request takes less time than what happens between two of them.
    """
    if plan.load.repeats_batches:
        return None
    found: dict[str, tuple[float, int]] = {}
    for mode_id in ids:
        expected = plan.in_flight(mode_id)
        rounds = [
            record
            for record in complete
            if record.mode == mode_id
            and record.elapsed_s
            and record.tally.ok
            and len(record.samples) >= LITTLE_MIN_TURNS * expected
        ]
        if _obeys(mean_in_flight(rounds), expected):
            continue
        steady = steady_in_flight(rounds, expected)
        if not _obeys(steady, expected):
            assert steady is not None
            found[mode_id] = (steady, expected)
    if not found:
        return None
    worst = sorted(found.items(), key=lambda item: -abs(math.log(max(item[1][0], 1e-9) / item[1][1])))
    modes = listed([f"{mode_id} {measured:.3g} instead of {expected}" for mode_id, (measured, expected) in worst])
    text = (
        f"Mean latency × throughput is off the number of requests in flight (Little's law): {modes}. Compare these by "
        "requests/s and not by latency, or run again with fewer in flight and less else on the machine."
    )
    return Finding("littles-law", text, tuple(found))


def doubt_running_dry(plan: Plan, ids: list[str], complete: list[RoundRecord]) -> Finding | None:
    """The measured seconds are few for requests that wait long, so that fewer than wanted were in flight on average.

    Each slice ends with nothing in flight. That costs nothing where requests compute, since the processor stays busy;
    where they wait, it costs the share of the places that were idle, by Little's law.
    """
    if not plan.load.is_timed or plan.load.repeats_batches:
        return None
    found: dict[str, tuple[float, int, float]] = {}
    for mode_id in ids:
        rounds = [record for record in complete if record.mode == mode_id and record.elapsed_s and record.cpu_s]
        expected, measured = plan.in_flight(mode_id), mean_in_flight(rounds)
        if measured is None or expected == 1:
            continue
        idle = 1 - sum(record.cpu_s or 0.0 for record in rounds) / sum(record.elapsed_s or 0.0 for record in rounds)
        if idle * (1 - measured / expected) > DRY_SHARE:
            requests = sum(len(record.samples) for record in rounds)
            latency_ns = sum(float(record.samples[:, LATENCY].sum()) for record in rounds)
            found[mode_id] = (measured, expected, latency_ns / requests / 1e6)
    if not found:
        return None
    worst = sorted(found.items(), key=lambda item: item[1][0] / item[1][1])
    # All of them: whose requests/s are too low, one has to know before one compares.
    modes = "; ".join(
        f"{mode_id} {measured:.3g} instead of {expected} ({format_ms(latency_ms)} ms a request)"
        for mode_id, (measured, expected, latency_ms) in worst
    )
    enough_s = math.ceil(max(latency_ms for _, _, latency_ms in found.values()) / 1e3 * DRY_LATENCIES)
    round_s = enough_s * len(ids)
    a_round = f" ({rough_time(round_s)} a round of {len(ids)} modes)" if len(ids) > 1 else ""
    text = (
        f"The run was short for such slow requests, so on average fewer were in flight: {modes}. "
        f"Their requests/s are too low, by that share at most; give -z {enough_s}{a_round}, or lower "
        "-c."
    )
    return Finding("running-dry", text, tuple(found))


def doubt_short_duration(plan: Plan, ids: list[str], complete: list[RoundRecord]) -> Finding | None:
    """The seconds that were asked for are fewer than one request takes, so that each place sent one and no more."""
    asked_s = plan.load.seconds()
    if asked_s is None or plan.load.repeats_batches:
        return None
    found: dict[str, float] = {}
    for mode_id in ids:
        rounds = [record for record in complete if record.mode == mode_id and record.elapsed_s]
        if rounds and all(len(record.samples) <= plan.in_flight(mode_id) for record in rounds):
            shortest_s = min(record.elapsed_s or 0.0 for record in rounds)
            if shortest_s > SHORT_TIMES * asked_s:
                found[mode_id] = shortest_s
    if not found:
        return None
    worst = sorted(found.items(), key=lambda item: -item[1])
    modes = listed([f"{mode_id} took {shortest_s:.2g} s" for mode_id, shortest_s in worst])
    each = "one request" if plan.concurrency == 1 else "one request for each one in flight"
    text = (
        f"The {asked_s:g} s asked for are shorter than a request, so that {each} was measured: {modes}. "
        f"Give a longer -z, such as {math.ceil(10 * max(found.values()))}."
    )
    return Finding("short-duration", text, tuple(found))


def _obeys(measured: float | None, expected: int) -> bool:
    return measured is None or abs(measured / expected - 1) <= LITTLE_TOLERANCE


def listed(items: list[str], limit: int = LISTED_MODES, joint: str = "; ") -> str:
    """The first items of a list, and how many more there are."""
    shown = joint.join(items[:limit])
    return shown if len(items) <= limit else f"{shown} and {len(items) - limit} more"
