"""Do all modes do the same work? What their probes show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import replace

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of, usual_and_others
from tui_httpbench.analysis.sent_requests import find_sent_differences
from tui_httpbench.analysis.settings_differences import find_settings_differences
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.quoting import shortened
from tui_httpbench.worker.job import UNTOLD

_MAX_URL = 300
_NO_ANSWER = "no answer"


def find_differences(
    plan: Plan, probes: tuple[Probe, ...], dropped_headers: tuple[str, ...] = ()
) -> tuple[Finding, ...]:
    """Every way in which a mode's probe differs from that of most modes, or from what was asked for.

    ``dropped_headers`` are the names of those that were sent, but that the plan lacks by now. A finding's modes are all
    those of the plan that were probed as one, such as ``httpx`` and ``httpx#2``.
    """
    if not probes:
        return ()
    found = [*_status_differences(probes)]
    answered = {probe.mode: probe.response for probe in probes if probe.response is not None}
    found += _response_differences(_of_most_frequent_status(answered))
    found += find_sent_differences(plan, probes, dropped_headers)
    found += find_settings_differences(probes)
    return tuple(replace(finding, modes=_of_plan(plan, finding.modes)) for finding in found)


def _of_plan(plan: Plan, probed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(mode_id for mode_id in plan.modes if mode_of(mode_id).id in probed)


def _status_differences(probes: tuple[Probe, ...]) -> list[Finding]:
    outcomes = {probe.mode: _outcome(probe) for probe in probes}
    usual, others = usual_and_others(outcomes)
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
        found.append(Finding(finding_id, f"{names_of(modes)} got {outcome}; the others {rest}.", modes))
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
    usual, others = usual_and_others(values)
    found = []
    for other in dict.fromkeys(others.values()):
        modes = tuple(mode for mode, value in others.items() if value == other)
        what = pattern.format(other=_shown(other), usual=_shown(usual))
        found.append(Finding(finding_id, f"{names_of(modes)} {what}.", modes))
    return found


def _shown(value: object) -> object:
    return shortened(value, _MAX_URL) if isinstance(value, str) else value
