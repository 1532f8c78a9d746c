"""Where the time of a request goes: the parts that were measured, and the rest.

At the embedded target all that happens to a request is known: the relay holds each new connection back for one round
trip, and each exchange for another; a TLS 1.3 handshake is one exchange (RFC 8446, section 2); the target counts the
connections of the timed requests, and measures how long it held them and what it computed; the worker measures its
processor time. While a request is one of c in flight, its process computes c times what it takes for one (Little's
law), of which all but one part is for the others: so long, at most, it waits for its turn. Linux tells how long threads
that were ready had no processor: that of a sync mode holds up its own request alone, that of an async mode all that are
in flight, at most. What is left is ``other``. The body of an answer comes as fast as loopback carries it, so that to
read it is to compute.

Elsewhere only the processor time, and the wait for a processor of the request's own, are known. The process computes
for others while a request waits for its server as well, so nobody can tell how long it waited for its turn.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.text.formatting import format_ms

_REDIRECTING = "/redirect/"


@dataclass(frozen=True)
class TimeParts:
    """What the mean latency of a request, ``latency_ms``, is made of, in milliseconds.

    ``connecting`` and ``tls`` are round trips of new connections, ``waiting`` that of the request and the server's
    work; None where they are not known. ``computing`` is the processor time of the client's process for one request;
    ``turn`` is what it computed for the others in flight, 0 where ``waiting`` is not known; ``cpu_wait`` is how long it
    had no processor beyond that, None where that is not known; both as far as the request was not waiting for something
    else. ``is_alone`` tells that no others were in flight; ``overlapping`` is what the target did
    beside all this, which made nobody wait.
    """

    latency_ms: float
    connecting: float | None
    tls: float | None
    waiting: float | None
    computing: float
    turn: float = 0.0
    cpu_wait: float | None = None
    is_alone: bool = True
    overlapping: float = 0.0

    @property
    def measured_ms(self) -> float:
        """All known parts together."""
        return sum(value for _, value in self.known if value is not None)

    @property
    def other(self) -> float:
        """What is left of the latency; 0 where the parts, each with its own noise, come to more."""
        return max(0.0, self.latency_ms - self.measured_ms)

    @property
    def known(self) -> tuple[tuple[str, float], ...]:
        """The names and milliseconds of the parts that are known, but for ``other``, in the order of a request."""
        named = [(NAMES[field.name], getattr(self, field.name)) for field in fields(self) if field.name in NAMES]
        return tuple((name, value) for name, value in named if value is not None)

    @property
    def all(self) -> tuple[tuple[str, float], ...]:
        """The same with ``other``."""
        rest = OTHER if self.waiting is not None else ELSEWHERE if self.is_alone else ELSEWHERE_IN_TURN
        return (*self.known, (rest, self.other))

    @property
    def in_words(self) -> str:
        """``62.1 ms a request: connecting 20.0, TLS 20.0, waiting for the server 20.1, computing 1.80, other 0.20``."""
        parts = ", ".join(f"{name} {format_ms(value)}" for name, value in self.all if value)
        return f"{format_ms(self.latency_ms)} ms a request: {parts}"


NAMES = {
    "connecting": "connecting",
    "tls": "TLS",
    "waiting": "waiting for the server",
    "computing": "computing",
    "turn": "waiting for its turn",
    "cpu_wait": "waiting for a CPU",
}
"""What each part is called, by its field."""
OTHER = "other"
ELSEWHERE = "server, network and other"
"""What is left where nobody tells how long the server took, as of a URL that is not the embedded target's."""
ELSEWHERE_IN_TURN = "server, network, its turn and other"
"""The same where others are in flight beside it."""


def time_parts(result: Result, mode_id: str) -> TimeParts | None:
    """The parts of a mode's mean latency; None where a request failed, or latency or processor time are not known."""
    summary = result.mode(mode_id)
    if summary.failed or summary.latency_ms is None or summary.cpu_us_per_request is None:
        return None
    latency_ms, computing = summary.latency_ms.mean, summary.cpu_us_per_request / 1e3
    records = [
        record
        for record in result.records
        if record.mode == mode_id
        and record.finished
        and record.timed_connections is not None
        and record.target_cpu_s is not None
        and record.held_s is not None
    ]
    requests = sum(record.finished for record in records)
    plan = result.plan
    if not requests or plan.request.url.startswith(_REDIRECTING):
        return _with_waits(TimeParts(latency_ms, None, None, None, computing), result, mode_id)
    trip_ms = plan.scenario.rtt_ms
    connecting = trip_ms * sum(record.timed_connections or 0 for record in records) / requests
    server_ms = sum((record.held_s or 0.0) + (record.target_cpu_s or 0.0) for record in records) / requests * 1e3
    tls = connecting if result.url.lower().startswith("https:") else 0.0
    # What the target computes while its relay holds packets back, or once it has answered, nobody waits for: of its
    # work no more than there is time for.
    waiting = min(trip_ms + server_ms, max(latency_ms - connecting - tls - computing, trip_ms))
    parts = TimeParts(latency_ms, connecting, tls, waiting, computing, overlapping=trip_ms + server_ms - waiting)
    return _with_waits(parts, result, mode_id)


def _with_waits(parts: TimeParts, result: Result, mode_id: str) -> TimeParts:
    in_flight = result.plan.in_flight(mode_id)
    parts = replace(parts, is_alone=in_flight == 1)
    if parts.waiting is None:
        in_flight = 1
    # First: where threads of one process take turns, the system counts what each waits for the others as well.
    parts = replace(parts, turn=min((in_flight - 1) * parts.computing, parts.other))
    records = [record for record in result.records if record.mode == mode_id and record.outcome == "complete"]
    waits_s = [record.cpu_wait_s for record in records if record.cpu_wait_s is not None]
    requests = sum(record.finished for record in records)
    if not requests or len(waits_s) < len(records):
        return parts
    held_up = in_flight if mode_of(mode_id).kind == "async" else 1
    return replace(parts, cpu_wait=min(held_up * sum(waits_s) / requests * 1e3, parts.other))
