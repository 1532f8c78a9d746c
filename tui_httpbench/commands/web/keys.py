"""What lets a page in: the token, which only who started the server has, and tickets, each good for one page.

Neither is a cookie: a browser sends the cookies of 127.0.0.1 to every port of it, whoever serves there.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

TICKET_LIFE_S = 30.0
MAX_TICKETS = 64
_SCHEME = "Bearer "


class Keys:
    """The token of one start of the server, and the tickets that it was exchanged for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.token = secrets.token_urlsafe(16)
        self._clock = clock
        self._tickets: dict[str, float] = {}

    def knows(self, authorization: str | None) -> bool:
        """Whether a request's ``Authorization`` holds the token."""
        if authorization is None or not authorization.startswith(_SCHEME):
            return False
        given = authorization.removeprefix(_SCHEME).encode("utf-8", "surrogateescape")
        return secrets.compare_digest(given, self.token.encode())

    def new_ticket(self) -> str:
        """A ticket that opens one connection within ``TICKET_LIFE_S``; of too many the oldest gives way."""
        now = self._clock()
        self._tickets = {ticket: until for ticket, until in self._tickets.items() if until > now}
        while len(self._tickets) >= MAX_TICKETS:
            del self._tickets[next(iter(self._tickets))]
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = now + TICKET_LIFE_S
        return ticket

    def takes(self, ticket: str) -> bool:
        """Whether a ticket is good; from now on it is not."""
        return self._tickets.pop(ticket, 0.0) > self._clock()
