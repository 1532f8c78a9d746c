"""What more rounds would bring: how many, and how long they take, until two neighbours are told apart."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from tui_httpbench.analysis.block_model import PRIOR_DF
from tui_httpbench.analysis.comparison import RatioInterval
from tui_httpbench.analysis.looks import look_error_rate
from tui_httpbench.analysis.ranking import RankingRules
from tui_httpbench.analysis.result import Rank
from tui_httpbench.analysis.studentized import studentized_range_quantile
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.text.formatting import enumerate_names, plural, rough_time

ROUND_STEPS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 100)
"""Numbers of further rounds that are thought of: more exact than that no forecast of noise is."""

MAX_PAIRS = 3
"""How many pairs a sentence names."""

WORTH_S = 180.0
"""Further rounds that would take longer, in seconds, are not recommended."""

_ASSURANCE = 0.8  # the half-width aimed at, in shares of the distance: at all of it, every other try would fail


WIDE = 1.5
"""Where one may be so many times as fast as the other, more rounds narrow that down, also where they don't decide."""


@dataclass(frozen=True)
class Outlook:
    """So many more rounds, and seconds, would tell ``faster`` from ``slower`` or find them the same.

    ``reach`` is how many times as fast one may be at most. ``rounds`` is None where not even the most of
    ``ROUND_STEPS`` would do, ``seconds`` where the pace is not known.
    """

    faster: str
    slower: str
    rounds: int | None
    seconds: float | None
    reach: float = 1.0

    @property
    def further(self) -> Further | None:
        """What it takes; None for more than anybody would make."""
        return None if self.rounds is None else Further(self.rounds, self.seconds)


@dataclass(frozen=True)
class Further:
    """So many more rounds, and seconds, None where the pace is not known."""

    rounds: int
    seconds: float | None

    @property
    def is_worth_it(self) -> bool:
        """Whether they are recommended."""
        return (self.seconds or 0) <= WORTH_S


def reach_of(interval: RatioInterval) -> float:
    """How many times as fast one of two may be at most."""
    return max(interval.high, 1 / interval.low if interval.low else math.inf)


def further_in_words(further: Further | None, whom: str = "", reach: float = 1.0) -> str:
    """How many more rounds would tell ``whom``, as a clause: ``about 5 more rounds (20 s) would tell``.

    None is for more than anybody would make; of more than is recommended it says that ``it takes`` so many. ``reach``
    is how many times as fast one of them may be at most.
    """
    if further is None:
        return "more rounds would narrow that down" if reach >= WIDE else "more rounds would hardly tell"
    time = f" ({rough_time(further.seconds)})" if further.seconds else ""
    told = f"about {plural(further.rounds, 'more round')}{time} would tell{f' {whom}' if whom else ''}"
    if further.is_worth_it:
        return told
    return f"it takes about {plural(further.rounds, 'more round')}{time} to tell {whom or 'them apart'}"


class Advice(NamedTuple):
    """What would help where pairs are undecided: a sentence, and the rounds that it names, None for no number."""

    text: str = ""
    rounds: int | None = None


def what_would_help(found: Sequence[Outlook]) -> Advice:
    """What would tell undecided pairs apart, in one sentence of all of them; empty where there are none."""
    if not found:
        return Advice()
    known = [outlook for outlook in found if outlook.further is not None]
    helped = [outlook for outlook in known if outlook.further is not None and outlook.further.is_worth_it]
    if not known:
        return Advice(_sentence(further_in_words(None, reach=max(outlook.reach for outlook in found))))
    if helped:
        chosen = max(helped, key=lambda outlook: outlook.rounds or 0)
        told = helped[:MAX_PAIRS] if len(helped) < len(found) else []
    else:
        chosen = min(known, key=lambda outlook: outlook.rounds or 0)
        told = [chosen] if len(found) > 1 else []
    whom = enumerate_names([f"{outlook.faster} from {outlook.slower}" for outlook in told])
    return Advice(_sentence(further_in_words(chosen.further, whom)), chosen.rounds)


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."


def deciding_distance(interval: RatioInterval, rules: RankingRules) -> float:
    """How far an interval may reach to either side of its ratio, in logarithms, so that it decides.

    Either way does: it leaves out 1, or lies within what counts as the same.
    """
    distance = abs(math.log(interval.ratio))
    return max(distance, math.log1p(rules.same_within) - distance)


def rounds_to_tell(
    interval: RatioInterval,
    distance: float,
    modes: int,
    records: tuple[RoundRecord, ...],
    rules: RankingRules | None = None,
) -> Further | None:
    """The rounds until an interval reaches less than ``distance``, in logarithms, to either side of its ratio.

    None where not even the most of ``ROUND_STEPS`` would do, if they are like the last one, or nothing is known of it.
    """
    measured_s = _measured_s(records, {record.mode for record in records})
    if not measured_s:
        return None
    rounds = _rounds_needed(interval, distance, modes, measured_s, rules or RankingRules())
    pace_s = last_round_wall_s(records)
    return None if rounds is None else Further(rounds, rounds * pace_s if pace_s else None)


def outlooks(
    ranking: tuple[Rank, ...], records: tuple[RoundRecord, ...], rules: RankingRules | None = None
) -> tuple[Outlook, ...]:
    """The outlook of each pair of neighbours that is undecided, if more rounds like the last one are made."""
    rules = rules or RankingRules()
    compared = [rank for rank in ranking if rank.interval is not None]
    measured_s = _measured_s(records, {rank.mode for rank in compared})
    if not measured_s:
        return ()
    pace_s = last_round_wall_s(records)
    found = []
    for upper, lower in itertools.pairwise(ranking):
        if upper.verdict_next != "unsure" or upper.interval_next is None:
            continue
        interval = upper.interval_next
        rounds = _rounds_needed(interval, deciding_distance(interval, rules), len(compared), measured_s, rules)
        seconds = rounds * pace_s if rounds is not None and pace_s else None
        found.append(Outlook(upper.mode, lower.mode, rounds, seconds, reach_of(interval)))
    return tuple(found)


def _rounds_needed(
    interval: RatioInterval, distance: float, modes: int, measured_s: dict[int, float], rules: RankingRules
) -> int | None:
    if not 0 < interval.low < math.inf:
        return None
    half_width = math.log(interval.ratio) - math.log(interval.low)
    wanted = _ASSURANCE * distance
    done = len(measured_s)
    last_s = measured_s[max(measured_s)]
    in_last_rounds = sum(measured_s.values()) / last_s
    now = _quantile(modes, done, look_error_rate(done, sequential=rules.sequential, modes=modes))
    for rounds in ROUND_STEPS:
        then = _quantile(modes, done + rounds, look_error_rate(done + rounds, sequential=True, modes=modes))
        if half_width * then / now * math.sqrt(in_last_rounds / (in_last_rounds + rounds)) <= wanted:
            return rounds
    return None


def _quantile(modes: int, rounds: int, error_rate: float) -> float:
    df = min((modes - 1) * (rounds - 1), 2 * (PRIOR_DF + (rounds - 1) * (1 - 1 / modes)))
    return studentized_range_quantile(1 - error_rate, modes, round(df, 1))


def _measured_s(records: tuple[RoundRecord, ...], modes: set[str]) -> dict[int, float]:
    """The median seconds measured of a mode, by round."""
    elapsed: dict[int, list[float]] = defaultdict(list)
    for record in records:
        if record.mode in modes and record.outcome == "complete" and record.elapsed_s:
            elapsed[record.round].append(record.elapsed_s)
    return {number: median(values) for number, values in elapsed.items()}


def last_round_wall_s(records: tuple[RoundRecord, ...]) -> float:
    """How long the last round took, all groups together; 0 where unknown."""
    last = max((record.round for record in records if record.outcome == "complete"), default=0)
    groups: dict[int, float] = defaultdict(float)
    for record in records:
        if record.round == last:
            groups[record.group] = max(groups[record.group], record.wall_s)
    return sum(groups.values())
