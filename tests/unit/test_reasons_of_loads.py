"""Reasons in per-request terms, whatever the load of a round was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.made_results import record_of, result_of

from tui_httpbench.analysis.mode_facts import facts_of
from tui_httpbench.analysis.reasons import explain_ranking
from tui_httpbench.analysis.result import Result
from tui_httpbench.plan.scenario import Scenario

SECONDS: dict[str, Any] = {"requests": None, "duration_s": 1.0, "rounds": 3}


def rounds_of(mode: str, latency_ms: float, counts: tuple[int, ...], **changes: Any) -> list[Any]:
    """A record for each number of requests, whose time per request is ``latency_ms``."""
    return [
        replace(
            record_of(mode, latency_ms, [200] * count, cpu_s=count * 1e-4, **changes),
            round=number,
            elapsed_s=count * latency_ms / 1e3,
        )
        for number, count in enumerate(counts, start=1)
    ]


def text_of(result: Result, mode: str) -> str:
    return next(reason.text for reason in explain_ranking(result) if reason.rank.mode == mode)


def test_the_winner_is_told_by_the_requests_that_its_rounds_held() -> None:
    records = [*rounds_of("aiohttp", 1.0, (98, 100, 102), connections=10), *rounds_of("httpx", 5.0, (20, 20, 20))]
    text = text_of(result_of(*records, **SECONDS), "aiohttp")
    # Two requests of warm-up are in the records' setup.
    assert "opened 10 connections a round for 102 requests, warm-up included" in text
    assert "used 0.10 ms of CPU per request (busy 10 % of the time)" in text
    assert "had 1.00 requests in flight on average, of 10 asked for" in text, "each began when the one before had ended"


def test_the_facts_are_per_request() -> None:
    records = [*rounds_of("aiohttp", 1.0, (98, 100, 102)), *rounds_of("httpx", 5.0, (20, 20, 20))]
    facts = facts_of(result_of(*records, **SECONDS), "aiohttp")
    assert facts.time_ms == pytest.approx(1.0)
    assert facts.cpu_ms == pytest.approx(0.1)
    assert facts.in_flight == 10


@pytest.mark.parametrize(
    ("concurrency", "cost"),
    [
        (1, "At a round trip of 4 ms that is 8.00 ms of its 10.0 ms a request."),
        (2, "At a round trip of 4 ms that is 4.00 ms of its 10.0 ms a request, 2 being in flight."),
        (10, None),  # 0.8 ms explain little of 9
    ],
)
def test_new_connections_side_by_side_share_their_cost(concurrency: int, cost: str | None) -> None:
    records = [
        *rounds_of("aiohttp", 1.0, (100,) * 3, connections=4),
        *rounds_of("aiohttp-each", 10.0, (100,) * 3, connections=102),
    ]
    far = Scenario("far", rtt_ms=4.0, tls=True)
    result = result_of(*records, **SECONDS, concurrency=concurrency, scenario=far)
    text = text_of(replace(result, url="https://127.0.0.1:8000/"), "aiohttp-each")
    assert ("round trip" in text) == (cost is not None)
    assert (cost or "") in text
