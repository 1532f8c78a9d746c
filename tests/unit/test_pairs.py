"""Variants against their reference: the sentence on each pair, the gate, and what both say in reports."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support import SCHEMA_FILE
from support.made_results import result_of, rounds_of
from support.packages import make_checkout

from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.outlook import further_in_words
from tui_httpbench.analysis.pairs import further_of, gate_in_words, is_open, judge, pairs_of
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.variant_labels import variant_labels
from tui_httpbench.measured.probe import Probe, Runtime
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.reference import USUAL, Against, compared_pairs, parse_against
from tui_httpbench.plan.variants import parse_variants
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.json_report import to_text
from tui_httpbench.report.markdown import to_text as to_markdown
from tui_httpbench.report.text import print_report
from tui_httpbench.tui.screens.results.ranking_view import said_of

VARIANTS = parse_variants(["old=httpx==0.27.2", "new=httpx==0.28.1", "odd="])


def result_with(
    new_ms: float, noise: float = 0.002, *, modes: tuple[str, ...] = ("httpx-client",), **values: Any
) -> Result:
    """Eight rounds of modes with two variants, the old one at 10 ms a request."""
    records = [
        record
        for mode in modes
        for lane, latency_ms in ((f"{mode}@old", 10.0), (f"{mode}@new", new_ms))
        for record in rounds_of(lane, latency_ms, rounds=8, noise=noise if lane.endswith("new") else -noise)
    ]
    return result_of(*records, rounds=8, variants=VARIANTS[:2], **values)


@pytest.mark.parametrize(
    ("new_ms", "noise", "sentence", "verdict", "gate"),
    [
        (12.0, 0.002, "takes 1.20 times as long as httpx-client@old (1.", "surely slower.", "slower"),
        (10.3, 0.002, "takes 1.03 times as long", "surely slower.", "not slower"),
        (
            10.05,
            0.002,
            "takes 1.005 times as long as httpx-client@old (1.002 to ",
            "the same (within 3 %).",
            "not slower",
        ),
        (9.0, 0.002, "is 1.11 times as fast as httpx-client@old (1.1", "surely faster.", "not slower"),
        (10.9, 0.1, "takes 1.0", "would tell.", "unsure"),
    ],
)
def test_each_pair_has_a_sentence_and_a_verdict(
    new_ms: float, noise: float, sentence: str, verdict: str, gate: str
) -> None:
    result = result_with(new_ms, noise)
    (pair,) = pairs_of(result)
    assert (pair.label, pair.reference) == ("httpx-client@new", "httpx-client@old")
    assert pair.in_words.startswith(f"httpx-client@new {sentence}")
    assert pair.in_words.endswith(verdict)
    against = Against(gate=0.05)
    (judged,) = judge(result, against)
    assert judged.verdict == gate
    assert is_open(result.plan, result.records, against) == (gate == "unsure")
    assert judge(result, Against()) == ()
    told = json.loads(to_text(result, against))
    jsonschema.validate(told, json.loads(SCHEMA_FILE.read_text()))
    assert told["comparisons"][0]["verdict"] in verdict or gate == "unsure"
    assert told["gate"]["passed"] is (gate != "slower")
    assert told["gate"]["pairs"][0]["more_rounds"] == (judged.further and judged.further.rounds)
    assert gate_in_words((judged,)).split(" ")[-1] in to_markdown(result, against)


def test_what_is_unsure_says_how_many_rounds_would_tell() -> None:
    (judged,) = judge(result_with(11.0, 0.06), Against(gate=0.05))
    assert judged.further is not None
    assert judged.in_words.startswith(
        "Whether httpx-client@new is more than 5 % slower than httpx-client@old is unsure, which fails nothing; about "
    )
    assert gate_in_words(judge(result_with(10.0), Against(gate=0.05))) == (
        "No lane is more than 5 % slower than its reference."
    )


def test_what_would_make_pairs_sure_is_said_once_of_all_and_nothing_of_the_other_lanes() -> None:
    result = result_with(10.9, 0.1, modes=("httpx-client", "httpx-async"))
    pairs = pairs_of(result)
    assert all(pair.verdict == "unsure" and pair.claim.endswith(": unsure.") for pair in pairs)
    assert further_of(pairs).text.endswith(" would tell.")
    for told in (printed(result, USUAL), to_markdown(result), ". ".join(said_of(result, pairs))):
        assert told.count("would tell") == 1
        assert "close to call:" not in told, "how the modes compare was not the question"
    assert further_of(pairs_of(result_with(12.0))).text == ""


@pytest.mark.parametrize(("adds", "told"), [(0, ""), (2, " + makes about 2 at a time."), (100, " + makes them.")])
def test_what_the_key_for_more_rounds_makes_is_said_beside_how_many_would_tell(adds: int, told: str) -> None:
    result = result_with(10.9, 0.1)
    _, rest = said_of(result, pairs_of(result), adds)
    assert rest == f"{further_of(pairs_of(result)).text}{told}"


def test_a_lane_with_failures_is_not_compared() -> None:
    records = (*rounds_of("httpx@old", 10.0), *rounds_of("httpx@new", 10.0, failed=1))
    result = result_of(*records, rounds=3, variants=VARIANTS[:2])
    against = Against(gate=0.05)
    assert gate_in_words(judge(result, against)) == (
        "The gate is not passed: httpx@new can't be compared with httpx@old: requests failed, or rounds are missing."
    )
    assert not is_open(result.plan, result.records, against)
    told = json.loads(to_text(result, against))
    jsonschema.validate(told, json.loads(SCHEMA_FILE.read_text()))
    assert (told["gate"]["passed"], told["gate"]["pairs"][0]["verdict"]) == (False, "not compared")
    for form in (to_markdown(result, against), printed(result, against)):
        assert form.count("be compared with") == 1
    assert "be compared with" in to_markdown(result)


def printed(result: Result, against: Against) -> str:
    """The report as text."""
    file = io.StringIO()
    print_report(result, StreamConsole(file), against=against)
    return " ".join(file.getvalue().split())


def test_two_checkouts_are_told_apart_by_where_they_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("httpx", "h11"):
        for folder in (f"base-{name}", f"pr-{name}"):
            make_checkout(tmp_path / folder, name, "")
    url = "https://me:hush@host/httpx-0.28.1-py3-none-any.whl"
    monkeypatch.chdir(tmp_path)
    variants = parse_variants(["base=./base-httpx,./base-h11", "pr=./pr-httpx,./pr-h11", f"web={url}"])
    held = {"httpx": "0.28.1", "h11": "0.16.0"}
    lanes = [f"httpx@{each.label}" for each in variants]
    probes = tuple(Probe(lane, packages=held, runtime=Runtime("CPython 3.11.7")) for lane in lanes)
    result = result_of(
        *(record for lane in lanes for record in rounds_of(lane, 10.0)), variants=variants, probes=probes
    )
    labels = {each.label: each.in_words for each in variant_labels(result)}
    assert labels == {
        "base": "CPython 3.11.7, httpx 0.28.1 (./base-httpx), h11 0.16.0 (./base-h11)",
        "pr": "CPython 3.11.7, httpx 0.28.1 (./pr-httpx), h11 0.16.0 (./pr-h11)",
        "web": "CPython 3.11.7, httpx 0.28.1 (https://***@host/httpx-0.28.1-py3-none-any.whl), h11 0.16.0",
    }
    assert "base: CPython 3.11.7, httpx 0.28.1 (./base-httpx), h11" in printed(result, Against())
    monkeypatch.chdir(tmp_path / "pr-h11")
    assert f"({tmp_path / 'pr-httpx'})" in to_markdown(result).replace("\\", "")


@pytest.mark.parametrize("wall_s", [0.5, 600.0])
def test_all_sentences_on_a_pair_agree_whether_more_rounds_are_worth_it(wall_s: float) -> None:
    fast = result_with(10.9, 0.1)
    records = tuple(replace(record, wall_s=wall_s) for record in fast.records)
    slow = result_of(*records, rounds=8, variants=VARIANTS[:2])
    (pair,) = pairs_of(slow)
    assert pair.further is not None
    said = further_in_words(pair.further)
    assert said.startswith("it takes about ") is (wall_s > 100)
    assert said in pair.in_words
    assert said[1:] in (conclude(slow) or "")


def test_lanes_are_compared_with_their_reference() -> None:
    plan = Plan(modes=("httpx-client", "httpx-async", "httpx-async#2", "requests"), variants=VARIANTS)
    assert compared_pairs(plan)[:4] == (
        ("httpx-client@new", "httpx-client@old"),
        ("httpx-client@odd", "httpx-client@old"),
        ("httpx-async@new", "httpx-async@old"),
        ("httpx-async@odd", "httpx-async@old"),
    )
    assert ("httpx-async@new#2", "httpx-async@old") in compared_pairs(plan)
    assert compared_pairs(plan, "odd")[0] == ("httpx-client@old", "httpx-client@odd")
    assert {pair[1] for pair in compared_pairs(plan, "requests")} == {"requests"}
    assert compared_pairs(Plan()) == ()


@pytest.mark.parametrize(
    ("percent", "reference", "sentence"),
    [
        ("x", None, "--fail-if-slower takes per cent from 0 to 1,000, such as 5, not 'x'."),
        ("-1", None, "from 0 to 1,000"),
        ("5", "none", "There is nothing called 'none' to compare with; the variants are old, new and odd."),
    ],
)
def test_a_gate_that_makes_no_sense_is_refused(percent: str, reference: str | None, sentence: str) -> None:
    plan = Plan(modes=("httpx-client",), variants=VARIANTS)
    with pytest.raises(PlanError) as error:
        parse_against(percent, reference, plan)
    assert sentence in str(error.value)
    with pytest.raises(PlanError, match="no mode has two; give --variant twice"):
        parse_against("5", None, Plan())
    assert parse_against("2.5 %", "new", plan) == Against("new", 0.025)
