"""Where a child on a host has its files, and whether another run of this user measures there already."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tui_httpbench.bench.run_places import all_folders
from tui_httpbench.files.file_lock import FileLock
from tui_httpbench.files.folders import state_folder, temporary_folder
from tui_httpbench.files.private_files import make_private_folder, open_private

RUN = "run"
_PREFIX = "host-"
_LOCK, _OWNER = "lock", "owner"
_NEW_S = 5.0


class BusyError(Exception):
    """Another run measures here; the text is its id, as far as it is known."""


def make_host_folder(run_id: str) -> tuple[Path, FileLock]:
    """A folder for a child of this run, which is locked while this process has it. Raises OSError, BusyError."""
    parent = hosts_folder()
    make_private_folder(parent)
    guard = FileLock(parent / _LOCK, waits=True)
    try:
        for other in parent.glob(f"{_PREFIX}*"):
            if _is_in_use(other):
                owner = _owner_of(other)
                if owner != run_id:
                    raise BusyError(owner)
            elif time.time() - other.stat().st_mtime > _NEW_S:
                shutil.rmtree(other, ignore_errors=True)
        _refuse_beside_a_run_of_its_own()
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        with open_private(folder / _OWNER) as file:
            file.write(run_id.encode())
        return folder, FileLock(folder / _LOCK)
    finally:
        guard.release()


def _refuse_beside_a_run_of_its_own() -> None:
    """Raises BusyError where this user measures on this machine without a cluster.

    A run on hosts, as that of the app on this machine may be, measures nothing in its own folder.
    """
    for folder in filter(lambda folder: _is_locked(folder / _LOCK), all_folders()):
        # Here, as it loads the engine into the worker of Dask.
        from tui_httpbench.bench.run_folder import REOPENED_FILE, host_paths
        from tui_httpbench.bench.run_reading import has_ended, read_run

        with suppress(OSError, ValueError, LookupError, TypeError):
            is_shown_only = (folder / REOPENED_FILE).exists()
            if not host_paths(folder) and not is_shown_only and not has_ended(folder):
                raise BusyError(str(read_run(folder)["run_id"]) or folder.name)


def hosts_folder() -> Path:
    """Where this user's children, and a cluster made on this machine, have their folders here, always the same."""
    state = state_folder()
    if state is not None:
        with suppress(OSError):
            make_private_folder(state / "hosts")
            return state / "hosts"
    return temporary_folder() / f"httpbench-tui-hosts-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def _is_in_use(folder: Path) -> bool:
    """Whether a process has it: that of Dask, or the child that is just about to end after that one was killed."""
    return _is_locked(folder / _LOCK) or _is_locked(folder / RUN / _LOCK)


def _is_locked(path: Path) -> bool:
    if path.exists():
        try:
            FileLock(path).release()
        except OSError:
            return True
    return False


def _owner_of(folder: Path) -> str:
    try:
        return (folder / _OWNER).read_text()[:100]
    except OSError:
        return ""
