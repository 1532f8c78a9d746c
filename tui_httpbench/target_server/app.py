"""The embedded target's RSGI application: reads the request whole, then sends the answer to its path."""

from __future__ import annotations

import asyncio
import functools
import json
import time
import types
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from tui_httpbench.plan.scenario import LOOPBACK, Scenario
from tui_httpbench.target_server.answers import LARGEST_IN_MEMORY, Answer, Answers, accepts_gzip, mirrored
from tui_httpbench.target_server.body_files import BodyFiles
from tui_httpbench.target_server.service import Service, service_of
from tui_httpbench.target_server.traffic import Traffic
from tui_httpbench.target_server.turns import Turns

if TYPE_CHECKING:
    from granian._granian import RSGIHeaders as Headers
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope


class Application:
    """Answers every method on the paths of ``answers.PATHS``, as the scenario wants it.

    A request that needs no waiting runs to its end without an event loop, so that a server may run it in any thread;
    every other one yields once before it waits. Each is noted in ``traffic`` before it is answered, and belongs to the
    turn in ``turns`` in which it arrived, however late it is answered. Until ``begin``, requests are answered at once,
    whatever the scenario.
    """

    def __init__(self, scenario: Scenario = LOOPBACK, cpu_clock_s: Callable[[], float] = time.process_time) -> None:
        """``cpu_clock_s`` is what tells the processor time of a turn."""
        self.traffic = Traffic()
        self.turns: Turns[Service | None] = Turns(lambda _: None, cpu_clock_s)
        self._scenario = scenario
        self._cpu_clock_s = cpu_clock_s
        answers = Answers(scenario)
        self._answer_to = answers.answer_to
        self._files = BodyFiles(answers.large_bodies)

    async def __rsgi__(self, scope: Scope, proto: HTTPProtocol) -> None:
        """Answers one request; called by the server."""
        turn = self.turns.current
        self.traffic.note(scope, turn)
        answer = self._answer_to(scope.path)
        headers = scope.headers
        service = turn.draws
        wait_s = answer.delay_s
        if service is not None:
            wait_s += service.draw_s()
        if answer.gzipped is not None and accepts_gzip(_accepted_encodings(headers)):
            answer = answer.gzipped
        body_length, body = 0, b""
        if "content-length" in headers or "transfer-encoding" in headers or self._may_have_unannounced_body(scope):
            await _join_loop()
            body_length, body = await _read_body(proto, headers.get("content-length", ""), keeps=answer.mirror)
        if answer.mirror:
            answer = mirrored(answer, body, body_length)
        if service is not None or wait_s:
            arrived_s = time.perf_counter()
            await _join_loop()
            await (asyncio.sleep(wait_s) if service is None else service.serve(wait_s))
            turn.held_s += time.perf_counter() - arrived_s  # in the loop's thread alone
        if answer.chunk_bytes and answer.body and scope.method != "HEAD":
            await _join_loop()
            await _send_chunks(proto, answer)
        else:
            self._respond(scope, proto, answer, body_length)

    def begin(self) -> None:
        """From now on, counts and lets requests wait from an empty line and the first draw on."""
        self.traffic = Traffic()
        self.turns = Turns(functools.partial(service_of, self._scenario), self._cpu_clock_s)

    def close(self) -> None:
        """Removes what lies on disk; safe to call twice."""
        self._files.remove()

    def _may_have_unannounced_body(self, scope: Scope) -> bool:
        """Whether a body may come without a header that tells of it, as it does over HTTP/2."""
        return self._scenario.http2 and scope.http_version == "2" and scope.method not in ("GET", "HEAD")

    def _respond(self, scope: Scope, proto: HTTPProtocol, answer: Answer, body_length: int) -> None:
        if answer.echo:
            proto.response_bytes(answer.status, answer.headers, _describe(scope, body_length))
        elif answer.file:
            proto.response_file_range(
                answer.status, answer.headers, self._files.path_of(answer.file), 0, answer.file_bytes
            )
        elif answer.body is None:
            proto.response_empty(answer.status, answer.headers)
        else:
            proto.response_bytes(answer.status, answer.headers, bytes(answer.body))


def _accepted_encodings(headers: Headers) -> str:
    return ",".join(value for name, value in headers.items() if name == "accept-encoding")


async def _read_body(proto: HTTPProtocol, announced: str, *, keeps: bool) -> tuple[int, bytes]:
    """Reads the request's body to its end; its length in bytes, and where it ``keeps`` it and it is small, the body.

    A large one stays out of memory.
    """
    if announced.isdecimal() and int(announced) <= LARGEST_IN_MEMORY:
        body = await proto()
        return len(body), body
    length, kept = 0, b""
    async for chunk in proto:
        length += len(chunk)
        if keeps and length <= LARGEST_IN_MEMORY:
            kept += chunk
    return length, kept


async def _send_chunks(proto: HTTPProtocol, answer: Answer) -> None:
    """Sends the body without a length; each piece is a chunk in HTTP/1.1, and a frame of data in HTTP/2."""
    stream = proto.response_stream(answer.status, answer.headers)
    body = memoryview(answer.body or b"")
    for start in range(0, len(body), answer.chunk_bytes):
        await stream.send_bytes(bytes(body[start : start + answer.chunk_bytes]))


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
