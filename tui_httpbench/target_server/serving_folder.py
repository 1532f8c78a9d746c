"""The folder of a target that is served on its own: it outlives no process, as the next start removes what was left."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tui_httpbench.files.file_lock import FileLock
from tui_httpbench.files.folders import temporary_folder
from tui_httpbench.target_server.child import TargetError
from tui_httpbench.text.formatting import reason_of

_PREFIX = "httpbench-target-"
_LOCK_FILE = "lock"


@contextmanager
def serving_folder() -> Iterator[Path]:
    """A folder of this user alone for the files of a target, gone behind the block. Raises TargetError."""
    remove_left_folders()
    folder, lock = None, None
    try:
        try:
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=temporary_folder()))
            lock = FileLock(folder / _LOCK_FILE, waits=True)
        except OSError as error:
            raise TargetError(f"The embedded target could not start: {reason_of(error)}.") from None
        yield folder
    finally:
        if os.name == "nt" and lock is not None:  # which removes no open file
            lock.release()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            lock.release()


def remove_left_folders() -> None:
    """Removes the folders of this user's targets whose process was killed; there is nothing in them to be missed."""
    with suppress(OSError):
        parent = temporary_folder()
        for name in [entry.name for entry in os.scandir(parent) if entry.name.startswith(_PREFIX)]:
            with suppress(OSError):  # one that lives, or another user's
                _remove_left(parent / name)


def _remove_left(folder: Path) -> None:
    status = folder.lstat()
    is_own = os.name == "nt" or status.st_uid == os.getuid()
    if not (stat.S_ISDIR(status.st_mode) and is_own and stat.S_ISREG((folder / _LOCK_FILE).lstat().st_mode)):
        return
    FileLock(folder / _LOCK_FILE).release()
    shutil.rmtree(folder, ignore_errors=True)
