"""What is left of one mode's load in a round, and what its next slice may take of it."""

from __future__ import annotations

from tui_httpbench.plan.plan import MAX_REQUESTS, Plan
from tui_httpbench.worker.slices import NO_LIMIT, Clocks, Limits


class LoadLeft:
    """The load of one mode in one round: requests, seconds, or whole batches of requests until seconds are over."""

    def __init__(self, plan: Plan, duration_s: float | None) -> None:
        """``duration_s`` is that of the plan, or what ``auto`` came to in this round; None for requests alone."""
        self._requests = plan.load.requests
        self._duration_s = duration_s
        self._has_clients_anew = plan.article_batches
        self._done = 0
        self._elapsed_s = 0.0
        self._in_batch = 0
        self._least_s = 0.0

    @property
    def is_over(self) -> bool:
        """Whether the mode has done its load; with batches, never in the middle of one."""
        if self._duration_s is None:
            return self._done >= (self._requests or 0)
        if self._done >= MAX_REQUESTS:
            return True
        return self._done > 0 and self._elapsed_s >= self._duration_s - self._least_s and not self._in_batch

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        if self.is_over:
            return 1.0
        if self._duration_s is None:
            return self._done / (self._requests or 1)
        return min(1.0, self._elapsed_s / self._duration_s)

    @property
    def seconds_left(self) -> float | None:
        """How much measured time is left, at the pace so far; None where that can't be known before a request."""
        if self._duration_s is not None and self._requests is None:
            return max(0.0, self._duration_s - self._elapsed_s)
        if not self._done:
            return None
        pace_s = self._elapsed_s / self._done
        if self._duration_s is None:
            return pace_s * ((self._requests or 0) - self._done)
        # The batch that is under way when the seconds are over is sent whole.
        return max(0.0, self._duration_s - self._elapsed_s) + pace_s * (self._requests or 0)

    @property
    def needs_new_client(self) -> bool:
        """Whether the next batch is to be sent by a client made anew."""
        return self._has_clients_anew and self._done > 0 and not self._in_batch and not self.is_over

    def next_limits(self, slice_s: float) -> Limits:
        """What the next slice may take, where slices should be about so long."""
        if self._duration_s is None:
            return Limits(int(slice_s * 1e9), (self._requests or 0) - self._done)
        left_s = max(self._duration_s - self._elapsed_s, 0.0)
        # Equal parts, and what is left in the end is no slice of its own: it would be a very short one.
        self._least_s = slice_s / 4
        duration_ns = int(left_s / max(1, round(left_s / slice_s)) * 1e9)
        if self._requests is None:
            return Limits(duration_ns, NO_LIMIT)
        in_batch = self._in_batch or self._requests
        if self._has_clients_anew:
            return Limits(int(slice_s * 1e9), in_batch)
        return Limits(duration_ns, NO_LIMIT, self._requests, in_batch)

    def take(self, clocks: Clocks) -> None:
        """Takes in what a slice did."""
        self._done += clocks.requests
        self._elapsed_s += clocks.elapsed_ns / 1e9
        if self._has_clients_anew:
            self._in_batch = (self._in_batch or self._requests or 0) - clocks.requests
        else:
            self._in_batch = clocks.in_batch
