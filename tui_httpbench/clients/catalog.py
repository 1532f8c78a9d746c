"""The catalogue of modes: what each is, where its code stands, and whether its library is installed.

Nothing here imports a client library; presence and version come from the metadata of the installed packages.
"""

from __future__ import annotations

import difflib
import importlib.metadata
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tui_httpbench.text.quoting import shortened

CLIENTS_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Library:
    """An HTTP client library: the name people import, its distribution on PyPI, one line about it, and what it runs on.

    ``parts`` are the distributions below it that its speed depends on, whose versions a result should name as well.
    """

    name: str
    distribution: str
    summary: str
    parts: tuple[str, ...] = ()

    @property
    def source_file(self) -> Path:
        """The module that holds this library's modes."""
        return CLIENTS_FOLDER / f"{self.name}.py"

    @property
    def reported_packages(self) -> tuple[str, ...]:
        """The distributions whose versions belong into a result."""
        return (self.distribution, *self.parts)

    def is_installed(self) -> bool:
        """Whether the library can be imported here; finds it without importing it."""
        return importlib.util.find_spec(self.name) is not None

    def version(self) -> str | None:
        """The installed distribution's version, or None where there is none."""
        try:
            return importlib.metadata.version(self.distribution)
        except importlib.metadata.PackageNotFoundError:
            return None


@dataclass(frozen=True)
class Mode:
    """One way of using one library.

    ``function`` is the name of the context manager in the library's module; ``kept`` tells whether the client, and
    with it the connections, live for a whole round or for one request. ``extra`` is the extra of the distribution that
    the mode needs, and ``extra_module`` the module that it brings; both are empty where the library is enough.
    ``http2`` tells that it speaks HTTP/2 where the server offers it.
    """

    id: str
    library: Library
    function: str
    kind: Literal["sync", "async"]
    kept: bool
    summary: str
    extra: str = ""
    extra_module: str = ""
    http2: bool = False

    def is_installed(self) -> bool:
        """Whether the library, and what this mode needs beside it, can be imported here."""
        return self.library.is_installed() and (
            not self.extra_module or importlib.util.find_spec(self.extra_module) is not None
        )

    @property
    def requirement(self) -> str:
        """What pip is to install for it, such as ``httpx[http2]``."""
        return f"{self.library.distribution}[{self.extra}]" if self.extra else self.library.distribution


REQUESTS = Library("requests", "requests", "the one everybody knows; synchronous, on urllib3", ("urllib3", "certifi"))
HTTPX = Library(
    "httpx", "httpx", "synchronous and asynchronous, on httpcore", ("httpcore", "h11", "h2", "anyio", "certifi")
)
AIOHTTP = Library("aiohttp", "aiohttp", "asynchronous, with a parser in C", ("yarl", "multidict"))

LIBRARIES: tuple[Library, ...] = (REQUESTS, HTTPX, AIOHTTP)

MODES: dict[str, Mode] = {
    mode.id: mode
    for mode in (
        Mode("requests", REQUESTS, "requests_each", "sync", False, "requests.get(): a new connection every time"),
        Mode("requests-session", REQUESTS, "requests_session", "sync", True, "one Session: connections are kept"),
        Mode("httpx", HTTPX, "httpx_each", "sync", False, "httpx.get(): a new Client for every request"),
        Mode("httpx-client", HTTPX, "httpx_client", "sync", True, "one Client: connections are kept"),
        Mode("httpx-async", HTTPX, "httpx_async", "async", True, "one AsyncClient: connections are kept"),
        Mode("httpx-async-each", HTTPX, "httpx_async_each", "async", False, "a new AsyncClient for every request"),
        Mode(
            "httpx-async-h2",
            HTTPX,
            "httpx_async_h2",
            "async",
            True,
            "one AsyncClient that speaks HTTP/2 where the server offers it",
            extra="http2",
            extra_module="h2",
            http2=True,
        ),
        Mode("aiohttp", AIOHTTP, "aiohttp_session", "async", True, "one ClientSession: connections are kept"),
        Mode("aiohttp-each", AIOHTTP, "aiohttp_each", "async", False, "a new ClientSession for every request"),
    )
}

DEFAULT_MODES: tuple[str, ...] = tuple(mode.id for mode in MODES.values() if not mode.http2)


class UnknownModeError(ValueError):
    """A mode was asked for that does not exist; the text is one sentence for the user."""


def mode_of(instance: str) -> Mode:
    """The mode behind an id of a run; ``aiohttp#2`` is the second run of ``aiohttp``.

    Raises KeyError for an id that is in no catalogue.
    """
    return MODES[instance.partition("#")[0]]


def select_modes(names: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The ids of a run from what a user asked for, in that order.

    A name is a mode's id, ``all``, or a library's name (``requests:all`` where a mode has the same name as its
    library). The second run of a mode is called ``id#2``, the third ``id#3``. Raises UnknownModeError.
    """
    chosen: list[str] = []
    for name in names:
        chosen.extend(_modes_named(name))
    seen: dict[str, int] = {}
    instances = []
    for mode_id in chosen:
        seen[mode_id] = seen.get(mode_id, 0) + 1
        instances.append(mode_id if seen[mode_id] == 1 else f"{mode_id}#{seen[mode_id]}")
    return tuple(instances)


def _modes_named(name: str) -> list[str]:
    if name in MODES:
        return [name]
    if name == "all":
        return list(MODES)
    library_name = name.removesuffix(":all")
    of_library = [mode.id for mode in MODES.values() if mode.library.name == library_name]
    if of_library:
        return of_library
    known = [*MODES, *(library.name for library in LIBRARIES)]
    nearest = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.4)
    hint = f"did you mean {nearest[0]}?" if nearest else "see httpbench-tui modes for the list."
    raise UnknownModeError(f"There is no mode {shortened(name)!r}; {hint}")
