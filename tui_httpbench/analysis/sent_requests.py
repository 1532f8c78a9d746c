"""Was the request sent that was asked for, at once and after each redirect? What each library says that it sent.

At the embedded target the heads that arrived there are the witnesses, elsewhere the library's own account.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterator

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of, usual_and_others, with_value
from tui_httpbench.measured.probe import Probe, SentRequest
from tui_httpbench.measured.request_heads import hidden_names
from tui_httpbench.plan.plan import MASK, Plan
from tui_httpbench.target_server.launcher import RequestHead

_UNASKED = ("Authorization", "Cookie", "Referer", "Expect")
"""What some libraries add by themselves, from netrc, from cookies or since they were redirected."""

Sent = dict[str, tuple[SentRequest, ...]]
"""The requests of each mode's probe, the first one and those after redirects; modes that tell nothing are left out."""


def find_sent_differences(plan: Plan, probes: tuple[Probe, ...], dropped_headers: tuple[str, ...]) -> list[Finding]:
    """Where a mode sent something else than it was told to, or after a redirect something else than most.

    ``dropped_headers`` are the names of those that were sent, but that the plan lacks by now.
    """
    sent = {probe.mode: requests for probe in probes if (requests := requests_of(probe))}
    hidden = hidden_names(plan.wire_headers, plan.request.hiding)
    told = [(name, MASK if name.lower() in hidden else value) for name, value in plan.wire_headers]
    told += [(name, MASK) for name in dropped_headers]
    readers = {probe.mode for probe in probes if probe.settings.get("netrc") == "read"}
    return [
        *_other_methods(plan, sent),
        *_other_bodies(plan, sent),
        *_other_headers(told, sent, readers),
        *_unasked_headers({name.lower() for name, _ in told}, sent),
        *_other_encodings(plan, sent),
        *_later_differences([name for name, _ in told], sent),
    ]


def requests_of(probe: Probe) -> tuple[SentRequest, ...]:
    """What a mode sent in its probe: as it arrived, or else as its library says; empty where neither is known."""
    if probe.heads:
        return tuple(_as_sent(head) for head in probe.heads)
    return (probe.response.hops or ()) if probe.response is not None else ()


def _as_sent(head: RequestHead) -> SentRequest:
    request = SentRequest(head.method, head.path + (f"?{head.query}" if head.query else ""), head.headers, None)
    length = _header(request, "content-length")
    # From HTTP/2 on a body needs no header that announces it.
    is_none = length is None and _header(request, "transfer-encoding") is None and head.http_version.startswith("1")
    size = int(length) if length is not None and length.isdecimal() else 0 if is_none else None
    return SentRequest(request.method, request.url, request.headers, size)


def _header(request: SentRequest, name: str) -> str | None:
    """The first value of a header, None where it was not sent."""
    return next((value for own, value in request.headers if own.lower() == name.lower()), None)


def _other_methods(plan: Plan, sent: Sent) -> Iterator[Finding]:
    asked = plan.request.method
    methods = {mode: requests[0].method for mode, requests in sent.items()}
    for method in dict.fromkeys(other for other in methods.values() if other != asked):
        modes = with_value(methods, method)
        yield Finding("other-method", f"{names_of(modes)} sent {method}, though {asked} was asked for.", modes)


def _other_bodies(plan: Plan, sent: Sent) -> Iterator[Finding]:
    asked = len(plan.request.body or b"")
    sizes = {mode: requests[0].body_bytes for mode, requests in sent.items()}
    for size in dict.fromkeys(other for other in sizes.values() if other not in (asked, None)):
        modes = with_value(sizes, size)
        what = f"a body of {size:,} bytes" if size else "no body"
        text = f"{names_of(modes)} sent {what}, though one of {asked:,} bytes was asked for."
        yield Finding("other-sent-body", text if asked else f"{names_of(modes)} sent {what} unasked.", modes)


def _other_headers(told: list[tuple[str, str]], sent: Sent, readers: set[str]) -> Iterator[Finding]:
    """Where a header that every mode was told to send was sent otherwise or not at all."""
    for name, value in told:
        values = {mode: _header(requests[0], name) for mode, requests in sent.items()}
        for other in dict.fromkeys(got for got in values.values() if got != value):
            modes = with_value(values, other)
            if other is None:
                yield Finding("missing-header", f"{names_of(modes)} did not send {name}.", modes)
            elif value != MASK:
                yield Finding("other-header", f"{names_of(modes)} sent {name} as {other!r}.", modes)
            else:
                by_netrc = name.lower() == "authorization" and readers.issuperset(modes)
                why = "; they read netrc, which has one for this host" if by_netrc else ""
                text = f"{names_of(modes)} sent another {name} than was asked for{why}."
                yield Finding("other-header", text, modes)


def _unasked_headers(told: set[str], sent: Sent) -> Iterator[Finding]:
    for name in _UNASKED:
        if name.lower() in told:
            continue
        first = {
            mode: next((k for k, each in enumerate(requests) if _header(each, name) is not None), None)
            for mode, requests in sent.items()
        }
        for place in sorted({k for k in first.values() if k is not None}):
            modes = with_value(first, place)
            when = _after(place) if place else ""
            yield Finding("unasked-header", f"{when}{names_of(modes)} sent {name}, which was not asked for.", modes)


def _other_encodings(plan: Plan, sent: Sent) -> Iterator[Finding]:
    """Where modes accept other encodings than most, none having been told which."""
    if any(name.lower() == "accept-encoding" for name, _ in plan.wire_headers):
        return
    encodings = {mode: _header(requests[0], "accept-encoding") or "none" for mode, requests in sent.items()}
    if len(set(encodings.values())) < 2:
        return
    usual, others = usual_and_others(encodings)
    values = ", ".join(dict.fromkeys(repr(value) for value in others.values()))
    text = f"{names_of(tuple(others))} sent Accept-Encoding {values}; the others {usual!r}."
    yield Finding("other-accept-encoding", text, tuple(others))


def _later_differences(told: list[str], sent: Sent) -> Iterator[Finding]:
    """Where modes went on after a redirect otherwise than most; of each kind, the first redirect at which they did."""
    yield from _first_difference(
        "other-method", sent, lambda request: request.method, "sent {other}; the others {usual}"
    )
    yield from _first_difference(
        "other-sent-body",
        sent,
        lambda request: None if request.body_bytes is None else ("no body", "the body again")[request.body_bytes > 0],
        "sent {other}; the others {usual}",
    )
    for name in told:
        pattern = f"{{other}} {name}; the others {{usual}} it"
        yield from _first_difference("other-header", sent, functools.partial(_fate, name), pattern)


def _fate(name: str, request: SentRequest) -> str | None:
    """What became of a header after a redirect; None where it has no place any more, since the body has none."""
    value = _header(request, name)
    if name.lower().startswith("content-") and request.body_bytes == 0:
        return None
    return "did not send" if value is None else "sent"


def _first_difference(
    finding_id: str, sent: Sent, value_of: Callable[[SentRequest], Hashable], pattern: str
) -> Iterator[Finding]:
    for place in range(1, max(map(len, sent.values()), default=0)):
        values = {mode: value_of(requests[place]) for mode, requests in sent.items() if len(requests) > place}
        values = {mode: value for mode, value in values.items() if value is not None}
        if len(set(values.values())) < 2:
            continue
        usual, others = usual_and_others(values)
        for other in dict.fromkeys(others.values()):
            modes = with_value(others, other)
            what = pattern.format(other=other, usual=usual)
            yield Finding(finding_id, f"{_after(place)}{names_of(modes)} {what}.", modes)
        return


def _after(place: int) -> str:
    return "After the redirect, " if place == 1 else f"After {place} redirects, "
