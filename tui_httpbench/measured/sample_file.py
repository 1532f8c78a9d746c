"""The record of every request of one round: a memory-mapped file that the worker writes and the parent reads.

Layout: ``ERROR_TEXT_BYTES`` bytes of JSON lines, one for each distinct error text, then ``capacity`` rows as in
``samples.py``. A row counts once its start_ns, written last, is not zero. In the file, a request that failed has
``NO_BODY``; any other row with an odd status, or one that only announces an answer, is what the client gave back, and
counts as failed. Where a round's requests are not known beforehand, the file grows between two slices.
"""

from __future__ import annotations

import json
import mmap
import os
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.files.private_files import open_private
from tui_httpbench.measured.samples import (
    BODY,
    LATENCY,
    START,
    STATUS,
    ErrorText,
    Samples,
    failure_name,
    is_failure,
    no_samples,
)
from tui_httpbench.text.hiding import ANYONES
from tui_httpbench.worker.answers import HIGHEST_STATUS, LOWEST_ANSWER, LOWEST_STATUS, wrong_status
from tui_httpbench.worker.errors import ERROR_KINDS, code_of
from tui_httpbench.worker.recorder import ERROR_TEXT_BYTES, NO_BODY, ROW_BYTES

WRONG_ANSWER = "other"
"""The kind of error that a status which is none counts as."""
INTERIM_ANSWER = "protocol"
"""The kind of error that a status counts as which only announces an answer."""
MAX_FILE_BYTES = ERROR_TEXT_BYTES + 40_000_000 * ROW_BYTES
_MAX_CLOCK_NS = 2**62
_MAX_LATENCY_NS = 2**50
"""Thirteen days; ten million of them can still be added up."""
_MAX_BODY_BYTES = 2**39
_BLOCK_ROWS = 16_384
"""More rows than requests can be in flight: where so many in a row are empty, no later one is written."""

_MAX_WRONG_STATUSES = 3
"""Of how many of them it is told."""

_DONTNEED: int | None = getattr(mmap, "MADV_DONTNEED", None)


class SampleFile:
    """The parent's side of one round's file; the worker opens the same path."""

    def __init__(self, path: Path, capacity: int) -> None:
        """Creates the file, readable by its owner alone. Raises OSError where it can't be written."""
        self._begin(path)
        with os.fdopen(_open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL), "rb+") as file:
            size = ERROR_TEXT_BYTES + capacity * ROW_BYTES
            try:
                _reserve(file.fileno(), size)
            except OSError as error:
                path.unlink(missing_ok=True)
                raise OSError(error.errno, error.strerror, str(path)) from None
            self._map_file(file.fileno(), size)

    @classmethod
    def open(cls, path: Path) -> SampleFile:
        """The file of an earlier run, to be read only.

        Raises OSError where it can't be read, ValueError where it is not of a possible size.
        """
        found = cls.__new__(cls)
        found._begin(path)
        # An old one may be damaged, even a pipe, for whose writer nobody is to wait.
        with os.fdopen(_open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < ERROR_TEXT_BYTES or (size - ERROR_TEXT_BYTES) % ROW_BYTES or size > MAX_FILE_BYTES:
                raise ValueError(f"{path.name} holds no samples")
            found._map_file(file.fileno(), size)
        return found

    def _begin(self, path: Path) -> None:
        self.path = path
        self._done = 0
        self._ends: Counter[int] = Counter()
        self._wrong: Counter[int] = Counter()

    def _map_file(self, descriptor: int, size: int) -> None:
        self.capacity = (size - ERROR_TEXT_BYTES) // ROW_BYTES
        self._map = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
        rows = np.frombuffer(self._map, dtype=np.int64, count=self.capacity * 4, offset=ERROR_TEXT_BYTES)
        self._rows: Samples = rows.reshape(self.capacity, 4)

    def grow(self, capacity: int) -> None:
        """Makes room for more requests, while the worker waits. Raises OSError where the disk has none."""
        if capacity <= self.capacity:
            return
        before = self._map
        size = ERROR_TEXT_BYTES + capacity * ROW_BYTES
        with os.fdopen(_open(self.path, os.O_RDWR), "rb+") as file:
            try:
                _reserve(file.fileno(), size)
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(self.path)) from None
            self._rows = no_samples()
            before.close()
            self._map_file(file.fileno(), size)

    def close(self) -> None:
        """Lets go of the file; what ``done``, ``failed``, ``failures`` and ``answers`` tell is all that is left."""
        self._rows = no_samples()
        self._map.close()

    def done(self) -> int:
        """How many requests have finished; looks only at rows that were empty at the last call."""
        rows, start = self._rows, self._done
        while start < len(rows):
            block = rows[start : start + _BLOCK_ROWS, START]
            empty = np.flatnonzero(block == 0)
            if empty.size:
                start += int(empty[0])
                break
            start += block.size
        new = _tell(rows[self._done : start].copy())
        self._ends.update(_count(new[:, STATUS]))
        self._let_go(self._done, start)
        self._done = start
        return start

    def failed(self) -> int:
        """How many of ``done()`` requests failed, as of its last call."""
        return sum(self.failures().values())

    def failures(self) -> dict[str, int]:
        """The same by what they ended in: a status such as ``405``, or the kind of error."""
        return {failure_name(code): count for code, count in self._ends.items() if is_failure(code)}

    def answers(self) -> dict[str, int]:
        """How many of ``done()`` requests succeeded, by their status such as ``200``, as of its last call."""
        return {str(code): count for code, count in self._ends.items() if not is_failure(code)}

    def recent(self, count: int) -> Samples:
        """A copy of up to ``count`` of the latest finished rows."""
        done = self.done()
        return _tell(self._rows[max(0, done - count) : done].copy())

    def finished(self) -> Samples:
        """A copy of all finished rows, in the order in which they ended."""
        rows = self._written()
        self._wrong = Counter(_count(rows[_is_wrong(rows), STATUS]))
        return _tell(rows)

    def wrong_statuses(self) -> tuple[ErrorText, ...]:
        """What is said of the statuses in ``finished()`` that are none of an answer, as of its last call.

        Only of the most frequent.
        """
        return tuple(
            ErrorText(INTERIM_ANSWER if _is_interim(status) else WRONG_ANSWER, wrong_status(status), count)
            for status, count in self._wrong.most_common(_MAX_WRONG_STATUSES)
        )

    def _written(self) -> Samples:
        """A copy of all finished rows, as they are in the file."""
        done = self.done()
        complete = np.empty((done, 4), dtype=np.int64)
        for start in range(0, done, _BLOCK_ROWS):
            end = min(start + _BLOCK_ROWS, done)
            complete[start:end] = self._rows[start:end]
            self._let_go(start, end)
        behind = []
        for start in range(done, self.capacity, _BLOCK_ROWS):
            block = self._rows[start : start + _BLOCK_ROWS]
            written = block[block[:, START] != 0]
            if not len(written):
                break
            behind.append(written)
        return np.concatenate([complete, *behind]) if behind else complete

    def _let_go(self, start: int, end: int) -> None:
        """Takes whole blocks of rows out of this process's memory; in the file they stay, and can be read again."""
        first, last = (row // _BLOCK_ROWS * _BLOCK_ROWS * ROW_BYTES for row in (start, end))
        if _DONTNEED is not None and last > first:
            self._map.madvise(_DONTNEED, ERROR_TEXT_BYTES + first, last - first)

    def error_texts(self) -> tuple[ErrorText, ...]:
        """The distinct error texts so far, without counts."""
        written = self._map[:ERROR_TEXT_BYTES].split(b"\0", 1)[0]
        texts = []
        for line in written.split(b"\n")[:-1]:
            with suppress(ValueError, TypeError, RecursionError):  # a damaged file: the samples count all the same
                kind, text = json.loads(line)
                if kind in ERROR_KINDS and isinstance(text, str):
                    texts.append(ErrorText(kind, ANYONES.hide(text)))
        return tuple(texts)


def _count(codes: NDArray[np.int64]) -> dict[int, int]:
    """How often each code comes up."""
    if len(codes) and codes.min() == codes.max():  # as nearly always, and without a sort: a screen waits for this
        return {int(codes[0]): len(codes)}
    found, counts = np.unique(codes, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _is_interim(status: int) -> bool:
    return LOWEST_STATUS <= status < LOWEST_ANSWER


def _is_wrong(rows: Samples) -> NDArray[np.bool_]:
    """In which rows a client gave back a status that is none of an answer; or an error has no code that it can have."""
    status = rows[:, STATUS]
    is_error = (rows[:, BODY] == NO_BODY) & (status < 0) & (status >= -len(ERROR_KINDS))
    wrong: NDArray[np.bool_] = ((status < LOWEST_ANSWER) | (status > HIGHEST_STATUS)) & ~is_error
    return wrong


def _tell(rows: Samples) -> Samples:
    """Makes of rows of a file what they tell: one of our codes or a status, and no body where there is none."""
    wrong, status = _is_wrong(rows), rows[:, STATUS]
    is_interim = wrong & (status >= LOWEST_STATUS) & (status < LOWEST_ANSWER)
    status[wrong & ~is_interim], status[is_interim] = code_of(WRONG_ANSWER), code_of(INTERIM_ANSWER)
    rows[wrong | (rows[:, BODY] == NO_BODY), BODY] = 0
    return rows


def _open(path: Path, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)


def _reserve(descriptor: int, size: int) -> None:
    """Gives a file its size, and its room on the disk as well where the system can do that. Raises OSError.

    A worker that writes to a mapped file for which there is no room is killed.
    """
    os.ftruncate(descriptor, size)
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)


def store_samples(path: Path, samples: Samples) -> None:
    """Writes samples as a worker would have, for its owner alone; error texts are left out. Raises OSError."""
    with open_private(path, os.O_EXCL) as file:
        file.write(b"\0" * ERROR_TEXT_BYTES)
        for start in range(0, len(samples), _BLOCK_ROWS):
            rows = samples[start : start + _BLOCK_ROWS].copy()
            rows[rows[:, STATUS] < 0, BODY] = NO_BODY
            file.write(rows.tobytes())


def load_samples(path: Path) -> tuple[Samples, tuple[ErrorText, ...]]:
    """The finished requests in the file of an earlier round, and its error texts. Raises OSError, ValueError.

    A row that no worker can have written, as in a damaged file, is left out.
    """
    file = SampleFile.open(path)
    try:
        samples = file.finished()
        return samples[_is_possible(samples)], (*file.error_texts(), *file.wrong_statuses())
    finally:
        file.close()


def _is_possible(samples: Samples) -> NDArray[np.bool_]:
    """Which rows a worker can have written, by their times and sizes."""
    start, latency, body = samples[:, START], samples[:, LATENCY], samples[:, BODY]
    return (
        (start > 0)
        & (start < _MAX_CLOCK_NS)
        & (latency >= 0)
        & (latency < _MAX_LATENCY_NS)
        & (body >= 0)
        & (body < _MAX_BODY_BYTES)
    )
