"""A sweep in every form that it can be written in."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import jsonschema
import pytest
from support import SCHEMA_FILE
from support.made_sweeps import crossing_sweep, swept

from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import FIGURE_OPTIONS
from tui_httpbench.bench.events import Progress
from tui_httpbench.bench.sweep_events import PointProgress, SweepProgress
from tui_httpbench.plan.plan import Request
from tui_httpbench.plan.sweep import parse_sweep
from tui_httpbench.report import sweep_csv, sweep_rounds_csv
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.formats import FORMATS
from tui_httpbench.report.json_reading import DocumentError, run_of_document
from tui_httpbench.report.progress import sweep_headline
from tui_httpbench.report.sweep_json import to_dict
from tui_httpbench.report.sweep_markdown import to_text
from tui_httpbench.report.sweep_text import print_sweep

SCHEMA = json.loads(SCHEMA_FILE.read_text())
SCRIPTY = "</script><b>&\x1b[31m"


def printed(result: SweepResult, columns: int = 80, monkeypatch: pytest.MonkeyPatch | None = None, **how: Any) -> str:
    stream = io.StringIO()
    if monkeypatch is not None:
        monkeypatch.setenv("COLUMNS", str(columns))
    print_sweep(result, StreamConsole(stream), **how)
    return stream.getvalue()


def written(result: SweepResult, suffix: str) -> str:
    form = next(form for form in FORMATS if form.suffix == suffix)
    return "".join(form.parts_of_sweep(result))


def test_sentences_stand_first_and_the_table_has_a_column_for_each_value() -> None:
    text = printed(crossing_sweep())
    assert text.index("requests-session is faster up to 4 in flight") < text.index("\nmode  ")
    heading, _, *rows = text[text.index("\nmode  ") + 1 :].splitlines()[:5]
    assert heading.split() == ["mode", "1", "2", "4", "8", "10", "retention"]
    assert [row.split()[0] for row in rows] == ["requests-session", "aiohttp", "httpx"], "best first"
    assert "hold" in text
    assert "Median latency" not in text


def test_it_is_said_how_bodies_were_read() -> None:
    streamed = swept("concurrency=1,2", {"aiohttp": (1.0, 2.0)}, request=Request(read="stream"))
    for told in (printed(streamed), written(streamed, ".md"), written(streamed, ".html")):
        assert "bodies read piece by piece" in " ".join(told.split())
    assert "piece by piece" not in printed(crossing_sweep())


def test_a_metric_can_be_chosen_and_all_figures_shown() -> None:
    assert "Median latency in ms over requests in flight" in printed(crossing_sweep(), metric="p50")
    text = printed(crossing_sweep(), verbose=True)
    assert all(figure.title in text for figure in FIGURE_OPTIONS.values())


def test_a_narrow_terminal_gets_the_table_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(crossing_sweep(), 40, monkeypatch)
    assert max(map(len, text.splitlines())) <= 40
    assert len(re.findall(r"^mode ", text, re.MULTILINE)) > 1
    values = re.findall(r"^mode +(.*)$", text, re.MULTILINE)
    assert " ".join(values).split() == ["1", "2", "4", "8", "10", "retention"]


def test_a_stopped_sweep_says_so() -> None:
    assert "Stopped by the user; this is" in printed(crossing_sweep(whole={"stopped": True}))
    assert "Interrupted; this is" in printed(crossing_sweep(whole={"stopped": True, "interrupted": True}))
    ended = printed(crossing_sweep(whole={"trouble": "At rtt 5: The disk is full."}))
    assert "Ended before its time: At rtt 5: The disk is full; this is" in ended
    assert "Nothing was measured." in printed(swept("rtt=0,5", {"aiohttp": (None, None)}))


def test_the_json_is_as_its_schema_says() -> None:
    document = to_dict(crossing_sweep())
    jsonschema.validate(document, SCHEMA)
    assert [document[key] for key in ("modes", "ranking", "ranking_cpu", "comparisons")] == [[]] * 4
    assert (document["gate"], document["article"], document["plan"]["duration_s"]) == (None, None, None)
    sweep = document["sweep"]
    assert [point["value"] for point in sweep["points"]] == ["1", "2", "4", "8", "10"]
    assert [point["ranking"][0]["mode"] for point in sweep["points"]][-1] == "aiohttp"
    assert document["plan"]["sweep"] == "concurrency=1,2,4,8,10"
    assert [point["plan"]["concurrency"] for point in sweep["points"]] == [1, 2, 4, 8, 10]
    crossing = next(each for each in sweep["crossings"])
    assert [point["faster"] for point in crossing["points"]] == [
        *("requests-session", "requests-session", None, "aiohttp", "aiohttp")
    ]
    jsonschema.validate(to_dict(swept("rtt=0,5", {"aiohttp": (None, 2.0)})), SCHEMA)
    jsonschema.validate(to_dict(swept("workload=c1/1k,c2/1k", {"aiohttp": (None, None)})), SCHEMA)


def test_compare_refuses_the_json_of_a_sweep() -> None:
    with pytest.raises(DocumentError, match="is a sweep, and compare takes single runs"):
        run_of_document(to_dict(crossing_sweep()), "sweep.json")


def test_csv_has_a_row_for_each_lane_and_value() -> None:
    rows = list(csv.DictReader(io.StringIO(written(crossing_sweep(), ".csv"))))
    assert len(rows) == 3 * 5
    assert {(row["knob"], row["value"]) for row in rows} == {("concurrency", n) for n in ("1", "2", "4", "8", "10")}
    assert list(rows[0]) == [column.name for column in sweep_csv.COLUMNS]
    for row in rows:
        assert float(row["ok_per_second_low"]) <= float(row["ok_per_second"]) <= float(row["ok_per_second_high"])
    rounds = list(csv.DictReader(io.StringIO(written(crossing_sweep(), "rounds.csv"))))
    assert len(rounds) == 3 * 5 * 5
    assert list(rounds[0]) == [column.name for column in sweep_rounds_csv.COLUMNS]


def test_each_request_has_a_line_with_its_point() -> None:
    lines = [json.loads(line) for line in written(crossing_sweep(), ".jsonl").splitlines()]
    assert len(lines) == 3 * 5 * 5 * 10
    assert {(line["knob"], line["value"]) for line in lines} == {
        *(("concurrency", n) for n in ("1", "2", "4", "8", "10"))
    }
    assert {"lane", "round", "latency_ms", "status"} <= lines[0].keys()


def test_markdown_has_the_sentences_and_a_table_of_each_figure() -> None:
    text = to_text(crossing_sweep())
    assert "- requests-session is faster up to 4 in flight" in text
    assert text.count("| mode | 1 | 2 | 4 | 8 | 10 |") == len(FIGURE_OPTIONS)
    assert "Method: in each round every point has its turn" in text


def test_the_page_draws_curves_with_bands() -> None:
    page = written(crossing_sweep(), ".html")
    assert page.count("<svg") == len(FIGURE_OPTIONS)
    assert page.count("<polygon") == len(FIGURE_OPTIONS) * 3
    assert "http://" not in page.replace("http://127.0.0.1", "")
    assert "<script" not in page
    for numbers in re.findall(r'points="([^"]*)"', page):
        assert "nan" not in numbers
        assert "inf" not in numbers


@pytest.mark.parametrize(
    "sweep", ["rtt=0,5", "workload=c1/1k,c2/1k", "body-size=0,5m", "service-time=0,5", "capacity=1,5"]
)
@pytest.mark.parametrize("latencies", [(1.0, None), (None, None), (1.0, 2.0)])
def test_every_form_takes_every_sweep(sweep: str, latencies: tuple[float | None, float | None]) -> None:
    result = swept(sweep, {"aiohttp": latencies, "requests": latencies}, whole={"name": SCRIPTY}, noise=0.02)
    for form in FORMATS:
        assert "".join(form.parts_of_sweep(result)) or form.needs_samples
    assert "\x1b" not in printed(result)
    assert SCRIPTY not in written(result, ".html")


def test_the_headline_names_the_point_whose_turn_it_is() -> None:
    run = Progress(1.0, "measuring", 2, 5, (), "aiohttp", 3.0, least_rounds=3)
    sweep = parse_sweep("rtt=0,5,20")
    points = tuple(PointProgress(value, run, is_over=value == "0") for value in sweep.values)
    progress = SweepProgress(sweep, points, 1, 2, 5, 62.0, "measuring", 30.2, is_auto=True)
    assert (
        sweep_headline(progress)
        == "round 2 of about 3, at most 31 s left · round trip 5 ms · 1 of 3 values done · 1:02"
    )
    ended = SweepProgress(sweep, points, 1, 5, 5, 62.0, "ended", 0.0, is_auto=True)
    assert sweep_headline(ended) == "5 rounds of 3 values · 1:02"
    assert sweep_headline(SweepProgress(sweep, points, None, 0, 5, 0.0, "preparing", None, is_auto=True)) == "starting"
