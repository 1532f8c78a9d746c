"""What is to be minded of many hosts: which are left out, are one machine, stand out, or differ from the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.hosts_pairs import HostsPairs, StandsOut, machines_of, why_left_out
from tui_httpbench.measured.measured_hosts import HostRun
from tui_httpbench.text.formatting import enumerate_first, enumerate_names, format_times, plural

MAX_NAMES = 3
"""How many hosts a finding names; of further ones it says how many there are."""


def find_in_hosts(runs: Sequence[HostRun], pairs: HostsPairs) -> Iterator[Finding]:
    """What is found, the most important first."""
    yield from _in_trouble(runs)
    yield from _too_few(pairs)
    if len(pairs.hosts) != 1:  # of which it is said already that it is one opinion
        yield from _shared(runs)
    yield from (_standing_out(each) for each in pairs.standing_out)
    yield from _noted(runs)


def hosts_in_words(names: Sequence[str], most: int = MAX_NAMES) -> str:
    """Hosts in a sentence: the first of them, and how many more there are."""
    return enumerate_first(list(names), most) if len(names) > most else enumerate_names(list(names))


def _in_trouble(runs: Sequence[HostRun]) -> Iterator[Finding]:
    """Hosts that count for nothing, those of one reason together, and those that were cut short with the run as such.

    Where all were, it is said of the run.
    """
    reasons: dict[tuple[str, bool], list[str]] = {}
    for run in runs:
        if why := why_left_out(run):
            reasons.setdefault((why, run.has_requests), []).append(run.host.name)
    for (why, has_requests), names in reasons.items():
        they = "It is" if len(names) == 1 else "They are"
        seen = f" of what is said of all; what {'it' if len(names) == 1 else 'they'} measured can be seen"
        told = f"{hosts_in_words(names)}: {why} {they} left out{seen if has_requests else ''}."
        yield Finding("host-left-out", told)
    counting = [run for run in runs if not why_left_out(run)]
    cut = [run.host.name for run in counting if run.ended_with_all]
    if 0 < len(cut) < len(counting):
        were, their = ("was", "its") if len(cut) == 1 else ("were", "their")
        yield Finding(
            "host-cut-short",
            f"{hosts_in_words(cut)} {were} cut short with the run as such; {their} whole rounds count.",
        )


def _too_few(pairs: HostsPairs) -> Iterator[Finding]:
    if len(pairs.hosts) == 1:
        alone = "could compare modes" if pairs.without_any else "counts"
        yield Finding("one-host", f"Only {pairs.hosts[0]} {alone}, so there is no mean over hosts: it is one opinion.")


def _shared(runs: Sequence[HostRun]) -> Iterator[Finding]:
    """Hosts that are one machine."""
    groups: dict[int, list[str]] = {}
    for name, machine in machines_of(runs).items():
        groups.setdefault(machine, []).append(name)
    shared = [names for names in groups.values() if len(names) > 1]
    for names in shared[:MAX_NAMES]:
        alone = ", so there is no mean over hosts" if len(groups) == 1 else ""
        yield Finding(
            "hosts-share-machine", f"{hosts_in_words(names)} are one machine: together they are one opinion{alone}."
        )
    if len(shared) > MAX_NAMES:
        more = sum(map(len, shared[MAX_NAMES:]))
        yield Finding(
            "hosts-share-machine",
            f"{plural(more, 'more host')} are {plural(len(shared) - MAX_NAMES, 'machine')}, each of which is one "
            "opinion.",
        )


def _standing_out(found: StandsOut) -> Finding:
    pair = found.pair
    there, elsewhere = format_times(found.ratio), format_times(found.others)
    verb = "stands" if len(found.hosts) == 1 else "stand"
    return Finding(
        "host-stands-out",
        f"{hosts_in_words(found.hosts)} {verb} out: there {pair.second} takes {there} times as long as {pair.first}, "
        f"on the other hosts {elsewhere} times on average. See what is otherwise there.",
        (pair.first, pair.second),
    )


def _noted(runs: Sequence[HostRun]) -> Iterator[Finding]:
    """What is otherwise on a host than where it was asked for, each once with its hosts."""
    noted: dict[str, list[str]] = {}
    for run in runs:
        for note in run.notes:
            noted.setdefault(note, []).append(run.host.name)
    for note, names in noted.items():
        yield Finding("host-differs", f"{hosts_in_words(names)}: {note}")
