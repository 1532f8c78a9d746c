"""The record of every request of one round: a memory-mapped file that the worker writes and the parent reads.

Layout: ``capacity`` rows of four int64 (start_ns, latency_ns, status or negative error code, body bytes), then
``ERROR_TEXT_BYTES`` bytes of JSON lines, one for each distinct error text. A row counts once its start_ns, written
last, is not zero.
"""

from __future__ import annotations

import json
import mmap
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tui_httpbench.bench.worker.errors import ERROR_KINDS

START, LATENCY, STATUS, BODY = range(4)
ROW_BYTES = 32
ERROR_TEXT_BYTES = 32 * 1024

Samples = NDArray[np.int64]


def no_samples() -> Samples:
    """An empty record, shape (0, 4)."""
    return np.zeros((0, 4), dtype=np.int64)


@dataclass(frozen=True)
class ErrorText:
    """What one kind of failure said, and how often; ``count`` is None when the worker died before it could tell."""

    kind: str
    text: str
    count: int | None = None


class SampleFile:
    """The parent's side of one round's file; the worker opens the same path."""

    def __init__(self, path: Path, capacity: int, *, is_new: bool = True) -> None:
        """Creates the file, readable by its owner alone, or opens that of an earlier run.

        Raises OSError where it can't be written or read, ValueError where it is not of that capacity.
        """
        self.path = path
        self.capacity = capacity
        size = capacity * ROW_BYTES + ERROR_TEXT_BYTES
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL if is_new else os.O_RDONLY
        with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600), "rb+" if is_new else "rb") as file:
            if is_new:
                file.truncate(size)
            elif os.fstat(file.fileno()).st_size != size:
                raise ValueError(f"{path.name} does not hold {capacity:,} requests")
            self._map = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
        self._rows: Samples = np.frombuffer(self._map, dtype=np.int64, count=capacity * 4).reshape(capacity, 4)
        self._done = 0
        self._failed = 0

    def close(self) -> None:
        """Lets go of the file; ``done`` and ``failed`` stay as they were, nothing else can be read after it."""
        self._rows = no_samples()
        self._map.close()

    def done(self) -> int:
        """How many requests have finished; looks only at rows that were empty at the last call."""
        rows, start = self._rows, self._done
        while start < len(rows):
            block = rows[start : start + 4096, START]
            empty = np.flatnonzero(block == 0)
            if empty.size:
                start += int(empty[0])
                break
            start += block.size
        self._failed += int(np.count_nonzero(error_mask(rows[self._done : start])))
        self._done = start
        return start

    def failed(self) -> int:
        """How many of ``done()`` requests failed, as of its last call."""
        return self._failed

    def recent(self, count: int) -> Samples:
        """A copy of up to ``count`` of the latest finished rows."""
        done = self.done()
        return self._rows[max(0, done - count) : done].copy()

    def finished(self) -> Samples:
        """A copy of all finished rows, in the order in which they ended."""
        rows = self._rows[: min(self.capacity, self.done() + 4096)]
        complete: Samples = rows[rows[:, START] != 0].copy()
        return complete

    def error_texts(self) -> tuple[ErrorText, ...]:
        """The distinct error texts so far, without counts."""
        start = self.capacity * ROW_BYTES
        written = self._map[start : start + ERROR_TEXT_BYTES].split(b"\0", 1)[0]
        texts = []
        for line in written.split(b"\n")[:-1]:
            kind, text = json.loads(line)
            texts.append(ErrorText(kind, text))
        return tuple(texts)


def load_samples(path: Path, capacity: int) -> tuple[Samples, tuple[ErrorText, ...]]:
    """The finished requests in the file of an earlier round, and its error texts. Raises OSError, ValueError."""
    file = SampleFile(path, capacity, is_new=False)
    try:
        return file.finished(), file.error_texts()
    finally:
        file.close()


def measured_span_s(samples: Samples) -> float | None:
    """From the first start to the last end, in seconds; None without samples."""
    if not len(samples):
        return None
    return float((samples[:, START] + samples[:, LATENCY]).max() - samples[:, START].min()) / 1e9


def error_mask(samples: Samples) -> NDArray[np.bool_]:
    """Which rows failed: no response, or one with a 4xx or 5xx status."""
    status = samples[:, STATUS]
    return (status < 0) | (status >= 400)


def error_counts(samples: Samples) -> dict[str, int]:
    """How many requests failed, by error kind, the most frequent first."""
    status = samples[:, STATUS]
    codes, counts = np.unique(status[status < 0], return_counts=True)
    found = {ERROR_KINDS[-code - 1]: int(count) for code, count in zip(codes, counts, strict=True)}
    refused = int(np.count_nonzero(status >= 400))
    if refused:
        found["status"] = found.get("status", 0) + refused
    return dict(sorted(found.items(), key=lambda item: -item[1]))
