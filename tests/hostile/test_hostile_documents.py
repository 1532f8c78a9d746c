"""JSON files that are compared: damaged, hostile, empty, newer or huge ones are a sentence, and never more."""

from __future__ import annotations

import copy
import functools
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hostile_texts import DANGEROUS, damaged, damaged_bytes, is_sentence, json_values

from tui_httpbench.analysis.run_comparison import compare_runs
from tui_httpbench.analysis.trend import trend_of
from tui_httpbench.plan.error import PlanError
from tui_httpbench.report import comparison_json, comparison_markdown, trend_report
from tui_httpbench.report.comparison_text import print_comparison
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.json_reading import MAX_FILE_BYTES, DocumentError, read_run, run_of_document
from tui_httpbench.report.json_report import SCHEMA_VERSION

RUNS = Path(__file__).parents[1] / "support" / "runs"
LAST_WEEK, SCHEMA_1 = RUNS / "last-week.json", RUNS / "schema-1.json"
PRINTS = settings().max_examples > 100


@functools.cache
def small_document(path: Path) -> dict[str, Any]:
    """A real document with two lanes and two rounds of each, so that damage meets what matters."""
    document: dict[str, Any] = json.loads(path.read_text())
    document["modes"] = document["modes"][:2]
    for mode in document["modes"]:
        mode["rounds"] = [{**each, "warmup": []} for each in mode["rounds"][:2]]
        mode["settings"] = {}
    for key in ("ranking", "ranking_cpu", "findings", "warnings", "comparisons", "conclusion", "article"):
        document.pop(key, None)
    return document


def check_sentence(error: Exception) -> None:
    assert is_sentence(str(error)), error


def check_all_forms(document: Any) -> None:
    """Whatever the document says: a sentence, or a comparison that can be shown in every form."""
    whole = run_of_document(copy.deepcopy(small_document(LAST_WEEK)), "whole.json")
    try:
        run = run_of_document(document, "hostile\x1b.json")
        compared = compare_runs(whole, run, gate=0.05)
        relative = compare_runs(run, whole, relative_to=next(iter(set(run.labels) & set(whole.labels)), ""))
        trend = trend_of([whole, run, whole])
    except (DocumentError, PlanError) as error:
        check_sentence(error)
        return
    for comparison in (compared, relative):
        json.loads(comparison_json.to_text(comparison), parse_constant=pytest.fail)
        assert not DANGEROUS.search(comparison_markdown.to_text(comparison))
        assert all(judged.in_words for judged in comparison.judged)
    json.loads(trend_report.to_json(trend), parse_constant=pytest.fail)
    assert not DANGEROUS.search(trend_report.to_markdown(trend))
    if PRINTS:
        buffer = io.BytesIO()
        console = StreamConsole(io.TextIOWrapper(buffer, encoding="utf-8"))
        print_comparison(compared, console)
        trend_report.print_trend(trend, console)
        assert not DANGEROUS.search(buffer.getvalue().decode())


@given(st.sampled_from([LAST_WEEK, SCHEMA_1]).flatmap(lambda path: damaged(small_document(path))))
def test_a_damaged_document_is_a_sentence_or_compared(document: Any) -> None:
    check_all_forms(document)


@given(json_values)
def test_any_json_is_a_sentence(document: Any) -> None:
    check_all_forms(document)


@given(damaged_bytes(json.dumps(small_document(LAST_WEEK)).encode()))
def test_damaged_bytes_are_a_sentence_or_a_run(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.json"
        path.write_bytes(data)
        try:
            assert read_run(path).labels
        except DocumentError as error:
            check_sentence(error)


def changed(**changes: Any) -> bytes:
    return json.dumps({**small_document(LAST_WEEK), **changes}).encode()


def with_mode(**changes: Any) -> bytes:
    first, second = small_document(LAST_WEEK)["modes"]
    return changed(modes=[{**first, **changes}, second])


ROUND = {"round": 1, "outcome": "complete", "requests": 5, "elapsed_s": 0.1}


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"{", "is no JSON: expecting property name enclosed in double quotes (line 1, column 2)"),
        (b"\xff\xfe{}", "is no text in UTF-8"),
        (b"[" * 200_000, "is nested too deeply"),
        (b'{"schema_version": NaN}', "has a number that JSON can't hold"),
        (b'{"schema_version": ' + b"9" * 9_000 + b"}", "has a number that JSON can't hold"),
        (b"[]", "is no result of httpbench-tui"),
        (b'{"kind": "comparison", "schema_version": 1, "lanes": []}', "is no result of httpbench-tui"),
        (changed(schema_version=SCHEMA_VERSION + 1), f"a later version of httpbench-tui (schema {SCHEMA_VERSION + 1}"),
        (changed(schema_version=0), "its key 'schema_version' is not as"),
        (changed(modes=[]), "its key 'modes' is not as"),
        (changed(modes=small_document(LAST_WEEK)["modes"] * 2), "its mode 3 is not as"),
        (changed(modes=[{}] * 201), "its key 'modes' is not as"),
        (changed(environment=[]), "its key 'environment' is not as"),
        (changed(plan={}), "its key 'plan' is not as"),
        (with_mode(ok=10**9), "its mode 1 is not as"),
        (with_mode(rounds=[ROUND, ROUND]), "its mode 1 is not as"),
        (with_mode(rounds=[{**ROUND, "elapsed_s": -1}]), "its mode 1 is not as"),
        (with_mode(rounds=[{**ROUND, "requests": 1e400}]), "JSON can't hold"),
    ],
)
def test_what_is_no_result_is_said_in_a_sentence(data: bytes, part: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(data)
    with pytest.raises(DocumentError) as raised:
        read_run(path)
    assert part in str(raised.value)
    check_sentence(raised.value)


def test_a_huge_file_a_folder_and_a_pipe_are_not_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    for path, part in ((huge, "larger than"), (tmp_path, "it is a folder"), (Path("/dev/zero"), "no plain file")):
        if path.exists():
            with pytest.raises(DocumentError, match=part):
                read_run(path)


def test_both_schemas_are_read_with_what_they_tell() -> None:
    new, old = read_run(LAST_WEEK), read_run(SCHEMA_1)
    assert (old.schema, new.schema) == (1, 2)
    assert new.labels == ("http.client", "requests-session", "httpx-client", "aiohttp")
    assert [len(lane.rounds) for lane in old.lanes] == [4, 4, 4]
    assert old.started_at is None
    assert new.started_at is not None
    assert {each.id for each in old.conditions} >= {"python", "system", "packages.httpx", "scenario.rtt_ms"} - {
        "system"
    }


def test_what_the_contract_has_is_enough() -> None:
    document = copy.deepcopy(small_document(LAST_WEEK))
    mode = document["modes"][0]
    del mode["rounds"]
    lane = run_of_document(document, "run.json").lane(mode["id"])
    assert [each.elapsed_s for each in lane.rounds] == mode["elapsed_s"]
    assert [each.requests for each in lane.rounds] == mode["round_requests"]


def test_secrets_that_a_file_was_given_are_not_shown() -> None:
    plan = {**small_document(LAST_WEEK)["plan"], "url": "https://me:hunter22@a.example/?token=abcdef123"}
    plan["headers"] = [["Authorization", "Bearer s3cretvalue1234"]]
    document = {**small_document(LAST_WEEK), "plan": plan, "target": "url"}
    run, other = run_of_document(document, "run.json"), read_run(LAST_WEEK)
    shown = comparison_json.to_text(compare_runs(run, other)) + comparison_markdown.to_text(compare_runs(run, other))
    assert not any(secret in shown for secret in ("hunter22", "abcdef123", "s3cretvalue1234"))
