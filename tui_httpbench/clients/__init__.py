"""What is measured: a file for each library, and what such a file is written with.

A file has two halves. Above are its modes, each reading like the snippet that people write, with the facts beside it as
literals: they are read without importing the file. Below, and optional, is how a client is made in this run (``new``),
what the library takes with each request only (``options``), what a client then is (``describe``), and what came back
(``watch_responses``). ``docs/adding-a-client.md`` shows both.

Of the whole file, four literals may tell: ``NAME`` what the library is called, where the file can't be called so;
``PACKAGES`` the distributions whose versions belong into a result, the library's first; ``NATIVE = True`` that it opens
its connections without Python's sockets, so that they can't be counted in the worker; ``STREAMS_UPLOADS = True`` that
its modes can send a body piece by piece.

A worker loads this module and one client's file by their paths, under any Python from 3.9 on.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PIECE = 65_536
"""How many bytes a library is asked for at a time where it wants to be told."""


@dataclass(frozen=True)
class Request:
    """The request that is sent again and again; ``timeout_s`` is in seconds.

    ``options`` are keyword arguments that the library takes with each request only: what the file's ``options`` gave.
    Where the body is to be sent piece by piece, ``is_streamed``, and ``body`` is a new one each time that it is asked
    for: a file that is open for reading, or in an async mode an iterator of bytes; the headers tell its length.
    """

    is_streamed = False

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    timeout_s: float
    options: dict[str, Any] = field(default_factory=dict)


def chunked_headers(request: Request) -> dict[str, str]:
    """The headers for a library that sends in chunks what comes piece by piece: there, without the body's length."""
    if not request.is_streamed:
        return request.headers
    return {name: value for name, value in request.headers.items() if name.lower() != "content-length"}


@dataclass(frozen=True)
class Settings:
    """How clients are to be made in this run.

    ``equal`` asks for the same redirects, pool and certificates in all of them: up to ``max_redirects`` followed, as
    many connections kept to each origin as are ``in_flight``, certificates of ``ca_file``, no cookies kept, nothing
    sent again after a failure, and nothing taken from the environment. Otherwise a client is to be as its library
    comes, but for the timeout, in seconds, and ``verify``, which tells whether certificates are checked at all.
    ``kept`` is the mode's own fact, ``url`` that of the request.
    """

    equal: bool
    timeout_s: float
    in_flight: int
    max_redirects: int
    ca_file: str | None
    verify: bool
    kept: bool
    url: str = ""


def mode(
    id: str,
    about: str,
    *,
    kept: bool,
    http2: bool = False,
    needs: str = "",
    needs_module: str = "",
    default: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes a generator that yields ``send`` a mode: one way of using the library.

    ``id`` names it, ``about`` says what it does in a line. ``kept`` tells whether the client, and with it the
    connections, live for a whole round or for one request; ``http2`` that it speaks HTTP/2 where the server offers it;
    ``needs`` what pip installs for it beside the library (``httpx[http2]``), and ``needs_module`` what that brings;
    ``default`` that it is among the modes of a run that names none. All are literals.

    What lives outside ``send`` lives for a round, what lives inside is made for every request. ``send`` makes one
    request, reads its body to the end, and returns status and body.
    """
    del id, about, kept, http2, needs, needs_module, default  # read from the source, by the catalogue

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        is_async = inspect.isasyncgenfunction(function)
        return (contextlib.asynccontextmanager if is_async else contextlib.contextmanager)(function)

    return mark


def streamed(id: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes a generator the way in which the mode with this ``id`` reads a body piece by piece.

    It yields ``send`` as the mode does, which returns the status and how many bytes the body had, and keeps none.
    """
    del id  # read from the source, by the catalogue

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        is_async = inspect.isasyncgenfunction(function)
        return (contextlib.asynccontextmanager if is_async else contextlib.contextmanager)(function)

    return mark
