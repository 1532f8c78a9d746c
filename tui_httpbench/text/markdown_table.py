"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tui_httpbench.text.quoting import printable


def markdown_table(titles: Sequence[str], rows: Sequence[Sequence[str]], left: Collection[str] = ()) -> str:
    """A table as GitHub and others draw it; columns are aligned to the right, those titled in ``left`` to the left."""
    lines = [titles, [":--" if title in left else "--:" for title in titles], *rows]
    return "".join(f"| {' | '.join(_escaped(cell) for cell in line)} |\n" for line in lines)


def _escaped(cell: str) -> str:
    return printable(cell.replace("\\", "\\\\").replace("|", "\\|"))
