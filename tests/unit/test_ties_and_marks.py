"""A tie names no winner and is not explained; what was asked for is no other work; versions stand at their lanes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.made_results import plain_result_of, record_of, result_of, rounds_of

from tui_httpbench.analysis.conclusion import winner_of
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.pair_reasons import explain_lanes
from tui_httpbench.analysis.places import is_as_asked, other_work_note
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.scripts import first_in_words
from tui_httpbench.analysis.variant_labels import lane_versions
from tui_httpbench.plan.variants import parse_variants

VARIANTS = parse_variants(["A=httpx==0.27.2", "B=httpx==0.28.1"])
A, B = "httpx-client@A", "httpx-client@B"
RESTLESS = (1.1, 0.92, 1.05, 0.95, 0.99)


def tie_of(first: str, second: str, **plan: Any) -> Result:
    """Two lanes that take turns at being faster: the second computes more, which would explain a difference."""
    records = [
        replace(record, elapsed_s=(record.elapsed_s or 0.0) * factor, cpu_s=0.009 if lane == first else 0.02)
        for lane, way in ((first, 1), (second, -1))
        for record, factor in zip(rounds_of(lane, 2.0, rounds=5), RESTLESS[::way], strict=True)
    ]
    return result_of(*records, rounds=5, concurrency=1, **plan)


def test_a_tie_has_no_winner_and_no_explanation() -> None:
    result = tie_of("aiohttp", "requests")
    assert all(rank.shared for rank in result.ranking)
    assert winner_of(result) is None
    told = " ".join(reason.text for reason in explain_lanes(result)[1:])
    assert "of CPU per request" not in told
    assert "show why" not in told
    assert not any("finishes first for any" in sentence for sentence in first_in_words(result))


def test_a_pair_of_variants_is_told_from_one_side() -> None:
    reasons = {reason.rank.mode: reason for reason in explain_lanes(tie_of(A, B, variants=VARIANTS))}
    assert "unsure" in reasons[B].text
    assert reasons[A].text.startswith((f"{B} is compared with it.", "Fastest so far"))
    assert f"the time of {B}" not in reasons[A].text
    swapped = {reason.rank.mode: reason for reason in explain_lanes(tie_of(B, A, variants=VARIANTS))}
    assert f"the time of {B}" not in swapped[A].text


def test_versions_stand_at_lanes_that_differ_in_them() -> None:
    result = tie_of(A, B, variants=VARIANTS)
    told = {A: {"httpx": "0.27.2", "h11": "0.16"}, B: {"httpx": "0.28.1"}}
    assert lane_versions(replace(result, packages=told)) == {A: "0.27.2", B: "0.28.1"}
    assert lane_versions(replace(result, packages={lane: {"httpx": "0.28.1"} for lane in told})) == {}


def test_http2_that_was_asked_for_is_no_other_work() -> None:
    modes = ("httpx-async", "httpx-async-h2")
    finding = Finding("other-http-version", "httpx-async-h2 spoke HTTP/2; the others HTTP/1.1.", modes[1:])
    records = [replace(record_of("httpx-async", 2.0), mode=mode) for mode in modes]
    spoken = {"httpx-async": "1.1", "httpx-async-h2": "2"}
    result = replace(plain_result_of(*records), findings=(finding,), http_versions=spoken)
    assert is_as_asked(result, finding)
    assert (other_work_note(result, modes[0]), other_work_note(result, modes[1])) == ("", "as asked: HTTP/2")
    older = replace(result, http_versions={**spoken, "httpx-async-h2": "1.1"})
    assert other_work_note(older, modes[1]) == "other work"
    body = Finding("other-body", "Another body.", modes[1:])
    assert other_work_note(replace(result, findings=(finding, body)), modes[1]) == "other work"
