"""Which headers were sent: those that were asked for, at once and after each redirect, and others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.odd_ones import names_of, usual_and_others, with_value
from tui_httpbench.analysis.sent_requests import Sent, after, first_difference, header_of
from tui_httpbench.measured.probe import SentRequest
from tui_httpbench.plan.plan import MASK, Header
from tui_httpbench.text.wire_url import wire_host

_ALWAYS_SAID = ("authorization", "cookie", "referer", "expect")
"""What some libraries add by themselves, from netrc, from cookies or since they were redirected."""
_EACH_LIBRARYS_OWN = frozenset(
    (
        *("connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "upgrade", "http2-settings"),
        *("content-length", "transfer-encoding"),  # of a body; of none, some say so
        *("host", "accept-encoding"),  # compared by themselves
    )
)
"""How a connection is kept and a body announced, which leaves the request what it is."""


def find_header_differences(told: list[Header], sent: Sent, netrc_readers: set[str]) -> Iterator[Finding]:
    """Where a header was not sent as it was told, or was sent unasked; ``told`` has ``MASK`` for secret values."""
    names = {name.lower() for name, _ in told}
    yield from _other_headers(told, sent, netrc_readers)
    yield from _unasked_headers(names, sent)
    if "accept-encoding" not in names:
        yield from _other_encodings(sent)
    for name in (name for name, _ in told if name.lower() != "host"):
        yield from first_difference("other-header", sent, partial(_fate, name), partial(_fates, name), 1)
    start = 1 if "host" in names else 0  # what was told is compared with that at first
    yield from first_difference("other-header", sent, _host, partial(_fates, "Host"), start)


def _other_headers(told: list[Header], sent: Sent, netrc_readers: set[str]) -> Iterator[Finding]:
    """Where a header that every mode was told to send was sent otherwise or not at all."""
    for name, value in told:
        values = {mode: header_of(requests[0], name) for mode, requests in _known(sent, name).items()}
        for other in dict.fromkeys(got for got in values.values() if got != value):
            modes = with_value(values, other)
            if other is None:
                yield Finding("missing-header", f"{names_of(modes)} did not send {name}.", modes)
            elif value != MASK:
                yield Finding("other-header", f"{names_of(modes)} sent {name} as {other!r}.", modes)
            else:
                by_netrc = name.lower() == "authorization" and netrc_readers.issuperset(modes)
                why = "; they read netrc, which has one for this host" if by_netrc else ""
                text = f"{names_of(modes)} sent another {name} than was asked for{why}."
                yield Finding("other-header", text, modes)


def _unasked_headers(told: set[str], sent: Sent) -> Iterator[Finding]:
    """Where a header was sent that nobody asked for, unless it is harmless and all send it alike."""
    seen = dict.fromkeys(name.lower() for requests in sent.values() for each in requests for name, _ in each.headers)
    for name in dict.fromkeys((*_ALWAYS_SAID, *seen)):
        if name in told or name in _EACH_LIBRARYS_OWN:
            continue
        first = {mode: _first_sent(requests, name) for mode, requests in sent.items()}
        known = _known(sent, name)
        if name not in _ALWAYS_SAID and len({first[mode] for mode in known}) < 2:
            continue
        shown = "-".join(part.capitalize() for part in name.split("-"))
        places = {mode: found[0] for mode, found in first.items() if found is not None}
        for place in sorted(set(places.values())):
            modes = with_value(places, place)
            yield Finding(
                "unasked-header", f"{after(place)}{names_of(modes)} sent {shown}, which was not asked for.", modes
            )


def _first_sent(requests: tuple[SentRequest, ...], name: str) -> tuple[int, str] | None:
    """In which request a header was sent first, and as what; None where in none. ``Accept: */*`` says as little."""
    values = ((place, header_of(each, name)) for place, each in enumerate(requests))
    says_nothing = {"accept": "*/*"}.get(name)
    return next(((place, value) for place, value in values if value not in (None, says_nothing)), None)


def _other_encodings(sent: Sent) -> Iterator[Finding]:
    """Where modes accept other encodings than most, none having been told which."""
    known = _known(sent, "accept-encoding")
    encodings = {mode: header_of(requests[0], "accept-encoding") or "" for mode, requests in known.items()}
    if len(set(encodings.values())) < 2:
        return
    usual, others = usual_and_others(encodings)
    first, *more = [(with_value(others, value), _quoted(value)) for value in dict.fromkeys(others.values())]
    told = [f"{names_of(first[0])} sent Accept-Encoding {first[1]}", *(f"{names_of(who)} {what}" for who, what in more)]
    text = f"{', '.join(told)}; the others {_quoted(usual)}."
    yield Finding("other-accept-encoding", text, tuple(others))


def _quoted(value: str) -> str:
    return repr(value) if value else "none"


def _known(sent: Sent, name: str) -> Sent:
    """The modes of which it is known whether their first request had the header."""
    return {
        mode: requests
        for mode, requests in sent.items()
        if requests[0].is_whole or header_of(requests[0], name) is not None
    }


# After redirects


def _fate(name: str, first: SentRequest, request: SentRequest) -> str | None:
    """What became of a header that was sent at first; None where it was not, or where that can't be known."""
    before, value = header_of(first, name), header_of(request, name)
    if before is None or (value is None and not request.is_whole):
        return None
    if value is None:
        return "did not send {}"
    if value == before:
        return "sent {}"
    return "sent another {}" if value.startswith(MASK) else f"sent {{}} as {value!r}"


def _host(_: SentRequest, request: SentRequest) -> str | None:
    """The server that a request names; None where its account lacks it, since it is never really absent."""
    value = header_of(request, "host")
    if value is None or value.startswith(MASK):
        return value and ("sent {}" if value == MASK else "sent another {}")
    return f"sent {{}} as {wire_host(value, request.url.partition('://')[0])!r}"


def _fates(name: str, other: str, usual: str) -> str:
    return f"{_with(other, name)}; the others {_with(usual, 'it')}"


def _with(fate: str, what: str) -> str:
    return fate.replace("{}", what, 1)
