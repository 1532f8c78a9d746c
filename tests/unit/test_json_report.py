"""The JSON of a result: its contract, and null for what is unknown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from support import SCHEMA_FILE
from support.made_results import SETUP, even_result, failing_result, probed_result, record_of, result_of, rounds_of

from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.findings import FINDINGS, Finding
from tui_httpbench.analysis.result import Rank
from tui_httpbench.plan.plan import Request
from tui_httpbench.plan.reference import Against
from tui_httpbench.report import json_report
from tui_httpbench.worker.errors import ERROR_KINDS

SCHEMA = json.loads((SCHEMA_FILE).read_text())


def described(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a part of the schema says of a value: itself, what it refers to, and its choices."""
    yield part
    if "$ref" in part:
        yield from described(SCHEMA["$defs"][part["$ref"].rpartition("/")[2]])
    for choice in part.get("anyOf", ()):
        yield from described(choice)


def untold_keys(value: Any, part: dict[str, Any], place: str = "") -> Iterator[str]:
    """The keys of a document that a schema says nothing of."""
    parts = list(described(part))
    if isinstance(value, list):
        for item in value:
            for each in parts:
                if "items" in each:
                    yield from untold_keys(item, each["items"], f"{place}[]")
    elif isinstance(value, dict) and not any("additionalProperties" in each for each in parts):
        for key, inner in value.items():
            told = next((each["properties"][key] for each in parts if key in each.get("properties", {})), None)
            if told is None or not told.get("description"):
                yield f"{place}.{key}"
            else:
                yield from untold_keys(inner, told, f"{place}.{key}")


@pytest.mark.parametrize("make_result", [even_result, failing_result, probed_result])
def test_the_schema_explains_every_key(make_result: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == f"urn:httpbench-tui:schema:result:{json_report.SCHEMA_VERSION}"
    document = json_report.to_dict(make_result(), Against(gate=0.05))
    assert list(untold_keys(document, SCHEMA)) == []
    document["modes"][0]["rounds"][0]["new"] = 1
    assert list(untold_keys(document, SCHEMA)) == [".modes[].rounds[].new"]


@pytest.mark.parametrize("make_result", [even_result, failing_result])
def test_the_json_keeps_its_contract(make_result: Any) -> None:
    document = json.loads(json_report.to_text(make_result()))
    jsonschema.validate(document, SCHEMA)


def test_the_json_of_a_clean_mode() -> None:
    document = json_report.to_dict(even_result())
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
    text = json_report.to_text(even_result(request=request))
    assert "hunter2" not in text
    assert ["Accept", "*/*"] in json.loads(text)["plan"]["headers"]


def test_the_json_says_how_the_run_was_planned() -> None:
    plan = json_report.to_dict(even_result(rounds="auto", budget_s=60.0, same_within=0.05, pin=False))["plan"]
    assert (plan["rounds"], plan["profile"], plan["budget_s"], plan["same_within"]) == ("auto", "equal", 60.0, 0.05)
    assert plan["pin"] is False
    jsonschema.validate(json_report.to_dict(even_result(rounds="auto")), SCHEMA)


def test_the_json_has_null_for_a_bound_that_is_infinite() -> None:
    result = result_of(record_of("aiohttp", 1.0, [200] * 10), record_of("httpx", 2.0, [200] * 10))
    first, second = json_report.to_dict(result)["ranking"]
    assert (first["ratio_interval"], second["ratio_interval"]) == ([1.0, 1.0], [0.0, None])
    assert (first["label"], second["label"], second["tied_with"]) == ("1=", "1=", ["aiohttp"])
    failed = json_report.to_dict(failing_result())["ranking"][-1]
    assert (failed["ratio_interval"], failed["verdict"], failed["clean"]) == (None, None, False)


def test_the_json_marks_a_mode_that_does_other_work() -> None:
    result = probed_result()
    document = json_report.to_dict(result)
    jsonschema.validate(document, SCHEMA)
    assert [rank["other_work"] for rank in document["ranking"]] == [False, False, True, True]
    assert document["differences"] == [
        {"text": "httpx got 302; the others followed it to 200.", "modes": ["httpx", "httpx#2"]},
    ]
    assert document["modes"][3]["settings"] == {
        "timeout": "30 s",
        "redirects": "not followed",
        "spoken": "HTTP/1.1",
    }
    first = document["findings"][0]
    assert first == {"id": "other-status", **document["differences"][0]}


def test_each_warning_is_a_finding() -> None:
    doubted = replace(even_result(), findings=(Finding("machine-slept", "The machine slept."),))
    ids = set()
    for result in (doubted, failing_result(), probed_result()):
        document = json_report.to_dict(result)
        assert [finding["text"] for finding in document["findings"]] == document["warnings"] == list(result.warnings)
        ids |= {finding["id"] for finding in document["findings"]}
    assert {"machine-slept", "mode-failed", "other-status"} <= ids <= set(FINDINGS)


@pytest.mark.parametrize(
    ("values", "chosen_s", "load"),
    [
        ({"requests": 10}, None, (10, None, None)),
        ({"requests": None}, 0.35, (None, 0.35, "auto")),
        ({"requests": None}, None, (None, None, "auto")),
        ({"requests": None, "duration_s": 2.0}, None, (None, 2.0, 2.0)),
        ({"requests": 10, "duration_s": 2.0}, None, (10, 2.0, 2.0)),
    ],
)
def test_the_json_says_the_load(values: dict[str, Any], chosen_s: float | None, load: tuple[Any, ...]) -> None:
    document = json_report.to_dict(replace(even_result(**values), duration_s=chosen_s))
    plan = document["plan"]
    assert (plan["requests"], plan["duration_s"], plan["duration"]) == load
    jsonschema.validate(document, SCHEMA)


def test_rounds_of_seconds_have_as_many_requests_as_they_held() -> None:
    records = [
        replace(record, round=number, samples=record.samples[:number])
        for number, record in enumerate(rounds_of("aiohttp", 1.0), start=1)
    ]
    lost = replace(record_of("aiohttp", 1.0, []), round=4, outcome="crashed", elapsed_s=None, setup=None)
    document = json_report.to_dict(result_of(*records, lost, requests=None, duration_s=0.1, rounds=4))
    mode = document["modes"][0]
    assert mode["round_requests"] == [1, 2, 3]
    assert len(mode["elapsed_s"]) == 3
    assert mode["requests"] == 6
    jsonschema.validate(document, SCHEMA)


def test_what_a_start_costs_is_the_median_of_the_rounds() -> None:
    starts = [(0.1, 0.01), (0.9, 0.02), (0.2, 0.09)]
    records = [
        replace(record, setup=replace(SETUP, import_s=import_s, build_s=build_s))
        for record, (import_s, build_s) in zip(rounds_of("aiohttp", 1.0), starts, strict=True)
    ]
    mode = json_report.to_dict(result_of(*records, rounds=3))["modes"][0]
    assert (mode["import_s"], mode["build_s"]) == (0.2, 0.02)


def test_the_ranking_by_cpu_time_is_written_like_the_other() -> None:
    ranking_cpu = (
        Rank(1, "httpx", 1.0, clean=True, verdict_next="unsure", tied_with=("aiohttp",), shared=True),
        Rank(1, "aiohttp", 1.2, clean=True, verdict="unsure", tied_with=("httpx",), shared=True),
    )
    records = [*rounds_of("aiohttp", 1.0), *rounds_of("httpx", 2.0)]
    document = json_report.to_dict(replace(result_of(*records, rounds=3), ranking_cpu=ranking_cpu))
    assert [rank["mode"] for rank in document["ranking_cpu"]] == ["httpx", "aiohttp"]
    assert document["ranking_cpu"][1] == {
        **{"rank": 1, "label": "1=", "mode": "aiohttp", "ratio": 1.2, "ratio_interval": None, "verdict": "unsure"},
        **{"verdict_next": None, "tied_with": ["httpx"], "clean": True, "other_work": False},
    }
    jsonschema.validate(document, SCHEMA)


def test_the_json_has_the_conclusion_and_when_the_run_began() -> None:
    result = replace(even_result(), started_at="2026-11-25T21:00:00+01:00", ended_at="2026-11-25T21:00:30+01:00")
    document = json_report.to_dict(result)
    assert document["ended_at"] == result.ended_at
    jsonschema.validate(document, SCHEMA)
    assert document["conclusion"] == conclude(result)
    assert (document["started_at"], document["name"], document["sweep"]) == ("2026-11-25T21:00:00+01:00", None, None)
    assert document["environment"]["variants"] == {}
    assert {mode["variant"] for mode in document["modes"]} == {None}


@pytest.mark.parametrize("key", ["started_at", "name", "ranking_cpu", "conclusion", "findings", "sweep"])
def test_the_schema_misses_what_is_left_out(key: str) -> None:
    document = json_report.to_dict(even_result())
    del document[key]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)
