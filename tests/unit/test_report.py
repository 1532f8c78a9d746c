"""The text and JSON reports of results made by hand, and where files go."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import threading
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.records import RoundRecord, WarmupRequest, WorkerSetup
from tui_httpbench.bench.samples import ErrorText, Samples
from tui_httpbench.bench.worker.errors import ERROR_KINDS
from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.plan import Plan, PlanError, Request
from tui_httpbench.report import json_report
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.destination import FileDestination
from tui_httpbench.report.mode_list import print_modes
from tui_httpbench.report.text import print_report

SCHEMA = json.loads((Path(__file__).parent / "result.schema.json").read_text())
SETUP = WorkerSetup(
    "CPython 3.11.7", {"aiohttp": "3.14.1"}, 0.1, 0.01, (WarmupRequest(5.0, 200), WarmupRequest(1.0, -2))
)
LATENCY_MS = dict(zip(DEFAULT_MODES, (2.9, 0.87, 26.0, 0.68, 0.91, 24.4, 0.13, 0.42), strict=True))


def samples_of(latency_ms: float, statuses: list[int]) -> Samples:
    rows = [(10 + index, int(latency_ms * 1e6), status, 1000) for index, status in enumerate(statuses)]
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def record_of(mode: str, latency_ms: float, statuses: list[int], **changes: Any) -> RoundRecord:
    values: dict[str, Any] = {
        "samples": samples_of(latency_ms, statuses),
        "elapsed_s": latency_ms * len(statuses) / 1e3,
        "cpu_s": 0.01,
        "peak_memory_bytes": 30 * 2**20,
        "setup": SETUP,
    }
    return RoundRecord(mode, 1, "complete", **(values | changes))


def result_of(*records: RoundRecord, stopped: bool = False, **plan: Any) -> Result:
    modes = plan.pop("modes", tuple(dict.fromkeys(record.mode for record in records)))
    made = Plan(modes=modes, requests=10, rounds=1, seed=42, **plan)
    return summarize_run(made, "http://127.0.0.1:8000/", records, stopped=stopped)


def clean_result(**plan: Any) -> Result:
    return result_of(*(record_of(mode, latency, [200] * 10) for mode, latency in LATENCY_MS.items()), **plan)


def failing_result() -> Result:
    refused = -1 - ERROR_KINDS.index("refused")
    text = "ClientError: \x1b[31mred\x1b[0m\r\nCannot connect \x07to host \u202eevil"
    return result_of(
        record_of("aiohttp", 0.1, [200] * 7 + [refused] * 3, error_texts=(ErrorText("refused", text, 3),)),
        record_of("requests", 5.0, [200] * 8 + [404, 503]),
        record_of("httpx", 9.0, [200] * 10),
        RoundRecord("httpx-client", 1, "failed", reason="httpx-client could not start: \x1b]0;x\x07boom."),
    )


def report_of(result: Result, columns: int = 80, monkeypatch: pytest.MonkeyPatch | None = None) -> str:
    if monkeypatch is not None:
        monkeypatch.setenv("COLUMNS", str(columns))
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    print_report(result, StreamConsole(stream))
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined]


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def cells_of(report: str) -> dict[str, list[str]]:
    """The table's cells by the mode's name."""
    rows = [line.split() for line in report.splitlines() if re.match(r"\d+ ", line)]
    return {row[1]: row for row in rows if row[1] in DEFAULT_MODES}


def test_the_table_ranks_and_compares() -> None:
    report = report_of(clean_result())
    rows = cells_of(report)
    assert list(rows) == sorted(LATENCY_MS, key=LATENCY_MS.__getitem__)
    assert rows["aiohttp"] == ["1", "aiohttp", "7,692", "0.13", "0.13", "0.13", "0", "×1.00"]
    assert rows["httpx"] == ["8", "httpx", "38.5", "26.0", "26.0", "26.0", "0", "×200"]
    assert "!" not in report


def test_the_heading_says_what_was_measured() -> None:
    heading = report_of(clean_result()).split("\n\n")[0]
    for part in ("GET http://127.0.0.1:8000/ (the embedded target)", "8 modes × 10 requests × 1 round", "seed 42"):
        assert part in heading
    assert "CPython 3.11.7, aiohttp 3.14.1" in heading
    assert "concurrency 20" in report_of(clean_result(concurrency=20))
    assert "embedded" not in report_of(clean_result(request=Request("http://127.0.0.1:8000/")))


@pytest.mark.parametrize("columns", [30, 40, 48, 60, 79, 80, 100, 200])
@pytest.mark.parametrize("make_result", [clean_result, failing_result])
def test_nothing_is_wider_than_the_terminal_or_cut_off(
    make_result: Any, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = make_result()
    report = report_of(result, columns, monkeypatch)
    assert max(len(line) for line in report.splitlines()) <= columns
    assert "…" not in report
    assert all(f"{summary.mode} " in report for summary in result.modes)


def test_a_name_that_does_not_fit_goes_on_in_the_next_row(monkeypatch: pytest.MonkeyPatch) -> None:
    modes = ("requests-session", "requests-session#2")
    report = report_of(result_of(*(record_of(mode, 1.0, [200, 500]) for mode in modes)), 30, monkeypatch)
    table = report.split("\n\n")[1]
    assert "…" not in table
    assert "".join(line.split()[0] for line in table.splitlines()[3:5]) == "requests-session#2!"


def test_columns_are_dropped_in_order_of_their_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    def headers(result: Result, columns: int) -> list[str]:
        report = report_of(result, columns, monkeypatch).replace(" ms", "")
        return next(line.split() for line in report.splitlines() if re.match(r"(#\s+)?mode ", line))

    clean, failing = clean_result(), failing_result()
    assert headers(clean, 80) == ["#", "mode", "requests/s", "p50", "p95", "p99", "errors", "slower"]
    assert headers(clean, 64) == ["#", "mode", "requests/s", "p50", "p99", "errors", "slower"]
    assert headers(clean, 60) == ["#", "mode", "requests/s", "p50", "errors", "slower"]
    assert headers(clean, 48) == ["#", "mode", "requests/s", "p50", "slower"]
    assert headers(clean, 40) == ["#", "mode", "requests/s", "slower"]
    assert headers(failing, 80) == ["#", "mode", "requests/s", "p50", "p95", "p99", "errors", "slower"]
    assert headers(failing, 44) == ["mode", "requests/s", "errors", "slower"]
    assert headers(failing, 40) == ["mode", "requests/s", "errors"]


def test_the_chart_turns_logarithmic_when_modes_differ_much() -> None:
    assert "higher is better, logarithmic scale" in report_of(clean_result())
    near = result_of(record_of("aiohttp", 1.0, [200] * 10), record_of("httpx", 9.0, [200] * 10))
    report = report_of(near)
    assert "higher is better\n" in report
    assert re.search(r"aiohttp ┤█+.* 1,000\n", report)
    assert re.search(r"httpx ┤█+.* 111\n", report)


def test_one_mode_makes_no_chart() -> None:
    assert "█" not in report_of(result_of(record_of("aiohttp", 1.0, [200] * 10)))


def test_failures_are_marked_and_named() -> None:
    report = report_of(failing_result())
    rows = cells_of(report)
    assert list(rows) == ["httpx", "aiohttp", "requests", "httpx-client"]
    assert rows["aiohttp"][2:] == ["!", "10,000", "0.10", "0.10", "0.10", "3", "×0.01"]
    assert rows["httpx-client"][2:] == ["!", "–", "–", "–", "–", "–", "–"]
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
    assert cells_of(report)["aiohttp"] == ["3", "aiohttp", "!", "–", "–", "–", "–", "10", "–"]
    assert not re.search(r"aiohttp +┤", report)


def test_a_stopped_run_says_so() -> None:
    assert "Stopped by the user" in report_of(result_of(record_of("aiohttp", 1.0, [200]), stopped=True))


def test_a_run_stopped_before_its_first_request_has_no_table() -> None:
    report = report_of(result_of(modes=DEFAULT_MODES, stopped=True))
    assert "before anything was measured" in report
    assert cells_of(report) == {}


def test_a_mode_that_was_not_measured_has_no_numbers() -> None:
    result = result_of(record_of("aiohttp", 1.0, [200]), modes=("aiohttp", "httpx"), stopped=True)
    assert cells_of(report_of(result))["httpx"] == ["2", "httpx", "!", "–", "–", "–", "–", "–", "–"]


def test_a_stream_without_the_characters_gets_others() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    print_report(clean_result(), StreamConsole(stream))
    report = stream.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    assert "x1.00" in report
    assert "aiohttp |####" in report
    assert "requests/s" in report
    assert "\\" not in report


def test_a_closed_stream_is_no_error() -> None:
    print_report(clean_result(), StreamConsole(None))


def test_the_list_of_modes_has_each_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "40")
    print_modes(StreamConsole(stream))
    lines = stream.buffer.getvalue().decode().splitlines()  # type: ignore[attr-defined]
    assert [line.split()[0] for line in lines[2:]] == list(DEFAULT_MODES)
    assert all(re.search(r"\d+\.\d+", line) for line in lines[2:])


@pytest.mark.parametrize("make_result", [clean_result, failing_result])
def test_the_json_keeps_its_contract(make_result: Any) -> None:
    document = json.loads(json_report.to_text(make_result()))
    jsonschema.validate(document, SCHEMA)


def test_the_json_of_a_clean_mode() -> None:
    document = json_report.to_dict(clean_result())
    mode = next(mode for mode in document["modes"] if mode["id"] == "aiohttp")
    assert (mode["requests"], mode["ok"], mode["errors"], mode["statuses"]) == (10, 10, {}, {"200": 10})
    assert mode["elapsed_s"] == pytest.approx([0.0013])
    assert mode["requests_per_second"] == pytest.approx(10 / 0.0013)
    assert mode["latency_ms"]["p99"] == pytest.approx(0.13)
    assert (mode["body_bytes"], mode["rounds_done"], mode["peak_memory_mib"]) == (10_000, 1, 30.0)
    assert mode["rounds"][0]["warmup"] == [
        {"latency_ms": 5.0, "status": 200, "error": None},
        {"latency_ms": 1.0, "status": None, "error": ERROR_KINDS[1]},
    ]
    assert document["ranking"][0] == {"rank": 1, "mode": "aiohttp", "ratio": 1.0}
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
    text = json_report.to_text(clean_result(request=request))
    assert "hunter2" not in text
    assert ["Accept", "*/*"] in json.loads(text)["plan"]["headers"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "reports"
    path.mkdir()
    return path


def test_a_file_is_replaced_whole_and_keeps_its_permissions(folder: Path) -> None:
    path = folder / "result.json"
    path.write_text("old")
    path.chmod(0o640)
    destination = FileDestination(str(path))
    assert path.read_text() == "old"
    destination.write("new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names_in(folder) == ["result.json"]


def test_no_file_appears_before_there_is_a_result(folder: Path) -> None:
    destination = FileDestination(str(folder / "result.json"))
    assert names_in(folder) == []
    destination.write("new")
    assert names_in(folder) == ["result.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    FileDestination(str(link)).write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_device_is_written_in_place() -> None:
    FileDestination("/dev/null").write("text")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_pipe_is_written_in_place(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    destination = FileDestination(str(path))
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(path.read_text()))
    reader.start()
    destination.write("text")
    reader.join(10)
    assert received == ["text"]
    assert path.is_fifo()


def test_other_names_of_standard_output_are_known(capfd: pytest.CaptureFixture[str]) -> None:
    assert FileDestination("-").is_stdout
    with capfd.disabled():
        assert FileDestination("/dev/stdout").is_stdout


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is empty"),
        (".", "it is a folder"),
        ("missing/result.json", "there is no folder"),
        ("file/result.json", "ot a directory"),
        ("x" * 300, "ame too long"),
    ],
)
def test_a_path_that_can_not_be_written_is_refused(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PlanError, match=reason):
        FileDestination(str(tmp_path / name) if name else "")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions don't bind root")
def test_permissions_are_respected(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("old")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PlanError, match="ermission denied"):
            FileDestination(str(tmp_path / "new.json"))
        FileDestination(str(path)).write("new")
        assert path.read_text() == "new"
        path.chmod(0o400)
        with pytest.raises(PlanError, match="permission denied"):
            FileDestination(str(path))
    finally:
        tmp_path.chmod(0o700)
