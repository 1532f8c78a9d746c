"""A run on many hosts as text: what it found in sentences, the hosts, a pair by host drawn, and all pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from tui_httpbench.analysis.column import Column
from tui_httpbench.analysis.columns import METRIC_OPTIONS
from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.analysis.hosts_pairs import PairOverHosts
from tui_httpbench.analysis.hosts_table import (
    HOST_COLUMNS,
    PAIRS_NOTE,
    figures_by_host,
    most_telling_pair,
    pair_columns,
    pair_title,
    sure_note,
)
from tui_httpbench.analysis.hosts_words import sentences_of
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.hosts_facts import how_in_words, how_it_ended, target_of_hosts, versions_in_words
from tui_httpbench.report.hosts_plot import PlotRow, name_in, plot_of
from tui_httpbench.report.settings import environment_block
from tui_httpbench.report.tables import fitted_table
from tui_httpbench.report.text import warnings_block
from tui_httpbench.text.formatting import plural
from tui_httpbench.text.markdown_table import Side
from tui_httpbench.text.quoting import printable

MOST_HOSTS = 30
"""How many hosts are listed and drawn, unless all are asked for."""
MOST_PAIRS = 12
"""How many pairs are listed, unless all are asked for."""
_STYLES = {"first": "", "second": "green", "same": "", "unsure": "dim", None: "dim"}
_WIDEST_PLOT = 100


def print_hosts(
    result: HostsResult, console: StreamConsole, *, metric: str | None = None, verbose: bool = False
) -> None:
    """Prints the whole report, no line wider than the console. Raises BrokenPipeError where the reader is gone.

    ``metric`` is a figure, a key of ``METRIC_OPTIONS``, of which a table of all modes on all hosts is added;
    ``verbose`` lists all hosts and pairs, and adds that table, of requests/s if nothing else was asked for.
    """
    console.print(*_blocks(result, console, metric, verbose))


def _blocks(result: HostsResult, console: StreamConsole, metric: str | None, verbose: bool) -> Iterator[RenderableType]:
    yield Text(target_of_hosts(result), style="bold", overflow="fold")
    yield Text(how_in_words(result))
    if result.measured_hosts:
        yield Text(versions_in_words(result), style="dim")
    if ended := how_it_ended(result):
        yield Text(ended, style="bold yellow")
    for sentence in sentences_of(result):
        yield ""
        yield Text(printable(sentence), style="bold")
    if result.hosts:
        yield ""
        yield from _hosts(result, console, verbose)
    pair = most_telling_pair(result)
    if pair is not None:
        yield ""
        yield from _plot(pair, console, verbose)
        yield ""
        yield from _pairs(result, console, verbose)
    if result.measured_hosts and (metric or verbose):
        yield ""
        yield from _figures(result, METRIC_OPTIONS[metric or next(iter(METRIC_OPTIONS))], console)
    if result.findings:
        yield ""
        yield warnings_block(list(result.findings))
    if verbose:
        yield ""
        yield environment_block(result.as_run)


def _hosts(result: HostsResult, console: StreamConsole, verbose: bool) -> Iterator[RenderableType]:
    shown = result.hosts if verbose else result.hosts[:MOST_HOSTS]
    rows = [
        [
            Text(printable(column.text(result, host)), style="red" if host.why_left_out and not number else "")
            for number, column in enumerate(HOST_COLUMNS)
        ]
        for host in shown
    ]
    columns: dict[str, Side] = {column.heading: column.side for column in HOST_COLUMNS}
    yield fitted_table(console, columns, rows, [column.weight for column in HOST_COLUMNS])
    if len(shown) < len(result.hosts):
        yield Text(f"{plural(len(result.hosts) - len(shown), 'more host')}; --verbose lists all.", style="dim")


def _plot(pair: PairOverHosts, console: StreamConsole, verbose: bool) -> Iterator[Text]:
    names = [each.host for each in pair.on_hosts]
    shown = names if verbose else names[:MOST_HOSTS]
    plot = plot_of(pair, shown, min(console.columns, _WIDEST_PLOT))
    yield Text(f"{pair_title(pair)} by host", style="bold", overflow="fold")
    for row in (*plot.hosts, *plot.over_all):
        yield _drawn(row, plot.name_columns)
    if len(shown) < len(names):
        yield Text(f"{plural(len(names) - len(shown), 'more host')}; --verbose draws all.", style="dim")
    indent = " " * (plot.name_columns + 2)
    yield Text(f"{indent}{plot.axis}".rstrip(), style="dim")
    yield Text(f"{indent}{plot.sides}".rstrip(), style="dim")


def _drawn(row: PlotRow, name_columns: int) -> Text:
    line = f"{name_in(name_columns, row.name)}  {row.drawn}  {row.told}".rstrip()
    return Text(line, style=_STYLES[row.standing], no_wrap=True, overflow="crop")


def _pairs(result: HostsResult, console: StreamConsole, verbose: bool) -> Iterator[RenderableType]:
    pairs = result.pairs.all
    shown = pairs if verbose else pairs[:MOST_PAIRS]
    told = pair_columns(result)
    rows: list[Sequence[Text]] = [[Text(column.text(pair)) for column in told] for pair in shown]
    columns: dict[str, Side] = {column.heading: column.side for column in told}
    yield fitted_table(console, columns, rows, [column.weight for column in told])
    if len(shown) < len(pairs):
        yield Text(f"{plural(len(pairs) - len(shown), 'more pair')}; --verbose lists all.", style="dim")
    if result.pairs.has_mean:
        yield Text(PAIRS_NOTE, style="dim")
    yield Text(sure_note(result), style="dim")


def _figures(result: HostsResult, column: Column, console: StreamConsole) -> Iterator[RenderableType]:
    headings, rows = figures_by_host(result, column)
    yield Text(column.title(result.as_run), style="bold", overflow="fold")
    columns: dict[str, Side] = {heading: "right" if number else "left" for number, heading in enumerate(headings)}
    told = [[Text(printable(cell)) for cell in row] for row in rows]
    yield fitted_table(console, columns, told, [len(headings) - number for number in range(len(headings))])
