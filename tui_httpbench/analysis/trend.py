"""One lane over several runs: how long its requests took in each, and what is sure to have changed since the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_httpbench.analysis.compared_run import ComparedRun
from tui_httpbench.analysis.run_comparison import RunComparison, common_labels, compare_runs, why_no_lane
from tui_httpbench.analysis.run_differences import differences_of
from tui_httpbench.plan.error import PlanError


@dataclass(frozen=True)
class TrendPoint:
    """A run of a trend: ``value`` is milliseconds per request, or the ratio to the lane that it is relative to.

    It is None where the lane could not be compared. ``since_first`` compares it with the first run, None for that one
    itself; ``changed`` names what differs from the run before.
    """

    run: ComparedRun
    value: float | None
    since_first: RunComparison | None
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Trend:
    """A lane over runs, in the order in which they were given; relative to another lane where one is named."""

    label: str
    relative_to: str
    others: tuple[str, ...]
    points: tuple[TrendPoint, ...]


def trend_of(
    runs: Sequence[ComparedRun], label: str = "", relative_to: str = "", same_within: float | None = None
) -> Trend:
    """The trend of a lane; of the first that all runs have where none is named. ``others`` are the rest of them.

    The intervals of all runs hold together. Raises PlanError for a lane that not all runs have.
    """
    common = common_labels(runs)
    if not label:
        label = next((each for each in common if each != relative_to), "")
    if not label:
        raise PlanError("lane", "These runs share no lane, so there is no trend; name runs of the same modes.")
    for field, named in (("lane", label), ("relative_to", relative_to)):
        if named and named not in common:
            raise PlanError(field, why_no_lane(named, common))
    points = []
    for place, run in enumerate(runs):
        since_first = None
        if place:
            since_first = compare_runs(
                runs[0],
                run,
                relative_to=relative_to,
                lane=label,
                same_within=same_within,
                comparisons=len(runs) - 1,
            )
        changed = _changed(runs[place - 1], run) if place else ()
        points.append(TrendPoint(run, _value(run, label, relative_to), since_first, changed))
    return Trend(label, relative_to, tuple(each for each in common if each != label), tuple(points))


def _changed(before: ComparedRun, after: ComparedRun) -> tuple[str, ...]:
    return tuple(each.title for each in differences_of(before, after) if each.is_known or each.kind == "state")


def _value(run: ComparedRun, label: str, relative_to: str) -> float | None:
    lane = run.lane(label)
    own_s = lane.request_s
    if lane.why_not or own_s is None:
        return None
    if not relative_to:
        return own_s * 1e3
    other = run.lane(relative_to)
    return None if other.why_not or other.request_s is None else own_s / other.request_s
