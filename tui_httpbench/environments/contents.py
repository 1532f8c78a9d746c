"""What a checkout or an archive holds, as a short text that changes with what counts when it is built."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tui_httpbench.environments.failure import OTHER, EnvironmentFailure
from tui_httpbench.environments.git_state import git_state
from tui_httpbench.text.formatting import reason_of

MAX_FILES = 50_000
MAX_BYTES = 2_000_000_000
_PIECE_BYTES = 1 << 20

# Made by a build or a test, and no part of what is built. Folders that begin with a dot are none either.
_MADE_FOLDERS = frozenset({"__pycache__", "build", "dist", "node_modules", "htmlcov"})
_MADE_SUFFIXES = (".pyc", ".pyo")


def digest_of(path: Path) -> str:
    """A file's content, or that of a folder's files with their names, without what builds and tests leave there.

    Where a build takes its version from git, the commit and the tags belong to it.
    Raises EnvironmentFailure where it can't be read, or is too large to be a checkout.
    """
    try:
        return _digest(path)
    except OSError as error:
        raise EnvironmentFailure(OTHER, f"{error.filename or path} can't be read: {reason_of(error)}.") from None


def _digest(path: Path) -> str:
    total = hashlib.blake2b(digest_size=20)
    if not path.is_dir():
        _add(total, path)
        return total.hexdigest()
    count = size = 0
    for name, file in _files_in(path):
        status = file.lstat()
        count, size = count + 1, size + status.st_size
        if count > MAX_FILES or size > MAX_BYTES:
            raise EnvironmentFailure(
                OTHER,
                f"{path} holds more than {MAX_FILES:,} files or {MAX_BYTES // 1_000_000_000} GB, too much for a "
                "checkout; build a wheel of it and name that.",
            )
        kind = "x" if status.st_mode & stat.S_IXUSR else "-"
        total.update(f"{name}\0{kind}\0{status.st_size}\0".encode("utf-8", "surrogateescape"))
        if stat.S_ISREG(file.stat().st_mode):
            _add(total, file)
    total.update(git_state(path).encode())
    return total.hexdigest()


def _files_in(root: Path) -> Iterator[tuple[str, Path]]:
    """The files that count, by their names within the folder, always in the same order."""

    def fail(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(root, onerror=fail):
        here = Path(folder)
        folders[:] = sorted(each for each in folders if not _is_made(here / each))
        for name in sorted(files):
            path = here / name
            if not name.endswith(_MADE_SUFFIXES) and path.exists():  # a link to nowhere is not built
                yield path.relative_to(root).as_posix(), path


def _is_made(folder: Path) -> bool:
    name = folder.name
    return (
        name.startswith(".")
        or name in _MADE_FOLDERS
        or name.endswith(".egg-info")
        or (folder / "pyvenv.cfg").exists()
        or (folder / "CACHEDIR.TAG").exists()
    )


def _add(total: hashlib.blake2b, path: Path) -> None:
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            total.update(piece)
