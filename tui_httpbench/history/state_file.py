"""Files of the state folder: replaced as a whole, and readable by their owner only."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from tui_httpbench.small_file import read_small_file

MAX_BYTES = 16_000_000


def read_state(path: Path) -> Any:
    """The value that ``write_state`` wrote. Raises OSError, and ValueError where the file holds something else."""
    try:
        return json.loads(read_small_file(path, MAX_BYTES))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def write_state(path: Path, value: Any) -> None:
    """Writes a value as JSON, and makes the folder where there is none; raises OSError."""
    make_private_folder(path.parent)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False) as file:
        new = Path(file.name)
        try:
            json.dump(value, file, indent=1)
            file.close()
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


def make_private_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, for its owner alone, whatever the umask. Raises OSError."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        with suppress(FileExistsError):  # another app makes it just now
            each.mkdir(mode=0o700)
    folder.mkdir(exist_ok=True)  # tells of a file in its place
