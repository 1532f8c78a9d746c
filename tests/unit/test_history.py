"""The history: what is kept of a run and comes back, and what is wrong with its files."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.made_results import MACHINE, probe_of, rounds_of

from tui_httpbench.analysis.comparison_rows import run_in_words
from tui_httpbench.analysis.conclusion import STOPPED_EARLY
from tui_httpbench.analysis.race import Race
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench import packing
from tui_httpbench.bench.kept_runs import (
    KeptRun,
    KeptRunError,
    find_kept,
    hide_kept,
    history_size,
    keep,
    list_kept,
    open_kept,
    purge_hidden,
    remove_kept,
    rename_kept,
    show_kept_again,
)
from tui_httpbench.bench.recovery import find_interrupted_runs
from tui_httpbench.bench.run_folder import RunFolder, source_of
from tui_httpbench.commands.main import main
from tui_httpbench.files.folders import config_path
from tui_httpbench.history import database
from tui_httpbench.history.database import database_path
from tui_httpbench.history.settings import HistorySettings, load_history_settings
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.probe import SentRequest
from tui_httpbench.measured.records import Slice
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.variants import parse_variants
from tui_httpbench.report.facts import load_in_words
from tui_httpbench.report.json_reading import run_of_result

STARTED_AT = "2026-11-26T20:00:00+00:00"
LANES = ("aiohttp", "requests", "httpx-client")

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")


def measured_of(**values: Any) -> Measured:
    """A whole run of three lanes, with a failure, a name and what the machine did."""
    records = [record for lane in LANES for record in rounds_of(lane, requests=200, failed=int(lane == "requests"))]
    records[0] = replace(records[0], slices=(Slice(150, 0.25, 0.1), Slice(50, 0.1, 0.05)))
    made = Measured(
        Plan(modes=LANES, requests=200, rounds=5, concurrency=1, seed=3),
        "http://127.0.0.1:8000/",
        tuple(records),
        probes=tuple(probe_of(lane, 200, redirects="followed") for lane in LANES),
        conditions=RunConditions("worker on CPU 1", None, 0.25),
        machine=MACHINE,
        started_at=STARTED_AT,
        ended_at="2026-11-26T20:00:30+00:00",
        name="before",
    )
    return replace(made, **values)


def kept_at(started_at: str, name: str = "", **values: Any) -> KeptRun:
    kept = keep(measured_of(started_at=started_at, name=name, **values), source=f"{started_at} {name}")
    assert kept is not None
    return kept


@pytest.fixture
def history(home: Path) -> Path:
    return home / "state" / "httpbench-tui" / "history"


def set_limit(text: str) -> None:
    path = config_path()
    assert path is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[history]\n{text}\n")


def files_of(folder: Path) -> set[str]:
    return {path.name for path in (folder / "samples").iterdir()}


def test_a_run_comes_back_as_it_was(history: Path) -> None:
    measured = measured_of()
    kept = keep(measured, source="here")
    assert kept is not None
    assert (kept.name, kept.place, kept.scenario, kept.winner) == ("before", "/", "loopback", "aiohttp")
    assert (kept.requests, kept.failed, kept.outcome) == (3_000, 5, "finished")
    read = open_kept("last")
    assert replace(read, run_id="") == measured
    assert summarize_run(read) == replace(summarize_run(measured), run_id=kept.id)
    assert kept.samples_bytes < 0.3 * sum(record.samples.nbytes for record in measured.records)
    if os.name == "posix":
        for path in (history, *history.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_without_samples_every_number_stays_and_what_is_missing_is_said() -> None:
    set_limit('limit = "1 kB"')
    measured = measured_of(interrupted=True)
    assert keep(measured, source="here") is not None
    (kept,) = list_kept()
    assert not kept.has_samples
    before, after = summarize_run(measured), summarize_run(open_kept("before"))
    for name in ("modes", "ranking", "ranking_cpu", "environment", "settings", "stopped"):
        assert getattr(after, name) == getattr(before, name), name
    assert after.findings[0].id == "samples-dropped"
    assert after.findings[1:] == before.findings
    assert before.findings[0].id == "interrupted"
    assert {racer.why_absent for racer in Race.of(after).racers} == {"its requests are not kept any more"}


def test_a_damaged_file_of_samples_costs_the_samples_alone(history: Path) -> None:
    keep(measured_of(), source="here")
    (file,) = (history / "samples").iterdir()
    whole = file.read_bytes()
    for damage in (whole[:-100], whole[:2_000] + b"\xff" * 64 + whole[2_064:], b"", b"\0" * 5_000):
        file.write_bytes(damage)
        read = open_kept("last")
        assert read.remains is not None
        assert summarize_run(read).mode("aiohttp").requests == 1_000
    file.unlink()
    os.mkfifo(file)
    assert open_kept("last").remains is not None, "nobody waits for a pipe"


def test_a_damaged_summary_is_said_in_a_sentence(history: Path) -> None:
    keep(measured_of(), source="here")
    with closing(sqlite3.connect(database_path(history))) as connection, connection:
        connection.execute("UPDATE summaries SET summary = ?", (b"no summary",))
    with pytest.raises(KeptRunError, match=r"^The run \S+ of the history can't be read \(.+\); it is left as it is\.$"):
        open_kept("last")


def test_rows_pack_to_what_they_were() -> None:
    rows = np.random.default_rng(1).integers(-(2**62), 2**62, (1_000, 4))
    assert np.array_equal(packing._from_bytes(packing._to_bytes(rows)), rows)
    assert np.array_equal(packing._from_bytes(packing._to_bytes(rows[:1])), rows[:1])


def test_a_run_is_kept_once_from_where_it_was_measured_and_replaced_where_it_goes_on() -> None:
    measured = measured_of(run_id="20261126-200000-abcd")
    first = keep(measured, source="one")
    assert keep(measured, source="one") == first
    other = keep(measured, source="two")
    assert other is not None
    assert other.id != "20261126-200000-abcd", "another run of the same second"
    rename_kept("20261126-200000-abcd", "renamed")
    more, again = (
        replace(
            measured,
            plan=measured.plan.replace(rounds_before=5),
            records=(*measured.records, *(replace(each, round=6, elapsed_s=s) for each in measured.records[:2])),
        )
        for s in (0.5, 0.6)
    )
    assert keep(more, source="three") is not None
    found = find_kept("20261126-200000-abcd")
    assert (found.name, found.requests) == ("renamed", 3_400)
    assert len(list_kept()) == 2
    assert keep(measured, source="one") == found, "a folder that was left behind brings nothing back"
    told: list[str] = []
    beside = keep(again, source="four", tell=told.append)
    assert beside is not None
    assert find_kept("20261126-200000-abcd") == found, "what another app has added stays"
    assert (beside.requests, len(list_kept())) == (3_400, 3)
    assert told == [
        f"The run {found.id} was changed meanwhile; with these rounds it is kept beside it, as {beside.id}."
    ]


def test_the_oldest_samples_go_first_and_no_summary(history: Path) -> None:
    size = kept_at("2026-11-26T08:00:00+00:00").samples_bytes
    set_limit(f"limit = {2 * size + 100}")
    for hour in (11, 9, 10):
        kept_at(f"2026-11-26T{hour:02}:00:00+00:00")
    assert [(run.started_at[11:13], run.has_samples) for run in list_kept()] == [
        ("11", True),
        ("10", True),
        ("09", False),
        ("08", False),
    ]
    assert len(files_of(history)) == 2
    assert history_size().samples_bytes <= 2 * size + 100


def test_what_an_app_left_that_was_killed_goes_with_the_next_run(history: Path) -> None:
    kept_at(STARTED_AT)
    (history / "samples" / "20261126-000000-abcd-00000000").write_bytes(b"no row has this")
    (history / "samples" / ".part-new").write_bytes(b"another app writes it just now")
    (history / "samples" / ".part-old").write_bytes(b"nobody does")
    os.utime(history / "samples" / ".part-old", (1, 1))
    kept_at("2026-11-26T21:00:00+00:00")
    assert len(files_of(history)) == 3
    assert ".part-new" in files_of(history)


def test_runs_are_found_by_id_beginning_name_and_place_in_time(history: Path) -> None:
    old, new = kept_at("2026-11-25T20:00:00+00:00", "twice"), kept_at("2026-11-26T20:00:00+00:00", "twice")
    assert [run.id for run in list_kept()] == [new.id, old.id]
    assert find_kept("last") == find_kept(new.id) == find_kept("twice") == find_kept("20261126") == new
    assert find_kept("last~1") == find_kept(old.id[:-1]) == old
    for wrong, why in (
        ("202", "The history has no run '202'"),
        ("2026", "Several runs begin with '2026'"),
        ("last~2", "There is no last~2: the history has 2 runs."),
        ("%", "The history has no run '%'"),
        ("", "The history has no run ''"),
        ("a\x1b[31m", r"The history has no run 'a\\x1b\[31m'"),
    ):
        with pytest.raises(KeptRunError, match=why):
            find_kept(wrong)
    assert [run.id for run in list_kept("TWICE finished", most=1)] == [new.id]
    assert [run.id for run in list_kept(after=new)] == [old.id]
    assert list_kept("twice nothing") == []
    with closing(sqlite3.connect(database_path(history))) as connection, connection:
        connection.execute("UPDATE runs SET name = CAST(x'e4ff41' AS TEXT) WHERE id = ?", (old.id,))
    assert [run.name for run in list_kept()] == ["twice", "\ufffd\ufffdA"]


def test_what_is_hidden_can_be_called_back_until_it_is_removed_for_good(history: Path) -> None:
    run = kept_at(STARTED_AT)
    hide_kept([run.id])
    assert list_kept() == []
    with pytest.raises(KeptRunError, match="The history is empty"):
        find_kept(run.id)
    show_kept_again([run.id])
    assert list_kept() == [run]
    hide_kept([run.id])
    purge_hidden()
    with pytest.raises(KeptRunError, match=r"has no run .* any more"):
        show_kept_again([run.id])
    assert (list_kept(), files_of(history)) == ([], set())


def test_a_run_without_a_whole_round_has_no_winner_and_one_count_of_rounds_is_told_everywhere() -> None:
    whole = measured_of(records=tuple(record for lane in LANES for record in rounds_of(lane, requests=200)))
    kept = keep(whole, source="whole")
    assert kept is not None
    assert (kept.winner, kept.rounds) == (LANES[0], "5 rounds")
    cut = tuple(replace(each, outcome="stopped") if each.round == 5 else each for each in whole.records)
    stopped = keep(replace(whole, records=cut, stopped=True, run_id=""), source="stopped")
    assert stopped is not None
    assert stopped.rounds == "4 of 5 rounds"
    result = summarize_run(open_kept(stopped.id))
    assert "4 of 5 rounds" in load_in_words(result)
    assert "4 whole rounds" in run_in_words(run_of_result(result, "x"))
    begun = tuple(replace(each, outcome="stopped") for each in whole.records if each.round == 1)
    unranked = keep(replace(whole, records=begun, stopped=True, run_id=""), source="unranked")
    assert unranked is not None
    assert (unranked.winner, unranked.rounds, unranked.conclusion) == ("", "0 of 5 rounds", STOPPED_EARLY)


def test_lists_tell_what_was_compared_and_who_shares_the_first_place() -> None:
    tied = tuple(record for lane in LANES for record in rounds_of(lane, 5.0, noise=0.2))
    kept = keep(measured_of(records=tied), source="tied")
    assert kept is not None
    assert (kept.winner, kept.modes) == ("", "3 modes")
    assert kept.first.partition(" ")[0] in LANES
    assert " and " in kept.first
    plan = Plan(modes=LANES[2:], variants=parse_variants(["A=httpx==0.27.2", "B=httpx==0.28.1"]))
    versions = keep(measured_of(plan=plan, run_id=""), source="versions")
    assert versions is not None
    assert versions.modes == "httpx 0.27.2, 0.28.1"
    assert [run.id for run in list_kept("0.28.1")] == [versions.id]


def test_what_was_removed_and_kept_anew_by_another_app_is_not_purged_by_the_first() -> None:
    run = kept_at(STARTED_AT, run_id="20261126-200000-abcd")
    hide_kept([run.id])
    before = measured_of(started_at=STARTED_AT, run_id=run.id)
    more = replace(
        before,
        plan=before.plan.replace(rounds_before=5),
        records=(*before.records, *(replace(each, round=6) for each in before.records[:1])),
    )
    again = keep(more, source="other app")
    assert again is not None
    purge_hidden([run.id])
    assert [each.id for each in list_kept()] == [again.id]


def test_a_body_that_was_not_kept_is_no_difference() -> None:
    secret = Request("/", method="POST", json_body=b'{"password": "abcdefgh-1"}')
    measured = measured_of(plan=measured_of().plan.replace(request=secret))
    sent = tuple(
        replace(probe, response=replace(probe.response, hops=(SentRequest("POST", "/", (), 26),)))
        for probe in measured.probes
        if probe.response is not None
    )
    kept = keep(replace(measured, probes=sent), source="body")
    assert kept is not None
    assert summarize_run(open_kept(kept.id)).differences == ()


def test_nothing_is_kept_that_should_not_be(history: Path) -> None:
    assert keep(measured_of(in_history=False), source="a") is None
    assert keep(measured_of(records=()), source="b") is None
    set_limit("keep = false")
    assert keep(measured_of(), source="c") is None
    assert not history.exists()


@pytest.mark.parametrize(
    ("text", "settings", "problem"),
    [
        ("", HistorySettings(), ""),
        ('keep = true\nlimit = "2 GB"', HistorySettings(limit_bytes=2 * 10**9), ""),
        ("limit = 0", HistorySettings(limit_bytes=0), ""),
        ('limit = "1.5k"', HistorySettings(limit_bytes=1_500), ""),
        ('limit = "much"', HistorySettings(), 'limit: \'much\' is no size; write one such as "500 MB" or "2 GB".'),
        ("limit = true", HistorySettings(), "limit: True is no size"),
        ("keep = 1", HistorySettings(), "keep: 1 is neither true nor false."),
        ("size = 1", HistorySettings(), "size: There is no such key in [history]; there are keep and limit."),
    ],
)
def test_the_config_file_bounds_it(text: str, settings: HistorySettings, problem: str) -> None:
    set_limit(text)
    read = load_history_settings()
    assert replace(read, problems=()) == settings
    assert problem in " ".join(read.problems)
    assert bool(read.problems) == bool(problem)


def test_no_credential_gets_into_it(history: Path) -> None:
    request = Request(
        "http://127.0.0.1:9/?token=hush-hush",
        "POST",
        (("Authorization", "Bearer hush-hush"),),
        data=b"user=me&password=hush-hush",
    )
    keep(measured_of(plan=measured_of().plan.replace(request=request), name="with hush-hush"), source="here")
    (run,) = list_kept()
    with closing(sqlite3.connect(database_path(history))) as connection:
        (summary,) = connection.execute("SELECT summary FROM summaries").fetchone()
        rows = connection.execute("SELECT * FROM runs").fetchall()
    assert "hush" not in json.dumps(packing._parsed(summary)) + repr(rows) + repr(run)
    read = open_kept("last")
    assert (read.plan.request.body, read.dropped_headers) == (None, ("Authorization", "the body"))
    assert "Its plan lacks Authorization and the body, since" in " ".join(summarize_run(read).warnings)


def damaged_files(path: Path) -> Iterator[str]:
    """Damages it in one way after another."""
    whole = path.read_bytes()
    for name, content in (("text", b"no database" * 1_000), ("short", b"x"), ("pages", whole[:100] + b"\xa5" * 40_000)):
        path.write_bytes(content)
        yield name


def test_a_damaged_database_is_set_aside_with_its_samples(history: Path) -> None:
    kept_at(STARTED_AT)
    told: list[str] = []
    for number, name in enumerate(damaged_files(database_path(history)), start=1):
        for companion in ("-wal", "-shm"):
            database_path(history).with_name(f"runs.db{companion}").unlink(missing_ok=True)
        damaged = database_path(history).read_bytes()
        assert keep(measured_of(), source="here", tell=told.append) is not None
        assert len(list_kept()) == 1
        assert told[-1].startswith("The history was damaged; it was set aside as ")
        folders = sorted(history.glob("damaged-*"), key=lambda each: each.stat().st_mtime_ns)
        assert len(folders) == number
        # What is too short for a database is taken for a new one, whose samples tell that it is none.
        assert name == "short" or (folders[-1] / "runs.db").read_bytes() == damaged
        assert len(list((folders[-1] / "samples").iterdir())) == 1
    named = database_path(history).read_bytes()
    assert b"samples_bytes" in named
    database_path(history).write_bytes(named.replace(b"samples_bytes", b"sam\xe4les_bytes"))
    with pytest.raises(KeptRunError, match="The history was damaged; it was set aside as"):
        list_kept()
    keep(measured_of(), source="here")
    database_path(history).write_bytes(b"no database" * 1_000)
    with pytest.raises(KeptRunError, match="The history was damaged; it was set aside as"):
        list_kept()
    assert list_kept() == []


def test_a_newer_database_is_left_alone(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept_at(STARTED_AT)
    with closing(sqlite3.connect(database_path(history))) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = database_path(history).read_bytes()
    assert main(["history"]) == 1
    assert "is one of a newer httpbench-tui (version 99, and 1 is known here); it is left as it is." in (
        capsys.readouterr().err
    )
    with pytest.raises(KeptRunError, match=r"^The run was not kept\. The history in .* is one of a newer"):
        keep(measured_of(), source="there")
    assert database_path(history).read_bytes() == before


def test_another_app_that_does_not_stop_writing_is_not_waited_for(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    kept_at(STARTED_AT)
    with database.writing(history):
        assert len(list_kept()) == 1, "readers need not wait"
        with pytest.raises(KeptRunError, match="another app has been writing to it") as caught:
            keep(measured_of(), source="there")
        assert not caught.value.is_lasting
    with closing(sqlite3.connect(database_path(history), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(KeptRunError, match="another app has been writing to it"):
            keep(measured_of(), source="there")
    assert len(files_of(history)) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full")
def test_a_full_disk_keeps_nothing_half(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_at(STARTED_AT)
    monkeypatch.setattr(
        "tui_httpbench.history.run_store.tempfile.mkstemp",
        lambda **_: (os.open("/dev/full", os.O_WRONLY), str(history / "samples" / ".part-full")),
    )
    with pytest.raises(KeptRunError, match="can't be written: no space left on device") as caught:
        keep(measured_of(), source="there")
    assert not caught.value.is_lasting
    assert len(list_kept()) == len(files_of(history)) == 1


def test_a_folder_whose_run_is_kept_goes_at_the_next_start_without_a_word() -> None:
    folder = RunFolder()
    measured = measured_of()
    folder.begin(measured)
    folder.leave()
    assert len(find_interrupted_runs()) == 1
    keep(measured, source=source_of(folder.path, STARTED_AT))
    assert find_interrupted_runs() == []
    assert not folder.path.exists()
    assert len(list_kept()) == 1


@pytest.mark.parametrize("runs", [15, pytest.param(50, marks=pytest.mark.slow)])
def test_two_apps_that_keep_at_once_lose_nothing(runs: int, history: Path) -> None:
    script = textwrap.dedent("""
        import sys
        sys.path.insert(0, sys.argv[1])
        from unit.test_history import kept_at
        print("ready", flush=True)
        sys.stdin.readline()
        for minute in range(int(sys.argv[3])):
            kept_at(f"2026-11-26T10:{minute:02}:00+00:00", sys.argv[2])
    """)
    tests = str(Path(__file__).parents[1])
    apps = [
        subprocess.Popen(
            [sys.executable, "-c", script, tests, name, str(runs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("left", "right")
    ]
    for app in apps:
        assert app.stdout is not None
        assert app.stdout.readline() == "ready\n"
    for app in apps:
        assert app.stdin is not None
        app.stdin.write("\n")
        app.stdin.flush()
    assert [app.wait(timeout=100) for app in apps] == [0, 0]
    assert [len(list_kept(name)) for name in ("left", "right")] == [runs, runs]
    assert len(files_of(history)) == 2 * runs


def test_the_command_lists_shows_exports_and_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["history"]) == 0
    assert "No run is kept yet" in capsys.readouterr().err
    old, new = kept_at("2026-11-25T20:00:00+00:00", "before"), kept_at("2026-11-26T20:00:00+00:00", "after")
    assert main(["history"]) == 0
    told = capsys.readouterr()
    assert told.out.index(new.id) < told.out.index(old.id)
    assert "2 runs in all, whose single requests take " in told.err
    assert main(["history", "list", "before", "--json", "-"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["id"], listed["name"], listed["has_samples"]) == (old.id, "before", True)
    assert main(["history", "list", "--export", "list.md"]) == 2
    assert "can be written as JSON alone" in capsys.readouterr().err
    assert main(["history", "show", "before", "--json", "shown.json"]) == 0
    assert "httpx-client" in capsys.readouterr().out
    assert main(["history", "export", "before", "one.json", "all.jsonl"]) == 0
    exported = json.loads((tmp_path / "one.json").read_text())
    assert (exported["name"], exported["started_at"]) == ("before", "2026-11-25T20:00:00+00:00")
    assert exported == json.loads((tmp_path / "shown.json").read_text())
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) == 3_000
    assert main(["history", "rm", "before", "missing"]) == 2
    assert len(list_kept()) == 2, "with one that is not there, none goes"
    capsys.readouterr()
    assert main(["history", "rm", "before", old.id]) == 0
    assert capsys.readouterr().err == f"httpbench-tui: Removed {old.id} (before, /, 3,000 requests).\n"
    assert [run.id for run in list_kept()] == [new.id]
    remove_kept([new.id])
    assert main(["history", "show"]) == 2
    assert "The history is empty" in capsys.readouterr().err


def test_what_needs_single_requests_is_not_written_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    set_limit("limit = 0")
    kept_at(STARTED_AT)
    assert main(["history", "export", "last", "all.jsonl", "page.html", "table.md", "rounds.csv"]) == 1
    assert "all.jsonl was not written: no single requests of this run are kept any more." in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["page.html", "rounds.csv", "table.md"]
