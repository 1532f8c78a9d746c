"""Was the request sent that was asked for, at once and after each redirect? Its URL, method and body.

At the embedded target the heads that arrived there are the witnesses, elsewhere what left the client.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from tui_httpbench.analysis.changing_urls import stable_part, url_part
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of, usual_and_others, with_value
from tui_httpbench.measured.probe import Probe, ProbeResponse, SentRequest
from tui_httpbench.plan.plan import Plan
from tui_httpbench.target_server.launcher import RequestHead
from tui_httpbench.text.quoting import shortened
from tui_httpbench.text.wire_url import wire_target

Sent = dict[str, tuple[SentRequest, ...]]
"""The requests of each mode's probe, the first one and those after redirects; modes that tell nothing are left out."""

MAX_URL = 300
"""So many characters of a URL are shown."""

Value = TypeVar("Value", bound=Hashable)


def find_request_differences(plan: Plan, probes: tuple[Probe, ...], sent: Sent) -> Iterator[Finding]:
    """Where a mode asked for another URL, by another method or with another body than it was told to, or than most."""
    yield from _other_urls(plan, probes)
    yield from _other_methods(plan, sent)
    yield from _other_bodies(plan, sent)
    yield from _chunked_bodies(plan, sent)
    say = "sent {}; the others {}".format
    yield from first_difference("other-method", sent, lambda _, request: request.method, say, 1)
    yield from first_difference("other-sent-body", sent, _body_in_words, say, 1)


def requests_of(probe: Probe) -> tuple[SentRequest, ...]:
    """What a mode sent in its probe: as it arrived, or else as it left; empty where neither is known."""
    if probe.heads:
        return tuple(_as_sent(head) for head in probe.heads)
    return (probe.response.hops or ()) if probe.response is not None else ()


def _as_sent(head: RequestHead) -> SentRequest:
    request = SentRequest(head.method, head.path + (f"?{head.query}" if head.query else ""), head.headers, None)
    length = header_of(request, "content-length")
    # From HTTP/2 on a body needs no header that announces it.
    is_none = length is None and header_of(request, "transfer-encoding") is None and head.http_version.startswith("1")
    size = int(length) if length is not None and length.isdecimal() else 0 if is_none else None
    return SentRequest(request.method, request.url, request.headers, size)


def header_of(request: SentRequest, name: str) -> str | None:
    """The first value of a header, None where it is not among those that are known."""
    return next((value for own, value in request.headers if own.lower() == name.lower()), None)


def _other_urls(plan: Plan, probes: tuple[Probe, ...]) -> Iterator[Finding]:
    """Where modes asked for another URL than most before they ended; the first request of the way at which they did."""
    answers = {probe.mode: probe.response for probe in probes if probe.response is not None and probe.response.hops}
    for place in range(max((len(response.hops or ()) for response in answers.values()), default=0)):
        part = stable_part(_targets(probe.responses, place) for probe in probes)
        found = {mode: _targets((response,), place) for mode, response in answers.items()}
        targets = {mode: url_part(target, part) for mode, (target,) in ((m, t) for m, t in found.items() if t)}
        if len(set(targets.values())) < 2:
            continue
        asked = url_part(wire_target(plan.request.url), part)
        usual, others = usual_and_others(targets, lambda target: target == asked)  # noqa: B023
        # Where a mode ended is compared with where the others did, whatever their way was.
        others = {mode: other for mode, other in others.items() if not _ends_at(answers[mode], place)}
        for other in dict.fromkeys(others.values()):
            modes = with_value(others, other)
            text = (
                f"{names_of(modes)} asked for {shortened(other, MAX_URL)}; the others for {shortened(usual, MAX_URL)}"
            )
            yield Finding("other-url", f"{after(place)}{text}.{told_of_bytes(other, usual)}", modes)
        if others:
            return


def told_of_bytes(*urls: str) -> str:
    """What is to be said where one of the URLs was sent with bytes that need be encoded."""
    return " (\\x… is a byte that was sent as it is.)" if any("\\x" in url for url in urls) else ""


def _targets(responses: tuple[ProbeResponse, ...], place: int) -> list[str]:
    """What was asked for at this place of the way, each time that a mode came so far."""
    return [wire_target(each.hops[place].url) for each in responses if each.hops and len(each.hops) > place]


def _ends_at(response: ProbeResponse, place: int) -> bool:
    return response.url != "" and len(response.hops or ()) == place + 1


def _other_methods(plan: Plan, sent: Sent) -> Iterator[Finding]:
    asked = plan.request.method
    methods = {mode: requests[0].method for mode, requests in sent.items()}
    for method in dict.fromkeys(other for other in methods.values() if other != asked):
        modes = with_value(methods, method)
        yield Finding("other-method", f"{names_of(modes)} sent {method}, though {asked} was asked for.", modes)


def _other_bodies(plan: Plan, sent: Sent) -> Iterator[Finding]:
    asked = plan.request.body_bytes
    sizes = {mode: requests[0].body_bytes for mode, requests in sent.items()}
    for size in dict.fromkeys(other for other in sizes.values() if other not in (asked, None)):
        modes = with_value(sizes, size)
        what = f"a body of {size:,} bytes" if size else "no body"
        text = f"{names_of(modes)} sent {what}, though one of {asked:,} bytes was asked for."
        yield Finding("other-sent-body", text if asked else f"{names_of(modes)} sent {what} unasked.", modes)


def _chunked_bodies(plan: Plan, sent: Sent) -> Iterator[Finding]:
    """Which modes announced a body that is sent piece by piece otherwise than most: in chunks, or with its length."""
    if plan.request.upload == "whole":
        return
    ways = {mode: header_of(requests[0], "transfer-encoding") is not None for mode, requests in sent.items()}
    chunked = with_value(ways, True)
    if chunked and len(chunked) < len(ways):
        text = f"{names_of(chunked)} sent the body in chunks; the others told its length before it."
        yield Finding("chunked-upload", text, chunked)


def _body_in_words(_: SentRequest, request: SentRequest) -> str | None:
    if request.body_bytes is None:
        return None
    return "the body again" if request.body_bytes else "no body"


def first_difference(
    finding_id: str,
    sent: Sent,
    value_of: Callable[[SentRequest, SentRequest], Value | None],
    say: Callable[[Value, Value], str],
    start: int,
) -> Iterator[Finding]:
    """Where modes went on otherwise than most, at the first request from ``start`` on at which any did.

    ``value_of`` takes a mode's very first request and this one; what it makes None is left out. ``say`` puts another
    value, and the usual one, into words.
    """
    for place in range(start, max(map(len, sent.values()), default=0)):
        ways = {mode: requests for mode, requests in sent.items() if len(requests) > place}
        told = {mode: value_of(requests[0], requests[place]) for mode, requests in ways.items()}
        values = {mode: value for mode, value in told.items() if value is not None}
        if len(set(values.values())) < 2:
            continue
        usual, others = usual_and_others(values)
        for other in dict.fromkeys(others.values()):
            modes = with_value(others, other)
            yield Finding(finding_id, f"{after(place)}{names_of(modes)} {say(other, usual)}.", modes)
        return


def after(place: int) -> str:
    """How a sentence begins on the request at this place, the first one being at 0."""
    return "" if place == 0 else "After the redirect, " if place == 1 else f"After {place} redirects, "
