"""Does the interval hold what it promises? On simulated noise, where the truth is known.

Run by hand: python tests/benchmarks/coverage.py [--trials 20000]

First table: how often the 95 % interval of a ratio misses the truth, and its median half-width in per cent, for the
interval in use and for those it was chosen over. Second table: how often a whole run of equal modes calls any of them
faster, with a fixed number of rounds and with an automatic run, which looks several times.

Noise is of the size measured on a shared two-core machine: the logarithm of the ratio of two equal modes has a standard
deviation of about 0.05; with bursts, one round in ten of a mode takes longer by 25 % on average, exponentially spread.
"""

from __future__ import annotations

import argparse
import functools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.comparison import LOOKS, RatioInterval, corrected_error_rate, trimmed_interval
from tui_httpbench.analysis.student import student_quantile

Values = NDArray[np.float64]
ROUNDS = (5, 6, 8, 10, 15, 20, 30)


def calm(rng: np.random.Generator, shape: tuple[int, ...]) -> Values:
    """Log times with normal noise."""
    return rng.normal(0, 0.035, shape)


def bursty(rng: np.random.Generator, shape: tuple[int, ...]) -> Values:
    """Log times with normal noise and bursts."""
    return calm(rng, shape) + (rng.random(shape) < 0.1) * rng.exponential(0.25, shape)


NOISES = {"calm": calm, "bursts": bursty}


def student(values: Values, error_rate: float) -> tuple[float, float]:
    """Student's t on all values."""
    count = len(values)
    return float(values.mean()), student_quantile(1 - error_rate / 2, count - 1) * float(
        values.std(ddof=1) / math.sqrt(count)
    )


def hodges_lehmann(values: Values, error_rate: float) -> tuple[float, float]:
    """Walsh averages cut at the exact signed-rank quantile (Hollander and Wolfe, section 3.3)."""
    first, second = np.triu_indices(len(values))
    walsh = np.sort((values[first] + values[second]) / 2)
    cut = int(np.searchsorted(_signed_rank_cdf(len(values)), error_rate / 2, side="right")) - 1
    if cut < 0:
        return float(np.median(walsh)), math.inf
    low, high = walsh[cut], walsh[len(walsh) - 1 - cut]
    return float((low + high) / 2), float((high - low) / 2)


@functools.cache
def _signed_rank_cdf(count: int) -> Values:
    ways = np.zeros(count * (count + 1) // 2 + 1)
    ways[0] = 1
    for rank in range(1, count + 1):
        ways[rank:] += ways[:-rank].copy()
    return np.cumsum(ways) / 2**count


def bootstrap(values: Values, error_rate: float) -> tuple[float, float]:
    """Percentiles of 400 resampled means."""
    rng = np.random.default_rng(len(values))
    means = rng.choice(values, (400, len(values))).mean(axis=1)
    low, high = np.quantile(means, (error_rate / 2, 1 - error_rate / 2))
    return float((low + high) / 2), float((high - low) / 2)


CANDIDATES: dict[str, Callable[[Values, float], tuple[float, float]]] = {
    "in use": trimmed_interval,
    "Student": student,
    "Hodges-Lehmann": hodges_lehmann,
    "bootstrap": bootstrap,
}


def print_interval_table(trials: int) -> None:
    """One interval of one pair, at each number of rounds: share of misses and width."""
    print("One pair, 95 % interval: misses in % / median half-width in %")
    print(f"{'noise':8}{'rounds':>7}" + "".join(f"{name:>18}" for name in CANDIDATES))
    for noise_name, noise in NOISES.items():
        for rounds in ROUNDS:
            rng = np.random.default_rng(rounds)
            trial_values = noise(rng, (trials, rounds)) - noise(rng, (trials, rounds))
            cells = []
            for candidate in CANDIDATES.values():
                results = [candidate(values, 0.05) for values in trial_values]
                misses = sum(abs(center) > half_width for center, half_width in results) / trials
                cells.append(f"{100 * misses:.1f} / {100 * np.median([width for _, width in results]):.1f}")
            print(f"{noise_name:8}{rounds:7}" + "".join(f"{cell:>18}" for cell in cells), flush=True)


def print_run_table(trials: int) -> None:
    """Whole runs of equal modes: share that call any pair different."""
    print("\nWhole runs of equal modes: share in % in which any mode is called faster than any other (aim: at most 5)")
    print(f"{'noise':8}{'modes':>7}" + "".join(f"{f'{rounds} rounds':>12}" for rounds in (5, 10, 30)) + f"{'auto':>12}")
    for noise_name, noise in NOISES.items():
        for modes in (2, 4, 8):
            rng = np.random.default_rng(modes)
            runs = noise(rng, (trials, modes, max(LOOKS)))
            cells = []
            for rounds in (5, 10, 30):
                rate = corrected_error_rate(modes, rounds, sequential=False)
                cells.append(sum(calls_any_faster(run[:, :rounds], rate) for run in runs) / trials)
            cells.append(sum(automatic_run_errs(run) for run in runs) / trials)
            print(f"{noise_name:8}{modes:7}" + "".join(f"{100 * cell:12.1f}" for cell in cells), flush=True)


def calls_any_faster(run: Values, error_rate: float) -> bool:
    """Whether any pair is called different after all these rounds; ``run`` is modes by rounds."""
    return "faster" in _verdicts(run, error_rate)


def automatic_run_errs(run: Values) -> bool:
    """Whether a run that stops at the first look where no pair is unsure ever calls a pair different."""
    for look in LOOKS:
        verdicts = _verdicts(run[:, :look], corrected_error_rate(len(run), look, sequential=True))
        if "faster" in verdicts:
            return True
        if "unsure" not in verdicts:
            return False
    return False


def _verdicts(run: Values, error_rate: float) -> set[str]:
    verdicts = set()
    for first in range(len(run)):
        for second in range(first):
            center, half_width = trimmed_interval(run[first] - run[second], error_rate)
            bounds = math.exp(center - half_width), math.exp(center + half_width)
            verdicts.add(RatioInterval(math.exp(center), *bounds, run.shape[1]).verdict())
    return verdicts


def main() -> None:
    parser = argparse.ArgumentParser(description="coverage of the ranking's intervals on simulated noise")
    parser.add_argument("--trials", type=int, default=4000)
    trials = parser.parse_args().trials
    print_interval_table(trials)
    print_run_table(max(100, trials // 4))


if __name__ == "__main__":
    main()
