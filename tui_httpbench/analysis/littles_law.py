"""How many requests were in flight, from their latencies alone: a check on the measurement itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tui_httpbench.analysis.latency import BLOCK_ROWS
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import LATENCY, START, Samples


def mean_in_flight(rounds: Sequence[RoundRecord]) -> float | None:
    """Mean latency × throughput over some rounds, failed requests included; None where no time was measured.

    By Little's law this is the mean number of requests in flight (Little, "A Proof for the Queuing Formula L = λW",
    Operations Research 9, 1961).
    """
    latency_s = sum(float(record.samples[:, LATENCY].sum()) / 1e9 for record in rounds)
    elapsed_s = sum(record.elapsed_s or 0.0 for record in rounds)
    return latency_s / elapsed_s if elapsed_s > 0 else None


def steady_in_flight(rounds: Sequence[RoundRecord], in_flight: int) -> float | None:
    """The same without the parts of a slice that have fewer requests in flight by design; None where nothing is left.

    These are its begin, until ``in_flight`` requests were started, and its end, from the last start on. What the slice
    took beyond its first start and last end stays in, since no law explains it.
    """
    busy_ns = left_ns = 0.0
    for record in rounds:
        for samples, elapsed_s in _slices_of(record):
            steady = _steady_part(samples, in_flight)
            if steady is None:
                continue
            begin, end = steady
            last_end = 0
            for first in range(0, len(samples), BLOCK_ROWS):
                starts = samples[first : first + BLOCK_ROWS, START]
                ends = starts + samples[first : first + BLOCK_ROWS, LATENCY]
                busy_ns += float(np.clip(np.minimum(ends, end) - np.maximum(starts, begin), 0, None).sum())
                last_end = max(last_end, int(ends.max()))
            outside_ns = begin - int(samples[:, START].min()) + last_end - end
            left_ns += elapsed_s * 1e9 - outside_ns
    return busy_ns / left_ns if left_ns > 0 else None


def _slices_of(record: RoundRecord) -> Iterator[tuple[Samples, float]]:
    """The samples of each slice and the seconds that it took; samples are in the order in which they ended."""
    if sum(part.requests for part in record.slices) != len(record.samples):
        yield record.samples, record.elapsed_s or 0.0
        return
    first = 0
    for part in record.slices:
        yield record.samples[first : first + part.requests], part.elapsed_s
        first += part.requests


def _steady_part(samples: Samples, in_flight: int) -> tuple[int, int] | None:
    if len(samples) <= in_flight:
        return None
    starts = samples[:, START]
    begin, end = int(np.partition(starts, in_flight - 1)[in_flight - 1]), int(starts.max())
    return (begin, end) if end > begin else None
