"""A client of the embedded target on plain sockets, whose connections are known to the last one."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

from tui_httpbench.target_server.launcher import EmbeddedTarget

Address = tuple[str, int]

GET = b"GET /bytes/3 HTTP/1.1\r\nHost: x\r\n\r\n"
LAST_BYTES = b"\r\n\r\n\0\0\0"

FAKE = """
import os, sys
def tell(line):
    os.write(int(sys.argv[2]) if len(sys.argv) > 2 else 1, line.encode() + bytes((10,)))
"""
"""How the code of a process that stands in for the target begins: what it tells goes where the parent listens."""


def address_of(target: EmbeddedTarget) -> Address:
    parts = urlsplit(target.url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def ask(connection: socket.socket, request: bytes = GET) -> None:
    """One request, and its answer to the last byte."""
    connection.sendall(request)
    received = b""
    while not received.endswith(LAST_BYTES):
        chunk = connection.recv(65_536)
        assert chunk
        received += chunk


def seconds_of_ask(connection: socket.socket, request: bytes = GET) -> float:
    """How long one request took."""
    start = time.monotonic()
    ask(connection, request)
    return time.monotonic() - start


def ask_once(address: Address) -> None:
    """One request on a connection of its own."""
    with socket.create_connection(address, timeout=20) as connection:
        ask(connection)


def ask_many_times(address: Address, number: int) -> None:
    for _ in range(number):
        ask_once(address)
