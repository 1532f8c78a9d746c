"""Where the folders of runs lie; it loads nothing else of the engine, so that an app can look before it opens."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from tui_httpbench.files.folders import state_folder, system_temporary_folder, temporary_folder
from tui_httpbench.files.private_files import make_private_folder
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.text.quoting import printable

_PREFIX = "run-"
_TEMPORARY_PREFIX = "httpbench-run-"


def all_folders() -> list[Path]:
    """All folders of runs, living ones too; those of this user alone. Where they lie may be unreadable: then none."""
    folders: list[Path] = []
    for parent, prefix in ((runs_folder(), _PREFIX), (system_temporary_folder(), _TEMPORARY_PREFIX)):
        if parent is not None:
            with suppress(OSError):
                names = [entry.name for entry in os.scandir(parent) if entry.name.startswith(prefix)]
                folders += [parent / name for name in sorted(names) if _is_own(parent / name)]
    return folders


def why_unreadable() -> str:
    """Why this user's runs can't be looked for, in a sentence; empty where they can, or where there are none yet."""
    runs = runs_folder()
    if runs is None:
        return ""
    try:
        os.scandir(runs).close()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return (
            f"Interrupted runs can't be looked for in {printable(str(runs))}: {reason_of(error)}. Let yourself read "
            "that folder and those above it (chmod u+rwx)."
        )
    return ""


def runs_folder() -> Path | None:
    """Where runs have their folders, with the user's state; None where there is no home."""
    state = state_folder()
    return None if state is None else state / "runs"


def make_folder() -> Path:
    """A new folder, which its owner alone may enter; a temporary one where the user's state can't be written.

    Raises OSError, NoFolderError among them.
    """
    import tempfile

    runs = runs_folder()
    if runs is not None:
        with suppress(OSError):
            make_private_folder(runs)
            return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=runs))
    return Path(tempfile.mkdtemp(prefix=_TEMPORARY_PREFIX, dir=temporary_folder()))


def _is_own(path: Path) -> bool:
    """Whether it is a folder of this user: in a shared temporary folder, others could plant one."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and (os.name == "nt" or status.st_uid == os.getuid())
