"""The embedded target's RSGI application: reads the request whole, then sends the answer to its path."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import tempfile
import threading
import types
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from tui_httpbench.target.answers import LARGEST_IN_MEMORY, MAX_BYTES, answer_to
from tui_httpbench.target.traffic import Traffic

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope


class Application:
    """Answers every method on the paths of ``answers.PATHS``.

    A request that needs no waiting runs to its end without an event loop, so that a server may run it in any thread;
    every other one yields once before it waits. Each is noted in ``traffic`` before it is answered.
    """

    def __init__(self) -> None:
        self.traffic = Traffic()
        self._zeros = _ZeroFile()

    async def __rsgi__(self, scope: Scope, proto: HTTPProtocol) -> None:
        """Answers one request; called by the server."""
        self.traffic.note(scope)
        answer = answer_to(scope.path)
        headers = scope.headers
        body_length = 0
        if "content-length" in headers or "transfer-encoding" in headers:
            await _join_loop()
            body_length = await _read_body(proto, headers.get("content-length", ""))
        if answer.delay_s:
            await _join_loop()
            await asyncio.sleep(answer.delay_s)
        if answer.echo:
            proto.response_bytes(answer.status, answer.headers, _describe(scope, body_length))
        elif answer.zeros:
            proto.response_file_range(answer.status, answer.headers, self._zeros.path, 0, answer.zeros)
        elif answer.body is None:
            proto.response_empty(answer.status, answer.headers)
        else:
            proto.response_bytes(answer.status, answer.headers, answer.body)

    def close(self) -> None:
        """Removes what lies on disk; safe to call twice."""
        self._zeros.remove()


class _ZeroFile:
    """A sparse file of ``MAX_BYTES`` zeros, made when first asked for."""

    def __init__(self) -> None:
        self._path: str | None = None
        self._lock = threading.Lock()  # Requests run in two threads: the server's and the event loop's.

    @property
    def path(self) -> str:
        with self._lock:
            if self._path is None:
                descriptor, self._path = tempfile.mkstemp(prefix="httpbench-tui-target-")
                os.truncate(descriptor, MAX_BYTES)
                os.close(descriptor)
            return self._path

    def remove(self) -> None:
        if self._path is not None:
            # On Windows the file can't go while a response is being read from it.
            with contextlib.suppress(OSError):
                Path(self._path).unlink(missing_ok=True)
            self._path = None


async def _read_body(proto: HTTPProtocol, announced: str) -> int:
    """Reads the request's body to its end and returns its length in bytes; keeps a large one out of memory."""
    if announced.isdecimal() and int(announced) <= LARGEST_IN_MEMORY:
        return len(await proto())
    length = 0
    async for chunk in proto:
        length += len(chunk)
    return length


def _describe(scope: Scope, body_length: int) -> bytes:
    arrived = {
        "method": scope.method,
        "path": scope.path,
        "query": scope.query_string,
        "http_version": scope.http_version,
        "headers": scope.headers.items(),
        "body_length": body_length,
        "peer": scope.client,
    }
    return json.dumps(arrived).encode()


@types.coroutine
def _join_loop() -> Generator[None, None, None]:
    """Lets the server go on with this request in its event loop, where waiting is possible."""
    yield
