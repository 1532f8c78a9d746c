"""Latency of requests: mean, percentiles, maximum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tui_httpbench.analysis.result import LatencySummary
from tui_httpbench.bench.samples import LATENCY, Samples, error_mask

PERCENTILES = (50, 90, 95, 99)


def summarize_latency(rounds: Sequence[Samples]) -> LatencySummary | None:
    """Latency of the successful requests of all rounds in milliseconds; None when there are none.

    Percentiles are linear interpolations between the closest ranks (NumPy's default; Hyndman and Fan, "Sample
    Quantiles in Statistical Packages", 1996, type 7).
    """
    succeeded = [samples[~error_mask(samples), LATENCY] for samples in rounds]
    if not any(map(len, succeeded)):
        return None
    latency_ms = np.concatenate(succeeded, dtype=np.float64)
    # A million requests are 8 MB in each copy.
    succeeded.clear()
    latency_ms /= 1e6
    mean, largest = float(latency_ms.mean()), float(latency_ms.max())
    p50, p90, p95, p99 = (float(value) for value in np.percentile(latency_ms, PERCENTILES, overwrite_input=True))
    return LatencySummary(mean, p50, p90, p95, p99, largest)
