"""A run, a sweep or a run on many hosts: whatever is kept as one."""

from __future__ import annotations

from dataclasses import replace

from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_hosts import HostRun, MeasuredHosts
from tui_httpbench.measured.measured_sweep import MeasuredSweep

AnyMeasured = Measured | MeasuredSweep | MeasuredHosts


def whole_of(measured: AnyMeasured) -> Measured:
    """What holds for all of it: a run itself, else the plan, name, id, when it began and ended, and how."""
    return measured if isinstance(measured, Measured) else measured.whole


def with_whole(measured: AnyMeasured, whole: Measured) -> AnyMeasured:
    """The same with another ``whole_of``."""
    return whole if isinstance(measured, Measured) else replace(measured, whole=whole)


def ended_as(measured: AnyMeasured, whole: Measured) -> AnyMeasured:
    """The same now that it is over, as ``whole`` says; what of it was not reached, or cut off, ends with it."""
    if isinstance(measured, MeasuredSweep):
        return measured.ended(whole)
    if isinstance(measured, MeasuredHosts):
        return MeasuredHosts(whole, tuple(_ended(run, whole.ended_at) for run in measured.hosts))
    return whole


def _ended(run: HostRun, ended_at: str | None) -> HostRun:
    if run.measured is None or run.measured.ended_at is not None:
        return run
    return replace(run, measured=replace(run.measured, ended_at=ended_at))
