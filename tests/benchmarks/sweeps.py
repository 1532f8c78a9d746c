"""Whether sweeps measure what theory says, and whether the same sweep twice gives the same curve.

Run by hand: python tests/benchmarks/sweeps.py [--only distance capacity service twice] [--budget 150] [--seed 1]

``distance``: round trips of a request over HTTP and HTTPS, measured by how latency grows with the distance, with one in
flight. ``capacity``: responses a second of a target that lets so many through. ``service``: those of a target that
takes its time, with ten in flight and long rounds, since a slice's first and last requests have fewer beside them. All
have to be within 5 % of what theory says (``analysis/sweep_theory.py``), an interval with a part of itself.
``twice``: the eight default modes over 1 to 100 requests in flight, two times; for each lane and point whether both
intervals of its requests/s overlap. Intervals of 95 % of the same value miss each other in less than one in a hundred
cases (where both are as wide, they do at 2.8 standard errors), so that of 64 points one may, on a machine whose speed
does not change meanwhile. Beside it stands whether any pair of lanes is surely faster one way and then surely the other
way, which must not happen at all. Wide intervals agree with anything: their median half-width is told, and means
something below some 20 %. Prints the load of the machine too. Exit status 1 where theory is missed by more, or
a verdict turned round.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import FIGURES, curve
from tui_httpbench.analysis.sweep_pairs import SweepPairs
from tui_httpbench.analysis.sweep_theory import most_per_second, round_trips
from tui_httpbench.bench.sweep_runner import SweepRunner
from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.plan.sweep import parse_sweep

WITHIN = 0.05
KINDS = ("distance", "capacity", "service", "twice")
FEW_MODES = ("aiohttp", "aiohttp-each", "requests-session", "requests")
KEPT_MODES = ("aiohttp", "requests-session")
"""Fast enough that the target is the limit, also on a busy machine."""


def main() -> int:
    """Prints each check; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--budget", type=float, default=150.0, help="seconds of each of the two long sweeps")
    parser.add_argument("--short", type=float, default=40.0, help="seconds of each sweep that theory checks")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    checks: list[bool] = []
    if "distance" in options.only:
        checks += [_distance(options, tls=tls) for tls in (False, True)]
    if "capacity" in options.only:
        checks.append(_limit(options, "capacity=50/s,100/s,200/s", KEPT_MODES))
    if "service" in options.only:
        checks.append(_limit(options, "service-time=100,200,400", ("aiohttp",), duration_s=5.0, rounds=2))
    if "twice" in options.only:
        checks.append(_twice(options))
    return 0 if all(checks) else 1


def measure(sweep: str, modes: tuple[str, ...], budget_s: float, seed: int, **plan: Any) -> SweepResult:
    """The result of one sweep."""
    begin_s = time.monotonic()
    runner = SweepRunner(Plan(modes=modes, sweep=parse_sweep(sweep), budget_s=budget_s, seed=seed, **plan))

    async def run() -> None:
        async for _ in runner.run():
            pass

    asyncio.run(run())
    result = runner.result()
    shares = [point.result.environment.other_cpu_share or 0.0 for point in result.points]
    print(
        f"\n{sweep}: {len(modes)} modes in {time.monotonic() - begin_s:.0f} s; load average {os.getloadavg()[0]:.1f}, "
        f"others used {min(shares):.0%} to {max(shares):.0%} of the processors"
    )
    return result


def _distance(options: argparse.Namespace, *, tls: bool) -> bool:
    scenario = Scenario(tls=tls)
    result = measure("rtt=5,20,60", FEW_MODES, options.short, options.seed, concurrency=1, scenario=scenario)
    print(f"{'HTTPS' if tls else 'HTTP'}: round trips of a request")
    all_right = True
    for lane in result.lanes:
        trips = round_trips(result, lane)
        if trips is None:
            print(f"  {lane:<20} not known")
            all_right = False
            continue
        is_right = trips.low <= trips.expected * (1 + WITHIN) and trips.high >= trips.expected * (1 - WITHIN)
        all_right = all_right and is_right
        is_known = trips.high - trips.low <= 2 * WITHIN * trips.expected
        mark = "  too far off" if not is_right else "" if is_known else "  known too little"
        print(f"  {lane:<20} {trips.trips:.3f} ({trips.low:.3f} to {trips.high:.3f}), theory {trips.expected}{mark}")
    return all_right


def _limit(options: argparse.Namespace, sweep: str, modes: tuple[str, ...], **plan: Any) -> bool:
    result = measure(sweep, modes, options.short, options.seed, **plan)
    print("requests/s, and what theory lets through")
    all_right = True
    for point in result.points:
        for mode in point.result.modes:
            most = most_per_second(point.result, mode.mode)
            assert most is not None
            share = (mode.ok_per_second or 0.0) / most
            is_right = abs(share - 1) <= WITHIN
            all_right = all_right and is_right
            mark = "" if is_right else "  too far off"
            rate = mode.ok_per_second or 0.0
            print(f"  {point.value:>7} {mode.mode:<14} {rate:8.1f} of {most:8.1f}: {share:6.1%}{mark}")
    return all_right


def _twice(options: argparse.Namespace) -> bool:
    sweep = "concurrency=1,2,5,10,20,35,60,100"
    first, second = (
        measure(sweep, DEFAULT_MODES, options.budget, seed) for seed in (options.seed, options.seed + 1_000)
    )
    print("requests/s of both sweeps with their intervals; ! where these do not overlap")
    missed = total = 0
    widths: list[float] = []
    for lane in first.lanes:
        for one, other in zip(curve(first, lane, FIGURES[0]), curve(second, lane, FIGURES[0]), strict=True):
            if None in (one.low, one.high, other.low, other.high):
                continue
            assert one.low is not None
            assert one.high is not None
            assert other.low is not None
            assert other.high is not None
            total += 1
            widths += [math.sqrt(each.high / each.low) - 1 for each in (one, other) if each.low and each.high]
            misses = one.low > other.high or other.low > one.high
            missed += misses
            print(
                f"  {lane:<18} {one.value:>4} {one.figure:9.1f} ({one.low:.1f} to {one.high:.1f})  "
                f"{other.figure:9.1f} ({other.low:.1f} to {other.high:.1f}){' !' if misses else ''}"
            )
    turned = list(_turned(first, second))
    unknown = len(first.lanes) * len(first.points) - total
    print(
        f"{total - missed} of {total} points agree within their intervals, whose median half-width is "
        f"{statistics.median(widths):.0%} ({unknown} have none); {len(turned)} verdicts turned round"
    )
    for told in turned:
        print(f"  {told}")
    return not turned


def _turned(first: SweepResult, second: SweepResult) -> Iterator[str]:
    """What was surely faster in one sweep, and surely slower in the other."""
    others = {(curve.first, curve.second): curve for curve in SweepPairs(second).all_curves()}
    for pair in SweepPairs(first).all_curves():
        standings = {point.value: point.standing for point in others[pair.first, pair.second].points}
        for point in pair.points:
            if {point.standing, standings.get(point.value)} == {"first", "second"}:
                yield f"{pair.first} and {pair.second} at {point.value}"


if __name__ == "__main__":
    sys.exit(main())
