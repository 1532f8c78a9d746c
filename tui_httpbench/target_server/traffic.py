"""What arrives at the embedded target: how many requests over how many connections, and the heads of some."""

from __future__ import annotations

import os
import socket
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from tui_httpbench.target_server.turns import Turn

if TYPE_CHECKING:
    from granian.rsgi import Scope

# The fewest new connections between two looks for closed ones. Linux, with its usual range of 28,000 ports, was seen to
# hand a port out again after 1,000 connections at the earliest, so that several looks fall in between.
SWEEP_INTERVAL = 200
MAX_HEADS = 1_000
MAX_HEADS_SIZE = 4 * 1024 * 1024
"""In characters; as JSON they may be several times as long, and must fit into one answer to the parent."""


@dataclass(frozen=True)
class RequestHead:
    """One request as the server gave it on.

    The server writes header names in lower case, keeps their order but puts those of one name together, and leaves out
    a value that isn't plain ASCII. ``path`` is percent-decoded, ``query`` is not. ``http_version`` is ``1`` or ``1.1``;
    ``peer`` is the client's ``address:port``.
    """

    OURS: ClassVar = frozenset({"method", "http_version", "headers", "peer"})

    method: str
    path: str
    query: str
    http_version: str
    headers: tuple[tuple[str, str], ...]
    peer: str


class Traffic:
    """Counts from the moment that it is made, in all and for each turn.

    ``note`` is for one thread, the server's; all else may be called from any.

    A connection is told by its peer's address and port, since the server tells nothing else of it. The client's system
    gives the port of a closed connection to a new one after a while, so peers whose connection has been closed are
    forgotten every ``SWEEP_INTERVAL`` new ones, long before, and when a round begins: those that a client kept for the
    round before are old by then, and their ports come round soon. The count is exact where ports are handed out in turn
    (Linux), and nearly so where they are drawn from thousands (macOS). It is a lower bound where the system doesn't
    list a process's open sockets (Windows), once ports come round, and for a client that binds its own source port and
    uses it again within ``SWEEP_INTERVAL`` connections.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.connections = 0
        self._peers: set[str] = set()
        self._peers_at_next_sweep = SWEEP_INTERVAL
        self._is_watched = False
        self._heads: deque[RequestHead] = deque()
        self._heads_lost = 0
        self._heads_size = 0

    def note(self, scope: Scope, turn: Turn[Any]) -> None:
        """Counts one request, and its connection where it is the first one there."""
        self.requests += 1
        turn.requests += 1
        peer = scope.client
        if peer not in self._peers:
            turn.connections += 1
            self._meet(peer)
        if self._is_watched:
            self._keep_head(scope, peer)

    def watch(self) -> None:
        """Begins to keep the heads of requests, and forgets those kept before."""
        self.take_heads()
        self._is_watched = True

    def unwatch(self) -> None:
        """Keeps no more heads; those kept can still be taken."""
        self._is_watched = False

    def take_heads(self) -> tuple[list[RequestHead], int]:
        """The heads kept since they were last taken, and how many more arrived than can be kept."""
        heads = []
        while self._heads:
            heads.append(self._heads.popleft())
        lost, self._heads_lost = self._heads_lost, 0
        self._heads_size = 0
        return heads, lost

    def forget_closed(self) -> None:
        """Forgets the peers whose connection has been closed; for a moment at which nobody sends."""
        connected = connected_peers()
        if connected is not None:
            self._peers &= connected

    def _meet(self, peer: str) -> None:
        self.connections += 1
        self._peers.add(peer)
        if len(self._peers) >= self._peers_at_next_sweep:
            self.forget_closed()
            # With more connections open, a look takes longer: its cost for each new connection must not grow.
            self._peers_at_next_sweep = len(self._peers) + max(SWEEP_INTERVAL, len(self._peers) // 4)

    def _keep_head(self, scope: Scope, peer: str) -> None:
        headers = tuple(scope.headers.items())
        size = sum(len(name) + len(value) for name, value in headers) + len(scope.path) + len(scope.query_string)
        if len(self._heads) >= MAX_HEADS or self._heads_size + size > MAX_HEADS_SIZE:
            self._heads_lost += 1
            return
        self._heads_size += size
        self._heads.append(RequestHead(scope.method, scope.path, scope.query_string, scope.http_version, headers, peer))


def connected_peers() -> set[str] | None:
    """``address:port`` at the other end of each TCP connection over IPv4 that this process holds open.

    None where the system doesn't list a process's open files. A connection that the peer has reset isn't among them.
    """
    try:
        descriptors = [int(name) for name in os.listdir("/dev/fd")]  # noqa: PTH208 - a Path for each is slow
    except OSError:
        return None
    return {peer for descriptor in descriptors if (peer := _peer_of(descriptor)) is not None}


def _peer_of(descriptor: int) -> str | None:
    try:
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=descriptor)
    except OSError:
        return None  # No socket, or closed since it was listed.
    try:
        address, port = connection.getpeername()
    except (OSError, ValueError):
        return None  # Not connected any more, or of another family.
    finally:
        connection.detach()  # It belongs to the server, and must outlive this object.
    return f"{address}:{port}"
