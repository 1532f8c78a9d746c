"""The result of a sweep: what each of its points found, side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.result import Environment, Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.sweep import Sweep
from tui_httpbench.text.formatting import enumerate_names


@dataclass(frozen=True)
class SweepPoint:
    """One point: the knob's ``value`` as it was written, where that stands on an axis, and the run made there.

    ``number`` is in the knob's own unit, None of workloads, which have no order.
    """

    value: str
    number: float | None
    result: Result

    @property
    def is_measured(self) -> bool:
        """Whether a request was measured at this point."""
        return any(mode.requests for mode in self.result.modes)


@dataclass(frozen=True)
class SweepResult:
    """A sweep, whole or stopped; ``points`` in the plan's order, those that were not reached among them.

    ``stopped`` tells that it ended before its time, and ``trouble`` why, in a sentence, where its user did not end it.
    ``interrupted`` tells that it was recovered. The rest is as in ``Measured``.
    """

    plan: Plan
    points: tuple[SweepPoint, ...]
    stopped: bool = False
    trouble: str = ""
    interrupted: bool = False
    started_at: str | None = None
    ended_at: str | None = None
    name: str = ""
    run_id: str = ""
    has_samples: bool = True

    @property
    def sweep(self) -> Sweep:
        """The knob and its values."""
        assert self.plan.sweep is not None
        return self.plan.sweep

    @property
    def lanes(self) -> tuple[str, ...]:
        """The lanes, in the plan's order."""
        return self.plan.modes

    @cached_property
    def measured_points(self) -> tuple[SweepPoint, ...]:
        """The points at which a request was measured."""
        return tuple(point for point in self.points if point.is_measured)

    @property
    def measured_result(self) -> Result:
        """The run of the first point that was measured, or of the first: it tells what is the same at all of them."""
        return (self.measured_points or self.points)[0].result

    @property
    def as_run(self) -> Result:
        """The run of ``measured_result`` with the plan of the whole sweep, and with what holds for all points."""
        return replace(self.measured_result, plan=self.plan, environment=self.environment, duration_s=None)

    @property
    def environment(self) -> Environment:
        """Where the sweep took place; of what other programs used, the most at any point."""
        environments = [point.result.environment for point in self.measured_points]
        shares = [each.other_cpu_share for each in environments if each.other_cpu_share is not None]
        return replace(self.measured_result.environment, other_cpu_share=max(shares, default=None))

    @property
    def url(self) -> str:
        """Where the requests of its first measured point went."""
        return self.measured_result.url

    @property
    def all_succeeded(self) -> bool:
        """Whether every planned request of every lane at every point was sent and succeeded."""
        return not self.stopped and all(point.result.all_succeeded for point in self.points)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is doubted or differs, each once, with its points where it is not the same at all of them."""
        found: dict[tuple[str, tuple[str, ...]], list[tuple[str, Finding]]] = {}
        for point in self.points:
            for finding in point.result.findings:
                if not point.is_measured and finding.id != "all-failed":
                    continue  # of a point that was not reached, nothing else is to be said
                found.setdefault((finding.id, finding.modes), []).append((point.value, finding))
        everywhere = [point.value for point in self.measured_points]
        return tuple(_at_points(told, everywhere) for told in found.values())


def _at_points(told: list[tuple[str, Finding]], everywhere: list[str]) -> Finding:
    """A finding with its points: the text of the first one stands for those that differ in numbers alone."""
    first = told[0][1]
    same = [value for value, finding in told if finding.text == first.text]
    alike = [value for value, finding in told if finding.text != first.text]
    if same == everywhere:
        return first
    more = f" Alike at {enumerate_names(alike)}." if alike else ""
    return replace(first, text=f"At {enumerate_names(same)}: {first.text}{more}")


def summarize_sweep(measured: MeasuredSweep) -> SweepResult:
    """The result of what a sweep measured; whatever machine this is called on, and whenever, it is the same."""
    whole = measured.whole
    sweep = whole.plan.sweep
    assert sweep is not None
    numbers = sweep.numbers or (None,) * len(sweep.values)
    points = zip(sweep.values, numbers, measured.points, strict=True)
    return SweepResult(
        plan=whole.plan,
        points=tuple(SweepPoint(value, number, summarize_run(point)) for value, number, point in points),
        stopped=whole.stopped or whole.interrupted or bool(whole.trouble),
        trouble=whole.trouble,
        interrupted=whole.interrupted,
        started_at=whole.started_at,
        ended_at=whole.ended_at,
        name=whole.name,
        run_id=whole.run_id,
        has_samples=measured.has_samples,
    )
