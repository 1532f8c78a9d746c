"""What is known of a host beside what it measured, in a file of its folder."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tui_httpbench.files.state_file import read_state, write_state
from tui_httpbench.measured.measured_hosts import Host
from tui_httpbench.measured.strict_json import read_as

HOST_FILE = "host.json"


@dataclass(frozen=True)
class HostNote:
    """A host, what is otherwise there, and why it did not measure or not to its end, as ``HostRun`` has it."""

    host: Host
    notes: tuple[str, ...] = ()
    trouble: str = ""
    ended_with_all: bool = False

    def in_trouble(self, sentence: str, *, of_all: bool = False) -> HostNote:
        """The same with a sentence on what went wrong, with this host or the run as such; the first one stays."""
        return self if self.trouble else replace(self, trouble=sentence, ended_with_all=of_all)


def write_note(folder: Path, note: HostNote) -> None:
    """Writes it down; raises OSError."""
    write_state(folder / HOST_FILE, asdict(note))


def read_note(folder: Path) -> HostNote:
    """What was written down. Raises OSError, KeyError, TypeError, ValueError."""
    told = dict(read_state(folder / HOST_FILE))
    host = dict(told["host"])
    off = host.pop("clock_off_s", None)
    if off is not None and not (isinstance(off, float | int) and math.isfinite(off)):
        raise ValueError("a clock that is off by no number")
    note = read_as(HostNote, {**told, "host": host})
    return replace(note, host=replace(note.host, clock_off_s=None if off is None else float(off)))
