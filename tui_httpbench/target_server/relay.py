"""Distance between client and server, and the process that makes it.

It is started as ``python -m tui_httpbench.target_server.relay SETTINGS [DESCRIPTOR]``.

SETTINGS is what ``RelaySettings.to_argument`` writes, DESCRIPTOR where the parent listens (``control``). The process
tells ``{"port": N, "cpu": N or null}`` once it listens, or ``{"port_error": "a sentence"}`` where it can't. It obeys
the commands ``counts`` (its processor time, and the client connections on which something came), ``begin_round``,
``take_turn`` (with a label) and ``turn_counts``, and ends when its standard input closes (``control`` tells how). A
fault that it doesn't know is one line on stderr.

Each connection has one of its own to the server, made as soon as the client's arrives. Every chunk, and every end of a
stream, arrives half a round trip after it was sent. Connecting costs one round trip more: since the system accepts a
loopback connection at once, before the relay can delay it, the first bytes of the client are held back for that long
instead, which is when the client notices. Bandwidth is that of loopback, and there is no loss and no slow start.
"""

from __future__ import annotations

import asyncio
import errno
import os
import random
import sys
import time
from typing import Any, NoReturn

from tui_httpbench.target_server.control import ParentLine, take_descriptor, tell
from tui_httpbench.target_server.host import (
    BACKLOG,
    HOST,
    MAX_CONNECTIONS,
    PortError,
    allow_many_connections,
    bind_socket,
    bind_to_cpu,
)
from tui_httpbench.target_server.lane import End, Lane, Punctuality, reset
from tui_httpbench.target_server.precise_loop import new_precise_loop, sharpen_timers
from tui_httpbench.target_server.settings import RelaySettings
from tui_httpbench.target_server.turns import Turns, commands_of

# asyncio tries to accept as many at once as its backlog is long, even when it is out of files.
ACCEPTED_AT_ONCE = 100
MAX_FAULTS_TOLD = 20

# What a peer that goes away early causes in the event loop; the connection's own protocol hears of it as well.
_LEFT_EARLY = (errno.ENOTCONN, errno.EPIPE, errno.ECONNRESET, errno.ECONNABORTED, errno.ETIMEDOUT)


_faults_told: set[str] = set()


class Distance:
    """How long a chunk is on its way, half a round trip, give or take its jitter."""

    def __init__(self, settings: RelaySettings) -> None:
        self._trip_s = settings.rtt_ms / 2_000
        self.punctuality = Punctuality(self._trip_s)
        self._half_width_s = settings.jitter_ms / 4_000

    def trip_s(self, source: random.Random) -> float:
        """The time from one end to the other, in seconds, whose jitter comes from ``source``."""
        if not self._half_width_s:
            return self._trip_s
        return self._trip_s + source.uniform(-self._half_width_s, self._half_width_s)


class _Side(asyncio.Protocol):
    """One end of a connection: hands what it reads to one lane, and is written to by the other."""

    transport: asyncio.Transport

    def __init__(self, outgoing: Lane, incoming: Lane) -> None:
        self._outgoing = outgoing
        self._incoming = incoming

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._outgoing.set_source(transport)
        self._incoming.set_destination(transport)

    def data_received(self, data: bytes) -> None:
        self._outgoing.take(data)

    def eof_received(self) -> bool:
        self._outgoing.take(End.CLOSED)
        return True  # The other direction may still be open.

    def connection_lost(self, _: Exception | None) -> None:
        self._incoming.discard()
        # Where this end was closed in order, so was the other, and this does nothing.
        self._outgoing.take(End.RESET)

    def pause_writing(self) -> None:
        self._incoming.pause()

    def resume_writing(self) -> None:
        self._incoming.resume()


class _ClientSide(_Side):
    """The client's end; the server's is made with it.

    The connection belongs to the turn in which the client last sent something: what comes of that later, when it is
    another's turn, takes no draw away from the other.
    """

    connections = 0

    def __init__(self, distance: Distance, turns: Turns[random.Random], server_port: int) -> None:
        self._is_counted = False
        self._distance = distance
        self._turns = turns
        self._jitter = turns.current.draws
        self._server_port = server_port
        loop = asyncio.get_running_loop()
        upstream = Lane(self._draw_trip_s, distance.punctuality, loop, extra_s=self._draw_round_trip_s())
        downstream = Lane(self._draw_trip_s, distance.punctuality, loop)
        upstream.twin, downstream.twin = downstream, upstream
        super().__init__(upstream, downstream)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._connecting = asyncio.get_running_loop().create_task(self._connect())

    def data_received(self, data: bytes) -> None:
        turn = self._turns.current
        self._jitter = turn.draws
        if not self._is_counted:
            self._is_counted = True
            _ClientSide.connections += 1
            turn.connections += 1
        super().data_received(data)

    def _draw_trip_s(self) -> float:
        return self._distance.trip_s(self._jitter)

    def _draw_round_trip_s(self) -> float:
        return self._draw_trip_s() + self._draw_trip_s()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: _Side(self._incoming, self._outgoing), HOST, self._server_port)
        except OSError as error:
            if not isinstance(error, ConnectionRefusedError):
                _report_fault(loop, {"message": "The server can't be reached", "exception": error})
            # The client learns of it a round trip later.
            self._outgoing.discard()
            loop.call_later(self._draw_round_trip_s(), reset, self.transport)


async def serve(settings: RelaySettings, cpu: int | None, descriptor: int) -> NoReturn:
    """Listens, tells the parent, and passes on until the process ends. Raises PortError."""
    parent = ParentLine(_end, descriptor, settings.life_line)
    parent.hear()
    turns = Turns(lambda _: random.Random(settings.seed), parent.spent_elsewhere_s)
    server = await listen(settings, turns)
    tell(descriptor, port=server.sockets[0].getsockname()[1], cpu=cpu)
    parent.answer({"counts": lambda _: _counts(), **commands_of(turns)})
    await server.serve_forever()
    raise AssertionError("nothing stops the server")


async def listen(settings: RelaySettings, turns: Turns[random.Random]) -> asyncio.Server:
    """A server that passes on what comes to its port; its jitter is drawn by ``turns``. Raises PortError."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_report_fault)
    distance = Distance(settings)
    listening = bind_socket(settings.port, is_held=settings.is_held)
    server = await loop.create_server(
        lambda: _ClientSide(distance, turns, settings.server_port), sock=listening, backlog=ACCEPTED_AT_ONCE
    )
    listening.listen(BACKLOG)
    return server


def main() -> int:
    """The relay's process; returns its exit status when it can't listen."""
    settings = RelaySettings.from_argument(sys.argv[1])
    descriptor = take_descriptor(sys.argv, 2)
    cpu = bind_to_cpu(settings.cpu)
    sharpen_timers()
    allow_many_connections(2 * MAX_CONNECTIONS)
    try:
        with asyncio.Runner(loop_factory=new_precise_loop) as runner:
            runner.run(serve(settings, cpu, descriptor))
    except PortError as error:
        tell(descriptor, port_error=str(error))
    return 1


def _counts() -> dict[str, Any]:
    return {"cpu_s": time.process_time(), "connections": _ClientSide.connections}


def _report_fault(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, OSError) and error.errno in _LEFT_EARLY:
        return
    cause = f": {type(error).__name__}: {error}" if error is not None else ""
    told = " ".join(f"{context.get('message', 'A fault in the relay')}{cause}".split())
    # Each once: a client can cause one as often as it likes, and the parent keeps them all.
    if told not in _faults_told and len(_faults_told) < MAX_FAULTS_TOLD:
        _faults_told.add(told)
        print(told, file=sys.stderr, flush=True)


def _end() -> NoReturn:
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
