"""The folder of an interrupted run, damaged: it is recovered as far as it can be, and never leads anywhere else."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.hostile_texts import DANGEROUS, damaged, damaged_bytes, is_sentence, texts

from tui_httpbench.analysis.race import Race
from tui_httpbench.analysis.result import Result
from tui_httpbench.bench.recovery import RecoveryError, find_interrupted_runs, recover
from tui_httpbench.bench.run_folder import FORMAT, RunFolder, all_folders, sample_path
from tui_httpbench.commands.recover import recover_run
from tui_httpbench.measured.record_json import record_to_dict
from tui_httpbench.measured.records import RoundRecord, Slice, WarmupRequest, WorkerSetup
from tui_httpbench.measured.sample_file import SampleFile
from tui_httpbench.measured.samples import ErrorText
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.stored import plan_from_dict, plan_to_dict
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.json_report import to_text
from tui_httpbench.report.text import print_report
from tui_httpbench.worker.recorder import ERROR_TEXT_BYTES, Recorder

# Printing takes more time than all else: in a usual run of the tests only what could do harm is printed.
PRINTS = settings().max_examples > 100
REQUESTS = 20
ROUNDS = 3
PLAN = Plan(
    request=Request("http://127.0.0.1:9/", headers=(("Accept", "*/*"), ("Authorization", "Bearer x"))),
    modes=("aiohttp", "requests", "aiohttp#2"),
    requests=REQUESTS,
    concurrency=2,
    rounds=ROUNDS,
    seed=77,
)
SETUP = WorkerSetup("CPython 3.13.1", 0.1, 0.02, (WarmupRequest(1.5, 200, 0.4),))
RUN: dict[str, Any] = {
    "format": FORMAT,
    "plan": plan_to_dict(PLAN),
    "modes": list(PLAN.modes),
    "seed": 77,
    "url": "http://127.0.0.1:9/",
    "started_at": "2026-11-25T21:00:00+01:00",
    "duration_s": None,
    "machine": {"python": "CPython 3.13.1", "platform": "Linux", "cpu_count": 2},
    "dropped_headers": ["Authorization"],
    "has_body_file": False,
    "own_files": [],
}


def record_of(mode: str, number: int) -> RoundRecord:
    return RoundRecord(
        mode,
        number,
        "complete",
        np.ones((REQUESTS, 4), dtype=np.int64),
        elapsed_s=0.02 * number,
        cpu_s=0.01,
        peak_memory_bytes=2**25,
        error_texts=(ErrorText("refused", "nobody listens", 3),),
        setup=SETUP,
        wall_s=0.5,
        connections=3,
        target_cpu_s=0.005,
        group=1,
        slices=(Slice(12, 0.01 * number, 0.006), Slice(8, 0.01 * number, 0.004)),
    )


LINES = [record_to_dict(record_of(mode, number)) for number in (1, 2) for mode in PLAN.modes]


def write_samples(path: Path) -> bytes:
    """What a worker writes: a request every millisecond, three of them refused, and why."""
    SampleFile(path, REQUESTS).close()
    recorder = Recorder(str(path))
    code = recorder.note_error(ConnectionRefusedError(111, "nobody listens"))
    for number in range(REQUESTS):
        recorder.record(1_000_000 * (number + 1), 500_000, code if number < 3 else 200, 1_000)
    return path.read_bytes()


@functools.cache
def whole_samples() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write_samples(Path(folder) / "x.samples")


def leave_run(run: bytes, lines: bytes, samples: dict[str, bytes]) -> Path:
    """The folder of a run whose app is gone."""
    for path in all_folders():
        shutil.rmtree(path)
    folder = RunFolder()
    (folder.path / "run.json").write_bytes(run)
    (folder.path / "rounds.jsonl").write_bytes(lines)
    for name, content in samples.items():
        (folder.path / name).write_bytes(content)
    folder.leave()
    return folder.path


def check(folder: Path, at_least: int = 0, prints: bool = PRINTS) -> None:
    """It is offered or not, and what is recovered can be shown in every form; ``at_least`` so many requests are."""
    for run in find_interrupted_runs():
        assert is_sentence(run.in_words)
    try:
        result = recover(folder)
    except RecoveryError as error:
        sentence = str(error)
    else:
        assert sum(mode.requests for mode in result.modes) >= at_least
        check_result(result, prints)
        return
    assert is_sentence(sentence)
    assert not at_least


def check_result(result: Result, prints: bool) -> None:
    """No form of it holds what a terminal would act on; its plan can be run again."""
    stream = io.StringIO()
    if prints or "\\u" in repr(result) or "\\x" in repr(result):
        print_report(result, StreamConsole(stream), verbose=True)
    assert not DANGEROUS.search(stream.getvalue())
    json.loads(to_text(result))
    Race.of(result)
    assert plan_from_dict(plan_to_dict(result.plan)).requests == result.plan.requests
    assert all("/" not in mode and mode.isprintable() for mode in result.plan.modes)
    assert len(set(result.plan.modes)) == len(result.plan.modes)


def jsonl(values: Any) -> bytes:
    lines = values if isinstance(values, list) else [values]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


WHOLE_RUN, WHOLE_LINES = json.dumps(RUN).encode(), jsonl(LINES)
run_files = damaged(RUN).map(lambda values: json.dumps(values).encode()) | damaged_bytes(WHOLE_RUN)
line_files = damaged(LINES).map(jsonl) | damaged_bytes(WHOLE_LINES)
names = [sample_path(Path(), mode, number).name for number in (1, 2, 3) for mode in PLAN.modes]


def with_modes(*modes: Any) -> bytes:
    return json.dumps({**RUN, "modes": modes}).encode()


def with_line(**values: Any) -> bytes:
    return jsonl([{**LINES[0], **values}, *LINES[1:]])


@given(run_files)
@example(with_modes("aiohttp#../../../x", "aiohttp#\x1b[31m", "aiohttp#2", "aiohttp#2"))
@example(with_modes([], {}, 3))
@example(json.dumps({**RUN, "seed": float("inf")}).encode())
@example(json.dumps({**RUN, "url": "http://\x1b[31m/"}).encode())
@example(json.dumps({**RUN, "format": "\x1b" * 100_000}).encode())
@example(json.dumps({**RUN, "machine": ["x"]}).encode())
@example(json.dumps({**RUN, "machine": {**RUN["machine"], "platform": "\x1b[31m"}}).encode())
@example(json.dumps({**RUN, "has_body_file": True}).encode())
@example(json.dumps({**RUN, "started_at": "\x1b[31m"}).encode())
@example(json.dumps({**RUN, "dropped_headers": ["\x1b[31m" * 9_000] * 900}).encode())
def test_a_damaged_description_of_the_run(run: bytes) -> None:
    check(leave_run(run, WHOLE_LINES, dict.fromkeys(names, whole_samples())))


@pytest.mark.slow
@given(line_files)
@example(with_line(elapsed_s=0.0))
@example(with_line(elapsed_s=-1))
@example(with_line(elapsed_s=float("nan")))
@example(with_line(elapsed_s=1e-300))
@example(with_line(elapsed_s=10**400))
@example(with_line(round=10**18))
@example(with_line(outcome="odd"))
@example(with_line(reason="\x1b[31m"))
@example(with_line(setup={**LINES[0]["setup"], "import_s": {"odd": 3}}))
@example(with_line(setup={**LINES[0]["setup"], "python": "\x1b[31m"}))
@example(with_line(error_texts=[["odd", "x", 1]]))
@example(with_line(error_texts=[["refused", "\x1b[31m\u202e\ud800", 1]]))
@example(with_line(slices=[[1, 2]]))
@example(with_line(slices=[[1, -1, float("nan")]]))
@example(with_line(slices=[[10**30, 1.0, 1.0]] * 3))
@example(with_line(group=-1))
@example(with_line(group=10**9))
@example(with_line(setup={**LINES[0]["setup"], "warmup": [{"latency_ms": 1, "status": 200, "cpu_ms": "\x1b"}]}))
@example(with_line(requests=10**18, hung_requests=10**9))
@example(with_line(peak_memory_bytes=1e308, connections=-1))
def test_damaged_lines_of_finished_rounds(lines: bytes) -> None:
    check(leave_run(WHOLE_RUN, lines, dict.fromkeys(names, whole_samples())), len(names) * REQUESTS, prints=True)


@given(st.data())
def test_damaged_samples(data: st.DataObject) -> None:
    damaged_ones = {name: data.draw(damaged_bytes(whole_samples())) for name in names[3:6]}
    keeps_lines = data.draw(st.booleans())
    contents = {**dict.fromkeys(names, whole_samples()), **damaged_ones}
    check(leave_run(WHOLE_RUN, WHOLE_LINES if keeps_lines else b"", contents), at_least=6 * REQUESTS)


@given(st.lists(st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * 4), max_size=REQUESTS), st.booleans())
@example([(2**63 - 1, 2**63 - 1, 200, 2**63 - 1)] * 20, True)
@example([(1, -1, 200, 1)] * 20, False)
@example([(1, 0, 200, 0)] * 20, False)
@example([(1, 1, -13, 1), (1, 1, -(2**63), 1), (1, 1, 2**63 - 1, 1)], True)
@example([(1, 2**50 - 1, 200, 2**39 - 1)] * 20, False)
def test_samples_that_no_worker_writes(rows: list[tuple[int, ...]], keeps_lines: bool) -> None:
    samples = whole_samples()
    table = np.frombuffer(samples, dtype=np.int64, offset=ERROR_TEXT_BYTES).reshape(REQUESTS, 4).copy()
    table[: len(rows)] = np.array(rows, dtype=np.int64).reshape(-1, 4)
    content = samples[:ERROR_TEXT_BYTES] + table.tobytes()
    contents = {**dict.fromkeys(names, whole_samples()), names[0]: content}
    check(leave_run(WHOLE_RUN, WHOLE_LINES if keeps_lines else b"", contents), at_least=8 * REQUESTS)


@given(st.lists(texts, min_size=1, max_size=3))
def test_a_server_text_in_the_samples(found: list[str]) -> None:
    samples = whole_samples()
    lines = b"".join(json.dumps(["refused", text]).encode() + b"\n" for text in found)[:32_000]
    content = lines.ljust(ERROR_TEXT_BYTES, b"\0") + samples[ERROR_TEXT_BYTES:]
    check(leave_run(WHOLE_RUN, b"", dict.fromkeys(names, content)), at_least=len(names) * REQUESTS)


@pytest.mark.skipif(os.name == "nt", reason="no such files there")
def test_links_and_pipes_lead_nowhere(tmp_path: Path) -> None:
    other = tmp_path / "precious.txt"
    other.write_text("precious")
    folder = leave_run(WHOLE_RUN, WHOLE_LINES, {names[0]: whole_samples()})
    os.mkfifo(folder / names[1])
    (folder / names[2]).symlink_to(other)
    (folder / "round-0003-folder.samples").symlink_to(tmp_path)
    check(folder)
    (folder / "rounds.jsonl").unlink()
    os.mkfifo(folder / "rounds.jsonl")
    check(folder)
    (folder / "lock").unlink()
    (folder / "lock").symlink_to(tmp_path / "not-there")
    (folder / "run.json").unlink()
    (folder / "run.json").symlink_to("/dev/zero")
    check(folder)
    with contextlib.redirect_stderr(io.StringIO()) as errors:
        recover_run(discards=True)
    assert all(map(is_sentence, errors.getvalue().splitlines()))
    assert "can't be recovered (it is no plain file)" in errors.getvalue()
    assert other.read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "precious.txt"]


def test_a_folder_that_only_looks_like_a_run_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    own = tmp_path / "httpbench-run-results"
    own.mkdir()
    (own / "thesis.tex").write_text("mine")
    remains = tmp_path / "httpbench-run-abc"
    remains.mkdir()
    (remains / "lock").touch()
    (remains / "round-0001-aiohttp.samples").touch()
    for path in (own, remains, *own.iterdir(), *remains.iterdir()):
        os.utime(path, (1, 1))
    assert find_interrupted_runs() == []
    assert (own / "thesis.tex").read_text() == "mine"
    assert not remains.exists()


@pytest.mark.parametrize("label", ["aiohttp#/../../x", "gone-with-its-file", ["aiohttp"], {}])
def test_a_run_of_a_mode_that_is_none_is_kept_and_said(label: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = leave_run(with_modes("aiohttp", label), WHOLE_LINES, dict.fromkeys(names, whole_samples()))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert recover_run() == 1
    said = capsys.readouterr().err
    assert "can't be recovered" in said
    assert is_sentence(said.rstrip("\n"))
    assert folder.exists()
