"""A run beside the article: places, ratios, and that each sentence comes from numbers of the run."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, replace
from typing import Any

import jsonschema
import numpy as np
import pytest
from support import SCHEMA_FILE
from support.made_results import MACHINE

from tui_httpbench.analysis.article import (
    COLUMNS,
    PUBLISHED_RANKING,
    PUBLISHED_S,
    ArticleComparison,
    ArticleRow,
    compare_with_article,
)
from tui_httpbench.analysis.article_run import Run, format_time
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.records import RoundRecord, WarmupRequest, WorkerSetup
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.plan.scenario import LOOPBACK, SCENARIOS, Capacity, ServiceTime
from tui_httpbench.report import json_report
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.text import print_report
from tui_httpbench.worker.errors import code_of

SCHEMA = json.loads((SCHEMA_FILE).read_text())
SETUP = WorkerSetup("CPython 3.11.7", {}, 0.1, 0.01, (WarmupRequest(5.0, 200),) * 3)
SITE = SCENARIOS["article"]


@dataclass(frozen=True)
class Measurement:
    """One mode's time and CPU time in seconds for a round of 100 requests, and the connections of a round."""

    elapsed_s: float
    cpu_s: float | None = 0.2
    connections: int | None = 103
    body_bytes: int = 50_000


LIKE_THE_SITE = {
    "aiohttp": Measurement(2.30, 0.15, 100),
    "aiohttp-each": Measurement(2.42, 0.25),
    "httpx-async": Measurement(2.60, 0.80, 100),
    "requests-session": Measurement(4.42, 0.30, 1),
    "httpx-async-each": Measurement(3.10, 2.90),
    "requests": Measurement(9.93, 1.90),
    "httpx": Measurement(12.0, 2.80),
}


def records_of(
    mode: str, measured: Measurement, requests: int, rounds: int, noise: float, batches: int = 1
) -> list[RoundRecord]:
    generator = np.random.default_rng(list(mode.encode()))
    records = []
    for number in range(1, rounds + 1):
        at_once = "async" in mode or mode.startswith("aiohttp")
        latency_s = measured.elapsed_s / (2 if at_once else requests)
        rows = np.array([(1 + i, int(latency_s * 1e9), 200, measured.body_bytes) for i in range(requests)], np.int64)
        rows = np.tile(rows, (batches, 1))
        elapsed_s = batches * measured.elapsed_s * (1 + noise * float(generator.uniform(-1, 1)))
        values: dict[str, Any] = {"setup": SETUP}
        # Each batch has a client made anew.
        values["connections"] = None if measured.connections is None else batches * measured.connections
        values["cpu_s"] = None if measured.cpu_s is None else batches * measured.cpu_s
        records.append(RoundRecord(mode, number, "complete", rows, elapsed_s, **values))
    return records


def result_of(
    modes: dict[str, Measurement],
    *,
    rounds: int = 5,
    noise: float = 1e-3,
    failed: tuple[str, ...] = (),
    batches: int = 1,
    **changes: Any,
) -> Result:
    values: dict[str, Any] = {
        "modes": tuple(modes),
        "requests": 100,
        "concurrency": "article",
        "rounds": rounds,
        "scenario": SITE,
    }
    plan = Plan(**(values | changes))
    records = [
        record
        for mode, measured in modes.items()
        for record in records_of(mode, measured, plan.requests or 100, rounds, noise, batches)
    ]
    for record in records:
        if record.mode in failed:
            record.samples[0, 2] = code_of("refused")
    scheme = "https" if plan.scenario.tls else "http"
    url = plan.request.url if not plan.request.uses_embedded_target else f"{scheme}://127.0.0.1:8000/"
    return summarize_run(Measured(plan, url, tuple(records), machine=MACHINE))


def compare(modes: dict[str, Measurement] = LIKE_THE_SITE, **changes: Any) -> ArticleComparison:
    comparison = compare_with_article(result_of(modes, **changes))
    assert comparison is not None
    return comparison


def row_of(comparison: ArticleComparison, mode: str) -> ArticleRow:
    return next(row for row in comparison.rows if row.mode == mode)


def text_about(comparison: ArticleComparison, start: str) -> str:
    return next((text for text in comparison.texts if text.startswith(start)), "")


def at_the_article_s_speed(*modes: str) -> dict[str, Measurement]:
    return {mode: Measurement(PUBLISHED_S[mode]) for mode in modes or PUBLISHED_S}


def report_of(result: Result, columns: int = 80) -> str:
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding="utf-8")
    console = StreamConsole(stream)
    console.columns = columns
    print_report(result, console)
    return buffer.getvalue().decode()


def test_the_article_s_modes_are_those_of_its_preset() -> None:
    assert tuple(PUBLISHED_S) == PRESETS["article"].values["modes"]
    assert list(PUBLISHED_S.values()) == sorted(PUBLISHED_S.values())
    assert compare(scenario=PRESETS["article"].values["scenario"]).setting is None


def test_a_run_like_the_article_agrees_with_it() -> None:
    comparison = compare(at_the_article_s_speed())
    assert [row.mode for row in comparison.rows] == [*PUBLISHED_RANKING, "httpx"]
    assert [row.label for row in comparison.rows] == ["1", "2", "3", "4", "5", "6", None]
    assert [row.published_rank for row in comparison.rows] == [1, 2, 3, 4, 5, 6, None]
    assert [row.ratio for row in comparison.rows] == pytest.approx([1.0] * 7, rel=2e-3)
    assert comparison.summary == "The order is the article's. The times are ×1.00 to ×1.00 the article's."
    assert (comparison.swapped, comparison.open_pairs) == ((), ())
    assert not any("CPU time (" in text for text in comparison.texts)
    assert "The article timed httpx but left it out of its ranking." in comparison.notes


def test_a_decided_pair_the_other_way_round_is_named() -> None:
    comparison = compare()
    assert comparison.swapped == (("requests-session", "httpx-async-each"),)
    assert comparison.summary.startswith(
        "The order differs from the article's: here httpx-async-each is before requests-session. "
    )
    assert comparison.summary.endswith("×0.49 to ×1.03 the article's.")
    assert (row_of(comparison, "httpx-async-each").rank, row_of(comparison, "requests-session").rank) == (4, 5)


def test_what_is_not_decided_is_not_called_swapped() -> None:
    modes = {"aiohttp": Measurement(2.4), "aiohttp-each": Measurement(2.3), "requests": Measurement(9.0)}
    comparison = compare(modes, noise=0.1)
    assert comparison.swapped == ()
    assert comparison.open_pairs == (("aiohttp", "aiohttp-each"),)
    assert comparison.summary.startswith(
        "What this run decides is in the article's order; not told apart: aiohttp and aiohttp-each."
    )
    assert {row.mode: row.label for row in comparison.rows} == {"aiohttp": "1=", "aiohttp-each": "1=", "requests": "3"}


def test_many_open_pairs_are_counted() -> None:
    modes = {mode: Measurement(2.3) for mode in ("aiohttp", "aiohttp-each", "httpx-async")}
    modes |= {mode: Measurement(9.0) for mode in ("requests-session", "requests")}
    assert compare(modes, noise=0.1).summary.startswith(
        "What this run decides is in the article's order; 4 of 10 pairs are not told apart. "
    )


def test_one_round_says_nothing_about_the_order() -> None:
    comparison = compare(rounds=1)
    assert comparison.swapped == ()
    assert comparison.summary.startswith("This run tells none of these modes apart")
    assert {row.label for row in comparison.rows} == {"1=", None}


def test_places_count_the_modes_compared() -> None:
    modes = {**at_the_article_s_speed("httpx-async", "requests"), "httpx-client": Measurement(0.1)}
    comparison = compare(modes)
    assert [(row.published_rank, row.expected_rank, row.rank) for row in comparison.rows] == [(3, 1, 1), (6, 2, 2)]
    assert any("only the 2 modes" in note for note in comparison.notes)


def test_a_single_ranked_mode_has_no_order() -> None:
    comparison = compare(at_the_article_s_speed("requests", "httpx"))
    assert comparison.summary.startswith("Of the article's ranking only requests was measured here")


@pytest.mark.parametrize(
    ("modes", "changes"),
    [
        (at_the_article_s_speed("aiohttp"), {}),
        (LIKE_THE_SITE, {"concurrency": 20}),
        (LIKE_THE_SITE, {"concurrency": 1, "requests": None}),
        (LIKE_THE_SITE, {"concurrency": 100, "requests": 100, "duration_s": 2.0}),
        ({"aiohttp": Measurement(2.0), "httpx-client": Measurement(3.0)}, {}),
        (at_the_article_s_speed("aiohttp", "requests"), {"failed": ("requests",)}),
    ],
    ids=[
        "one mode",
        "another concurrency",
        "seconds",
        "batches of another",
        "one of its modes",
        "one without failures",
    ],
)
def test_a_run_of_another_kind_is_not_compared(modes: dict[str, Measurement], changes: dict[str, Any]) -> None:
    result = result_of(modes, **changes)
    assert compare_with_article(result) is None
    document = json_report.to_dict(result)
    assert document["article"] is None
    jsonschema.validate(document, SCHEMA)
    assert "You and the article" not in report_of(result)


def test_a_mode_with_failures_is_listed_and_not_compared() -> None:
    comparison = compare(failed=("aiohttp", "httpx"))
    row = row_of(comparison, "aiohttp")
    assert (row.measured_s, row.rank, row.expected_rank, row.ratio) == (None, None, None, None)
    assert row.cells == ("aiohttp", "2.235", "–", "–", "–", "–")
    assert any(note.endswith("missing rounds: aiohttp and httpx.") for note in comparison.notes)
    assert row_of(comparison, "aiohttp-each").label == "1"
    assert not any("aiohttp" in explanation.modes for explanation in comparison.explanations)


def test_another_number_of_requests_has_no_ratio() -> None:
    comparison = compare(requests=25)
    assert {row.ratio for row in comparison.rows} == {None}
    assert row_of(comparison, "aiohttp").measured_s == pytest.approx(2.30, rel=2e-3)
    assert "The article sent 100 requests and this run 25, so there is no ratio." in comparison.notes
    assert "×" not in comparison.summary


def test_several_batches_in_a_round_are_timed_as_one() -> None:
    """With seconds too, a round has whole batches of the article's requests."""
    once, often = compare(), compare(batches=3, duration_s=6.0)
    assert [row.measured_s for row in often.rows] == pytest.approx([row.measured_s for row in once.rows])
    assert [row.ratio for row in often.rows] == pytest.approx([row.ratio for row in once.rows])
    assert (often.summary, often.swapped) == (once.summary, once.swapped)
    for start in ("httpx-async took", "httpx took", "One after another", "The target sends at most"):
        assert text_about(often, start) == text_about(once, start) != ""


def test_connections_are_counted_and_priced() -> None:
    comparison = compare()
    assert text_about(comparison, "Connections opened") == (
        "Connections opened for 515 requests each, warm-up included: aiohttp-each 515, aiohttp 500; httpx-async-each "
        "515, httpx-async 500; requests 515, requests-session 5. Each costs 2 round trips more, for TCP and TLS: 40.0 "
        "ms. Requests under way at once can't share a connection, so aiohttp and httpx-async gain little from being "
        "kept."
    )
    plain = compare(scenario=SITE.change(tls=False))
    assert "Each costs 1 round trip more, for TCP: 20.0 ms." in text_about(plain, "Connections opened")
    near = text_about(compare(scenario=LOOPBACK), "Connections opened")
    assert near
    assert "round trip" not in near
    assert "TLS" not in near


def test_a_kept_client_that_reuses_its_connections_gains_by_it() -> None:
    modes = {"aiohttp": Measurement(2.30, connections=20), "aiohttp-each": Measurement(2.42)}
    assert text_about(compare(modes), "Connections opened").endswith(
        "aiohttp-each 515, aiohttp 100. Each costs 2 round trips more, for TCP and TLS: 40.0 ms."
    )


def test_a_count_that_is_too_low_to_be_true_is_not_shown() -> None:
    modes = {**LIKE_THE_SITE, "requests": Measurement(9.93, 1.90, 98)}
    text = text_about(compare(modes), "Connections opened")
    assert "aiohttp-each 515, aiohttp 500; httpx-async-each 515, httpx-async 500. " in text


def test_unknown_connections_are_not_spoken_of() -> None:
    modes = {mode: Measurement(measured.elapsed_s, connections=None) for mode, measured in LIKE_THE_SITE.items()}
    assert not any("onnection" in text for text in compare(modes).texts)


def test_certificates_are_blamed_only_where_the_cpu_shows_it() -> None:
    text = text_about(compare(), "CPU time a request: ")
    assert "httpx-async-each 29.0 ms, httpx-async 8.00" in text
    assert "httpx 28.0 ms, httpx-async 8.00" in text
    assert "requests 19.0 ms, requests-session 3.00" in text
    plain = text_about(compare(scenario=LOOPBACK), "CPU time a request: ")
    assert plain.endswith(
        "httpx-async-each and httpx build a TLS context for every request, though nothing is encrypted."
    )
    assert "requests" not in re.findall(r"[\w-]+(?= \d)", plain)
    cheap = {mode: Measurement(measured.elapsed_s, 0.2) for mode, measured in LIKE_THE_SITE.items()}
    assert not text_about(compare(cheap), "CPU time a request: ")
    unknown = {mode: Measurement(measured.elapsed_s, None) for mode, measured in LIKE_THE_SITE.items()}
    assert not any("CPU" in text for text in compare(unknown).texts)


def test_the_body_that_the_article_left_unread() -> None:
    assert "here each of its requests read 50,000 bytes." in text_about(compare(), "The article's test of aiohttp")
    empty = {mode: Measurement(measured.elapsed_s, body_bytes=0) for mode, measured in LIKE_THE_SITE.items()}
    assert not text_about(compare(empty), "The article's test of aiohttp")


def test_one_after_another_beside_all_at_once() -> None:
    text = text_about(compare(), "One after another")
    assert "requests-session took 44.2 ms on average for each of 100 requests" in text
    assert "aiohttp started them all at once and took 2.30 s." in text
    assert not text_about(compare(at_the_article_s_speed("aiohttp", "httpx-async")), "One after another")


def test_the_capacity_is_a_floor() -> None:
    text = text_about(compare(), "The target sends at most 45 responses a second")
    assert "at least 2.20 s: aiohttp took 2.30 s" in text
    assert "requests" not in re.findall(r"[\w-]+(?= took)", text)
    assert not text_about(compare(scenario=SITE.change(capacity=Capacity())), "The target sends at most")


def test_every_difference_to_the_article_is_accounted_for() -> None:
    comparison = compare()
    outside = {row.mode for row in comparison.rows if row.ratio is not None and not 0.85 <= row.ratio <= 1.15}
    assert outside == {"httpx-async", "httpx-async-each", "httpx"}
    assert {mode for mode in PUBLISHED_S if text_about(comparison, f"{mode} took ")} == outside
    assert text_about(comparison, "httpx-async took") == (
        "httpx-async took 2.60 s: 800 ms of CPU time (31 %) and about 2.24 s of waiting that the target's scenario "
        "asks for, partly at the same time."
    )
    assert text_about(comparison, "httpx-async-each took").endswith("2.90 s of CPU time (94 %), which limits it.")
    assert text_about(comparison, "httpx took").endswith(
        "and about 8.00 s of waiting that the target's scenario asks for."
    )
    assert text_about(comparison, "Whether the article's longer times of httpx-async, httpx-async-each and httpx come")
    assert not text_about(comparison, "Whether the article's shorter")
    assert text_about(comparison, "httpx-async-each is before") == (
        "httpx-async-each is before requests-session since it waits less: the target's scenario asks for about 2.24 s, "
        "against 4.04 s of requests-session."
    )


@pytest.mark.parametrize(
    ("capacity", "service_time", "waiting"),
    [
        (Capacity(at_once=10), ServiceTime("fixed", 20), "220 ms"),
        (Capacity(per_second=100, at_once=10), ServiceTime("fixed", 20), "1.03 s"),
        (Capacity(), ServiceTime("fixed", 20), "40.0 ms"),
        (Capacity(), ServiceTime("uniform", 10, 30), None),
    ],
)
def test_requests_at_once_wait_in_line(capacity: Capacity, service_time: ServiceTime, waiting: str | None) -> None:
    result = result_of(
        at_the_article_s_speed("requests", "httpx-async"),
        scenario=SITE.change(capacity=capacity, service_time=service_time),
    )
    waiting_s = Run(result, {"httpx-async": 4.36}).waiting_s("httpx-async")
    assert (format_time(waiting_s) if waiting_s else None) == waiting


def test_what_can_not_be_explained_is_said_to_be_so() -> None:
    slow = {**LIKE_THE_SITE, "requests": Measurement(20.0, 1.9), "httpx": Measurement(40.0, None, None)}
    comparison = compare(slow, scenario=SITE)
    assert text_about(comparison, "requests took 20.00 s").endswith("; what it waited for else, this run can't tell.")
    busy = replace(result_of(slow), environment=replace(result_of(slow).environment, other_cpu_share=0.56))
    disturbed = compare_with_article(busy)
    assert disturbed is not None
    assert "tell, but other processes used 56 % of the processors" in text_about(disturbed, "requests took 20.00 s")
    assert text_about(comparison, "Whether the article's shorter times of requests and httpx")
    assert text_about(comparison, "This run can't explain the ").endswith(" s of httpx.")
    away = compare(
        {"aiohttp": Measurement(9.0, None), "requests": Measurement(1.0, None)},
        scenario=LOOPBACK,
        request=Request("https://example.com/"),
    )
    assert "Why requests is before aiohttp, this run can't explain." in away.texts


def test_a_place_is_explained_by_the_cpu_only_where_that_decides() -> None:
    modes = {"requests": Measurement(0.30, 0.13), "httpx-async-each": Measurement(2.44, 2.40)}
    near = compare(modes, scenario=LOOPBACK)
    assert text_about(near, "requests is before") == (
        "requests is before httpx-async-each since it needs less CPU time: 1.30 ms a request, against 24.0 ms of "
        "httpx-async-each."
    )
    modes["httpx-async-each"] = Measurement(2.44, 1.50)
    assert "Why requests is before httpx-async-each, this run can't explain." in compare(modes, scenario=LOOPBACK).texts


def test_another_setting_than_the_article_s_is_named() -> None:
    assert compare().setting is None
    near = compare(scenario=LOOPBACK)
    assert near.setting is not None
    for part in ("no TLS", "no distance", "an instant answer", "no limit to its capacity", "another page", "--preset"):
        assert part in near.setting
    assert near.texts[0] == near.setting
    assert not any("CPU time (" in text for text in near.texts)
    away = compare(scenario=LOOPBACK, request=Request("http://example.com/")).setting or ""
    assert "as far as is known and no TLS" in away
    equal = compare(chosen_profile="equal").setting or ""
    assert ": the same settings for all clients. " in equal


def test_the_json_has_what_the_section_says() -> None:
    result = result_of(LIKE_THE_SITE)
    document = json.loads(json_report.to_text(result))
    jsonschema.validate(document, SCHEMA)
    article = document["article"]
    assert article["rows"][3]["label"] == "5"
    assert article["swapped"] == [["requests-session", "httpx-async-each"]]
    assert article["explanations"][0]["modes"] == ["httpx-async-each", "requests-session"]


@pytest.mark.parametrize("columns", [30, 40, 60, 80, 120])
def test_the_section_fits_into_the_console(columns: int) -> None:
    report = report_of(result_of(LIKE_THE_SITE, failed=("httpx",)), columns)
    section = report.split("You and the article\n")[1]
    assert max(len(line) for line in section.splitlines()) <= columns
    assert "…" not in section
    assert all(re.search(rf"^{mode} .*(\d|–)$", section, re.MULTILINE) for mode in LIKE_THE_SITE)
    words = " ".join(section.split())
    assert "here httpx-async-each is before requests-session." in words
    if columns >= 80:
        assert [cell in section for cell in COLUMNS] == [True] * 6
        assert re.search(r"requests-session +4.679 +4.42 +×0.94 +4 +5\n", section)
