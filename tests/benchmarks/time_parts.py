"""Whether the parts of a request's time add up to its latency, and connecting takes the round trips that it should.

Run by hand: python tests/benchmarks/time_parts.py [--rtt 20] [--requests 15] [--rounds 3]

At each distance, with TLS and without, one request is in flight at a time, so that nothing waits for its turn. Of each
mode: the known parts (connecting, TLS, waiting, computing) over the mean latency. Of a mode that opens a connection for
every request, beside the one of its library that keeps its own: by how many round trips its requests are longer, once
what client and target compute, and the client's waiting for a processor, is taken off. Theory says 1 for TCP, and 2
with TLS 1.3. How much of the processors other programs used is printed as well. Exit status 1 when one is off by more
than 5 %.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from tui_httpbench.analysis.time_parts import TimeParts, time_parts
from tui_httpbench.bench.runner import Runner
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.scenario import Scenario, ServiceTime

WITHIN = 0.05
PAIRS = (("requests", "requests-session"), ("aiohttp-each", "aiohttp"))


def main() -> int:
    """Prints a line for each mode and distance."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rtt", type=float, nargs="+", default=[20.0, 50.0], metavar="MS")
    parser.add_argument("--requests", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    scenarios = [
        Scenario(name="far", rtt_ms=rtt_ms, tls=tls, service_time=ServiceTime("fixed", 5.0))
        for rtt_ms in options.rtt
        for tls in (False, True)
    ]
    results = [asyncio.run(compare(scenario, options.requests, options.rounds)) for scenario in scenarios]
    return 0 if all(results) else 1


async def compare(scenario: Scenario, requests: int, rounds: int) -> bool:
    """Measures at one distance, and tells whether all is within what theory says."""
    modes = tuple(mode for pair in PAIRS for mode in pair)
    plan = Plan(modes=modes, requests=requests, concurrency=1, rounds=rounds, scenario=scenario)
    runner = Runner(plan, keeps_folder=False, in_history=False)
    async for _ in runner.run():
        pass
    result = runner.result()
    share = result.environment.other_cpu_share
    busy = "unknown" if share is None else f"{share:.0%}"
    print(f"{scenario.rtt_ms:g} ms{', TLS' if scenario.tls else ''}; other programs used {busy} of the processors")
    parts = {mode: told for mode in modes if (told := time_parts(result, mode)) is not None}
    is_right = True
    for mode, told in parts.items():
        is_right &= is_near(f"  {mode}: parts / latency", (told.measured_ms + told.overlapping) / told.latency_ms, 1.0)
    for each, kept in PAIRS:
        trips = (net_ms(parts[each]) - net_ms(parts[kept])) / scenario.rtt_ms
        is_right &= is_near(f"  {each} beside {kept}: round trips more", trips, 2.0 if scenario.tls else 1.0)
    return is_right


def net_ms(parts: TimeParts) -> float:
    """A latency without what is computed and waited for: what connecting takes, known or not."""
    return parts.latency_ms - parts.computing - (parts.waiting or 0.0) - (parts.cpu_wait or 0.0)


def is_near(what: str, value: float, expected: float) -> bool:
    """Prints a value, and whether it is within 5 % of what it should be."""
    is_right = abs(value / expected - 1) <= WITHIN
    print(f"{what}: {value:.3f}, should be {expected:g}{'' if is_right else '   too far off'}", flush=True)
    return is_right


if __name__ == "__main__":
    sys.exit(main())
