"""Do the intervals between two runs hold what they promise, where nothing has changed between them?

Run by hand: python tests/benchmarks/unpaired_coverage.py [--trials 400] [--only recorded]
To record: python tests/benchmarks/unpaired_coverage.py --record NAME [--runs 60]

How often any of the lanes is called slower or faster than before (aim: at most 5 % of the comparisons), and the median
half-width of the intervals, both in per cent, for two runs of 3, 5 and 10 rounds:

- ``Welch by rounds`` is what is *not* in use: Welch's interval of the log times of the rounds, Bonferroni for all;
- ``as measured`` and ``relative`` (to the first lane) are what ``compare`` says without and with ``--relative-to``.

Simulated noise has a mood that all lanes share, which moves slowly (``drifting``, autoregressive with 0.9 from round
to round), jumps from run to run (``jumping``), or does not move beyond the rounds (``calm``). Recorded noise are the
rounds of ``noise/*.npz`` (``record_noise.py``): each run is made of neighbouring rounds, and the two runs are apart.
Repeated runs are ``noise/repeated/*.npz``: the same command, again and again; any two of them are compared.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from coverage import Tally
from numpy.typing import NDArray
from record_noise import FOLDER, Noise

from tui_httpbench.analysis.compared_run import RoundTime
from tui_httpbench.analysis.comparison import RatioInterval, told_apart
from tui_httpbench.analysis.looks import ERROR_RATE
from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.analysis.unpaired import compare_levels, compare_relatives

REPEATED = FOLDER / "repeated"
COMMAND = ("run", "-n", "200", "-c", "1", "-r", "5", "-m", "http.client,requests-session,httpx-client,aiohttp")
ROUNDS = (3, 5, 10)
LANES = 4
SPREAD = 0.06
MOOD = 0.15

Values = NDArray[np.float64]
Pair = tuple[Values, Values]
"""The log times of two runs, each of shape (rounds, lanes)."""

Draw = Callable[[np.random.Generator, int], tuple[Pair, float] | None]
"""Draws two runs of so many rounds, and the share of the processors that other programs used; None of too few."""


def calm(rng: np.random.Generator, rounds: int) -> tuple[Pair, float]:
    """A mood of each round, and none of the run."""
    return (_run(rng, rounds, rng.normal(0, MOOD, rounds)), _run(rng, rounds, rng.normal(0, MOOD, rounds))), 0.0


def drifting(rng: np.random.Generator, rounds: int) -> tuple[Pair, float]:
    """A mood that a round has mostly from the one before; the runs are long apart."""

    def mood() -> Values:
        steps = rng.normal(0, MOOD, rounds)
        for number in range(1, rounds):
            steps[number] = 0.9 * steps[number - 1] + math.sqrt(1 - 0.9**2) * steps[number]
        return steps

    return (_run(rng, rounds, mood()), _run(rng, rounds, mood())), 0.0


def jumping(rng: np.random.Generator, rounds: int) -> tuple[Pair, float]:
    """A mood of the run beside that of each round."""
    (old, new), _ = calm(rng, rounds)
    return (old + rng.normal(0, 0.1), new + rng.normal(0, 0.1)), 0.0


def _run(rng: np.random.Generator, rounds: int, mood: Values) -> Values:
    noise: Values = mood[:, None] + rng.normal(0, SPREAD, (rounds, LANES))
    return noise


def apart(noise: Noise) -> Draw:
    """Two runs of neighbouring rounds of a recording; equal lanes are drawn, of different ones all are taken."""
    times = noise.time if noise.is_mixed else noise.time - noise.time.mean(axis=0)

    def draw(rng: np.random.Generator, rounds: int) -> tuple[Pair, float]:
        lanes = rng.permutation(times.shape[1])[:LANES]
        first = int(rng.integers(0, len(times) - 2 * rounds + 1))
        second = int(rng.integers(first + rounds, len(times) - rounds + 1))
        runs = [times[start : start + rounds][:, lanes] for start in (first, second)]
        return ((runs[0], runs[1]) if rng.random() < 0.5 else (runs[1], runs[0])), 0.0

    return draw


def repeated(times: Values, shares: Values) -> Draw:
    """Any two of the runs, shape (runs, rounds, lanes), in which other programs used such shares of the processors."""

    def draw(rng: np.random.Generator, rounds: int) -> tuple[Pair, float] | None:
        if rounds > times.shape[1]:
            return None
        old, new = rng.permutation(len(times))[:2]
        return (times[old, :rounds], times[new, :rounds]), float(max(shares[old], shares[new]))

    return draw


def sources(only: str) -> Iterator[tuple[str, Draw]]:
    """All kinds of noise by name."""
    if only != "recorded":
        yield from {"calm": calm, "drifting": drifting, "jumping": jumping}.items()
    if only != "simulated":
        for path in sorted(FOLDER.glob("*.npz")):
            yield path.stem, apart(Noise.load(path))
        for path in sorted(REPEATED.glob("*.npz")):
            with np.load(path) as file:
                yield (
                    f"repeated: {path.stem}",
                    repeated(file["time"].astype(np.float64), file["other_cpu_share"].astype(np.float64)),
                )


def welch(old: Values, new: Values) -> Mapping[str, RatioInterval]:
    """Welch's intervals of rounds, as if they were independent."""
    found = {}
    for lane, (before, after) in enumerate(zip(old.T, new.T, strict=True)):
        terms = [(run.var(ddof=1) / len(run), len(run) - 1) for run in (before, after)]
        variance = sum(each for each, _ in terms)
        df = max(int(variance**2 / sum(each**2 / freedom for each, freedom in terms)), 1)
        half = student_quantile(1 - ERROR_RATE / (2 * old.shape[1]), df) * math.sqrt(variance)
        ratio = float(after.mean() - before.mean())
        found[f"lane{lane}"] = RatioInterval(
            math.exp(ratio), math.exp(ratio - half), math.exp(ratio + half), len(before)
        )
    return found


def count(tally: Tally, intervals: Mapping[str, RatioInterval]) -> None:
    """Counts a comparison of runs in which nothing differs."""
    lows, highs = (np.log([getattr(each, bound) for each in intervals.values()]) for bound in ("low", "high"))
    _, is_other = told_apart(lows, highs)
    tally.add(bool(is_other.any()), float(np.median((highs - lows) / 2)))


def compared(tallies: Mapping[str, Tally], old: Values, new: Values, other_load: float) -> None:
    """Counts all ways to compare two runs."""
    # What lanes differ in is the same in both runs, and how long a request takes is of no account.
    before, after = rounds_with_level(old, old), rounds_with_level(new, old)
    count(tallies["Welch by rounds"], welch(old, new))
    count(tallies["as measured"], compare_levels(before, after))
    others = [f"lane{lane}" for lane in range(1, LANES)]
    count(tallies["relative"], compare_relatives(before, after, "lane0", others, other_load))


def rounds_with_level(logs: Values, level: Values) -> dict[str, list[RoundTime]]:
    """A run's lanes; a request takes a millisecond where ``level`` is at its mean, and a round 300 of them."""
    return {
        f"lane{lane}": [
            RoundTime(number, 0, 300, 0.3 * math.exp(value - level.mean())) for number, value in enumerate(column, 1)
        ]
        for lane, column in enumerate(logs.T)
    }


def print_table(trials: int, only: str) -> None:
    """All kinds of noise and numbers of rounds."""
    print("Two runs of the same: any lane called different in % / median half-width in %")
    ways = ("Welch by rounds", "as measured", "relative")
    print(f"{'noise':28}{'rounds':>7}" + "".join(f"{way:>18}" for way in ways))
    for name, draw in sources(only):
        for rounds in ROUNDS:
            rng = np.random.default_rng(rounds)
            tallies = {way: Tally() for way in ways}
            for _ in range(trials):
                if (drawn := draw(rng, rounds)) is not None:
                    pair, other_load = drawn
                    compared(tallies, *pair, other_load)
            if tallies[ways[0]].runs:
                print(f"{name:28}{rounds:7}" + "".join(f"{tallies[way]!s:>18}" for way in ways), flush=True)


def print_spreads() -> None:
    """What repeated runs differ by, and what of it the noise of their rounds explains."""
    for path in sorted(REPEATED.glob("*.npz")):
        with np.load(path) as file:
            times, lanes, shares = file["time"].astype(np.float64), file["lanes"], file["other_cpu_share"]
        runs, rounds, _ = times.shape
        print(f"\n{path.stem}: {runs} runs of {rounds} rounds; other programs used {np.median(shares):.0%} (median)")
        print(f"{'standard deviation of log':34}{'of a round':>12}{'between runs':>14}{'by rounds alone':>17}")
        ratios = times[:, :, 1:] - times[:, :, :1]
        for names, values in ((lanes, times), ([f"{lane} / {lanes[0]}" for lane in lanes[1:]], ratios)):
            for lane, name in enumerate(names):
                within = math.sqrt(values[:, :, lane].var(axis=1, ddof=1).mean())
                between = values[:, :, lane].mean(axis=1).std(ddof=1)
                print(f"{name!s:34}{within:12.3f}{between:14.3f}{within / math.sqrt(rounds):17.3f}")


def record(name: str, runs: int, folder: Path) -> None:
    """Makes the same run again and again, and keeps what its rounds took; runs that ``folder`` has are not made."""
    for number in range(1, runs + 1):
        path = folder / f"run-{number}.json"
        if not path.exists():
            command = [sys.executable, "-m", "tui_httpbench", *COMMAND, "--seed", str(number), "--json", str(path)]
            subprocess.run(command, check=True, capture_output=True)
    times, shares, lanes = [], [], []
    for number in range(1, runs + 1):
        document = json.loads((folder / f"run-{number}.json").read_text())
        lanes = [mode["id"] for mode in document["modes"]]
        costs = [[each["elapsed_s"] / each["requests"] for each in mode["rounds"]] for mode in document["modes"]]
        times.append(np.log(np.array(costs)).T)
        shares.append(document["environment"]["other_cpu_share"] or 0.0)
    REPEATED.mkdir(exist_ok=True)
    np.savez_compressed(
        REPEATED / f"{name}.npz",
        time=np.array(times).astype(np.float32),
        lanes=np.array(lanes),
        other_cpu_share=np.array(shares).astype(np.float32),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="coverage of the intervals between two runs")
    parser.add_argument("--trials", type=int, default=400)
    parser.add_argument("--only", choices=("simulated", "recorded", "both"), default="both")
    parser.add_argument("--record", metavar="NAME", help="record repeated runs into noise/repeated/NAME.npz")
    parser.add_argument("--runs", type=int, default=60, help="how many to record; each takes about 6 s")
    parser.add_argument("--into", type=Path, help="folder for the JSON of recorded runs (default: a temporary one)")
    arguments = parser.parse_args()
    started_s = time.monotonic()
    if arguments.record:
        with tempfile.TemporaryDirectory() as folder:
            record(arguments.record, arguments.runs, arguments.into or Path(folder))
    else:
        print_table(arguments.trials, arguments.only)
        print(f"{arguments.trials} comparisons of each kind")
    print_spreads()
    print(f"{time.monotonic() - started_s:.0f} s")


if __name__ == "__main__":
    main()
