"""What a runner tells while it runs; numbers in between come from ``Runner.progress()``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench.records import RoundRecord

LaneState = Literal["waiting", "starting", "running", "done", "failed"]


@dataclass(frozen=True)
class RunStarted:
    """The target answers, probes and rounds begin; ``url`` is where all requests go."""

    url: str


@dataclass(frozen=True)
class RoundStarted:
    """A worker for this mode and round was started."""

    mode: str
    round: int


@dataclass(frozen=True)
class RoundFinished:
    """This mode's round is over, whole or not."""

    record: RoundRecord


@dataclass(frozen=True)
class RunFinished:
    """All rounds are over, or the run was stopped."""

    stopped: bool


Event = RunStarted | RoundStarted | RoundFinished | RunFinished


@dataclass(frozen=True)
class LaneProgress:
    """Where one mode stands: requests over the rounds in sight, and how fast they go now.

    ``throughput`` is requests per second: in the latest second while the mode runs, over all its timed rounds
    otherwise; None before the first request. ``sparkline`` is throughput over the mode's own measured time, with
    ``points_per_round`` points for each round. ``rounds`` are those in sight, as in ``Progress``.
    """

    mode: str
    state: LaneState
    done: int
    total: int
    errors: int
    rounds_done: int
    throughput: float | None
    sparkline: tuple[float, ...]
    rounds: int
    points_per_round: int


@dataclass(frozen=True)
class Progress:
    """Where the whole run stands; ``time_left_s`` is None while it can't be known.

    ``rounds`` is how many rounds are in sight: all of them, or those until an automatic run looks at its ranking again,
    with ``max_rounds`` as the most that it may take and ``budget_left_s`` as the time that is left to it (None for any
    other run). ``ranking`` is that after the latest whole round, ``undecided`` its neighbours that can't be told apart.
    """

    elapsed_s: float
    round: int
    rounds: int
    lanes: tuple[LaneProgress, ...]
    running: str | None
    time_left_s: float | None
    throughput: float | None
    is_auto: bool = False
    max_rounds: int = 0
    budget_left_s: float | None = None
    ranking: tuple[Rank, ...] = ()
    undecided: tuple[tuple[str, str], ...] = ()

    @property
    def done(self) -> int:
        """Requests finished, over all modes."""
        return sum(lane.done for lane in self.lanes)

    @property
    def total(self) -> int:
        """Requests of the whole run."""
        return sum(lane.total for lane in self.lanes)

    @property
    def errors(self) -> int:
        """Requests that failed, over all modes."""
        return sum(lane.errors for lane in self.lanes)
