"""Latency of requests: mean, percentiles, maximum."""

from __future__ import annotations

import numpy as np

from tui_httpbench.analysis.result import LatencySummary
from tui_httpbench.bench.samples import LATENCY, Samples, error_mask

PERCENTILES = (50, 90, 95, 99)


def summarize_latency(samples: Samples) -> LatencySummary | None:
    """Latency of the successful requests in milliseconds; None when there are none.

    Percentiles are linear interpolations between the closest ranks (NumPy's default; Hyndman and Fan, "Sample
    Quantiles in Statistical Packages", 1996, type 7).
    """
    latency_ms = samples[~error_mask(samples), LATENCY] / 1e6
    if not latency_ms.size:
        return None
    p50, p90, p95, p99 = (float(value) for value in np.percentile(latency_ms, PERCENTILES))
    return LatencySummary(float(latency_ms.mean()), p50, p90, p95, p99, float(latency_ms.max()))
