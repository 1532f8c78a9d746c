"""What slices cost: a mode in short slices against itself in one slice a round, with and without a lead-in.

Run by hand: python tests/benchmarks/slice_length.py [--rounds 8] [--in-flight 1 --in-flight 10 --in-flight 20]

The entrants of a run are copies of one mode. One measures its whole second at a stretch; the others do it in slices of
the lengths given, and one in slices of the usual length after an uncounted request in each place ("led in"). Printed is
by how much longer a request takes than at a stretch, in per cent of wall and of processor time, with 95 % intervals:
what cold caches and running dry at the end cost. It is the same for all modes where the lines of all modes agree.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import statistics
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.bench import turns
from tui_httpbench.bench.load_left import LoadLeft
from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.slice_length import base_length_s
from tui_httpbench.bench.worker_process import WorkerProcess
from tui_httpbench.clients.entrants import select_modes
from tui_httpbench.plan.plan import Plan
from tui_httpbench.worker.slices import Limits

SECONDS = 1.0
LENGTHS_S = (0.01, 0.03, 0.06, 0.1, 0.2)


class GivenLength(LoadLeft):
    """A load in slices of a length of its own."""

    length_s = SECONDS

    def next_limits(self, slice_s: float) -> Limits:  # noqa: ARG002 - its own counts
        return super().next_limits(self.length_s)


async def measure(mode_id: str, in_flight: int, rounds: int) -> None:
    """Prints a line for one mode and width."""
    lengths = [SECONDS, *LENGTHS_S, base_length_s(in_flight)]
    modes = select_modes([mode_id] * len(lengths))
    led_in = modes[-1]
    order = itertools.cycle(lengths)

    def make_load(plan: Plan, duration_s: float | None) -> LoadLeft:
        load = GivenLength(plan, duration_s)
        load.length_s = next(order)
        return load

    def needs_lead_in(_: turns.Turns, worker: WorkerProcess) -> bool:
        return worker.mode_id == led_in

    runner = Runner(Plan(modes=modes, duration_s=SECONDS, concurrency=in_flight, rounds=rounds, seed=in_flight))
    with (
        mock.patch.object(turns, "LoadLeft", make_load),
        mock.patch.object(turns.Turns, "_needs_lead_in", needs_lead_in),
    ):
        async for _ in runner.run():
            pass
    costs: dict[str, list[NDArray[np.float64]]] = {mode: [] for mode in modes}
    for record in runner.records:
        costs[record.mode].append(np.log(np.array([record.elapsed_s, record.cpu_s]) / len(record.samples)))
    cells = []
    for mode in modes[1:]:
        logs = np.array(costs[mode]) - np.array(costs[modes[0]])
        both = []
        for column in (0, 1):
            half = student_quantile(0.975, rounds - 1) * statistics.stdev(logs[:, column]) / math.sqrt(rounds)
            both.append(f"{100 * math.expm1(logs[:, column].mean()):+.1f}±{100 * half:.1f}")
        cells.append(" / ".join(both))
    print(f"{mode_id:17}{in_flight:4}" + "".join(f"{cell:>22}" for cell in cells), flush=True)


async def main() -> None:
    parser = argparse.ArgumentParser(description="what slices cost")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--in-flight", type=int, action="append")
    parser.add_argument("--mode", action="append")
    arguments = parser.parse_args()
    heads = [f"{length_s * 1000:.0f} ms" for length_s in LENGTHS_S]
    print("longer than at a stretch, in % of wall / processor time")
    print(f"{'mode':17}{'c':>4}" + "".join(f"{head:>22}" for head in [*heads, "usual, led in"]))
    for mode_id in arguments.mode or ("aiohttp", "requests-session", "httpx-client", "requests", "httpx-async"):
        for in_flight in arguments.in_flight or (1, 10, 20):
            await measure(mode_id, in_flight, arguments.rounds)


if __name__ == "__main__":
    asyncio.run(main())
