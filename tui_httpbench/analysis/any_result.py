"""The result of a run, of a sweep or of a run on many hosts."""

from __future__ import annotations

from tui_httpbench.analysis.hosts import HostsResult, summarize_hosts
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.analysis.sweep import SweepResult, summarize_sweep
from tui_httpbench.measured.any_measured import AnyMeasured
from tui_httpbench.measured.measured_hosts import MeasuredHosts
from tui_httpbench.measured.measured_sweep import MeasuredSweep

AnyResult = Result | SweepResult | HostsResult


def summarize_any(measured: AnyMeasured) -> AnyResult:
    """What was measured comes to."""
    if isinstance(measured, MeasuredSweep):
        return summarize_sweep(measured)
    if isinstance(measured, MeasuredHosts):
        return summarize_hosts(measured)
    return summarize_run(measured)
