"""From records to the result: totals, rates, ranks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.made_results import MACHINE

from tui_httpbench.analysis.summary import rank_so_far, summarize_mode, summarize_run
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import ErrorText, Samples, tally_samples
from tui_httpbench.plan.plan import Plan
from tui_httpbench.worker.errors import code_of

MS = 1_000_000


def samples_of(*rows: tuple[int, int, int]) -> Samples:
    """Rows of latency_ms, status, body bytes, one after another."""
    starts = np.cumsum([1, *(row[0] * MS for row in rows[:-1])])
    return np.array([[start, ms * MS, status, size] for start, (ms, status, size) in zip(starts, rows, strict=True)])


def clean_round(mode: str, ms: int, count: int = 10, round: int = 1) -> RoundRecord:
    rows = samples_of(*[(ms, 200, 100)] * count)
    return RoundRecord(mode, round, "complete", rows, elapsed_s=ms * count / 1000, cpu_s=0.001 * count)


def test_totals_and_rates_over_the_rounds() -> None:
    first, second = clean_round("aiohttp", 10), clean_round("aiohttp", 20, round=2)
    summary = summarize_mode("aiohttp", (first, second))
    assert (summary.requests, summary.ok, summary.body_bytes, summary.rounds_done) == (20, 20, 2000, 2)
    assert summary.elapsed_s == (0.1, 0.2)
    assert summary.requests_per_second == pytest.approx(20 / 0.3)
    assert summary.cpu_us_per_request == pytest.approx(1000)
    assert summary.latency_ms is not None
    assert (summary.latency_ms.mean, summary.latency_ms.p50, summary.latency_ms.max) == (15, 15, 20)
    assert summary.is_clean


def test_failures_are_counted_by_kind_and_left_out_of_latency() -> None:
    rows = samples_of((10, 200, 5), (10, 404, 9), (900, code_of("timeout"), 0), (10, 503, 9))
    errors = (ErrorText("timeout", "ReadTimeout", 1),)
    summary = summarize_mode("httpx", (RoundRecord("httpx", 1, "complete", rows, elapsed_s=1.0, error_texts=errors),))
    assert (summary.requests, summary.ok, summary.errors) == (4, 1, {"status": 2, "timeout": 1})
    assert summary.statuses == {200: 1, 404: 1, 503: 1}
    assert summary.latency_ms is not None
    assert summary.latency_ms.max == 10
    assert summary.error_texts == errors
    assert not summary.is_clean


def test_every_error_kind_has_a_code_of_its_own() -> None:
    from tui_httpbench.worker.errors import ERROR_KINDS

    rows = samples_of(*[(1, code_of(kind), 0) for kind in ERROR_KINDS])
    assert tally_samples(rows).errors == dict.fromkeys(ERROR_KINDS, 1)


def test_nothing_measured_is_unknown_and_never_zero() -> None:
    summary = summarize_mode("httpx", (RoundRecord("httpx", 1, "failed", reason="httpx could not import."),))
    assert summary.requests_per_second is None
    assert summary.latency_ms is None
    assert summary.cpu_us_per_request is None
    assert summary.peak_memory_mib is None
    assert not summary.is_clean


def test_error_texts_of_several_rounds_are_added_up() -> None:
    rounds = tuple(
        RoundRecord("httpx", number, "complete", error_texts=(ErrorText("tls", "bad", count),))
        for number, count in ((1, 2), (2, 3))
    )
    assert summarize_mode("httpx", rounds).error_texts == (ErrorText("tls", "bad", 5),)


def test_the_ranking_after_a_round_is_that_of_the_result_and_looks_at_each_sample_once() -> None:
    plan = Plan(modes=("aiohttp", "httpx", "requests"), requests=10, concurrency=1, rounds=2)
    failing = replace(clean_round("requests", 5), samples=samples_of(*[(5, 503, 1)] * 10))
    records = (clean_round("aiohttp", 10), clean_round("httpx", 30), failing)
    ranking = rank_so_far(plan, records)
    assert ranking == summarize_run(Measured(plan, "http://127.0.0.1:9/", records, machine=MACHINE)).ranking
    assert [(rank.mode, rank.clean) for rank in ranking] == [("aiohttp", True), ("httpx", True), ("requests", False)]
    for record in records:
        record.samples[:] = 0  # would be counted as neither failed nor with a status, were they looked at again
    assert rank_so_far(plan, records) == ranking
