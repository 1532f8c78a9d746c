"""A sweep as text: what it found in sentences, a table mode × value, what theory says, and what to mind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from tui_httpbench.analysis.places import FAILED_SIGN
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import FIGURE_OPTIONS, FIGURES
from tui_httpbench.analysis.sweep_table import RETENTION_NOTE, SweepTable, table_of
from tui_httpbench.analysis.sweep_words import sentences_of
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.settings import environment_block
from tui_httpbench.report.sweep_facts import how_in_words, target_of_sweep, theory_rows, versions_in_words
from tui_httpbench.report.tables import plain_table
from tui_httpbench.report.text import warnings_block
from tui_httpbench.text.markdown_table import Side
from tui_httpbench.text.quoting import printable

LEADERS_NOTE = "Bold: no lane is surely faster there. All that is called sure holds together in 95 of 100 sweeps."


def print_sweep(
    result: SweepResult, console: StreamConsole, *, metric: str | None = None, verbose: bool = False
) -> None:
    """Prints the whole report, no line wider than the console. Raises BrokenPipeError where the reader is gone.

    ``metric`` is what the table shows, a key of ``FIGURE_OPTIONS``; ``verbose`` adds the tables of all other figures,
    and the environment.
    """
    console.print(*_blocks(result, console, metric, verbose))


def _blocks(result: SweepResult, console: StreamConsole, metric: str | None, verbose: bool) -> Iterator[RenderableType]:
    yield Text(target_of_sweep(result), style="bold", overflow="fold")
    yield Text(how_in_words(result))
    yield Text(versions_in_words(result), style="dim")
    if not result.measured_points:
        why = (
            f"Nothing was measured. {printable(result.trouble)}"
            if result.trouble
            else ("Stopped by the user before anything was measured." if result.stopped else "Nothing was measured.")
        )
        yield Text(why, style="bold yellow")
    elif result.stopped:
        how = "Interrupted" if result.interrupted else "Stopped by the user"
        how = f"Ended before its time: {printable(result.trouble)}" if result.trouble else how
        yield Text(f"{how.removesuffix('.')}; this is what had been measured by then.", style="bold yellow")
    for sentence in sentences_of(result):
        yield ""
        yield Text(printable(sentence), style="bold")
    chosen = FIGURE_OPTIONS[metric or FIGURES[0].option]
    figures = [chosen, *(figure for figure in FIGURES if verbose and figure is not chosen)]
    if result.measured_points:
        for figure in figures:
            table = table_of(result, figure)
            yield ""
            yield Text(table.title, style="bold")
            yield from _tables(table, console)
            if table.retains:
                yield Text(RETENTION_NOTE, style="dim")
        if len(result.lanes) > 1:
            yield Text(LEADERS_NOTE, style="dim")
        if any(FAILED_SIGN in cell for row in table_of(result, chosen).rows for cell in row[1:]):
            yield Text(f"{FAILED_SIGN} had failed requests or missing rounds there.", style="dim")
    if rows := theory_rows(result):
        yield ""
        yield Text(rows.title, style="bold")
        yield plain_table(list(rows.columns.items()), [[Text(cell) for cell in row] for row in rows.rows])
    if result.findings:
        yield ""
        yield warnings_block(list(result.findings))
    if verbose:
        yield ""
        yield environment_block(result.as_run)


def _tables(table: SweepTable, console: StreamConsole) -> Iterator[RenderableType]:
    """The table; where it is too wide, in parts, each of which begins with the lanes."""
    headings = table.headings
    begin = 1
    while begin < len(headings):
        end = len(headings)
        drawn = _part(table, begin, end)
        while end > begin + 1 and console.width_of(drawn) > console.columns:
            end -= 1
            drawn = _part(table, begin, end)
        yield drawn
        begin = end
        if begin < len(headings):
            yield ""


def _part(table: SweepTable, begin: int, end: int) -> Table:
    numbers = (0, *range(begin, end))
    columns: list[tuple[str, Side]] = [(table.headings[number], "right" if number else "left") for number in numbers]
    rows: list[Sequence[Text]] = [
        [Text(row[number], style=_style(table, row, number)) for number in numbers] for row in table.rows
    ]
    return plain_table(columns, rows)


def _style(table: SweepTable, row: Sequence[str], number: int) -> str:
    if FAILED_SIGN in row[number] and number:
        return "red"
    return "bold" if (row[0], table.headings[number]) in table.leaders else ""
