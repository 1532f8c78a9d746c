"""The catalogue of modes: what each is, where its code stands, and whether its library is installed.

It is read off the sources of the client files, those that are built in, those of installed packages (entry points of
the group ``httpbench_tui.clients``) and those that a user names. Nothing here imports a client library or a client
file; presence and version come from the metadata of the installed packages.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from tui_httpbench.clients.reading import (
    ClientFile,
    ClientFileError,
    ModeFacts,
    parse_client,
    read_client_file,
    read_source,
)
from tui_httpbench.text.quoting import shown_path

CLIENTS_FOLDER = Path(__file__).parent
ENTRY_POINTS = "httpbench_tui.clients"
"""The group whose entry points are modules with modes, as ``mine = my_package.my_client``."""

_BUILT_IN = (
    "requests",
    "httpx",
    "aiohttp",
    "http_client",
    "urllib3",
    "niquests",
    "httpx2",
    "httpx_aiohttp",
    "pycurl",
    "pyreqwest",
    "curl_cffi",
    "aiosonic",
)


@dataclass(frozen=True)
class Library:
    """An HTTP client library: its name, one line about it, and the file that holds its modes.

    ``packages`` are the distributions whose versions belong into a result: its own, then those that its speed depends
    on. ``imports`` are what has to be importable, ``modules`` all that its file imports, the standard library's among
    them. ``is_native`` tells that it opens its connections without Python, so that they can't be counted here;
    ``streams_uploads`` that its modes can send a body piece by piece. ``each_client`` is what is made with each client
    and takes long, empty for nothing of note.
    """

    name: str
    summary: str
    source_file: Path
    packages: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    is_native: bool = False
    streams_uploads: bool = False
    each_client: str = ""

    @property
    def distribution(self) -> str:
        """What pip is to install for it; its name where the file doesn't say."""
        return self.packages[0] if self.packages else self.name

    @property
    def is_built_in(self) -> bool:
        """Whether it came with this program."""
        return self.source_file.parent == CLIENTS_FOLDER

    def missing_module(self) -> str | None:
        """A module that its file imports and that can't be found here, without importing any; None where all can."""
        return next((module for module in self.imports if not (_is_found(module) or self._lies_beside(module))), None)

    def is_installed(self) -> bool:
        """Whether all that its file imports can be imported here; found without importing it."""
        return self.missing_module() is None

    def _lies_beside(self, module: str) -> bool:
        """Whether a file of the user's own has this module in its folder, where a worker finds it."""
        folder = self.source_file.parent
        return not self.is_built_in and ((folder / f"{module}.py").is_file() or (folder / module).is_dir())

    @property
    def how_to_get(self) -> str:
        """What makes it installed: a command, or for a file that names no distribution what it lacks."""
        if self.packages or self.is_built_in:
            return f"pip install {self.distribution}"
        return f"it imports {self.missing_module()}"

    def version(self) -> str | None:
        """The installed distribution's version, Python's for the standard library's; None where there is none to tell.

        So it is with a file that names no distribution: what it is called may be the name of something else.
        """
        if not self.packages:
            import platform

            return platform.python_version() if self.is_built_in else None
        import importlib.metadata

        try:
            return importlib.metadata.version(self.distribution)
        except importlib.metadata.PackageNotFoundError:
            return None


@dataclass(frozen=True)
class Mode(ModeFacts):
    """One way of using one library: what its file says of it, and the library."""

    library: Library = field(kw_only=True)

    def makes_anew(self, kept: Mode) -> bool:
        """Whether it makes a client for every request where the other keeps one, and does else the same."""
        alike = (getattr(self, fact) == getattr(kept, fact) for fact in ("library", "kind", "http2"))
        return kept.kept and not self.kept and all(alike)

    @property
    def in_short(self) -> str:
        """What it does, told in less room: what stands before the colon, and whether the client is kept."""
        head, colon, _ = self.about.partition(": ")
        if not colon:
            return self.about
        return f"{head}, kept" if self.kept else f"{head}, always new"

    def is_installed(self) -> bool:
        """Whether the library, and what this mode needs beside it, can be imported here."""
        return self.missing_module() is None

    def missing_module(self) -> str | None:
        """A module that it needs and that can't be found here, without importing any; None where all can."""
        if self.needs_module and self.library.is_installed() and not _is_found(self.needs_module):
            return self.needs_module
        return self.library.missing_module()

    def in_shape(self, read: str) -> Mode:
        """This mode as it reads a body: ``whole``, or ``stream`` with the function and code for that.

        Of a mode that knows no other way, it is the mode itself.
        """
        if read == "whole" or self.streamed is None:
            return self
        return replace(self, **vars(self.streamed))

    @property
    def can_be_had(self) -> bool:
        """Whether it is installed, or its file tells what to install for it."""
        return bool(self.needs or self.library.packages) or self.is_installed()

    @property
    def how_to_get(self) -> str:
        """What makes it installed: ``pip install httpx[http2]``, or what its file lacks."""
        return f"pip install {self.needs}" if self.needs else self.library.how_to_get


class UnknownModeError(ValueError):
    """A mode was asked for that does not exist, or a file that holds none; the text is one sentence for the user."""


def _is_found(module: str) -> bool:
    import importlib.util

    try:
        # Looking for one in a package would import the package.
        return importlib.util.find_spec(module.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def _modes_of(file: ClientFile) -> tuple[Mode, ...]:
    library = Library(
        file.name,
        file.summary,
        file.path,
        file.packages,
        file.imports,
        file.modules,
        file.is_native,
        file.streams_uploads,
        file.each_client,
    )
    return tuple(Mode(**vars(facts), library=library) for facts in file.modes)


def _built_in() -> dict[str, Mode]:
    files = (read_client_file(CLIENTS_FOLDER / f"{name}.py") for name in _BUILT_IN)
    modes = {mode.id: mode for file in files for mode in _modes_of(file)}
    # Those that a run measures by itself stand first.
    return dict(sorted(modes.items(), key=lambda item: not item[1].default))


MODES: dict[str, Mode] = _built_in()
"""The modes that are known, by id; those of installed packages and of a user's files come in as they are asked for."""

DEFAULT_MODES: tuple[str, ...] = tuple(mode.id for mode in MODES.values() if mode.default)


def libraries() -> tuple[Library, ...]:
    """The libraries of all modes that are known, each once, in their order."""
    return tuple(dict.fromkeys(mode.library for mode in MODES.values()))


def add_file(path: Path) -> tuple[Mode, ...]:
    """The modes of a client file, which are known from now on. Raises UnknownModeError."""
    try:
        path = path.absolute()
        modes = modes_in(path, read_source(path))
    except ClientFileError as error:
        raise UnknownModeError(str(error)) from None
    except OSError as error:  # the folder that a path starts from is gone
        raise UnknownModeError(f"{shown_path(path)} can't be read: {error.strerror}.") from None
    register(modes)
    return modes


def modes_in(path: Path, source: bytes) -> tuple[Mode, ...]:
    """The modes of a client file at this path that holds this, known or not. Raises UnknownModeError."""
    try:
        return _modes_of(parse_client(path, source))
    except ClientFileError as error:
        raise UnknownModeError(str(error)) from None


def register(modes: tuple[Mode, ...]) -> None:
    """Makes modes known, in the place of those that their file had. Raises UnknownModeError where an id is taken."""
    for mode in modes:
        known = MODES.get(mode.id)
        if known is not None and known.library.source_file != mode.library.source_file:
            path = shown_path(mode.library.source_file)
            raise UnknownModeError(
                f"{path} names a mode {mode.id!r}, which {_owner_of(known)} has already; give it another id."
            )
    MODES.update({mode.id: mode for mode in modes})


def _owner_of(mode: Mode) -> str:
    return "this program" if mode.library.is_built_in else str(mode.library.source_file)


@cache
def offered() -> tuple[tuple[Mode, ...], tuple[str, ...]]:
    """The modes of other packages, known from now on, and a sentence for each of their files that can't be used."""
    import importlib.metadata

    found: list[Mode] = []
    troubles: list[str] = []
    for entry in importlib.metadata.entry_points(group=ENTRY_POINTS):
        path = _source_of_module(entry.module)
        if path is None:
            troubles.append(
                f"The package of the client {entry.name!r} offers {entry.value!r}, which can't be found; reinstall it."
            )
            continue
        try:
            found += add_file(path)
        except UnknownModeError as error:
            troubles.append(str(error))
    return tuple(found), tuple(troubles)


def _source_of_module(module: str) -> Path | None:
    """The file of a module, found without importing it or its packages."""
    import importlib.util

    top, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None:
        return None
    if not rest:
        return Path(spec.origin)
    folders = spec.submodule_search_locations or []
    files = (Path(folder, *rest).with_suffix(".py") for folder in folders)
    return next((file for file in files if file.is_file()), None)
