"""The worker's side of the sample file: one row of four int64 for each finished request."""

from __future__ import annotations

import itertools
import json
import mmap
from pathlib import Path

from .answers import WrongAnswer, with_advice, wrong_status
from .errors import code_of, is_out_of_memory, kind_of, text_of

ROW_BYTES = 32
ERROR_TEXT_BYTES = 32 * 1024
"""At the file's begin, as in ``measured/sample_file.py``; a whole number of memory pages."""
NO_BODY = -1
"""What stands for the size of the body in the row of a request that failed.

No answer has such a size: so a status that a client gives back is never taken for the code of an error.
"""
_MAX_TEXTS = 40


class Recorder:
    """Writes samples where the parent can read them at any moment, even after this process was killed.

    The layout of the file is as in ``measured/sample_file.py``. Rows are taken in the order in which requests end;
    start_ns goes in last, so a row that has it is complete. ``capacity`` is how many rows the file has, ``recorded``
    how many are taken; the parent makes the file longer between two slices, and ``grow`` follows it.
    """

    def __init__(self, path: str) -> None:
        """Opens the file that the parent made. Raises OSError."""
        self._path = path
        self.capacity = 0
        self.recorded = 0
        self._next_row = itertools.count()
        self._text_end = 0
        self.grow()
        self.error_counts: dict[tuple[str, str], int] = {}
        self.is_out_of_memory = False

    def grow(self) -> None:
        """Maps the file as long as it is now. Raises OSError."""
        with Path(self._path).open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self.capacity = (len(self._map) - ERROR_TEXT_BYTES) // ROW_BYTES
        self._rows = memoryview(self._map)[ERROR_TEXT_BYTES : ERROR_TEXT_BYTES + self.capacity * ROW_BYTES].cast("q")

    def record(self, start_ns: int, latency_ns: int, status: int, body_bytes: int) -> None:
        """Writes one finished request; a status that is no whole number of 64 bits is an error of that request."""
        rows = self._rows
        row = next(self._next_row) * 4
        rows[row + 1] = latency_ns
        try:
            rows[row + 2] = status
        except (TypeError, ValueError):
            rows[row + 2], body_bytes = self.note_error(WrongAnswer(wrong_status(status))), NO_BODY
        rows[row + 3] = body_bytes
        rows[row] = start_ns

    def note_error(self, error: BaseException) -> int:
        """Counts an exception under its kind and text, writes a new text to the file, and returns the kind's code."""
        kind, text = kind_of(error), text_of(with_advice(error))
        if is_out_of_memory(error):
            self.is_out_of_memory = True
        key = (kind, text)
        if key not in self.error_counts and len(self.error_counts) >= _MAX_TEXTS:
            key = (kind, "other texts of this kind")
        if key not in self.error_counts:
            self._write_text(*key)
        self.error_counts[key] = self.error_counts.get(key, 0) + 1
        return code_of(kind)

    def _write_text(self, kind: str, text: str) -> None:
        line = json.dumps([kind, text]).encode("ascii") + b"\n"
        end = self._text_end + len(line)
        if end < ERROR_TEXT_BYTES:  # the last byte stays NUL: the parent reads up to it
            self._map[self._text_end : end] = line
            self._text_end = end
