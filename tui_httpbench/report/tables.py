"""Tables of a report, as wide as their reader has room for."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from tui_httpbench.report.console import StreamConsole
from tui_httpbench.text.markdown_table import Side


def fitted_table(
    console: StreamConsole,
    columns: Mapping[str, Side],
    rows: Sequence[Sequence[Text]],
    weights: Sequence[int],
    gaps: Container[int] = (),
) -> Table:
    """The columns of the largest weights that there is room for, in their own order; the two largest in any case.

    ``columns`` has the side that each is aligned to, by its heading; each row has a cell for each of them. Behind the
    rows of the numbers in ``gaps`` there is a blank line.
    """
    headings = list(columns.items())
    shown: list[int] = []
    table = Table()
    for number in sorted(range(len(headings)), key=lambda index: -weights[index]):
        trial = sorted([*shown, number])
        wider = plain_table(
            [headings[index] for index in trial], [[row[index] for index in trial] for row in rows], gaps
        )
        if len(shown) < 2 or console.width_of(wider) <= console.columns:
            shown, table = trial, wider
    return table


def plain_table(
    headings: Sequence[tuple[str, Side]], rows: Sequence[Sequence[Text]], gaps: Container[int] = ()
) -> Table:
    """A table of all columns, each heading with the side that it is aligned to."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, header_style="bold")
    for heading, align in headings:
        table.add_column(heading, justify=align, overflow="fold")
    for number, row in enumerate(rows):
        table.add_row(*row, end_section=number in gaps)
    return table
