"""The ranking as a table with as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from rich import box
from rich.table import Table
from rich.text import Text

from tui_httpbench.analysis.result import LatencySummary, ModeSummary, Rank, Result
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.places import places_of
from tui_httpbench.text.formatting import UNKNOWN, format_figure, format_interval, format_ms, format_rate, format_ratio

FAILED_SIGN = "!"
OTHER_WORK_SIGN = "≠"


@dataclass(frozen=True)
class _Column:
    """``optional`` columns are left out where no mode has a value."""

    header: str
    justify: Literal["left", "right"]
    cell: Callable[[Result, Rank, ModeSummary], str]
    optional: bool = False


def _latency_cell(pick: Callable[[LatencySummary], float]) -> Callable[[Result, Rank, ModeSummary], str]:
    return lambda _result, _rank, mode: format_ms(pick(mode.latency_ms)) if mode.latency_ms else UNKNOWN


def _figure_cell(pick: Callable[[ModeSummary], float | None]) -> Callable[[Result, Rank, ModeSummary], str]:
    def cell(_result: Result, _rank: Rank, mode: ModeSummary) -> str:
        value = pick(mode)
        return UNKNOWN if value is None or not mode.ok else format_figure(value)

    return cell


def marked_name(result: Result, rank: Rank) -> str:
    """A mode's name with a sign if it had failures or missing rounds, and one if it does other work than most."""
    signs = [rank.mode]
    if not rank.clean:
        signs.append(FAILED_SIGN)
    if result.does_other_work(rank.mode):
        signs.append(OTHER_WORK_SIGN)
    return " ".join(signs)


# A mode that never succeeded shows neither rate nor ratio: how fast it fails says nothing.
def _rate(_result: Result, _rank: Rank, mode: ModeSummary) -> str:
    return format_rate(mode.requests_per_second) if mode.ok and mode.requests_per_second is not None else UNKNOWN


def _ratio(_result: Result, rank: Rank, mode: ModeSummary) -> str:
    return format_ratio(rank.ratio) if mode.ok and rank.ratio is not None else UNKNOWN


def _interval(_result: Result, rank: Rank, _mode: ModeSummary) -> str:
    if rank.interval is None or rank.verdict is None:
        return UNKNOWN
    return format_interval(rank.interval.low, rank.interval.high)


def _cpu_ratio(result: Result, rank: Rank, mode: ModeSummary) -> str:
    """How much more CPU time a mode needs than the one that needs least, and whether that is sure."""
    compared = [other for other in result.ranking_cpu if other.clean and other.ratio is not None]
    own = next((other for other in compared if other.mode == rank.mode), None)
    if own is None or own.ratio is None or len(compared) < 2 or not mode.ok:
        return UNKNOWN
    return f"{format_ratio(own.ratio)} {own.verdict}" if own.verdict in ("same", "unsure") else format_ratio(own.ratio)


_COLUMNS: dict[str, _Column] = {
    "rank": _Column("#", "right", lambda result, rank, _mode: places_of(result.ranking)[rank.mode]),
    "mode": _Column("mode", "left", lambda result, rank, _mode: marked_name(result, rank)),
    "rate": _Column("requests/s", "right", _rate),
    "p50": _Column("p50 ms", "right", _latency_cell(lambda latency: latency.p50)),
    "p95": _Column("p95 ms", "right", _latency_cell(lambda latency: latency.p95)),
    "p99": _Column("p99 ms", "right", _latency_cell(lambda latency: latency.p99)),
    "errors": _Column("errors", "right", lambda _r, _rank, mode: f"{mode.failed:,}" if mode.requests else UNKNOWN),
    "ratio": _Column("slower", "right", _ratio),
    "interval": _Column("95 % interval", "right", _interval, optional=True),
    "next": _Column("vs next", "left", lambda _result, rank, _mode: rank.verdict_next or UNKNOWN, optional=True),
    "cpu": _Column("CPU µs", "right", _figure_cell(lambda mode: mode.cpu_us_per_request), optional=True),
    "cpu ratio": _Column("CPU ratio", "left", _cpu_ratio, optional=True),
    "memory": _Column("peak MiB", "right", _figure_cell(lambda mode: mode.peak_memory_mib), optional=True),
    "reuse": _Column("req/conn", "right", _figure_cell(lambda mode: mode.requests_per_connection), optional=True),
}


def ranking_table(result: Result, console: StreamConsole) -> Table:
    """The table with as many columns as the console has room for."""
    summaries = {rank.mode: result.mode(rank.mode) for rank in result.ranking}
    names = [
        name
        for name, column in _COLUMNS.items()
        if not column.optional
        or any(column.cell(result, rank, summaries[rank.mode]) != UNKNOWN for rank in result.ranking)
    ]
    table = _table_of(result, names)
    for left_out in _narrower(any(mode.failed for mode in result.modes)):
        if console.width_of(table) <= console.columns:
            break
        table = _table_of(result, [name for name in names if name not in left_out])
    return table


def _narrower(has_failures: bool) -> Iterator[set[str]]:
    """Which columns to leave out, in more and more need of room."""
    left_out = set()
    for name in ("memory", "reuse", "cpu", "p95", "cpu ratio"):
        left_out.add(name)
        yield set(left_out)
    # Either tells how sure a place is; the interval says more, the verdict takes less room.
    yield left_out | {"next"}
    yield left_out | {"interval"}
    left_out.add("interval")
    for name in (
        ("p99", "p50", "next", "rank", "ratio", "errors")
        if has_failures
        else ("p99", "errors", "next", "p50", "rank", "ratio")
    ):
        left_out.add(name)
        yield set(left_out)


def _table_of(result: Result, names: list[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, header_style="bold")
    for name in names:
        column = _COLUMNS[name]
        table.add_column(column.header, justify=column.justify, overflow="fold")
    places = places_of(result.ranking)
    for rank in result.ranking:
        summary = result.mode(rank.mode)
        texts = {name: _COLUMNS[name].cell(result, rank, summary) for name in names}
        place = places[rank.mode]
        table.add_row(*(Text(text, style=_cell_style(name, rank, summary, place)) for name, text in texts.items()))
    return table


def _cell_style(name: str, rank: Rank, summary: ModeSummary, place: str) -> str:
    if name == "errors" and summary.failed:
        return "bold red"
    if name == "mode" and not rank.clean:
        return "red"
    if name == "next" and rank.verdict_next == "unsure":
        return "yellow"
    return "bold" if rank.rank == 1 and place != UNKNOWN else ""
