"""Do all modes do the same work? What their probes show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tui_httpbench.analysis.addresses import find_other_addresses
from tui_httpbench.analysis.answers import find_answer_differences
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.sent_headers import find_header_differences
from tui_httpbench.analysis.sent_requests import find_request_differences, requests_of
from tui_httpbench.analysis.settings_differences import find_settings_differences
from tui_httpbench.clients.entrants import entrants_of
from tui_httpbench.measured.measured import DROPPED_BODY
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.request_heads import hidden_names
from tui_httpbench.plan.plan import MASK, Header, Plan


def find_differences(
    plan: Plan,
    probes: tuple[Probe, ...],
    dropped_headers: tuple[str, ...] = (),
    in_rounds: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> tuple[Finding, ...]:
    """Every way in which a mode's probe differs from that of most modes, or from what was asked for.

    ``dropped_headers`` are the names of those that were sent, but that the plan lacks by now; ``in_rounds`` are the
    statuses that each lane got there as well. A finding's modes are all those of the plan that were probed as one, such
    as ``httpx`` and ``httpx#2``.
    """
    if not probes:
        return ()
    found = find_answer_differences(probes, plan.request.url, in_rounds)
    found += find_other_addresses(probes)
    sent = {probe.mode: requests for probe in probes if (requests := requests_of(probe))}
    readers = {probe.mode for probe in probes if probe.settings.get("netrc") == "read"}
    # What the plan lacks by now can't be compared: neither a body that is not kept, nor the headers that come with it.
    has_body = DROPPED_BODY not in dropped_headers
    found += (
        finding
        for finding in find_request_differences(plan, probes, sent)
        if has_body or finding.id != "other-sent-body"
    )
    if has_body:
        found += find_header_differences(_told_headers(plan, dropped_headers), sent, readers)
    found += find_settings_differences(probes)
    return tuple(replace(finding, modes=entrants_of(plan.modes, finding.modes)) for finding in found)


def _told_headers(plan: Plan, dropped_headers: tuple[str, ...]) -> list[Header]:
    """The headers that every mode was told to send, with ``MASK`` for what no probe keeps."""
    hidden = hidden_names(plan.wire_headers, plan.request.hiding)
    told = [(name, MASK if name.lower() in hidden else value) for name, value in plan.wire_headers]
    return told + [(name, MASK) for name in dropped_headers]
