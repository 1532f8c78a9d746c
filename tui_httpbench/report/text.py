"""The result as text: the ranking as a table and a chart, then what failed and what to mind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tui_httpbench.analysis.result import LatencySummary, ModeSummary, Rank, Result
from tui_httpbench.charts import Bar, Color, bar_chart
from tui_httpbench.clients.catalog import LIBRARIES, mode_of
from tui_httpbench.formatting import format_ms, format_rate, format_ratio, format_rounds, plural, printable
from tui_httpbench.plan import ARTICLE
from tui_httpbench.report.console import StreamConsole

UNKNOWN = "–"
LOG_FROM_SPREAD = 50.0
MAX_TEXTS_PER_KIND = 3
MAX_TEXT_LENGTH = 300
MAX_CHART_COLUMNS = 120
_ROWS_FOR_GAPS = 40
_LIBRARY_COLORS: tuple[Color, ...] = ((66, 133, 244), (219, 112, 41), (31, 157, 107), (171, 92, 205), (200, 160, 30))


@dataclass(frozen=True)
class _Column:
    header: str
    justify: Literal["left", "right"]
    cell: Callable[[Rank, ModeSummary], str]


def _latency_cell(pick: Callable[[LatencySummary], float]) -> Callable[[Rank, ModeSummary], str]:
    return lambda _, mode: format_ms(pick(mode.latency_ms)) if mode.latency_ms else UNKNOWN


_COLUMNS: dict[str, _Column] = {
    "rank": _Column("#", "right", lambda rank, _: str(rank.rank)),
    "mode": _Column("mode", "left", lambda rank, _: _marked(rank)),
    "rate": _Column("requests/s", "right", lambda _, mode: _rate(mode)),
    "p50": _Column("p50 ms", "right", _latency_cell(lambda latency: latency.p50)),
    "p95": _Column("p95 ms", "right", _latency_cell(lambda latency: latency.p95)),
    "p99": _Column("p99 ms", "right", _latency_cell(lambda latency: latency.p99)),
    "errors": _Column("errors", "right", lambda _, mode: f"{mode.failed:,}" if mode.requests else UNKNOWN),
    "ratio": _Column("slower", "right", lambda rank, mode: _ratio(rank, mode)),
}


def print_report(result: Result, console: StreamConsole) -> None:
    """Prints the whole report, no line wider than the console. Raises BrokenPipeError where the reader is gone."""
    console.print(*_blocks(result, console))


def _blocks(result: Result, console: StreamConsole) -> Iterator[RenderableType]:
    yield from _heading(result)
    if result.stopped and not any(mode.requests for mode in result.modes):
        yield Text("Stopped by the user before anything was measured.", style="bold yellow")
        return
    if result.stopped:
        yield Text("Stopped by the user; this is what had been measured by then.", style="bold yellow")
    yield ""
    yield _ranking_table(result, console)
    if not all(rank.clean for rank in result.ranking):
        yield Text("! had failed requests or missing rounds; ranked below the modes without.", style="dim")
    chart = _chart(result, console)
    if chart is not None:
        yield ""
        yield chart
    if any(mode.errors for mode in result.modes):
        yield ""
        yield _errors(result)
    if result.warnings:
        yield ""
        yield _warnings(result)


def _heading(result: Result) -> Iterator[Text]:
    plan = result.plan
    where = " (the embedded target)" if plan.request.uses_embedded_target else ""
    yield Text(f"{plan.request.method} {printable(result.url)}{where}", style="bold", overflow="fold")
    parts = (plural(len(plan.modes), "mode"), plural(plan.requests, "request"), format_rounds(plan))
    concurrency = (
        "sync modes one by one, async all at once"
        if plan.concurrency == ARTICLE
        else f"concurrency {plan.concurrency:,}"
    )
    yield Text(f"{' × '.join(parts)}; {concurrency}")
    libraries = [mode_of(mode).library for mode in plan.modes]
    versions = [
        f"{library.distribution} {printable(result.environment.packages[library.distribution])}"
        for library in LIBRARIES
        if library in libraries and library.distribution in result.environment.packages
    ]
    python = printable(result.environment.python)
    yield Text(f"seed {plan.seed}; {', '.join([python, *versions])}", style="dim")


def _ranking_table(result: Result, console: StreamConsole) -> Table:
    """The table with as many columns as the console has room for."""
    names = list(_COLUMNS)
    removable = ["p95", "p99", "p50", "rank", "ratio", "errors"]
    if not any(mode.failed for mode in result.modes):
        removable.insert(2, removable.pop())
    while True:
        table = _table_of(result, names)
        width = console.width_of(table)
        if width <= console.columns or not removable:
            return table
        names.remove(removable.pop(0))


def _table_of(result: Result, names: list[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, header_style="bold")
    for name in names:
        column = _COLUMNS[name]
        table.add_column(column.header, justify=column.justify, overflow="fold")
    for rank in result.ranking:
        summary = result.mode(rank.mode)
        cells = [Text(_COLUMNS[name].cell(rank, summary), style=_cell_style(name, rank, summary)) for name in names]
        table.add_row(*cells)
    return table


def _cell_style(name: str, rank: Rank, summary: ModeSummary) -> str:
    if name == "errors" and summary.failed:
        return "bold red"
    if name == "mode" and not rank.clean:
        return "red"
    return "bold" if rank.rank == 1 and rank.clean else ""


def _marked(rank: Rank) -> str:
    return rank.mode if rank.clean else f"{rank.mode} !"


# A mode that never succeeded shows neither: how fast it fails says nothing.
def _rate(mode: ModeSummary) -> str:
    return format_rate(mode.requests_per_second) if mode.ok and mode.requests_per_second is not None else UNKNOWN


def _ratio(rank: Rank, mode: ModeSummary) -> str:
    return format_ratio(rank.ratio) if mode.ok and rank.ratio is not None else UNKNOWN


def _chart(result: Result, console: StreamConsole) -> RenderableType | None:
    """Throughput as bars, best first; None with fewer than two to compare."""
    bars = []
    for rank in result.ranking:
        mode = result.mode(rank.mode)
        if mode.ok and mode.requests_per_second is not None:
            color = _color_of(mode) if console.has_colors else None
            bars.append(Bar(_marked(rank), mode.requests_per_second, _rate(mode), color))
    if len(bars) < 2:
        return None
    values = [bar.value for bar in bars]
    log = max(values) / min(values) > LOG_FROM_SPREAD
    spacious = console.rows is None or console.rows >= _ROWS_FOR_GAPS
    chart = bar_chart(bars, min(console.columns, MAX_CHART_COLUMNS), 2 * len(bars) + 1 if spacious else 0, log=log)
    scale = ", logarithmic scale" if log else ""
    return Group(Text(f"Requests per second, higher is better{scale}", style="bold"), Text.from_ansi(chart))


def _color_of(mode: ModeSummary) -> Color:
    names = [library.name for library in LIBRARIES]
    return _LIBRARY_COLORS[names.index(mode.library) % len(_LIBRARY_COLORS)]


def _errors(result: Result) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for mode in (result.mode(rank.mode) for rank in result.ranking):
        for index, line in enumerate(error_lines(mode)):
            table.add_row(Text(mode.mode if index == 0 else ""), Text(line))
    return Group(Text("Errors", style="bold"), Padding(table, (0, 0, 0, 2)))


def error_lines(mode: ModeSummary) -> Iterator[str]:
    """What failed in a mode, a line for each kind and text."""
    for kind, count in mode.errors.items():
        texts = [error for error in mode.error_texts if error.kind == kind]
        if kind == "status" and not texts:
            statuses = {status: number for status, number in mode.statuses.items() if status >= 400}
            named = [
                f"HTTP {status}" + (f" ({number:,})" if len(statuses) > 1 else "")
                for status, number in statuses.items()
            ]
            yield f"{count:,} × {kind}: {', '.join(named)}"
        elif not texts:
            yield f"{count:,} × {kind}"
        for error in texts[:MAX_TEXTS_PER_KIND]:
            number = count if len(texts) == 1 else error.count
            times = "" if number is None else f"{number:,} × "
            yield f"{times}{kind}: {_shortened(printable(error.text))}"
        if len(texts) > MAX_TEXTS_PER_KIND:
            yield f"{kind}: {len(texts) - MAX_TEXTS_PER_KIND} more texts, which --json has"


def _warnings(result: Result) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for warning in result.warnings:
        table.add_row(Text("-"), Text(printable(warning), overflow="fold"))
    return Group(Text("Warnings", style="bold yellow"), Padding(table, (0, 0, 0, 2)))


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_TEXT_LENGTH else text[: MAX_TEXT_LENGTH - 1] + "…"
