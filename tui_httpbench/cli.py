"""The command line: parses, then opens the TUI or runs headless."""

from __future__ import annotations


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns its exit status."""
    raise NotImplementedError(argv)
