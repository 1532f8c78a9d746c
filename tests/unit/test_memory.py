"""What is made of a run's samples needs little memory beside them: a million requests are 32 MB already."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from support.made_results import MACHINE

from tui_httpbench.analysis.latency_curve import latencies_of
from tui_httpbench.analysis.race import end_times_ns
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import Samples, tally_samples
from tui_httpbench.plan.plan import Plan

REQUESTS = 200_000


@pytest.fixture(scope="module")
def samples() -> Samples:
    rows = np.empty((REQUESTS, 4), dtype=np.int64)
    rows[:] = 1, 0, 200, 100
    rows[:, 0] += np.arange(REQUESTS) * 150_000
    rows[:, 1] += np.arange(REQUESTS)[::-1] + 1_000_000
    return rows


def summarize(samples: Samples) -> Result:
    record = RoundRecord("aiohttp", 1, "complete", samples, elapsed_s=30.0)
    plan = Plan(modes=("aiohttp",), requests=REQUESTS, rounds=1, concurrency=20)
    return summarize_run(Measured(plan, "http://127.0.0.1:9/", (record,), machine=MACHINE))


@pytest.mark.parametrize(
    ("look", "most_bytes"),
    [
        (tally_samples, 11),
        (summarize, 12),
        (lambda samples: latencies_of(summarize(samples)), 21),
        (end_times_ns, 13),
    ],
)
def test_bytes_for_each_request(look: Callable[[Samples], object], most_bytes: int, samples: Samples) -> None:
    look(samples[:100])  # what is imported and cached at the first time is none of it
    tracemalloc.start()
    try:
        look(samples)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most_bytes * REQUESTS
