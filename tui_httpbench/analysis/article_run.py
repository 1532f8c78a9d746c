"""What a run tells about the article's modes: their times, and where those come from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tui_httpbench.analysis.result import ModeSummary, Result
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.scenario import ServiceTime
from tui_httpbench.text.formatting import format_figure

KEPT_SIBLINGS: dict[str, tuple[str, ...]] = {
    "aiohttp-each": ("aiohttp",),
    "httpx-async-each": ("httpx-async",),
    "requests": ("requests-session",),
    "httpx": ("httpx-client", "httpx-async"),
}
"""For each mode that makes a client for every request, those that keep theirs, the nearest first."""


@dataclass(frozen=True)
class Explanation:
    """What is behind the times of some modes, in a sentence or two."""

    modes: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Run:
    """What can be told of a result's modes; ``times_s`` has the median seconds for ``requests`` of each mode."""

    result: Result
    times_s: Mapping[str, float]

    @property
    def plan(self) -> Plan:
        """What was measured."""
        return self.result.plan

    @property
    def requests(self) -> int:
        """Requests of a round, or of a batch where a round has several of them."""
        return self.plan.requests or 0

    @property
    def is_https(self) -> bool:
        """Whether requests are encrypted."""
        return self.result.url.lower().startswith("https:")

    @property
    def knows_page(self) -> bool:
        """Whether the target's scenario tells how it answered: the embedded target's page, and nothing else."""
        return self.plan.request.url == "/"

    def mode(self, mode_id: str) -> ModeSummary:
        """A mode's numbers."""
        return self.result.mode(mode_id)

    def cpu_ms(self, mode_id: str) -> float | None:
        """Processor time for a request, None where unknown."""
        cpu_us = self.mode(mode_id).cpu_us_per_request
        return None if cpu_us is None else cpu_us / 1e3

    def cpu_share(self, mode_id: str) -> float | None:
        """The share of its time for which a mode kept a processor busy, at most 1; None where unknown."""
        mode = self.mode(mode_id)
        if mode.cpu_us_per_request is None or not mode.requests_per_second:
            return None
        return min(1.0, mode.cpu_us_per_request / 1e6 * mode.requests_per_second)

    def kept_sibling(self, mode_id: str) -> str | None:
        """The nearest mode of the same library that keeps its client, None where none was compared."""
        return next((sibling for sibling in KEPT_SIBLINGS.get(mode_id, ()) if sibling in self.times_s), None)

    def sent(self, mode_id: str) -> int:
        """All requests that a mode's counted connections carried, warm-up among them; 0 where unknown."""
        mode = self.mode(mode_id)
        return round((mode.connections or 0) * (mode.requests_per_connection or 0.0))

    def capacity_s(self) -> float:
        """The least time in which the target lets all requests of a round through; 0 where it has no limit."""
        capacity = self.plan.scenario.capacity
        if not self.plan.request.uses_embedded_target or capacity.per_second is None:
            return 0.0
        return (self.requests - 1) / capacity.per_second

    def cpu_s(self, mode_id: str) -> float | None:
        """Processor time of a round in seconds, None where unknown."""
        cpu_ms = self.cpu_ms(mode_id)
        return None if cpu_ms is None else cpu_ms / 1e3 * self.requests

    def waiting_s(self, mode_id: str) -> float:
        """How long the known distance, service time and capacity let a mode wait in a round, about.

        0 where they are unknown or can't be, for being more than the mode's time.
        """
        waiting_s = self._expected_waiting_s(mode_id) if self.knows_page else 0.0
        return waiting_s if waiting_s <= self.times_s[mode_id] else 0.0

    def starts_all_at_once(self, mode_id: str) -> bool:
        """Whether a mode's requests are under way together."""
        return self.plan.in_flight(mode_id) > 1

    def _expected_waiting_s(self, mode_id: str) -> float:
        scenario, requests = self.plan.scenario, self.requests
        trip_s, service_s = scenario.rtt_ms / 1e3, mean_service_ms(scenario.service_time) / 1e3
        if self.starts_all_at_once(mode_id):
            if scenario.service_time.distribution != "fixed":
                return 0.0  # the longest draw decides, not the mean
            turns = math.ceil(requests / (scenario.capacity.at_once or requests))
            return trip_s + max(self.capacity_s() + service_s, turns * service_s)
        mode = self.mode(mode_id)
        if not mode.requests_per_connection:
            return 0.0
        trips = 1 + min(1.0, 1 / mode.requests_per_connection) * self.connect_trips
        return max(requests * (trips * trip_s + service_s), self.capacity_s())

    @property
    def connect_trips(self) -> int:
        """Round trips that a new connection to the embedded target costs: TCP's one, and TLS 1.3's."""
        return 2 if self.is_https else 1


def format_time(seconds: float) -> str:
    """A time with its unit: ``16.61 s``, ``287 ms``."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{format_figure(seconds * 1e3)} ms"


def mean_service_ms(service_time: ServiceTime) -> float:
    """The mean of a service time, in milliseconds."""
    match service_time.distribution:
        case "uniform":
            return (service_time.ms + service_time.second) / 2
        case "lognormal":
            return service_time.ms * math.exp(service_time.second**2 / 2)
        case _:
            return service_time.ms
