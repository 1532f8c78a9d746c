"""Files of the state folder: replaced as a whole, and readable by their owner only."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any


def write_state(path: Path, value: Any) -> None:
    """Writes a value as JSON, and makes the folder where there is none; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False) as file:
        new = Path(file.name)
        try:
            json.dump(value, file, indent=1)
            file.close()
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
