"""What the embedded target's processes ask of the system: a port, a processor, and room for connections."""

from __future__ import annotations

import os
import socket
import sys

HOST = "127.0.0.1"  # Never reachable from elsewhere.
# Above what a plan can have in flight, so that no connection waits in line.
MAX_CONNECTIONS = 32_768
SPARE_FILES = 64  # What a process has open beside its connections.
BACKLOG = 16_384  # The kernel takes less where its own limit is lower.


class ServeError(RuntimeError):
    """The target can't be served; the text is one sentence for the user."""


class PortError(ServeError):
    """The port can't be used; the text is one sentence for the user."""


def hold_port() -> socket.socket:
    """A socket that takes a free port of ``HOST`` without listening; not on Windows. Raises PortError.

    As long as it is open, other users' programs can't have that port; this user's that ask for SO_REUSEPORT can, as the
    embedded target does, with ``bind_socket`` or its server. To connect is refused while none of them listens.
    """
    # Without SO_REUSEADDR, by which Linux would let another user in while nobody listens.
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        held.bind((HOST, 0))
        # Only now: before, another one's port could be shared.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except OSError as error:
        held.close()
        raise PortError(_bind_sentence(0, error)) from None
    return held


def bind_socket(port: int, *, is_held: bool = False) -> socket.socket:
    """A socket at this port of ``HOST``, or at a free one, that nobody else has. Raises PortError.

    ``is_held`` tells that ``hold_port`` holds it for this one.
    """
    # With the protocol named: asyncio turns Nagle's algorithm off only where it is, on accepted connections as well.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT if is_held else socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
    except (OSError, OverflowError) as error:
        bound.close()
        raise PortError(_bind_sentence(port, error)) from None
    return bound


def bind_to_cpu(cpu: int | None) -> int | None:
    """Binds this process to one CPU and returns it; None where none is asked for or it can't be done.

    To be called before any thread starts: one that runs already would stay where it is.
    """
    if cpu is None or not hasattr(os, "sched_setaffinity"):
        return None
    try:
        os.sched_setaffinity(0, {cpu})
    except (OSError, ValueError, OverflowError):
        return None
    return cpu


def allow_many_connections(files: int = MAX_CONNECTIONS) -> int:
    """Raises this process's limit of open files to ``files``, or as far as the system allows.

    Returns how many connections then fit in, at most ``MAX_CONNECTIONS``.
    """
    if sys.platform == "win32":
        return MAX_CONNECTIONS
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files if hard == resource.RLIM_INFINITY else min(files, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return MAX_CONNECTIONS if soft == resource.RLIM_INFINITY else max(1, min(soft - SPARE_FILES, MAX_CONNECTIONS))


def _bind_sentence(port: int, error: OSError | OverflowError) -> str:
    if isinstance(error, OverflowError):
        return f"There is no port {port}; choose one from 1 to 65535."
    if isinstance(error, PermissionError):
        return f"Port {port} may not be used by this user; choose one from 1024 to 65535."
    return f"Port {port} can't be used: {(error.strerror or str(error)).lower()}; choose another one."
