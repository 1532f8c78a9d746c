"""Whole scripts of N requests, and what their start is made of, for the text report."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.scripts import first_in_words, script_headings, script_load, script_note, script_rows
from tui_httpbench.text.quoting import printable


def scripts_block(result: Result, *, verbose: bool) -> RenderableType | None:
    """Which script finishes first; where ``verbose``, with the table behind it. None where starts are unknown."""
    sentences = [Text(printable(text)) for text in first_in_words(result)]
    if not sentences:
        return None
    if not verbose:
        return Group(*sentences)
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for place, heading in enumerate(script_headings(result)):
        table.add_column(heading, justify="right" if place else "left", no_wrap=True)
    for row in script_rows(result):
        table.add_row(*(Text(printable(cell)) for cell in row))
    heading = f"Start-up, and whole scripts of N requests ({script_load(result)})"
    return Group(Text(heading, style="bold"), table, Text(script_note(result), style="dim"), *sentences)
