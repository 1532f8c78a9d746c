"""Lanes compared one by one: each variant of a mode with the one that serves as its reference."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tui_httpbench.analysis.comparison import RatioInterval
from tui_httpbench.analysis.outlook import (
    Advice,
    Further,
    Outlook,
    deciding_distance,
    further_in_words,
    reach_of,
    rounds_to_tell,
    what_would_help,
)
from tui_httpbench.analysis.ranking import compare_modes, rules_of
from tui_httpbench.analysis.result import ModeSummary, Result
from tui_httpbench.analysis.summary import summarize_so_far
from tui_httpbench.analysis.variant_labels import lane_versions
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.reference import USUAL, Against, compared_pairs
from tui_httpbench.text.formatting import bounds_in_words, format_bounded_times, format_percent, times_as_fast

MAX_PAIRS = 2
"""How many pairs are told before the ranking's verdict; where there are more, all are after it."""

PairVerdict = Literal["slower", "faster", "same", "unsure"]
GateVerdict = Literal["slower", "not slower", "unsure", "not compared"]


@dataclass(frozen=True)
class Pair:
    """A lane and its reference: ``interval`` is the lane's time over the reference's, None without a common round.

    ``same_within`` is the share below which a difference does not matter; ``further`` are the rounds that would make it
    sure, where it is not. ``versions`` are those of the library in the two lanes, empty where they are no matter.
    """

    label: str
    reference: str
    interval: RatioInterval | None
    verdict: PairVerdict
    same_within: float
    further: Further | None = None
    versions: tuple[str, str] = ("", "")

    @property
    def in_words(self) -> str:
        """``httpx@new 0.28.1 takes 1.04 times as long as httpx@old 0.27.2 (1.02 to 1.06): surely slower.``

        One that is faster ``is 50.0 times as fast``, since nobody reads off 0.02 times as long how much that is.
        """
        return f"{_named(self.label, self.versions[0])} {self.predicate}"

    @property
    def claim(self) -> str:
        """The same without how many more rounds would tell, where that is said once of several pairs."""
        return f"{_named(self.label, self.versions[0])} {self.claimed}"

    @property
    def claimed(self) -> str:
        """The same without its subject: ``takes 1.04 times as long as httpx@old (1.02 to 1.06): surely slower.``"""
        return self._predicate("unsure")

    @property
    def predicate(self) -> str:
        """The same with how many more rounds would tell, where it is unsure."""
        if not self.is_open or self.interval is None:
            return self.claimed
        return self._predicate(f"unsure; {further_in_words(self.further, reach=reach_of(self.interval))}")

    @property
    def is_open(self) -> bool:
        """Whether more rounds may tell what these do not."""
        return self.verdict == "unsure" and self.interval is not None and math.isfinite(self.interval.high)

    def _predicate(self, unsure: str) -> str:
        reference = _named(self.reference, self.versions[1])
        if self.interval is None:
            return f"can't be compared with {reference}: requests failed, or rounds are missing."
        if not math.isfinite(self.interval.high):
            return f"can't be compared with {reference} yet: one round is not enough."
        bounds = self.interval.ratio, self.interval.low, self.interval.high
        ratio, between = format_bounded_times(bounds[0]), bounds_in_words(*bounds[1:])
        match self.verdict:
            case "same":
                verdict = f"the same (within {format_percent(self.same_within)})"
            case "unsure":
                verdict = unsure
            case _:
                verdict = f"surely {self.verdict}"
        if self.verdict != "same" and self.interval.ratio < 1:
            return f"is {times_as_fast(*bounds, reference)}: {verdict}."
        return f"takes {ratio} times as long as {reference}{between}: {verdict}."


@dataclass(frozen=True)
class GatedPair:
    """Whether a lane is surely slower than its reference by more than a gate lets.

    What could not be compared does not pass, though nobody knows it to be slower.
    """

    pair: Pair
    share: float
    verdict: GateVerdict
    further: Further | None = None

    @property
    def passes(self) -> bool:
        """Whether the gate lets it through: what is unsure fails nothing."""
        return self.verdict in ("not slower", "unsure")

    @property
    def in_words(self) -> str:
        """A sentence on it."""
        most = format_percent(self.share)
        lane, reference = self.pair.label, self.pair.reference
        if self.verdict == "slower":
            return f"{lane} is surely more than {most} slower than {reference}."
        if self.verdict == "not slower":
            return f"{lane} is surely no more than {most} slower than {reference}."
        if self.verdict == "not compared":
            return f"The gate is not passed: {self.pair.in_words}"
        return (
            f"Whether {lane} is more than {most} slower than {reference} is unsure, which fails nothing; "
            f"{further_in_words(self.further)}."
        )


def pairs_of(result: Result, against: Against = USUAL) -> tuple[Pair, ...]:
    """The pairs of a result; raises PlanError for a reference that it lacks."""
    return pairs_among(result, compared_pairs(result.plan, against.reference))


def pairs_among(result: Result, wanted: Iterable[tuple[str, str]]) -> tuple[Pair, ...]:
    """Any lanes of a result, each with the one that it is to be compared with; the intervals of all hold together."""
    versions = lane_versions(result)
    return tuple(
        replace(pair, versions=(versions.get(pair.label, ""), versions.get(pair.reference, "")))
        for pair in _pairs(result.plan, result.modes, result.records, wanted)
    )


def judge(result: Result, against: Against) -> tuple[GatedPair, ...]:
    """What a gate says of each pair of a result; nothing where there is no gate."""
    return _judged(result.plan, pairs_of(result, against), result.records, against.gate)


def few_first(pairs: tuple[Pair, ...]) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """The pairs that are told before the ranking's verdict, and those after it: few are the answer, many are a list."""
    return (pairs, ()) if len(pairs) <= MAX_PAIRS else ((), pairs)


def further_of(pairs: Sequence[Pair]) -> Advice:
    """What would make pairs sure that are not, once of all of them."""
    return what_would_help(
        [
            Outlook(
                pair.label,
                pair.reference,
                pair.further.rounds if pair.further else None,
                pair.further.seconds if pair.further else None,
                reach_of(pair.interval),
            )
            for pair in pairs
            if pair.is_open and pair.interval is not None
        ]
    )


def pairs_beside(judged: tuple[GatedPair, ...], result: Result, against: Against) -> tuple[Pair, ...]:
    """The pairs of a result, without those of which the sentence of a gate tells all there is."""
    told = [each.pair for each in judged if each.verdict == "not compared"]
    return tuple(pair for pair in pairs_of(result, against) if pair not in told)


def is_open(plan: Plan, records: tuple[RoundRecord, ...], against: Against) -> bool:
    """Whether a gate is unsure of a pair after these rounds, though more of them could tell."""
    if against.gate is None:
        return False
    modes, wanted = summarize_so_far(plan, records), compared_pairs(plan, against.reference)
    judged = _judged(plan, _pairs(plan, modes, records, wanted), records, against.gate)
    return any(each.verdict == "unsure" for each in judged)


def gate_in_words(judged: tuple[GatedPair, ...]) -> str:
    """What a gate says of all pairs: each that does not pass, or is unsure; one sentence where all pass surely."""
    told = [each.in_words for each in judged if each.verdict != "not slower"]
    if told:
        return " ".join(told)
    return f"No lane is more than {format_percent(judged[0].share)} slower than its reference." if judged else ""


def _named(label: str, version: str) -> str:
    return f"{label} {version}" if version else label


def _pairs(
    plan: Plan, modes: tuple[ModeSummary, ...], records: tuple[RoundRecord, ...], pairs: Iterable[tuple[str, str]]
) -> tuple[Pair, ...]:
    wanted = tuple(pairs)
    rules = rules_of(plan, records)
    compared = compare_modes(modes, records, rules) if wanted else None
    known = set(compared.modes) if compared is not None else set()
    found = []
    for label, other in wanted:
        if compared is None or not {label, other} <= known:
            found.append(Pair(label, other, None, "unsure", rules.same_within))
            continue
        interval, told = compared.interval(label, other), compared.verdict(label, other)
        if told == "faster":
            found.append(Pair(label, other, interval, "slower" if interval.ratio > 1 else "faster", rules.same_within))
        elif told == "same":
            found.append(Pair(label, other, interval, "same", rules.same_within))
        else:
            further = rounds_to_tell(interval, deciding_distance(interval, rules), len(known), records, rules)
            found.append(Pair(label, other, interval, "unsure", rules.same_within, further))
    return tuple(found)


def _judged(
    plan: Plan, pairs: tuple[Pair, ...], records: tuple[RoundRecord, ...], share: float | None
) -> tuple[GatedPair, ...]:
    if share is None:
        return ()
    limit = 1 + share
    judged = []
    for pair in pairs:
        interval = pair.interval
        if interval is None:
            judged.append(GatedPair(pair, share, "not compared"))
        elif interval.low > limit:
            judged.append(GatedPair(pair, share, "slower"))
        elif interval.high <= limit:
            judged.append(GatedPair(pair, share, "not slower"))
        else:
            distance = abs(math.log(interval.ratio / limit))
            further = rounds_to_tell(interval, distance, len(plan.modes), records, rules_of(plan, records))
            judged.append(GatedPair(pair, share, "unsure", further))
    return tuple(judged)
