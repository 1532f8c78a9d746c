"""How long a slice is: short enough that all modes share the machine's moods, long enough that its end costs little."""

from __future__ import annotations

from tui_httpbench.worker.slices import Clocks

FIRST_PLACE_S = 0.027
EACH_PLACE_S = 0.0035
"""30 ms with one request in flight, 62 with 10, 97 with 20: in shorter ones, cold caches and the end shifted ratios."""
MAX_BASE_S = 1.0
DRY_SHARE = 0.02
"""How much of a slice running dry at its end may cost."""
_MEMORY = 0.7


def base_length_s(in_flight: int) -> float:
    """The shortest slice with so many requests in flight, in seconds."""
    return min(FIRST_PLACE_S + EACH_PLACE_S * in_flight, MAX_BASE_S)


def dry_cost_s(clocks: Clocks) -> float:
    """What running dry cost a slice, in seconds: the time that a slice without end would not have taken.

    While places fall idle one after the other, half of them work on average, so the cost is half of that time where
    requests wait; where they compute, a processor that is kept busy by fewer requests loses nothing. It is bounded by
    both.
    """
    idle_s = max(0, clocks.drain_ns - clocks.drain_cpu_ns) / 1e9
    return min(clocks.drain_ns / 2e9, idle_s)


class SliceLength:
    """The length that all modes of a run share: the base, or longer for the one whose slices run dry the longest."""

    def __init__(self, in_flight: int) -> None:
        """``in_flight`` is the most that any mode has."""
        self._base_s = base_length_s(in_flight)
        self._costs_s: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        """How long the next slice should be."""
        return max([self._base_s, *(cost_s / DRY_SHARE for cost_s in self._costs_s.values())])

    def expect(self, mode_id: str, waiting_s: float) -> None:
        """Before a mode's first slice: how long one of its requests waits, at least; half of that the end will cost."""
        self._costs_s.setdefault(mode_id, waiting_s / 2)

    def learn(self, mode_id: str, clocks: Clocks) -> None:
        """Takes in what a slice of this mode showed."""
        cost_s = dry_cost_s(clocks)
        before_s = self._costs_s.get(mode_id, cost_s)
        self._costs_s[mode_id] = _MEMORY * before_s + (1 - _MEMORY) * cost_s
