"""How much each round of each mode counts: by how restless the machine was in it, and how many slices it had.

Noise comes in gusts of seconds, so that one round is calm and the next has several times the spread. The slices of a
round, of which each mode has one a cycle, show which it was. A round's weight is the time measured in it over the
variance seen in it: for a mean, one over its variance is the best weight (Aitken, "On least squares and linear
combination of observations", Proceedings of the Royal Society of Edinburgh 55, 1936). All modes of a round get the same
weight, so none is favoured.

A mode whose requests take so long that a round has room for one or two slices of it meets few of the moods that the
others meet, and has more noise than they: recorded, one slice has twice the spread of six. Its rounds are expected to
have that. ``tests/benchmarks/coverage.py`` shows what both bring on recorded noise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.block_model import Block
from tui_httpbench.measured.records import RoundRecord

Yardstick = Literal["time", "cpu"]
"""What a request costs: seconds of the clock, or seconds of processor time."""

PRIOR_DF = 8
"""How many degrees of freedom the variance of all rounds has in that of each: slices foretell the noise of a whole
round well, but not fully."""

MAX_DF = 32
"""The most that the slices of one round count for: neighbouring slices are not independent."""

MAX_SLICES = 8
"""More slices in a round than so many take no more noise out of it: the rest is what a process has of its own."""

_FITTING_PASSES = 3


def round_weights(records: Sequence[RoundRecord], yardstick: Yardstick = "time") -> dict[Block, float]:
    """The weight of each round and group of these records, all whole: seconds measured over relative variance."""
    blocks: dict[Block, list[RoundRecord]] = defaultdict(list)
    for record in records:
        blocks[record.round, record.group].append(record)
    variances = relative_variances({block: _slice_variance(members, yardstick) for block, members in blocks.items()})
    return {
        block: float(np.median([record.elapsed_s or 0.0 for record in members])) / variances[block]
        for block, members in blocks.items()
    }


def expected_noise(slices: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """The variance that a round of each mode should have, over that of one slice; ``slices`` counts them by round.

    Noise of slices is independent, so that their mean has one over their number of it. 1 for modes without any.
    """
    return {mode: 1 / min(max(float(np.mean(counts)), 1.0), MAX_SLICES) for mode, counts in slices.items()}


def relative_variances(measured: Mapping[Block, tuple[float, int]]) -> dict[Block, float]:
    """The variance of each block over that of all, moderated; ``measured`` are variances and degrees of freedom.

    Blocks without any degrees of freedom get 1.
    """
    weights = {block: min(df, MAX_DF) for block, (_, df) in measured.items()}
    total = sum(weights.values())
    usual = sum(weights[block] * variance for block, (variance, _) in measured.items()) / total if total else 0.0
    if not usual:
        return dict.fromkeys(measured, 1.0)
    return {
        block: (PRIOR_DF * usual + weights[block] * variance) / (PRIOR_DF + weights[block]) / usual
        for block, (variance, _) in measured.items()
    }


def slice_variance(logs: NDArray[np.float64]) -> tuple[float, int]:
    """The variance of the log cost per request in a slice, and its degrees of freedom.

    ``logs`` are those of the slices, shape (modes, cycles), NaN where a mode had none. What modes and cycles have of
    their own is taken out: what all modes of a cycle met does not disturb the comparison. Slices are not weighed by
    their length: recorded, longer ones have as much noise.
    """
    logs = np.where(np.isnan(logs).sum(axis=0) <= len(logs) - 2, logs, np.nan)
    present = ~np.isnan(logs)
    used_modes, used_cycles = present.any(axis=1).sum(), present.any(axis=0).sum()
    df = int(present.sum() - used_modes - used_cycles + 1)
    if df <= 0 or not used_modes:
        return 0.0, 0
    residuals = np.where(present, logs, 0.0)
    in_mode, in_cycle = np.maximum(present.sum(axis=1), 1), np.maximum(present.sum(axis=0), 1)
    for _ in range(_FITTING_PASSES):
        residuals = np.where(present, residuals - (residuals.sum(axis=1) / in_mode)[:, None], 0.0)
        residuals = np.where(present, residuals - residuals.sum(axis=0) / in_cycle, 0.0)
    return float((residuals**2).sum()) / df, df


def _slice_variance(members: list[RoundRecord], yardstick: Yardstick) -> tuple[float, int]:
    cycles = max(len(record.slices) for record in members)
    if cycles < 2 or len(members) < 2:
        return 0.0, 0
    parts = np.zeros((len(members), cycles, 3))
    for own, record in zip(parts, members, strict=True):
        if record.slices:
            own[: len(record.slices)] = [(part.requests, part.elapsed_s, part.cpu_s) for part in record.slices]
    requests, elapsed_s, cpu_s = np.moveaxis(parts, 2, 0)
    costs_s = elapsed_s if yardstick == "time" else cpu_s
    is_measured = (requests > 0) & (costs_s > 0)
    logs = np.full(costs_s.shape, np.nan)
    logs[is_measured] = np.log(costs_s[is_measured] / requests[is_measured])
    return slice_variance(logs)
