"""Files and folders for their owner alone, whatever the umask: they may hold what others must not read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def open_private(path: Path, flag: int = os.O_TRUNC) -> BinaryIO:
    """Opens a file for writing, which is made for its owner alone whatever the umask. Raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | flag | getattr(os, "O_BINARY", 0), 0o600), "wb")


def make_private_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, for its owner alone, whatever the umask. Raises OSError."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        with suppress(FileExistsError):  # another app makes it just now
            each.mkdir(mode=0o700)
    folder.mkdir(exist_ok=True)  # tells of a file in its place
