"""What a result is saved as: Markdown to paste, CSV and JSON Lines to compute with, a page to show."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from support.made_results import (
    EIGHT,
    clean_result,
    failing_result,
    probed_result,
    record_of,
    result_of,
    rounds_of,
    tied_result,
    troubled_result,
)
from support.reports import exported

from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.entrants import select_modes
from tui_httpbench.clients.own_files import read_own_files
from tui_httpbench.report import json_report, lanes_csv, markdown, rounds_csv
from tui_httpbench.text.markdown_table import markdown_code, markdown_text

RESULTS = (clean_result, tied_result, troubled_result, failing_result, probed_result)
HOSTILE = "<script>alert(1)</script> \"'><img src=x onerror=y> | `a` \x1b[31m\u202e\ud800 ]]> --> &lt; @someone"
VOID = ("meta",)


class Page(HTMLParser):
    """A page's elements, closed as they were opened; ``texts`` is what is read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("make_result", RESULTS)
def test_the_table_to_paste_is_as_wide_as_github_shows_it(make_result: Any) -> None:
    result = make_result()
    text = exported(result)[".md"]
    table = [line for line in text.splitlines() if line.startswith("|")]
    # What is quoted shows without its backslash.
    cells = [[cell.replace("\\", "") for cell in re.split(r" \| ", line.strip("| "))] for line in table]
    assert len(table) == 2 + len(result.modes)
    assert len({len(row) for row in cells}) == 1
    widest = [max(map(len, column)) + markdown.CELL_ROOM for column in zip(cells[0], *cells[2:], strict=True)]
    assert sum(widest) <= markdown.MAX_WIDTH
    assert cells[0][:3] == ["#", "mode", "requests/s"]
    assert ("errors" in cells[0]) == any(mode.failed for mode in result.modes)
    for name in ("Load", "Versions", "Machine", "Target", "Method"):
        assert f"\n- {name}: " in text


def test_the_markdown_says_when_where_and_how_it_was_measured() -> None:
    result = replace(clean_result(), started_at="2026-11-26T20:18:34+05:30")
    text = exported(result)[".md"]
    assert text.startswith("## GET `/` at the embedded target (HTTP, 1 kB page)\n\naiohttp is fastest: ")
    assert "\n\nWarnings\n" not in text
    assert "\n- Date: 2026-11-26 20:18:34 +05:30\n" in text
    assert "\n- Load: 8 modes × 20 requests × 5 rounds; sync modes one by one, async modes all at once; " in text
    assert "\n- Versions: CPython 3.11.7, requests 2.34.2, httpx 0.28.1, aiohttp 3.14.1\n" in text


def test_a_pasted_text_calls_nobody_and_is_no_markup() -> None:
    assert markdown_text("ask @someone, @x") == "ask @<!-- -->someone, @<!-- -->x"
    assert markdown_text("httpx-client@old") == "httpx-client@old"
    assert markdown_text("&copy;") == r"\&copy;"
    assert markdown_code("GET http://h/a_b") == "`GET http://h/a_b`"
    assert markdown_code("a``b`") == "``` a``b` ```"


@pytest.mark.parametrize("make_result", RESULTS)
def test_the_rows_of_csv_say_what_the_json_says(make_result: Any) -> None:
    result = make_result()
    texts, document = exported(result), json_report.to_dict(result)
    rows = {row["lane"]: row for row in rows_of(texts[".csv"])}
    assert [*next(iter(rows.values()))] == [column.name for column in lanes_csv.COLUMNS]
    assert list(rows) == [rank["mode"] for rank in document["ranking"]]
    for mode in document["modes"]:
        row = rows[mode["id"]]
        assert (int(row["requests"]), int(row["failed"])) == (mode["requests"], mode["requests"] - mode["ok"])
        for key in ("ok_per_second", "peak_memory_mib", "cpu_us_per_request"):
            assert (float(row[key]) if row[key] else None) == mode[key]
        assert (float(row["latency_p99_ms"]) if row["latency_p99_ms"] else None) == (mode["latency_ms"] or {}).get(
            "p99"
        )
        assert row["url"] == document["plan"]["url"]
    rounds = rows_of(texts["rounds.csv"])
    assert [*rounds[0]] == [column.name for column in rounds_csv.COLUMNS]
    assert Counter(row["lane"] for row in rounds) == {
        mode["id"]: len(mode["rounds"]) for mode in document["modes"] if mode["rounds"]
    }
    assert sum(int(row["requests"]) for row in rounds) == sum(mode["requests"] for mode in document["modes"])
    assert [int(row["round"]) for row in rounds] == sorted(int(row["round"]) for row in rounds)


@pytest.mark.parametrize("make_result", RESULTS)
def test_every_request_has_a_line(make_result: Any) -> None:
    result = make_result()
    lines = [json.loads(line) for line in exported(result)[".jsonl"].splitlines()]
    for mode in result.modes:
        own = [line for line in lines if line["lane"] == mode.mode]
        assert len(own) == mode.requests
        assert sum(line["bytes"] for line in own) == mode.body_bytes
        assert Counter(line["error"] for line in own if line["error"]) == mode.errors
        assert Counter(line["status"] for line in own if line["status"] is not None) == mode.statuses
        if latencies := sorted(line["latency_ms"] for line in own if line["error"] is None):
            assert mode.latency_ms is not None
            assert latencies[-1] == pytest.approx(mode.latency_ms.max, abs=1e-6)
    assert lines[0].keys() == {"lane", "round", "start_ms", "latency_ms", "status", "error", "bytes"}
    assert min(line["start_ms"] for line in lines) == 0


def test_requests_that_are_not_kept_any_more_are_no_empty_file() -> None:
    record = record_of("aiohttp", 1.0)
    without = replace(record, samples=record.samples[:0])
    vars(without)["tally"] = record.tally
    with pytest.raises(OSError, match="the single requests of this run are not kept any more"):
        exported(result_of(without))


@pytest.mark.parametrize("make_result", RESULTS)
def test_the_page_stands_alone_and_has_all_its_parts(make_result: Any) -> None:
    result = make_result()
    text = exported(result)[".html"]
    page = Page(text)
    read = " ".join(page.texts)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & page.tags.keys()
    assert not [each for each in page.attributes if each[0] in ("src", "href", "style") or each[0].startswith("on")]
    assert "url(" not in text
    assert "@import" not in text
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    assert len(text) < 100_000
    for part in ("ranking", "charts", "method", "versions", "code"):
        assert ("id", part) in page.attributes, part
    for mode in result.modes:
        assert mode.mode in read
    for finding in result.findings:
        assert not finding.text.isprintable() or finding.text in read
    first = (conclude(result) or "Nothing was measured.").partition(". ")[0].removesuffix(".")
    assert f"{first}." in read
    assert "def send():" in "".join(page.texts)
    assert page.tags["svg"] >= 1


def test_one_round_and_no_sample_make_a_page_too() -> None:
    for result in (
        result_of(*rounds_of("aiohttp", 1.0, rounds=1)),
        result_of(record_of("aiohttp", 1.0, [], elapsed_s=None, outcome="crashed", reason="Gone."), modes=EIGHT[-2:]),
        result_of(modes=("aiohttp",), stopped=True),
    ):
        for suffix, text in exported(result).items():
            assert text or suffix == ".jsonl"
        Page(exported(result)[".html"])


def hostile_result() -> Result:
    result = failing_result()
    environment = replace(result.environment, python=HOSTILE, packages={HOSTILE: HOSTILE})
    findings = (*result.findings, Finding("machine-slept", HOSTILE))
    settings = {"aiohttp": {HOSTILE: HOSTILE}}
    return replace(result, url=f"http://h/{HOSTILE}", environment=environment, findings=findings, settings=settings)


def test_hostile_texts_stay_texts() -> None:
    usual, page = Page(exported(failing_result())[".html"]), Page(exported(hostile_result())[".html"])
    assert page.open == []
    assert page.tags.keys() == usual.tags.keys()
    assert {name for name, _ in page.attributes} == {name for name, _ in usual.attributes}
    assert "<script>alert(1)</script>" in " ".join(page.texts)
    (row, *_) = rows_of(exported(replace(failing_result(), url="=HYPERLINK(1)"))[".csv"])
    assert row["url"] == "'=HYPERLINK(1)"


def test_the_code_of_a_file_of_ones_own_is_in_no_form(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "from tui_httpbench.clients import mode\n\n\n"
        '@mode("mine", "with a key", kept=False)\ndef mine(request, new):\n'
        '    def send():\n        return 200, b"hunter2-canary"\n    yield send\n'
    )
    select_modes([str(path)])
    (own,) = read_own_files(["mine"])
    assert "hunter2-canary" in own.source.decode()
    result = replace(
        result_of(*(replace(record, mode="mine") for record in rounds_of("aiohttp", 1.0))), own_files=(own,)
    )
    texts = exported(result)
    assert own.sha256 in texts[".html"]
    assert "hunter2-canary" not in str(texts)
