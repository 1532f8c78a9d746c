"""The chart of a report: its metrics, their order, and what is missing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from support.made_results import (
    SETUP,
    even_result,
    record_of,
    result_of,
    rounds_of,
)
from support.reports import report_of

from tui_httpbench.analysis.columns import METRIC_OPTIONS
from tui_httpbench.analysis.result import Rank
from tui_httpbench.measured.records import StartUp


def test_the_chart_turns_logarithmic_when_modes_differ_much() -> None:
    assert "higher is better, logarithmic scale" in report_of(even_result())
    near = result_of(record_of("aiohttp", 1.0, [200] * 10), record_of("httpx", 9.0, [200] * 10))
    report = report_of(near)
    assert "higher is better\n" in report
    assert re.search(r"aiohttp ┤█+.* 1,000\n", report)
    assert re.search(r"httpx ┤█+.* 111\n", report)


def test_one_mode_makes_no_chart() -> None:
    assert "█" not in report_of(result_of(record_of("aiohttp", 1.0, [200] * 10)))


@pytest.mark.parametrize(
    ("metric", "title", "text"),
    [
        ("requests/s", "Requests per second, higher is better", "7,689"),
        ("time", "Measured time per request with 10 in flight, lower is better", "0.13 ms"),
        ("p50", "Median latency in ms, lower is better", "0.13 ms"),
        ("p99", "99th percentile of latency in ms, lower is better", "0.13 ms"),
        ("cpu", "CPU time per request in µs, lower is better", "1,000 µs"),
        ("memory", "Peak memory in MiB, lower is better", "30.0 MiB"),
        ("connections", "Connections opened per round, lower is better", "4"),
        ("reuse", "Requests per connection, higher is better", "3"),
        ("bytes", "Body bytes per request", "1,000"),
        ("import", "Import of the client in ms, lower is better", "200 ms"),
        ("build", "Making of the client in ms, lower is better", "20.0 ms"),
    ],
)
def test_the_chart_shows_any_metric(metric: str, title: str, text: str) -> None:
    made = even_result()
    setup = replace(SETUP, build_cpu_s=0.02, start=StartUp(0.01, 0.2))
    started = replace(made, records=tuple(replace(record, setup=setup) for record in made.records))
    lines = report_of(started, metric=metric).splitlines()
    assert any(line == title or line.startswith(f"{title}, log") for line in lines)
    assert next(line for line in lines if re.search(r" aiohttp ┤█", line)).endswith(f" {text}")


def test_the_time_per_request_is_that_of_all_whole_rounds() -> None:
    whole = [replace(record_of("aiohttp", 1.0, [200] * n), round=n, elapsed_s=n / 10) for n in (10, 30)]
    cut = replace(record_of("aiohttp", 1.0, [200]), round=31, elapsed_s=9.0, outcome="stopped")
    plan: dict[str, Any] = {"requests": None, "duration_s": 1.0, "concurrency": 1, "rounds": 3}
    report = report_of(result_of(*whole, cut, **plan), metric="time")
    assert re.search(r"aiohttp( !)? ┤█+ +100 ms\n", report)
    assert "Measured time per request, lower is better" in report


def test_every_metric_of_the_chart_is_tested() -> None:
    arguments = test_the_chart_shows_any_metric.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert [metric for metric, *_ in arguments] == list(METRIC_OPTIONS)


def test_the_best_bar_is_on_top() -> None:
    records = [
        *rounds_of("aiohttp", 1.0, cpu_s=0.05, peak_memory_bytes=2**25),
        *rounds_of("httpx", 2.0, cpu_s=0.02, peak_memory_bytes=2**24),
    ]
    report = report_of(result_of(*records, rounds=3), metric="memory")
    assert re.findall(r"(\w+) ┤█", report) == ["httpx", "aiohttp"]
    assert re.findall(r"(\w+) ┤█", report_of(result_of(*records, rounds=3), metric="bytes")) == ["aiohttp", "httpx"]


def test_the_bars_of_cpu_time_stand_in_its_own_ranking() -> None:
    """By its model, which need not be the order of the means."""
    records = [*rounds_of("aiohttp", 1.0, cpu_s=0.050), *rounds_of("httpx", 2.0, cpu_s=0.051)]
    order = (Rank(1, "httpx", 1.0, clean=True), Rank(2, "aiohttp", 1.1, clean=True, verdict="faster"))
    result = replace(result_of(*records, rounds=3), ranking_cpu=order)
    report = report_of(result, metric="cpu")
    assert re.findall(r"(\w+) ┤█", report) == ["httpx", "aiohttp"]
    assert "CPU time is not time: " in report
    report = report_of(result)
    assert re.findall(r"(\w+) ┤█", report) == ["aiohttp", "httpx"]
    assert "CPU time is not time" not in report


def test_a_mode_without_a_value_has_no_bar_and_is_named() -> None:
    records = [*rounds_of("aiohttp", 1.0), *rounds_of("httpx", 2.0, connections=None)]
    report = report_of(result_of(*records, rounds=3), metric="connections")
    assert re.findall(r"(\w+) ┤█", report) == ["aiohttp"]
    assert "No bar: httpx (unknown)." in report
    unknown = [*rounds_of("aiohttp", 1.0, cpu_s=None), *rounds_of("httpx", 2.0, cpu_s=None)]
    report = report_of(result_of(*unknown, rounds=3), metric="cpu")
    assert "No bar: aiohttp (unknown), httpx (unknown)." in report
    assert "CPU µs" not in report
