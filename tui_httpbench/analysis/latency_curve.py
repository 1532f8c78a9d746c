"""Latency in full: percentile curve, histogram and course of each mode, small enough to draw."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.latency import successful_latencies_ms
from tui_httpbench.analysis.result import Result
from tui_httpbench.measured.samples import Samples

Array = NDArray[np.float64]
MAX_NINES = 6.0


@dataclass(frozen=True)
class ModeLatency:
    """The latency of one mode's successful requests, over all its rounds.

    ``sorted_ms`` are the latencies in milliseconds, ascending; ``rounds_ms`` the same by the number of their round,
    in the order in which the requests ended, in the seven digits that are enough to draw them.
    """

    mode: str
    sorted_ms: Array
    rounds_ms: dict[int, NDArray[np.float32]]

    @property
    def count(self) -> int:
        """How many requests it rests on."""
        return len(self.sorted_ms)

    @property
    def nines(self) -> float:
        """How far the samples reach: 2 where the slowest is one of 100, 3 where it is one of 1,000."""
        return min(math.log10(self.count), MAX_NINES) if self.count else 0.0

    def percentile_ms(self, percent: float) -> float | None:
        """A percentile in milliseconds; None where so few samples say nothing of it."""
        if not self.count or self.count * (1 - percent / 100) < 1 - 1e-9:
            return None
        place = percent / 100 * (self.count - 1)
        below = int(place)
        above = min(below + 1, self.count - 1)
        return float(np.interp(place - below, (0, 1), (self.sorted_ms[below], self.sorted_ms[above])))

    def curve(self, points: int) -> tuple[Array, Array]:
        """Latency in milliseconds by nines (0 the fastest, 1 p90, 2 p99, 3 p99.9), at this many points at most."""
        nines = np.linspace(0.0, self.nines, points)
        places = (1 - 10.0**-nines) * (self.count - 1)
        below = np.floor(places).astype(np.int64)
        above = np.minimum(below + 1, self.count - 1)
        share = places - below
        return nines, self.sorted_ms[below] * (1 - share) + self.sorted_ms[above] * share

    def histogram(self, edges: Array) -> list[int]:
        """How many requests took from each edge to the next, the last edge included; shape ``len(edges) - 1``."""
        places = np.searchsorted(self.sorted_ms, edges[:-1], side="left")
        end = np.searchsorted(self.sorted_ms, edges[-1], side="right")
        return [int(count) for count in np.diff(np.append(places, end))]

    def course(self, points: int) -> tuple[Array, Array]:
        """Time in rounds (1.5 is the middle of the second) and the median of neighbouring requests in milliseconds.

        There are about as many points as asked for, and one for each round at least.
        """
        if not self.rounds_ms:
            return np.zeros(0), np.zeros(0)
        per_round = max(points // max(self.rounds_ms), 1)
        times, medians = [], []
        for number, latencies_ms in sorted(self.rounds_ms.items()):
            middles = _medians(latencies_ms, per_round)
            times.append(number - 1 + (np.arange(len(middles)) + 0.5) / len(middles))
            medians.append(middles)
        return np.concatenate(times), np.concatenate(medians, dtype=np.float64)


def latencies_of(result: Result) -> tuple[ModeLatency, ...]:
    """All modes that had successful requests, in the order of the ranking."""
    found = []
    for rank in result.ranking:
        records = [record for record in result.records if record.mode == rank.mode]
        rounds_ms = {record.round: _latencies_ms([record.samples]).astype(np.float32) for record in records}
        rounds_ms = {number: latencies for number, latencies in rounds_ms.items() if len(latencies)}
        if rounds_ms:
            sorted_ms = _latencies_ms([record.samples for record in records])
            sorted_ms.sort()
            found.append(ModeLatency(rank.mode, sorted_ms, rounds_ms))
    return tuple(found)


def shared_edges(latencies: tuple[ModeLatency, ...], bins: int, *, log: bool) -> Array:
    """The edges of histograms that have all these modes on them; shape ``bins + 1``."""
    low = min(float(latency.sorted_ms[0]) for latency in latencies)
    high = max(float(latency.sorted_ms[-1]) for latency in latencies)
    if not log:
        return np.linspace(0.0, high, bins + 1)
    if high <= low:
        low, high = low / 2, high * 2
    edges = np.geomspace(low, high, bins + 1)
    # Rounding must not push the fastest and the slowest request out.
    edges[0], edges[-1] = low, high
    return edges


def differs_much(latencies: tuple[ModeLatency, ...], times: float = 20.0) -> bool:
    """Whether latencies reach over so wide a range that only a logarithmic scale shows them all."""
    if not latencies:
        return False
    low = min(float(latency.sorted_ms[0]) for latency in latencies)
    return low > 0 and max(float(latency.sorted_ms[-1]) for latency in latencies) / low > times


def _latencies_ms(rounds: list[Samples]) -> Array:
    latency_ms = successful_latencies_ms(rounds)
    # A clock that does not tick between start and end has no logarithm; a nanosecond has.
    return np.maximum(latency_ms, 1e-6, out=latency_ms)


def _medians(values: NDArray[np.float32], pieces: int) -> NDArray[np.float32]:
    """The upper median of each of at most ``pieces`` runs of neighbours."""
    size = math.ceil(len(values) / pieces)
    whole = len(values) // size
    middles = np.partition(values[: whole * size].reshape(whole, size), size // 2, axis=1)[:, size // 2]
    rest = values[whole * size :]
    if not len(rest):
        return middles
    return np.append(middles, np.partition(rest, len(rest) // 2)[len(rest) // 2])
