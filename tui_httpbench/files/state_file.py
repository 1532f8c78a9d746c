"""Files of the state folder: replaced as a whole, and readable by their owner only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tui_httpbench.files.private_files import make_private_folder
from tui_httpbench.files.small_file import read_small_file

MAX_BYTES = 16_000_000


def read_state(path: Path) -> Any:
    """The value that ``write_state`` wrote. Raises OSError, and ValueError where the file holds something else."""
    try:
        return json.loads(read_small_file(path, MAX_BYTES))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def write_state(path: Path, value: Any) -> None:
    """Writes a value as JSON, and makes the folder where there is none; raises OSError."""
    import tempfile

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
