"""The recorded samples as a race: how far each mode was at any moment after its own start."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.result import ModeSummary, Result
from tui_httpbench.bench.records import RoundRecord
from tui_httpbench.bench.samples import LATENCY, START, Samples


@dataclass(frozen=True)
class Racer:
    """One mode's round as it is raced.

    ``ends_ns`` are the moments at which its requests ended, ascending and since the first of them began; it is empty
    for a mode without a complete round, which does not start. ``place`` is 1 for the first clean mode to finish, None
    for one that does not start or had failures in any of its rounds. ``failed`` counts the failures in this round.
    """

    mode: str
    round: int = 0
    ends_ns: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)
    failed: int = 0
    is_clean: bool = True
    place: int | None = None
    why_absent: str = ""

    @property
    def starts(self) -> bool:
        """Whether there is a complete round to show."""
        return len(self.ends_ns) > 0

    @property
    def requests(self) -> int:
        """Requests of its round."""
        return len(self.ends_ns)

    @property
    def finish_s(self) -> float | None:
        """When its last request ended, in seconds; None for one that does not start."""
        return float(self.ends_ns[-1]) / 1e9 if self.starts else None

    def done(self, moment_s: float) -> int:
        """How many of its requests had ended by then."""
        return int(np.searchsorted(self.ends_ns, round(moment_s * 1e9), side="right"))

    def has_finished(self, moment_s: float) -> bool:
        """Whether all of its requests had ended by then."""
        return self.starts and self.done(moment_s) == self.requests


@dataclass(frozen=True)
class Race:
    """All modes of a result, in the order in which they finish; those that do not start come last."""

    racers: tuple[Racer, ...]

    @classmethod
    def of(cls, result: Result) -> Race:
        """For each mode, its complete round with the median time; a time of an even number, the lower one."""
        racers = [_racer_of(summary, result) for summary in result.modes]
        order = sorted(racers, key=lambda racer: (not racer.starts, racer.finish_s or 0.0))
        placed, place = [], 0
        for racer in order:
            if racer.starts and racer.is_clean:
                place += 1
                placed.append(replace(racer, place=place))
            else:
                placed.append(racer)
        return cls(tuple(placed))

    @property
    def duration_s(self) -> float:
        """When the last mode finishes, in seconds; 0 where none starts."""
        return max((racer.finish_s or 0.0 for racer in self.racers), default=0.0)

    def order(self, moment_s: float) -> tuple[Racer, ...]:
        """The racers from the one in front to the last: by the share done, the finished ones as they finished."""
        indexes = {racer.mode: index for index, racer in enumerate(self.racers)}

        def key(racer: Racer) -> tuple[bool, float, int]:
            share = racer.done(moment_s) / racer.requests if racer.starts else 0.0
            return not racer.starts, -share, indexes[racer.mode]

        return tuple(sorted(self.racers, key=key))


def median_round(mode_id: str, records: tuple[RoundRecord, ...]) -> RoundRecord | None:
    """The mode's complete round with the median time (of two in the middle the quicker one); None where none is."""
    rounds = sorted(
        (
            record
            for record in records
            if record.mode == mode_id and record.outcome == "complete" and record.elapsed_s and len(record.samples)
        ),
        key=lambda record: (record.elapsed_s or 0.0, record.round),
    )
    return rounds[(len(rounds) - 1) // 2] if rounds else None


def end_times_ns(samples: Samples) -> NDArray[np.int64]:
    """When each request ended, ascending, in nanoseconds since the first one began; shape (n,)."""
    ends: NDArray[np.int64] = samples[:, START] + samples[:, LATENCY]
    # The rows are nearly in this order already, which a stable sort makes use of.
    ends.sort(kind="stable")
    ends -= samples[:, START].min()
    return ends


def _racer_of(summary: ModeSummary, result: Result) -> Racer:
    record = median_round(summary.mode, result.records)
    if record is None:
        why = "no complete round" if summary.requests else "not measured"
        return Racer(summary.mode, is_clean=summary.is_clean, why_absent=why)
    return Racer(
        summary.mode,
        record.round,
        end_times_ns(record.samples),
        record.failed,
        summary.is_clean,
    )
