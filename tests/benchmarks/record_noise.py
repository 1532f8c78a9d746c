"""Records the noise of this machine: many rounds of modes whose true ratios are known or don't matter.

Run by hand: python tests/benchmarks/record_noise.py NAME [--rounds 100] [--modes aiohttp*8] [--seconds 0.3] [-c 10]

``--modes aiohttp*8`` is one mode eight times, all truly equal; ``--modes mixed`` are the eight default modes, of which
only the residuals are of interest. Writes ``tests/benchmarks/noise/NAME.npz``, which ``coverage.py`` resamples.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.clients.entrants import select_modes
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan

FOLDER = Path(__file__).parent / "noise"
MIXED = "mixed"

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Noise:
    """Recorded rounds, whole ones only.

    ``time`` and ``cpu`` are log seconds per request, shape (rounds, modes); ``slices`` are requests, elapsed and
    processor seconds of each slice, shape (rounds, modes, slices, 3), zeros where a mode had fewer slices than another.
    """

    modes: tuple[str, ...]
    time: Values
    cpu: Values
    slices: Values

    @property
    def is_mixed(self) -> bool:
        """Whether the modes are different ones."""
        return len({mode.partition("#")[0] for mode in self.modes}) > 1

    def residuals(self, yardstick: str) -> Values:
        """What is left of the log times without the effects of rounds and modes, of the size that the noise had."""
        values: Values = self.time if yardstick == "time" else self.cpu
        values = values - values.mean(axis=1, keepdims=True)
        values = values - values.mean(axis=0)
        rounds = len(values)
        residuals: Values = values * np.sqrt(rounds / (rounds - 1))
        return residuals

    def save(self, path: Path) -> None:
        """Writes a compressed file; single precision is finer than any noise."""
        path.parent.mkdir(exist_ok=True)
        np.savez_compressed(
            path,
            modes=np.array(self.modes),
            time=self.time.astype(np.float32),
            cpu=self.cpu.astype(np.float32),
            slices=self.slices.astype(np.float32),
        )

    @classmethod
    def load(cls, path: Path) -> Noise:
        """Reads what ``save`` wrote."""
        with np.load(path) as file:
            return cls(
                tuple(str(mode) for mode in file["modes"]),
                *(file[name].astype(np.float64) for name in ("time", "cpu", "slices")),
            )


def noise_of(modes: tuple[str, ...], records: list[RoundRecord]) -> Noise:
    """The rounds that all modes made whole, and in one group: others don't share the noise of the moment."""
    by_round: dict[int, dict[str, RoundRecord]] = {}
    for record in records:
        if record.outcome == "complete" and record.elapsed_s and record.cpu_s and len(record.samples):
            by_round.setdefault(record.round, {})[record.mode] = record
    whole = [
        rounds
        for _, rounds in sorted(by_round.items())
        if len(rounds) == len(modes) and len({record.group for record in rounds.values()}) == 1
    ]
    if not whole:
        raise SystemExit("No round was made whole by all modes in one group; nothing is written.")
    longest = max(len(record.slices) for rounds in whole for record in rounds.values())
    slices = np.zeros((len(whole), len(modes), longest, 3))
    for number, rounds in enumerate(whole):
        for index, mode in enumerate(modes):
            for turn, part in enumerate(rounds[mode].slices):
                slices[number, index, turn] = part.requests, part.elapsed_s, part.cpu_s
    costs = np.array(
        [
            [
                [(record.elapsed_s or 0) / len(record.samples), (record.cpu_s or 0) / len(record.samples)]
                for record in (rounds[mode] for mode in modes)
            ]
            for rounds in whole
        ]
    )
    return Noise(modes, np.log(costs[:, :, 0]), np.log(costs[:, :, 1]), slices)


async def record(plan: Plan) -> list[RoundRecord]:
    """The rounds of one run."""
    runner = Runner(plan)
    async for _ in runner.run():
        pass
    return list(runner.records)


def modes_named(text: str) -> tuple[str, ...]:
    """``aiohttp*8``, ``mixed``, or ids with commas between them."""
    if text == MIXED:
        return tuple(select_modes(list(DEFAULT_MODES)))
    mode, _, copies = text.partition("*")
    return tuple(select_modes([mode] * int(copies) if copies else text.split(",")))


def main() -> None:
    parser = argparse.ArgumentParser(description="records the noise of this machine")
    parser.add_argument("name", help="name of the file in tests/benchmarks/noise, without suffix")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--modes", default="aiohttp*8")
    parser.add_argument("--seconds", type=float, default=0.3, help="measured of a mode in a round")
    parser.add_argument("-c", "--concurrency", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    plan = Plan(
        modes=modes_named(arguments.modes),
        requests=None,
        duration_s=arguments.seconds,
        concurrency=arguments.concurrency,
        rounds=arguments.rounds,
        seed=arguments.seed,
    )
    started_s = time.monotonic()
    noise = noise_of(plan.modes, asyncio.run(record(plan)))
    path = FOLDER / f"{arguments.name}.npz"
    noise.save(path)
    rounds, modes = noise.time.shape
    print(f"{rounds} rounds of {modes} modes in {time.monotonic() - started_s:.0f} s, load {os.getloadavg()[0]:.1f}")
    for yardstick in ("time", "cpu"):
        residuals = noise.residuals(yardstick)
        spread = np.sqrt((residuals**2).sum(axis=0) / (rounds * (1 - 1 / modes)))
        print(
            f"{yardstick:5} standard deviation of the log in a round, by mode: {', '.join(f'{s:.3f}' for s in spread)}"
        )
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
