"""Do the intervals hold what they promise? On simulated and on recorded noise, where all modes are truly equal.

Run by hand: python tests/benchmarks/coverage.py [--trials 400] [--only recorded]

First table: in how many runs any pair of equal modes is called different (aim: at most 5 %), and the median half-width
of the intervals, both in per cent, for runs of 5 and of 10 rounds and for automatic ones, which look several times.
Second table: the same for other intervals than the one in use, at 8 modes.

Simulated noise of the log time is ``calm`` (normal), has ``bursts`` (one round in ten of a mode takes longer by 25 % on
average), is ``unequal`` (two modes have 2.5 times the noise of the others), ``erratic`` (a quarter of the modes is off
by several times in half of its rounds) or ``gusty`` (some rounds are noisier for all). Recorded noise is resampled from
``noise/*.npz`` (``record_noise.py``), round by round, with the slices of each.
Where one mode was recorded several times, which of them is which is drawn anew in each round, since they are equal.
Where different modes were, each keeps its own noise, and what was ahead in a round is as often behind: equal modes have
no other way to differ. No two modes that differ so much are ever equal, so that is harder than what is promised.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from record_noise import FOLDER, Noise

from tui_httpbench.analysis.block_model import fit_blocks
from tui_httpbench.analysis.comparison import Comparison
from tui_httpbench.analysis.gusts import expected_noise, relative_variances, slice_variance
from tui_httpbench.analysis.looks import ERROR_RATE, FEW_MODES, LOOKS, look_error_rate
from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.analysis.studentized import studentized_range_quantile
from tui_httpbench.bench.round_schedule import SCOUTING_ROUNDS
from tui_httpbench.plan.plan import DEFAULT_SAME_WITHIN

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Drawn:
    """Log times of equal modes, and how many slices they had, shapes (rounds, modes); the variance that slices show."""

    values: Values
    slice_variances: tuple[tuple[float, int], ...] = ()
    slices: Values | None = None

    def expected_noise(self, rounds: int) -> dict[str, float]:
        """The noise that is expected of each mode by its slices in the first rounds."""
        if self.slices is None:
            return {}
        return expected_noise({f"mode{mode}": column[:rounds].tolist() for mode, column in enumerate(self.slices.T)})

    def weights(self, rounds: int) -> Values:
        """What the first rounds weigh by their slices."""
        shown = self.slice_variances[:rounds] or ((0.0, 0),) * rounds
        return 1 / np.array(list(relative_variances({(number, 0): each for number, each in enumerate(shown)}).values()))


Draw = Callable[[np.random.Generator, int, int], Drawn]
"""Draws a number of rounds of a number of modes."""

MODES = (2, 4, 8)
SPREAD = 0.06
SCOUTING_SHARE = 0.1
"""An automatic run of no more modes begins with so many short rounds, of this share of the others' measured time."""


def calm(rng: np.random.Generator, rounds: int, modes: int) -> Drawn:
    """Normal noise."""
    return Drawn(rng.normal(0, SPREAD, (rounds, modes)))


def bursts(rng: np.random.Generator, rounds: int, modes: int) -> Drawn:
    """Normal noise, and rounds of single modes that take longer."""
    shape = rounds, modes
    return Drawn(rng.normal(0, SPREAD, shape) + (rng.random(shape) < 0.1) * rng.exponential(0.25, shape))


def unequal(rng: np.random.Generator, rounds: int, modes: int) -> Drawn:
    """Normal noise, more of it in the first two modes."""
    return Drawn(rng.normal(0, SPREAD, (rounds, modes)) * np.where(np.arange(modes) < 2, 2.5, 1.0))


def erratic(rng: np.random.Generator, rounds: int, modes: int) -> Drawn:
    """Normal noise, and a quarter of the modes with rounds that are off by several times, as by lost connections."""
    is_off = (np.arange(modes) < modes / 4) & (rng.random((rounds, modes)) < 0.5)
    return Drawn(rng.normal(0, SPREAD, (rounds, modes)) + is_off * rng.normal(0, 1.0, (rounds, modes)))


def gusty(rng: np.random.Generator, rounds: int, modes: int) -> Drawn:
    """Normal noise of another size in each round."""
    return Drawn(rng.normal(0, SPREAD, (rounds, modes)) * np.exp(rng.normal(0, 0.6, (rounds, 1))))


def resampled(noise: Noise, yardstick: str) -> Draw:
    """Recorded rounds, drawn with replacement."""
    residuals = noise.residuals(yardstick)
    requests, elapsed_s, cpu_s = np.moveaxis(noise.slices, 3, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log((elapsed_s if yardstick == "time" else cpu_s) / requests)
    logs[~np.isfinite(logs)] = np.nan
    counts = np.isfinite(logs).sum(axis=2).astype(np.float64)

    def draw(rng: np.random.Generator, rounds: int, modes: int) -> Drawn:
        # Without replacement while there are enough: a round drawn twice looks like no noise at all.
        chosen = np.concatenate([rng.permutation(len(residuals)) for _ in range(1 + rounds // len(residuals))])[:rounds]
        if noise.is_mixed:
            labels = np.tile(rng.permutation(residuals.shape[1])[:modes], (rounds, 1))
            signs = rng.choice([-1.0, 1.0], (rounds, 1))
        else:
            labels = np.argsort(rng.random((rounds, residuals.shape[1])), axis=1)[:, :modes]
            signs = np.ones((rounds, 1))
        return Drawn(
            signs * np.take_along_axis(residuals[chosen], labels, axis=1),
            tuple(slice_variance(logs[number, label]) for number, label in zip(chosen, labels, strict=True)),
            np.take_along_axis(counts[chosen], labels, axis=1),
        )

    return draw


def sources(only: str) -> Iterator[tuple[str, Draw]]:
    """All kinds of noise by name."""
    if only != "recorded":
        yield from {"calm": calm, "bursts": bursts, "unequal": unequal, "erratic": erratic, "gusty": gusty}.items()
    if only != "simulated":
        for path in sorted(Path(FOLDER).glob("*.npz")):
            noise = Noise.load(path)
            for yardstick in ("time", "cpu"):
                yield f"{path.stem} {yardstick}", resampled(noise, yardstick)


@dataclass
class Tally:
    """What a series of runs came to."""

    runs: int = 0
    false_alarms: int = 0
    half_widths: list[float] | None = None

    def add(self, is_false_alarm: bool, half_width: float) -> None:
        """Counts one run; ``half_width`` is that of the log of a ratio."""
        self.runs += 1
        self.false_alarms += is_false_alarm
        self.half_widths = [*(self.half_widths or []), half_width]

    def __str__(self) -> str:
        """Share of false alarms and median half-width in per cent."""
        width = math.expm1(float(np.median(self.half_widths or [math.inf])))
        return f"{100 * self.false_alarms / max(1, self.runs):.1f} / {100 * width:.1f}"


def compared(drawn: Drawn, rounds: int, error_rate: float, seconds: Values | None = None) -> Comparison:
    """The comparison that the product makes of the first rounds, which measured so many seconds, alike if not given."""
    weights = drawn.weights(rounds) * (1.0 if seconds is None else seconds[:rounds])
    fit = fit_blocks(
        {
            f"mode{mode}": {(number, 0): float(column[number]) for number in range(rounds)}
            for mode, column in enumerate(drawn.values.T)
        },
        {(number, 0): float(weights[number]) for number in range(rounds)},
        drawn.expected_noise(rounds),
    )
    assert fit is not None
    return Comparison(fit, error_rate)


def calls_any_different(comparison: Comparison) -> bool:
    """Whether any pair is called different: if so, the first and the last of the order are."""
    return comparison.verdict(comparison.order[-1], comparison.order[0]) == "faster"


def median_half_width(comparison: Comparison, error_rate: float) -> float:
    """Of the log ratios of all pairs."""
    widths = comparison.fit.half_widths(error_rate)
    return float(np.median(widths[np.triu_indices(len(widths), 1)]))


def automatic_run(drawn: Drawn) -> tuple[bool, float]:
    """Whether a run that ends when all is decided ever calls a pair different, and its width at its usual end."""
    rounds, modes = drawn.values.shape
    scouting = SCOUTING_ROUNDS if modes <= FEW_MODES else 0
    seconds = np.where(np.arange(rounds) < scouting, SCOUTING_SHARE, 1.0)
    drawn = replace(drawn, values=drawn.values / np.sqrt(seconds)[:, None])
    half_width, usual = math.nan, 8 if scouting else 5
    is_over = is_false_alarm = False
    for look in LOOKS:
        rate = look_error_rate(look, sequential=True, modes=modes)
        comparison = compared(drawn, look, rate, seconds)
        half_width = median_half_width(comparison, rate) if look == usual else half_width
        if not is_over:
            is_false_alarm = is_false_alarm or calls_any_different(comparison)
            neighbours = zip(comparison.order, comparison.order[1:], strict=False)
            is_over = all(comparison.verdict(second, first) != "unsure" for first, second in neighbours)
        if look >= usual and (is_over or is_false_alarm):
            break
    return is_false_alarm, half_width


def print_run_table(trials: int, only: str) -> None:
    """Whole runs: of fixed numbers of rounds, and automatic ones with all their looks."""
    print("Runs of equal modes: any pair called different in % / median half-width in %")
    print(f"{'noise':34}{'modes':>6}{'5 rounds':>14}{'10 rounds':>14}{'auto (end)':>14}")
    for name, draw in sources(only):
        for modes in MODES:
            rng = np.random.default_rng(modes)
            five, ten, auto = Tally(), Tally(), Tally()
            for _ in range(trials):
                drawn = draw(rng, LOOKS[-1], modes)
                for rounds, tally in ((5, five), (10, ten)):
                    comparison = compared(drawn, rounds, ERROR_RATE)
                    tally.add(calls_any_different(comparison), median_half_width(comparison, ERROR_RATE))
                auto.add(*automatic_run(drawn))
            print(f"{name:34}{modes:6}" + "".join(f"{cell!s:>14}" for cell in (five, ten, auto)), flush=True)


def tukey(values: Values) -> tuple[Values, Values]:
    """One variance for all modes."""
    rounds, modes = values.shape
    residuals, effects = _residuals(values)
    df = (modes - 1) * (rounds - 1)
    variance = (residuals**2).sum() / df
    width = studentized_range_quantile(1 - ERROR_RATE, modes, df) * math.sqrt(variance / rounds)
    return effects, np.full((modes, modes), width)


def bonferroni(values: Values) -> tuple[Values, Values]:
    """Student's t for each pair alone, Bonferroni's bound for all."""
    rounds, modes = values.shape
    _, effects = _residuals(values)
    deviations = (values[:, :, None] - values[:, None, :]).std(axis=0, ddof=1)
    quantile = student_quantile(1 - ERROR_RATE / (modes * (modes - 1)), rounds - 1)
    return effects, quantile * deviations / math.sqrt(rounds)


def weighted(values: Values) -> tuple[Values, Values]:
    """One variance for all modes, and rounds that look noisy weighing less (Student's t, 8 df)."""
    rounds, modes = values.shape
    weights = np.ones((rounds, 1))
    centred = values - values.mean(axis=1, keepdims=True)
    for _ in range(2):
        effects = (weights * centred).sum(axis=0) / weights.sum()
        squares = ((centred - effects) ** 2).sum(axis=1, keepdims=True) / (modes - 1)
        typical = (weights * squares).sum() / weights.sum()
        weights = (8 + modes - 1) / (8 + (modes - 1) * squares / typical)
    effects = (weights * centred).sum(axis=0) / weights.sum()
    df = (modes - 1) * (rounds - 1)
    variance = (weights * (centred - effects) ** 2).sum() / df
    width = studentized_range_quantile(1 - ERROR_RATE, modes, df) * math.sqrt(variance / weights.sum())
    return effects, np.full((modes, modes), width)


def _residuals(values: Values) -> tuple[Values, Values]:
    centred = values - values.mean(axis=1, keepdims=True)
    effects: Values = centred.mean(axis=0)
    return centred - effects, effects


OTHERS = {"Tukey, pooled": tukey, "t, Bonferroni": bonferroni, "by residuals": weighted}


def print_other_intervals(trials: int, only: str) -> None:
    """What else could have been chosen."""
    print("\nOther intervals, 8 modes: any pair called different in % / median half-width in %")
    print(f"{'noise':34}{'rounds':>7}{'in use':>17}" + "".join(f"{name:>17}" for name in OTHERS))
    pairs = np.triu_indices(8, 1)
    for name, draw in sources(only):
        for rounds in (5, 10):
            rng = np.random.default_rng(rounds)
            tallies = {other: Tally() for other in ("in use", *OTHERS)}
            for _ in range(trials):
                drawn = draw(rng, rounds, 8)
                comparison = compared(drawn, rounds, ERROR_RATE)
                tallies["in use"].add(calls_any_different(comparison), median_half_width(comparison, ERROR_RATE))
                for other, interval in OTHERS.items():
                    effects, widths = interval(drawn.values)
                    distances = np.abs(effects[:, None] - effects[None, :])
                    is_same = distances + widths < math.log1p(DEFAULT_SAME_WITHIN)
                    is_false_alarm = bool(((distances > widths) & ~is_same)[pairs].any())
                    tallies[other].add(is_false_alarm, float(np.median(widths[pairs])))
            print(f"{name:34}{rounds:7}" + "".join(f"{tally!s:>17}" for tally in tallies.values()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="coverage of the ranking's intervals on simulated and recorded noise")
    parser.add_argument("--trials", type=int, default=400)
    parser.add_argument("--only", choices=("simulated", "recorded", "both"), default="both")
    arguments = parser.parse_args()
    started_s = time.monotonic()
    print_run_table(arguments.trials, arguments.only)
    print_other_intervals(arguments.trials, arguments.only)
    print(f"\n{arguments.trials} runs of each kind, {time.monotonic() - started_s:.0f} s")


if __name__ == "__main__":
    main()
