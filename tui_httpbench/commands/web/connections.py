"""How many connections there may be and for how long, before it is known who has them.

Whoever is on this machine can connect, and say nothing: without limits a few dozen half requests use up the open files,
and the owner of the page stands outside.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from tui_httpbench.commands.web.page_files import protect

HEAD_S = 5.0
"""Until a request's head must have come whole."""
ANSWER_S = 30.0
"""Until its answer must have been taken."""
MAX_CONNECTIONS = 64
ACCEPTED_AT_ONCE = 8
"""Connections that the event loop takes before any other of them can give way; it is the backlog it is told of."""
_NO_LOG = logging.getLogger("httpbench-tui.no-access-log")
_NO_LOG.setLevel(logging.CRITICAL)
_OWN_FILES = 16
_MIN_CONNECTIONS = 4

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def room_for_connections(open_files: int | None) -> int:
    """How many strangers may be connected where the system allows so many open files (None: any number).

    Half of what the server does not need itself; the other half is for apps and their pages.
    """
    if open_files is None:
        return MAX_CONNECTIONS
    return min(MAX_CONNECTIONS, max(_MIN_CONNECTIONS, (open_files - _OWN_FILES - ACCEPTED_AT_ONCE) // 2))


class Connection(web.RequestHandler):
    """One connection, which ends by itself once its time is over, unless it has been let in."""

    def __init__(self, server: BoundedServer, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(server, loop=loop, access_log=_NO_LOG, keepalive_timeout=HEAD_S, lingering_time=1.0)
        self._server = server
        self._timer: asyncio.TimerHandle | None = None
        self.has_asked = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The clock runs."""
        super().connection_made(transport)
        self._server.strangers[self] = None
        self._server.make_room()
        self._limit(HEAD_S)

    def connection_lost(self, exc: BaseException | None) -> None:
        """It is gone."""
        self.let_in()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no request: guarded as all others."""
        response = super().handle_error(request, status, exc, message)
        protect(response)
        return response

    def asks(self) -> None:
        """Its head has come whole: it has ``ANSWER_S`` for the rest."""
        self.has_asked = True
        self._limit(ANSWER_S)

    def let_in(self) -> None:
        """It may stay for as long as it likes."""
        self._server.strangers.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def drop(self) -> None:
        """Ends it at once, whatever has not been taken of an answer."""
        self.let_in()
        if self.transport is not None:
            self.transport.abort()

    def _limit(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.drop)


class BoundedServer(web.Server):
    """Answers requests on at most so many connections; the oldest one that has asked nothing gives way to a new one."""

    def __init__(self, handler: Handler, limit: int) -> None:
        super().__init__(handler)
        self.strangers: dict[Connection, None] = {}
        self._limit = limit

    def __call__(self) -> Connection:
        """A new connection's protocol."""
        return Connection(self, asyncio.get_running_loop())

    def make_room(self) -> None:
        """Drops connections until there are no more than the limit."""
        while len(self.strangers) > self._limit:
            *others, _ = self.strangers
            min(others, key=lambda connection: connection.has_asked).drop()
