"""Two runs compared, as text: which they are, what differs between them, what is known, and the lanes as a table."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tui_httpbench.analysis.comparison_rows import (
    DIFFERENCE_COLUMNS,
    LANE_COLUMNS,
    conclusion,
    difference_rows,
    lane_row,
    notes,
    run_in_words,
)
from tui_httpbench.analysis.run_comparison import LaneComparison, RunComparison
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.tables import fitted_table
from tui_httpbench.text.quoting import printable


def print_comparison(comparison: RunComparison, console: StreamConsole) -> None:
    """Prints it, no line wider than the console. Raises BrokenPipeError where the reader is gone."""
    console.print(*_blocks(comparison, console))


def _blocks(comparison: RunComparison, console: StreamConsole) -> Iterator[RenderableType]:
    yield Text(f"old: {run_in_words(comparison.old)}", overflow="fold")
    yield Text(f"new: {run_in_words(comparison.new)}", overflow="fold")
    yield ""
    if rows := difference_rows(comparison):
        yield Text("What differs between the runs", style="bold")
        yield differences_table(rows)
    else:
        yield Text("As far as the runs tell, nothing but time differs between them.", style="dim")
    yield ""
    yield Text(printable(conclusion(comparison)), style="bold")
    for text, verdict in dict.fromkeys((each.in_words, each.verdict) for each in comparison.judged):
        yield Text(printable(text), style="bold red" if verdict == "slower" else "")
    if comparison.lanes:
        yield ""
        yield lanes_table(comparison, console)
    if told := list(notes(comparison)):
        table = Table.grid(padding=(0, 1))
        for note in told:
            table.add_row(Text("-"), Text(printable(note), overflow="fold"))
        yield ""
        yield Group(Text("Keep in mind", style="bold yellow"), Padding(table, (0, 0, 0, 2)))


def differences_table(rows: list[tuple[str, str, str]]) -> RenderableType:
    """The conditions that differ, one a row; long texts are folded."""
    table = Table.grid(padding=(0, 2))
    for heading in DIFFERENCE_COLUMNS:
        table.add_column(heading, overflow="fold")
    table.add_row(*(Text("" if heading == "differs" else heading, style="dim") for heading in DIFFERENCE_COLUMNS))
    for row in rows:
        table.add_row(*map(Text, row))
    return Padding(table, (0, 0, 0, 2))


def lanes_table(comparison: RunComparison, console: StreamConsole) -> Table:
    """The lanes with the most important of the columns."""
    return fitted_table(
        console,
        {heading: side for heading, (side, _) in LANE_COLUMNS.items()},
        [[Text(cell, style=_style(lane)) for cell in lane_row(comparison, lane)] for lane in comparison.lanes],
        [weight for _, weight in LANE_COLUMNS.values()],
    )


def _style(lane: LaneComparison) -> str:
    return {"slower": "bold", "faster": "bold", "same": ""}.get(lane.verdict, "dim")
