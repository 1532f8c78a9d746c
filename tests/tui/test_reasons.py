"""Reasons follow from what was measured, and nothing is claimed beyond it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.made_results import plain_result_of, record_of, rounds_of

from tui_httpbench.analysis.reasons import explain_ranking
from tui_httpbench.analysis.result import Result
from tui_httpbench.plan.scenario import Scenario


def texts_of(result: Result) -> dict[str, str]:
    return {reason.rank.mode: reason.text for reason in explain_ranking(result)}


def two_modes(
    winner: dict[str, Any], slower: dict[str, Any], modes: tuple[str, str] = ("httpx-client", "requests"), **plan: Any
) -> Result:
    """The first mode takes 0.02 s for 20 requests, 1 ms each, the second ten times as long unless said otherwise."""
    first, second = modes
    fast = {"elapsed_s": 0.02, "cpu_s": 0.01, "connections": 1, "noise": 0.0}
    slow = {"elapsed_s": 0.2, "cpu_s": 0.1, "connections": 1, "noise": 0.0}
    return plain_result_of(*rounds_of(first, **(fast | winner)), *rounds_of(second, **(slow | slower)), **plan)


def test_cpu_time_is_given_with_its_share_and_its_ratio() -> None:
    text = texts_of(two_modes({}, {"cpu_s": 0.18}))["requests"]
    assert text.startswith("×10.0 the time of httpx-client. ")
    assert "uses 9.00 ms of CPU per request, httpx-client 0.50 ms (×18.0): it makes a client every time." in text
    assert "busy 90 % of the time, so the CPU limits it." in text
    dear = texts_of(two_modes({}, {"cpu_s": 0.18}, ("httpx-client", "httpx")))["httpx"]
    assert (
        ": it makes a client every time, and with it a TLS context with all certificates, for http:// as well. Its"
        in dear
    )


def test_nothing_is_explained_by_equal_numbers() -> None:
    text = texts_of(two_modes({}, {"cpu_s": 0.01}))["requests"]
    assert text == "×10.0 the time of httpx-client. These numbers don't show why."


def test_new_connections_are_named_and_cost_round_trips_where_those_are_known() -> None:
    loopback = two_modes({}, {"cpu_s": 0.01, "connections": 23})
    text = texts_of(loopback)["requests"]
    assert "opens a new connection for every request; httpx-client keeps one." in text
    assert "TLS" not in text
    far = two_modes({}, {"cpu_s": 0.01, "connections": 23}, scenario=Scenario(name="far", rtt_ms=4.0, tls=True))
    text = texts_of(replace(far, url="https://127.0.0.1:8000/"))["requests"]
    assert "each with a TLS handshake" in text
    assert "At a round trip of 4 ms that is 8.00 ms of its 10.0 ms a request." in text
    elsewhere = replace(far.plan.request, url="https://example.com/")
    with_url = replace(far, plan=far.plan.replace(request=elsewhere, scenario=Scenario()), url="https://example.com/")
    assert "round trip" not in texts_of(with_url)["requests"]


def test_waiting_one_after_the_other_is_told_from_many_in_flight() -> None:
    result = two_modes({"cpu_s": 0.01}, {"cpu_s": 0.02}, ("aiohttp", "requests-session"))
    text = texts_of(result)["requests-session"]
    assert "waits 90 % of its time with 1 request in flight, where aiohttp has 20" in text
    alike = replace(result, plan=result.plan.replace(concurrency=2))
    assert "in flight, where" not in texts_of(alike)["requests-session"]


def test_cpu_time_of_overlapping_requests_counts_only_beyond_the_winners_time() -> None:
    modes = ("aiohttp", "httpx-async")
    text = texts_of(two_modes({}, {"cpu_s": 0.03}, modes))["httpx-async"]
    assert "of CPU" not in text
    assert "may be computing (1.50 ms a request against 0.50)" in text
    assert "uses 5.00 ms of CPU" in texts_of(two_modes({}, {"cpu_s": 0.1}, modes))["httpx-async"]


def test_few_slow_requests_are_named() -> None:
    records = list(rounds_of("requests", elapsed_s=0.2, cpu_s=0.01, connections=1, noise=0.0))
    for record in records:
        record.samples[:, 1] = 1_000_000
        record.samples[0, 1] = 180_000_000
    result = plain_result_of(*rounds_of("httpx-client", elapsed_s=0.02, cpu_s=0.01, noise=0.0), *records)
    assert "A few slow requests weigh on it: their mean is 9.95 ms, the median 1.00 ms." in texts_of(result)["requests"]


@pytest.mark.parametrize(("failed", "requests"), [(3, 20), (0, 0)])
def test_what_is_not_compared_says_so(failed: int, requests: int) -> None:
    result = plain_result_of(*rounds_of("aiohttp"), record_of("requests", failed=failed, requests=requests))
    text = texts_of(result)["requests"]
    assert text == (
        "Requests failed or rounds are missing, so its time is not compared." if requests else "It was not measured."
    )


def test_ties_are_no_claims() -> None:
    same = two_modes({}, {"elapsed_s": 0.0201, "cpu_s": 0.01})
    assert "That counts as equal." in texts_of(same)["requests"]
    assert texts_of(same)["httpx-client"].startswith("One of the fastest. It opened")
    assert texts_of(two_modes({}, {}))["httpx-client"].startswith("The fastest. It opened 1 connection a round")
