"""Modes that keep their client and yet opened a connection for nearly every request, and why."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of, with_value
from tui_httpbench.analysis.result import ModeSummary
from tui_httpbench.clients.entrants import lane_of, mode_of
from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.plan.plan import Plan
from tui_httpbench.worker.job import UNTOLD

FEW_REQUESTS = 1.1
"""Sent over each connection: no more than that, and nothing was kept worth the name."""
FAILED_SHARE = 0.1
"""With more failures than that, connections end by them."""
ENOUGH_TIMES = 2
"""So many times as many connections as requests in flight: fewer may each be the first of its place."""
_CLOSES = "the server ends each connection after its answer (Connection: close)"
_OLD = "the server answers with HTTP/1.0, and offers to keep none open"
_OLD_KEPT = "the client keeps none with HTTP/1.0, though the server offers it"


def find_unkept(plan: Plan, modes: tuple[ModeSummary, ...], probes: tuple[Probe, ...]) -> Iterator[Finding]:
    """Where keeping a client did not keep its connections; one finding for each reason."""
    unkept = {
        mode.mode: _why(plan, mode.mode, probes)
        for mode in modes
        if mode_of(mode.mode).kept
        and _opened_for_each(mode)
        and (mode.connections_per_round or 0) > ENOUGH_TIMES * plan.in_flight(mode.mode)
        and mode.failed <= FAILED_SHARE * mode.requests
    }
    for why in dict.fromkeys(unkept.values()):
        kept = with_value(unkept, why)
        subject, verb = ("It keeps its client", "gains") if len(kept) == 1 else ("They keep their clients", "gain")
        yield Finding(
            "unkept-connections",
            f"{names_of(kept)} opened a connection for nearly every request: {why}. {subject}, but {verb} little by it "
            "here.",
            kept,
        )


def unkept_modes(modes: tuple[ModeSummary, ...], probes: tuple[Probe, ...]) -> set[str]:
    """The modes of which no request shared a connection with another, as far as can be told."""
    closing = {probe.mode for probe in probes if probe.response is not None and _closes(probe.response)}
    return {
        mode.mode
        for mode in modes
        if not mode_of(mode.mode).kept
        or (lane_of(mode.mode) in closing if mode.requests_per_connection is None else _opened_for_each(mode))
    }


def _opened_for_each(mode: ModeSummary) -> bool:
    return mode.requests_per_connection is not None and mode.requests_per_connection <= FEW_REQUESTS


def _closes(response: ProbeResponse) -> bool:
    said = _tokens(response.connection)
    return "close" in said or (response.http_version == "1.0" and "keep-alive" not in said)


def _tokens(value: str) -> set[str]:
    return {part.strip().lower() for part in value.split(",")}


def _why(plan: Plan, mode: str, probes: tuple[Probe, ...]) -> str:
    """What the head of the request or of the answer says about it; of a mode that does not tell, another's answer."""
    if any(name.lower() == "connection" and "close" in _tokens(value) for name, value in plan.wire_headers):
        return "every request asks for it (Connection: close)"
    answers = {probe.mode: probe.response for probe in probes if probe.response is not None}
    own = answers.get(lane_of(mode))
    if own is None or own.http_version == UNTOLD:
        own = next((each for each in answers.values() if each.http_version != UNTOLD), own)
    said = _tokens(own.connection) if own is not None else set()
    if "close" in said:
        return _CLOSES
    if own is not None and own.http_version == "1.0":
        return _OLD_KEPT if "keep-alive" in said else _OLD
    return "the server or the client ends each of them, and no answer announces it"
