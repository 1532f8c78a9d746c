"""Any lane against any other: the sentence, and what makes the slower of the two slower."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.made_results import result_of, rounds_of
from support.reports import report_of

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.pair_reasons import dependencies_in_words, explain_lanes, pair_in_words
from tui_httpbench.analysis.pairs import pairs_of
from tui_httpbench.analysis.question_answer import asked_pairs
from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.plan.variants import parse_variants

VARIANTS = parse_variants(["old=httpx==0.27.2", "new=httpx==0.28.1"])
OLD, NEW = "httpx-client@old", "httpx-client@new"
COMPUTES = "uses 9.00 ms of CPU per request, httpx-client@old 5.00 ms (×1.80); its process is busy 90 % of the time"


def result_with(new_cpu_s: float = 0.09, new_ms: float = 10.0, **values: int) -> Result:
    """Five rounds of ten requests one by one: the old one at 6 ms, of which it computes 5; and requests at 0.01 ms."""
    records = (
        *rounds_of(OLD, 6.0, rounds=5, noise=0.0, cpu_s=0.05),
        *rounds_of(NEW, new_ms, rounds=5, cpu_s=new_cpu_s, **values),
        *rounds_of("requests", 0.01, rounds=5, noise=0.0, cpu_s=0.00009),
    )
    return result_of(*records, rounds=5, variants=VARIANTS, concurrency=1)


def texts_of(result: Result, against: str = "") -> dict[str, str]:
    return {reason.rank.mode: reason.text for reason in explain_lanes(result, against)}


def test_a_variant_is_usually_compared_with_its_reference_and_others_with_the_winner() -> None:
    told = texts_of(result_with())
    assert list(told) == ["requests", OLD, NEW]
    assert told[NEW].startswith("It takes 1.67 times as long as httpx-client@old (1.6")
    assert told[NEW].endswith(f"): surely slower. It {COMPUTES}, so the CPU limits it.")
    assert told[OLD].startswith("×600 the time of requests. ")
    assert told["requests"].startswith("The fastest. ")


def test_a_new_client_is_compared_with_the_kept_one_where_that_is_the_question() -> None:
    times_ms = {"requests": 50.0, "requests-session": 4.0, "aiohttp-each": 12.0, "aiohttp": 3.0}
    records = [record for lane, ms in times_ms.items() for record in rounds_of(lane, ms, rounds=4)]
    told = texts_of(result_of(*records, rounds=4, concurrency=1))
    assert told["requests"].startswith("It takes 12.5 times as long as requests-session (")
    assert told["aiohttp-each"].startswith("It takes 4.00 times as long as aiohttp (")
    assert told["requests-session"].startswith("×1.33 the time of aiohttp.")
    assert asked_pairs(("httpx-async", "httpx-async-h2")) == (("httpx-async-h2", "httpx-async"),)
    assert asked_pairs(DEFAULT_MODES) == (), "who is fastest is about no pair"


def test_one_round_tells_what_each_lane_did_and_no_verdict() -> None:
    records = [record for lane, ms in (("requests", 9.0), ("aiohttp", 3.0)) for record in rounds_of(lane, ms, rounds=1)]
    told = texts_of(result_of(*records, rounds=1, concurrency=1))["requests"]
    assert told.startswith("×3.00 the time of aiohttp. It opened 4 connections a round")
    assert "more rounds" not in told


def test_any_lane_is_compared_with_any_other() -> None:
    told = texts_of(result_with(), NEW)
    assert told[NEW].startswith("The others are compared with it. It opened 4 connections a round for ")
    assert told[OLD].startswith("It is 1.67 times as fast as httpx-client@new (")
    assert f"surely faster. {NEW} {COMPUTES}" in told[OLD]
    assert told["requests"].startswith("It is 999 times as fast as httpx-client@new (999 to 1,000): surely")
    assert texts_of(result_with(), "requests")[OLD].startswith("It takes 600 times as long as requests (")


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (
            result_with(new_cpu_s=0.05),
            "surely slower. Most of the difference is server, network and other (5.00 ms a request against 1.00); "
            "these numbers don't show more.",
        ),
        (
            result_with(new_ms=6.01, new_cpu_s=0.05),
            "1.001 times as long as httpx-client@old (1.001 to 1.002): the same (within 3 %).",
        ),
        (result_with(failed=1), "It can't be compared with httpx-client@old: requests failed, or rounds are missing."),
    ],
)
def test_nothing_is_claimed_beyond_what_was_measured(result: Result, text: str) -> None:
    told = texts_of(result)[NEW]
    assert told.startswith("It ")
    assert told.endswith(text)


def test_the_report_has_the_largest_reason_of_variants_that_surely_differ() -> None:
    assert f"surely slower. {NEW} {COMPUTES}" in " ".join(report_of(result_with()).split())
    unexplained = " ".join(report_of(result_with(new_cpu_s=0.05)).split())
    assert "surely slower. " in unexplained
    assert "CPU" not in unexplained
    assert "show why" not in unexplained


def test_variants_that_surely_differ_tell_what_else_differs() -> None:
    other = Finding(
        "other-dependencies", f"{OLD} and {NEW} differ in dependencies: sniffio 1.3.1 and none.", (OLD, NEW)
    )
    (pair,) = pairs_of(result_with())
    assert dependencies_in_words(result_with(), pair) == ""
    told = replace(result_with(), findings=(other,))
    assert dependencies_in_words(told, pair) == "Their dependencies differ too: sniffio 1.3.1 and none."
    assert pair_in_words(told, pair).endswith("Their dependencies differ too: sniffio 1.3.1 and none.")
    assert dependencies_in_words(told, replace(pair, verdict="unsure")) == ""
