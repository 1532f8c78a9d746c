"""What a run means for somebody else's server, and whether it should be asked for first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.plan.plan import MAX_AUTO_DURATION_S, Plan, Request
from tui_httpbench.plan.this_machine import is_this_machine
from tui_httpbench.text.formatting import format_duration, plural
from tui_httpbench.text.quoting import printable

MODEST_REQUESTS = 1_000
MODEST_CONNECTIONS = 50


@dataclass(frozen=True)
class RemoteLoad:
    """What a plan sends to a host that is not this machine.

    ``requests`` are at most that many, probes and warm-up left out; None where ``duration_s``, the seconds per mode and
    round at most, says how long instead. ``in_flight`` are under way at once. ``connections`` may be open at once: the
    modes of a round take turns, and those that keep their connections keep them while others work.
    """

    host: str
    requests: int | None
    duration_s: float | None
    in_flight: int
    connections: int

    @property
    def is_heavy(self) -> bool:
        """Whether it is more than a server should get unasked, or more than can be told."""
        return self.requests is None or self.requests > MODEST_REQUESTS or self.connections > MODEST_CONNECTIONS

    @property
    def in_words(self) -> str:
        """The load in a sentence."""
        many = (
            f"As many requests as it answers in up to {format_duration(self.duration_s or 0.0)} per mode and round"
            if self.requests is None
            else f"Up to {plural(self.requests, 'request')}"
        )
        held = f"{plural(self.connections, 'connection')} {'is' if self.connections == 1 else 'are'} held open"
        return f"{many} go to {printable(self.host)}, {self.in_flight:,} at once; up to {held}."

    @property
    def why_heavy(self) -> str:
        """Why it should be asked for first, as a clause, and which options make it lighter."""
        if self.requests is None:
            return "how many is not known beforehand; add --yes if that host may be loaded so, or give -n without -z."
        if self.requests > MODEST_REQUESTS:
            limit, options = f"{MODEST_REQUESTS:,} requests", "-n, -r or -c"
        else:
            limit, options = f"{MODEST_CONNECTIONS} connections", "-c"
        return f"that is more than {limit}; add --yes if that host may be loaded so, or lower {options}."


def remote_load(plan: Plan) -> RemoteLoad | None:
    """What the plan sends to another host; None where everything stays on this machine."""
    host = remote_host(plan.request)
    return None if host is None else load_on(plan, host)


def load_on(plan: Plan, host: str) -> RemoteLoad:
    """What the plan sends to a host, whether or not its URL names that one; of a sweep, at all its points."""
    if points := plan.points():
        loads = [load_on(point, host) for _, point in points]
        counts = [load.requests for load in loads]
        return RemoteLoad(
            host=host,
            requests=None if None in counts else sum(count or 0 for count in counts),
            duration_s=loads[0].duration_s,
            in_flight=max(load.in_flight for load in loads),
            connections=max(load.connections for load in loads),
        )
    in_flight = {mode_id: plan.in_flight(mode_id) for mode_id in plan.modes}
    kept = sum(number for mode_id, number in in_flight.items() if mode_of(mode_id).kept)
    # A mode that makes a client for every request leaves no connection open when its turn ends.
    widest = max((number for mode_id, number in in_flight.items() if not mode_of(mode_id).kept), default=0)
    each = plan.load.exact_requests
    return RemoteLoad(
        host=host,
        requests=None if each is None else each * (plan.max_rounds - plan.rounds_before) * len(plan.modes),
        duration_s=plan.load.seconds(MAX_AUTO_DURATION_S),
        in_flight=max(in_flight.values()),
        connections=kept + widest,
    )


def of_many(load: RemoteLoad, hosts: int, at_once: int) -> RemoteLoad:
    """The load of so many machines that each send it, ``at_once`` of them at the same time.

    Those that take turns keep their connections only while they have theirs.
    """
    return replace(
        load,
        requests=None if load.requests is None else load.requests * hosts,
        in_flight=load.in_flight * at_once,
        connections=load.connections * at_once,
    )


def remote_host(request: Request) -> str | None:
    """The host that gets the requests, None where that is this machine."""
    if request.uses_embedded_target:
        return None
    host = urlsplit(request.url).hostname or ""
    return None if is_this_machine(host) else host
