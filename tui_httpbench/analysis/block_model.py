"""The model behind every comparison: log(time per request) = mode + block + noise, fitted to all rounds at once.

A block is what shares the noise of the moment: the modes that took turns in one round of one group. Its own effect, how
fast the machine was then, drops out of every difference. Blocks may lack modes (incomplete block design; Yates, "A new
method of arranging variety trials", Journal of Agricultural Science 26, 1936), and count in proportion to the time that
was measured in them: recorded noise falls as one over the root of it.

Each mode has a variance of its own, moderated towards what is expected of it from that of all (Smyth, "Linear models
and empirical Bayes methods for assessing differential expression", Statistical Applications in Genetics and Molecular
Biology 3, 2004). ``tests/benchmarks/coverage.py`` compares the choices made here with others, on recorded noise.

Erratic modes, whose rounds spread far wider than those of most, are moderated towards each other alone: one mode that
loses a connection now and then would make all of them uncertain (Phipson, Lee, Majewski, Alexander and Smyth, "Robust
hyperparameter estimation protects against hypervariable genes", Annals of Applied Statistics 10, 2016, tell them by
estimated tails; a fixed bound is enough here).
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

ERRATIC_TIMES = 5.0
ERRATIC_SPREAD = 0.3
"""An erratic mode's log times spread so many times as wide as those of most modes, and so far, at least."""

ERRATIC_FROM_ROUNDS = 4
"""In fewer rounds, a spread says nothing."""

_POLISHING_PASSES = 4
_OUTLIERS_FROM_DF = 8  # with fewer, a round that looks ruined may be all the spread there is
_OUTLIER_PASSES = 3
_LEAST_FREEDOM = 1e-6
_MAX_OUTLIER_SHARE = 0.1
_MAX_OUTLIER_SHARE_OF_MODE = 0.2


@dataclass(frozen=True, eq=False)
class BlockFit:
    """The fitted model of the modes that can be compared with each other, directly or over others.

    ``effects`` are their log times (their mean is 0); ``variances`` those of the difference of each two of them, shape
    (modes, modes); ``df`` the degrees of freedom of their intervals, of the same shape; ``common_blocks`` how many
    blocks two modes share. ``left_out`` are rounds so far off that they were taken for ruined, ``erratic`` the modes
    that spread far wider than most.
    """

    modes: tuple[str, ...]
    effects: _Matrix
    variances: _Matrix
    common_blocks: NDArray[np.int64]
    df: _Matrix
    left_out: tuple[tuple[str, Block], ...] = ()
    erratic: tuple[str, ...] = ()

    def half_widths(self, error_rate: float) -> _Matrix:
        """Half the widths of intervals for the differences of all pairs, shape (modes, modes); infinite where df is 0.

        All of them hold together with probability 1 - ``error_rate``: Tukey and Kramer's method (Kramer, "Extension of
        multiple range tests to group means with unequal numbers of replications", Biometrics 12, 1956), for unequal
        variances as Games and Howell's ("Pairwise multiple comparison procedures with unequal n's and/or variances",
        Journal of Educational Statistics 1, 1976).
        """
        count = len(self.modes)
        widths = np.full((count, count), math.inf)
        for df in np.unique(self.df[self.df > 0]):
            alike = self.df == df
            quantile = studentized_range_quantile(1 - error_rate, count, float(df))
            widths[alike] = quantile * np.sqrt(self.variances[alike] / 2)
        np.fill_diagonal(widths, 0.0)
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
    # A mode that one accident has met is not erratic; and beside erratic modes, no accident can be seen.
    whole, table = table, table.without_outliers()
    table = table.with_erratic_apart()
    if table.is_erratic.any():
        table = table.without_outliers()
    left_out = [(whole.modes[mode], whole.blocks[block]) for mode, block in np.argwhere(whole.present & ~table.present)]
    return replace(_Fit(table).result(), left_out=tuple(left_out))


@dataclass(frozen=True, eq=False)
class _Table:
    """Log times by mode and block, shape (modes, blocks), 0 where not ``present``; all modes connected."""

    modes: tuple[str, ...]
    blocks: tuple[Block, ...]
    values: _Matrix
    weights: _Matrix
    present: NDArray[np.bool_]
    is_erratic: NDArray[np.bool_]

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
            np.zeros(len(kept), dtype=bool),
        )

    def without_outliers(self) -> _Table:
        """The table without rounds so far off that they were taken for ruined, as long as these are few."""
        table, cells = self, self.present.sum()
        for _ in range(_OUTLIER_PASSES):
            ruined = _Fit(table).outliers()
            kept = table.without(ruined) if ruined.any() else None
            if kept is None or cells - kept.present.sum() > _MAX_OUTLIER_SHARE * kept.present.sum():
                break
            table = kept
        return table

    def with_erratic_apart(self) -> _Table:
        """The table with the weights of erratic modes lowered to what their spread tells, and these marked."""
        spreads = self._spreads()
        if np.isnan(spreads).all():
            return self
        # Of two in the middle the smaller: half of the modes may be erratic.
        usual = float(np.nanquantile(spreads, 0.5, method="lower"))
        is_erratic = (spreads > max(ERRATIC_TIMES * usual, ERRATIC_SPREAD)) & (usual > 0)
        if not is_erratic.any():
            return self
        weights = self.weights.copy()
        weights[is_erratic] *= usual**2 / float((spreads[is_erratic] ** 2).mean())
        return replace(self, weights=weights, is_erratic=is_erratic)

    def _spreads(self) -> _Matrix:
        """Each mode's standard deviation but for its wildest rounds, NaN of too few.

        Modes and blocks are fitted by medians, which no wild round moves (Tukey, "Exploratory Data Analysis",
        Addison-Wesley 1977, median polish).
        """
        rounds = self.present.sum(axis=1)
        rest = np.where(self.present, self.values, np.nan)[:, self.present.any(axis=0)]
        for _ in range(_POLISHING_PASSES):
            rest = rest - np.nanmedian(rest, axis=0)
            rest = rest - np.nanmedian(rest, axis=1)[:, None]
        squares = np.sort(self.weights[:, self.present.any(axis=0)] * np.nan_to_num(rest) ** 2, axis=1)[:, ::-1]
        # What comes in so few of a mode's rounds is an accident of these.
        accidents = (_MAX_OUTLIER_SHARE_OF_MODE * rounds).astype(int)
        is_counted = np.arange(squares.shape[1]) >= accidents[:, None]
        counted = (squares * is_counted).sum(axis=1) / np.maximum(rounds - accidents - 1, 1)
        return np.where(rounds >= ERRATIC_FROM_ROUNDS, np.sqrt(counted), np.nan)

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
        # What comes in more of a mode's rounds is no accident of one, but how the mode is.
        accidents = found.sum(axis=1) <= _MAX_OUTLIER_SHARE_OF_MODE * self._table.present.sum(axis=1)
        found &= accidents[:, None]
        return found

    def result(self) -> BlockFit:
        table = self._table
        mode_df = self._freedom.sum(axis=1)
        is_erratic = table.is_erratic
        variances, df = np.zeros(len(mode_df)), np.zeros(len(mode_df))
        for members in filter(np.any, (is_erratic, ~is_erratic)):
            # Residuals of all groups together are as free as they are in the whole table.
            group_df = self._df - float(mode_df[~members].sum())
            pooled = float(self._squares[members].sum()) / group_df if group_df > _LEAST_FREEDOM else 0.0
            variances[members] = (PRIOR_DF * pooled + self._squares[members]) / (PRIOR_DF + mode_df[members])
            # Two variances, each known that well, are in every interval; never more than all residuals together have.
            df[members] = min(round(group_df, 1), 2 * (PRIOR_DF + round(float(mode_df[members].min()), 1)))
        present = table.present.astype(np.int64)
        return BlockFit(
            modes=table.modes,
            effects=self.effects - self.effects.mean(),
            variances=self._difference_variances(variances),
            common_blocks=present @ present.T,
            # Of a pair of both kinds, nearly all noise is the erratic mode's.
            df=np.where(is_erratic[:, None], df[:, None], df[None, :]),
            erratic=tuple(mode for mode, erratic in zip(table.modes, is_erratic, strict=True) if erratic),
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
