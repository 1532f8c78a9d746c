"""How a lane of one run compares with the same lane of another: two runs whose rounds are not pairs.

Within a run, all lanes of a round share the mood of the machine, and it drops out of every difference. Between two runs
it does not: rounds of one run resemble each other, so that more of them don't make its mood better known. There are
therefore two comparisons:

- **As measured** (``compare_levels``): the mean log time of a lane in each run. A run counts as one draw of the
  machine's mood, however many rounds it has: the spread of its rounds is not divided by their number. With few rounds
  that spread is hardly known, and it misses what changes from run to run; so it is moderated towards that of recorded
  runs (Smyth 2004, as in ``block_model``).
- **Relative to a lane** that both runs have (``compare_relatives``): within each run, the difference to that lane from
  the one model of all its rounds (``block_model``); between the runs, Welch's interval ("The generalization of
  Student's problem when several different population variances are involved", Biometrika 34, 1947), plus what two runs
  of the same lanes were seen to differ by beyond the noise of their rounds.

The intervals of all lanes hold together with probability 1 - ``error_rate`` (Bonferroni's bound).
``tests/benchmarks/unpaired_coverage.py`` measures how often they don't, on simulated, recorded and repeated runs.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tui_httpbench.analysis.block_model import Block, BlockFit, fit_blocks
from tui_httpbench.analysis.compared_run import RoundTime
from tui_httpbench.analysis.comparison import RatioInterval, exp_of
from tui_httpbench.analysis.looks import ERROR_RATE
from tui_httpbench.analysis.student import student_quantile

RUN_SPREAD = 0.16
"""Standard deviation of the log time between runs of the same lane, as recorded, in the place of what is not known."""

RUN_SPREAD_DF = 6
"""How many degrees of freedom it has against the spread of the rounds."""

RELATIVE_SPREAD = 0.02
"""Standard deviation that the log ratio of two lanes of a run has beside the noise of rounds, on a quiet machine."""

RELATIVE_SPREAD_OF_LOAD = 0.10
"""What comes on top where other programs use all processors, in proportion where they use less: clients don't all
suffer alike from them."""

RELATIVE_SPREAD_DF = 30

MIN_ROUNDS = 2
"""With fewer, a run does not tell its noise."""

Rounds = Sequence[RoundTime]


@dataclass(frozen=True)
class _Moments:
    """Mean and variance of the log time per request over the rounds of a run, by the time measured in each."""

    mean: float
    variance: float
    df: int

    @classmethod
    def of(cls, rounds: Rounds) -> _Moments:
        logs = np.log([each.request_s for each in rounds])
        weights = np.array([each.elapsed_s for each in rounds])
        weights = weights / weights.mean()
        mean = float((weights * logs).sum() / weights.sum())
        df = len(rounds) - 1
        return cls(mean, float((weights * (logs - mean) ** 2).sum()) / df if df else 0.0, df)


def compare_levels(
    old: Mapping[str, Rounds], new: Mapping[str, Rounds], error_rate: float = ERROR_RATE
) -> dict[str, RatioInterval]:
    """Each lane that both have: its time per request in the new run over that in the old one, as measured.

    The bounds are 0 and infinity where a run has fewer than two whole rounds of the lane.
    """
    common = [label for label in old if new.get(label) and old[label]]
    found = {}
    for label in common:
        before, after = _Moments.of(old[label]), _Moments.of(new[label])
        df = RUN_SPREAD_DF + before.df + after.df
        squares = RUN_SPREAD_DF * RUN_SPREAD**2 + before.df * before.variance + after.df * after.variance
        half_width = student_quantile(1 - error_rate / (2 * len(common)), df) * math.sqrt(2 * squares / df)
        rounds = min(len(old[label]), len(new[label]))
        found[label] = _interval(after.mean - before.mean, half_width if rounds >= MIN_ROUNDS else math.inf, rounds)
    return found


def compare_relatives(
    old: Mapping[str, Rounds],
    new: Mapping[str, Rounds],
    reference: str,
    labels: Sequence[str],
    other_load: float = 0.0,
    error_rate: float = ERROR_RATE,
) -> dict[str, RatioInterval]:
    """Each of these lanes: its time over that of the reference in the new run, over the same in the old one.

    All lanes that both runs have tell the noise. ``other_load`` is the share (0 to 1) of all processors that other
    programs used, that of the busier run. Lanes that share no round with the reference are left out; nothing is
    found where a run lacks the reference.
    """
    common = [label for label in old if new.get(label) and old[label]]
    before, after = (_fit({label: run[label] for label in common}) for run in (old, new))
    if before is None or after is None or not {reference} <= set(before.modes) & set(after.modes):
        return {}
    shared = [label for label in labels if label != reference and label in before.modes and label in after.modes]
    spread = RELATIVE_SPREAD + RELATIVE_SPREAD_OF_LOAD * other_load
    found = {}
    for label in shared:
        parts = [_difference(fit, label, reference) for fit in (before, after)]
        rounds = min(part.rounds for part in parts)
        half_width = math.inf
        if all(part.df >= 1 for part in parts):
            terms = [(part.variance, part.df) for part in parts] + 2 * [(spread**2, RELATIVE_SPREAD_DF)]
            variance = sum(each for each, _ in terms)
            # Welch and Satterthwaite's degrees of freedom
            df = variance**2 / sum(each**2 / freedom for each, freedom in terms)
            half_width = student_quantile(1 - error_rate / (2 * len(shared)), max(int(df), 1)) * math.sqrt(variance)
        found[label] = _interval(parts[1].effect - parts[0].effect, half_width, rounds)
    return found


@dataclass(frozen=True)
class _Difference:
    effect: float
    variance: float
    df: float
    rounds: int


def _difference(fit: BlockFit, label: str, reference: str) -> _Difference:
    place, other = fit.modes.index(label), fit.modes.index(reference)
    return _Difference(
        float(fit.effects[place] - fit.effects[other]),
        float(fit.variances[place, other]),
        float(fit.df[place, other]),
        int(fit.common_blocks[place, other]),
    )


def _fit(lanes: Mapping[str, Rounds]) -> BlockFit | None:
    logs = {label: {each.block: math.log(each.request_s) for each in rounds} for label, rounds in lanes.items()}
    elapsed: dict[Block, list[float]] = defaultdict(list)
    for rounds in lanes.values():
        for each in rounds:
            elapsed[each.block].append(each.elapsed_s)
    return fit_blocks(logs, {block: float(np.median(times)) for block, times in elapsed.items()})


def _interval(log_ratio: float, half_width: float, rounds: int) -> RatioInterval:
    return RatioInterval(exp_of(log_ratio), exp_of(log_ratio - half_width), exp_of(log_ratio + half_width), rounds)
