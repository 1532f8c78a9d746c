"""The list of modes as text."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from tui_httpbench.clients.catalog import MODES, Mode
from tui_httpbench.report.console import StreamConsole


def print_modes(console: StreamConsole) -> None:
    """Prints all modes, one a row, with the versions of installed libraries; imports none of them."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, header_style="bold")
    for name in ("mode", "library", "version", "kind", "client"):
        table.add_column(name, no_wrap=True)
    table.add_column("what it does", overflow="fold")
    for mode in MODES.values():
        version = _version(mode)
        style = "" if mode.is_installed() else "dim"
        cells = (mode.id, mode.library.name, version, mode.kind, "kept" if mode.kept else "each", mode.summary)
        table.add_row(*(Text(cell, style=style) for cell in cells))
    # A pipe's reader wants a mode on one line.
    columns = console.columns if console.is_terminal else max(console.columns, console.width_of(table))
    console.print(table, columns=columns)


def _version(mode: Mode) -> str:
    if not mode.is_installed():
        return f"not installed: pip install {mode.requirement}"
    return mode.library.version() or "unknown"
