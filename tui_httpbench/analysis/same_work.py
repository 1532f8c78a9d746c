"""Do all modes do the same work? What their probes show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import TypeVar

from tui_httpbench.analysis.result import Difference
from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.plan.header_values import expand_headers
from tui_httpbench.plan.plan import MASK, Plan, is_secret
from tui_httpbench.text.quoting import shortened

_LISTED_MODES = 3
_MAX_URL = 300
Value = TypeVar("Value", bound=Hashable)


def find_differences(plan: Plan, probes: tuple[Probe, ...]) -> tuple[Difference, ...]:
    """Every way in which a mode's probe differs from that of most modes; none for fewer than two probes."""
    if len(probes) < 2:
        return ()
    found = [*_status_differences(probes)]
    answered = {probe.mode: probe.response for probe in probes if probe.response is not None}
    found += _response_differences(_of_most_frequent_status(answered))
    found += _head_differences(plan, probes)
    return tuple(found)


def _status_differences(probes: tuple[Probe, ...]) -> list[Difference]:
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
        found.append(Difference(f"{_names(modes)} got {outcome}; the others {rest}.", modes))
    return found


def _outcome(probe: Probe) -> str:
    if probe.response is not None:
        return str(probe.response.status)
    # The kind alone: the texts of one failure differ from library to library.
    return f"no answer ({probe.error[0]})" if probe.error else "no answer"


def _is_redirect(outcome: str) -> bool:
    return outcome.isdecimal() and outcome.startswith("3")


def _of_most_frequent_status(answered: dict[str, ProbeResponse]) -> dict[str, ProbeResponse]:
    """The responses that can be compared with each other: another status explains another body and URL."""
    statuses = Counter(response.status for response in answered.values())
    if not statuses:
        return {}
    status = statuses.most_common(1)[0][0]
    return {mode: response for mode, response in answered.items() if response.status == status}


def _response_differences(responses: dict[str, ProbeResponse]) -> list[Difference]:
    found = _compare(responses, lambda response: response.url, "ended at {other}; the others at {usual}")
    found += _compare(responses, lambda response: response.http_version, "spoke HTTP/{other}; the others HTTP/{usual}")
    digests = Counter(response.body_sha256 for response in responses.values())
    if len(digests) > 1 and len(digests) == len(responses):
        if len({response.body_bytes for response in responses.values()}) > 1:
            text = "The body changes from request to request, also in length, so the modes' work can't be compared."
            found.append(Difference(text, ()))
        return found
    lengths = _compare(
        responses, lambda response: response.body_bytes, "got a body of {other:,} bytes; the others one of {usual:,}"
    )
    if lengths:
        return found + lengths
    return found + _compare(responses, lambda response: response.body_sha256, "got another body of the same length")


def _compare(
    responses: dict[str, ProbeResponse], value_of: Callable[[ProbeResponse], Hashable], pattern: str
) -> list[Difference]:
    values = {mode: value_of(response) for mode, response in responses.items()}
    if len(values) < 2:
        return []
    usual, others = _usual_and_others(values)
    found = []
    for other in dict.fromkeys(others.values()):
        modes = tuple(mode for mode, value in others.items() if value == other)
        found.append(Difference(f"{_names(modes)} {pattern.format(other=_shown(other), usual=_shown(usual))}.", modes))
    return found


def _shown(value: object) -> object:
    return shortened(value, _MAX_URL) if isinstance(value, str) else value


def _head_differences(plan: Plan, probes: tuple[Probe, ...]) -> list[Difference]:
    """Where a header that every mode was told to send arrived otherwise or not at all."""
    found = []
    named = {name for name, value in plan.wire_headers if "$" in value}
    for name, value in expand_headers(plan.wire_headers):
        arrived = {
            probe.mode: next((v for n, v in probe.heads[0].headers if n.lower() == name.lower()), None)
            for probe in probes
            if probe.heads
        }
        for other in {got for got in arrived.values() if got != value}:
            modes = tuple(mode for mode, got in arrived.items() if got == other)
            shown = MASK if is_secret(name) or name in named else other
            what = f"did not send {name}" if other is None else f"sent {name} as {shown!r}"
            found.append(Difference(f"{_names(modes)} {what}.", modes))
    encodings = {
        probe.mode: next((value for name, value in probe.heads[0].headers if name.lower() == "accept-encoding"), "none")
        for probe in probes
        if probe.heads
    }
    if len(set(encodings.values())) > 1 and not found:
        usual, others = _usual_and_others(encodings)
        modes = tuple(others)
        values = ", ".join(dict.fromkeys(repr(value) for value in others.values()))
        found.append(Difference(f"{_names(modes)} sent Accept-Encoding {values}; the others {usual!r}.", modes))
    return found


def _usual_and_others(values: dict[str, Value]) -> tuple[Value, dict[str, Value]]:
    """The most frequent value, and the modes that have another."""
    usual = Counter(values.values()).most_common(1)[0][0]
    return usual, {mode: value for mode, value in values.items() if value != usual}


def _names(modes: tuple[str, ...]) -> str:
    """The modes in a sentence; more than a few are counted."""
    if len(modes) > _LISTED_MODES:
        return f"{', '.join(modes[: _LISTED_MODES - 1])} and {len(modes) - _LISTED_MODES + 1} more"
    return " and ".join(filter(None, (", ".join(modes[:-1]), modes[-1])))
