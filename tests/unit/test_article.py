"""A run beside the article: places, seconds and setting, and that after one round nothing is claimed."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import numpy as np
import pytest
from support import SCHEMA_FILE
from support.made_results import MACHINE
from support.reports import report_of

from tui_httpbench.analysis.article import (
    COLUMNS,
    PUBLISHED_RANKING,
    PUBLISHED_S,
    ArticleComparison,
    compare_with_article,
)
from tui_httpbench.analysis.reasons import explain_ranking
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.plan.scenario import LOOPBACK, SCENARIOS
from tui_httpbench.report import json_report
from tui_httpbench.worker.errors import code_of

LIKE_THE_SITE = {
    "aiohttp": 2.30,
    "aiohttp-each": 2.42,
    "httpx-async": 2.60,
    "requests-session": 4.42,
    "httpx-async-each": 3.10,
    "requests": 9.93,
    "httpx": 12.0,
}
"""Seconds for a round's requests."""


def result_of(times_s: dict[str, float], *, noise: float = 1e-3, failed: tuple[str, ...] = (), **plan: Any) -> Result:
    values: dict[str, Any] = {"modes": tuple(times_s), "requests": 100, "concurrency": "article"}
    values["scenario"] = SCENARIOS["article"]
    made = Plan(**({"rounds": 5, **values} | plan))
    batches = 3 if made.requests and made.duration_s else 1
    records = []
    for mode, time_s in times_s.items():
        generator = np.random.default_rng(list(mode.encode()))
        for number in range(1, int(made.rounds) + 1):
            rows = np.array([(1, 10**7, 200, 50_000)] * (made.requests or 100) * batches, np.int64)
            rows[0, 2] = code_of("refused") if mode in failed else 200
            elapsed_s = batches * time_s * (1 + noise * float(generator.uniform(-1, 1)))
            records.append(RoundRecord(mode, number, "complete", rows, elapsed_s, cpu_s=0.2, connections=100))
    return summarize_run(Measured(made, "https://127.0.0.1:8000/", tuple(records), machine=MACHINE))


def compare(times_s: dict[str, float] = LIKE_THE_SITE, **changes: Any) -> ArticleComparison:
    comparison = compare_with_article(result_of(times_s, **changes))
    assert comparison is not None
    return comparison


def cells_of(comparison: ArticleComparison, mode: str) -> tuple[str, ...]:
    return next(row.cells for row in comparison.rows if row.mode == mode)


def test_a_run_like_the_article_s_agrees_with_it() -> None:
    assert tuple(PUBLISHED_S) == PRESETS["article"].values["modes"]
    comparison = compare(PUBLISHED_S, scenario=PRESETS["article"].values["scenario"])
    assert [row.mode for row in comparison.rows] == [*PUBLISHED_RANKING, "httpx"]
    assert [row.cells[4:] for row in comparison.rows] == [*((str(n), str(n)) for n in range(1, 7)), ("–", "–")]
    assert (comparison.swapped, comparison.open_pairs, comparison.setting) == ((), (), None)
    assert comparison.summary == ("The article's order was reproduced. The times are ×1.00 to ×1.00 the article's.")


def test_only_what_is_decided_the_other_way_round_is_named() -> None:
    comparison = compare()
    assert comparison.swapped == (("requests-session", "httpx-async-each"),)
    assert "here httpx-async-each is faster than requests-session. " in comparison.summary
    assert cells_of(comparison, "requests-session") == ("requests-session", "4.679", "4.42", "×0.94", "4", "5")
    restless = compare({"aiohttp": 2.4, "aiohttp-each": 2.3, "requests": 9.0}, noise=0.1)
    assert (restless.swapped, restless.open_pairs) == ((), (("aiohttp", "aiohttp-each"),))
    assert [row.label for row in restless.rows] == ["1=", "1=", "3"]
    assert "This run tells 2 of the article's 3 pairs apart, all 2 in the article's order." in restless.summary


def test_after_one_round_no_places_are_shown() -> None:
    comparison = compare(rounds=1)
    assert {row.cells[-1] for row in comparison.rows} == {"–"}
    assert comparison.swapped == ()
    assert "can't say whether the article's order holds" in comparison.summary


def test_why_a_mode_is_slower_is_what_the_reasons_say() -> None:
    result = result_of(LIKE_THE_SITE)
    comparison = compare_with_article(result)
    assert comparison is not None
    reasons = [f"{reason.rank.mode}: {reason.text}" for reason in explain_ranking(result)]
    assert list(comparison.texts[: len(reasons)]) == reasons
    assert any(text.startswith("requests: ×4.32 the time of aiohttp. It waits 98 %") for text in reasons)


def test_places_count_the_modes_compared_and_failures_are_not() -> None:
    comparison = compare({"httpx-async": 4.4, "requests": 10.3, "httpx-client": 0.1})
    assert [row.cells[4:] for row in comparison.rows] == [("1", "1"), ("2", "2")]
    assert any("only the 2 modes" in note for note in comparison.notes)
    comparison = compare(failed=("aiohttp", "httpx"))
    assert cells_of(comparison, "aiohttp") == ("aiohttp", "2.235", "–", "–", "–", "–")
    assert cells_of(comparison, "aiohttp-each")[-1] == "1"
    assert any(text.startswith("aiohttp: Requests failed or rounds are missing") for text in comparison.texts)


def test_seconds_are_those_of_the_plan_s_requests() -> None:
    assert [row.cells for row in compare(duration_s=6.0).rows] == [row.cells for row in compare().rows]
    few = compare(requests=25)
    assert {row.ratio for row in few.rows} == {None}
    assert any("this run 25, so there is no ratio" in note for note in few.notes)


def test_another_setting_than_the_article_s_is_named() -> None:
    near = compare(scenario=LOOPBACK).setting or ""
    for part in ("no TLS", "no distance", "an instant answer", "no limit to its capacity", "another page", "--preset"):
        assert part in near
    away = compare(scenario=LOOPBACK, request=Request("http://example.com/")).setting or ""
    assert "as far as is known and no TLS" in away
    assert ": the same settings for all clients. " in (compare(chosen_profile="equal").setting or "")


@pytest.mark.parametrize(
    ("modes", "changes"),
    [
        (("aiohttp",), {}),
        (tuple(PUBLISHED_S), {"concurrency": 20}),
        (("aiohttp", "httpx-client"), {}),
        (("aiohttp", "requests"), {"failed": ("requests",)}),
    ],
    ids=["one mode", "another concurrency", "one of its modes", "one without failures"],
)
def test_a_run_of_another_kind_is_not_compared(modes: tuple[str, ...], changes: dict[str, Any]) -> None:
    result = result_of(dict.fromkeys(modes, 2.0), **changes)
    assert compare_with_article(result) is None
    assert json_report.to_dict(result)["article"] is None
    assert "You and the article" not in report_of(result)


def test_the_json_has_what_the_section_says() -> None:
    document = json.loads(json_report.to_text(result_of(LIKE_THE_SITE)))
    jsonschema.validate(document, json.loads(SCHEMA_FILE.read_text()))
    assert document["article"]["rows"][3]["label"] == "5"
    assert document["article"]["explanations"][0]["modes"] == ["aiohttp"]


@pytest.mark.parametrize("columns", [30, 60, 80])
def test_the_section_fits_into_the_console(columns: int) -> None:
    section = report_of(result_of(LIKE_THE_SITE, failed=("httpx",)), columns).split("You and the article\n")[1]
    assert max(len(line) for line in section.splitlines()) <= columns
    assert "…" not in section
    assert all(re.search(rf"^{mode} .*(\d|–)$", section, re.MULTILINE) for mode in LIKE_THE_SITE)
    assert columns < 80 or all(heading in section for heading in COLUMNS)
