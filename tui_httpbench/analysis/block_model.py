"""The model behind every comparison: log(time per request) = mode + block + noise, fitted to all rounds at once.

A block is what shares the noise of the moment: the modes that took turns in one round of one group. Its own effect, how
fast the machine was then, drops out of every difference. Blocks may lack modes (incomplete block design; Yates, "A new
method of arranging variety trials", Journal of Agricultural Science 26, 1936), and count in proportion to the time that
was measured in them: recorded noise falls as one over the root of it.

Each mode has a variance of its own, moderated towards what is expected of it from that of all (Smyth, "Linear models
and empirical Bayes methods for assessing differential expression", Statistical Applications in Genetics and Molecular
Biology 3, 2004). ``tests/benchmarks/coverage.py`` compares the choices made here with others, on recorded noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.analysis.studentized import studentized_range_quantile

Block = tuple[int, int]
"""A round, and the group in it whose modes took turns."""

_Matrix = NDArray[np.float64]

PRIOR_DF = 8
"""How many degrees of freedom the variance of all modes has in the variance of each: modes that were recorded together
differed in theirs as much as this supposes."""

OUTLIER_RATE = 0.002
"""In how many runs of normal noise any round of any mode is taken for ruined."""

_OUTLIERS_FROM_DF = 8  # with fewer, a round that looks ruined may be all the spread there is
_OUTLIER_PASSES = 3
_LEAST_FREEDOM = 1e-6
_MAX_OUTLIER_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class BlockFit:
    """The fitted model of the modes that can be compared with each other, directly or over others.

    ``effects`` are their log times (their mean is 0); ``variances`` those of the difference of each two of them, shape
    (modes, modes); ``df`` the degrees of freedom of intervals; ``common_blocks`` how many blocks two modes share.
    ``left_out`` are rounds so far off that they were taken for ruined.
    """

    modes: tuple[str, ...]
    effects: _Matrix
    variances: _Matrix
    common_blocks: NDArray[np.int64]
    df: float
    left_out: tuple[tuple[str, Block], ...] = ()

    def half_widths(self, error_rate: float) -> _Matrix:
        """Half the widths of intervals for the differences of all pairs, shape (modes, modes); infinite where df is 0.

        All of them hold together with probability 1 - ``error_rate``: Tukey and Kramer's method (Kramer, "Extension of
        multiple range tests to group means with unequal numbers of replications", Biometrics 12, 1956), for unequal
        variances as Games and Howell's ("Pairwise multiple comparison procedures with unequal n's and/or variances",
        Journal of Educational Statistics 1, 1976).
        """
        count = len(self.modes)
        if self.df <= 0:
            return np.where(np.eye(count, dtype=bool), 0.0, math.inf)
        quantile = studentized_range_quantile(1 - error_rate, count, self.df)
        widths: _Matrix = quantile * np.sqrt(self.variances / 2)
        return widths


def fit_blocks(
    log_times: Mapping[str, Mapping[Block, float]],
    weights: Mapping[Block, float] | None = None,
    noise: Mapping[str, float] | None = None,
) -> BlockFit | None:
    """The model of these log times, by mode and block; blocks weigh 1 where ``weights`` doesn't say otherwise.

    ``noise`` is the relative variance that is expected of a mode, 1 where it doesn't say otherwise.
    Of modes that no chain of common blocks connects, only the largest connected set is fitted. None without modes.
    """
    table = _Table.of(log_times, weights or {}, noise or {})
    if table is None:
        return None
    left_out: list[tuple[str, Block]] = []
    fit = _Fit(table)
    for _ in range(_OUTLIER_PASSES):
        ruined = fit.outliers()
        if not ruined.any() or (len(left_out) + ruined.sum()) > _MAX_OUTLIER_SHARE * table.present.sum():
            break
        without = table.without(ruined)
        if without is None:
            break
        left_out += [(table.modes[mode], table.blocks[block]) for mode, block in np.argwhere(ruined)]
        table, fit = without, _Fit(without)
    return replace(fit.result(), left_out=tuple(left_out))


@dataclass(frozen=True, eq=False)
class _Table:
    """Log times by mode and block, shape (modes, blocks), 0 where not ``present``; all modes connected."""

    modes: tuple[str, ...]
    blocks: tuple[Block, ...]
    values: _Matrix
    weights: _Matrix
    present: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        log_times: Mapping[str, Mapping[Block, float]],
        weights: Mapping[Block, float],
        noise: Mapping[str, float],
    ) -> _Table | None:
        modes = tuple(mode for mode, values in log_times.items() if values)
        blocks = tuple(dict.fromkeys(block for mode in modes for block in log_times[mode]))
        present = np.array([[block in log_times[mode] for block in blocks] for mode in modes], dtype=bool)
        if not present.size:
            return None
        values = np.array([[log_times[mode].get(block, 0.0) for block in blocks] for mode in modes])
        block_weights = np.array([weights.get(block, 1.0) for block in blocks])
        mode_weights = np.array([1 / noise.get(mode, 1.0) for mode in modes])
        cell_weights = np.outer(mode_weights / mode_weights.mean(), block_weights / block_weights.mean())
        kept = np.flatnonzero(_largest_connected(present))
        seen = np.flatnonzero(present[kept].any(axis=0))
        return cls(
            tuple(modes[index] for index in kept),
            tuple(blocks[index] for index in seen),
            values[kept][:, seen],
            np.where(present, cell_weights, 0.0)[kept][:, seen],
            present[kept][:, seen],
        )

    def without(self, cells: NDArray[np.bool_]) -> _Table | None:
        """The table without some cells; None where that would take a mode out of the comparison."""
        present = self.present & ~cells
        if not _largest_connected(present).all():
            return None
        return replace(
            self,
            values=np.where(present, self.values, 0.0),
            weights=np.where(present, self.weights, 0.0),
            present=present,
        )


class _Fit:
    """Weighted least squares on one table, block effects eliminated."""

    def __init__(self, table: _Table) -> None:
        self._table = table
        weights = table.weights
        block_totals = np.maximum(weights.sum(axis=0), 1e-300)
        # How much each mode counts in the mean of a block.
        self._shares: _Matrix = weights / block_totals
        shares = self._shares
        # The information on the modes once blocks are fitted: a Laplacian, singular along the mean of all.
        information = np.diag(weights.sum(axis=1)) - weights @ shares.T
        self._covariance = np.linalg.pinv(information, hermitian=True)
        block_means = (shares * table.values).sum(axis=0)
        self.effects: _Matrix = self._covariance @ (weights * (table.values - block_means)).sum(axis=1)
        block_effects = block_means - (shares * self.effects[:, None]).sum(axis=0)
        self._residuals = np.where(table.present, table.values - self.effects[:, None] - block_effects, 0.0)
        # Leverage of a cell: weight times the variance of its fitted value, of mode and block together.
        spread = self._covariance @ shares
        fitted_variance = np.diag(self._covariance)[:, None] - 2 * spread + (shares * spread).sum(axis=0)
        leverages = np.where(table.present, weights * (fitted_variance + 1 / block_totals), 1.0)
        self._freedom = np.clip(1 - leverages, 0.0, 1.0)
        used = table.present.any(axis=0).sum()
        self._df = int(table.present.sum() - used - len(table.modes) + 1)
        self._squares = (weights * self._residuals**2).sum(axis=1)
        self._variance = float(self._squares.sum()) / self._df if self._df > 0 else 0.0

    def outliers(self) -> NDArray[np.bool_]:
        """The cells whose residual is too large for the noise that their mode has without them.

        By externally studentized residuals and Bonferroni's bound (Stefansky, "Rejecting outliers in factorial
        designs", Technometrics 14, 1972), with the mode's moderated variance for that of all.
        """
        if self._df < _OUTLIERS_FROM_DF:
            return np.zeros_like(self._table.present)
        cells = int(self._table.present.sum())
        mode_df = self._freedom.sum(axis=1)[:, None]
        free = self._freedom > _LEAST_FREEDOM
        squares = np.zeros_like(self._residuals)
        squares[free] = (self._table.weights * self._residuals**2)[free] / self._freedom[free]
        others = np.maximum(self._squares.sum() - squares, 0.0) / (self._df - 1)
        own = np.maximum(self._squares[:, None] - squares, 0.0)
        variances = (PRIOR_DF * others + own) / (PRIOR_DF + np.maximum(mode_df - 1, 0.0))
        df = min(self._df - 1, PRIOR_DF + int(mode_df.min()))
        limit = student_quantile(1 - OUTLIER_RATE / (2 * cells), df)
        found: NDArray[np.bool_] = free & (squares > limit**2 * variances)
        return found

    def result(self) -> BlockFit:
        table = self._table
        mode_df = self._freedom.sum(axis=1)
        variances = (PRIOR_DF * self._variance + self._squares) / (PRIOR_DF + mode_df)
        present = table.present.astype(np.int64)
        return BlockFit(
            modes=table.modes,
            effects=self.effects - self.effects.mean(),
            variances=self._difference_variances(variances),
            common_blocks=present @ present.T,
            # Two variances, each known that well, are in every interval; never more than all residuals together have.
            df=min(float(self._df), 2 * (PRIOR_DF + round(float(mode_df.min()), 1))),
        )

    def _difference_variances(self, variances: _Matrix) -> _Matrix:
        """Of the differences of all pairs of effects, where a cell has its mode's variance over its weight."""
        table = self._table
        count = len(table.modes)
        covariance = np.zeros((count, count))
        spread = self._covariance @ self._shares
        for mode in range(count):
            # How much each effect moves with the mode's value in each block, shape (modes, blocks).
            own = self._covariance[:, mode][:, None] - spread
            moves = own[:, table.present[mode]] * np.sqrt(table.weights[mode, table.present[mode]])
            covariance += variances[mode] * (moves @ moves.T)
        diagonal = np.diag(covariance)
        return np.maximum(diagonal[:, None] + diagonal[None, :] - 2 * covariance, 0.0)


def _largest_connected(present: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which modes belong to the largest set that common blocks connect; the first of equally large ones."""
    linked = (present.astype(np.int64) @ present.T.astype(np.int64)) > 0
    best = np.zeros(len(present), dtype=bool)
    rest = np.ones(len(present), dtype=bool)
    while rest.any():
        reached = np.zeros_like(rest)
        reached[int(np.argmax(rest))] = True
        while True:
            wider = reached | linked[reached].any(axis=0)
            if (wider == reached).all():
                break
            reached = wider
        if reached.sum() > best.sum():
            best = reached
        rest &= ~reached
    return best
