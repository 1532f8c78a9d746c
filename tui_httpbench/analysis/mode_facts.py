"""What was counted and timed of a mode, per request."""

from __future__ import annotations

from dataclasses import dataclass

from tui_httpbench.analysis.littles_law import mean_in_flight
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.time_parts import TimeParts, time_parts
from tui_httpbench.clients.entrants import entrant_of, lane_of

FULL_SHARE = 0.95
"""With so large a share of the requests in flight that were asked for, on average, there were as many."""


@dataclass(frozen=True)
class ModeFacts:
    """What was measured of one mode; None where it was not.

    ``time_ms`` is the time of a round over its requests, ``cpu_ms`` the processor time of a request, ``cpu_share`` the
    share of the time for which a processor was busy, at most 1. ``connections`` were opened in a round, and
    ``requests_per_connection`` sent over each, warm-up included; ``tls_handshakes`` are as many as connections
    where the URL is https, else 0. ``parts`` are what its latency is made of; ``each_client`` is
    what takes long of making a client, where the mode ``makes_clients`` for every request. ``in_flight`` requests were
    asked for at once, and ``mean_in_flight`` is how many there were, on average over its whole rounds; None where the
    samples that tell it are not kept.
    """

    mode: str
    in_flight: int
    time_ms: float | None
    cpu_ms: float | None
    cpu_share: float | None
    connections: float | None
    requests_per_connection: float | None
    tls_handshakes: float | None
    peak_memory_mib: float | None
    http_version: str | None
    mean_ms: float | None
    p50_ms: float | None
    parts: TimeParts | None = None
    makes_clients: bool = False
    each_client: str = ""
    mean_in_flight: float | None = None

    @property
    def connections_per_request(self) -> float | None:
        """1 for a new connection every time."""
        return 1 / self.requests_per_connection if self.requests_per_connection else None

    @property
    def ran_short(self) -> bool:
        """Whether clearly fewer were in flight than asked for, as in a round that lasts for a few requests only."""
        return self.mean_in_flight is not None and self.mean_in_flight < FULL_SHARE * self.in_flight


def facts_of(result: Result, mode_id: str) -> ModeFacts:
    """What was measured of a mode. Raises KeyError for one that the result does not have."""
    summary = result.mode(mode_id)
    rate = None if summary.failed else summary.requests_per_second
    cpu_us = summary.cpu_us_per_request
    per_round = summary.connections_per_round
    whole = [record for record in result.records if record.mode == mode_id and record.outcome == "complete"]
    is_https = result.url.lower().startswith("https:")
    return ModeFacts(
        mode=mode_id,
        in_flight=result.plan.in_flight(mode_id),
        time_ms=1e3 / rate if rate else None,
        cpu_ms=None if cpu_us is None else cpu_us / 1e3,
        cpu_share=min(cpu_us / 1e6 * rate, 1.0) if cpu_us is not None and rate else None,
        connections=per_round,
        requests_per_connection=summary.requests_per_connection,
        tls_handshakes=per_round if is_https else 0.0,
        peak_memory_mib=summary.peak_memory_mib,
        http_version=result.http_versions.get(lane_of(mode_id)),
        mean_ms=summary.latency_ms.mean if summary.latency_ms else None,
        p50_ms=summary.latency_ms.p50 if summary.latency_ms else None,
        parts=time_parts(result, mode_id),
        makes_clients=not entrant_of(mode_id).mode.kept,
        each_client=entrant_of(mode_id).mode.library.each_client,
        mean_in_flight=mean_in_flight(whole) if whole and result.has_samples else None,
    )
