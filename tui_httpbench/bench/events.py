"""What a runner tells while it runs; numbers in between come from ``Runner.progress()``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tui_httpbench.analysis.all_failed import CommonFailure
from tui_httpbench.analysis.elsewhere import Elsewhere
from tui_httpbench.analysis.result import Rank
from tui_httpbench.environments.making import Step
from tui_httpbench.measured.records import RoundRecord

LaneState = Literal["waiting", "starting", "running", "done", "failed"]
"""``running`` from the warm-up of a mode's round to the round's end, though other modes have turns in between."""

Stage = Literal["preparing", "checking", "starting", "measuring", "ended"]
"""Environments are made; probes; workers start and warm up; modes take turns; all is over."""


@dataclass(frozen=True)
class EnvironmentStep:
    """What becomes of the environment of these lanes before the run; ``holds`` says what is in it, ``detail`` more."""

    lanes: tuple[str, ...]
    holds: str
    step: Step
    detail: str


@dataclass(frozen=True)
class RunStarted:
    """The target answers, probes and rounds begin; ``url`` is where all requests go."""

    url: str


@dataclass(frozen=True)
class AllFailed:
    """Every mode failed in the same way before the rounds: none is made unless ``Runner.keep_going`` is set now."""

    failure: CommonFailure


@dataclass(frozen=True)
class RedirectedElsewhere:
    """Redirects lead to another machine: no round is made unless ``Runner.may_go_elsewhere`` is set by now."""

    elsewhere: Elsewhere


@dataclass(frozen=True)
class RoundStarted:
    """The workers of a round, or of one group of its modes, were started."""

    round: int
    modes: tuple[str, ...]


@dataclass(frozen=True)
class RoundFinished:
    """A round of a group is over; a record for each of its modes, whole or not, in the plan's order."""

    round: int
    records: tuple[RoundRecord, ...]


@dataclass(frozen=True)
class RoundJudged:
    """A round of all groups is over, and what it changes in the ranking is known."""

    round: int


@dataclass(frozen=True)
class RunFinished:
    """All rounds are over, or the run was stopped, or ended before them."""

    stopped: bool


Event = (
    EnvironmentStep
    | RunStarted
    | AllFailed
    | RedirectedElsewhere
    | RoundStarted
    | RoundFinished
    | RoundJudged
    | RunFinished
)


@dataclass(frozen=True)
class LaneProgress:
    """Where one mode stands: requests over the rounds in sight, and how fast they go.

    ``share`` (0 to 1) is how much of the load of the rounds in sight is done; ``total`` is that load in requests, None
    where it is given in seconds. ``throughput`` is successful requests per measured second, over all that was measured
    so far, so that at the end it is the result's; None before the first request, and while all have failed.
    ``sparkline`` is throughput over the mode's own measured time, with ``points_per_round`` points for each round.
    ``rounds`` are those in sight, as in ``Progress``. ``failures`` are what the failed requests ended in, a status or
    the kind of an error, and how many did, the most frequent first; ``answers`` are the same of those that succeeded.
    """

    mode: str
    state: LaneState
    done: int
    total: int | None
    share: float
    errors: int
    rounds_done: int
    throughput: float | None
    sparkline: tuple[float, ...]
    rounds: int
    points_per_round: int
    failures: tuple[tuple[str, int], ...] = ()
    answers: tuple[tuple[str, int], ...] = ()

    @property
    def has_only_failed(self) -> bool:
        """Whether every request so far failed."""
        return 0 < self.errors >= self.done


@dataclass(frozen=True)
class Progress:
    """Where the whole run stands.

    ``stage`` is what happens now. ``rounds`` is how many rounds are in sight: all of them, or as many as an automatic
    run can still make, at most ``max_rounds``; ``least_rounds`` is after how many it may end. ``running`` is the mode
    that works now, or did so last; the modes of a round take turns many times a second. ``time_left_s`` is an upper
    bound, in seconds, None while it can't be known; ``expected_s`` is how long the run was expected to take before it
    started, None where nobody knew. ``ranking`` is that after the latest whole round, ``undecided`` its
    neighbours that can't be told apart.
    """

    elapsed_s: float
    stage: Stage
    round: int
    rounds: int
    lanes: tuple[LaneProgress, ...]
    running: str | None
    time_left_s: float | None
    is_auto: bool = False
    max_rounds: int = 0
    ranking: tuple[Rank, ...] = ()
    undecided: tuple[tuple[str, str], ...] = ()
    least_rounds: int = 0
    expected_s: float | None = None

    @property
    def done(self) -> int:
        """Requests finished, over all modes."""
        return sum(lane.done for lane in self.lanes)

    @property
    def share(self) -> float:
        """How much of the load of the rounds in sight is done, over all modes (0 to 1)."""
        return sum(lane.share for lane in self.lanes) / len(self.lanes) if self.lanes else 0.0

    @property
    def errors(self) -> int:
        """Requests that failed, over all modes."""
        return sum(lane.errors for lane in self.lanes)

    @property
    def answers(self) -> tuple[tuple[str, int], ...]:
        """How many requests succeeded, over all modes, by their status, the most frequent first."""
        return _most_common(lane.answers for lane in self.lanes)

    @property
    def failures(self) -> tuple[tuple[str, int], ...]:
        """How many requests failed, over all modes, by what they ended in, the most frequent first."""
        return _most_common(lane.failures for lane in self.lanes)


def _most_common(of_lanes: Iterable[tuple[tuple[str, int], ...]]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for lane in of_lanes:
        counts.update(dict(lane))
    return tuple(counts.most_common())
