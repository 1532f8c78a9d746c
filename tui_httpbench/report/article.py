"""The run beside the article, as a section of the report."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tui_httpbench.analysis.article import ADDRESS, COLUMNS, PUBLISHER, TITLE, compare_with_article
from tui_httpbench.analysis.result import Result
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.tables import fitted_table
from tui_httpbench.text.quoting import printable

HEADING = "You and the article"
# The article's places are those of the rows.
_WEIGHTS = (6, 1, 2, 3, 4, 5)


def article_block(result: Result, console: StreamConsole) -> RenderableType | None:
    """The section, no wider than the console; None where the run can't be compared."""
    comparison = compare_with_article(result)
    if comparison is None:
        return None
    texts = Table.grid(padding=(0, 1))
    for text in comparison.texts:
        texts.add_row(Text("-"), Text(printable(text), overflow="fold"))
    rows = [[Text(cell, style="" if row.measured_s else "dim") for cell in row.cells] for row in comparison.rows]
    return Group(
        Text(HEADING, style="bold"),
        Text(f'"{TITLE}" ({PUBLISHER}, {ADDRESS})', style="dim", overflow="fold"),
        "",
        fitted_table(console, COLUMNS, rows, _WEIGHTS),
        Text(comparison.summary),
        Padding(texts, (0, 0, 0, 2)),
    )
