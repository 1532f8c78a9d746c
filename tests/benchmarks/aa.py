"""How often is a mode called different from itself? At most one time in twenty, or the ranking can't be trusted.

Run by hand: python tests/benchmarks/aa.py [--tries 40] [--rounds 10|auto] [--mode aiohttp --mode requests-session]

Each try is a whole run of a mode against itself, with fresh processes for each round. Printed with the share is the
range that a true rate of 5 % would give in 95 % of such series (binomial).
"""

from __future__ import annotations

import argparse
import asyncio
import math
import time

from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.catalog import select_modes
from tui_httpbench.plan import Plan, parse_rounds

ERROR_RATE = 0.05


async def verdict_on_itself(
    mode_id: str, requests: int, concurrency: int, rounds: int | str, seed: int
) -> tuple[str, float]:
    """The verdict on a mode compared with itself, and the ratio that was found."""
    plan = Plan(
        modes=select_modes([mode_id, mode_id]), requests=requests, concurrency=concurrency, rounds=rounds, seed=seed
    )
    runner = Runner(plan)
    async for _ in runner.run():
        pass
    ranking = runner.result().ranking
    assert ranking[1].verdict is not None
    assert ranking[1].ratio is not None
    return ranking[1].verdict, ranking[1].ratio


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
    parser.add_argument("--tries", type=int, default=40)
    parser.add_argument("--rounds", default="10")
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--concurrency", type=int, default=20)
    parser.add_argument("--mode", action="append", dest="modes")
    arguments = parser.parse_args()
    rounds = parse_rounds(arguments.rounds)
    print(f"{'mode':18} {'tries':>6} {'faster':>7} {'same':>5} {'unsure':>7}", end="")
    print(f" {'allowed':>8} {'largest ratio':>14} {'minutes':>8}")
    for mode_id in arguments.modes or ("requests-session", "aiohttp"):
        begin = time.monotonic()
        found = [
            await verdict_on_itself(mode_id, arguments.requests, arguments.concurrency, rounds, seed)
            for seed in range(arguments.tries)
        ]
        verdicts = [verdict for verdict, _ in found]
        print(
            f"{mode_id:18} {len(found):6} {verdicts.count('faster'):7} {verdicts.count('same'):5} "
            f"{verdicts.count('unsure'):7} {largest_expected(len(found)):8} {max(ratio for _, ratio in found):14.3f} "
            f"{(time.monotonic() - begin) / 60:8.1f}",
            flush=True,
        )


if __name__ == "__main__":
    asyncio.run(main())
