"""How many rounds a run has: a number, or as many as it takes until the ranking is decided."""

from __future__ import annotations

import time

from tui_httpbench.analysis.comparison import LOOKS
from tui_httpbench.analysis.ranking import undecided_pairs
from tui_httpbench.analysis.result import Rank
from tui_httpbench.plan import AUTO, Plan

# Fewer rounds than the first look needs decide nothing, so a slower machine may take this many budgets to get there.
FIRST_LOOK_BUDGETS = 2.0


class RoundSchedule:
    """Decides after each round whether there is another one, and tells how far it is.

    An automatic run looks at its ranking after the rounds in ``LOOKS`` and ends when no neighbours are undecided; it
    begins no round that, at the pace so far, would end after the plan's budget. Where the rounds of the first look
    don't fit into the budget, but do into ``FIRST_LOOK_BUDGETS`` of it, the run goes on for as long as they take.
    """

    def __init__(self, plan: Plan) -> None:
        """The clock starts with ``start``."""
        self._plan = plan
        self._started_s = time.monotonic()
        self._done = 0
        self._pace_s = 0.0
        self._decided = False
        self.ranking: tuple[Rank, ...] = ()

    @property
    def is_auto(self) -> bool:
        """Whether the number of rounds is open."""
        return self._plan.rounds == AUTO

    @property
    def undecided(self) -> tuple[tuple[str, str], ...]:
        """The neighbours of the ranking so far that can't be told apart yet."""
        return undecided_pairs(self.ranking)

    @property
    def rounds_in_sight(self) -> int:
        """The rounds up to the next look of an automatic run, all rounds of any other."""
        if not self.is_auto:
            return self._plan.max_rounds
        if self._decided:
            return self._done
        return next((look for look in LOOKS if look > self._done), self._plan.max_rounds)

    @property
    def budget_left_s(self) -> float | None:
        """What is left of an automatic run's budget, in seconds; None for any other run."""
        if not self.is_auto:
            return None
        return max(0.0, self._limit_s - (time.monotonic() - self._started_s))

    def start(self) -> None:
        """Starts the clock of the budget: the rounds begin."""
        self._started_s = time.monotonic()

    def finish_round(self, ranking: tuple[Rank, ...]) -> None:
        """Notes a whole round and the ranking after it."""
        self._done += 1
        self._pace_s = (time.monotonic() - self._started_s) / self._done
        self.ranking = ranking
        if self.is_auto and self._done in LOOKS:
            self._decided = not self.undecided

    def is_over(self) -> bool:
        """Whether no further round should begin."""
        if self._done >= self._plan.max_rounds or self._decided:
            return True
        if not self.is_auto or not self._done:
            return False
        return (self._done + 1) * self._pace_s > self._limit_s

    @property
    def _limit_s(self) -> float:
        """How long an automatic run may take."""
        first_look_s = LOOKS[0] * self._pace_s
        if self._done < LOOKS[0] and first_look_s <= FIRST_LOOK_BUDGETS * self._plan.budget_s:
            return max(self._plan.budget_s, first_look_s)
        return self._plan.budget_s
