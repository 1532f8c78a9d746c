"""Client files that did not come with this program, as they were when a run began.

People edit them while a run goes on, and throw them away after it: so what a run measures, shows and stores is their
text of that moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tui_httpbench.clients.catalog import MODES, Mode, UnknownModeError, modes_in, register
from tui_httpbench.clients.entrants import mode_of, split_label
from tui_httpbench.clients.reading import ClientFileError, read_source
from tui_httpbench.text.quoting import shown_path


@dataclass(frozen=True)
class OwnFile:
    """One of them: where it lay, and what it held. Raises UnknownModeError where that is no client file."""

    path: Path
    source: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Reads the modes, so that whoever has one knows that it holds some."""
        _ = self.modes

    @cached_property
    def modes(self) -> tuple[Mode, ...]:
        """Its modes in their order."""
        return modes_in(self.path, self.source)

    @cached_property
    def sha256(self) -> str:
        """The digest of its text in hexadecimal digits: two runs with the same one measured the same file."""
        return hashlib.sha256(self.source).hexdigest()


def read_own_files(labels: Iterable[str]) -> tuple[OwnFile, ...]:
    """The files behind these entrants as they are now, each once; their modes are known as such from now on.

    Raises UnknownModeError where a file can't be read any more, or has lost one of the modes.
    """
    wanted = [mode for mode in dict.fromkeys(map(mode_of, labels)) if not mode.library.is_built_in]
    files = tuple(map(_read, dict.fromkeys(mode.library.source_file for mode in wanted)))
    found = {mode.id for file in files for mode in file.modes}
    for mode in wanted:
        if mode.id not in found:
            path = shown_path(mode.library.source_file)
            raise UnknownModeError(f"{path} has no mode {mode.id!r} any more; choose one of its modes again.")
    make_known(files)
    return files


def make_known(files: Iterable[OwnFile], *, only_new: bool = False) -> None:
    """Makes their modes those that are known; with ``only_new``, those stay that are known already.

    Raises UnknownModeError where another file has a mode of the same id.
    """
    for file in files:
        register(tuple(mode for mode in file.modes if not only_new or mode.id not in MODES))


def measured_mode(label: str, files: Iterable[OwnFile], read: str) -> Mode:
    """The mode of an entrant as a run with these files measured it, which had it ``read`` bodies whole or streamed.

    Raises KeyError and ValueError.
    """
    mode_id, *_ = split_label(label)
    found = next((mode for file in files for mode in file.modes if mode.id == mode_id), None) or mode_of(label)
    return found.in_shape(read)


def _read(path: Path) -> OwnFile:
    try:
        return OwnFile(path, read_source(path))
    except ClientFileError as error:
        raise UnknownModeError(str(error)) from None
