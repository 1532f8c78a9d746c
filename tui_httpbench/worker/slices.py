"""Slices of a round: the only code, beside the client's, that runs while the clock does.

In a slice, as many requests as are wanted in flight are sent again and again, each place of them one request after the
other, until the time is over or the number is reached; then all are waited for, and the clock stops. Every place sends
one request at least, so that a slice shorter than a request still has them all in flight.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from .answers import counted_size, size_of
from .cpu_wait import cpu_wait_ns, waited_ns
from .job import AsyncSend, Send
from .recorder import NO_BODY, Recorder

NO_LIMIT = 2**62


@dataclass(frozen=True)
class Limits:
    """When a slice ends: ``duration_ns`` after its start, or with ``requests``, whichever comes first.

    With ``batch``, requests are sent in batches of that many, each waited for before the next begins; ``in_batch`` are
    left of one that an earlier slice began, 0 where none was.
    """

    duration_ns: int
    requests: int
    batch: int = 0
    in_batch: int = 0


@dataclass
class Clocks:
    """What a slice took: wall time from the first start to the last end, and processor time of all threads, in ns.

    ``drain_ns`` is how long it went on after the first place had nothing more to send; for ``drain_cpu_ns`` of that the
    process computed. ``in_batch`` is what is left of the batch under way. ``cpu_wait_ns`` is how long its threads had
    no processor, None where the system does not tell; it is read before and after the bursts, while no clock runs.
    """

    requests: int = 0
    elapsed_ns: int = 0
    cpu_ns: int = 0
    drain_ns: int = 0
    drain_cpu_ns: int = 0
    in_batch: int = 0
    cpu_wait_ns: int | None = None


@dataclass
class _Burst:
    """Requests that are sent together and waited for: what all places share, and what they find."""

    limit: int
    deadline_ns: int
    paused_ns: int
    tickets: Iterator[int] = field(default_factory=itertools.count)
    sent: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    # When a place had nothing more to send, by the wall's and the processor's clock; of the first one only.
    drains: list[tuple[int, int]] = field(default_factory=list)

    def note(self, sent: int, first_start_ns: int, last_end_ns: int, declined_ns: int) -> None:
        """One place has sent so many requests, between these times, and has no more to send since ``declined_ns``."""
        if not self.drains:
            self.drains.append((declined_ns, time.process_time_ns()))
        if sent:
            self.sent.append(sent)
            self.starts.append(first_start_ns)
            self.ends.append(last_end_ns)


class _Slicer:
    """What both kinds of mode share: the limits of a slice, its batches, and the sum of its clocks."""

    def __init__(self, in_flight: int, recorder: Recorder, *, reads_stream: bool) -> None:
        self.in_flight = in_flight
        self.recorder = recorder
        # What is asked of each body that is no bytes: of one that was read piece by piece, its size came back.
        self._size_of = counted_size if reads_stream else size_of
        self._last_end_ns = 0
        self._paused_ns = 0

    def _bursts(self, limits: Limits, clocks: Clocks) -> Iterator[_Burst]:
        """The bursts of one slice; what each found is added to ``clocks`` when the next one is asked for."""
        recorder = self.recorder
        left = min(limits.requests, recorder.capacity - recorder.recorded)
        in_batch = limits.in_batch
        deadline_ns = time.perf_counter_ns() + limits.duration_ns
        while left > 0 and not recorder.is_out_of_memory:
            if limits.batch and not in_batch:
                in_batch = limits.batch
            cpu_ns, begin_ns = time.process_time_ns(), time.perf_counter_ns()
            # Samples tell of measured time alone: as if this burst began where the one before it ended.
            self._paused_ns += begin_ns - self._last_end_ns if self._last_end_ns else 0
            burst = _Burst(min(left, in_batch or left), deadline_ns, self._paused_ns)
            yield burst
            cpu_end_ns = time.process_time_ns()
            done = sum(burst.sent)
            end_ns = self._last_end_ns = max(burst.ends)
            recorder.recorded += done
            left -= done
            in_batch -= done if limits.batch else 0
            drain_ns, drain_cpu_ns = burst.drains[0]
            clocks.requests += done
            clocks.elapsed_ns += end_ns - min(burst.starts)
            clocks.cpu_ns += cpu_end_ns - cpu_ns
            clocks.drain_ns += max(0, end_ns - drain_ns)
            clocks.drain_cpu_ns += max(0, cpu_end_ns - drain_cpu_ns)
            clocks.in_batch = in_batch
            if not limits.batch or end_ns >= deadline_ns:
                return


class SyncSlicer(_Slicer):
    """Slices of a sync mode: in the calling thread where one request is in flight, else in threads that stay."""

    def __init__(self, send: Send, in_flight: int, recorder: Recorder, *, reads_stream: bool = False) -> None:
        """Starts no thread yet."""
        super().__init__(in_flight, recorder, reads_stream=reads_stream)
        self.send = send
        self._burst: _Burst | None = None
        self._failures: list[BaseException] = []
        self._gate = threading.Barrier(in_flight + 1)
        self._has_threads = False

    def run(self, limits: Limits) -> Clocks:
        """One slice. Raises what is no Exception and came out of the client."""
        clocks, waited_before_ns = Clocks(), cpu_wait_ns()
        for burst in self._bursts(limits, clocks):
            if self.in_flight == 1:
                self._send_in_turn(burst)
            else:
                self._run_in_threads(burst)
        clocks.cpu_wait_ns = waited_ns(waited_before_ns)
        return clocks

    def _run_in_threads(self, burst: _Burst) -> None:
        if not self._has_threads:
            self._has_threads = True
            for _ in range(self.in_flight):
                threading.Thread(target=self._work, daemon=True).start()
        self._burst = burst
        self._gate.wait()
        self._gate.wait()
        if self._failures:
            raise self._failures[0]

    def _work(self) -> None:
        while True:
            self._gate.wait()
            assert self._burst is not None
            try:
                self._send_in_turn(self._burst)
            except BaseException as error:  # told to the main thread, which would wait for this one for ever
                self._failures.append(error)
            self._gate.wait()

    def _send_in_turn(self, burst: _Burst) -> None:
        send, recorder, clock = self.send, self.recorder, time.perf_counter_ns
        record, tickets, limit, size_of = recorder.record, burst.tickets, burst.limit, self._size_of
        deadline_ns, paused_ns = burst.deadline_ns, burst.paused_ns
        sent = end = 0
        start = first = clock()
        while True:
            if (start >= deadline_ns and sent) or recorder.is_out_of_memory or next(tickets) >= limit:
                break
            try:
                status, body = send()
                end = clock()
                size = len(body) if type(body) is bytes else size_of(body)
                del body  # or it would be in memory beside the next one
            except Exception as error:
                end = clock()
                status, size = recorder.note_error(error), NO_BODY
            record(start - paused_ns, end - start, status, size)
            sent += 1
            start = clock()
        burst.note(sent, first, end, start)


class AsyncSlicer(_Slicer):
    """Slices of an async mode, in tasks of the running loop."""

    def __init__(self, send: AsyncSend, in_flight: int, recorder: Recorder, *, reads_stream: bool = False) -> None:
        """Sends nothing yet."""
        super().__init__(in_flight, recorder, reads_stream=reads_stream)
        self.send = send

    async def run(self, limits: Limits) -> Clocks:
        """One slice."""
        clocks, waited_before_ns = Clocks(), cpu_wait_ns()
        for burst in self._bursts(limits, clocks):
            places = min(self.in_flight, burst.limit)
            await asyncio.gather(*(self._send_in_turn(burst) for _ in range(places)))
        clocks.cpu_wait_ns = waited_ns(waited_before_ns)
        return clocks

    async def _send_in_turn(self, burst: _Burst) -> None:
        send, recorder, clock = self.send, self.recorder, time.perf_counter_ns
        record, tickets, limit, size_of = recorder.record, burst.tickets, burst.limit, self._size_of
        deadline_ns, paused_ns = burst.deadline_ns, burst.paused_ns
        sent = end = 0
        start = first = clock()
        while True:
            if (start >= deadline_ns and sent) or recorder.is_out_of_memory or next(tickets) >= limit:
                break
            try:
                status, body = await send()
                end = clock()
                size = len(body) if type(body) is bytes else size_of(body)
                del body  # or it would be in memory beside the next one
            except Exception as error:
                end = clock()
                status, size = recorder.note_error(error), NO_BODY
            record(start - paused_ns, end - start, status, size)
            sent += 1
            start = clock()
        burst.note(sent, first, end, start)


def send_aside(send: Send, in_flight: int) -> None:
    """Sends one request in each place, without clock or record; what fails, fails again where it counts."""

    def try_once() -> None:
        with contextlib.suppress(Exception):
            send()

    if in_flight == 1:
        return try_once()
    threads = [threading.Thread(target=try_once, daemon=True) for _ in range(in_flight)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return None


async def send_aside_async(send: AsyncSend, in_flight: int) -> None:
    """Sends one request in each place, without clock or record; what fails, fails again where it counts."""
    await asyncio.gather(*(send() for _ in range(in_flight)), return_exceptions=True)
