"""Do all modes do the same work? What their probes show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TypeVar

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.measured.request_heads import is_credential
from tui_httpbench.plan.plan import MASK, Plan
from tui_httpbench.text.quoting import shortened
from tui_httpbench.worker.job import UNTOLD

_LISTED_MODES = 3
_MAX_URL = 300
_NO_ANSWER = "no answer"
Value = TypeVar("Value", bound=Hashable)


def find_differences(
    plan: Plan, probes: tuple[Probe, ...], dropped_headers: tuple[str, ...] = ()
) -> tuple[Finding, ...]:
    """Every way in which a mode's probe differs from that of most modes; none for fewer than two probes.

    ``dropped_headers`` are the names of those that were sent, but that the plan lacks by now. A finding's modes are all
    those of the plan that were probed as one, such as ``httpx`` and ``httpx#2``.
    """
    if len(probes) < 2:
        return ()
    found = [*_status_differences(probes)]
    answered = {probe.mode: probe.response for probe in probes if probe.response is not None}
    found += _response_differences(_of_most_frequent_status(answered))
    found += _header_differences(plan, probes, dropped_headers)
    found += _encoding_differences(plan, probes)
    return tuple(replace(finding, modes=_of_plan(plan, finding.modes)) for finding in found)


def _of_plan(plan: Plan, probed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(mode_id for mode_id in plan.modes if mode_of(mode_id).id in probed)


def _status_differences(probes: tuple[Probe, ...]) -> list[Finding]:
    outcomes = {probe.mode: _outcome(probe) for probe in probes}
    usual, others = _usual_and_others(outcomes)
    found = []
    for outcome in dict.fromkeys(others.values()):
        modes = tuple(mode for mode, value in others.items() if value == outcome)
        followed = any(
            probe.response is not None and probe.response.first_status != probe.response.status
            for probe in probes
            if probe.mode not in others
        )
        rest = f"followed it to {usual}" if followed and _is_redirect(outcome) else f"got {usual}"
        finding_id = "no-answer" if outcome.startswith(_NO_ANSWER) else "other-status"
        found.append(Finding(finding_id, f"{_names(modes)} got {outcome}; the others {rest}.", modes))
    return found


def _outcome(probe: Probe) -> str:
    if probe.response is not None:
        return str(probe.response.status)
    # The kind alone: the texts of one failure differ from library to library.
    return f"{_NO_ANSWER} ({probe.error[0]})" if probe.error else _NO_ANSWER


def _is_redirect(outcome: str) -> bool:
    return outcome.isdecimal() and outcome.startswith("3")


def _of_most_frequent_status(answered: dict[str, ProbeResponse]) -> dict[str, ProbeResponse]:
    """The responses that can be compared with each other: another status explains another body and URL."""
    statuses = Counter(response.status for response in answered.values())
    if not statuses:
        return {}
    status = statuses.most_common(1)[0][0]
    return {mode: response for mode, response in answered.items() if response.status == status}


def _response_differences(responses: dict[str, ProbeResponse]) -> list[Finding]:
    found = _compare("other-url", responses, lambda response: response.url, "ended at {other}; the others at {usual}")
    found += _compare(
        "other-http-version",
        responses,
        lambda response: response.http_version,
        "spoke HTTP/{other}; the others HTTP/{usual}",
    )
    digests = Counter(response.body_sha256 for response in responses.values())
    if len(digests) > 1 and len(digests) == len(responses):
        if len({response.body_bytes for response in responses.values()}) > 1:
            text = "The body changes from request to request, also in length, so the modes' work can't be compared."
            found.append(Finding("changing-body", text))
        return found
    lengths = _compare(
        "other-body",
        responses,
        lambda response: response.body_bytes,
        "got a body of {other:,} bytes; the others one of {usual:,}",
    )
    if lengths:
        return found + lengths
    pattern = "got another body of the same length"
    return found + _compare("other-body", responses, lambda response: response.body_sha256, pattern)


def _compare(
    finding_id: str,
    responses: dict[str, ProbeResponse],
    value_of: Callable[[ProbeResponse], Hashable],
    pattern: str,
) -> list[Finding]:
    values = {mode: value_of(response) for mode, response in responses.items()}
    # What a client file doesn't tell is no difference.
    values = {mode: value for mode, value in values.items() if value not in ("", UNTOLD)}
    if len(values) < 2:
        return []
    usual, others = _usual_and_others(values)
    found = []
    for other in dict.fromkeys(others.values()):
        modes = tuple(mode for mode, value in others.items() if value == other)
        what = pattern.format(other=_shown(other), usual=_shown(usual))
        found.append(Finding(finding_id, f"{_names(modes)} {what}.", modes))
    return found


def _shown(value: object) -> object:
    return shortened(value, _MAX_URL) if isinstance(value, str) else value


def _header_differences(plan: Plan, probes: tuple[Probe, ...], dropped_headers: tuple[str, ...]) -> list[Finding]:
    """Where a header that every mode was told to send arrived otherwise or not at all."""
    found = []
    told = [(name, MASK if is_credential(name, value) else value) for name, value in plan.wire_headers]
    for name, value in (*told, *((name, MASK) for name in dropped_headers)):
        arrived = {probe.mode: _header(probe, name) for probe in probes if probe.heads}
        for other in dict.fromkeys(got for got in arrived.values() if got != value):
            modes = tuple(mode for mode, got in arrived.items() if got == other)
            if other is None:
                found.append(Finding("missing-header", f"{_names(modes)} did not send {name}.", modes))
            else:
                shown = MASK if value == MASK else other
                found.append(Finding("other-header", f"{_names(modes)} sent {name} as {shown!r}.", modes))
    return found


def _encoding_differences(plan: Plan, probes: tuple[Probe, ...]) -> list[Finding]:
    """Where modes accept other encodings than most, none having been told which."""
    if any(name.lower() == "accept-encoding" for name, _ in plan.wire_headers):
        return []
    encodings = {probe.mode: _header(probe, "accept-encoding") or "none" for probe in probes if probe.heads}
    if len(set(encodings.values())) < 2:
        return []
    usual, others = _usual_and_others(encodings)
    modes = tuple(others)
    values = ", ".join(dict.fromkeys(repr(value) for value in others.values()))
    text = f"{_names(modes)} sent Accept-Encoding {values}; the others {usual!r}."
    return [Finding("other-accept-encoding", text, modes)]


def _header(probe: Probe, name: str) -> str | None:
    """The first value of a header as it arrived, None where it did not."""
    heads = probe.heads or ()
    return next((value for own, value in heads[0].headers if own.lower() == name.lower()), None)


def _usual_and_others(values: dict[str, Value]) -> tuple[Value, dict[str, Value]]:
    """The most frequent value, and the modes that have another."""
    usual = Counter(values.values()).most_common(1)[0][0]
    return usual, {mode: value for mode, value in values.items() if value != usual}


def _names(modes: tuple[str, ...]) -> str:
    """The modes in a sentence; more than a few are counted."""
    if len(modes) > _LISTED_MODES:
        return f"{', '.join(modes[: _LISTED_MODES - 1])} and {len(modes) - _LISTED_MODES + 1} more"
    return " and ".join(filter(None, (", ".join(modes[:-1]), modes[-1])))
