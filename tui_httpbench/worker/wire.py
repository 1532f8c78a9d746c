"""The requests that left this process over Python's sockets, byte for byte; loaded by probes alone.

What a library tells of a request may be what it was given, not what it sent: only the bytes know. Of TLS they are read
before they are sealed. What does not pass Python's own sockets, as in libraries in C or Rust, and HTTP/2 are not seen.
"""

from __future__ import annotations

import functools
import re
import socket
import ssl
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_FIRST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^\r\n]+) HTTP/1\.\d\r\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]+)[^\r\n]*\r\n")
_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class WireRequest:
    """One request of HTTP/1 as it was sent; ``target`` is what its first line asks for, as ``as_sent`` writes it.

    ``body_bytes`` is how long its body was, ``scheme`` is ``https`` where it was sealed.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body_bytes: int
    scheme: str = "http"

    @property
    def url(self) -> str:
        """The URL that it asks for, by its Host header unless its target has all of it; empty where none tells."""
        if not self.target.startswith("/"):
            return self.target
        host = next((value for name, value in self.headers if name.lower() == "host"), "")
        return f"{self.scheme}://{host}{self.target}" if host else ""


@dataclass
class _Stream:
    """What one socket sent; at each of ``begins`` began what was sent at the same place of ``turns``."""

    owner: object
    sent: bytearray = field(default_factory=bytearray)
    begins: list[int] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)


class Wire:
    """Notes what this process sends, from ``watch`` on."""

    def __init__(self) -> None:
        """Has seen nothing yet."""
        self._streams: dict[int, _Stream] = {}
        self._turn = 0
        self._address = ""

    def watch(self) -> None:
        """Looks from now on at each call that sends; for the rest of the process."""
        for kind, name, look in (
            (socket.socket, "send", self._sent_some),
            (socket.socket, "sendall", self._sent_all),
            (socket.socket, "sendmsg", self._sent_parts),
            (ssl.SSLSocket, "send", self._sealed_some),
            (ssl.SSLObject, "write", self._sent_some),
        ):
            if hasattr(kind, name):  # sendmsg is not on every system
                _look_at(kind, name, look)

    def forget(self) -> None:
        """Leaves out what was sent so far."""
        self._streams.clear()
        self._address = ""

    @property
    def address(self) -> str:
        """The IP address of the last connection that was opened and used; empty where none was seen."""
        return self._address

    def requests(self) -> list[WireRequest]:
        """All requests of HTTP/1 that were sent, in order; without those that ask a proxy for a tunnel."""
        found = [each for stream in self._streams.values() for each in _requests_in(stream)]
        return [request for _, request in sorted(found, key=lambda each: each[0]) if request.method != "CONNECT"]

    def _sent_some(self, owner: object, data: Any, count: Any) -> None:
        self.note(owner, memoryview(data).cast("B")[:count])

    def _sent_all(self, owner: object, data: Any, _: Any) -> None:
        self.note(owner, memoryview(data).cast("B"))

    def _sent_parts(self, owner: object, data: Any, count: Any) -> None:
        self.note(owner, memoryview(b"".join(bytes(part) for part in data))[:count])

    def _sealed_some(self, owner: Any, data: Any, count: Any) -> None:
        if owner._sslobj is not None:  # or it was sent as it is, by what it inherits
            self._sent_some(owner, data, count)

    def note(self, owner: object, data: memoryview) -> None:
        """Adds what a socket has sent."""
        # The owner is kept, so that no other one gets its id.
        stream = self._streams.get(id(owner))
        if stream is None:
            stream = self._streams[id(owner)] = _Stream(owner)
            self._address = _peer_of(owner) or self._address
        self._turn += 1
        stream.begins.append(len(stream.sent))
        stream.turns.append(self._turn)
        stream.sent += data


def as_sent(target: bytes) -> str:
    """What a first line asks for; a byte that no URL may have is written ``\\xc3``: ``%C3`` is another."""
    return "".join(chr(byte) if 0x20 < byte < 0x7F else f"\\x{byte:02x}" for byte in target)


def _peer_of(owner: object) -> str:
    """The address to which a socket is connected; empty for what is none, or is connected within this machine alone."""
    if not isinstance(owner, socket.socket) or owner.family not in (socket.AF_INET, socket.AF_INET6):
        return ""
    try:
        return str(owner.getpeername()[0]).partition("%")[0]
    except OSError:
        return ""


def _look_at(kind: Any, name: str, look: Callable[[object, Any, Any], None]) -> None:
    original = getattr(kind, name)

    @functools.wraps(original)
    def watched(self: Any, data: Any, *args: Any, **options: Any) -> Any:
        data = list(data) if name == "sendmsg" else data  # which may be read once only
        result = original(self, data, *args, **options)
        look(self, data, result)
        return result

    setattr(kind, name, watched)


def _requests_in(stream: _Stream) -> list[tuple[int, WireRequest]]:
    """The requests of one socket, each behind its turn; up to where it speaks anything else."""
    sent, found, at = bytes(stream.sent), [], 0
    scheme = "https" if isinstance(stream.owner, (ssl.SSLSocket, ssl.SSLObject)) else "http"
    while first := _FIRST_LINE.match(sent, at):
        end = sent.find(_END_OF_HEAD, first.end() - 2)
        if end < 0:
            break
        lines = sent[first.end() : end].decode("latin-1").split("\r\n")
        pairs = [line.partition(":") for line in lines if ":" in line]
        headers = tuple((name, value.strip(" \t")) for name, _, value in pairs)
        body_bytes, next_at = _body(sent, end + len(_END_OF_HEAD), headers)
        method, target = first[1].decode("latin-1"), as_sent(first[2])
        turn = stream.turns[bisect_right(stream.begins, at) - 1]
        found.append((turn, WireRequest(method, target, headers, body_bytes, scheme)))
        at = next_at
    return found


def _body(sent: bytes, at: int, headers: tuple[tuple[str, str], ...]) -> tuple[int, int]:
    """How many bytes the body has that begins there, and where what follows begins."""
    by_name = {name.lower(): value for name, value in headers}
    if "chunked" not in by_name.get("transfer-encoding", "").lower():
        length = by_name.get("content-length", "")
        size = int(length) if length.isdecimal() else 0
        return size, at + size
    size = 0
    while chunk := _CHUNK.match(sent, at):
        length_of_chunk = int(chunk[1], 16)
        size += length_of_chunk
        at = chunk.end() + length_of_chunk + 2
        if not length_of_chunk:
            break
    return size, at
