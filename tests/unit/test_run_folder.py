"""A run's folder, and what can be recovered from it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tui_httpbench.bench.recovery import MAX_AGE_S, MAX_KEPT, RecoveryError, discard, find_interrupted_runs, recover
from tui_httpbench.bench.run_folder import RunFolder, runs_folder, sample_path
from tui_httpbench.measured.record_json import record_from_dict, record_to_dict
from tui_httpbench.measured.records import RoundRecord, Slice, WarmupRequest, WorkerSetup
from tui_httpbench.measured.samples import ErrorText, SampleFile
from tui_httpbench.plan.plan import Plan, Request
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
SETUP = WorkerSetup(
    "CPython 3.13.1", {"aiohttp": "3.13.0"}, 0.1, 0.02, (WarmupRequest(1.5, 200, 0.4), WarmupRequest(9.5, -4))
)
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

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")


def measure(folder: RunFolder, mode_id: str, round: int, requests: int, capacity: int = REQUESTS) -> None:
    """Writes samples as a worker does: one request every millisecond."""
    path = sample_path(folder.path, mode_id, round)
    SampleFile(path, capacity).close()
    recorder = Recorder(str(path))
    for number in range(requests):
        recorder.record(1_000_000 * (number + 1), 500_000, 200, 10)


def abandoned(plan: Plan = PLAN, finished: int = REQUESTS, under_way: int = 7) -> Path:
    """The folder of a run with one whole round and one that was under way, whose app is gone."""
    folder = RunFolder()
    folder.begin(plan, plan.request.url, "worker on CPU 1")
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
    assert "recovered" in result.warnings[0]
    assert "Authorization" in result.warnings[1]
    discard(folder)
    assert find_interrupted_runs() == []
    with pytest.raises(RecoveryError, match="can't be recovered"):
        recover(folder)


def test_a_round_of_seconds_is_recovered_however_many_requests_it_had() -> None:
    plan = PLAN.replace(requests=None, duration_s=2.0)
    folder = RunFolder()
    folder.begin(plan, plan.request.url, "")
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
        "folder = RunFolder(); folder.begin(PLAN, 'http://127.0.0.1:9/', ''); measure(folder, 'aiohttp', 1, 3)\n"
        "print(folder.path, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parent
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().decode().strip())
        time.sleep(0.1)
        assert find_interrupted_runs() == []
        assert folder.exists()
        process.kill()
        process.wait()
        assert [run.folder for run in find_interrupted_runs()] == [folder]


def test_a_removed_folder_leaves_nothing() -> None:
    folder = RunFolder()
    folder.begin(PLAN, "http://127.0.0.1:9/", "")
    folder.remove()
    folder.remove()
    runs = runs_folder()
    assert runs is not None
    assert list(runs.iterdir()) == []


def test_runs_without_a_request_and_old_and_many_ones_go() -> None:
    empty = abandoned(finished=0, under_way=0)
    old = abandoned()
    long_ago = time.time() - MAX_AGE_S - 60
    for path in (*old.iterdir(), old):
        os.utime(path, (long_ago, long_ago))
    many = []
    for age_s in range(MAX_KEPT + 2):
        many.append(abandoned())
        then = time.time() - 100 * age_s - 130
        for path in (*many[-1].iterdir(), many[-1]):
            os.utime(path, (then, then))
    found = find_interrupted_runs()
    assert [run.folder for run in found] == many[:MAX_KEPT]
    assert found[0].in_words.endswith("2 minutes ago")
    assert not any(path.exists() for path in (empty, old, *many[MAX_KEPT:]))


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


@posix_only
def test_without_a_home_it_lies_in_the_temporary_folder_and_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/no")
    folder = abandoned()
    assert folder.parent == tmp_path
    assert [run.folder for run in find_interrupted_runs()] == [folder]
