"""Latency of requests: mean, percentiles, maximum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.analysis.result import LatencySummary
from tui_httpbench.measured.samples import LATENCY, Samples, error_mask

PERCENTILES = (50, 90, 95, 99)
BLOCK_ROWS = 16_384
"""As many samples are looked at together: a million are 8 MB in each array that is made of them all."""


def successful_latencies_ms(rounds: Sequence[Samples]) -> NDArray[np.float64]:
    """Latencies of the successful requests of all rounds in milliseconds, in the order of the samples; shape (n,)."""
    latency_ms = np.empty(sum(int(np.count_nonzero(~error_mask(samples))) for samples in rounds))
    filled = 0
    for samples in rounds:
        for start in range(0, len(samples), BLOCK_ROWS):
            block = samples[start : start + BLOCK_ROWS]
            succeeded = block[~error_mask(block), LATENCY]
            latency_ms[filled : filled + len(succeeded)] = succeeded
            filled += len(succeeded)
    latency_ms /= 1e6
    return latency_ms


def summarize_latency(rounds: Sequence[Samples]) -> LatencySummary | None:
    """Latency of the successful requests of all rounds in milliseconds; None when there are none.

    Percentiles are linear interpolations between the closest ranks (NumPy's default; Hyndman and Fan, "Sample
    Quantiles in Statistical Packages", 1996, type 7).
    """
    latency_ms = successful_latencies_ms(rounds)
    if not len(latency_ms):
        return None
    mean, largest = float(latency_ms.mean()), float(latency_ms.max())
    p50, p90, p95, p99 = (float(value) for value in np.percentile(latency_ms, PERCENTILES, overwrite_input=True))
    return LatencySummary(mean, p50, p90, p95, p99, largest)
