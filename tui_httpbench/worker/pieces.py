"""A body that is sent piece by piece: a file to read from, or an iterator for an async mode."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

from .job import Job

PIECE_BYTES = 65_536
_LETTERS = b"the quick brown fox jumps over the lazy dog; 0123456789 times\n"


def made_up(size: int) -> bytes:
    """A text of so many bytes, always the same."""
    return (_LETTERS * (size // len(_LETTERS) + 1))[:size]


def opened(body: bytes) -> io.BufferedReader:
    """The body as a file that is open for reading, as ``open(path, "rb")`` gives one; it shares the bytes."""
    return io.BufferedReader(_Bytes(body), PIECE_BYTES)


class _Bytes(io.RawIOBase):
    """A file over bytes that are not copied for it."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._body = memoryview(body)
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._place = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: len(self._body)}[whence] + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        piece = self._body[self._place : self._place + len(target)]
        target[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)


async def pieces_of(body: bytes) -> AsyncIterator[bytes]:
    """The body, piece by piece."""
    for start in range(0, len(body), PIECE_BYTES):
        yield body[start : start + PIECE_BYTES]


def shaped_request(kind: Any, job: Job, options: dict[str, Any]) -> Any:
    """The request, of this ``kind``, with a body that is made up, or sent piece by piece, or both."""
    body = made_up(job.made_up_bytes) if job.made_up_bytes else job.body
    if body is None or not job.sends_stream:
        return kind(job.method, job.url, job.headers, body, job.timeout_s, options)
    # Told, or each library would send it in chunks or not as it likes.
    length = {} if any(name.lower() == "content-length" for name in job.headers) else {"Content-Length": str(len(body))}
    given = body

    def open_one(_: Any) -> Any:
        return opened(given) if job.kind == "sync" else pieces_of(given)

    class Streamed(kind):  # type: ignore[misc]
        is_streamed = True
        body = property(open_one, lambda _, __: None)

    return Streamed(job.method, job.url, {**job.headers, **length}, None, job.timeout_s, options)


def in_words(job: Job) -> str:
    """What ``request.body`` is, as a comment for whoever reads the mode's code; empty where it is what was given."""
    size = job.made_up_bytes or len(job.body or b"")
    if job.sends_stream:
        kind = "a file, opened for reading" if job.kind == "sync" else "an iterator of pieces, made"
        return f"# request.body: {kind} anew for each request; {size:,} bytes"
    return f"# request.body: {size:,} bytes" if job.made_up_bytes else ""
