"""One direction of a connection through the relay: what was sent, on its way to the other end."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import socket
import struct
import sys
from collections import deque
from collections.abc import Callable

# As much as may be under way on a distant connection with Linux's largest default window, 4 MiB in a whole round trip.
LANE_LIMIT_BYTES = 2 * 1024 * 1024
# All lanes together; beyond it each has room for no more than a small share.
TOTAL_LIMIT_BYTES = 256 * 1024 * 1024
SMALL_LIMIT_BYTES = 64 * 1024
# The most by which a timer is set early, in seconds and as a share of a trip.
MAX_LEAD_S = 0.5e-3
MAX_LEAD_SHARE = 0.1
# An event loop runs a timer this much early rather than wait again.
TIMER_RESOLUTION_S = 1e-6
# How much of a timer's error is corrected at the next one.
CORRECTION = 0.05
_RESET_AT_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class End(enum.Enum):
    """How a stream of bytes ends."""

    CLOSED = enum.auto()
    RESET = enum.auto()


class Punctuality:
    """How much earlier than wanted timers are to be set so that, on average, they go off when they should.

    A system wakes a sleeping process late, by tenths of a millisecond; two timers a round trip would add up.
    """

    def __init__(self, trip_s: float) -> None:
        """``trip_s`` is how long a chunk is under way, in seconds."""
        self.lead_s = 0.0
        self._max_lead_s = min(MAX_LEAD_S, trip_s * MAX_LEAD_SHARE)

    def learn(self, late_s: float) -> None:
        """Takes the error of one timer into account, in seconds; negative where it was early."""
        # One that was held up by a busy process says nothing about the system's timers.
        late_s = min(late_s, MAX_LEAD_S)
        self.lead_s = min(max(self.lead_s + CORRECTION * late_s, 0.0), self._max_lead_s)


class Lane:
    """A queue of chunks, each with the time at which it is due; one that is due early waits for those before it.

    It stops reading from its source while it holds too much, and stops writing while its destination can't take more.
    """

    _total_held = 0
    twin: Lane

    def __init__(
        self,
        trip_s: Callable[[], float],
        punctuality: Punctuality,
        loop: asyncio.AbstractEventLoop,
        extra_s: float = 0.0,
    ) -> None:
        """``trip_s`` draws the time, in seconds, that a chunk is under way; the first takes ``extra_s`` longer."""
        self._trip_s = trip_s
        self._punctuality = punctuality
        self._loop = loop
        self._extra_s = extra_s
        self._queue: deque[tuple[float, bytes | End]] = deque()
        self._held = 0
        self._timer: asyncio.TimerHandle | None = None
        self._source: asyncio.Transport | None = None
        self._destination: asyncio.Transport | None = None
        self._is_source_paused = False
        self._is_paused = False
        self._is_over = False

    def set_source(self, transport: asyncio.Transport) -> None:
        """Where the bytes come from."""
        self._source = transport

    def set_destination(self, transport: asyncio.Transport) -> None:
        """Where the bytes go to; until it is known, they wait."""
        if self._is_over:
            reset(transport)
            return
        self._destination = transport
        self._deliver()

    def take(self, what: bytes | End) -> None:
        """Sends a chunk, or the stream's end, on its way."""
        if self._is_over:
            if what is End.RESET and self._destination is not None and not self._destination.is_closing():
                self._loop.call_later(self._trip_s(), reset, self._destination)
            return
        due = self._loop.time() + self._trip_s() + self._extra_s
        self._extra_s = 0.0
        self._queue.append((due, what))
        if isinstance(what, bytes):
            self._hold(len(what))
        if self._timer is None and self._destination is not None and not self._is_paused:
            self._set_timer(due)

    def pause(self) -> None:
        """Delivers nothing until ``resume``."""
        self._is_paused = True
        self._cancel_timer()

    def resume(self) -> None:
        """Delivers again."""
        self._is_paused = False
        self._deliver()

    def discard(self) -> None:
        """Gives up: the destination is gone, or was told that the stream is over."""
        self._is_over = True
        self._cancel_timer()
        self._queue.clear()
        self._hold(-self._held)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be delivered."""
        return self._is_over

    def _set_timer(self, due: float) -> None:
        self._timer = self._loop.call_at(due - self._punctuality.lead_s, self._deliver_on_time, due)

    def _deliver_on_time(self, due: float) -> None:
        """What a timer for the chunk that is due then calls."""
        self._timer = None
        now = self._loop.time()
        self._deliver()
        self._punctuality.learn(now - due)

    def _deliver(self) -> None:
        self._cancel_timer()
        destination = self._destination
        if destination is None:
            return
        # A timer may go off early, but not that early: what it was set for goes now.
        now = self._loop.time() + self._punctuality.lead_s + TIMER_RESOLUTION_S
        while self._queue and not self._is_paused:
            if destination.is_closing():
                self.discard()
                return
            due, what = self._queue[0]
            if due > now:
                self._set_timer(due)
                return
            self._queue.popleft()
            if isinstance(what, bytes):
                # Pauses this lane, within the call, once the destination can't take more.
                destination.write(what)
                self._hold(-len(what))
            else:
                self._finish(destination, what)

    def _finish(self, destination: asyncio.Transport, how: End) -> None:
        self.discard()
        if how is End.RESET:
            reset(destination)
            return
        try:
            destination.write_eof()
        except OSError:
            destination.abort()  # It is gone already.
        if self.twin.is_over:
            destination.close()
            if self._source is not None:
                self._source.close()

    def _hold(self, more: int) -> None:
        """Counts bytes in or out, and lets the source be read or not."""
        self._held += more
        Lane._total_held += more
        if self._source is None:
            return
        limit = LANE_LIMIT_BYTES if Lane._total_held < TOTAL_LIMIT_BYTES else SMALL_LIMIT_BYTES
        if not self._is_source_paused and self._held > limit:
            self._is_source_paused = True
            self._source.pause_reading()
        elif self._is_source_paused and self._held <= limit // 2:
            self._is_source_paused = False
            self._source.resume_reading()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def reset(transport: asyncio.Transport) -> None:
    """Closes a connection so that the peer sees it reset."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        # A connection that is gone already needs no reset.
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
    transport.abort()
