"""The folder of one host within that of the run: what the host has written, as it comes in.

It is written at once, so that what came back outlives this app, and read as the folder of any run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from tui_httpbench.bench.cluster.agent import CHUNK_BYTES
from tui_httpbench.bench.cluster.host_file import HostNote, write_note
from tui_httpbench.bench.cluster.parcel import Parcel
from tui_httpbench.bench.run_folder import RUN_FILE
from tui_httpbench.files.private_files import make_private_folder, open_private

_NAMES = re.compile(
    r"run\.json|(rounds|notes)\.jsonl|body|round-\d{4}-[^/\\\0]+\.samples|client-\d+/[^/\\\0]+", re.ASCII
)
"""What a host may have written; names from elsewhere must lead nowhere else."""


class Mirror:
    """What one host has handed over so far."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder; raises OSError."""
        make_private_folder(folder)
        self.folder = folder
        self.sizes: dict[str, int] = {}
        self.received_bytes = 0
        """What came over the line, as packed."""

    def note(self, note: HostNote) -> None:
        """Writes down what is known of the host. Raises OSError."""
        write_note(self.folder, note)

    def take(self, files: Iterable[tuple[str, int, Parcel]]) -> None:
        """Writes down what came in. Raises OSError, and ValueError for what no host should send."""
        for name, offset, parcel in files:
            path = self.folder / name
            if not _NAMES.fullmatch(name) or path.name in ("", ".", ".."):
                raise ValueError(f"a file called {name!r:.80}")
            if offset != self.sizes.get(name, 0):
                raise ValueError(f"a piece of {name} that does not follow on what came before")
            data = parcel.open(CHUNK_BYTES)
            make_private_folder(path.parent)
            if name == RUN_FILE and not offset:
                part = path.with_suffix(".json.part")
                with open_private(part) as file:
                    file.write(data)
                part.replace(path)
            else:
                with open_private(path, os.O_APPEND) as file:
                    file.write(data)
            self.sizes[name] = offset + len(data)
            self.received_bytes += parcel.size
