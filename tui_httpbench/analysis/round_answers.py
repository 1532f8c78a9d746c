"""Did all modes get the same answers in the rounds? A probe sees one answer of each, and a server has more.

Compared are the shares of successful statuses, and the mean length of bodies of the most frequent one. A server that
changes them by chance makes them differ a little from mode to mode: what is told is more than that explains, by the
spread of single answers and by that of one mode's own rounds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tui_httpbench.analysis.answers import changing_outcomes, length_slack
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of, with_value
from tui_httpbench.clients.entrants import lane_of, mode_of
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import BODY, STATUS

MIN_ANSWERS = 10
"""Of fewer answers of a mode nothing is said."""
SURE_SPREADS = 4.5
"""So many standard errors apart, by the spread of answers as well as by that of the rounds of the least steady mode."""
MIN_SHARE = 0.05
"""And apart by this share of all answers at least."""
MIN_LENGTH_SHARE = 0.01
"""Or by this share of the usual length."""


@dataclass(frozen=True)
class _Part:
    """The answers of a mode in one round: their number, and sum and sum of squares of what each of them counts as."""

    answers: int
    total: float
    squares: float


Parts = Mapping[str, tuple[_Part, ...]]
"""What each mode got, round by round."""


def find_round_differences(
    records: tuple[RoundRecord, ...], probes: tuple[Probe, ...], marked: frozenset[str] = frozenset()
) -> list[Finding]:
    """What modes got in the rounds otherwise than most did; ``marked`` are those whose probe differs already.

    The usual is what most modes got; of two things that as many got, the one that the probes saw. Failures are left
    out: they count as such.
    """
    by_mode: dict[str, list[RoundRecord]] = {}
    for record in records:
        if record.mode not in marked and len(record.samples):
            by_mode.setdefault(record.mode, []).append(record)
    by_mode = {mode: own for mode, own in by_mode.items() if sum(map(_answers, own)) >= MIN_ANSWERS}
    if len(by_mode) < 2:
        return []
    seen = Counter(str(probe.response.status) for probe in probes if probe.response is not None)
    found = list(_other_statuses(by_mode, seen, changing_outcomes(probes)))
    odd = {mode for finding in found for mode in finding.modes}
    rest = {mode: own for mode, own in by_mode.items() if mode not in odd}
    return found + list(_other_lengths(rest, probes))


def statuses_in_rounds(records: tuple[RoundRecord, ...]) -> dict[str, frozenset[str]]:
    """The statuses that each lane got for a good part of its requests, failures included."""
    totals: dict[str, Counter[int]] = {}
    for record in records:
        totals.setdefault(lane_of(record.mode), Counter()).update(record.tally.statuses)
    return {
        lane: frozenset(str(status) for status, count in total.items() if count > MIN_SHARE * total.total())
        for lane, total in totals.items()
    }


def _answers(record: RoundRecord) -> int:
    return sum(_good(record).values())


def _good(record: RoundRecord) -> dict[int, int]:
    """The statuses that are no failure, and how many answers had them."""
    return {status: count for status, count in record.tally.statuses.items() if status < 400}


# Statuses


def _other_statuses(
    by_mode: Mapping[str, list[RoundRecord]], seen: Counter[str], changing: Iterable[str]
) -> Iterator[Finding]:
    totals: dict[str, Counter[int]] = {mode: Counter() for mode in by_mode}
    for mode, own in by_mode.items():
        for record in own:
            totals[mode].update(_good(record))
    statuses = sorted({status for total in totals.values() for status in total})
    if len(statuses) < 2:
        return
    shares = {mode: {status: total[status] / total.total() for status in statuses} for mode, total in totals.items()}
    parts = {status: {mode: _indicators(own, status) for mode, own in by_mode.items()} for status in statuses}
    # Those between which the server changes by itself may be drawn for each connection, which few draws can't tell.
    statuses = [status for status in statuses if str(status) not in changing]
    main = {mode: max(own, key=lambda status: own[status]) for mode, own in shares.items()}
    counts = Counter(main.values())
    usual = max(counts, key=lambda status: (counts[status], seen[str(status)]))
    reference = _reference(parts[usual], usual=tuple(mode for mode in main if main[mode] == usual))
    odd: dict[str, int] = {}
    for mode in by_mode:
        if mode in reference:
            continue
        more = {
            status: shares[mode][status] - _mean(_joined(parts[status], reference))
            for status in statuses
            if _is_off(parts[status], mode, reference, MIN_SHARE)
        }
        if more and max(more.values()) > 0:
            odd[mode] = max(more, key=lambda status: more[status])
    for status in dict.fromkeys(odd.values()):
        modes = with_value(odd, status)
        those, others = ([shares[mode][status] for mode in each] for each in (modes, reference))
        mostly = f", and mostly {usual}" if status != usual else ""
        text = (
            f"In the rounds, {names_of(modes)} got {status} in {_range(those)} of the answers; the others in "
            f"{_range(others)}{mostly}."
        )
        yield Finding("other-answers", text + _why(modes, reference), modes)


def _indicators(own: list[RoundRecord], status: int) -> tuple[_Part, ...]:
    """Each answer counts as 1 where it has this status, else as 0."""
    counts = [_good(record) for record in own]
    return tuple(_Part(sum(each.values()), each.get(status, 0), each.get(status, 0)) for each in counts if each)


# Lengths


def _other_lengths(by_mode: Mapping[str, list[RoundRecord]], probes: tuple[Probe, ...]) -> Iterator[Finding]:
    all_statuses: Counter[int] = Counter()
    for own in by_mode.values():
        for record in own:
            all_statuses.update(_good(record))
    if not all_statuses:
        return
    status = all_statuses.most_common(1)[0][0]
    # Measured from a body of one of them, so that squares of long ones lose nothing.
    base = next(
        (int(record.samples[is_such, BODY][0]) for own in by_mode.values() for record in own
         if (is_such := record.samples[:, STATUS] == status).any()),
        0,
    )  # fmt: skip
    parts = {mode: _lengths(own, status, base) for mode, own in by_mode.items()}
    parts = {mode: own for mode, own in parts.items() if sum(part.answers for part in own) >= MIN_ANSWERS}
    if len(parts) < 2 or all(part.squares == 0 for own in parts.values() for part in own):
        return
    reference = _reference(parts)
    centre = base + _mean(_joined(parts, reference))
    least = max(length_slack(probes, centre), MIN_LENGTH_SHARE * centre)
    means = {mode: base + _mean(own) for mode, own in parts.items()}
    odd = {mode for mode in parts if mode not in reference and _is_off(parts, mode, reference, least)}
    for is_longer in (False, True):
        modes = tuple(mode for mode in parts if mode in odd and (means[mode] > centre) == is_longer)
        if modes:
            mean = sum(means[mode] for mode in modes) / len(modes)
            text = (
                f"In the rounds, {names_of(modes)} got bodies of {_size(mean)} on average; the others of "
                f"{_size(centre)}."
            )
            yield Finding("other-answers", text + _why(modes, reference), modes)


def _lengths(own: list[RoundRecord], status: int, base: int) -> tuple[_Part, ...]:
    """Each answer of this status counts as the length of its body, less ``base``."""
    parts = []
    for record in own:
        lengths = record.samples[record.samples[:, STATUS] == status, BODY] - base
        if len(lengths):
            values = lengths.astype(np.float64)
            parts.append(_Part(len(values), float(values.sum()), float(values @ values)))
    return tuple(parts)


def _size(mean: float) -> str:
    return f"{mean:,.0f} bytes" if mean >= 10 or mean == round(mean) else f"{mean:.1f} bytes"


# Which are the usual, and who is off


def _reference(parts: Parts, usual: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The largest group of modes that are alike, in their order; of two as large, the one that begins with a usual one.

    A group is a mode with all that are not surely off it.
    """
    groups = [
        (mode, tuple(other for other in parts if other == mode or not _is_off(parts, other, (mode,), 0.0)))
        for mode in parts
    ]
    return max(groups, key=lambda each: (len(each[1]), each[0] in usual))[1]


def _is_off(parts: Parts, mode: str, others: tuple[str, ...], least: float) -> bool:
    """Whether a mode's mean is surely off that of others, and by more than ``least``."""
    own, rest = parts[mode], _joined(parts, others)
    difference = abs(_mean(own) - _mean(rest))
    count, rest_count = (sum(part.answers for part in each) for each in (own, rest))
    if difference <= least or not (count and rest_count):
        return False
    both = (*own, *rest)
    mean = _mean(both)
    spread = max(0.0, sum(part.squares for part in both) / (count + rest_count) - mean * mean)
    per_answer = 1 / count + 1 / rest_count
    if difference <= SURE_SPREADS * math.sqrt(spread * per_answer):
        return False
    # Answers that change from round to round, or by the connection, say less than their number tells.
    between = max(map(_between, parts.values()))
    return difference > SURE_SPREADS * math.sqrt(between * per_answer)


def _between(own: tuple[_Part, ...]) -> float:
    """How far a mode's rounds are off its mean: the mean square, each answer counted; 0 of a single round."""
    mean = _mean(own)
    squares = sum(part.answers * (part.total / part.answers - mean) ** 2 for part in own)
    return squares / (len(own) - 1) if len(own) > 1 else 0.0


def _joined(parts: Parts, modes: Iterable[str]) -> tuple[_Part, ...]:
    return tuple(part for mode in modes for part in parts[mode])


def _mean(own: tuple[_Part, ...]) -> float:
    answers = sum(part.answers for part in own)
    return sum(part.total for part in own) / answers if answers else 0.0


# In words


def _range(shares: list[float]) -> str:
    """``95 %``, or ``90 to 95 %``."""
    low, high = (f"{100 * share:.0f}" for share in (min(shares), max(shares)))
    return f"{low} %" if low == high else f"{low} to {high} %"


def _why(modes: tuple[str, ...], others: tuple[str, ...]) -> str:
    """What may be behind it: where those that keep their connections all got one thing, and the rest another."""
    kept, rest = ({mode_of(lane_of(mode)).kept for mode in each} for each in (modes, others))
    if len(kept) == len(rest) == 1 and kept != rest:
        return " The server may answer the first request of a connection otherwise than those that follow."
    return ""
