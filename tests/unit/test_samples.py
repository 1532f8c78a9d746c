"""The sample file, written by a worker's recorder and read by the parent."""

from __future__ import annotations

import os
import re
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from tui_httpbench.measured.sample_file import SampleFile, load_samples, store_samples
from tui_httpbench.measured.samples import ErrorText, SampleTally, no_samples, tally_samples
from tui_httpbench.worker.errors import code_of, kind_of, text_of
from tui_httpbench.worker.recorder import ERROR_TEXT_BYTES, NO_BODY, ROW_BYTES, Recorder


def test_what_the_recorder_writes_the_parent_reads_at_once(tmp_path: Path) -> None:
    file = SampleFile(tmp_path / "samples", 10_000)
    recorder = Recorder(str(file.path))
    assert file.done() == 0
    for number in range(1, 6001):
        recorder.record(number, 2 * number, 200 if number % 2 else 500, 7)
        if number in (1, 4096, 4097):
            assert file.done() == number
    assert file.done() == 6000
    assert file.failed() == 3000
    assert file.recent(2).tolist() == [[5999, 11998, 200, 7], [6000, 12000, 500, 7]]
    assert len(file.finished()) == 6000
    file.close()
    assert (file.done(), file.failed()) == (6000, 3000)


def test_distinct_error_texts_are_kept_once_and_never_overflow(tmp_path: Path) -> None:
    file = SampleFile(tmp_path / "samples", 4)
    recorder = Recorder(str(file.path))
    for _ in range(3):
        assert recorder.note_error(ConnectionResetError("gone")) == code_of("reset")
    assert file.error_texts() == (ErrorText("reset", "ConnectionResetError: gone"),)
    for number in range(10_000):
        recorder.note_error(ValueError(f"{number} " + "é" * 400))
    texts = file.error_texts()
    assert 10 < len(texts) < 60
    assert sum(recorder.error_counts.values()) == 10_003
    assert sum(len(text.text) for text in texts) < ERROR_TEXT_BYTES


def test_an_exception_is_sorted_by_what_caused_it() -> None:
    error = RuntimeError("wrapped")
    error.__cause__ = OSError("Multiple exceptions: [Errno 111] a, [Errno 111] b")
    assert kind_of(error) == "refused"
    assert kind_of(ValueError("?")) == "other"


def test_a_cycle_of_causes_ends() -> None:
    first, second = RuntimeError("a"), RuntimeError("b")
    first.__cause__, second.__cause__ = second, first
    assert kind_of(first) == "other"


def test_texts_are_one_line_without_addresses() -> None:
    assert text_of(ValueError("at 0x7f4dbf98cdd0\n  next")) == "ValueError: at 0x… next"
    assert text_of(KeyboardInterrupt()) == "KeyboardInterrupt"
    assert len(text_of(ValueError("x" * 1000))) == 300


def test_requests_that_ended_behind_a_stalled_one_are_found(tmp_path: Path) -> None:
    # With many threads, one may have taken its row and wait for its turn while the others fill thousands.
    file = SampleFile(tmp_path / "samples", 60_000)
    recorder = Recorder(str(file.path))
    for number in range(1, 20_001):
        recorder.record(number, 1, 200, 7)
    next(recorder._next_row)
    for number in range(20_002, 50_001):
        recorder.record(number, 1, 200, 7)
    assert file.done() == 20_000
    finished = file.finished()
    assert len(finished) == 49_999
    assert finished[:, 0].tolist() == [*range(1, 20_001), *range(20_002, 50_001)]


def test_many_samples_are_copied_once(tmp_path: Path) -> None:
    count = 200_000
    file = SampleFile(tmp_path / "samples", count)
    rows = np.memmap(file.path, dtype=np.int64, mode="r+", offset=ERROR_TEXT_BYTES, shape=(count, 4))
    rows[:] = (1, 2, 200, 7)
    rows.flush()
    tracemalloc.start()
    try:
        finished = file.finished()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(finished) == count
    assert peak < 1.25 * finished.nbytes


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="the system can't reserve room")
def test_the_room_for_all_samples_is_taken_before_the_first_one(tmp_path: Path) -> None:
    file = SampleFile(tmp_path / "samples", 10_000)
    size = 10_000 * ROW_BYTES + ERROR_TEXT_BYTES
    status = file.path.stat()
    assert status.st_size == size
    assert status.st_blocks * 512 >= size


def test_a_file_that_grows_keeps_what_it_had_and_its_recorder_follows(tmp_path: Path) -> None:
    file = SampleFile(tmp_path / "samples", 100)
    recorder = Recorder(str(file.path))
    assert (file.capacity, recorder.capacity) == (100, 100)
    code = recorder.note_error(ConnectionResetError("gone"))
    for number in range(1, 101):
        recorder.record(number, 1, *((200, 7) if number % 4 else (code, NO_BODY)))
    assert (file.done(), file.failed()) == (100, 25)
    file.grow(50)
    assert file.capacity == 100, "it never shrinks"
    file.grow(30_000)
    assert (file.done(), file.failed(), file.capacity, recorder.capacity) == (100, 25, 30_000, 100)
    recorder.grow()
    assert recorder.capacity == 30_000
    recorder.note_error(ValueError("later"))
    for number in range(101, 20_001):
        recorder.record(number, 1, *((200, 7) if number % 4 else (code, NO_BODY)))
    assert (file.done(), file.failed()) == (20_000, 5_000)
    assert file.recent(1).tolist() == [[20_000, 1, code, 0]]
    assert file.finished()[:, 0].tolist() == [*range(1, 20_001)]
    file.close()
    samples, texts = load_samples(file.path)
    assert samples[:, 0].tolist() == [*range(1, 20_001)]
    assert texts == (ErrorText("reset", "ConnectionResetError: gone"), ErrorText("other", "ValueError: later"))


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_a_file_that_can_not_grow_keeps_what_it_had(tmp_path: Path) -> None:
    import resource

    file = SampleFile(tmp_path / "samples", 100)
    recorder = Recorder(str(file.path))
    for number in range(1, 51):
        recorder.record(number, 1, 200, 7)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.path.stat().st_size, before[1]))
    try:
        with pytest.raises(OSError, match=r"File too large") as caught:
            file.grow(10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.filename == str(file.path)
    recorder.record(51, 1, 200, 7)
    assert (file.done(), file.capacity) == (51, 100)


@pytest.mark.parametrize("size", [0, 1, ERROR_TEXT_BYTES - 1, ERROR_TEXT_BYTES + ROW_BYTES + 8])
def test_a_file_of_an_impossible_size_holds_no_samples(tmp_path: Path, size: int) -> None:
    path = tmp_path / "samples"
    path.write_bytes(bytes(size))
    with pytest.raises(ValueError, match="samples"):
        load_samples(path)


def test_what_samples_add_up_to() -> None:
    samples = np.array([[1, 1, 200, 5], [2, 1, 204, 0], [3, 1, 200, 7], [4, 1, 503, 2], [5, 1, code_of("reset"), 0]])
    samples = np.concatenate([samples, samples[3:4]])
    assert tally_samples(samples) == SampleTally(
        requests=6, ok=3, errors={"status": 2, "reset": 1}, statuses={200: 2, 204: 1, 503: 2}, body_bytes=16
    )
    assert tally_samples(no_samples()) == SampleTally(0, 0, {}, {}, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell what is resident")
def test_rows_that_were_counted_take_no_memory_and_can_be_read_again(tmp_path: Path) -> None:
    count = 300_000
    file = SampleFile(tmp_path / "samples", count)
    rows = np.memmap(file.path, dtype=np.int64, mode="r+", offset=ERROR_TEXT_BYTES, shape=(count, 4))
    for done in (*range(7_001, count, 7_001), count):
        rows[:done] = (1, 2, 500, 7)
        assert file.done() == done
    assert resident_bytes(file.path, "r--s") < 2**20
    assert file.failed() == count
    assert file.recent(200_000).tolist() == [[1, 2, 500, 7]] * 200_000
    assert len(file.finished()) == count
    assert resident_bytes(file.path, "r--s") < 2**20


def resident_bytes(path: Path, permissions: str) -> int:
    """How much of a mapped file is in this process's memory."""
    parts = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text(), flags=re.MULTILINE)
    (part,) = (part for part in parts if str(path) in part and part.split()[1] == permissions)
    match = re.search(r"Rss:\s+(\d+) kB", part)
    assert match is not None
    return int(match[1]) * 1024


def test_a_status_that_is_none_is_an_error_and_survives(tmp_path: Path) -> None:
    file = SampleFile(tmp_path / "samples", 10)
    recorder = Recorder(str(file.path))
    refused = code_of("refused")
    for number, status in enumerate((200, 0, refused, -50, -50, 1000, 99, 103, 999), start=1):
        recorder.record(number, 1, status, 7)
    recorder.record(10, 1, refused, NO_BODY)
    other, protocol = code_of("other"), code_of("protocol")
    assert (file.done(), file.failed()) == (10, 9)
    assert file.failures() == {"other": 6, "protocol": 1, "refused": 1, "999": 1}
    assert file.answers() == {"200": 1}
    told = file.finished()
    assert told[:, 2].tolist() == [200, other, other, other, other, other, other, protocol, 999, refused]
    assert told[:, 3].tolist() == [7, 0, 0, 0, 0, 0, 0, 0, 7, 0]
    assert file.wrong_statuses()[0] == ErrorText(
        "other", "send returned the status -50, not a whole number from 100 to 999", 2
    )
    assert tally_samples(told).errors == {"other": 6, "protocol": 1, "refused": 1, "status": 1}
    store_samples(tmp_path / "again", told)
    for name, said in (("samples", 3), ("again", 0)):
        samples, texts = load_samples(tmp_path / name)
        assert samples.tolist() == told.tolist()
        assert len(texts) == said
