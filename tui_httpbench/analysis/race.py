"""The recorded samples as a race: how far each mode was at any moment after its own start."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.erratic import without_place
from tui_httpbench.analysis.result import ModeSummary, Rank, Result
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import LATENCY, START, Samples


@dataclass(frozen=True)
class Racer:
    """One mode's round as it is raced.

    ``ends_ns`` are the moments at which its requests ended, ascending and since the first of them began; it is empty
    for a mode without a complete round or without a successful request, which does not start. ``goal`` is how many
    requests the finish line stands for, with a load in seconds until ``even_s``; from then on, when the first of the
    racers stop, the line moves away as time goes by. ``rank`` is the mode's rank over all rounds, None for one that
    does not start or had failures in any of its rounds. ``failed`` counts the failures in this round.
    """

    mode: str
    round: int = 0
    ends_ns: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)
    failed: int = 0
    is_clean: bool = True
    why_absent: str = ""
    goal: float = 0.0
    even_s: float = math.inf
    rank: Rank | None = None

    @property
    def starts(self) -> bool:
        """Whether there is a complete round to show, of a mode that succeeded at all."""
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

    @property
    def rate(self) -> float:
        """Its requests per second of the time that it measured; 0 for one that does not start."""
        return self.requests / self.finish_s if self.finish_s else 0.0

    def share(self, moment_s: float) -> float:
        """How much of the way to the finish line lay behind it by then, 0 to 1.

        With a load in seconds, from ``even_s`` on: how its requests per second so far compare with the best mode's,
        since by then others measure no more.
        """
        if not self.goal:
            return 0.0
        longer = max(min(moment_s, self.finish_s or 0.0) / self.even_s, 1.0)
        return min(self.done(moment_s) / (self.goal * longer), 1.0)

    def has_ended(self, moment_s: float) -> bool:
        """Whether all of its requests had ended by then."""
        return self.starts and self.done(moment_s) == self.requests


@dataclass(frozen=True)
class Race:
    """All modes of a result: first those that have a place, in the ranking's order, those that do not start last.

    With a load in requests all have the same way to go, and who is faster gets there earlier. With one in seconds
    (``is_timed``) who is faster comes further. They don't stop together, since requests in flight are waited for; so in
    the end the way is the mode's requests per second, and the finish line the best mode's. ``round`` is the one that is
    raced, of all modes that completed it; None where each has one of its own.
    """

    racers: tuple[Racer, ...]
    is_timed: bool = False
    round: int | None = None

    @classmethod
    def of(cls, result: Result) -> Race:
        """The race of the round that is nearest to the ranking.

        A mode that did not complete it, or all of them where no such round is, have that with their median time per
        request.
        """
        unplaced = without_place(result)
        ranks = {rank.mode: rank for rank in result.ranking if rank.mode not in unplaced}
        is_timed = result.plan.load.is_timed
        number = nearest_round(result)
        racers = [_racer_of(summary, result, number) for summary in result.modes]
        if is_timed:
            even_s = min((racer.finish_s for racer in racers if racer.finish_s), default=0.0)
            line = max((racer.rate for racer in racers), default=0.0) * even_s
            racers = [replace(racer, goal=line, even_s=even_s) for racer in racers]
        else:
            racers = [replace(racer, goal=racer.requests) for racer in racers]
        placed = [
            replace(racer, rank=ranks[racer.mode]) if racer.starts and racer.is_clean and racer.mode in ranks else racer
            for racer in racers
        ]
        order = {rank.mode: index for index, rank in enumerate(result.ranking)}
        placed.sort(key=lambda racer: (not racer.starts, racer.rank is None, order.get(racer.mode, len(order))))
        return cls(tuple(placed), is_timed, number)

    @property
    def duration_s(self) -> float:
        """When the last mode finishes, in seconds; 0 where none starts."""
        return max((racer.finish_s or 0.0 for racer in self.racers), default=0.0)

    @property
    def mostly_over_s(self) -> float:
        """With a load in seconds, when more than half of those that start have stopped; else when the last one does."""
        ends_s = sorted(racer.finish_s for racer in self.racers if racer.finish_s is not None)
        return ends_s[len(ends_s) // 2] if ends_s and self.is_timed else self.duration_s

    def running(self, moment_s: float) -> tuple[Racer, ...]:
        """The racers that had not stopped by then."""
        return tuple(racer for racer in self.racers if racer.starts and not racer.has_ended(moment_s))

    @property
    def placed(self) -> tuple[Racer, ...]:
        """The racers that have a place, the best first."""
        return tuple(racer for racer in self.racers if racer.rank is not None)

    @property
    def winners(self) -> tuple[Racer, ...]:
        """Those in the first place: one, or several that can't be told apart."""
        placed = self.placed
        first = placed[0].rank.rank if placed and placed[0].rank else None
        return tuple(racer for racer in placed if racer.rank and racer.rank.rank == first)

    @property
    def ties(self) -> tuple[tuple[str, ...], ...]:
        """Below the first place, the modes that share one because they can't be told apart, the best first."""
        first = {racer.mode for racer in self.winners}
        by_place: dict[int, list[str]] = defaultdict(list)
        for racer in self.placed:
            if racer.rank is not None and racer.rank.shared and racer.mode not in first:
                by_place[racer.rank.rank].append(racer.mode)
        return tuple(tuple(modes) for modes in by_place.values() if len(modes) > 1)


def why_no_race(result: Result) -> str:
    """Why none of a result's modes can be raced, in a sentence; empty where one can."""
    if not result.has_samples:
        return "The history keeps no single requests of this run any more, so nothing can be replayed."
    succeeded = {summary.mode for summary in result.modes if summary.ok}
    if not succeeded:
        what = "No request succeeded" if any(summary.requests for summary in result.modes) else "Nothing was measured"
        return f"{what}, so nothing can be replayed."
    if not any(record.mode in succeeded and _is_whole(record) for record in result.records):
        return "No mode has a complete round to replay."
    return ""


def nearest_round(result: Result) -> int | None:
    """The round whose ratios are nearest to the ranking's, of those that all compared modes completed.

    Nearest by least squares of the logarithms, whatever the machine's speed was in the round. None where no round is
    common to them, or there are fewer than two.
    """
    ratios = {rank.mode: rank.ratio for rank in result.ranking if rank.clean and rank.interval is not None}
    by_round: dict[int, dict[str, float]] = defaultdict(dict)
    for record in result.records:
        ratio = ratios.get(record.mode)
        if ratio and _is_whole(record):
            by_round[record.round][record.mode] = math.log(_time_per_request_s(record) / ratio)
    common = {number: list(logs.values()) for number, logs in by_round.items() if len(logs) == len(ratios)}
    if len(ratios) < 2 or not common:
        return None
    return min(common, key=lambda number: (float(np.var(common[number])), number))


def median_round(mode_id: str, records: tuple[RoundRecord, ...]) -> RoundRecord | None:
    """The mode's complete round with the median time per request (of two in the middle the quicker one), if any."""
    rounds = sorted(
        (record for record in records if record.mode == mode_id and _is_whole(record)),
        key=lambda record: (_time_per_request_s(record), record.round),
    )
    return rounds[(len(rounds) - 1) // 2] if rounds else None


def end_times_ns(samples: Samples) -> NDArray[np.int64]:
    """When each request ended, ascending, in nanoseconds since the first one began; shape (n,)."""
    ends: NDArray[np.int64] = samples[:, START] + samples[:, LATENCY]
    # The rows are nearly in this order already, which a stable sort makes use of.
    ends.sort(kind="stable")
    ends -= samples[:, START].min()
    return ends


def _is_whole(record: RoundRecord) -> bool:
    return record.outcome == "complete" and bool(record.elapsed_s) and record.finished > 0


def _time_per_request_s(record: RoundRecord) -> float:
    return (record.elapsed_s or 0.0) / record.finished


def _racer_of(summary: ModeSummary, result: Result, number: int | None) -> Racer:
    """The mode's record of the round of this number, or that of its own median round."""
    own = (record for record in result.records if (record.mode, record.round) == (summary.mode, number))
    record = next(filter(_is_whole, own), None) or median_round(summary.mode, result.records)
    if summary.ok and not result.has_samples:
        return Racer(summary.mode, is_clean=summary.is_clean, why_absent="its requests are not kept any more")
    if record is None or not summary.ok:
        why = "not measured" if not summary.requests else "no complete round" if summary.ok else "no request succeeded"
        return Racer(summary.mode, is_clean=summary.is_clean, why_absent=why)
    return Racer(summary.mode, record.round, end_times_ns(record.samples), record.failed, summary.is_clean)
