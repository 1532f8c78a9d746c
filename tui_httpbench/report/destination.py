"""Where a report file goes: checked before the run, written whole after it."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tui_httpbench.files.shared_folders import refuse_planted, resolve_carefully
from tui_httpbench.plan.plan import PlanError
from tui_httpbench.report.formats import Export, Format
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import shortened

STDOUT = "-"
READER_LIMIT_S = 5.0
"""How long a reader of a pipe is waited for, once there is something to write."""


class FileDestination:
    """A path that a text will be written to once it exists; ``-`` is standard output.

    An ordinary file is replaced in one step, so that a reader sees the old one or the new one; devices, pipes, and
    files in folders that can't be changed are written in place. What is written holds no credentials and is for its
    user to share: a file keeps its permissions, and a new one gets those that the umask leaves; with ``private``, as
    for a picture of whatever the screen shows, its owner alone can read it. What another user has put into a shared
    folder, a link as well, is not written to.
    """

    def __init__(self, path: str, field: str = "json", *, private: bool = False) -> None:
        """Checks that the path can be written, and leaves it as it is. Raises PlanError."""
        self.path = path
        self._private = private
        self.is_stdout = path == STDOUT or _is_stdout(path)
        if self.is_stdout:
            if sys.stdout is None:
                raise PlanError(field, "Standard output is closed; give a file instead.")
            return
        if not path:
            raise PlanError(field, "The name of the file to write is empty; give a path, or - for standard output.")
        try:
            self._target = _target_of(Path(path))
            self._replaces = _check_writable(self._target)
            # Else a link that is there by the time of writing came in between.
            self._flags = os.O_NOFOLLOW if hasattr(os, "O_NOFOLLOW") and not self._target.is_symlink() else 0
        except (OSError, ValueError) as error:
            raise PlanError(field, f"The file {shortened(path, 200)!r} can't be written: {reason_of(error)}.") from None

    def write(self, text: str) -> None:
        """Writes the whole text. Raises OSError; BrokenPipeError where the reader of a pipe is gone."""
        self.write_parts((text,))

    def write_parts(self, parts: Iterable[str]) -> None:
        """Writes a text that is made piece by piece. Raises as ``write``, and whatever the making of a piece does."""
        if self.is_stdout:
            for part in parts:
                sys.stdout.write(part)
            sys.stdout.flush()
        elif self._replaces:
            self._replace(parts)
        else:
            with os.fdopen(_open_in_place(self._target, self._flags), "w", encoding="utf-8") as file:
                file.writelines(parts)

    def is_same_file(self, other: FileDestination) -> bool:
        """Whether both would replace the same file."""
        replace = not (self.is_stdout or other.is_stdout) and self._replaces and other._replaces
        return replace and self._target == other._target

    def _replace(self, parts: Iterable[str]) -> None:
        # A name that nobody can foresee: in a shared folder, a link could wait at any other.
        descriptor, name = tempfile.mkstemp(prefix=".httpbench-", suffix=".part", dir=self._target.parent)
        part = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.writelines(parts)
            part.chmod(_mode_of(self._target, 0o600 if self._private else 0o666))
            part.replace(self._target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def open_all(exports: tuple[Export, ...]) -> tuple[tuple[Format, FileDestination], ...]:
    """Where the result goes in each form. Raises PlanError, also where two of them go to the same place."""
    opened: list[tuple[Format, FileDestination]] = []
    for export in exports:
        field = export.option.lstrip("-")
        destination = FileDestination(export.path, field)
        for form, other in opened:
            if destination.is_stdout and other.is_stdout:
                raise PlanError(
                    field, f"Standard output takes {form.title} or {export.format.title}; give {export.option} a file."
                )
            if destination.is_same_file(other):
                raise PlanError(field, f"{shortened(export.path, 200)!r} is to be written twice; name another file.")
        opened.append((export.format, destination))
    return tuple(opened)


def _mode_of(file: Path, usual: int) -> int:
    """The permissions that a file has, or that one made now would have."""
    try:
        return stat.S_IMODE(file.stat().st_mode)
    except FileNotFoundError:
        umask = os.umask(0o077)
        os.umask(umask)
        return usual & ~umask


def _is_stdout(path: str) -> bool:
    """Whether the path is another name of this process's standard output, such as ``/dev/stdout``."""
    try:
        return os.path.samestat(Path(path).stat(), os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError, AttributeError):
        return False


def _target_of(path: Path) -> Path:
    """What the path leads to; itself where only the system can follow it, as ``/dev/fd/63``. Raises OSError."""
    target = resolve_carefully(path)
    return path if not target.exists() and path.exists() else target


def _check_writable(path: Path) -> bool:
    """Whether the file can be replaced, False where it must be written in place. Raises OSError."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        _try_folder(path.parent)
        return True
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    refuse_planted(path, "a pipe" if stat.S_ISFIFO(mode) else "a file")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "permission denied")
    if not stat.S_ISREG(mode):
        return False
    try:
        _try_folder(path.parent)
    except OSError:
        return False
    return True


def _open_in_place(path: Path, flags: int) -> int:
    """A descriptor for writing to what is there. Raises OSError, also where nobody comes to read a pipe."""
    mode = path.stat().st_mode
    if stat.S_ISFIFO(mode):
        return _open_pipe(path, flags)
    truncates = os.O_TRUNC if stat.S_ISREG(mode) else 0
    return os.open(path, os.O_WRONLY | flags | truncates | getattr(os, "O_NOCTTY", 0))


def _open_pipe(path: Path, flags: int) -> int:
    deadline = time.monotonic() + READER_LIMIT_S
    while True:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | flags)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > deadline:
                raise OSError(errno.ENXIO, f"nobody opened the pipe to read it within {READER_LIMIT_S:.0f} s") from None
            time.sleep(0.05)
        else:
            os.set_blocking(descriptor, True)
            return descriptor


def _try_folder(folder: Path) -> None:
    """Makes and removes a file there, since permissions alone don't tell what a file system allows."""
    if not folder.exists():
        raise FileNotFoundError(errno.ENOENT, f"there is no folder {shortened(str(folder), 200)!r}")
    descriptor, name = tempfile.mkstemp(prefix=".httpbench-", dir=folder)
    os.close(descriptor)
    Path(name).unlink()
