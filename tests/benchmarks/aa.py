"""How often is a mode called different from itself? In at most one run of twenty, or the ranking can't be trusted.

Run by hand: python tests/benchmarks/aa.py [--tries 60] [--copies 2] [--budget 8] [--in-flight 10] [--mode aiohttp]

Each try is a whole automatic run of copies of one mode, with fresh processes for each round and looks at the result in
between. A try is wrong where any pair of copies is called different. Printed with the share is the most that a true
rate of 5 % stays within in 97.5 % of such series (binomial), and the largest ratio found.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import time

from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.entrants import select_modes
from tui_httpbench.plan.plan import Plan

ERROR_RATE = 0.05


async def is_called_different(
    mode_id: str, copies: int, budget_s: float, in_flight: int, seed: int
) -> tuple[bool, float]:
    """Whether any pair of copies is called different, and how far the first and the last were apart."""
    plan = Plan(modes=select_modes([mode_id] * copies), concurrency=in_flight, budget_s=budget_s, seed=seed)
    runner = Runner(plan)
    async for _ in runner.run():
        pass
    ranking = runner.result().ranking
    assert all(rank.clean for rank in ranking)
    different = any(len(rank.tied_with) < copies - 1 for rank in ranking)
    return different, ranking[-1].ratio or 1.0


def largest_expected(tries: int) -> int:
    """The most false alarms that a true rate of 5 % stays within in 97.5 % of series (binomial)."""
    total, count = 0.0, 0
    while True:
        total += math.comb(tries, count) * ERROR_RATE**count * (1 - ERROR_RATE) ** (tries - count)
        if total >= 0.975:
            return count
        count += 1


async def main() -> None:
    parser = argparse.ArgumentParser(description="false alarms of the ranking, mode against itself")
    parser.add_argument("--tries", type=int, default=60)
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--budget", type=float, default=8.0)
    parser.add_argument("--in-flight", type=int, default=10)
    parser.add_argument("--mode", action="append", dest="modes")
    arguments = parser.parse_args()
    print(f"{'mode':18} {'copies':>7} {'tries':>6} {'wrong':>6} {'allowed':>8} {'largest ratio':>14} {'minutes':>8}")
    for mode_id in arguments.modes or ("aiohttp", "requests-session"):
        begin = time.monotonic()
        found = [
            await is_called_different(mode_id, arguments.copies, arguments.budget, arguments.in_flight, seed)
            for seed in range(arguments.tries)
        ]
        wrong = sum(different for different, _ in found)
        print(
            f"{mode_id:18} {arguments.copies:7} {len(found):6} {wrong:6} {largest_expected(len(found)):8} "
            f"{max(ratio for _, ratio in found):14.3f} {(time.monotonic() - begin) / 60:8.1f}",
            flush=True,
        )


if __name__ == "__main__":
    asyncio.run(main())
