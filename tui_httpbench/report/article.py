"""The run beside the article, as a section of the report."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tui_httpbench.analysis.article import COLUMNS, PUBLISHER, TITLE, ArticleComparison, compare_with_article
from tui_httpbench.analysis.result import Result
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.text.quoting import printable

HEADING = "You and the article"
# Which columns to leave out, in more and more need of room; the article's places are those of the rows.
_NARROWER: tuple[set[str], ...] = (
    set(),
    {"article s"},
    {"article s", "yours s"},
    {"article s", "yours s", "ratio"},
    {"article s", "yours s", "ratio", "article #"},
)


def article_block(result: Result, console: StreamConsole) -> RenderableType | None:
    """The section, no wider than the console; None where the run can't be compared."""
    comparison = compare_with_article(result)
    if comparison is None:
        return None
    texts = Table.grid(padding=(0, 1))
    for text in comparison.texts:
        texts.add_row(Text("-"), Text(printable(text), overflow="fold"))
    return Group(
        Text(HEADING, style="bold"),
        Text(f'"{TITLE}" ({PUBLISHER})', style="dim"),
        "",
        _table(comparison, console),
        Text(comparison.summary),
        Padding(texts, (0, 0, 0, 2)),
    )


def _table(comparison: ArticleComparison, console: StreamConsole) -> Table:
    tables = (_table_of(comparison, [name for name in COLUMNS if name not in left_out]) for left_out in _NARROWER)
    for table in tables:
        if console.width_of(table) <= console.columns:
            break
    return table


def _table_of(comparison: ArticleComparison, names: list[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, header_style="bold")
    for name in names:
        table.add_column(name, justify="left" if name == COLUMNS[0] else "right", overflow="fold")
    for row in comparison.rows:
        cells = dict(zip(COLUMNS, row.cells, strict=True))
        table.add_row(*(Text(cells[name], style="" if row.measured_s is not None else "dim") for name in names))
    return table
