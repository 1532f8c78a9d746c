"""A run on many hosts in the history: kept whole, listed, reported, exported, removed and called back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.made_hosts import NAMES, hosts_result, measured_hosts

from tui_httpbench.analysis.hosts import summarize_hosts
from tui_httpbench.bench.kept_runs import (
    KeptRunError,
    hide_kept,
    keep,
    list_kept,
    open_any,
    open_kept,
    remove_kept,
    show_kept_again,
)
from tui_httpbench.commands.main import main
from tui_httpbench.files.folders import state_folder
from tui_httpbench.measured.any_measured import ended_as
from tui_httpbench.measured.measured_hosts import MeasuredHosts
from tui_httpbench.report.hosts_json import to_dict

ENDED = "2026-11-27T20:19:34+01:00"
RUNS: dict[str, dict[str, Any]] = {
    "arm64-b": {"notes": ("httpx is 0.27.2 there, 0.28.1 here.", "Its clock is 3.5 s behind.")},
    "x86-a": {"trouble": "Its worker was killed."},
    "x86-b": {"measured": None, "trouble": "It was not reached."},
    "x86-d": {"trouble": "The scheduler is gone.", "ended_with_all": True},
}


def made() -> MeasuredHosts:
    measured = measured_hosts(runs=RUNS, shares=[["x86-c", "x86-d"]], whole={"ended_at": ENDED, "name": "six hosts"})
    first = measured.hosts[0]
    late = replace(first, host=replace(first.host, clock_off_s=-3.5))
    return replace(measured, hosts=(late, *measured.hosts[1:]))


def test_it_comes_back_as_it_was_with_every_request() -> None:
    measured = made()
    kept = keep(measured, source="a")
    assert kept is not None
    assert kept.load == "on 6 hosts, 10 requests, 1 in flight"
    assert kept.conclusion.startswith("aiohttp is first on all 4 hosts")
    assert kept.winner == "aiohttp"
    assert kept.outcome == "finished, 2 hosts left out"
    assert kept.requests == 5 * 3 * 5 * 10
    opened = open_any(kept.id)
    assert isinstance(opened, MeasuredHosts)
    assert opened == ended_as(measured, measured.whole)
    assert opened.has_samples
    assert opened.hosts[0].host.clock_off_s == -3.5


def test_without_its_samples_it_says_the_same() -> None:
    measured = made()
    kept = keep(measured, source="a")
    state = state_folder()
    assert kept is not None
    assert state is not None
    for path in (state / "history").rglob("*"):
        if path.is_file() and kept.id in path.name:
            path.unlink()
    opened = open_any(kept.id)
    assert isinstance(opened, MeasuredHosts)
    assert not opened.has_samples
    before, after = to_dict(summarize_hosts(measured))["hosts"], to_dict(summarize_hosts(opened))["hosts"]
    assert after["sentences"] == before["sentences"]
    assert after["pairs"] == before["pairs"]
    for old, new in zip(before["runs"], after["runs"], strict=True):
        assert new["ranking"] == old["ranking"]
        assert [mode["latency_ms"] for mode in new["modes"] or []] == [
            mode["latency_ms"] for mode in old["modes"] or []
        ]


def test_a_host_that_gave_nothing_is_kept_too_and_nothing_at_all_is_not() -> None:
    lost = {name: {"measured": None, "trouble": "Gone."} for name in NAMES}
    assert keep(measured_hosts(runs=lost), source="a") is None
    assert keep(made(), source="b") is not None


def test_it_is_found_by_a_host_removed_and_called_back() -> None:
    kept = keep(made(), source="a")
    assert kept is not None
    assert [run.id for run in list_kept("arm64-b")] == [kept.id]
    hide_kept([kept.id])
    assert not list_kept()
    show_kept_again([kept.id])
    assert [run.id for run in list_kept("six")] == [kept.id]
    remove_kept([kept.id])
    assert not list_kept()


def test_it_is_no_single_run() -> None:
    kept = keep(made(), source="a")
    assert kept is not None
    with pytest.raises(KeptRunError, match="was made on several hosts, and is no single run"):
        open_kept(kept.id)


def test_the_command_reports_and_exports_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept = keep(made(), source="a")
    assert kept is not None
    assert main(["history", "show", kept.id]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "aiohttp is first on all 4 hosts" in told
    assert "x86-b: It was not reached. It is left out." in told
    assert main(["history", "export", kept.id, "all.json", "all.html", "all.jsonl", "rounds.csv"]) == 0
    assert json.loads((tmp_path / "all.json").read_text())["hosts"]["machines"] == 3
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) == 5 * 3 * 5 * 10
    capsys.readouterr()
    assert main(["history", "show", kept.id, "--group-by", "mode"]) == 2
    assert "this was made on several hosts" in capsys.readouterr().err
    assert main(["compare", kept.id, kept.id]) == 2
    assert "was made on several hosts" in capsys.readouterr().err


def test_a_result_that_is_known_is_not_made_again() -> None:
    result = hosts_result(whole={"ended_at": ENDED})
    kept = keep(measured_hosts(whole={"ended_at": ENDED}), source="a", result=result)
    assert kept is not None
    assert all("result" in vars(host) for host in result.hosts), "its summaries were taken from it"
