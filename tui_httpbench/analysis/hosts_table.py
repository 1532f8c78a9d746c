"""The tables of many hosts in texts, each column declared once: reports and screens show the same."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui_httpbench.analysis.column import Column
from tui_httpbench.analysis.hosts import HostResult, HostsResult
from tui_httpbench.analysis.hosts_pairs import HostsPairs, Order, PairOnHost, PairOverHosts, Standing
from tui_httpbench.analysis.places import FAILED_SIGN
from tui_httpbench.analysis.rows import rows_of
from tui_httpbench.text.formatting import (
    UNKNOWN,
    format_interval,
    format_rate,
    format_ratio,
    plural,
)
from tui_httpbench.text.markdown_table import Side

MAX_LEADERS = 2
LEFT_OUT = "left out"
PAIRS_NOTE = (
    "Each ratio is the time per request of the first mode over that of the second. The interval is the mean's own, of "
    "95 %; between those of a further one lies the true ratio of another machine, in 95 of 100 cases. I² is the share "
    "of what machines differ by that noise does not explain."
)
_ORDERS: dict[Order, str] = {
    "everywhere": "the same everywhere, surely",
    "same": "equal everywhere, surely",
    "flips": "flips, surely",
    "leads": "the same, not surely everywhere",
    "unsure": "open",
}


@dataclass(frozen=True)
class HostColumn:
    """One thing that is told of every host; ``weight`` tells which columns stay where there is no room for all."""

    heading: str
    side: Side
    weight: int
    text: Callable[[HostsResult, HostResult], str]


@dataclass(frozen=True)
class PairColumn:
    """One thing that is told of every pair of lanes, where ``fits`` says so of all pairs of the run."""

    heading: str
    side: Side
    weight: int
    text: Callable[[PairOverHosts], str]
    fits: Callable[[HostsPairs], bool] = lambda _: True


def first_place(result: HostsResult, host: HostResult) -> str:
    """Who leads on a host: ``aiohttp``, ``aiohttp = httpx-async`` where they can't be told apart; a dash where none.

    Of a host that counts for nothing, that is said, as this stands where there is room for little else. Where a mode
    could not be compared, that is said as well, as it might have been first.
    """
    place = result.first_places.get(host.name)
    if place is None:
        return LEFT_OUT if host.why_left_out else UNKNOWN
    more = len(place.lanes) - MAX_LEADERS
    leaders = " = ".join((*place.lanes[:MAX_LEADERS], *([f"{more} more"] if more > 0 else [])))
    return f"{leaders} (without {_in_short(place.lacks)})" if place.lacks else leaders


def _in_short(lanes: tuple[str, ...]) -> str:
    return lanes[0] if len(lanes) == 1 else plural(len(lanes), "mode")


def is_sure(result: HostsResult, host: HostResult) -> str:
    """Whether the first place is sure, in a word."""
    place = result.first_places.get(host.name)
    return UNKNOWN if place is None else "surely" if place.is_sure else "unsure"


def notes_of(host: HostResult) -> str:
    """What is to be minded of a host: why it is left out, and what is otherwise there."""
    left_out = f"{LEFT_OUT}: {host.why_left_out}" if host.why_left_out else ""
    return " ".join(filter(None, (left_out, *host.run.notes)))


def notes_in_short(host: HostResult) -> str:
    """How many notes there are on a host, in a word or two."""
    return plural(len(host.run.notes), "note") if host.run.notes else ""


def only_rate(result: HostsResult, host: HostResult) -> str:
    """How fast the only mode of a run is on a host: ``2,411/s``; empty where it failed there, or there are more."""
    if len(result.plan.modes) > 1 or host.result is None:
        return ""
    summary = host.result.mode(result.plan.modes[0])
    return "" if summary.failed or not summary.ok_per_second else f"{format_rate(summary.ok_per_second)}/s"


def _machine(host: HostResult) -> str:
    measured = host.run.measured
    if measured is None:
        return UNKNOWN
    return ", ".join(filter(None, (measured.machine.cpu, plural(measured.machine.cpu_count, "CPU"))))


def _rounds(host: HostResult) -> str:
    return UNKNOWN if host.run.measured is None else str(host.whole_rounds)


HOST_COLUMNS: tuple[HostColumn, ...] = (
    HostColumn("host", "left", 100, lambda _, host: host.name),
    HostColumn("first place", "left", 90, first_place),
    HostColumn("sure", "left", 80, is_sure),
    HostColumn("rounds", "right", 40, lambda _, host: _rounds(host)),
    HostColumn("Python", "left", 30, lambda _, host: host.run.host.python or UNKNOWN),
    HostColumn("machine", "left", 20, lambda _, host: _machine(host)),
    HostColumn("notes", "left", 70, lambda _, host: notes_in_short(host)),
)


def _has_mean(pairs: HostsPairs) -> bool:
    return pairs.has_mean


def _has_range(pairs: HostsPairs) -> bool:
    return len(pairs.hosts) > 1


PAIR_COLUMNS: tuple[PairColumn, ...] = (
    PairColumn("mode", "left", 100, lambda pair: pair.second),
    PairColumn("over", "left", 100, lambda pair: pair.first),
    PairColumn("mean", "right", 90, lambda pair: mean_ratio(pair), _has_mean),
    PairColumn("95 %", "right", 80, lambda pair: mean_interval(pair), _has_mean),
    PairColumn("order on the hosts", "left", 70, lambda pair: order_in_words(pair)),
    PairColumn("lowest–highest", "right", 40, lambda pair: range_in_words(pair), _has_range),
    PairColumn("ratio", "right", 40, lambda pair: range_in_words(pair), lambda pairs: not _has_range(pairs)),
    PairColumn("a further one", "right", 50, lambda pair: expected_interval(pair), _has_mean),
    PairColumn("I²", "right", 30, lambda pair: i2_in_words(pair), _has_mean),
)


def sure_note(result: HostsResult) -> str:
    """What holds of all that is called sure of the hosts that count."""
    where = ", on any host or on average," if result.pairs.has_mean else ""
    return f"All that is called sure{where} holds together in 95 of 100 runs."


def pair_columns(result: HostsResult) -> tuple[PairColumn, ...]:
    """The columns that say anything of this run's pairs."""
    return tuple(column for column in PAIR_COLUMNS if column.fits(result.pairs))


def mean_ratio(pair: PairOverHosts) -> str:
    """A pair's mean."""
    return UNKNOWN if pair.mean is None else format_ratio(pair.mean.ratio)


def range_in_words(pair: PairOverHosts) -> str:
    """The smallest ratio on any host and the largest; of one host, its own."""
    ratios = [each.ratio for each in pair.on_hosts]
    return format_ratio(ratios[0]) if len(ratios) == 1 else format_interval(min(ratios), max(ratios))


def mean_interval(pair: PairOverHosts) -> str:
    """The bounds of a pair's mean."""
    return UNKNOWN if pair.mean is None else format_interval(pair.mean.low, pair.mean.high)


def expected_interval(pair: PairOverHosts) -> str:
    """Where a further machine's ratio is to be expected."""
    further = None if pair.mean is None else pair.mean.expected
    return UNKNOWN if further is None else format_interval(*further)


def i2_in_words(pair: PairOverHosts) -> str:
    """The share of what hosts differ by that their noise does not explain; it never is all of it."""
    if pair.mean is None:
        return UNKNOWN
    return "> 99 %" if pair.mean.i2 >= 0.995 else f"{pair.mean.i2 * 100:.0f} %"


def order_in_words(pair: PairOverHosts) -> str:
    """What the hosts say of a pair's order: ``flips, surely (5 to 1)``."""
    if len(pair.on_hosts) < 2:
        return "one host"
    told = _ORDERS[pair.order]
    on_some = "" if pair.is_on_all else f" on {len(pair.on_hosts):,} of {pair.counting:,}"
    if on_some and pair.order in ("everywhere", "same"):
        told = told.replace(" everywhere", on_some)
    if pair.order == "flips":
        counts = Counter(each.standing for each in pair.on_hosts)
        return f"{told} ({counts['first']:,} to {counts['second']:,})"
    if pair.order == "leads":
        sure = sum(each.standing in ("first", "second") for each in pair.on_hosts)
        many = f"{sure:,}" if on_some else f"{sure:,} of {len(pair.on_hosts):,}"
        return f"the same{on_some}, surely on {many if sure else 'none'}"
    return told


def verdict_in_words(standing: Standing) -> str:
    """Where the second lane of a pair stands: ``slower``, ``faster``, ``same``, ``unsure``."""
    return {"first": "slower", "second": "faster", "same": "same", "unsure": "unsure"}[standing]


def ratio_in_words(each: PairOnHost) -> str:
    """A pair's ratio on a host: ``×1.27 slower``; without a verdict where one round is all there is."""
    verdict = verdict_in_words(each.standing) if math.isfinite(each.high) else "one round"
    return f"{format_ratio(each.ratio):>6} {verdict}"


def pair_title(pair: PairOverHosts) -> str:
    """What is drawn of a pair: ``httpx-async's time over aiohttp's``."""
    return f"{pair.second}'s time over {pair.first}'s"


def most_telling_pair(result: HostsResult) -> PairOverHosts | None:
    """The pair that is drawn first: of those that flip, the one whose lanes are fastest, or else the two fastest."""
    pairs = result.pairs.all
    flipping = (pair for pair in pairs if pair.order == "flips")
    return next(flipping, None) or next(iter(pairs), None)


def figures_by_host(result: HostsResult, column: Column) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
    """A figure of all lanes on all hosts: the headings, and a row for each host that measured."""
    return ("host", *result.lanes), (_figures(result, host, column) for host in result.measured_hosts)


def _figures(result: HostsResult, host: HostResult, column: Column) -> tuple[str, ...]:
    assert host.result is not None
    rows = {row.mode: row for row in rows_of(host.result, column.yardstick or "time")}
    cells = []
    for lane in result.lanes:
        row = rows.get(lane)
        value = None if row is None else column.number(row)
        cell = UNKNOWN if value is None else column.write(value)
        cells.append(f"{cell}{FAILED_SIGN}" if row is not None and (row.summary.failed or row.summary.note) else cell)
    return (host.name, *cells)
