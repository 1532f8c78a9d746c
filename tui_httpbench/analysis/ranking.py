"""The ranking of modes: who is faster, who is the same, and who can't be told apart yet."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from tui_httpbench.analysis.comparison import (
    RatioInterval,
    Verdict,
    corrected_error_rate,
    ratio_interval,
    trimmed_interval,
)
from tui_httpbench.analysis.result import ModeSummary, Rank
from tui_httpbench.bench.records import RoundRecord
from tui_httpbench.plan import DEFAULT_SAME_WITHIN

RoundTimes = Mapping[int, float]


@dataclass(frozen=True)
class RankingRules:
    """How verdicts are given: how close two times count as the same, and whether the run ends by its own verdicts."""

    same_within: float = DEFAULT_SAME_WITHIN
    sequential: bool = False


def rank_modes(
    modes: tuple[ModeSummary, ...], records: tuple[RoundRecord, ...], rules: RankingRules | None = None
) -> tuple[Rank, ...]:
    """The modes, fastest first; those with failed requests or missing rounds below all clean ones.

    Clean modes are compared by their times in common rounds; the others, and those without a complete round, stand in
    the order of their time per request and get no verdict.
    """
    rules = rules or RankingRules()
    times = {mode.mode: round_times_s(mode.mode, records) for mode in modes if mode.is_clean}
    compared = {mode_id: rounds for mode_id, rounds in times.items() if rounds}
    table = _ComparisonTable(compared, rules)
    ranks = table.ranks()
    rest = sorted(
        (mode for mode in modes if mode.mode not in compared),
        key=lambda mode: (not mode.is_clean, _seconds_per_request(mode)),
    )
    best = next((mode for mode in modes if ranks and mode.mode == ranks[0].mode), rest[0] if rest else None)
    best_s = _seconds_per_request(best) if best is not None else math.inf
    for place, mode in enumerate(rest, start=len(ranks) + 1):
        ratio = _seconds_per_request(mode) / best_s
        ranks.append(Rank(place, mode.mode, ratio if math.isfinite(ratio) else None, mode.is_clean))
    return tuple(ranks)


def undecided_pairs(ranking: tuple[Rank, ...]) -> tuple[tuple[str, str], ...]:
    """The neighbours in a ranking that are neither surely different nor surely the same."""
    pairs = itertools.pairwise(ranking)
    return tuple((upper.mode, lower.mode) for upper, lower in pairs if upper.verdict_next == "unsure")


def round_times_s(mode_id: str, records: tuple[RoundRecord, ...]) -> dict[int, float]:
    """A mode's seconds per request in each of its complete rounds."""
    return {
        record.round: record.elapsed_s / len(record.samples)
        for record in records
        if record.mode == mode_id and record.outcome == "complete" and record.elapsed_s and len(record.samples)
    }


class _ComparisonTable:
    """All pairs of the modes that have complete rounds."""

    def __init__(self, times: dict[str, dict[int, float]], rules: RankingRules) -> None:
        self._times = times
        self._rules = rules
        self._error_rate = corrected_error_rate(
            len(times), max(map(len, times.values()), default=0), sequential=rules.sequential
        )
        self._order = self._ordered()

    def interval(self, mode_id: str, reference: str) -> RatioInterval | None:
        return ratio_interval(self._times[mode_id], self._times[reference], self._error_rate)

    def verdict(self, mode_id: str, reference: str) -> Verdict:
        interval = self.interval(mode_id, reference)
        return "unsure" if interval is None else interval.verdict(self._rules.same_within)

    def ranks(self) -> list[Rank]:
        ranks: list[Rank] = []
        leader, leader_place = "", 0
        for place, mode_id in enumerate(self._order, start=1):
            if not leader or self.verdict(mode_id, leader) == "faster":
                leader, leader_place = mode_id, place
            interval = self.interval(mode_id, self._order[0])
            below = self._order[place] if place < len(self._order) else None
            others = (other for other in self._order if other != mode_id)
            ranks.append(
                Rank(
                    rank=leader_place,
                    mode=mode_id,
                    ratio=interval.ratio if interval else self._mean_ratio(mode_id),
                    clean=True,
                    interval=interval,
                    verdict=None if place == 1 else self.verdict(mode_id, self._order[0]),
                    verdict_next=None if below is None else self.verdict(below, mode_id),
                    tied_with=tuple(other for other in others if self.verdict(mode_id, other) != "faster"),
                )
            )
        places = Counter(rank.rank for rank in ranks)
        return [replace(rank, shared=places[rank.rank] > 1) for rank in ranks]

    def _ordered(self) -> list[str]:
        """The modes by their trimmed mean log time relative to the mean of all in the same round."""
        if not self._times:
            return []
        common = set.intersection(*(set(rounds) for rounds in self._times.values()))
        rounds = sorted(common) or sorted(set.union(*(set(rounds) for rounds in self._times.values())))
        logs = np.array(
            [
                [math.log(times[number]) if number in times else np.nan for number in rounds]
                for times in self._times.values()
            ]
        )
        relative = logs - np.nanmean(logs, axis=0)
        scores = {
            mode_id: trimmed_interval(row[~np.isnan(row)], self._error_rate)[0]
            for mode_id, row in zip(self._times, relative, strict=True)
        }
        return sorted(scores, key=lambda mode_id: scores[mode_id])

    def _mean_ratio(self, mode_id: str) -> float:
        winner = self._times[self._order[0]]
        own = self._times[mode_id]
        return math.exp(float(np.mean(np.log(list(own.values()))) - np.mean(np.log(list(winner.values())))))


def _seconds_per_request(mode: ModeSummary) -> float:
    return 1 / mode.requests_per_second if mode.requests_per_second else math.inf
