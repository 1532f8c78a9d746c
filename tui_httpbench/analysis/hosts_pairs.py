"""Which lane of a pair is faster on which hosts, by how much over all of them, and how sure that is.

A host looks at its own rounds, as any run. All hosts together look at as many comparisons as there are hosts, and then
at a mean of each pair. So half of the error rate is divided among the hosts, and half among the means of all pairs
(Bonferroni's bound): all that is called sure, on any host or over all of them, holds together in 95 of 100 runs.

Hosts that are one machine are one opinion: in the mean they count as one, no more sure than one of them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from tui_httpbench.analysis.block_model import fit_blocks
from tui_httpbench.analysis.comparison import Comparison, exp_of, told_apart
from tui_httpbench.analysis.looks import ERROR_RATE
from tui_httpbench.analysis.random_effects import combine, deleted, expected
from tui_httpbench.analysis.ranking import compare_modes, rules_of
from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.analysis.summary import summarize_so_far
from tui_httpbench.measured.measured_hosts import HostRun
from tui_httpbench.plan.plan import Plan

MIN_DF_TO_STAND_OUT = 2
"""Of how many degrees of freedom a host's own noise must be, that it may be said to be unlike others."""
Standing = Literal["first", "second", "same", "unsure"]
Order = Literal["everywhere", "same", "flips", "leads", "unsure"]


@dataclass(frozen=True)
class PairOnHost:
    """Two lanes on a host: ``ratio`` is the second's time over the first's; ``standing`` is which is surely faster.

    ``log_ratio`` and ``variance`` are what the mean is made of; the latter is None while a round is all there is, and
    has ``df`` degrees of freedom.
    """

    host: str
    ratio: float
    low: float
    high: float
    standing: Standing
    log_ratio: float
    variance: float | None
    df: float = 0.0


@dataclass(frozen=True)
class MeanRatio:
    """The mean of a pair's ratio over ``machines``, with its interval of 95 %.

    ``standing`` is which lane is surely faster on average, by an interval that holds together with those of all other
    pairs. ``i2`` is the share of what machines differ by that their noise does not explain, ``spread`` the standard
    deviation of the true log ratio between them. Between the bounds of ``expected``, None for fewer than three
    machines, lies the true ratio on a further one, in 95 of 100 cases.
    """

    machines: int
    ratio: float
    low: float
    high: float
    standing: Standing
    i2: float
    spread: float
    expected: tuple[float, float] | None


@dataclass(frozen=True)
class PairOverHosts:
    """Two lanes over the hosts on which both can be compared; ``mean`` is None for fewer than two machines.

    ``counting`` is how many hosts count, whether or not they compared these two.
    """

    first: str
    second: str
    on_hosts: tuple[PairOnHost, ...]
    mean: MeanRatio | None
    counting: int

    @property
    def is_on_all(self) -> bool:
        """Whether every host that counts compared them."""
        return len(self.on_hosts) == self.counting

    @property
    def order(self) -> Order:
        """What the hosts say of it together.

        Of those that compared them, that is. ``everywhere``: one lane is surely faster on every host; ``same``: both
        are surely as fast on every host; ``flips``: each is surely faster somewhere; ``leads``: one is faster on all,
        though that is not sure on some; ``unsure``: none of these.
        """
        standings = {each.standing for each in self.on_hosts}
        if {"first", "second"} <= standings:
            return "flips"
        if len(standings) == 1 and not standings & {"unsure"}:
            return "same" if "same" in standings else "everywhere"
        ahead = {each.ratio > 1 for each in self.on_hosts}
        return "leads" if len(ahead) == 1 else "unsure"

    @property
    def is_sure_anywhere(self) -> bool:
        """Whether one of them is surely faster on any host."""
        return any(each.standing in ("first", "second") for each in self.on_hosts)

    def hosts_of(self, standing: Standing) -> list[str]:
        """The hosts on which it stands so."""
        return [each.host for each in self.on_hosts if each.standing == standing]

    def on(self, host: str) -> PairOnHost | None:
        """The pair on a host; None where it can't be compared there."""
        return self._by_host.get(host)

    @cached_property
    def _by_host(self) -> dict[str, PairOnHost]:
        return {each.host: each for each in self.on_hosts}


@dataclass(frozen=True)
class FirstPlace:
    """Who leads on a host: ``lanes`` are those that none is surely faster than, fastest first.

    ``lacks`` are the lanes that could not be compared there, though they could elsewhere.
    """

    host: str
    lanes: tuple[str, ...]
    lacks: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether all others are surely slower than the first."""
        return len(self.lanes) == 1


@dataclass(frozen=True)
class StandsOut:
    """A machine on which a pair's ratio is surely another than on the others; ``others`` is the mean of theirs."""

    hosts: tuple[str, ...]
    pair: PairOverHosts
    ratio: float
    others: float
    distance: float


class HostsPairs:
    """All pairs of lanes on all hosts that count.

    ``counting`` are their names, ``hosts`` those of them on which lanes could be compared, ``machines`` which machine
    each of the latter is, by number. ``why_left_out`` tells which hosts do not count.
    """

    def __init__(self, runs: Sequence[HostRun], plan: Plan) -> None:
        """Compares the lanes of each run."""
        self.plan = plan
        counting = [run for run in runs if not why_left_out(run)]
        machines = machines_of(runs)
        several = len({machines[run.host.name] for run in counting}) > 1
        share = (0.5 if several else 1.0) / max(len(counting), 1)
        compared = [(run.host.name, _compare(run, share)) for run in counting]
        self._compared = [(name, each) for name, each in compared if each is not None]
        self.counting = tuple(run.host.name for run in counting)
        self.hosts = tuple(name for name, _ in self._compared)
        self.machines = tuple(machines[name] for name in self.hosts)

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        """The lanes, the fastest over all hosts first; those last that were not compared on any, in the plan's order.

        By the model of the rounds, with a host in the place of a round.
        """
        found: dict[str, dict[tuple[int, int], float]] = {}
        for number, (_, compared) in enumerate(self._compared):
            for lane, effect in zip(compared.fit.modes, compared.fit.effects, strict=True):
                found.setdefault(lane, {})[number, 0] = float(effect)
        weights = {(number, 0): 1 / self.machines.count(machine) for number, machine in enumerate(self.machines)}
        fit = fit_blocks(found, weights)
        order = [] if fit is None else [fit.modes[index] for index in np.argsort(fit.effects, kind="stable")]
        rest = [lane for lane in (*found, *self.plan.modes) if lane not in order]
        return (*order, *dict.fromkeys(rest))

    @cached_property
    def all(self) -> tuple[PairOverHosts, ...]:
        """Every two lanes once that a host could compare, that first which is faster over all hosts."""
        pairs = (self._pair(*lanes) for lanes in itertools.combinations(self.lanes, 2))
        return tuple(pair for pair in pairs if pair.on_hosts)

    def pair(self, first: str, second: str) -> PairOverHosts:
        """Two lanes, in this order. Raises KeyError where no host could compare them."""
        for pair in self.all:
            if (pair.first, pair.second) == (first, second):
                return pair
        raise KeyError((first, second))

    @cached_property
    def has_mean(self) -> bool:
        """Whether there is a mean over hosts: of two machines that tell their noise, or more."""
        return any(pair.mean is not None for pair in self.all)

    @cached_property
    def first_places(self) -> tuple[FirstPlace, ...]:
        """Who leads on each host on which more than one lane could be compared."""
        found = []
        for name, compared in self._compared:
            fastest, *others = compared.modes
            if others:
                # The verdict alone tells that two lanes differ; those behind the first are not faster than it.
                close = (lane for lane in others if compared.verdict(lane, fastest) != "faster")
                found.append(FirstPlace(name, (fastest, *close), self.lacking[name]))
        return tuple(found)

    @cached_property
    def lacking(self) -> dict[str, tuple[str, ...]]:
        """By host that counts, the lanes that were compared elsewhere, but could not be there."""
        there = {name: compared.fit.modes for name, compared in self._compared}
        anywhere = {lane for lanes in there.values() for lane in lanes}
        return {
            name: tuple(lane for lane in self.lanes if lane in anywhere and lane not in there.get(name, ()))
            for name in self.counting
        }

    @cached_property
    def without_any(self) -> tuple[str, ...]:
        """The hosts that count, on which no lane could be compared."""
        return tuple(name for name in self.counting if name not in self.hosts)

    @cached_property
    def standing_out(self) -> tuple[StandsOut, ...]:
        """The machines that stand out, each with the pair that is furthest off there, the furthest first.

        By externally studentized distances, with Bonferroni's bound for all machines and pairs together: of machines
        that are like the others, any is named in 5 of 100 runs at most. Nothing is said of fewer than four machines,
        nor of one whose own noise is known from a single difference between rounds: it may be many times that.
        """
        groups = [(pair, self._groups(pair)) for pair in self.all]
        looks = sum(len(group) for _, group in groups)
        furthest: dict[tuple[str, ...], StandsOut] = {}
        for pair, group in groups:
            told = deleted(np.array([y for _, y, _ in group]), np.array([v for _, _, v in group]))
            if told is None:
                continue
            limit = student_quantile(1 - ERROR_RATE / (2 * looks), told.df)
            for (names, log_ratio, _), distance, mean in zip(group, told.distances, told.means, strict=True):
                if any(each.df < MIN_DF_TO_STAND_OUT for host in names if (each := pair.on(host)) is not None):
                    continue
                far = abs(float(distance)) / limit
                if far > 1 and far > (furthest[names].distance if names in furthest else 0.0):
                    furthest[names] = StandsOut(names, pair, exp_of(log_ratio), exp_of(float(mean)), far)
        return tuple(sorted(furthest.values(), key=lambda each: -each.distance))

    def _pair(self, first: str, second: str) -> PairOverHosts:
        pair = PairOverHosts(first, second, tuple(self._on_hosts(first, second)), None, len(self.counting))
        return replace(pair, mean=self._mean(pair))

    def _on_hosts(self, first: str, second: str) -> Iterator[PairOnHost]:
        for name, compared in self._compared:
            modes = compared.fit.modes
            if first not in modes or second not in modes:
                continue
            interval, verdict = compared.interval(second, first), compared.verdict(second, first)
            standing: Standing = "first" if interval.ratio > 1 else "second"
            if verdict != "faster":
                standing = "same" if verdict == "same" else "unsure"
            place, other = modes.index(second), modes.index(first)
            yield PairOnHost(
                name,
                interval.ratio,
                interval.low,
                interval.high,
                standing,
                float(compared.fit.effects[place] - compared.fit.effects[other]),
                float(compared.fit.variances[place, other]) if compared.fit.df[place, other] > 0 else None,
                float(compared.fit.df[place, other]),
            )

    def _groups(self, pair: PairOverHosts) -> list[tuple[tuple[str, ...], float, float]]:
        """Each machine's hosts, its log ratio and its variance.

        That of a machine of several hosts is their mean. It is no better known than one of them: what they have in
        common, which may be all of it, does not become less.
        """
        machine_of = dict(zip(self.hosts, self.machines, strict=True))
        groups: dict[int, list[PairOnHost]] = {}
        for each in pair.on_hosts:
            if each.variance is not None:
                groups.setdefault(machine_of[each.host], []).append(each)
        return [
            (
                tuple(each.host for each in group),
                sum(each.log_ratio for each in group) / len(group),
                (sum(math.sqrt(each.variance or 0.0) for each in group) / len(group)) ** 2,
            )
            for group in groups.values()
        ]

    def _mean(self, pair: PairOverHosts) -> MeanRatio | None:
        groups = self._groups(pair)
        if len(groups) < 2:
            return None
        log_ratios, variances = np.array([y for _, y, _ in groups]), np.array([v for _, _, v in groups])
        found = combine(log_ratios, variances)
        low, high = found.interval(ERROR_RATE)
        further = expected(log_ratios, variances, ERROR_RATE)
        lanes = len(self.lanes)
        surely = found.interval(ERROR_RATE / 2 / (lanes * (lanes - 1) / 2))
        is_same, differs = told_apart(np.array(surely[0]), np.array(surely[1]), self.plan.same_within)
        ahead: Standing = "first" if found.mean > 0 else "second"
        return MeanRatio(
            len(groups),
            exp_of(found.mean),
            exp_of(low),
            exp_of(high),
            ahead if differs else "same" if is_same else "unsure",
            found.i2,
            math.sqrt(found.tau2),
            None if further is None else (exp_of(further[0]), exp_of(further[1])),
        )


def why_left_out(run: HostRun) -> str:
    """Why a host counts for nothing that is said of all hosts, as a sentence; empty where it counts.

    A host with trouble of its own does not count: what befell it may have slowed it down before. Where it
    ended with all others, as by a kill of the app, nothing is wrong with it: its whole rounds count.
    """
    if not run.has_requests:
        return run.trouble or "Nothing was measured there."
    return "" if run.ended_with_all else run.trouble


def machines_of(runs: Iterable[HostRun]) -> dict[str, int]:
    """Which machine each host is, by number: those that share one, directly or over others, have the same."""
    runs = tuple(runs)
    machine = {run.host.name: number for number, run in enumerate(runs)}
    for run in runs:
        for other in run.host.shares:
            if other in machine:
                old, new = sorted((machine[run.host.name], machine[other]), reverse=True)
                machine = {name: new if number == old else number for name, number in machine.items()}
    return machine


def _compare(run: HostRun, share: float) -> Comparison | None:
    """The comparison of a host's lanes, with its share of the error rate; None where none has a whole round."""
    assert run.measured is not None
    plan, records = run.measured.plan, run.measured.records
    rules = replace(rules_of(plan, records), error_share=share)
    return compare_modes(summarize_so_far(plan, records), records, rules)
