"""What a sweep found, in sentences: who leads where, who overtakes whom, and what theory says of it.

Nothing is called sure here that ``SweepPairs`` does not: all of it together holds in 95 of 100 sweeps.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from itertools import product

from tui_httpbench.analysis.async_or_sync import async_or_sync, contests_of_kinds
from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.question_answer import KEEPING
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_pairs import Contest, PairAt, PairCurve, SweepPairs
from tui_httpbench.analysis.sweep_places import places_in_words
from tui_httpbench.analysis.sweep_theory import RoundTrips, most_per_second, round_trips
from tui_httpbench.clients.entrants import entrant_of, mode_of
from tui_httpbench.plan.sweep import Sweep
from tui_httpbench.text.formatting import (
    enumerate_first,
    enumerate_names,
    format_percent,
    format_rate,
    format_times,
    plural,
)

MAX_CROSSINGS = 6
"""How many pairs that change places are told of; of further ones it is said how many there are."""
MAX_NAMES = 3
FEWER = 2.0
"""A lane that has so many times fewer requests per second at the last value than at its best one has collapsed."""
MAX_OPEN = 2
"""How many groups of lanes that may lead are told with their values."""
NOT_TOLD_APART = "not told apart yet"
MOST_TOLD = 0.95
"""From such a share on, it says little how large a difference has to be: nearly twice the time."""
ALIKE = 1.25
"""Shares of a difference that are no more than so many times apart are told as one."""
MOST_TRIPS = 2.0
"""An interval of round trips that is so wide says nothing, and is not told."""
NEARLY_ALL = 0.95
"""A lane that has at least this share of what its target lets through is limited by the target."""
ONE_ROUND = "One round decides nothing; more rounds would tell."


def sentences_of(result: SweepResult, pairs: SweepPairs | None = None) -> tuple[str, ...]:
    """What was found, the most telling first; nothing where nothing was measured. ``pairs`` spare comparing anew."""
    if not result.measured_points:
        return ()
    if not any(mode.ok for point in result.points for mode in point.result.modes):
        # Each point says why; it is the same sentence where they all failed alike.
        return tuple(dict.fromkeys(filter(None, (conclude(point.result) for point in result.measured_points))))
    pairs = pairs or SweepPairs(result)
    # Over distance, what it does is the question, and what keeping a client buys there a part of the answer.
    distance = _distance(pairs)
    asked = (async_or_sync(pairs), distance or _trips(result), _keeping(pairs), _leaders(pairs), _collapses(result))
    rest = (*_crossings(pairs), _trips(result) if distance else "", _limits(result), how_sure(pairs))
    return tuple(filter(None, (*asked, *rest)))


def telling_value(pairs: SweepPairs) -> str:
    """The value that the first of the sentences names for its difference: there is most to see; empty for none."""
    contests = contests_of_kinds(pairs)
    decided = [each for each in contests if each.is_sure and not each.is_close]
    # Where async pays is said before where sync does.
    decided = [each for each in decided if mode_of(each.front).kind == "async"] or decided
    if not decided:
        decided = [contest for _, _, ahead in _gains(pairs) for contest in (ahead[0], ahead[-1])]
    decided = decided or [each for each in contests if not each.is_close]
    return max(decided, key=lambda each: each.times).value if decided else ""


def crossing_in_words(sweep: Sweep, pair: PairCurve) -> str:
    """Which of two lanes is faster where, and where that is sure; empty where neither overtakes the other for sure.

    ``requests-session is faster up to 4 in flight, aiohttp from 6 in flight on (surely from 8 in flight on).`` What
    lies between two values was not measured; that one overtakes the other there once is what both sides tell.
    """
    if not pair.changes:
        return ""
    sure = {name: [point.value for point in pair.points if point.standing == name] for name in ("first", "second")}
    split = _split(pair.points) if sweep.numbers is not None else None
    if split is None:
        told = [
            f"{lane} is surely faster {places_in_words(sweep, sure[name])}"
            if not number
            else f"{lane} {places_in_words(sweep, sure[name])}"
            for number, (name, lane) in enumerate((("first", pair.first), ("second", pair.second)))
        ]
        return f"{', '.join(told)}."
    before, after = pair.points[:split], pair.points[split:]
    lower, upper = (pair.first, pair.second) if before[0].ratio > 1 else (pair.second, pair.first)
    names = ("first", "second") if before[0].ratio > 1 else ("second", "first")
    return f"{lower} is faster {_side(sweep, before, sure[names[0]])}, {upper} {_side(sweep, after, sure[names[1]])}."


def _side(sweep: Sweep, points: Sequence[PairAt], sure: Sequence[str]) -> str:
    values = [point.value for point in points]
    told = places_in_words(sweep, values)
    return told if list(sure) == values else f"{told} (surely {places_in_words(sweep, sure)})"


def _split(points: Sequence[PairAt]) -> int | None:
    """Where the second part begins, if the lane that leads changes once; None where it does more than once."""
    signs = [point.ratio > 1 for point in points]
    changes = [number for number in range(1, len(signs)) if signs[number] != signs[number - 1]]
    return changes[0] if len(changes) == 1 else None


def how_sure(pairs: SweepPairs) -> str:
    """From which difference on two lanes are told apart, at each point; empty where nothing was compared."""
    known = list(pairs.told_from())
    shares = [(value, format_percent(share)) for value, share in known if share < MOST_TOLD]
    far = [value for value, share in known if share >= MOST_TOLD and not pairs.tells_any(value)]
    if known and len(far) == len(known):
        return "Even twice the time can't be told at any value yet; more rounds would help."
    more = f" Even twice the time can't be told yet at {enumerate_names(far)}; more rounds would help." if far else ""
    least, most = min((share for _, share in known), default=0.0), max((share for _, share in known), default=0.0)
    start = "Differences below" if len(pairs.result.lanes) <= 2 else "For half of all pairs, differences below"
    if known and not far and most <= ALIKE * least:
        return f"{start} about {format_percent(most)} can't be told at any value."
    told = [f"{share} at {value}" for value, share in shares]
    if told and pairs.result.sweep.unit:
        told[-1] = f"{told[-1]} {pairs.result.sweep.unit}"
    return f"{start} these can't be told: {enumerate_names(told)}.{more}" if told else ""


def _keeping(pairs: SweepPairs) -> str:
    """What a client that is kept buys, of each library that is there with one and with one for every request."""
    told: list[tuple[str, str]] = []
    sweep = pairs.result.sweep
    for each, kept, ahead in _gains(pairs):
        first, *rest = ahead[:1] + ahead[1:][-1:]
        at = f" at {sweep.in_words(first.value)}" if rest else ""
        gains = [f"{format_times(first.times)} times as fast as {each}{at}"]
        gains += [f"{format_times(last.times)} times at {sweep.in_words(last.value)}" for last in rest]
        where = places_in_words(sweep, [at.value for at in ahead])
        told.append((where, f"{kept} is {enumerate_names(gains)}"))
    # Where it is the same for all, that is said once.
    parts = [
        f"{where}: {gain}" if number == 0 or where != told[number - 1][0] else gain
        for number, (where, gain) in enumerate(told)
    ]
    return f"{KEEPING} surely pays {'; '.join(parts)}." if parts else ""


def _gains(pairs: SweepPairs) -> Iterator[tuple[str, str, list[Contest]]]:
    """Each library's lane with a new client and the one that keeps it, and the points where that surely pays."""
    lanes = [entrant_of(lane) for lane in pairs.result.lanes] if pairs.knows_noise else []
    for each, kept in product(lanes, lanes):
        if each.makes_anew(kept):
            contests = pairs.contests([kept.label], [each.label])
            if ahead := [contest for contest in contests if contest.is_sure and contest.front == kept.label]:
                yield each.label, kept.label, ahead


def _collapses(result: SweepResult) -> str:
    """Which lanes get fewer requests through with more in flight: at most half, in each round of the later value."""
    if result.sweep.knob != "concurrency":
        return ""
    told = []
    for lane in result.lanes:
        rates = [(point.value, rates) for point in result.measured_points if (rates := _rates(point.result, lane))]
        if len(rates) < 2:
            continue
        top_value, top = max(rates, key=lambda each: statistics.median(each[1]))
        last_value, last = rates[-1]
        if FEWER * max(last) <= min(top):
            before, after = statistics.median(top), statistics.median(last)
            change = f"from {format_rate(before)}/s at {top_value} to {format_rate(after)}/s at {last_value}"
            told.append((before / after, f"{lane} falls {change}"))
    if not told:
        return ""
    told.sort(reverse=True)
    names = enumerate_names([text for _, text in told[:MAX_OPEN]])
    more = f"; so it is with {plural(len(told) - MAX_OPEN, 'more lane')}" if len(told) > MAX_OPEN else ""
    return f"With more in flight, {names}{more}."


def _rates(result: Result, lane: str) -> list[float]:
    """The requests per second of each whole round of a lane without failures."""
    if not any(mode.mode == lane and mode.is_clean for mode in result.modes):
        return []
    return [
        record.finished / record.elapsed_s
        for record in result.records
        if record.mode == lane and record.outcome == "complete" and record.elapsed_s and record.finished
    ]


def _leaders(pairs: SweepPairs) -> str:
    """Who is fastest where."""
    if len(pairs.result.lanes) < 2:
        return ""
    if not pairs.knows_noise:
        return ONE_ROUND if pairs.leaders() else ""
    sweep, order = pairs.result.sweep, pairs.result.lanes
    alone: dict[str, list[str]] = {}
    alike: dict[tuple[str, ...], list[str]] = {}
    open_at: dict[tuple[str, ...], list[str]] = {}
    for each in pairs.leaders():
        if len(each.lanes) == 1:
            alone.setdefault(each.lanes[0], []).append(each.value)
        elif each.are_same:
            alike.setdefault(tuple(sorted(each.lanes, key=order.index)), []).append(each.value)
        else:
            open_at.setdefault(tuple(sorted(each.lanes, key=order.index)), []).append(each.value)
    told = [(values, lane, "") for lane, values in alone.items()]
    told += [(values, _several(lanes), " (the same)") for lanes, values in alike.items()]
    if len(open_at) > MAX_OPEN:
        # Who may be in the first place changes with the noise from point to point: that much is not told.
        values = [value for value in sweep.values if any(value in found for found in open_at.values())]
        told.append((values, NOT_TOLD_APART, ""))
    else:
        told += [(values, _any_of(lanes, len(order)), f" ({NOT_TOLD_APART})") for lanes, values in open_at.items()]
    told.sort(key=lambda each: sweep.values.index(each[0][0]))
    parts = [f"{who}{how} {places_in_words(sweep, values)}" for values, who, how in told]
    return f"Fastest: {'; '.join(parts)}." if parts else ""


def _any_of(lanes: Sequence[str], most: int) -> str:
    return f"any of the {len(lanes)}" if len(lanes) == most > 2 else f"one of {_several(lanes)}"


def _several(names: Sequence[str]) -> str:
    return enumerate_first(list(names), MAX_NAMES)


def _crossings(pairs: SweepPairs) -> Iterator[str]:
    """Who overtakes whom, pairs with a leader first."""
    sweep = pairs.result.sweep
    places: dict[str, int] = {}
    for leaders in pairs.leaders():
        for place, lane in enumerate(leaders.lanes):
            places[lane] = min(place, places.get(lane, place))
    crossing = [curve for curve in pairs.all_curves() if curve.changes]
    far = len(pairs.result.lanes)
    crossing.sort(key=lambda curve: places.get(curve.first, far) + places.get(curve.second, far))
    yield from (crossing_in_words(sweep, curve) for curve in crossing[:MAX_CROSSINGS])
    if len(crossing) > MAX_CROSSINGS:
        yield f"{plural(len(crossing) - MAX_CROSSINGS, 'more pair')} of lanes change places for sure."


def _trips(result: SweepResult) -> str:
    """How many round trips a request takes."""
    told = [
        f"{trips.lane} {trips.trips:.2f} ({trips.low:.2f} to {trips.high:.2f})"
        for trips in all_round_trips(result)
        if trips.low > 0 and trips.high - trips.low < MOST_TRIPS
    ]
    return f"Round trips of a request, as its median latency grows: {enumerate_names(told)}." if told else ""


def all_round_trips(result: SweepResult) -> tuple[RoundTrips, ...]:
    """The round trips of every lane that shows them, in the plan's order."""
    return tuple(trips for lane in result.lanes if (trips := round_trips(result, lane)) is not None)


def _distance(pairs: SweepPairs) -> str:
    """From where on round trips are most of what a request takes, where lanes need more or fewer of them."""
    result = pairs.result
    trips = all_round_trips(result) if pairs.knows_noise else ()
    few = [each for each in trips if each.high < 1.5]
    many = [each for each in trips if each.low > 1.5]
    if not few or not many:
        return ""
    numbers = [(point.number or 0.0, point.value) for point in result.measured_points]
    most_of_all = (value for rtt, value in numbers if rtt and all(each.low * rtt > each.rest_ms for each in trips))
    if (value := next(most_of_all, None)) is None:
        return ""
    fewest, most = min(few, key=lambda each: each.trips), max(many, key=lambda each: each.trips)
    return (
        f"From {result.sweep.in_words(value)} of distance on, round trips are most of what a request takes in any "
        f"lane: there it counts that {most.lane} takes {most.trips:.2f} of them, {fewest.lane} {fewest.trips:.2f}."
    )


def _limits(result: SweepResult) -> str:
    """At which points lanes get all that the target lets through, and at which they get less."""
    if result.sweep.knob not in ("capacity", "service-time"):
        return ""
    limited, free = [], []
    shares: list[float] = []
    for point in result.measured_points:
        told = [
            mode.ok_per_second / most
            for mode in point.result.modes
            if mode.ok_per_second and (most := most_per_second(point.result, mode.mode)) is not None
        ]
        if not told:
            continue
        if min(told) >= NEARLY_ALL:
            limited.append(point.value)
            shares += told
        else:
            free.append(f"{result.sweep.in_words(point.value)} ({_shares(told)})")
    sentences = []
    if limited:
        where = places_in_words(result.sweep, limited)
        sentences.append(
            f"{where[:1].upper()}{where[1:]} the target is the limit: every lane gets what theory says it lets through "
            f"({_shares(shares)} of it)."
        )
    if free:
        more = "Less than theory allows" if not limited else "Less"
        sentences.append(f"{more} gets through at {enumerate_names(free)}.")
    return " ".join(sentences)


def _shares(shares: list[float]) -> str:
    low, high = (format_percent(value) for value in (min(shares), max(shares)))
    return low if low == high else f"{low} to {high}"
