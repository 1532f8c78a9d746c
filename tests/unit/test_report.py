"""The text and JSON reports of results made by hand, and where files go."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from tui_httpbench.analysis.result import Environment, Rank, Result
from tui_httpbench.analysis.summary import Measured, summarize_run
from tui_httpbench.bench.events import Progress
from tui_httpbench.bench.probes import Probe, ProbeResponse
from tui_httpbench.bench.records import RoundRecord, WarmupRequest, WorkerSetup
from tui_httpbench.bench.samples import ErrorText, Samples
from tui_httpbench.bench.worker.errors import ERROR_KINDS
from tui_httpbench.clients.catalog import DEFAULT_MODES, MODES
from tui_httpbench.plan import Plan, PlanError, Request
from tui_httpbench.report import json_report
from tui_httpbench.report.conclusion import conclude
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.destination import FileDestination
from tui_httpbench.report.metrics import CHART_METRICS
from tui_httpbench.report.mode_list import print_modes
from tui_httpbench.report.progress import headline, undecided_line
from tui_httpbench.report.text import print_report

SCHEMA = json.loads((Path(__file__).parent / "result.schema.json").read_text())
SETUP = WorkerSetup(
    "CPython 3.11.7", {"aiohttp": "3.14.1"}, 0.1, 0.01, (WarmupRequest(5.0, 200), WarmupRequest(1.0, -2))
)
LATENCY_MS = dict(zip(DEFAULT_MODES, (2.9, 0.87, 26.0, 0.68, 0.91, 24.4, 0.13, 0.42), strict=True))


def samples_of(latency_ms: float, statuses: list[int]) -> Samples:
    rows = [(10 + index, int(latency_ms * 1e6), status, 1000) for index, status in enumerate(statuses)]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def record_of(mode: str, latency_ms: float, statuses: list[int], **changes: Any) -> RoundRecord:
    values: dict[str, Any] = {
        "connections": 4,
        "target_cpu_s": 0.005,
        "samples": samples_of(latency_ms, statuses),
        "elapsed_s": latency_ms * len(statuses) / 1e3,
        "cpu_s": 0.01,
        "peak_memory_bytes": 30 * 2**20,
        "setup": SETUP,
    }
    return RoundRecord(mode, 1, "complete", **(values | changes))


def rounds_of(mode: str, latency_ms: float, rounds: int = 3, noise: float = 1e-3, **changes: Any) -> list[RoundRecord]:
    """Rounds of ten good requests whose times differ by ``noise`` at most, in another way for each mode."""
    generator = np.random.default_rng(list(mode.encode()))
    return [
        replace(
            record_of(mode, latency_ms, [200] * 10, **changes),
            round=number,
            elapsed_s=latency_ms / 100 * (1 + noise * float(generator.uniform(-1, 1))),
        )
        for number in range(1, rounds + 1)
    ]


def result_of(*records: RoundRecord, stopped: bool = False, probes: tuple[Probe, ...] = (), **changes: Any) -> Result:
    modes = changes.pop("modes", tuple(dict.fromkeys(record.mode for record in records)))
    plan = Plan(**({"modes": modes, "requests": 10, "rounds": 1, "seed": 42} | changes))
    return summarize_run(Measured(plan, "http://127.0.0.1:8000/", records, stopped, probes))


def clean_result(**changes: Any) -> Result:
    records = [record for mode, latency in LATENCY_MS.items() for record in rounds_of(mode, latency)]
    return result_of(*records, **({"rounds": 3} | changes))


def failing_result() -> Result:
    refused = -1 - ERROR_KINDS.index("refused")
    text = "ClientError: \x1b[31mred\x1b[0m\r\nCannot connect \x07to host \u202eevil"
    return result_of(
        record_of("aiohttp", 0.1, [200] * 7 + [refused] * 3, error_texts=(ErrorText("refused", text, 3),)),
        record_of("requests", 5.0, [200] * 8 + [404, 503]),
        record_of("httpx", 9.0, [200] * 10),
        RoundRecord("httpx-client", 1, "failed", reason="httpx-client could not start: \x1b]0;x\x07boom."),
    )


def report_of(result: Result, columns: int = 80, monkeypatch: pytest.MonkeyPatch | None = None, **options: Any) -> str:
    if monkeypatch is not None:
        monkeypatch.setenv("COLUMNS", str(columns))
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    print_report(result, StreamConsole(stream), **options)
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined]


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def cells_of(report: str) -> dict[str, list[str]]:
    """The table's cells by the mode's name."""
    rows = [line.split() for line in report.splitlines() if re.match(r" *\d+=? ", line)]
    return {row[1]: row for row in rows if row[1] in DEFAULT_MODES}


def test_the_table_ranks_and_compares() -> None:
    report = report_of(clean_result())
    rows = cells_of(report)
    assert list(rows) == sorted(LATENCY_MS, key=LATENCY_MS.__getitem__)
    assert rows["aiohttp"] == ["1", "aiohttp", "7,698", "0.13", "0.13", "0", "×1.00", "–"]
    assert rows["httpx"] == ["8", "httpx", "38.5", "26.0", "26.0", "0", "×200", "198–202"]
    assert "!" not in report


def test_the_heading_says_what_was_measured() -> None:
    heading = report_of(clean_result()).split("\n\n")[0]
    for part in (
        "GET http://127.0.0.1:8000/ (the embedded target)",
        "8 modes × 10 requests × 3 rounds",
        "profile defaults",
    ):
        assert part in heading
    assert "CPython 3.11.7, aiohttp 3.14.1" in heading
    assert "concurrency 20; profile equal" in report_of(clean_result(concurrency=20))
    assert "embedded" not in report_of(clean_result(request=Request("http://127.0.0.1:8000/")))


@pytest.mark.parametrize("columns", [30, 40, 48, 60, 79, 80, 100, 200])
@pytest.mark.parametrize("make_result", [clean_result, failing_result])
def test_nothing_is_wider_than_the_terminal_or_cut_off(
    make_result: Any, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = make_result()
    report = report_of(result, columns, monkeypatch)
    assert max(len(line) for line in report.splitlines()) <= columns
    assert "…" not in report
    assert all(f"{summary.mode} " in report for summary in result.modes)


def test_a_name_that_does_not_fit_goes_on_in_the_next_row(monkeypatch: pytest.MonkeyPatch) -> None:
    modes = ("requests-session", "requests-session#2")
    report = report_of(result_of(*(record_of(mode, 1.0, [200, 500]) for mode in modes)), 30, monkeypatch)
    table = report.split("\n\n")[1]
    assert "…" not in table
    assert "".join(line.split()[0] for line in table.splitlines()[3:5]) == "requests-session#2!"


def test_columns_are_dropped_in_order_of_their_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    def headers(result: Result, columns: int) -> list[str]:
        report = report_of(result, columns, monkeypatch).replace(" ms", "")
        return next(line.split() for line in report.splitlines() if re.match(r"(#\s+)?mode ", line))

    clean, failing = clean_result(), failing_result()
    interval = ["95", "%", "interval"]
    usual = ["#", "mode", "requests/s", "p50", "p99", "errors", "slower"]
    everything = [*usual[:4], "p95", *usual[4:], *interval, "vs", "next", "CPU", "µs", "peak", "MiB", "req/conn"]
    assert headers(clean, 130) == everything
    assert headers(clean, 116) == [*everything[:-3], "req/conn"]
    assert headers(clean, 110) == everything[:-3]
    assert headers(clean, 90) == [*usual, *interval, "vs", "next"]
    assert headers(clean, 80) == [*usual, *interval]
    assert headers(clean, 75) == [*usual, "vs", "next"]
    assert headers(clean, 66) == ["#", "mode", "requests/s", "p50", "errors", "slower", "vs", "next"]
    assert headers(clean, 60) == ["#", "mode", "requests/s", "p50", "slower", "vs", "next"]
    assert headers(clean, 48) == ["#", "mode", "requests/s", "p50", "slower"]
    assert headers(clean, 40) == ["#", "mode", "requests/s", "slower"]
    assert headers(failing, 70) == ["#", "mode", "requests/s", "p50", "p95", "p99", "errors", "slower"]
    assert headers(failing, 44) == ["mode", "requests/s", "errors", "slower"]
    assert headers(failing, 40) == ["mode", "requests/s", "errors"]


def test_the_chart_turns_logarithmic_when_modes_differ_much() -> None:
    assert "higher is better, logarithmic scale" in report_of(clean_result())
    near = result_of(record_of("aiohttp", 1.0, [200] * 10), record_of("httpx", 9.0, [200] * 10))
    report = report_of(near)
    assert "higher is better\n" in report
    assert re.search(r"aiohttp ┤█+.* 1,000\n", report)
    assert re.search(r"httpx ┤█+.* 111\n", report)


def test_one_mode_makes_no_chart() -> None:
    assert "█" not in report_of(result_of(record_of("aiohttp", 1.0, [200] * 10)))


def test_failures_are_marked_and_named() -> None:
    report = report_of(failing_result())
    rows = cells_of(report)
    assert list(rows) == ["httpx", "aiohttp", "requests", "httpx-client"]
    assert rows["aiohttp"][2:] == ["!", "10,000", "0.10", "0.10", "0.10", "3", "×0.01", "1,000"]
    assert rows["httpx-client"][2:] == ["!", *"–" * 7]
    assert "aiohttp ! ┤█" in report
    assert "3 × refused: ClientError:" in report
    assert "2 × status: HTTP 404 (1), HTTP 503 (1)" in report
    assert "httpx-client could not start" in report


def test_texts_from_elsewhere_can_not_control_the_terminal() -> None:
    report = report_of(failing_result())
    assert all(character.isprintable() for line in report.split("\n") for character in line)
    assert r"\x1b[31mred" in report
    assert r"\u202eevil" in report


def test_how_fast_a_mode_fails_is_no_throughput() -> None:
    refused = -1 - ERROR_KINDS.index("refused")
    report = report_of(
        result_of(
            record_of("aiohttp", 1.0, [refused] * 10),
            record_of("httpx", 2.0, [200] * 10),
            record_of("requests", 3.0, [200] * 10),
        )
    )
    assert cells_of(report)["aiohttp"] == ["3", "aiohttp", "!", *"–" * 4, "10", "–", "–"]
    assert not re.search(r"aiohttp +┤", report)
    assert "No bar: aiohttp (no request succeeded)." in report


def test_a_stopped_run_says_so() -> None:
    assert "Stopped by the user" in report_of(result_of(record_of("aiohttp", 1.0, [200]), stopped=True))


def test_a_run_stopped_before_its_first_request_has_no_table() -> None:
    report = report_of(result_of(modes=DEFAULT_MODES, stopped=True))
    assert "before anything was measured" in report
    assert cells_of(report) == {}


def test_a_mode_that_was_not_measured_has_no_numbers() -> None:
    result = result_of(record_of("aiohttp", 1.0, [200]), modes=("aiohttp", "httpx"), stopped=True)
    assert cells_of(report_of(result))["httpx"] == ["2", "httpx", "!", *"–" * 8]


def test_a_stream_without_the_characters_gets_others() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    print_report(clean_result(), StreamConsole(stream))
    report = stream.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    assert "x1.00" in report
    assert "aiohttp |####" in report
    assert "requests/s" in report
    assert "\\" not in report


def test_a_closed_stream_is_no_error() -> None:
    print_report(clean_result(), StreamConsole(None))


def test_the_list_of_modes_has_each_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "40")
    print_modes(StreamConsole(stream))
    lines = stream.buffer.getvalue().decode().splitlines()  # type: ignore[attr-defined]
    assert [line.split()[0] for line in lines[2:]] == list(MODES)
    assert all(re.search(r"\d+\.\d+", line) for line in lines[2:])


@pytest.mark.parametrize("make_result", [clean_result, failing_result])
def test_the_json_keeps_its_contract(make_result: Any) -> None:
    document = json.loads(json_report.to_text(make_result()))
    jsonschema.validate(document, SCHEMA)


def test_the_json_of_a_clean_mode() -> None:
    document = json_report.to_dict(clean_result())
    mode = next(mode for mode in document["modes"] if mode["id"] == "aiohttp")
    assert (mode["requests"], mode["ok"], mode["errors"], mode["statuses"]) == (30, 30, {}, {"200": 30})
    assert mode["elapsed_s"] == pytest.approx([0.0013] * 3, rel=1e-3)
    assert mode["requests_per_second"] == pytest.approx(10 / 0.0013, rel=1e-3)
    assert mode["latency_ms"]["p99"] == pytest.approx(0.13)
    assert (mode["body_bytes"], mode["rounds_done"], mode["peak_memory_mib"]) == (30_000, 3, 30.0)
    assert mode["rounds"][0]["warmup"] == [
        {"latency_ms": 5.0, "status": 200, "error": None},
        {"latency_ms": 1.0, "status": None, "error": ERROR_KINDS[1]},
    ]
    assert (mode["connections"], mode["requests_per_connection"], mode["settings"]) == (12, 3.0, {})
    assert (mode["rounds"][0]["connections"], mode["rounds"][0]["target_cpu_s"]) == (4, 0.005)
    first, second, *_ = document["ranking"]
    assert first == {
        **{"rank": 1, "label": "1", "mode": "aiohttp", "ratio": 1.0, "ratio_interval": [1.0, 1.0], "verdict": None},
        **{"verdict_next": "faster", "tied_with": [], "clean": True, "other_work": False},
    }
    low, high = second["ratio_interval"]
    assert 3.1 < low < second["ratio"] < high < 3.3
    assert second["verdict"] == "faster"
    assert (document["target"], document["stopped"]) == ("embedded", False)


def test_the_json_has_null_for_what_is_unknown() -> None:
    document = json_report.to_dict(
        result_of(record_of("aiohttp", 1.0, [200], elapsed_s=None, cpu_s=float("nan"), setup=None))
    )
    assert document["modes"][0]["requests_per_second"] is None
    assert document["modes"][0]["rounds"][0]["cpu_s"] is None
    json.dumps(document, allow_nan=False)
    jsonschema.validate(document, SCHEMA)


def test_the_json_shows_no_secret() -> None:
    request = Request("/", headers=(("Authorization", "Bearer hunter2"), ("Accept", "*/*")))
    text = json_report.to_text(clean_result(request=request))
    assert "hunter2" not in text
    assert ["Accept", "*/*"] in json.loads(text)["plan"]["headers"]


def test_the_json_says_how_the_run_was_planned() -> None:
    plan = json_report.to_dict(clean_result(rounds="auto", budget_s=60.0, same_within=0.05, pin=False))["plan"]
    assert (plan["rounds"], plan["profile"], plan["budget_s"], plan["same_within"]) == ("auto", "defaults", 60.0, 0.05)
    assert plan["pin"] is False
    jsonschema.validate(json_report.to_dict(clean_result(rounds="auto")), SCHEMA)


def test_the_json_has_null_for_a_bound_that_is_infinite() -> None:
    result = result_of(record_of("aiohttp", 1.0, [200] * 10), record_of("httpx", 2.0, [200] * 10))
    first, second = json_report.to_dict(result)["ranking"]
    assert (first["ratio_interval"], second["ratio_interval"]) == ([1.0, 1.0], [0.0, None])
    assert (first["label"], second["label"], second["tied_with"]) == ("1=", "1=", ["aiohttp"])
    failed = json_report.to_dict(failing_result())["ranking"][-1]
    assert (failed["ratio_interval"], failed["verdict"], failed["clean"]) == (None, None, False)


def probe_of(mode: str, status: int, **settings: str) -> Probe:
    response = ProbeResponse(status, 302, "http://127.0.0.1:8000/", "1.1", 10, "hash")
    return Probe(mode, settings={"timeout": "30 s", **settings}, response=response)


def probed_result() -> Result:
    modes = ("aiohttp", "requests", "httpx", "httpx#2")
    probes = (
        probe_of("aiohttp", 200, redirects="followed"),
        probe_of("requests", 200, redirects="followed"),
        probe_of("httpx", 302, redirects="not followed"),
    )
    records = [record for index, mode in enumerate(modes) for record in rounds_of(mode, 1.0 + index)]
    return result_of(*records, rounds=3, probes=probes)


def test_a_mode_that_does_other_work_is_marked() -> None:
    result = probed_result()
    report = report_of(result)
    assert "httpx ≠ " in report
    assert "httpx#2 ≠ " in report
    assert "aiohttp ≠" not in report
    assert "≠ does other work than most modes" in report
    assert "≠" not in report_of(clean_result())
    document = json_report.to_dict(result)
    jsonschema.validate(document, SCHEMA)
    assert [rank["other_work"] for rank in document["ranking"]] == [False, False, True, True]
    assert document["differences"] == [
        {"text": "httpx got 302; the others followed it to 200.", "modes": ["httpx"]},
    ]
    assert document["modes"][3]["settings"] == {
        "timeout": "30 s",
        "redirects": "not followed",
        "spoken": "HTTP/1.1",
    }


def test_settings_are_listed_when_asked_for() -> None:
    result = probed_result()
    assert "settings differ in: redirects; see -v" in report_of(result)
    report = report_of(result, verbose=True)
    assert "see -v" not in report
    assert re.search(r"timeout +30 s +all modes\n", report)
    assert re.search(r"redirects +followed +aiohttp, requests\n +not followed +httpx, httpx#2\n", report)
    assert re.search(r"packages +aiohttp 3.14.1\n", report)
    assert "settings differ" not in report_of(clean_result())


def test_the_environment_says_what_the_machine_did() -> None:
    environment = Environment("CPython 3.12", "Linux", 2, {}, "worker on CPU 1, target on CPU 0", "powersave", 0.125)
    report = report_of(replace(clean_result(), environment=environment), verbose=True)
    for part in ("worker on CPU 1, target on CPU 0", "powersave", "12 % of all processors", "2 CPUs"):
        assert part in report


def test_modes_that_are_not_told_apart_share_a_place() -> None:
    records = [*rounds_of("aiohttp", 2.5), *rounds_of("requests", 3.0, noise=0.3), *rounds_of("httpx", 3.1, noise=0.3)]
    result = result_of(*records, rounds="auto")
    report = report_of(result)
    assert {mode: row[0] for mode, row in cells_of(report).items()}["aiohttp"] == "1="
    assert "3 rounds (auto)" in report
    assert "can't be told apart yet (more rounds may: -r 30)." in report


def verdicts_of(*latencies_ms: float, noise: float = 1e-3, rounds: int = 5, **changes: Any) -> str | None:
    modes = ("aiohttp", "requests", "httpx", "httpx-client", "requests-session", "httpx-async")[: len(latencies_ms)]
    records = [
        record for mode, ms in zip(modes, latencies_ms, strict=True) for record in rounds_of(mode, ms, rounds, noise)
    ]
    return conclude(result_of(*records, rounds=rounds, **changes))


def test_the_conclusion_says_what_is_decided() -> None:
    assert verdicts_of(1.0, 2.0, 3.0) == "aiohttp is fastest; all places are decided."
    assert verdicts_of(1.0, 1.001) == "aiohttp and requests are the same (within 3 %)."
    assert verdicts_of(1.0, 2.0, 2.001, same_within=0.05) == (
        "aiohttp is fastest; requests and httpx are the same (within 5 %)."
    )
    assert verdicts_of(1.0, 2.0, rounds=1) == "One round decides nothing; make more of them."
    assert verdicts_of(1.0) is None
    assert conclude(failing_result()) is None


def test_the_conclusion_says_what_is_not_decided() -> None:
    text = verdicts_of(1.0, 1.05, noise=0.2) or ""
    assert re.fullmatch(r"\w+ and \w+ can't be told apart yet \(more rounds may: -r 30\)\.", text)
    text = verdicts_of(1.0, 1.05, noise=0.2, rounds=20) or ""
    assert "-r 40" in text
    text = verdicts_of(1.0, 1.05, 5.0, 5.2, noise=0.2) or ""
    assert re.fullmatch(r"\w+ and \w+ can't be told apart yet, nor can [\w-]+ and [\w-]+ \(.*\)\.", text)
    text = verdicts_of(1.0, 1.01, 1.02, noise=0.2) or ""
    assert re.fullmatch(r"[\w-]+, [\w-]+ and [\w-]+ can't be told apart yet \(.*\)\.", text)


@pytest.mark.parametrize(
    ("metric", "title", "text"),
    [
        ("requests/s", "Requests per second, higher is better", "7,698"),
        ("time", "Mean time in seconds for 10 requests, lower is better", "1.30 ms"),
        ("p50", "Median latency in ms, lower is better", "0.13 ms"),
        ("p99", "99th percentile of latency in ms, lower is better", "0.13 ms"),
        ("cpu", "CPU time in µs per request, lower is better", "1,000 µs"),
        ("memory", "Peak memory in MiB, lower is better", "30.0 MiB"),
        ("connections", "Connections opened per round, lower is better", "4.00"),
        ("reuse", "Requests per connection, higher is better", "3.00"),
        ("bytes", "Body bytes per request", "1,000"),
    ],
)
def test_the_chart_shows_any_metric(metric: str, title: str, text: str) -> None:
    lines = report_of(clean_result(), metric=metric).splitlines()
    assert any(line == title or line.startswith(f"{title}, log") for line in lines)
    assert next(line for line in lines if re.search(r" aiohttp ┤█", line)).endswith(f" {text}")


def test_every_metric_of_the_chart_is_tested() -> None:
    arguments = test_the_chart_shows_any_metric.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert [metric for metric, *_ in arguments] == list(CHART_METRICS)


def test_the_best_bar_is_on_top() -> None:
    records = [*rounds_of("aiohttp", 1.0, cpu_s=0.05), *rounds_of("httpx", 2.0, cpu_s=0.02)]
    report = report_of(result_of(*records, rounds=3), metric="cpu")
    assert re.findall(r"(\w+) ┤█", report) == ["httpx", "aiohttp"]
    assert re.findall(r"(\w+) ┤█", report_of(result_of(*records, rounds=3), metric="bytes")) == ["aiohttp", "httpx"]


def test_a_mode_without_a_value_has_no_bar_and_is_named() -> None:
    records = [*rounds_of("aiohttp", 1.0), *rounds_of("httpx", 2.0, connections=None)]
    report = report_of(result_of(*records, rounds=3), metric="connections")
    assert re.findall(r"(\w+) ┤█", report) == ["aiohttp"]
    assert "No bar: httpx (unknown)." in report
    unknown = [*rounds_of("aiohttp", 1.0, cpu_s=None), *rounds_of("httpx", 2.0, cpu_s=None)]
    report = report_of(result_of(*unknown, rounds=3), metric="cpu")
    assert "No bar: aiohttp (unknown), httpx (unknown)." in report
    assert "CPU µs" not in report


def progress_of(**changes: Any) -> Progress:
    values: dict[str, Any] = {
        **{"elapsed_s": 7.2, "round": 3, "rounds": 5, "lanes": (), "running": "aiohttp", "time_left_s": 4.0},
        **{"throughput": None, "is_auto": True, "max_rounds": 30, "budget_left_s": 12.9},
    }
    return Progress(**(values | changes))


def test_progress_says_when_an_automatic_run_decides() -> None:
    assert headline(progress_of()) == "round 3, deciding after round 5 · aiohttp · 0:07 · 0:12 of budget left"
    assert headline(progress_of(round=5)).startswith("round 5, deciding after it · ")
    assert headline(progress_of(round=30, rounds=30)).startswith("round 30, the last · ")
    assert headline(progress_of(round=5, running=None, time_left_s=0.0)) == "5 rounds (auto) · 0:07"
    fixed = progress_of(is_auto=False, budget_left_s=None, max_rounds=5)
    assert headline(fixed) == "round 3 of 5 · aiohttp · 0:07 · about 0:04 left"
    assert headline(progress_of(round=0)) == "starting"


def test_progress_names_as_many_undecided_pairs_as_fit() -> None:
    ranking = (Rank(1, "requests", 1.0, clean=True),)
    pairs = (("requests", "requests-session"), ("httpx", "httpx-client"), ("aiohttp", "aiohttp-each"))
    progress = progress_of(ranking=ranking, undecided=pairs)
    whole = "undecided: requests – requests-session, httpx – httpx-client, aiohttp – aiohttp-each"
    assert undecided_line(progress, len(whole)) == whole
    assert undecided_line(progress, 80) == ("undecided: requests – requests-session, httpx – httpx-client and 1 more")
    assert undecided_line(progress, 30) == "undecided: 3 pairs"
    assert undecided_line(progress_of(ranking=ranking), 80) == "undecided: nothing"
    assert undecided_line(progress_of(), 80) == ""
    assert undecided_line(progress_of(ranking=ranking, undecided=pairs, is_auto=False), 80) == ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "reports"
    path.mkdir()
    return path


def test_a_file_is_replaced_whole_and_keeps_its_permissions(folder: Path) -> None:
    path = folder / "result.json"
    path.write_text("old")
    path.chmod(0o640)
    destination = FileDestination(str(path))
    assert path.read_text() == "old"
    destination.write("new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names_in(folder) == ["result.json"]


def test_no_file_appears_before_there_is_a_result(folder: Path) -> None:
    destination = FileDestination(str(folder / "result.json"))
    assert names_in(folder) == []
    destination.write("new")
    assert names_in(folder) == ["result.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    FileDestination(str(link)).write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_device_is_written_in_place() -> None:
    FileDestination("/dev/null").write("text")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_pipe_is_written_in_place(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    destination = FileDestination(str(path))
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(path.read_text()))
    reader.start()
    destination.write("text")
    reader.join(10)
    assert received == ["text"]
    assert path.is_fifo()


def test_other_names_of_standard_output_are_known(capfd: pytest.CaptureFixture[str]) -> None:
    assert FileDestination("-").is_stdout
    with capfd.disabled():
        assert FileDestination("/dev/stdout").is_stdout


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is empty"),
        (".", "it is a folder"),
        ("missing/result.json", "there is no folder"),
        ("file/result.json", "ot a directory"),
        ("x" * 300, "ame too long"),
    ],
)
def test_a_path_that_can_not_be_written_is_refused(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PlanError, match=reason):
        FileDestination(str(tmp_path / name) if name else "")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions don't bind root")
def test_permissions_are_respected(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("old")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PlanError, match="ermission denied"):
            FileDestination(str(tmp_path / "new.json"))
        FileDestination(str(path)).write("new")
        assert path.read_text() == "new"
        path.chmod(0o400)
        with pytest.raises(PlanError, match="permission denied"):
            FileDestination(str(path))
    finally:
        tmp_path.chmod(0o700)
