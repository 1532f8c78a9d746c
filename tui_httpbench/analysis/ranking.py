"""The ranking of modes: who is faster, who is the same, and who can't be told apart yet."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from tui_httpbench.analysis.block_model import Block
from tui_httpbench.analysis.comparison import Comparison
from tui_httpbench.analysis.gusts import Yardstick, expected_noise, round_weights
from tui_httpbench.analysis.looks import look_error_rate
from tui_httpbench.analysis.result import ModeSummary, Rank
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import AUTO, DEFAULT_SAME_WITHIN, Plan


@dataclass(frozen=True)
class RankingRules:
    """How verdicts are given: how close two times count as the same, and whether the run ends by its own verdicts.

    ``error_share`` is what this run has of the error rate, where verdicts of several runs are to hold together.
    """

    same_within: float = DEFAULT_SAME_WITHIN
    sequential: bool = False
    error_share: float = 1.0


def rules_of(plan: Plan, records: tuple[RoundRecord, ...] = ()) -> RankingRules:
    """How this plan's modes are to be compared; a run to which whole rounds were added went on after a look at it.

    That there was a look stays, also where the last rounds that were added are not whole.
    """
    first = plan.rounds_at_first or plan.rounds_before
    added = (record.round > first and record.outcome == "complete" for record in records)
    went_on = plan.rounds_before > 0 and any(added)
    return RankingRules(same_within=plan.same_within, sequential=plan.rounds == AUTO or went_on)


def rank_modes(
    modes: tuple[ModeSummary, ...],
    records: tuple[RoundRecord, ...],
    rules: RankingRules | None = None,
    yardstick: Yardstick = "time",
) -> tuple[Rank, ...]:
    """The modes, fastest first; those with failed requests or missing rounds below all clean ones.

    Clean modes are compared by one model of all their complete rounds; those without a complete round, or with one
    missing, stand in the order of their cost per request and get no verdict. How fast a mode fails says nothing: those
    with a failed request stand behind them, in the given order, without a ratio and with the same rank; of them, those
    without a successful one last, and behind these those without any request. By processor time, only modes rank that
    have one and a successful request.
    """
    return rank_compared(modes, compare_modes(modes, records, rules, yardstick), yardstick)


def rank_compared(
    modes: tuple[ModeSummary, ...], compared: Comparison | None, yardstick: Yardstick = "time"
) -> tuple[Rank, ...]:
    """As ``rank_modes``, from the comparison of the clean modes by the same yardstick."""
    ranks = [] if compared is None else _ranks(compared)
    placed = {rank.mode for rank in ranks}
    costs = {mode.mode: _cost_per_request_s(mode, yardstick) for mode in modes}
    rest = [
        mode
        for mode in modes
        if mode.mode not in placed and (yardstick == "time" or (mode.ok and mode.cpu_us_per_request))
    ]
    timed = sorted(
        (mode for mode in rest if math.isfinite(costs[mode.mode])),
        key=lambda mode: (not mode.is_clean, costs[mode.mode]),
    )
    best = ranks[0].mode if ranks else timed[0].mode if timed else ""
    for place, mode in enumerate(timed, start=len(ranks) + 1):
        # What has no place is compared all the same: its ratio is that of its pairs.
        is_compared = compared is not None and mode.mode in compared.unplaced
        ratio = compared.interval(mode.mode, best).ratio if is_compared and compared else costs[mode.mode] / costs[best]
        ranks.append(Rank(place, mode.mode, ratio, mode.is_clean))
    failed = sorted(
        (mode for mode in rest if math.isinf(costs[mode.mode])), key=lambda mode: (not mode.ok, not mode.requests)
    )
    lowest = len(ranks) + 1
    return (*ranks, *(Rank(lowest, mode.mode, None, mode.is_clean, shared=len(failed) > 1) for mode in failed))


def compare_modes(
    modes: tuple[ModeSummary, ...],
    records: tuple[RoundRecord, ...],
    rules: RankingRules | None = None,
    yardstick: Yardstick = "time",
) -> Comparison | None:
    """The comparison of all clean modes; None where none has a complete round."""
    rules = rules or RankingRules()
    clean = {mode.mode for mode in modes if mode.is_clean}
    times: dict[str, dict[Block, float]] = {mode.mode: {} for mode in modes if mode.mode in clean}
    slices: dict[str, list[int]] = defaultdict(list)
    whole = [record for record in records if record.mode in clean and record.elapsed_s and _cost_s(record, yardstick)]
    for record in whole:
        times[record.mode][record.round, record.group] = (_cost_s(record, yardstick) or 0.0) / record.finished
        slices[record.mode].append(len(record.slices))
    return Comparison.of_times(
        times,
        round_weights(whole, yardstick),
        expected_noise(slices),
        rules.error_share
        * look_error_rate(len({record.round for record in whole}), sequential=rules.sequential, modes=len(modes)),
        rules.same_within,
    )


def undecided_pairs(ranking: tuple[Rank, ...]) -> tuple[tuple[str, str], ...]:
    """The neighbours in a ranking that are neither surely different nor surely the same.

    So are the first and a mode without a place that is not told from it.
    """
    pairs = itertools.pairwise(ranking)
    unsure = [(upper.mode, lower.mode) for upper, lower in pairs if upper.verdict_next == "unsure"]
    rivals = [rank.mode for rank in ranking if rank.interval is None and rank.mode in ranking[0].tied_with]
    return (*unsure, *((ranking[0].mode, mode) for mode in rivals))


def _cost_s(record: RoundRecord, yardstick: Yardstick) -> float | None:
    """What a round's requests cost together; None where it can't be compared."""
    if record.outcome != "complete" or not record.finished:
        return None
    return record.elapsed_s if yardstick == "time" else record.cpu_s


def _ranks(compared: Comparison) -> list[Rank]:
    order = compared.order
    winner = leader = order[0]
    leader_place = 1
    ranks: list[Rank] = []
    for place, mode in enumerate(order, start=1):
        if mode != leader and compared.verdict(mode, leader) == "faster":
            leader, leader_place = mode, place
        below = order[place] if place < len(order) else None
        ranks.append(
            Rank(
                rank=leader_place,
                mode=mode,
                ratio=compared.interval(mode, winner).ratio,
                clean=True,
                interval=compared.interval(mode, winner),
                verdict=None if place == 1 else compared.verdict(mode, winner),
                verdict_next=None if below is None else compared.verdict(below, mode),
                interval_next=None if below is None else compared.interval(below, mode),
                tied_with=compared.tied_with(mode),
                same_as=compared.same_as(mode),
            )
        )
    places = Counter(rank.rank for rank in ranks)
    return [replace(rank, shared=places[rank.rank] > 1) for rank in ranks]


def _cost_per_request_s(mode: ModeSummary, yardstick: Yardstick) -> float:
    if mode.failed or not mode.ok:
        return math.inf
    if yardstick == "cpu":
        return mode.cpu_us_per_request / 1e6 if mode.cpu_us_per_request else math.inf
    return 1 / mode.requests_per_second if mode.requests_per_second else math.inf
