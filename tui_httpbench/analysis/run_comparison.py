"""Two runs compared: each lane that both have, with a verdict, and what a gate says of it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tui_httpbench.analysis.compared_run import ComparedRun, LaneTimes
from tui_httpbench.analysis.comparison import RatioInterval, told_apart
from tui_httpbench.analysis.looks import ERROR_RATE
from tui_httpbench.analysis.pairs import GateVerdict, PairVerdict
from tui_httpbench.analysis.run_differences import Difference, differences_of, why_clock_is_unsure, why_other_work
from tui_httpbench.analysis.unpaired import compare_levels, compare_relatives
from tui_httpbench.plan.error import PlanError
from tui_httpbench.text.formatting import (
    enumerate_first,
    format_bounded_times,
    format_percent,
    times_as_fast,
)
from tui_httpbench.text.quoting import printable, shortened

FLOOR = "http.client"
"""What others are best compared relative to: it changes with the interpreter alone."""
_MOST_NAMED = 12


@dataclass(frozen=True)
class LaneComparison:
    """A lane in both runs: ``interval`` is its time in the new run over that in the old one, None where not compared.

    Relative to a lane, it is the ratio to that lane in the new run over the same in the old one. ``why_not`` says why
    it could not be compared, ``why_unsure`` why its interval tells nothing: the end of a sentence, else empty.
    """

    label: str
    old: LaneTimes
    new: LaneTimes
    interval: RatioInterval | None
    verdict: PairVerdict
    why_not: str = ""
    why_unsure: str = ""

    @property
    def is_compared(self) -> bool:
        """Whether it has an interval with bounds."""
        return self.interval is not None and math.isfinite(self.interval.high)


@dataclass(frozen=True)
class GatedLane:
    """Whether a lane is surely slower in the new run by more than a gate lets; ``in_words`` is a sentence on it."""

    label: str
    verdict: GateVerdict
    in_words: str

    @property
    def passes(self) -> bool:
        """Whether the gate lets it through: what is unsure fails nothing."""
        return self.verdict in ("not slower", "unsure")


@dataclass(frozen=True)
class RunComparison:
    """Two runs: ``lanes`` are those that both have, without the one that they are compared ``relative_to`` (or empty).

    ``other_work`` names what was not the same work, ``why_clock_is_unsure`` ends a sentence on why times alone tell
    nothing; both are empty where that is not so. ``gate`` is the share that a lane may be slower by, None for none.
    ``sure_from`` is the share from which a difference is usually told as compared here, and ``sure_from_relative``
    the same relative to the lane that is advised for it; None where unknown, or not to be advised.
    ``is_of_one_lane`` tells that only one was asked for.
    """

    old: ComparedRun
    new: ComparedRun
    relative_to: str
    differences: tuple[Difference, ...]
    lanes: tuple[LaneComparison, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    same_within: float
    gate: float | None
    why_clock_is_unsure: str
    other_work: str
    sure_from: float | None
    advised: str
    sure_from_relative: float | None
    is_of_one_lane: bool = False

    @property
    def is_with_itself(self) -> bool:
        """Whether both are one run, or one is the other gone on: no two runs have the same times to the nanosecond."""
        return _share_rounds(self.old, self.new)

    @property
    def judged(self) -> tuple[GatedLane, ...]:
        """What the gate says of each lane of the old run that is looked at; nothing without a gate."""
        if self.gate is None:
            return ()
        # A lane that was renamed or dropped must not get through by that.
        gone = tuple(
            GatedLane(label, "not compared", f"The gate is not passed: the new run has no lane {label}.")
            for label in (() if self.is_of_one_lane else self.only_old)
        )
        return (*(self._judge(lane, self.gate) for lane in self.lanes), *gone)

    @property
    def fails(self) -> bool:
        """Whether the gate finds any lane surely slower."""
        return any(each.verdict == "slower" for each in self.judged)

    @property
    def passes(self) -> bool:
        """Whether the gate lets all through; of nothing that was compared, it lets nothing."""
        return self.gate is None or (bool(self.judged) and all(each.passes for each in self.judged))

    def in_words(self, lane: LaneComparison) -> str:
        """``aiohttp takes 1.04 times as long as before (1.01 to 1.07): surely slower.``"""
        than = f"as before, relative to {self.relative_to}" if self.relative_to else "as before"
        if lane.interval is None:
            return f"{lane.label} can't be compared: {lane.why_not}."
        if not lane.is_compared:
            return f"{lane.label} can't be compared yet: one round is not enough."
        if lane.verdict == "faster" and not lane.why_unsure:
            bounds = lane.interval.ratio, lane.interval.low, lane.interval.high
            return f"{lane.label} is {times_as_fast(*bounds, than.removeprefix('as '))}: surely faster."
        ratio, low, high = map(format_bounded_times, (lane.interval.ratio, lane.interval.low, lane.interval.high))
        verdict = {
            "same": f"the same (within {format_percent(self.same_within)})",
            "unsure": f"unsure, since {lane.why_unsure}" if lane.why_unsure else "unsure",
        }.get(lane.verdict, f"surely {lane.verdict}")
        return f"{lane.label} takes {ratio} times as long {than} ({low} to {high}): {verdict}."

    def _judge(self, lane: LaneComparison, share: float) -> GatedLane:
        most, than = format_percent(share), "in the old run"
        than += f", relative to {self.relative_to}" if self.relative_to else ""
        if self.other_work:
            why = f"The gate is not passed: the runs did not do the same work ({self.other_work})."
            return GatedLane(lane.label, "not compared", why)
        if lane.interval is None or not lane.is_compared:
            return GatedLane(lane.label, "not compared", f"The gate is not passed: {self.in_words(lane)}")
        limit = 1 + share
        if lane.why_unsure or lane.interval.low <= limit < lane.interval.high:
            why = f", since {lane.why_unsure}" if lane.why_unsure else ""
            text = f"Whether {lane.label} is more than {most} slower than {than} is unsure{why}, which fails nothing."
            return GatedLane(lane.label, "unsure", text)
        if lane.interval.low > limit:
            return GatedLane(lane.label, "slower", f"{lane.label} is surely more than {most} slower than {than}.")
        return GatedLane(lane.label, "not slower", f"{lane.label} is surely no more than {most} slower than {than}.")


def compare_runs(
    old: ComparedRun,
    new: ComparedRun,
    *,
    relative_to: str = "",
    lane: str = "",
    same_within: float | None = None,
    gate: float | None = None,
    comparisons: int = 1,
) -> RunComparison:
    """Each lane that both have, or one ``lane`` alone; relative to another where ``relative_to`` names it.

    ``same_within`` is the share below which a difference does not matter, None for that of the new run; ``comparisons``
    how many there are of this kind, whose intervals are to hold together. Raises PlanError for a lane not in both.
    """
    common = common_labels((old, new))
    for field, label in (("relative_to", relative_to), ("lane", lane)):
        if label and label not in common:
            raise PlanError(field, why_no_lane(label, common))
    if lane and lane == relative_to:
        raise PlanError("lane", f"{shortened(lane)!r} can't be compared relative to itself; name another lane.")
    chosen = (lane,) if lane else tuple(label for label in common if label != relative_to)
    differences = differences_of(old, new)
    unsure = why_clock_is_unsure(differences)
    within = new.same_within if same_within is None else same_within
    advised = "" if relative_to else _advised(old, new, common, chosen)
    rate = ERROR_RATE / comparisons
    intervals = _intervals(old, new, chosen, relative_to, rate)
    return RunComparison(
        old=old,
        new=new,
        relative_to=relative_to,
        differences=differences,
        lanes=tuple(
            _compare_lane(old, new, label, relative_to, intervals.get(label), within, "" if relative_to else unsure)
            for label in chosen
        ),
        only_old=tuple(label for label in old.labels if label not in common),
        only_new=tuple(label for label in new.labels if label not in common),
        same_within=within,
        gate=gate,
        why_clock_is_unsure=unsure,
        other_work=why_other_work(differences),
        sure_from=_usual_width(intervals),
        advised=advised,
        sure_from_relative=_usual_width(_intervals(old, new, chosen, advised, rate)) if advised else None,
        is_of_one_lane=bool(lane),
    )


def _share_rounds(old: ComparedRun, new: ComparedRun) -> bool:
    if old.started_at is None or new.started_at is None:
        return (old.lanes, old.conditions) == (new.lanes, new.conditions)
    pairs = [(old.lane(label), new.lane(label)) for label in common_labels((old, new))]
    return old.started_at == new.started_at and any(set(was.rounds) & set(now.rounds) for was, now in pairs)


def common_labels(runs: Sequence[ComparedRun]) -> tuple[str, ...]:
    """The lanes that all runs have, in the order of the last."""
    return tuple(label for label in runs[-1].labels if all(label in run.labels for run in runs))


def why_no_lane(label: str, common: tuple[str, ...]) -> str:
    """The sentence on a lane that not all runs have."""
    known = enumerate_first([printable(each) for each in common], _MOST_NAMED) if common else "none"
    return f"There is no lane {shortened(label)!r} in all of these runs; the lanes that they share are: {known}."


def _clean(old: ComparedRun, new: ComparedRun, labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(label for label in labels if not (old.lane(label).why_not or new.lane(label).why_not))


def _intervals(
    old: ComparedRun, new: ComparedRun, chosen: tuple[str, ...], reference: str, error_rate: float
) -> dict[str, RatioInterval]:
    clean = _clean(old, new, chosen)
    if not reference:
        before, after = ({label: run.lane(label).rounds for label in clean} for run in (old, new))
        return compare_levels(before, after, error_rate)
    # All lanes that both have tell the noise, also where one of them is looked at.
    common = _clean(old, new, common_labels((old, new)))
    before, after = ({label: run.lane(label).rounds for label in common} for run in (old, new))
    busier = min(max(old.other_cpu_share or 0.0, new.other_cpu_share or 0.0), 1.0)
    return compare_relatives(before, after, reference, clean, busier, error_rate)


def _compare_lane(
    old: ComparedRun,
    new: ComparedRun,
    label: str,
    reference: str,
    interval: RatioInterval | None,
    same_within: float,
    why_unsure: str,
) -> LaneComparison:
    lanes = old.lane(label), new.lane(label)
    if interval is None:
        return LaneComparison(label, *lanes, None, "unsure", _why_not_compared(old, new, label, reference))
    return LaneComparison(
        label, *lanes, interval, "unsure" if why_unsure else _verdict(interval, same_within), why_unsure=why_unsure
    )


def _verdict(interval: RatioInterval, same_within: float) -> PairVerdict:
    if not (interval.low > 0 and math.isfinite(interval.high)):
        return "unsure"
    bounds = np.log([interval.low]), np.log([interval.high])
    is_same, is_other = (bool(told[0]) for told in told_apart(*bounds, same_within))
    return "same" if is_same else ("slower" if interval.ratio > 1 else "faster") if is_other else "unsure"


def _why_not_compared(old: ComparedRun, new: ComparedRun, label: str, reference: str) -> str:
    for each in filter(None, (label, reference)):
        for run, which in ((old, "old"), (new, "new")):
            if why := run.lane(each).why_not:
                return f"in the {which} run, {why}" + (f" (of {each})" if each != label else "")
    return f"it shares no round with {reference}"


def _advised(old: ComparedRun, new: ComparedRun, common: tuple[str, ...], chosen: tuple[str, ...]) -> str:
    """The lane that others are best compared relative to; empty where there is none."""
    clean = [label for label in _clean(old, new, common) if chosen != (label,)]
    return FLOOR if FLOOR in clean else clean[0] if clean and len(common) > 1 else ""


def _usual_width(intervals: Mapping[str, RatioInterval]) -> float | None:
    """The share of a difference that is just told, of the lane in the middle."""
    widths = [each.high / each.ratio - 1 for each in intervals.values() if math.isfinite(each.high)]
    return statistics.median(widths) if widths else None
