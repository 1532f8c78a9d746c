"""Bodies that are too large for memory, in files that are made when first asked for."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from pathlib import Path

from tui_httpbench.target_server.answers import MAX_BYTES, ZEROS


class BodyFiles:
    """A sparse file of ``MAX_BYTES`` zeros, and one for each named body."""

    def __init__(self, bodies: dict[str, bytes]) -> None:
        """``bodies`` is emptied as their files are made."""
        self._bodies = bodies
        self._paths: dict[str, str] = {}
        self._lock = threading.Lock()  # Requests run in two threads: the server's and the event loop's.

    def path_of(self, name: str) -> str:
        """The path of ``ZEROS``, or of the body with this name."""
        with self._lock:
            if name not in self._paths:
                descriptor, self._paths[name] = tempfile.mkstemp(prefix="httpbench-tui-target-")
                with os.fdopen(descriptor, "wb") as file:
                    if name == ZEROS:
                        file.truncate(MAX_BYTES)
                    else:
                        file.write(self._bodies.pop(name))
            return self._paths[name]

    def remove(self) -> None:
        """Removes the files; safe to call twice."""
        while self._paths:
            _, path = self._paths.popitem()
            # On Windows a file can't go while a response is being read from it.
            with contextlib.suppress(OSError):
                Path(path).unlink(missing_ok=True)
