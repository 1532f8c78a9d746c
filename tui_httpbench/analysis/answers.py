"""Did all modes get the same answer? What differs from mode to mode, and what the server changes by itself."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tui_httpbench.analysis.changing_urls import stable_part, url_part
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of, usual_and_others
from tui_httpbench.analysis.sent_requests import MAX_URL, told_of_bytes
from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.text.formatting import enumerate_names
from tui_httpbench.text.quoting import shortened
from tui_httpbench.text.wire_url import wire_target, wire_url
from tui_httpbench.worker.job import UNTOLD

SLACK_SPREADS = 4
"""How many times as far as one mode's own answers differ another's body may be off, where bodies change."""
SLACK_SHARE = 0.25
SLACK_BYTES = 16
"""And so far at least: by this share of the usual length, by so many bytes."""
WAITED_IN_VAIN = ("timeout", "connect-timeout", "hung")
"""The kinds of error that take long."""
_NO_ANSWER = "no answer"


def find_answer_differences(
    probes: tuple[Probe, ...], asked_url: str = "", in_rounds: Mapping[str, frozenset[str]] = MappingProxyType({})
) -> list[Finding]:
    """What differs between the answers, the modes being those that were probed, such as ``httpx`` for ``httpx#2``.

    The usual answer is that of most modes that succeeded; where as many asked for one URL as for another, that of
    ``asked_url`` is. What one mode's own answers differ in, the server changes by itself, which is said once and marks
    nobody. ``in_rounds`` are statuses that each of these modes got in the rounds as well: one that got the usual status
    and its own there tells that its probe drew by lot.
    """
    if not any(response.status < 400 for probe in probes for response in probe.responses):
        return []  # of failures none is what the others should have got
    usual = _usual_outcome(probes)
    seen = [_Seen(probe.mode, _of_status(probe, usual)) for probe in probes]
    seen = [each for each in seen if each.responses]
    changing = changing_outcomes(probes) | _drawn_by_lot(probes, usual, in_rounds)
    return [
        *_changes(list(changing), seen),
        *_status_differences(probes, usual, changing),
        *_response_differences(seen, asked_url),
    ]


def odd_modes(probes: tuple[Probe, ...]) -> tuple[str, ...]:
    """The modes whose answer differs from most, but for those that waited for one in vain, which takes long."""
    marked = {mode for finding in find_answer_differences(probes) for mode in finding.modes}
    vain = {probe.mode for probe in probes if probe.error is not None and probe.error[0] in WAITED_IN_VAIN}
    return tuple(probe.mode for probe in probes if probe.mode in marked - vain)


@dataclass(frozen=True)
class _Seen:
    """A mode's answers of the usual status, the first one first."""

    mode: str
    responses: tuple[ProbeResponse, ...]

    @property
    def first(self) -> ProbeResponse:
        return self.responses[0]

    @property
    def lengths(self) -> list[int]:
        return [response.body_bytes for response in self.responses]

    @property
    def spread(self) -> int:
        return max(self.lengths) - min(self.lengths)

    @property
    def has_other_bodies(self) -> bool:
        return len({response.body_sha256 for response in self.responses}) > 1


# Status


def _usual_outcome(probes: tuple[Probe, ...]) -> str:
    """That of most modes that succeeded first; where each first answer failed, that of most."""
    outcomes = [_outcome(probe) for probe in probes]
    good = [outcome for outcome in outcomes if outcome.isdecimal() and int(outcome) < 400]
    answered = [outcome for outcome in outcomes if outcome.isdecimal()]
    return Counter(good or answered or outcomes).most_common(1)[0][0]


def _outcome(probe: Probe) -> str:
    if probe.response is not None:
        return str(probe.response.status)
    # The kind alone: the texts of one failure differ from library to library.
    return f"{_NO_ANSWER} ({probe.error[0]})" if probe.error else _NO_ANSWER


def _own_outcomes(probe: Probe) -> set[str]:
    """How the requests of a mode ended, where it was asked more than once."""
    again = {_NO_ANSWER if response is None else str(response.status) for response in probe.again}
    return {_outcome(probe).partition(" (")[0], *again}


def _of_status(probe: Probe, outcome: str) -> tuple[ProbeResponse, ...]:
    """The answers that can be compared with each other: another status explains another body and URL."""
    return tuple(response for response in probe.responses if str(response.status) == outcome)


def changing_outcomes(probes: tuple[Probe, ...]) -> dict[str, None]:
    """The outcomes between which the server changes by itself, in order."""
    own = [outcomes for outcomes in map(_own_outcomes, probes) if len(outcomes) > 1]
    return dict.fromkeys(sorted(outcome for outcomes in own for outcome in outcomes))


def _drawn_by_lot(probes: tuple[Probe, ...], usual: str, in_rounds: Mapping[str, frozenset[str]]) -> dict[str, None]:
    """The outcomes in which probes differ, though the same modes got both in the rounds."""
    odd = {probe.mode: _outcome(probe) for probe in probes if _outcome(probe) != usual}
    both = [{outcome, usual} for mode, outcome in odd.items() if {outcome, usual} <= in_rounds.get(mode, frozenset())]
    return dict.fromkeys(sorted(outcome for outcomes in both for outcome in outcomes))


def _status_differences(probes: tuple[Probe, ...], usual: str, changing: Mapping[str, None]) -> list[Finding]:
    outcomes = {probe.mode: _outcome(probe) for probe in probes}
    others = {
        mode: outcome
        for mode, outcome in outcomes.items()
        if outcome != usual and not {outcome.partition(" (")[0], usual} <= changing.keys()
    }
    found = []
    for outcome in dict.fromkeys(others.values()):
        modes = tuple(mode for mode, value in others.items() if value == outcome)
        followed = any(
            probe.response is not None and probe.response.first_status != probe.response.status
            for probe in probes
            if outcomes[probe.mode] == usual
        )
        is_redirect = outcome.isdecimal() and outcome.startswith("3")
        rest = f"followed it to {usual}" if followed and is_redirect else f"got {usual}"
        finding_id = "no-answer" if outcome.startswith(_NO_ANSWER) else "other-status"
        found.append(Finding(finding_id, f"{names_of(modes)} got {outcome}; the others {rest}.", modes))
    return found


# What changes by itself


def _changes(statuses: list[str], seen: list[_Seen]) -> list[Finding]:
    """What of the answers the server changes by itself, said once."""
    parts = []
    if statuses:
        parts.append(f"its status ({enumerate_names(statuses)})")
    if _stable_part(seen) > 0:
        parts.append("the URL at which it ends")
    changing = [each for each in seen if each.has_other_bodies]
    if changing:
        lengths = sorted({length for each in changing for length in each.lengths})
        size = f"{lengths[0]:,} to {lengths[-1]:,} bytes" if len(lengths) > 1 else f"of {lengths[0]:,} bytes each time"
        parts.append(f"its body ({size})")
    if not parts:
        return []
    text = f"The answer changes from request to request, also for one mode: {enumerate_names(parts)}."
    return [Finding("changing-body", f"{text} What changes by itself marks no mode.")]


# URL, version and body


def _response_differences(seen: list[_Seen], asked_url: str) -> list[Finding]:
    if len(seen) < 2:
        return []
    part = _stable_part(seen)
    found = _compare(
        "other-url",
        seen,
        lambda response: url_part(wire_url(response.url), part),
        "ended at {other}; the others at {usual}",
        lambda url: wire_target(str(url)) == wire_target(asked_url),
    )
    found += _compare(
        "other-http-version",
        seen,
        lambda response: response.http_version,
        "spoke HTTP/{other}; the others HTTP/{usual}",
    )
    return found + _body_differences(seen)


def _stable_part(seen: list[_Seen]) -> int:
    """How much of the URL at which a mode ends changes by itself."""
    return stable_part([wire_url(response.url) for response in each.responses] for each in seen)


def _body_differences(seen: list[_Seen]) -> list[Finding]:
    digests = {each.first.body_sha256 for each in seen}
    if len(digests) == 1:
        return []
    if any(each.has_other_bodies for each in seen):
        return _far_lengths(seen)
    if len(digests) == len(seen):
        far = _far_lengths(seen)
        text = "No two modes got the same body, though each gets its own again: the server answers by what they send."
        return far or [Finding("other-body", text)]
    lengths = _compare(
        "other-body",
        seen,
        lambda response: response.body_bytes,
        "got a body of {other:,} bytes; the others one of {usual:,}",
    )
    pattern = "got another body of the same length"
    return lengths or _compare("other-body", seen, lambda response: response.body_sha256, pattern)


def _far_lengths(seen: list[_Seen]) -> list[Finding]:
    """The modes whose bodies are longer or shorter than any change explains, such as those that got an error's page."""
    centre = statistics.median_low([each.first.body_bytes for each in seen])
    slack = _slack(seen, centre)
    nearest = {each.mode: min(each.lengths, key=lambda length: abs(length - centre)) for each in seen}
    far = {mode: length for mode, length in nearest.items() if abs(length - centre) > slack}
    found = []
    for is_longer in (False, True):
        modes = tuple(mode for mode, length in far.items() if (length > centre) == is_longer)
        if modes:
            text = f"{names_of(modes)} got a body of about {far[modes[0]]:,} bytes; the others of {centre:,}."
            found.append(Finding("other-body", text, modes))
    return found


def _slack(seen: list[_Seen], centre: float) -> float:
    return max(SLACK_SPREADS * max(each.spread for each in seen), SLACK_SHARE * centre, SLACK_BYTES)


def length_slack(probes: tuple[Probe, ...], centre: float) -> float:
    """How far off ``centre`` a body may be by what the server changes by itself, in bytes; 0 where it changes none."""
    if not any(probe.responses for probe in probes):
        return 0.0
    usual = _usual_outcome(probes)
    seen = [_Seen(probe.mode, answers) for probe in probes if (answers := _of_status(probe, usual))]
    return _slack(seen, centre) if any(each.has_other_bodies for each in seen) else 0.0


def _compare(
    finding_id: str,
    seen: list[_Seen],
    value_of: Callable[[ProbeResponse], Hashable],
    pattern: str,
    is_asked: Callable[[Hashable], bool] = lambda _: False,
) -> list[Finding]:
    values = {each.mode: value_of(each.first) for each in seen}
    # What a client file doesn't tell is no difference.
    values = {mode: value for mode, value in values.items() if value not in ("", UNTOLD)}
    if len(values) < 2:
        return []
    usual, others = usual_and_others(values, is_asked)
    found = []
    for other in dict.fromkeys(others.values()):
        modes = tuple(mode for mode, value in others.items() if value == other)
        what = pattern.format(other=_shown(other), usual=_shown(usual))
        found.append(Finding(finding_id, f"{names_of(modes)} {what}.{told_of_bytes(str(other), str(usual))}", modes))
    return found


def _shown(value: object) -> object:
    return shortened(value, MAX_URL) if isinstance(value, str) else value
