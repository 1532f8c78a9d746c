"""The ranking as a table with as many columns as there is room for."""

from __future__ import annotations

import itertools

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tui_httpbench.analysis.column import ALWAYS, Column
from tui_httpbench.analysis.grouping import GroupBy
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.row import Row
from tui_httpbench.analysis.rows import grouped_rows, known_columns
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.tables import fitted_table
from tui_httpbench.text.formatting import UNKNOWN

_WITH_FAILURES = {"errors": ALWAYS - 1}
"""What weighs more where requests failed."""


def ranking_table(result: Result, console: StreamConsole, by: GroupBy = "rank") -> Table:
    """The table with the most important of the columns of which anything is known, as many as there is room for.

    Between groups there is a blank line.
    """
    groups, columns = grouped_rows(result, by), known_columns(result)
    rows = list(itertools.chain.from_iterable(groups))
    ends = list(itertools.accumulate(map(len, groups)))[:-1]
    weights = _WITH_FAILURES if any(mode.failed for mode in result.modes) else {}
    return fitted_table(
        console,
        {column.heading(): column.align for column in columns},
        [[Text(column.text(row), style=_style(column, row)) for column in columns] for row in rows],
        [weights.get(column.id, column.weight or 0) for column in columns],
        [end - 1 for end in ends],
    )


def columns_block(result: Result) -> RenderableType:
    """What each column says."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for column in known_columns(result):
        table.add_row(Text(column.heading(), style="bold"), Text(column.about))
    return Group(Text("Columns", style="bold"), Padding(table, (0, 0, 0, 2)))


def _style(column: Column, row: Row) -> str:
    if column.id == "errors" and row.summary.failed:
        return "bold red"
    if column.id == "mode" and not row.rank.clean:
        return "red"
    if column.id == "verdict" and row.rank.verdict_next == "unsure":
        return "yellow"
    return "bold" if row.rank.rank == 1 and row.place != UNKNOWN else ""
