"""What a ranking has decided, what is too close to call and what would help, in two or three sentences."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tui_httpbench.analysis.columns import seconds_per_request, write_seconds
from tui_httpbench.analysis.comparison import RatioInterval
from tui_httpbench.analysis.erratic import without_place
from tui_httpbench.analysis.few_rounds import what_gives_rounds
from tui_httpbench.analysis.late_connects import LATE_CONNECTS
from tui_httpbench.analysis.odd_ones import names_of
from tui_httpbench.analysis.outlook import WIDE, Advice, outlooks, reach_of, what_would_help
from tui_httpbench.analysis.question_answer import answer_of
from tui_httpbench.analysis.ranking import rules_of, undecided_pairs
from tui_httpbench.analysis.result import ModeSummary, Rank, Result
from tui_httpbench.text.formatting import enumerate_first, enumerate_names, format_percent, format_rate, plural
from tui_httpbench.text.quoting import printable, shortened

SERVER_FIRST = (
    "The server seems to drop connections, as the warnings tell: fewer in flight would tell more than further rounds."
)
ONE_ROUND = "One round decides nothing."

NONE_RANKED = "No mode is ranked: each had failed requests or missing rounds."

STOPPED_AT_ONCE = "Stopped before anything was measured."

STOPPED_EARLY = "Stopped before the first round was over, so nothing is ranked."

MAX_GROUPS = 3
"""How many groups or pairs a sentence names; of further ones it says how many there are."""

MAX_NAMES = 4
"""How many modes of a group a sentence names; of further ones it says how many there are."""

MAX_TEXT_LENGTH = 200
"""How much of an error's text a sentence quotes."""

SAYS_LITTLE = 10.0
"""A bound of a ratio from which on it is not told."""


def winner_of(result: Result) -> str | None:
    """The mode that is alone in the first place; None where several share it, or one round alone can't tell."""
    ranks = _ranked(result)
    if len(ranks) < 2:
        return ranks[0].mode if ranks and len(result.modes) == 1 else None
    is_alone = not ranks[0].shared and not _rivals_without_place(result, ranks[0])
    return ranks[0].mode if _have_bounds(ranks) and is_alone else None


def _rivals_without_place(result: Result, first: Rank) -> list[str]:
    """The modes without a place that are not told from the first."""
    return [mode for mode in without_place(result) if mode in first.tied_with]


def first_in_words(result: Result) -> str:
    """Who is in the first place, as a list has it: ``aiohttp``, ``aiohttp and 2 more``; empty where nobody can tell."""
    if winner := winner_of(result):
        return winner
    ranks = _ranked(result)
    if len(ranks) < 2 or not _have_bounds(ranks):
        return ""
    names = [rank.mode for rank in ranks if rank.rank == ranks[0].rank]
    return enumerate_first([*names, *_rivals_without_place(result, ranks[0])], 1)


def _ranked(result: Result) -> list[Rank]:
    return [rank for rank in result.ranking if rank.clean and rank.interval is not None]


def _have_bounds(ranks: list[Rank]) -> bool:
    return math.isfinite(ranks[-1].interval.high if ranks[-1].interval else math.inf)


def conclude(result: Result, *, beside_pairs: bool = False) -> str | None:
    """Who is fastest, who is too close to call and what would help, or how fast a mode without rivals is.

    Before that, what answers the question of the plan, if it was made for one. Where nothing succeeded, why, and where
    no mode is ranked, that; None where not even that is known. Where it stands ``beside_pairs`` of variants, which are
    what was asked, nothing is said of what else is left open.
    """
    told = conclusion_of(result)
    left_open = () if beside_pairs else (told.left_open, told.by_cpu)
    return " ".join(filter(None, (told.answer, told.known, *left_open))) or None


class Conclusion(NamedTuple):
    """What a ranking has decided, in parts, each empty where there is nothing to say.

    ``answer`` is that to the question of the plan, ``known`` who is fastest, or why nobody is; ``left_open`` what is
    too close to call and what would help, at its end, ``by_cpu`` what processor time tells of it. ``more_rounds`` is
    how many of them would help, None where no number is told.
    """

    answer: str = ""
    known: str = ""
    left_open: str = ""
    by_cpu: str = ""
    more_rounds: int | None = None


def conclusion_of(result: Result) -> Conclusion:
    """What ``conclude`` says, in its parts."""
    if not any(mode.ok for mode in result.modes):
        return Conclusion(known=_without_success(result) or "")
    ranks = _ranked(result)
    if len(ranks) < 2:
        alone = ranks[0].mode if ranks else result.modes[0].mode if len(result.modes) == 1 else None
        if alone is not None:
            return Conclusion(known=_without_rivals(result, result.mode(alone)) or "")
        return Conclusion(known=STOPPED_EARLY if result.stopped and _has_no_round(result) else NONE_RANKED)
    if not _have_bounds(ranks):
        return Conclusion(known=f"{ONE_ROUND[:-1]}: {what_gives_rounds(result.plan, result.records)}.")
    groups = list(_tied_groups(ranks))
    advice = _advice(result) if any(_is_open(group) for group in groups) else None
    known, left_open = _known(result, ranks, groups), _open(result, ranks, groups, advice)
    more_rounds = advice.rounds if advice is not None else None
    return Conclusion(answer_of(result), known, left_open, _by_cpu(result, ranks), more_rounds)


def _has_no_round(result: Result) -> bool:
    return not any(mode.rounds_done or mode.failed for mode in result.modes)


def _without_success(result: Result) -> str | None:
    """What all requests ended in; where none was sent since all modes had failed before, how they did."""
    sent = sum(mode.requests for mode in result.modes)
    if not sent:
        failure = next((finding.text for finding in result.findings if finding.id == "all-failed"), None)
        return f"Nothing was measured. {failure}" if failure else STOPPED_AT_ONCE if result.stopped else None
    ended: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    for mode in result.modes:
        ended.update({kind: count for kind, count in mode.errors.items() if kind != "status"})
        ended.update({str(status): count for status, count in mode.statuses.items() if status >= 400})
        texts.update({error.text: error.count or 1 for error in mode.error_texts})
    named = [f"{name} × {count:,}" for name, count in ended.most_common(MAX_GROUPS)]
    named += [shortened(printable(text), MAX_TEXT_LENGTH) for text, _ in texts.most_common(1)]
    what = "a good answer" if any(name.isdecimal() for name in ended) else "an answer"
    return f"No mode got {what}: none of {plural(sent, 'request')} succeeded ({'; '.join(named)})."


def _without_rivals(result: Result, mode: ModeSummary) -> str | None:
    """How fast the only mode is that could be measured; None without a whole round."""
    seconds = seconds_per_request(result, mode)
    if not seconds or not mode.ok:
        return None
    width = result.plan.in_flight(mode.mode)
    in_flight = f" with {width:,} in flight" if width > 1 else ""
    rivals = (
        "there is nothing to compare it with"
        if len(result.modes) == 1
        else "no other mode is ranked: each had failed requests or missing rounds"
    )
    if mode.failed:
        failed = f"{mode.failed:,} of {plural(mode.requests, 'request')} of {mode.mode} failed"
        return f"{failed}, {format_rate(mode.ok_per_second or 0.0)}/s{in_flight} succeeded; {rivals}."
    took = f"{mode.mode} took {write_seconds(seconds)} a request ({format_rate(1 / seconds)}/s{in_flight})"
    return f"{took}; {rivals}."


def _known(result: Result, ranks: list[Rank], groups: list[list[Rank]]) -> str:
    """The first place, and what is surely the same further down."""
    first = [rank for rank in ranks if rank.rank == 1]
    clauses = [_first_alone(result, ranks) if len(first) == 1 else _first_shared(result, ranks, first)]
    same = [group for group in groups if group[0] is not ranks[0] and not _is_open(group)]
    clauses += [f"{_names(group)} are the same (within {_same_within(result)})" for group in same[:MAX_GROUPS]]
    if len(same) > MAX_GROUPS:
        clauses.append(f"so are {plural(len(same) - MAX_GROUPS, 'more group')}")
    rivals = tuple(_rivals_without_place(result, ranks[0]))
    slower = tuple(mode for mode in without_place(result) if mode not in rivals)
    if rivals:
        clauses.append(f"{_are(rivals)} too erratic to place, and may be faster")
    if slower:
        clauses.append(f"{_are(slower)} surely slower than {ranks[0].mode}, but too erratic to place")
    return f"{'; '.join(clauses)}."


def _are(modes: tuple[str, ...]) -> str:
    return f"{names_of(modes)} {'is' if len(modes) == 1 else 'are'}"


def _first_alone(result: Result, ranks: list[Rank]) -> str:
    winner, following = ranks[:2]
    assert following.interval is not None
    times, bounds = _times_as_fast(following.interval)
    how = "is the fastest with a place" if _rivals_without_place(result, winner) else "is fastest"
    return f"{winner.mode} {how}: {times} times as fast as the next, {following.mode} ({bounds})"


def _first_shared(result: Result, ranks: list[Rank], first: list[Rank]) -> str:
    names = _names(first)
    # Nobody shares the first place who is surely slower than the first; whom the last of them beats, all of them beat.
    beaten = [rank for rank in ranks if rank.rank > 1 and rank.mode not in first[-1].tied_with]
    if not beaten:
        whom = ""
    elif len(beaten) < 3:
        whom = _names(beaten)
    elif len(beaten) == len(ranks) - len(first):
        whom = "all others with a place" if without_place(result) else "all the others"
    else:
        whom = f"{beaten[0].mode} and all {'placed ' if without_place(result) else ''}below it"
    beat = f"{'both' if len(first) == 2 else 'they all'} beat {whom}" if whom else ""
    between = [rank for rank in ranks if rank.rank > 1 and rank not in beaten]
    if beat and between:
        beat = f"{beat}; {first[0].mode} beats {_names(between)}, too"
    if not _is_open(first):
        return f"{names} are the same (within {_same_within(result)}){beat and f', and {beat}'}"
    if len(first) == len(ranks) > 2 and not without_place(result):
        names = f"The {len(first)} modes"
    open_ = _how_open(first[-1])
    return f"{names} are fastest, {open_}; {beat}" if beat else f"{names} are {open_}"


def _open(result: Result, ranks: list[Rank], groups: list[list[Rank]], advice: Advice | None) -> str:
    """What else is too close to call, and what would help: ``advice``, None where no group is open."""
    if advice is None:
        return "All places are sure." if len(ranks) > 2 and not groups and not without_place(result) else ""
    named = [_names(group) for group in groups if _is_open(group) and group[0] is not ranks[0]]
    if len(named) > MAX_GROUPS:
        named[MAX_GROUPS:] = [f"and {plural(len(named) - MAX_GROUPS, 'more group')}"]
    told = f"{'Also too' if ranks[0].shared else 'Too'} close to call: {'; '.join(named)}." if named else ""
    return " ".join(filter(None, (told, advice.text)))


def _advice(result: Result) -> Advice:
    dropped = set(result.modes_of(LATE_CONNECTS))
    if any(dropped & set(pair) for pair in undecided_pairs(result.ranking)):
        return Advice(SERVER_FIRST)
    return what_would_help(outlooks(result.ranking, result.records, rules_of(result.plan, result.records)))


def _by_cpu(result: Result, ranks: list[Rank]) -> str:
    """What processor time decides of what the clock does not."""
    by_cpu = {rank.mode: rank for rank in result.ranking_cpu if rank.clean and rank.interval is not None}
    places = {mode: place for place, mode in enumerate(by_cpu)}
    decided = []
    for upper, lower in itertools.pairwise(ranks):
        if upper.verdict_next != "unsure" or not {upper.mode, lower.mode} <= by_cpu.keys():
            continue
        if lower.mode not in by_cpu[upper.mode].tied_with:
            winner, loser = sorted((upper.mode, lower.mode), key=lambda mode: places[mode])
            decided.append(f"{winner} beats {loser}")
    if not decided:
        return ""
    left = len(decided) - MAX_GROUPS
    # A single one more is named: to count it is no shorter.
    said = enumerate_names([*decided[:MAX_GROUPS], f"{left} more pairs differ"] if left > 1 else decided)
    return f"By CPU time, which is steadier, {said}."


def _tied_groups(ranks: list[Rank]) -> Iterator[list[Rank]]:
    """The largest groups of neighbours no two of whom are surely different, fastest first; they may overlap."""
    reached = 0
    for start, rank in enumerate(ranks):
        end = start
        while end + 1 < len(ranks) and ranks[end + 1].mode in rank.tied_with:
            end += 1
        if end > start and end > reached:
            yield ranks[start : end + 1]
        reached = max(reached, end)


def _is_open(group: list[Rank]) -> bool:
    """Whether a group is not surely all the same: where its ends are, all between them are."""
    return group[-1].mode not in group[0].same_as


def _how_open(last: Rank) -> str:
    """How far a group can lie apart, as far as its last can from its first; nothing of that where it says little.

    What may lie far apart is not close: it has not been told apart yet.
    """
    assert last.interval is not None
    most = reach_of(last.interval)
    if most >= SAYS_LITTLE:
        return "not told apart yet"
    if most >= WIDE:  # which is not close
        return f"not told apart yet (one may be {most:.1f} times as fast as another)"
    return f"too close to call (no more than {format_percent(most - 1)} apart)"


def _times_as_fast(interval: RatioInterval) -> tuple[str, str]:
    """How many times as fast the winner is as a lane that takes so many times as long, and the bounds."""
    is_narrow = interval.high - interval.low < 0.2
    decimals = 0 if interval.ratio >= 9.95 else 2 if interval.ratio < 1.95 or is_narrow else 1
    ratio, low, high = (f"{value:,.{decimals}f}" for value in (interval.ratio, interval.low, interval.high))
    return ratio, f"{low} to {high}"


def _names(ranks: Sequence[Rank]) -> str:
    return enumerate_first([rank.mode for rank in ranks], MAX_NAMES)


def _same_within(result: Result) -> str:
    return format_percent(result.plan.same_within)
