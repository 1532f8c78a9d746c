"""The source of a mode as it is run, read without importing its client."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tui_httpbench.clients.catalog import mode_of


@dataclass(frozen=True)
class SourceCode:
    """The body of a mode's function; ``line`` is where it begins in its file, from 1."""

    path: Path
    line: int
    text: str


def source_of(label: str) -> SourceCode:
    """The source of a mode. Raises KeyError for an unknown mode."""
    mode = mode_of(label)
    return SourceCode(mode.library.source_file, mode.line, mode.code)
