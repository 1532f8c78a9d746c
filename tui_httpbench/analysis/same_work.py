"""Do all modes do the same work? What their probes show."""

from __future__ import annotations

from dataclasses import replace

from tui_httpbench.analysis.answers import find_answer_differences
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.sent_requests import find_sent_differences
from tui_httpbench.analysis.settings_differences import find_settings_differences
from tui_httpbench.clients.entrants import entrants_of
from tui_httpbench.measured.probe import Probe
from tui_httpbench.plan.plan import Plan


def find_differences(
    plan: Plan, probes: tuple[Probe, ...], dropped_headers: tuple[str, ...] = ()
) -> tuple[Finding, ...]:
    """Every way in which a mode's probe differs from that of most modes, or from what was asked for.

    ``dropped_headers`` are the names of those that were sent, but that the plan lacks by now. A finding's modes are all
    those of the plan that were probed as one, such as ``httpx`` and ``httpx#2``.
    """
    if not probes:
        return ()
    found = find_answer_differences(probes)
    found += find_sent_differences(plan, probes, dropped_headers)
    found += find_settings_differences(probes)
    return tuple(replace(finding, modes=entrants_of(plan.modes, finding.modes)) for finding in found)
