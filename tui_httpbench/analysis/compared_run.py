"""A run as it is compared with others: what its rounds took, and under which conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui_httpbench.analysis.block_model import Block

Kind = Literal["work", "setting", "software", "machine", "state"]
"""What a condition is of: ``work`` is what was sent and how much of it at once, ``setting`` what else the plan says,
``software`` the versions, ``machine`` where, and ``state`` what else the machine did."""


@dataclass(frozen=True)
class RoundTime:
    """A whole round of a lane: ``group`` are those that took turns in it."""

    round: int
    group: int
    requests: int
    elapsed_s: float

    @property
    def block(self) -> Block:
        """What shares the noise of the moment."""
        return self.round, self.group

    @property
    def request_s(self) -> float:
        """Seconds per request."""
        return self.elapsed_s / self.requests


@dataclass(frozen=True)
class LaneTimes:
    """A lane of a run: its whole rounds, and a sentence on why it can't be compared, empty where it can.

    ``ok_per_second`` is None where no request succeeded.
    """

    label: str
    rounds: tuple[RoundTime, ...]
    ok_per_second: float | None
    why_not: str = ""

    @property
    def request_s(self) -> float | None:
        """Seconds per request over all its whole rounds."""
        requests = sum(each.requests for each in self.rounds)
        return sum(each.elapsed_s for each in self.rounds) / requests if requests else None


@dataclass(frozen=True)
class Condition:
    """A fact about a run that may make another one faster or slower, as it is shown.

    ``id`` names it in JSON. ``title`` says what it is of, ``text`` what it is; an empty one is not known. It concerns
    these ``lanes`` alone, all where there are none.
    """

    id: str
    title: str
    text: str
    kind: Kind
    lanes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComparedRun:
    """A run that is compared. ``source`` is what it was asked for by: a file, or a reference to the history.

    ``started_at`` is in ISO 8601, None where it is not known, as in files of schema 1. ``other_cpu_share`` (0 to 1) is
    what other programs used of all processors.
    """

    source: str
    schema: int
    lanes: tuple[LaneTimes, ...]
    conditions: tuple[Condition, ...]
    same_within: float
    name: str = ""
    started_at: str | None = None
    other_cpu_share: float | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Its lanes, in the order of the plan."""
        return tuple(lane.label for lane in self.lanes)

    def lane(self, label: str) -> LaneTimes:
        """The lane of this label. Raises KeyError."""
        for lane in self.lanes:
            if lane.label == label:
                return lane
        raise KeyError(label)
