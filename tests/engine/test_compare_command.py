"""``httpbench-tui compare``: last week's run, one of schema 1, and one of the history, through the command line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.made_results import MACHINE, URL, rounds_of

from tui_httpbench.bench.kept_runs import keep
from tui_httpbench.commands.main import main
from tui_httpbench.measured.measured import Measured
from tui_httpbench.plan.plan import Plan

RUNS = Path(__file__).parents[1] / "support" / "runs"
LAST_WEEK, SCHEMA_1 = str(RUNS / "last-week.json"), str(RUNS / "schema-1.json")


def slower(path: Path, label: str, factor: float) -> str:
    """Last week's run with a lane that takes so many times as long, in a file of its own."""
    document: dict[str, Any] = json.loads(Path(LAST_WEEK).read_text())
    for mode in document["modes"]:
        if mode["id"] == label:
            mode["elapsed_s"] = [each * factor for each in mode["elapsed_s"]]
            mode["requests_per_second"] /= factor
            for each in mode["rounds"]:
                each["elapsed_s"] *= factor
    path.write_text(json.dumps(document))
    return str(path)


def test_last_weeks_run_against_itself_has_no_surprise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", LAST_WEEK, LAST_WEEK, "--relative-to", "http.client", "--fail-if-slower", "50"]) == 0
    out = capsys.readouterr().out
    assert "nothing but time differs" in out
    assert "Both are the same run, so nothing can differ." in out
    assert max(map(len, out.splitlines())) <= 80


def test_a_lane_that_became_slower_fails_the_gate_and_is_in_all_forms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page, table = tmp_path / "page.md", tmp_path / "table.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    new = slower(tmp_path / "new.json", "aiohttp", 3.0)
    wishes = ["--relative-to", "http.client", "--fail-if-slower", "20", "--json", "-", "--export", str(table)]
    assert main(["compare", LAST_WEEK, new, *wishes]) == 3
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert {each["label"]: each["verdict"] for each in document["lanes"]}["aiohttp"] == "slower"
    assert "httpbench-tui: aiohttp is surely more than 20 % slower" in captured.err
    assert "**aiohttp is surely more than 20 % slower" in table.read_text()
    assert page.read_text() == table.read_text()


def test_a_run_of_schema_1_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", SCHEMA_1, LAST_WEEK]) == 0
    out = capsys.readouterr().out
    assert "one mode after another (schema 1)" in out
    assert "In the new run alone, and not in the old one: http.client." in out


def test_a_run_of_the_history_is_compared_with_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    records = tuple(record for mode in ("aiohttp", "requests-session") for record in rounds_of(mode))
    plan = Plan(modes=("aiohttp", "requests-session"), requests=20, rounds=5)
    kept = keep(Measured(plan, URL, records, machine=MACHINE, started_at="2026-11-26T10:00:00+00:00"), source="here")
    assert kept is not None
    for reference in ("last", kept.id):
        assert main(["compare", LAST_WEEK, reference, "--lane", "aiohttp"]) == 0
        out = capsys.readouterr().out
        assert f"new: {reference}: 2026-11-26T10:00:00+00:00, 5 whole rounds" in out
        assert "in flight" in out, "the load differs"


def test_more_than_two_runs_are_a_trend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = slower(tmp_path / "new.json", "aiohttp", 3.0)
    trend = ["compare", LAST_WEEK, LAST_WEEK, new, "--lane", "aiohttp"]
    assert main([*trend, "--relative-to", "http.client"]) == 0
    out = capsys.readouterr().out
    assert "aiohttp over 3 runs: its time over that of http.client" in out
    assert "surely slower" in out
    assert "┤" in out
    assert main([*trend, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["verdict"] is None
    assert main([*trend, "--fail-if-slower", "5"]) == 2


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "compare takes two runs or more"),
        ([LAST_WEEK], "compare takes two runs or more"),
        ([LAST_WEEK] * 101, "up to 100 runs, not 101"),
        ([LAST_WEEK, "nowhere.json"], "The file 'nowhere.json' can't be read: no such file"),
        ([LAST_WEEK, "last"], "history"),
        ([LAST_WEEK, "a/b"], "The file 'a/b' can't be read"),
        ([LAST_WEEK, "\x1b[2J.json"], "can't be read"),
        ([LAST_WEEK, LAST_WEEK, "--relative-to", "curl"], "There is no lane 'curl'"),
        ([LAST_WEEK, LAST_WEEK, "--fail-if-slower", "a lot"], "--fail-if-slower takes per cent"),
        ([LAST_WEEK, LAST_WEEK, "--same-within", "0"], "--same-within takes per cent above 0"),
        ([LAST_WEEK, LAST_WEEK, "--export", "x.csv"], "files that end in .json or .md, not 'x.csv'"),
        ([LAST_WEEK, LAST_WEEK, "--export", "nowhere/x.md"], "there is no folder"),
        ([LAST_WEEK, SCHEMA_1, "--json", f"{RUNS}/../runs/last-week.json"], "is one of the runs"),
        ([LAST_WEEK, LAST_WEEK, "--reference", "x"], "There is no option '--reference'"),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments: list[str], part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *arguments]) == 2
    captured = capsys.readouterr()
    assert part in captured.err
    assert len(captured.err.splitlines()) == 1
    assert not captured.out


def test_a_lane_that_is_gone_does_not_pass_a_gate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document: dict[str, Any] = json.loads(Path(LAST_WEEK).read_text())
    document["modes"] = [mode for mode in document["modes"] if mode["id"] != "aiohttp"]
    (tmp_path / "gone.json").write_text(json.dumps(document))
    assert main(["compare", LAST_WEEK, str(tmp_path / "gone.json"), "--fail-if-slower", "900"]) == 1
    assert "The gate is not passed: the new run has no lane aiohttp." in capsys.readouterr().out
    # A new lane has nothing to be slower than.
    assert main(["compare", str(tmp_path / "gone.json"), LAST_WEEK, "--fail-if-slower", "900"]) == 0


def test_what_a_file_holds_is_no_markup(tmp_path: Path) -> None:
    document: dict[str, Any] = json.loads(Path(LAST_WEEK).read_text())
    hostile = "<script>x</script> ![x](http://e/) @octocat [l](javascript:1) | #1"
    document["environment"]["platform"] = document["plan"]["url"] = hostile
    document["environment"]["packages"][hostile] = hostile
    (tmp_path / "evil.json").write_text(json.dumps(document))
    assert main(["compare", LAST_WEEK, str(tmp_path / "evil.json"), "--export", str(tmp_path / "c.md")]) == 0
    written = (tmp_path / "c.md").read_text()
    assert "octocat" in written
    assert re.search(r"(?<!\\)(<script|\[x|\[l|#1)| @o", written) is None


@pytest.mark.usefixtures("home")
def test_a_run_is_found_by_a_name_that_looks_like_a_path() -> None:
    records = tuple(record for mode in ("aiohttp", "httpx") for record in rounds_of(mode, requests=20))
    for name in ("feature/x", "last.json"):
        plan = Plan(modes=("aiohttp", "httpx"), requests=20, concurrency=1)
        keep(Measured(plan, URL, records, machine=MACHINE, name=name), source=name)
    assert main(["compare", "feature/x", "last.json"]) == 0
    assert main(["run", "--name", "last~1"]) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence_and_the_report_still_comes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", LAST_WEEK, LAST_WEEK, "--json", "/dev/full"]) == 1
    captured = capsys.readouterr()
    assert "can't be written to '/dev/full': no space left on device" in captured.err
    assert "Both are the same run" in captured.out


def test_a_reader_that_is_gone_is_no_traceback() -> None:
    if shutil.which("true") is None or os.name == "nt":
        pytest.skip("needs a program that reads nothing")
    command = f"{sys.executable} -m tui_httpbench compare '{LAST_WEEK}' '{LAST_WEEK}' | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert not done.stderr
