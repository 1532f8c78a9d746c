"""What the runner of a sweep tells while it runs; numbers in between come from ``SweepRunner.progress()``."""

from __future__ import annotations

from dataclasses import dataclass

from tui_httpbench.bench.events import Event, LaneProgress, Progress, Stage
from tui_httpbench.plan.sweep import Sweep


@dataclass(frozen=True)
class PointEvent:
    """What the run of a point told; ``point`` is its number, the first being 0, and ``value`` that of the knob there.

    The steps of environments come from the first point alone, since all have the same.
    """

    point: int
    value: str
    event: Event


@dataclass(frozen=True)
class SweepRoundStarted:
    """A round of the sweep begins: each of these points has its turn in it, in this order."""

    round: int
    points: tuple[int, ...]


@dataclass(frozen=True)
class SweepFinished:
    """All points are over, or the sweep was stopped, or ended before its time."""

    stopped: bool


SweepEvent = PointEvent | SweepRoundStarted | SweepFinished


@dataclass(frozen=True)
class PointProgress:
    """Where one point stands: ``run`` is where its run does, and ``is_over`` tells that it gets no further round."""

    value: str
    run: Progress
    is_over: bool

    @property
    def rounds_done(self) -> int:
        """The most whole rounds that a lane has at this point."""
        return max((lane.rounds_done for lane in self.run.lanes), default=0)

    def lane(self, mode: str) -> LaneProgress:
        """A lane at this point. Raises KeyError."""
        for lane in self.run.lanes:
            if lane.mode == mode:
                return lane
        raise KeyError(mode)


@dataclass(frozen=True)
class SweepProgress:
    """Where the whole sweep stands.

    ``point`` is the number of the point whose turn it is, or was last, None before the first. ``round`` is the sweep's
    round, the first being 1; ``rounds`` are those in sight at the point that needs most. ``time_left_s`` is an upper
    bound in seconds, None while it can't be known.
    """

    sweep: Sweep
    points: tuple[PointProgress, ...]
    point: int | None
    round: int
    rounds: int
    elapsed_s: float
    stage: Stage
    time_left_s: float | None
    is_auto: bool

    @property
    def current(self) -> PointProgress | None:
        """The point whose turn it is, or was last."""
        return None if self.point is None else self.points[self.point]

    @property
    def least_rounds(self) -> int:
        """After how many rounds the sweep may end: as many as the point takes at least that needs most."""
        return max(point.rounds_done if point.is_over else point.run.least_rounds for point in self.points)

    @property
    def share(self) -> float:
        """How much is done (0 to 1): of the time, where that is what ends the sweep, else of the rounds in sight."""
        if self.is_auto and self.time_left_s is not None:
            return self.elapsed_s / max(self.elapsed_s + self.time_left_s, 1e-9)
        return sum(1.0 if point.is_over else point.run.share for point in self.points) / len(self.points)

    @property
    def done(self) -> int:
        """Requests finished, over all points and modes."""
        return sum(point.run.done for point in self.points)

    @property
    def errors(self) -> int:
        """Requests that failed, over all points and modes."""
        return sum(point.run.errors for point in self.points)
