"""The time of a sweep: how its points share the budget, and how much is left at most."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tui_httpbench.analysis.outlook import last_round_wall_s
from tui_httpbench.bench.round_schedule import END_S as ROUND_END_S
from tui_httpbench.bench.round_schedule import LONGER_ROUND, usual_rounds
from tui_httpbench.bench.sweep_events import PointProgress
from tui_httpbench.bench.sweep_point import SweepPoint
from tui_httpbench.plan.plan import AUTO, Plan

END_S = 0.5
"""What is left of the budget for ending all targets."""
LEAST_ROUNDS = 3
"""As many are needed to tell the noise of a few modes."""


class SweepBudget:
    """The clock of a sweep of a plan, from ``begin`` to ``end``."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._began_s: float | None = None
        self._ended_s: float | None = None
        self._bound_s: float | None = None

    def begin(self) -> None:
        """Starts the clock; a second time does nothing."""
        if self._began_s is None:
            self._began_s = time.monotonic()

    def end(self) -> None:
        """Stops the clock."""
        self._ended_s = time.monotonic()

    @property
    def has_ended(self) -> bool:
        """Whether the clock has stopped."""
        return self._ended_s is not None

    @property
    def elapsed_s(self) -> float:
        """How long the sweep has taken, in seconds; 0 before it has begun."""
        if self._began_s is None:
            return 0.0
        return (time.monotonic() if self._ended_s is None else self._ended_s) - self._began_s

    def share(self, points: Sequence[SweepPoint], waiting: Sequence[SweepPoint], round_number: int) -> None:
        """Gives those that wait for their turn in this round an equal part each of what is left of the budget.

        The others are reckoned with, too: they have a round less before them. A point whose rounds take longer than its
        part has time for gets ``LEAST_ROUNDS`` all the same, if the rest of the budget does.
        """
        if self._plan.rounds != AUTO:
            return
        left_s = max(0.0, self._plan.budget_s - END_S - self.elapsed_s)
        later = max(usual_rounds(self._plan) - (round_number - self._plan.rounds_before), 0)
        rounds = later * sum(not point.is_over for point in points) + len(waiting)
        for point in waiting:
            needed_s = LONGER_ROUND * last_round_wall_s(tuple(point.runner.records)) + ROUND_END_S
            has_few = 0 < point.runner.measured.rounds_made < LEAST_ROUNDS and needed_s <= left_s
            point.runner.give_time_s(max(left_s * (later + 1) / rounds, needed_s if has_few else 0.0))

    def time_left_s(self, points: Sequence[PointProgress], current: PointProgress | None) -> float | None:
        """An upper bound in seconds, None while it can't be known.

        Once told, it may come down faster than the clock and never goes up without need.
        """
        if self.has_ended:
            return 0.0
        left_s = self._bound_of(points, current)
        now_s = self.elapsed_s
        if left_s is None:
            return None if self._bound_s is None else max(self._bound_s - now_s, 0.5)
        if self._bound_s is None or now_s > self._bound_s or now_s + left_s < self._bound_s:
            self._bound_s = now_s + left_s
        return self._bound_s - now_s

    def _bound_of(self, points: Sequence[PointProgress], current: PointProgress | None) -> float | None:
        if points[0].run.is_auto:
            budget_left_s = self._plan.budget_s - self.elapsed_s
            of_run_s = None if current is None else current.run.time_left_s
            return max(budget_left_s, of_run_s if budget_left_s <= 0 and of_run_s is not None else 0.5)
        known = [point.run.time_left_s for point in points if not point.is_over and point.run.time_left_s is not None]
        if not known:
            return None
        unknown = sum(1 for point in points if not point.is_over) - len(known)
        return sum(known) + unknown * max(known)
