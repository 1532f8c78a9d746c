"""The timed round: the only code, beside the client's, that runs while the clock does."""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
import time
from dataclasses import dataclass

from .job import AsyncSend, Send
from .recorder import Recorder
from .usage import reset_peak_memory


@dataclass(frozen=True)
class Timing:
    """Wall and processor time of a round; the latter over all threads, in user and system mode."""

    elapsed_ns: int
    cpu_ns: int


class Stopwatch:
    """Times the block that it guards; memory is tidied before the clock starts, so no mode pays for its warm-up."""

    def __enter__(self) -> Stopwatch:
        """Starts the clocks."""
        gc.collect()
        reset_peak_memory()
        self._cpu_ns = time.process_time_ns()
        self._start_ns = time.perf_counter_ns()
        return self

    def __exit__(self, *_: object) -> None:
        """Stops the clocks."""
        end_ns = time.perf_counter_ns()
        self.timing = Timing(end_ns - self._start_ns, time.process_time_ns() - self._cpu_ns)


def run_sync(send: Send, requests: int, in_flight: int, recorder: Recorder) -> Timing:
    """Calls ``send`` ``requests`` times, ``in_flight`` at once: in this thread alone, or in threads that share it.

    Once memory has run out, nothing more is sent.
    """
    tickets = itertools.count()
    clock, record = time.perf_counter_ns, recorder.record

    def send_in_turn() -> None:
        nonlocal requests
        while next(tickets) < requests:
            start = clock()
            try:
                status, size = send()
                latency = clock() - start
            except Exception as error:
                latency = clock() - start
                status, size = recorder.note_error(error), 0
                if recorder.is_out_of_memory:
                    requests = 0
            record(start, latency, status, size)

    if in_flight == 1:
        with Stopwatch() as stopwatch:
            send_in_turn()
        return stopwatch.timing

    failures: list[BaseException] = []
    gate = threading.Barrier(in_flight + 1)

    def thread() -> None:
        gate.wait()
        try:
            send_in_turn()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=thread, daemon=True) for _ in range(in_flight)]
    for each in threads:
        each.start()
    with Stopwatch() as stopwatch:
        gate.wait()
        for each in threads:
            each.join()
    if failures:
        raise failures[0]
    return stopwatch.timing


async def run_async(send: AsyncSend, requests: int, in_flight: int, recorder: Recorder) -> Timing:
    """Awaits ``send`` ``requests`` times, in ``in_flight`` tasks of the running loop.

    Once memory has run out, nothing more is sent.
    """
    tickets = itertools.count()
    clock, record = time.perf_counter_ns, recorder.record

    async def send_in_turn() -> None:
        nonlocal requests
        while next(tickets) < requests:
            start = clock()
            try:
                status, size = await send()
                latency = clock() - start
            except Exception as error:
                latency = clock() - start
                status, size = recorder.note_error(error), 0
                if recorder.is_out_of_memory:
                    requests = 0
            record(start, latency, status, size)

    with Stopwatch() as stopwatch:
        await asyncio.gather(*(send_in_turn() for _ in range(in_flight)))
    return stopwatch.timing
