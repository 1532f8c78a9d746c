"""The text report of results made by hand."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from support.made_results import (
    LATENCY_MS,
    even_result,
    failing_result,
    probed_result,
    record_of,
    result_of,
    rounds_of,
)
from support.reports import report_of

from tui_httpbench.analysis.conclusion import ONE_ROUND, conclude
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.places import NO_VERDICT_YET, places_of
from tui_httpbench.analysis.result import Environment, Rank, Result
from tui_httpbench.bench.events import Progress
from tui_httpbench.clients.catalog import DEFAULT_MODES, MODES
from tui_httpbench.commands.modes import print_modes
from tui_httpbench.plan.plan import Request
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.progress import undecided_line
from tui_httpbench.report.text import print_report
from tui_httpbench.text.formatting import format_interval
from tui_httpbench.worker.errors import ERROR_KINDS


def cells_of(report: str) -> dict[str, list[str]]:
    """The table's cells by the mode's name."""
    rows = [line.split() for line in report.splitlines() if re.match(r" *(\d+=?|–) ", line)]
    return {row[1]: row for row in rows if row[1] in DEFAULT_MODES}


def test_the_table_ranks_and_compares() -> None:
    result = even_result()
    report = report_of(result)
    rows = cells_of(report)
    interval = result.ranking[-1].interval
    assert interval is not None
    assert 190 < interval.low <= interval.high < 210
    assert list(rows) == sorted(LATENCY_MS, key=LATENCY_MS.__getitem__)
    assert rows["aiohttp"] == ["1", "aiohttp", "7,689", "×1.00", "reference", "0.13", "0.13", "0"]
    assert rows["httpx"] == [
        "8",
        "httpx",
        "38.4",
        "×200",
        format_interval(interval.low, interval.high),
        "26.0",
        "26.0",
        "0",
    ]
    assert "!" not in report


def test_the_heading_says_what_was_measured() -> None:
    heading = report_of(even_result()).split("\n\n")[0]
    for part in (
        "GET http://127.0.0.1:8000/ (the embedded target)",
        "8 modes × 10 requests × 3 rounds; 10 in flight; profile equal",
    ):
        assert part in heading
    assert "CPython 3.11.7, aiohttp 3.14.1" in heading
    assert "; 1 in flight; profile defaults" in report_of(even_result(concurrency=1, chosen_profile="defaults"))
    assert "; 10 in flight;" in report_of(even_result(concurrency=20)), "no more than a round has"
    assert "embedded" not in report_of(even_result(request=Request("http://127.0.0.1:8000/")))


@pytest.mark.parametrize(
    ("values", "load"),
    [
        ({"requests": None, "rounds": "auto"}, "8 modes × 1.3 ms to 0.26 s × 3 rounds (auto); 10 in flight"),
        ({"requests": None, "rounds": 3}, "8 modes × 1.3 ms to 0.26 s (auto) × 3 rounds; 10 in flight"),
        ({"requests": None, "duration_s": 2.0, "rounds": 4}, "8 modes × 2 s × 3 of 4 rounds; 10 in flight"),
        ({"duration_s": 0.05}, "8 modes × batches of 10 requests for 50 ms × 3 rounds; 10 in flight"),
        ({}, "8 modes × 10 requests × 3 rounds; 10 in flight"),
    ],
)
def test_the_heading_says_the_load(values: dict[str, Any], load: str) -> None:
    result = replace(even_result(**values), duration_s=0.35)
    assert load in report_of(result).replace("\n", " ")
    assert "not a fair comparison" not in report_of(result)


@pytest.mark.parametrize(
    ("modes", "sentence"),
    [
        (
            ("aiohttp", "requests"),
            "sync modes one by one against async modes all at once: not a fair comparison, but the article's own",
        ),
        (("requests", "httpx"), "sync modes one by one, as the article did it"),
        (("aiohttp", "httpx-async"), "async modes all at once, as the article did it"),
    ],
)
def test_the_article_s_concurrency_says_what_it_compares(modes: tuple[str, ...], sentence: str) -> None:
    records = [record for mode in modes for record in rounds_of(mode, LATENCY_MS[mode])]
    heading = report_of(result_of(*records, rounds=3, concurrency="article")).split("\n\n")[0]
    assert f" {sentence} " in " ".join(heading.split())
    assert "in flight" not in heading


def test_the_conclusion_stands_right_under_the_heading() -> None:
    result = even_result()
    blocks = report_of(result).split("\n\n")
    assert blocks[0].startswith("GET ")
    assert " ".join(blocks[1].split()) == conclude(result)
    assert blocks[2].lstrip().startswith("#")
    stopped = report_of(replace(result, stopped=True)).split("\n\n")
    assert "Stopped by the user" in stopped[0]
    assert " ".join(stopped[1].split()) == conclude(result)


def test_the_cpu_ratio_says_whether_it_is_sure() -> None:
    records = [record for mode in ("aiohttp", "requests", "httpx", "httpx-client") for record in rounds_of(mode, 1.0)]
    ranking_cpu = (
        Rank(1, "httpx", 1.0, clean=True),
        Rank(1, "requests", 1.02, clean=True, verdict="same"),
        Rank(1, "aiohttp", 1.5, clean=True, verdict="unsure"),
        Rank(4, "httpx-client", 2.5, clean=True, verdict="faster"),
    )
    result = replace(result_of(*records, rounds=3), ranking_cpu=ranking_cpu)
    lines = report_of(result, 160).splitlines()
    header = next(line for line in lines if "CPU µs" in line)
    assert "CPU µs  CPU ratio  " in header
    start, end = header.index("CPU ratio"), header.index("peak MiB")
    cells = {line.split()[1]: line[start:end].strip() for line in lines if re.match(r" *\d+=? ", line)}
    shown = {"httpx": "×1.00", "requests": "×1.02 same", "aiohttp": "×1.50 unsure", "httpx-client": "×2.50"}
    assert {mode: cells[mode] for mode in shown} == shown
    for ranking in ((), ranking_cpu[:1], (ranking_cpu[0], replace(ranking_cpu[1], clean=False))):
        assert "CPU ratio" not in report_of(replace(result, ranking_cpu=ranking), 160)


@pytest.mark.parametrize("columns", [30, 40, 48, 60, 79, 80, 100, 200])
@pytest.mark.parametrize("make_result", [even_result, failing_result])
def test_nothing_is_wider_than_the_terminal_or_cut_off(make_result: Any, columns: int) -> None:
    result = make_result()
    report = report_of(result, columns)
    assert max(len(line) for line in report.splitlines()) <= columns
    assert "…" not in report
    assert all(f"{summary.mode} " in report for summary in result.modes)


def test_a_name_that_does_not_fit_goes_on_in_the_next_row() -> None:
    modes = ("requests-session", "requests-session#2")
    report = report_of(result_of(*(record_of(mode, 1.0, [200, 500]) for mode in modes)), 30)
    table = report.split("\n\n")[2]  # behind the heading and the sentence
    assert "…" not in table
    assert "".join(line.split()[0] for line in table.splitlines()[3:5]) == "requests-session#2!"


def test_columns_are_dropped_in_order_of_their_weight() -> None:
    def headers(result: Result, columns: int) -> list[str]:
        report = report_of(result, columns).replace(" ms", "")
        return next(line.split() for line in report.splitlines() if re.match(r"(#\s+)?mode ", line))

    clean, failing = even_result(), failing_result()
    interval = ["95", "%", "interval"]
    least = ["#", "mode", "requests/s", "slower"]
    usual = [*least, *interval, "p50", "p99", "errors"]
    sure = [*least, *interval, "vs", "next", "p50"]
    cpu = ["CPU", "µs", "CPU", "ratio"]
    everything = [*sure, "p95", "p99", "errors", *cpu, "peak", "MiB", "conns", "req/conn", "bytes"]
    assert headers(clean, 170) == everything
    assert headers(clean, 148) == everything[:-1]
    assert headers(clean, 140) == [*everything[:-3], "req/conn"]
    assert headers(clean, 130) == [*everything[:-5], "req/conn"]
    assert headers(clean, 120) == everything[:-5]
    assert headers(clean, 110) == [*sure, "p95", "p99", "errors", "CPU", "ratio"]
    assert headers(clean, 105) == [*sure, "p99", "errors", "CPU", "ratio"]
    assert headers(clean, 95) == [*sure, "p99", "errors"]
    assert headers(clean, 80) == usual
    assert headers(clean, 66) == [*least, *interval, "p50"]
    assert headers(clean, 60) == [*least, "p50", "errors"]
    assert headers(clean, 40) == least
    assert headers(clean, 30) == ["mode", "requests/s"]
    assert headers(failing, 75) == [*least, "p50", "p95", "p99", "errors"]
    assert headers(failing, 40) == [*least[:3], "errors"]


def test_failures_are_marked_and_named() -> None:
    report = report_of(failing_result())
    rows = cells_of(report)
    assert list(rows) == ["httpx", "aiohttp", "requests", "httpx-client"]
    assert rows["aiohttp"][2:] == ["!", "7,000", "–", "0.10", "0.10", "0.10", "3", "1,000"]
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
    assert cells_of(report)["aiohttp"] == ["–", "aiohttp", "!", *"–" * 5, "10", "–"]
    assert not re.search(r"aiohttp +┤", report)
    assert "No bar: aiohttp (no request succeeded)." in report


def test_a_stopped_run_says_so() -> None:
    assert "Stopped by the user" in report_of(result_of(record_of("aiohttp", 1.0, [200]), stopped=True))


def test_a_run_stopped_before_its_first_request_has_no_table() -> None:
    report = report_of(result_of(modes=DEFAULT_MODES, stopped=True))
    assert "before anything was measured" in report
    assert cells_of(report) == {}


def test_a_run_that_could_not_begin_is_not_said_to_be_stopped_by_anybody() -> None:
    trouble = Finding("ended-early", "The run ended in round 1: no room.")
    report = report_of(replace(result_of(modes=DEFAULT_MODES, stopped=True), findings=(trouble,)))
    assert "Nothing was measured. The run ended in round 1: no room." in report
    assert "Stopped" not in report


def test_a_mode_that_was_not_measured_has_no_numbers() -> None:
    result = result_of(record_of("aiohttp", 1.0, [200]), modes=("aiohttp", "httpx"), stopped=True)
    assert cells_of(report_of(result))["httpx"] == ["–", "httpx", "!", *"–" * 8]


def test_a_stream_without_the_characters_gets_others() -> None:
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="ascii")
    print_report(even_result(), StreamConsole(stream))
    report = buffer.getvalue().decode("ascii")
    assert "x1.00" in report
    assert "aiohttp |####" in report
    assert "requests/s" in report
    assert "\\" not in report


def test_a_closed_stream_takes_all_and_shows_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    print_report(even_result(), StreamConsole(None))
    assert capfd.readouterr() == ("", "")


def test_the_list_of_modes_has_each_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    monkeypatch.setenv("COLUMNS", "40")
    stream = io.TextIOWrapper(buffer, encoding="utf-8")
    print_modes(StreamConsole(stream))
    lines = buffer.getvalue().decode().splitlines()
    assert [line.split()[0] for line in lines[2:]] == list(MODES)
    # Another test of this process may have made a file of somebody's own known, which tells no version.
    built_in = {mode_id for mode_id, mode in MODES.items() if mode.library.source_file.parent.name == "clients"}
    for line in lines[2:]:
        assert line.split()[0] not in built_in or re.search(r"\d+\.\d+|not installed", line)


def test_a_mode_that_does_other_work_is_marked() -> None:
    result = probed_result()
    report = report_of(result)
    assert "httpx ≠ " in report
    assert "httpx#2 ≠ " in report
    assert "aiohttp ≠" not in report
    assert "≠ does other work than most modes" in report
    assert "≠" not in report_of(even_result())


def test_settings_are_listed_when_asked_for() -> None:
    result = probed_result()
    assert "settings differ in: redirects; see -v" in report_of(result)
    report = report_of(result, verbose=True)
    assert "see -v" not in report
    assert re.search(r"timeout +30 s +all modes\n", report)
    assert re.search(r"redirects +followed +aiohttp, requests\n +not followed +httpx, httpx#2\n", report)
    assert re.search(r"packages +aiohttp 3.14.1\n", report)
    assert re.search(r"slower +How many times the winner's time", report)
    assert "settings differ" not in report_of(even_result())


def test_the_environment_says_what_the_machine_did() -> None:
    environment = Environment("CPython 3.12", "Linux", 2, {}, "worker on CPU 1, target on CPU 0", "powersave", 0.125)
    report = report_of(replace(even_result(), environment=environment), verbose=True)
    for part in ("worker on CPU 1, target on CPU 0", "powersave", "12 % of all processors", "2 CPUs"):
        assert part in report


def test_only_modes_that_were_compared_have_a_place() -> None:
    good = [*rounds_of("aiohttp", 1.0), *rounds_of("httpx", 3.0)]
    result = result_of(*good, record_of("requests", 0.1, [200] * 8 + [503] * 2), rounds=3)
    assert {mode: row[0] for mode, row in cells_of(report_of(result)).items()} == {
        "aiohttp": "1",
        "httpx": "2",
        "requests": "–",
    }
    assert "missing rounds: no place, below the modes without." in report_of(result)
    alone = result_of(record_of("aiohttp", 0.1, [200]), record_of("requests", 0.1, [503]))
    assert places_of(alone.ranking) == {"aiohttp": "1", "requests": "–"}


def test_one_round_gives_no_places() -> None:
    result = result_of(record_of("aiohttp", 1.0, [200] * 10), record_of("httpx", 9.0, [200] * 10))
    assert {row[0] for row in cells_of(report_of(result)).values()} == {"–"}
    assert conclude(result) == f"{ONE_ROUND[:-1]}: give -r 3 or more."
    progress = Progress(
        1.0, "measuring", 2, 5, (), "aiohttp", None, is_auto=True, ranking=result.ranking, undecided=(("a", "b"),)
    )
    assert undecided_line(progress, 80) == NO_VERDICT_YET
    two = result_of(*rounds_of("aiohttp", 1.0, rounds=2), *rounds_of("httpx", 9.0, rounds=2), rounds=2)
    assert [row[0] for row in cells_of(report_of(two)).values()] == ["1", "2"]
    assert undecided_line(replace(progress, ranking=two.ranking, undecided=()), 80) == "undecided: nothing"


def test_modes_that_are_not_told_apart_share_a_place() -> None:
    records = [
        *rounds_of("aiohttp", 2.5),
        *rounds_of("httpx-async", 3.0, noise=0.1),
        *rounds_of("aiohttp-each", 3.1, noise=0.1),
    ]
    result = result_of(*records, rounds="auto")
    report = report_of(result)
    assert {mode: row[0] for mode, row in cells_of(report).items()}["aiohttp"] == "1="
    assert "3 rounds (auto)" in report
    assert " ".join(report.split("\n\n")[1].split()) == conclude(result)


def test_a_bound_next_to_1_tells_on_which_side_it_lies() -> None:
    assert format_interval(1.003, 1.1) == "1.003–1.10"
    assert format_interval(0.9961, 2.0) == "0.996–2.00"
    assert format_interval(1.0, 1.0) == "1.00–1.00"
