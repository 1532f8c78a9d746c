"""A run's folder, and what can be recovered from it: all of it."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.made_results import MACHINE, rounds_of

from tui_httpbench.analysis.going_on import why_other_requests
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench import recovery
from tui_httpbench.bench.recovery import (
    RecoveryError,
    discard,
    find_interrupted_runs,
    look_for_leftovers,
    read_any,
    read_measured,
    recover,
)
from tui_httpbench.bench.run_folder import RunFolder, describe, point_path, runs_folder, sample_path
from tui_httpbench.bench.worker_story import hung_requests
from tui_httpbench.commands.recover import recover_run
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.measured.notes_json import EarlierEnd, ProbesMade, RoundStart, RunEnd, note_from_dict, note_to_dict
from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.measured.record_json import record_from_dict, record_to_dict
from tui_httpbench.measured.records import Outcome, RoundRecord, Slice, WarmupRequest, WorkerSetup
from tui_httpbench.measured.sample_file import SampleFile
from tui_httpbench.measured.samples import ErrorText
from tui_httpbench.plan.plan import DEFAULT_USER_AGENT, EQUAL_ACCEPT_ENCODING, MASK, Plan, Request
from tui_httpbench.plan.reference import Against
from tui_httpbench.plan.sweep import parse_sweep
from tui_httpbench.plan.variants import parse_variants
from tui_httpbench.target_server.launcher import RequestHead
from tui_httpbench.worker.recorder import Recorder

REQUESTS = 20
PLAN = Plan(
    request=Request("http://127.0.0.1:9/?token=hush", headers=(("Authorization", "Bearer hush"), ("Accept", "*/*"))),
    modes=("aiohttp", "aiohttp#2"),
    requests=REQUESTS,
    concurrency=2,
    rounds=3,
    seed=77,
)
SETUP = WorkerSetup("CPython 3.13.1", 0.1, 0.02, (WarmupRequest(1.5, 200, 0.4), WarmupRequest(9.5, -4)))
WHOLE = RoundRecord(
    "aiohttp",
    1,
    "complete",
    elapsed_s=2.0,
    cpu_s=0.5,
    peak_memory_bytes=2**25,
    error_texts=(ErrorText("status", "503", 1),),
    setup=SETUP,
    wall_s=2.5,
    connections=3,
    target_cpu_s=0.25,
    group=2,
    slices=(Slice(12, 1.25, 0.3), Slice(8, 0.75, 0.2)),
)

HEADERS = (("accept", "*/*"), ("authorization", MASK), ("accept-encoding", EQUAL_ACCEPT_ENCODING))
HEAD = RequestHead("GET", "/x", "", "1.1", (*HEADERS, ("user-agent", DEFAULT_USER_AGENT)), "127.0.0.1:5")
PROBES = (
    Probe(
        "aiohttp",
        settings={"timeout": "30 s"},
        response=ProbeResponse(200, 302, "http://127.0.0.1:9/x", "1.1", 10, "hash"),
        heads=(HEAD,),
        packages={"aiohttp": "3.13.0"},
        strange={"urllib3": "was loaded from /elsewhere/urllib3/__init__.py"},
    ),
)
STARTED_AT, ENDED_AT = "2026-11-25T21:00:00+01:00", "2026-11-25T21:01:00+01:00"

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")

SAMPLES = np.array([(1 + row, 2, *((200, 7) if row % 4 else (-1, 0))) for row in range(20)], dtype=np.int64)


def measure(folder: RunFolder, mode_id: str, round: int, requests: int, capacity: int = REQUESTS) -> None:
    """Writes samples as a worker does: one request every millisecond."""
    path = sample_path(folder.path, mode_id, round)
    SampleFile(path, capacity).close()
    recorder = Recorder(str(path))
    for number in range(requests):
        recorder.record(1_000_000 * (number + 1), 500_000, 200, 10)


def measured_of(*records: RoundRecord, plan: Plan = PLAN, **values: Any) -> Measured:
    """What a run has found out before its first round, or until its end."""
    made = Measured(plan, plan.request.url, records, started_at=STARTED_AT, machine=MACHINE)
    return replace(made, **({"conditions": RunConditions("worker on CPU 1")} | values))


def abandoned(plan: Plan = PLAN, finished: int = REQUESTS, under_way: int = 7) -> Path:
    """The folder of a run with one whole round and one that was under way, whose app is gone."""
    folder = RunFolder()
    folder.begin(measured_of(plan=plan))
    measure(folder, "aiohttp", 1, finished)
    if finished:
        folder.add(replace(WHOLE, samples=np.ones((finished, 4), dtype=np.int64)))
    measure(folder, "aiohttp#2", 1, under_way)
    folder.leave()
    return folder.path


def test_a_record_survives_json() -> None:
    read, requests = record_from_dict(json.loads(json.dumps(record_to_dict(WHOLE))))
    assert requests == 0
    assert vars(read) | {"samples": None} == vars(WHOLE) | {"samples": None}


@pytest.mark.parametrize(
    "note",
    [
        ProbesMade((*PROBES, Probe("requests", error=("refused", "nobody listens")))),
        RunConditions("nowhere in particular", None, 0.25, 5.5),
        RoundStart(2, 1, 0.35, {"aiohttp": SETUP}, {"requests": ("failed", "requests could not import its client.")}),
        RunEnd(False, "The run ended in round 3.", ENDED_AT),
        EarlierEnd(2, False, "", ENDED_AT, interrupted=True),
    ],
)
def test_a_note_survives_json(note: Any) -> None:
    assert note_from_dict(json.loads(json.dumps(note_to_dict(note)))) == note


@pytest.mark.parametrize("kind", ["data", "json_body"])
def test_all_that_was_measured_is_read_back(kind: str) -> None:
    whole = replace(WHOLE, samples=SAMPLES)
    failed = RoundRecord("aiohttp#2", 1, "failed", reason="aiohttp#2 could not import its client.")
    body: dict[str, Any] = {kind: bytes(range(256)) * 8_000}
    large = Request("http://127.0.0.1:9/x", "POST", (("Accept", "*/*"),), **body)
    measured = measured_of(
        whole,
        failed,
        plan=PLAN.replace(request=large),
        stopped=True,
        probes=PROBES,
        conditions=RunConditions("worker on CPU 1", "performance", 0.03, 0.0),
        trouble="The run ended in round 2: no room.",
        ended_at=ENDED_AT,
        duration_s=0.35,
        against=Against("aiohttp#2", 0.05),
    )
    folder = RunFolder()
    folder.begin(measured)
    folder.note(RunEnd(measured.stopped, measured.trouble, ENDED_AT))
    folder.leave()
    read = read_measured(folder.path)
    assert read == measured
    assert summarize_run(read) == summarize_run(measured)
    changed = whole.samples.copy()
    changed[3, 1] += 1
    assert read != replace(measured, records=(replace(whole, samples=changed), failed))


@pytest.mark.parametrize(
    ("new", "status", "said"),
    [
        ({"latency_ms": 12.0}, 3, "httpx@new is surely more than 5 % slower than httpx@old."),
        ({"latency_ms": 10.0}, 0, "No lane is more than 5 % slower than its reference."),
        ({"failed": 1}, 1, "The gate is not passed: httpx@new can't be compared with httpx@old"),
    ],
)
def test_a_gate_outlives_its_run(
    new: dict[str, Any], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lanes: dict[str, dict[str, Any]] = {"httpx@new": new, "httpx@old": {"latency_ms": 10.0}}
    records = [record for lane, values in lanes.items() for record in rounds_of(lane, rounds=8, **values)]
    plan = PLAN.replace(
        modes=tuple(lanes), rounds=8, variants=parse_variants(["new=httpx==0.28.1", "old=httpx==0.27.2"])
    )
    folder = RunFolder()
    folder.begin(measured_of(*records, plan=plan, against=Against("old", 0.05)))
    folder.leave()
    assert look_for_leftovers().in_words.startswith("An interrupted run can be recovered (2 modes, ")
    folder.note(RunEnd(stopped=False, trouble="", ended_at=ENDED_AT))
    assert look_for_leftovers().in_words.startswith("An unsaved run can be recovered (2 modes, ")
    assert recover_run() == status
    assert said in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(("added", "is_as_before"), [(0, True), (5, False)])
def test_a_run_that_went_on_stays_finished_until_a_request_was_added(added: int, is_as_before: bool) -> None:
    earlier = measured_of(replace(WHOLE, samples=SAMPLES), ended_at=ENDED_AT)
    folder = RunFolder()
    folder.begin(replace(earlier, plan=PLAN.replace(rounds_before=1), ended_at=None))
    folder.note_earlier(earlier)
    folder.note(RoundStart(2, 0, None, {"aiohttp": SETUP}))
    measure(folder, "aiohttp", 2, added)
    folder.leave()
    read = read_measured(folder.path)
    assert (read.interrupted, read.stopped) == (not is_as_before, not is_as_before)
    assert (read.ended_at == ENDED_AT) is is_as_before
    assert len(read.records) == (1 if is_as_before else 2)
    (run,) = find_interrupted_runs()
    assert run.noun == ("unsaved run" if is_as_before else "interrupted run")


@pytest.mark.parametrize("added", [0, 5])
def test_a_sweep_that_went_on_stays_finished_until_a_request_was_added_at_a_point(added: int) -> None:
    plan = PLAN.replace(sweep=parse_sweep("concurrency=1,2"))
    whole = measured_of(plan=plan, ended_at=ENDED_AT)
    folder = RunFolder()
    folder.begin(replace(whole, plan=plan.replace(rounds_before=1), ended_at=None))
    folder.note_earlier(whole)
    for number, (_, point) in enumerate(plan.points()):
        earlier = measured_of(replace(WHOLE, samples=SAMPLES), plan=point, ended_at=ENDED_AT)
        own = RunFolder(point_path(folder.path, number))
        own.begin(replace(earlier, plan=point.replace(rounds_before=1), ended_at=None))
        own.note_earlier(earlier)
        if number:
            measure(own, "aiohttp", 2, added)
    folder.leave()
    read = read_any(folder.path)
    assert isinstance(read, MeasuredSweep)
    assert [read.whole.interrupted, *(point.interrupted for point in read.points)] == [bool(added), False, bool(added)]
    assert find_interrupted_runs()[0].noun == ("interrupted run" if added else "unsaved run")


def test_a_plan_with_credentials_is_read_back_without_them() -> None:
    folder = RunFolder()
    folder.begin(measured_of(probes=PROBES))
    folder.note(RunEnd(False, "", ENDED_AT))
    folder.leave()
    read = read_measured(folder.path)
    request = Request("http://127.0.0.1:9/?token=", headers=(("Accept", "*/*"),))
    assert read == measured_of(
        plan=PLAN.replace(request=request),
        probes=PROBES,
        ended_at=ENDED_AT,
        dropped_headers=("Authorization",),
        dropped_from_url=True,
    )
    assert not read.interrupted
    assert "(the credentials in its URL and Authorization)" in why_other_requests(read)
    empty = measured_of(plan=PLAN.replace(request=Request("http://127.0.0.1:9/?token=")))
    assert not why_other_requests(empty), "an empty token is what was sent"
    assert not describe(empty)["dropped_from_url"]


def test_what_was_known_when_a_round_began_is_recovered_with_it() -> None:
    plan = PLAN.replace(requests=None, duration_s="auto", modes=("aiohttp", "requests", "httpx", "httpx-async"))
    folder = RunFolder()
    folder.begin(measured_of(plan=plan))
    folder.note(ProbesMade(PROBES))
    measure(folder, "aiohttp", 1, 7)
    measure(folder, "requests", 1, 0)
    measure(folder, "httpx", 1, 0)
    measure(folder, "httpx-async", 1, 3)
    reason = "requests could not import its client: boom."
    setups = {"aiohttp": SETUP, "httpx": SETUP, "httpx-async": SETUP}
    folder.note(RoundStart(1, 2, 0.35, setups, {"requests": ("failed", reason)}))
    lost: dict[str, tuple[Outcome, str]] = {
        "requests": ("failed", reason),
        "httpx-async": ("hung", "httpx-async was ended."),
    }
    folder.note(RoundStart(1, 2, 0.35, setups, lost))  # in the middle of the round
    folder.note(RunConditions("worker on CPU 1", other_cpu_share=0.5))
    folder.leave()
    read = read_measured(folder.path)
    assert [(record.mode, record.outcome, record.group) for record in read.records] == [
        ("aiohttp", "stopped", 2),
        ("httpx-async", "hung", 2),
        ("httpx", "stopped", 2),
        ("requests", "failed", 2),
    ]
    assert (read.records[2].setup, read.records[3].reason, read.duration_s) == (SETUP, reason, 0.35)
    # Of a load in seconds, as many as were in flight; of one in requests, all that were missing.
    assert [record.hung_requests for record in read.records] == [0, 2, 0, 0]
    assert hung_requests(plan.replace(requests=10, duration_s=None), "httpx-async", 3) == 7
    result = recover(folder.path)
    assert result.environment.packages == {"aiohttp": "3.13.0"}
    assert result.environment.python == "CPython 3.13.1"
    assert {"interrupted", "mode-failed", "busy-machine"} <= {finding.id for finding in result.findings}


def test_the_result_does_not_depend_on_where_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request("http://127.0.0.1:9/", headers=(("Authorization", "Bearer $HTTPBENCH_TEST_TOKEN"),))
    measured = measured_of(
        plan=PLAN.replace(request=request, modes=("aiohttp", "requests")),
        probes=(*PROBES, replace(PROBES[0], mode="requests")),
    )
    here = summarize_run(measured)
    for name in ("platform", "python_version", "python_implementation"):
        monkeypatch.setattr(f"platform.{name}", lambda: "elsewhere")
    monkeypatch.setattr("os.cpu_count", lambda: 99)
    monkeypatch.setenv("HTTPBENCH_TEST_TOKEN", "hush")
    assert summarize_run(measured) == here
    assert here.environment.platform == MACHINE.platform
    assert here.differences == ()


def test_whole_rounds_and_the_one_under_way_are_recovered() -> None:
    folder = abandoned()
    (run,) = find_interrupted_runs()
    assert (run.folder, run.requests, run.in_words) == (folder, 27, "2 modes, 27 requests measured, just now")
    result = recover(folder)
    assert result.stopped
    assert (result.plan.modes, result.plan.seed, result.plan.rounds) == (PLAN.modes, 77, 3)
    whole, cut = result.modes
    assert (whole.requests, whole.rounds_done, whole.elapsed_s, whole.connections) == (20, 1, (2.0,), 3)
    assert (cut.requests, cut.ok, cut.rounds_done, cut.elapsed_s) == (7, 7, 0, (0.0065,))
    assert np.array_equal(result.records[1].samples[:, 0], 1_000_000 * np.arange(1, 8))
    assert result.environment.pinning == "worker on CPU 1"
    assert [finding.id for finding in result.findings[:2]] == ["interrupted", "credentials-left-out"]
    assert result.trouble == result.findings[0].text
    assert "Authorization" in result.findings[1].text
    assert result.started_at == STARTED_AT
    assert result.ended_at is not None
    discard(folder)
    assert find_interrupted_runs() == []
    with pytest.raises(RecoveryError, match="can't be recovered"):
        recover(folder)


def test_a_round_of_seconds_is_recovered_however_many_requests_it_had() -> None:
    plan = PLAN.replace(requests=None, duration_s=2.0)
    folder = RunFolder()
    folder.begin(measured_of(plan=plan))
    for mode_id, requests in zip(plan.modes, (9_000, 31), strict=True):
        measure(folder, mode_id, 1, requests, capacity=16_384)
    folder.leave()
    (run,) = find_interrupted_runs()
    assert run.requests == 9_031
    result = recover(folder.path)
    assert (result.plan.requests, result.plan.duration_s) == (None, 2.0)
    assert [mode.requests for mode in result.modes] == [9_000, 31]


@posix_only
def test_only_the_owner_can_read_it_and_no_secret_is_in_it() -> None:
    folder = abandoned()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert b"hush" not in path.read_bytes()


def test_a_living_run_is_left_alone() -> None:
    code = (
        "from test_run_folder import *\n"
        "folder = RunFolder(); folder.begin(measured_of()); measure(folder, 'aiohttp', 1, 3)\n"
        "print(folder.path, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, Path(__file__).parents[1:3]))},
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().decode().strip())
        assert find_interrupted_runs() == []
        assert folder.exists()
        process.kill()
        process.wait()
        assert [run.folder for run in find_interrupted_runs()] == [folder]


def test_a_removed_folder_leaves_nothing() -> None:
    folder = RunFolder()
    folder.begin(measured_of())
    folder.remove()
    folder.remove()
    runs = runs_folder()
    assert runs is not None
    assert list(runs.iterdir()) == []


def test_what_was_measured_stays_however_old_and_many_and_what_measured_nothing_goes() -> None:
    empty = abandoned(finished=0, under_way=0)
    many = []
    for age_s in range(7):
        many.append(abandoned())
        then = time.time() - 100 * age_s - 130 if age_s < 6 else 1.0  # as by a clock that was wrong
        for path in (*many[-1].iterdir(), many[-1]):
            os.utime(path, (then, then))
    damaged = abandoned(finished=0, under_way=0)
    for path in damaged.glob("*.samples"):
        path.write_bytes(b"\1" * 100)
    unknown = abandoned()
    (unknown / "run.json").write_text('{"format": 99}')
    os.utime(unknown, (1, 1))
    leftovers = look_for_leftovers()
    assert [run.folder for run in leftovers.runs] == [damaged, *many]
    assert leftovers.runs[1].in_words.endswith("2 minutes ago")
    assert re.match(
        r"8 interrupted runs can be recovered \(\d+ kB; the latest: 2 modes, 0 requests", leftovers.in_words
    )
    (notice,) = leftovers.notices
    assert notice.startswith(f"The interrupted run in {unknown} can't be recovered (its files are damaged")
    assert not empty.exists()
    assert all(path.exists() for path in (*many, damaged, unknown))


def test_a_folder_that_vanishes_while_it_is_looked_at_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    gone, stays = abandoned(), abandoned()
    look = recovery._is_alive

    def remove_meanwhile(folder: Path) -> bool:
        if folder == gone:
            shutil.rmtree(gone)
        return look(folder)

    monkeypatch.setattr(recovery, "_is_alive", remove_meanwhile)
    leftovers = look_for_leftovers()
    assert ([run.folder for run in leftovers.runs], leftovers.notices) == ([stays], ())


@pytest.mark.skipif(sys.platform != "linux", reason="takes the power to read everything from root as Linux has it")
def test_a_folder_that_can_not_be_read_stops_nothing(home: Path) -> None:
    readable = abandoned()
    unreadable = abandoned()
    unreadable.chmod(0)
    half = abandoned()
    next(half.glob("*.samples")).chmod(0)

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tui_httpbench", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            preexec_fn=be_bound_by_permissions,
        )

    done = command("recover")
    assert (done.returncode, "27 requests" in done.stdout or "27" in done.stdout) == (0, True)
    for folder in (unreadable, half):
        assert f"The interrupted run in {folder} can't be read; 'chmod -R u+rwX'" in done.stderr
    assert "Traceback" not in done.stderr
    assert unreadable.exists()
    assert not readable.exists()
    (home / "state").chmod(0)
    done = command("recover", "--discard", "--all")
    (home / "state").chmod(0o700)
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert lines[0].startswith("httpbench-tui: Interrupted runs can't be looked for in ")
    assert lines[1:] == ["httpbench-tui: There is no interrupted run to recover."]
    unreadable.chmod(0o700)
    assert {run.folder for run in find_interrupted_runs()} == {unreadable, half}


def be_bound_by_permissions() -> None:
    """Takes from root, in a child that runs another program next, what lets it read any file."""
    drop_from_bounding_set, dac_override, dac_read_search = 24, 1, 2
    for capability in (dac_override, dac_read_search):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


@pytest.mark.parametrize("line", [b'{"mode": "aio', b"\0\0\0\n", b"[]\n", b'{"mode": "aiohttp"}\n'])
def test_a_broken_line_costs_no_request(line: bytes) -> None:
    folder = abandoned()
    with (folder / "rounds.jsonl").open("ab") as file:
        file.write(line)
    (run,) = find_interrupted_runs()
    assert run.requests == 27
    assert sum(mode.requests for mode in recover(folder).modes) == 27


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"format": 99}', b"\xff" * 9])
def test_a_folder_that_no_one_understands_is_not_offered(content: bytes) -> None:
    folder = abandoned()
    (folder / "run.json").write_bytes(content)
    assert find_interrupted_runs() == []
    with pytest.raises(RecoveryError):
        recover(folder)


def test_a_sample_file_of_another_size_is_left_out() -> None:
    folder = abandoned()
    sample_path(folder, "aiohttp#2", 1).write_bytes(b"\1" * 100)
    (run,) = find_interrupted_runs()
    assert run.requests == 20
    assert recover(folder).modes[0].requests == 20


@pytest.mark.parametrize(
    "line", [b'{"note": "pro', b"[]\n", b'{"note": "odd"}\n', b'{"note": "probes", "probes": [3]}\n', b"\xff\n"]
)
def test_a_broken_note_costs_no_other(line: bytes) -> None:
    folder = abandoned()
    with (folder / "notes.jsonl").open("ab") as file:
        file.write(line)
    read = read_measured(folder)
    assert read.conditions == RunConditions("worker on CPU 1")
    assert sum(len(record.samples) for record in read.records) == 27


@posix_only
def test_without_a_home_it_lies_in_the_temporary_folder_and_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/no")
    folder = abandoned()
    assert folder.parent == tmp_path
    assert [run.folder for run in find_interrupted_runs()] == [folder]
