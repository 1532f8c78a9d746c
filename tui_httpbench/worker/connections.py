"""Counts the connections that Python code opens in this process."""

from __future__ import annotations

import socket
from typing import Any

from .errors import code_of

UNCONNECTED = ("dns", "refused", "connect-timeout")
"""The kinds of error of a request that never had a connection."""
UNCONNECTED_CODES = frozenset(map(code_of, UNCONNECTED))


class ConnectionCounter:
    """Stands in for ``socket.socket.connect``; a native client doesn't call it, so for it nothing can be known.

    An audit hook would see the same, but is called for every other audit event as well: with 20 threads it cost a tenth
    of the throughput. This costs something only where a connection is opened.
    """

    def __init__(self) -> None:
        """Counts from now on."""
        self._opened: list[None] = []  # append is atomic, where adding to a number is not
        self._begun: list[None] = []
        connect = socket.socket.connect

        def counted(connection: socket.socket, address: Any) -> None:
            is_stream = connection.type == socket.SOCK_STREAM
            try:
                connect(connection, address)
            except BlockingIOError:
                if is_stream:
                    self._begun.append(None)
                raise
            if is_stream:
                self._opened.append(None)

        socket.socket.connect = counted  # type: ignore[method-assign, assignment]

    @property
    def opened(self) -> int:
        """How many were opened so far, those included that were only begun."""
        return len(self._opened) + len(self._begun)

    def surely_opened(self, unconnected: int) -> int:
        """How many were opened, where so many requests failed before they had a connection.

        An event loop begins a connection and learns later whether it was refused.
        """
        return len(self._opened) + max(0, len(self._begun) - unconnected)
