"""Do all modes do the same work? What their probes show."""

from __future__ import annotations

from dataclasses import replace

from tui_httpbench.analysis.answers import find_answer_differences, names_in_words, usual_and_others
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.request_heads import is_credential
from tui_httpbench.plan.plan import MASK, Plan


def find_differences(
    plan: Plan, probes: tuple[Probe, ...], dropped_headers: tuple[str, ...] = ()
) -> tuple[Finding, ...]:
    """Every way in which a mode's probe differs from that of most modes; none for fewer than two probes.

    ``dropped_headers`` are the names of those that were sent, but that the plan lacks by now. A finding's modes are all
    those of the plan that were probed as one, such as ``httpx`` and ``httpx#2``.
    """
    if len(probes) < 2:
        return ()
    found = find_answer_differences(probes)
    found += _header_differences(plan, probes, dropped_headers)
    found += _encoding_differences(plan, probes)
    return tuple(replace(finding, modes=_of_plan(plan, finding.modes)) for finding in found)


def _of_plan(plan: Plan, probed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(mode_id for mode_id in plan.modes if mode_of(mode_id).id in probed)


def _header_differences(plan: Plan, probes: tuple[Probe, ...], dropped_headers: tuple[str, ...]) -> list[Finding]:
    """Where a header that every mode was told to send arrived otherwise or not at all."""
    found = []
    told = [(name, MASK if is_credential(name, value) else value) for name, value in plan.wire_headers]
    for name, value in (*told, *((name, MASK) for name in dropped_headers)):
        arrived = {probe.mode: _header(probe, name) for probe in probes if probe.heads}
        for other in dict.fromkeys(got for got in arrived.values() if got != value):
            modes = tuple(mode for mode, got in arrived.items() if got == other)
            if other is None:
                found.append(Finding("missing-header", f"{names_in_words(modes)} did not send {name}.", modes))
            else:
                shown = MASK if value == MASK else other
                found.append(Finding("other-header", f"{names_in_words(modes)} sent {name} as {shown!r}.", modes))
    return found


def _encoding_differences(plan: Plan, probes: tuple[Probe, ...]) -> list[Finding]:
    """Where modes accept other encodings than most, none having been told which."""
    if any(name.lower() == "accept-encoding" for name, _ in plan.wire_headers):
        return []
    encodings = {probe.mode: _header(probe, "accept-encoding") or "none" for probe in probes if probe.heads}
    if len(set(encodings.values())) < 2:
        return []
    usual, others = usual_and_others(encodings)
    modes = tuple(others)
    values = ", ".join(dict.fromkeys(repr(value) for value in others.values()))
    text = f"{names_in_words(modes)} sent Accept-Encoding {values}; the others {usual!r}."
    return [Finding("other-accept-encoding", text, modes)]


def _header(probe: Probe, name: str) -> str | None:
    """The first value of a header as it arrived, None where it did not."""
    heads = probe.heads or ()
    return next((value for own, value in heads[0].headers if own.lower() == name.lower()), None)
