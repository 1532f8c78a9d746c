"""What a run means for somebody else's server, and whether it should be asked for first."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tui_httpbench.formatting import plural
from tui_httpbench.plan import Plan
from tui_httpbench.quoting import printable

MODEST_REQUESTS = 1_000
MODEST_IN_FLIGHT = 50


@dataclass(frozen=True)
class RemoteLoad:
    """What a plan sends to a host that is not this machine.

    ``requests`` are at most that many, probes and warm-up left out; ``in_flight`` at once. ``is_heavy`` is True above
    ``MODEST_REQUESTS`` or ``MODEST_IN_FLIGHT``.
    """

    host: str
    requests: int
    in_flight: int

    @property
    def is_heavy(self) -> bool:
        """Whether it is more than a server should get unasked."""
        return self.requests > MODEST_REQUESTS or self.in_flight > MODEST_IN_FLIGHT

    @property
    def in_words(self) -> str:
        """The load in a sentence."""
        return (
            f"Up to {plural(self.requests, 'request')} go to {printable(self.host)}, {self.in_flight:,} at once, "
            "one mode after the other and as fast as it answers."
        )


def remote_load(plan: Plan) -> RemoteLoad | None:
    """What the plan sends to another host; None where everything stays on this machine."""
    if plan.request.uses_embedded_target:
        return None
    host = urlsplit(plan.request.url).hostname or ""
    if _is_this_machine(host):
        return None
    in_flight = max(plan.in_flight(mode_id) for mode_id in plan.modes)
    return RemoteLoad(host, plan.requests * plan.max_rounds * len(plan.modes), in_flight)


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, 6.3
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
