"""A run on many hosts in every form that it can be written in."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import jsonschema
import pytest
from support import SCHEMA_FILE
from support.made_hosts import flipping, hosts_result
from support.made_results import LATENCY_MS

from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.formats import FORMATS
from tui_httpbench.report.hosts_csv import COLUMNS
from tui_httpbench.report.hosts_json import to_dict, to_text
from tui_httpbench.report.hosts_text import print_hosts
from tui_httpbench.report.json_reading import DocumentError, run_of_document

SCHEMA = json.loads(SCHEMA_FILE.read_text())
SCRIPTY = "</script><b>&\x1b[31m"
LOST: dict[str, dict[str, Any]] = {
    "x86-a": {"trouble": "Its worker was killed.", "notes": ("httpx is 0.27.2 there, 0.28.1 here.",)},
    "x86-b": {"measured": None, "trouble": "It was not reached within 10 s."},
}


def printed(result: HostsResult, columns: int = 100, monkeypatch: pytest.MonkeyPatch | None = None, **how: Any) -> str:
    stream = io.StringIO()
    if monkeypatch is not None:
        monkeypatch.setenv("COLUMNS", str(columns))
    print_hosts(result, StreamConsole(stream), **how)
    return stream.getvalue()


def written(result: HostsResult, suffix: str) -> str:
    form = next(form for form in FORMATS if form.suffix == suffix)
    return "".join(form.parts_of_hosts(result))


def test_sentences_stand_before_the_hosts_and_the_pair_that_flips_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(flipping(), 100, monkeypatch)
    places = [text.index(part) for part in ("aiohttp is first on 5 of 6 hosts, surely", "first place", "by host", "I²")]
    assert places == sorted(places)
    drawn = text[text.index("httpx-async's time over aiohttp's by host") :].splitlines()[1:9]
    names = [line.partition("  ")[0].strip() or line.split()[0] for line in drawn]
    assert [name.split()[0] for name in names] == [
        "arm64-a",
        "arm64-b",
        "x86-a",
        "x86-b",
        "x86-c",
        "x86-d",
        "mean",
        "a",
    ]
    assert drawn[1].index("●") < drawn[0].index("│") < drawn[0].index("●"), "1 lies between both"
    assert "faster" in drawn[1]
    assert "slower" in drawn[0]
    assert "◆" in drawn[6]


def test_a_host_in_trouble_is_named_and_left_out() -> None:
    text = " ".join(printed(flipping(runs=LOST)).split())
    assert "aiohttp is first on 3 of 4 hosts" in text
    assert "x86-a: Its worker was killed. It is left out of what is said of all; what it measured can be seen." in text
    assert "x86-b: It was not reached within 10 s. It is left out." in text
    assert "x86-a: httpx is 0.27.2 there" in text
    assert "5 of 6 hosts × 3 modes" in text


def test_no_line_is_wider_than_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in (40, 60, 80, 120):
        assert max(map(len, printed(flipping(), columns, monkeypatch).splitlines())) <= columns


def test_few_hosts_and_pairs_are_listed_unless_all_are_asked_for() -> None:
    result = hosts_result(40, LATENCY_MS)
    assert "10 more hosts; --verbose lists all." in printed(result)
    assert "16 more pairs; --verbose lists all." in printed(result)
    text = printed(result, verbose=True)
    assert "--verbose" not in text
    assert "host-040" in text
    assert "Requests per second" in text


def test_a_figure_of_all_modes_on_all_hosts_can_be_asked_for() -> None:
    text = printed(flipping(), metric="p50")
    rows = text[text.index("Median latency in ms") :].splitlines()
    assert rows[1].split() == ["host", "aiohttp", "httpx-async", "requests-session"]
    assert rows[3].split()[0] == "arm64-a"


def test_the_json_fits_its_schema_and_has_all() -> None:
    document = to_dict(flipping(runs=LOST))
    jsonschema.validate(document, SCHEMA)
    hosts = document["hosts"]
    assert [run["counts"] for run in hosts["runs"]] == [True, True, False, False, True, True]
    assert hosts["runs"][3]["modes"] is None
    assert hosts["runs"][1]["first"] == ["httpx-async"]
    pair = hosts["pairs"][0]
    assert (pair["first"], pair["second"], pair["flips"]) == ("aiohttp", "httpx-async", True)
    assert [each["faster"] for each in pair["hosts"]] == ["aiohttp", "httpx-async", "aiohttp", "aiohttp"]
    mean = pair["mean"]
    assert mean["ratio_interval"][0] < mean["ratio"] < mean["ratio_interval"][1]
    assert mean["prediction_interval"][0] < mean["ratio_interval"][0]
    assert document["modes"] == []
    assert document["conclusion"].startswith("aiohttp is first on 3 of 4 hosts")


def test_the_json_of_many_hosts_is_indented_down_to_a_mode_of_a_host() -> None:
    """Indented to the last number, 200 hosts take three times as long, and a million lines."""
    result = flipping(runs=LOST)
    text = to_text(result)
    assert json.loads(text) == json.loads(json.dumps(to_dict(result)))
    lines = text.splitlines()
    assert lines[:2] == ["{", '  "schema_version": 2,']
    assert lines[-1] == "}"
    modes = [line for line in lines if line.lstrip().startswith('{"id": "aiohttp", ')]
    assert len(modes) == 5
    assert all(line.startswith(" " * 10 + "{") for line in modes)


@pytest.mark.parametrize(
    "result",
    [
        hosts_result(1),
        hosts_result(2, rounds=1),
        hosts_result(2, runs={name: {"measured": None, "trouble": "Gone."} for name in ("host-001", "host-002")}),
        hosts_result(3, {"aiohttp": 1.0}),
        hosts_result(3, shares=[["host-001", "host-002", "host-003"]]),
        hosts_result(4, whole={"stopped": True, "trouble": "The scheduler is gone."}),
    ],
    ids=["one", "one round", "nothing", "one lane", "one machine", "ended early"],
)
def test_every_form_of_what_is_little_can_be_written(result: HostsResult) -> None:
    jsonschema.validate(to_dict(result), SCHEMA)
    assert printed(result)
    for form in FORMATS:
        "".join(form.parts_of_hosts(result))


def test_compare_refuses_it_in_a_sentence() -> None:
    with pytest.raises(DocumentError, match="is a run on several hosts"):
        run_of_document(to_dict(flipping()), "hosts.json")


def test_a_row_of_the_csv_has_lane_host_and_how_it_compares() -> None:
    rows = list(csv.DictReader(io.StringIO(written(flipping(runs=LOST), ".csv"))))
    assert list(rows[0]) == [column.name for column in COLUMNS]
    assert len(rows) == 5 * 3, "a host that did not measure has no row"
    row = next(row for row in rows if (row["host"], row["lane"]) == ("arm64-b", "httpx-async"))
    assert row["over"] == "aiohttp"
    assert float(row["over_ratio_low"]) < float(row["over_ratio"]) < float(row["over_ratio_high"]) < 1
    assert float(row["over_mean"]) > 1
    assert next(row for row in rows if row["host"] == "x86-a")["host_counts"] == "false"
    rounds = list(csv.DictReader(io.StringIO(written(flipping(), "rounds.csv"))))
    assert len(rounds) == 6 * 3 * 5
    named = hosts_result(2, whole={"name": "Mondays"})
    for suffix in (".csv", "rounds.csv"):
        assert {row["run_name"] for row in csv.DictReader(io.StringIO(written(named, suffix)))} == {"Mondays"}
    assert rounds[0]["host"] == "arm64-a"


def test_a_line_for_each_request_begins_with_its_host() -> None:
    lines = [json.loads(line) for line in written(flipping(), ".jsonl").splitlines()]
    assert len(lines) == 6 * 3 * 5 * 10
    assert lines[0]["host"] == "arm64-a"


def test_the_page_draws_a_diamond_for_the_mean_and_escapes_names() -> None:
    page = written(flipping(runs={"x86-c": {"notes": (SCRIPTY,)}}), ".html")
    drawn = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    assert drawn[0] == "httpx-async&#x27;s time over aiohttp&#x27;s, by host"
    assert page.count('class="diamond') == len(drawn) == 2
    assert "<b>" not in page
    assert "\x1b" not in page
    assert "http://" not in re.sub(r"http://127\.0\.0\.1:8000/?", "", page), "nothing from outside"


def test_markdown_has_hosts_pairs_and_notes() -> None:
    text = written(flipping(runs=LOST), ".md")
    assert "- aiohttp is first on 3 of 4 hosts" in text
    assert "| arm64-b | httpx-async | surely |" in text
    assert "left out: Its worker was killed." in text
    assert "| httpx-async | aiohttp |" in text
