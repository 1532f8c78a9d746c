"""What many hosts found, in sentences: who is first where, by how much on average, and which orders hold everywhere.

Nothing is called sure here that ``HostsPairs`` does not: all of it together holds in 95 of 100 runs. The interval of a
mean is that of this mean alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.analysis.hosts_findings import MAX_NAMES
from tui_httpbench.analysis.hosts_pairs import FirstPlace, HostsPairs, MeanRatio, Order, PairOverHosts
from tui_httpbench.text.formatting import enumerate_names, format_rate, format_times, plural

MAX_FLIPS = 6
"""How many pairs that change places are told of; of further ones it is said how many there are."""
MAX_LANES = 3
IN_SHORT = 3
"""How many sentences the conclusion has at most."""
_ORDERS: tuple[tuple[Order | Literal["unsurely"], str, str], ...] = (
    ("everywhere", "keeps its order on every host, surely", "keep their order on every host, surely"),
    ("same", "is surely the same on every host", "are surely the same on every host"),
    (
        "leads",
        "keeps its order on every host, surely on some",
        "keep their order on every host, surely on some",
    ),
    (
        "unsurely",
        "keeps its order on every host, surely on none",
        "keep their order on every host, surely on none",
    ),
    ("flips", "surely changes places", "surely change places"),
    ("unsure", "is open", "are open"),
)
"""What is said of one pair, and of several, by what the hosts say of its order."""
NONE_COUNTS = "No host measured to its end, so nothing is said of them together."
THE_ONLY_ONE = "The only host did not measure to its end."
NOT_COMPARED = "No two modes could be compared on any host: requests failed, or rounds are missing."


def sentences_of(result: HostsResult) -> tuple[str, ...]:
    """What was found, the most telling first; nothing where nothing was measured."""
    if not result.measured_hosts:
        return ()
    pairs = result.pairs
    if all(host.why_left_out for host in result.hosts):
        return (NONE_COUNTS if len(result.hosts) > 1 else THE_ONLY_ONE, *_left_out(result))
    if len(result.plan.modes) == 1:
        return (_one_mode(result),)
    if not pairs.all:
        return (NOT_COMPARED, *_left_out(result))
    if len(pairs.hosts) < 2:
        return (*_alone(result), *_left_out(result))
    told = (_first_places(pairs), _mean_of_first(pairs), _orders(pairs), *_flips(pairs), *_left_out(result))
    return tuple(filter(None, told))


def conclusion_of(result: HostsResult) -> str | None:
    """The first sentences, which a colleague could repeat; None where nothing was measured."""
    return " ".join(sentences_of(result)[:IN_SHORT]) or None


def flip_in_words(pair: PairOverHosts) -> str:
    """Who is surely faster where, of a pair that changes places; empty for any other.

    ``aiohttp is surely faster than httpx on 5 hosts, httpx on arm64-b.``
    """
    if pair.order != "flips":
        return ""
    first, second = (_few(pair.hosts_of(lane)) for lane in ("first", "second"))
    return f"{pair.first} is surely faster than {pair.second} on {first}, {pair.second} on {second}."


def _few(names: list[str]) -> str:
    """Hosts by their names, or how many there are."""
    return enumerate_names(names) if len(names) <= MAX_NAMES else plural(len(names), "host")


def mean_in_words(pair: PairOverHosts) -> str:
    """By how much the second of a pair is slower on average, and what is to be expected elsewhere; empty without."""
    mean = pair.mean
    if mean is None:
        return ""
    ratio, low, high = map(format_times, (mean.ratio, mean.low, mean.high))
    over = f"Over {plural(mean.machines, 'machine')}"
    if mean.standing == "same":
        same = f"{over}, {pair.second} takes as long as {pair.first} on average, surely"
        return f"{same} ({ratio} times, {low} to {high}){_further(mean)}."
    text = f"{over}, {pair.second} takes {ratio} times as long as {pair.first} on average ({low} to {high})"
    return f"{text}, {_how_sure(mean)}{_further(mean)}."


def _how_sure(mean: MeanRatio) -> str:
    """Whether it is sure among the means of all pairs; its own interval looks at this one alone."""
    if mean.standing != "unsure":
        return "surely"
    return "likely, but not surely" if mean.low > 1 or mean.high < 1 else "which is not sure"


def _further(mean: MeanRatio) -> str:
    if mean.expected is None:
        return ""
    low, high = map(format_times, mean.expected)
    return f"; on a further one {low} to {high} is to be expected"


def _alone(result: HostsResult) -> Iterator[str]:
    """What the only host found on which modes could be compared."""
    host = result.host(result.pairs.hosts[0])
    if host.result is not None and (told := conclude(host.result)):
        yield f"On {host.name}: {told}"
    if gaps := _gaps(result.pairs):
        yield f"{gaps[:1].upper()}{gaps[1:]}." if result.pairs.without_any else f"{gaps}."
    yield "One host is one opinion: there is no mean over hosts."


def _left_out(result: HostsResult) -> Iterator[str]:
    """What hosts found each for itself that count for nothing that is said of all: their whole rounds are there."""
    told = [(host.name, conclude(host.result)) for host in result.hosts if host.why_left_out and host.result]
    own = [(name, sentence) for name, sentence in told if sentence]
    yield from (f"On {name}, which is left out and judged alone: {sentence}" for name, sentence in own[:MAX_NAMES])
    if len(own) > MAX_NAMES:
        yield f"{plural(len(own) - MAX_NAMES, 'more host')} left out have rankings of their own."


def _one_mode(result: HostsResult) -> str:
    """How fast the only mode is on the slowest host and on the fastest."""
    mode = result.plan.modes[0]
    rates = []
    for host in result.measured_hosts:
        summary = None if host.why_left_out or host.result is None else host.result.mode(mode)
        if summary is not None and summary.ok_per_second and not summary.failed:
            rates.append((summary.ok_per_second, host.name))
    alone = f"Only {mode} was measured, so there is nothing to compare it with"
    if not rates:
        return f"{alone}."
    (low, slowest), (high, fastest) = min(rates), max(rates)
    spread = f"{format_rate(low)}/s on {slowest}"
    return f"{alone}: {spread}." if len(rates) == 1 else f"{alone}: {spread} to {format_rate(high)}/s on {fastest}."


def _first_places(pairs: HostsPairs) -> str:
    """Who is first on how many hosts, and who elsewhere; where a lane is missing, none is first of all."""
    places = [place for place in pairs.first_places if not place.lacks]
    if len(places) == len(pairs.counting):
        return f"{_counted(places, pairs)}." if places else ""
    gaps = _gaps(pairs)
    if not places:
        return f"No host compared all modes, so none is first over all of them: {gaps}."
    return f"{_counted(places, pairs)}; {gaps}."


def _counted(places: Sequence[FirstPlace], pairs: HostsPairs) -> str:
    """Who is first on how many of the hosts that compared all lanes."""
    counted = Counter(place.lanes[0] for place in places)
    order = {lane: number for number, lane in enumerate(pairs.lanes)}
    winner = min(counted, key=lambda lane: (-counted[lane], order[lane]))
    own = [place for place in places if place.lanes[0] == winner]
    sure = sum(place.is_sure for place in own)
    are_some = len(places) < len(pairs.counting)
    those = " that compared all modes" if are_some else ""
    if len(own) == len(places):
        how = ", surely" if sure == len(own) else f", surely on {sure} of them" if sure else ", but surely on none"
        where = "both hosts" if len(places) == 2 else f"all {len(places):,} hosts"
        if len(places) == 1:
            where, how = f"{places[0].host}, the only host", ", surely" if sure else ", but not surely"
        return f"{winner} is first on {where}{those}{how}"
    how = ", surely" if sure == len(own) else f" (surely on {sure:,})" if sure else " (surely on none)"
    elsewhere = _elsewhere([place for place in places if place.lanes[0] != winner], order)
    the = "the " if are_some else ""
    return f"{winner} is first on {len(own):,} of {the}{plural(len(places), 'host')}{those}{how}; {elsewhere}"


def _gaps(pairs: HostsPairs) -> str:
    """Which lanes are missing where: ``aiohttp could not be compared on arm64-a, httpx-async not on x86-a``."""
    missing: dict[str, list[str]] = {}
    for host, lanes in pairs.lacking.items():
        for lane in lanes if host in pairs.hosts else ():
            missing.setdefault(lane, []).append(host)
    told = [
        f"{lane} {'not' if number else 'could not be compared'} on {_few(hosts)}"
        for number, (lane, hosts) in enumerate(list(missing.items())[:MAX_LANES])
    ]
    if len(missing) > MAX_LANES:
        told.append(f"{plural(len(missing) - MAX_LANES, 'more mode')} not everywhere")
    if pairs.without_any:
        told.insert(0, f"on {_few(list(pairs.without_any))} no mode could be compared")
    return ", ".join(told)


def _elsewhere(places: Sequence[FirstPlace], order: dict[str, int]) -> str:
    """Who is first on the other hosts, the surest first: ``on arm64-b httpx2-async is, surely``."""
    groups: dict[str, list[FirstPlace]] = {}
    for place in places:
        groups.setdefault(place.lanes[0], []).append(place)
    sure = {lane: sum(place.is_sure for place in own) for lane, own in groups.items()}
    told = sorted(groups.items(), key=lambda item: (-sure[item[0]], -len(item[1]), order[item[0]]))
    parts = []
    for lane, own in told[:MAX_LANES]:
        how = ", surely" if sure[lane] == len(own) else f" (surely on {sure[lane]:,})" if sure[lane] else ", not surely"
        parts.append(f"on {_few([place.host for place in own])} {lane} is{how}")
    if len(told) > MAX_LANES:
        rest = sum(len(own) for _, own in told[MAX_LANES:])
        parts.append(f"on {plural(rest, 'more host')} another")
    return "; ".join(parts)


def _mean_of_first(pairs: HostsPairs) -> str:
    """How far the lane that is fastest over all hosts is ahead of the next."""
    pair = next((pair for pair in pairs.all if pair.mean is not None), None)
    if pair is not None:
        return mean_in_words(pair)
    if len(pairs.hosts) > 1 and len(set(pairs.machines)) == 1:
        return "All hosts are one machine, which is one opinion: there is no mean over hosts."
    return ""


def _orders(pairs: HostsPairs) -> str:
    """How many pairs keep their order on all hosts, and how many change it."""
    known = [pair for pair in pairs.all if len(pair.on_hosts) > 1]
    if not known:
        return ""
    every = "every host" if all(pair.is_on_all for pair in known) else "every host that compared them"
    if len(known) == 1:
        pair = known[0]
        if not pair.is_on_all:
            hosts = "both" if len(pair.on_hosts) == 2 else f"all {len(pair.on_hosts):,}"
            every = f"{hosts} hosts that compared them"
        return {
            "everywhere": f"{pair.first} is surely faster than {pair.second} on {every}.",
            "same": f"{pair.first} and {pair.second} are surely the same on {every}.",
        }.get(pair.order, "")
    counts = Counter(
        "unsurely" if pair.order == "leads" and not pair.is_sure_anywhere else pair.order for pair in known
    )
    told = [
        (counts[order], (one if counts[order] == 1 else many).replace("every host", every))
        for order, one, many in _ORDERS
        if counts[order]
    ]
    if len(told) == 1:
        return f"All {len(known):,} pairs of modes {told[0][1]}."
    kinds = "; ".join(f"{count:,} {what}" for count, what in told)
    return f"Of {plural(len(known), 'pair')} of modes, {kinds}."


def _flips(pairs: HostsPairs) -> Iterator[str]:
    flips = [pair for pair in pairs.all if pair.order == "flips"]
    yield from (flip_in_words(pair) for pair in flips[:MAX_FLIPS])
    if len(flips) > MAX_FLIPS:
        yield f"{plural(len(flips) - MAX_FLIPS, 'more pair')} of modes surely change places."
