"""How many rounds a run has, and how long each measures: given, or as many as it takes until the ranking is decided."""

from __future__ import annotations

from tui_httpbench.analysis.looks import FEW_MODES, is_look, next_look
from tui_httpbench.analysis.ranking import undecided_pairs
from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench.stopwatch import Stopwatch
from tui_httpbench.plan.plan import (
    AUTO,
    AUTO_DURATION_ROUNDS,
    MAX_AUTO_DURATION_S,
    Plan,
)

SCOUTING_ROUNDS = 3
"""With two modes, the noise of two rounds is too little known to decide even thirty times."""
SCOUTING_DURATION_S = 0.15
LONE_DURATION_S = 1.0
FIRST_OVERHEAD = 1.12
"""How much longer than its measured seconds a round's slices take, before a round has shown it."""
END_S = 0.3
"""What is left of the budget for ending the run."""
LONGER_ROUND = 1.15
"""A round may take so many times as long as the one before it; the bound of the time left allows for it."""


def usual_rounds(plan: Plan) -> int:
    """How many rounds an automatic run makes where nothing ends it sooner: long ones that fill the budget, and scouts.

    Rounds of the run before are left out.
    """
    return AUTO_DURATION_ROUNDS + (SCOUTING_ROUNDS if _begins_short(plan) else 0)


def _begins_short(plan: Plan) -> bool:
    """Whether its first rounds are short ones."""
    return plan.rounds == AUTO and 1 < len(plan.modes) <= FEW_MODES and not plan.rounds_before


class RoundSchedule:
    """Decides after each round whether there is another one, how long it measures, and tells how far the run is.

    An automatic run ends when no neighbours are undecided, nor a gate. It begins no round that, at the pace so far,
    would end after the budget, which is the plan's and counts from ``start``, but makes one in any case. ``budget_s``
    may be set anew between two rounds.
    """

    def __init__(self, plan: Plan, pace_s: float = 0.0, clock: Stopwatch | None = None) -> None:
        """Rounds of the run before don't count against the budget; ``pace_s`` is how long the last took, 0 for none."""
        self._plan = plan
        self._now_s = (clock or Stopwatch()).now_s
        self.budget_s = plan.budget_s
        self._pace_s = pace_s
        self._started_s = self._now_s()
        self._round_began_s = self._started_s
        self._done = 0
        self._round_s = 0.0
        self._startup_s: float | None = None
        self._overhead = FIRST_OVERHEAD
        self._decided = False
        self.duration_s: float | None = None
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
    def done(self) -> int:
        """Whole rounds made, those of the run before included."""
        return self._plan.rounds_before + self._done

    @property
    def max_rounds(self) -> int:
        """The rounds of the run; of an automatic one, the most that it may take."""
        return self._plan.max_rounds

    @property
    def rounds_in_sight(self) -> int:
        """All rounds of the run; of an automatic one, as many as it can still make within its budget."""
        if self._decided:
            return self.done
        if not self.is_auto:
            return self.max_rounds
        if self._is_alone:
            return min(self._plan.rounds_before + AUTO_DURATION_ROUNDS, self.max_rounds)
        if self._plan.duration_s == AUTO:
            expected = self._plan.rounds_before + AUTO_DURATION_ROUNDS + (SCOUTING_ROUNDS if self._scouts else 0)
            return min(max(expected, self.done + (not self.is_over())), self.max_rounds)
        if not self._round_s:
            measured_s = 0.0 if self._plan.requests else (self._plan.load.seconds() or 0.0) * len(self._plan.modes)
            fitting = int(self.budget_s / measured_s) if measured_s else AUTO_DURATION_ROUNDS
            return self._plan.rounds_before + min(max(fitting, 1), AUTO_DURATION_ROUNDS)
        return min(self.done + max(0, int(self._budget_left_s() / self._round_s)), self.max_rounds)

    @property
    def least_rounds(self) -> int:
        """After how many rounds, of those still to come, the run may end; of an automatic one, when it next asks.

        It may be fewer where the budget ends the run before.
        """
        in_sight = self.rounds_in_sight
        if self._decided or not self.is_auto or self._is_alone:
            return in_sight
        return min(next_look(self.done + 1), max(in_sight, self.done + 1))

    def start(self) -> None:
        """Starts the clock of the budget."""
        self._started_s = self._round_began_s = self._now_s()

    def begin_round(self) -> None:
        """A round begins: its workers are started next."""
        self._round_began_s = self._now_s()

    def choose_duration(self, startup_s: float, modes: int) -> float | None:
        """The measured seconds of each of so many modes in this round; None where the load is a number of requests.

        Called once a round, after its start-up, which took ``startup_s`` seconds.
        """
        self._startup_s = startup_s
        duration_s = self._plan.duration_s
        if duration_s == AUTO:
            duration_s = self._auto_duration_s(startup_s, modes)
        self.duration_s = duration_s
        return duration_s

    def finish_round(self, ranking: tuple[Rank, ...], *, is_gate_open: bool = False) -> None:
        """Notes a whole round and the ranking after it, and whether a gate is unsure of a pair."""
        now_s = self._now_s()
        self._done += 1
        self._round_s = self._pace_s = now_s - self._round_began_s
        if self.duration_s and self._startup_s is not None:
            measured_s = self.duration_s * len(self._plan.modes)
            self._overhead = max(1.0, (self._round_s - self._startup_s) / measured_s)
        self.ranking = ranking
        if self.is_auto and is_look(self.done):
            least = AUTO_DURATION_ROUNDS if self._is_alone else 0
            self._decided = not self.undecided and not is_gate_open and self._done >= least

    def is_over(self) -> bool:
        """Whether no further round should begin."""
        if self.done >= self.max_rounds or self._decided:
            return True
        if not self.is_auto or not self._done:
            return False
        if self._plan.duration_s == AUTO:
            shortest_s = (self._startup_s or 0.0) + self._plan.least_auto_s * len(self._plan.modes) * self._overhead
            return self._budget_left_s() < (self._round_s / 2 if self._is_long else shortest_s)
        return self._budget_left_s() < self._round_s

    def time_left_s(self, left_of_round_s: float | None) -> float | None:
        """An upper bound of the seconds until the run's end; None while it can't be known.

        ``left_of_round_s`` is how long the round under way will take on, at most; None where nobody knows, which
        is then taken from the pace so far, and 0 between two rounds.
        """
        if self.is_auto:
            budget_s = max(0.0, self._budget_left_s() + END_S)
            if self._is_alone and self._round_s:
                rounds = AUTO_DURATION_ROUNDS - self._done - (left_of_round_s != 0)
                round_s = left_of_round_s if left_of_round_s is not None else self._round_s
                budget_s = min(budget_s, round_s + max(rounds, 0) * self._round_s * LONGER_ROUND + END_S)
            return max(budget_s, left_of_round_s or 0.0)
        rounds = self.max_rounds - self.done - (left_of_round_s != 0)
        so_far_s = self._now_s() - self._round_began_s
        if left_of_round_s is None and self._pace_s:
            left_of_round_s = max(0.0, self._pace_s * LONGER_ROUND - so_far_s)
        if left_of_round_s is None or (rounds > 0 and not self._pace_s and left_of_round_s == 0):
            return None
        round_s = self._pace_s or so_far_s + left_of_round_s
        return left_of_round_s + max(rounds, 0) * round_s * LONGER_ROUND + END_S

    @property
    def _is_alone(self) -> bool:
        """Whether there is nothing to decide: then a run makes the usual number of rounds, and no more."""
        return len(self._plan.modes) < 2

    @property
    def _scouts(self) -> bool:
        return _begins_short(self._plan)

    @property
    def _is_long(self) -> bool:
        """Whether the latest round was one of those that fill the budget."""
        return not self._scouts or self._done > SCOUTING_ROUNDS

    @property
    def spent_s(self) -> float:
        """How much of the budget is used up, in seconds."""
        return self._now_s() - self._started_s

    def _budget_left_s(self) -> float:
        return self.budget_s - END_S - self.spent_s

    def _auto_duration_s(self, startup_s: float, modes: int) -> float:
        if self._scouts and self._done < SCOUTING_ROUNDS:
            return max(SCOUTING_DURATION_S, self._plan.least_auto_s)
        rounds = AUTO_DURATION_ROUNDS
        if self.is_auto:
            rounds = max(1, rounds - self._done + (SCOUTING_ROUNDS if self._scouts else 0))
            # This round's start-up is over; the later ones are to have as long for it.
            left_s = self._budget_left_s() - (rounds - 1) * startup_s
        else:
            left_s = self.budget_s - END_S - rounds * startup_s
        duration_s = left_s / rounds / modes / self._overhead
        if self._is_alone:
            duration_s = min(duration_s, LONE_DURATION_S)
        return min(max(duration_s, self._plan.least_auto_s), MAX_AUTO_DURATION_S)
