"""The columns of the ranking, each declared once: tables, Markdown, bars, keys and ``--metric`` read them here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_httpbench.analysis.column import ALWAYS, Column
from tui_httpbench.analysis.places import interval_in_words, marked_name
from tui_httpbench.analysis.start_cost import StartCost, start_cost
from tui_httpbench.text.formatting import UNKNOWN, format_count, format_figure, format_ms, format_rate, format_ratio

if TYPE_CHECKING:  # so that --help, which lists the columns, waits for no array library
    from tui_httpbench.analysis.result import LatencySummary, ModeSummary, Result
    from tui_httpbench.analysis.row import Row


def seconds_per_request(result: Result, mode: ModeSummary) -> float | None:
    """Measured seconds of a mode's complete rounds over their requests; None where no round was completed."""
    complete = [
        record
        for record in result.records
        if record.mode == mode.mode and record.outcome == "complete" and record.elapsed_s is not None
    ]
    requests = sum(record.requests for record in complete)
    return sum(record.elapsed_s or 0.0 for record in complete) / requests if requests else None


def write_seconds(seconds: float) -> str:
    """A time with its unit, that of a length: ``0.13 ms``, ``1.23 s``."""
    return f"{format_figure(seconds)} s" if seconds >= 1 else f"{format_ms(seconds * 1e3)} ms"


def _measured(pick: Callable[[ModeSummary], float | None]) -> Callable[[Row], float | None]:
    """A number of a mode, if any of its requests succeeded: how fast it fails, and at what cost, says nothing."""
    return lambda row: pick(row.summary) if row.summary.ok else None


def _latency_ms(pick: Callable[[LatencySummary], float]) -> Callable[[Row], float | None]:
    return _measured(lambda mode: None if mode.latency_ms is None else pick(mode.latency_ms))


def _start_ms(pick: Callable[[StartCost], float | None]) -> Callable[[Row], float | None]:
    """Milliseconds of what a mode pays once; None where it is not known."""

    def value(row: Row) -> float | None:
        cost = start_cost(row.result, row.mode)
        seconds = None if cost is None else pick(cost)
        return None if seconds is None else seconds * 1e3

    return value


def _verdict_next(row: Row) -> str | None:
    verdict, interval = row.rank.verdict_next, row.rank.interval_next
    if verdict != "faster":
        return verdict
    # Where rows are sorted otherwise, the one below may be the better one.
    is_worse = interval is not None and interval.ratio < 1
    if row.yardstick == "cpu":
        return "more CPU" if is_worse else "less CPU"
    return "slower" if is_worse else verdict


_VERDICT_CELLS = {
    "faster": "beats next",
    "less CPU": "beats next",
    "slower": "loses to next",
    "more CPU": "loses to next",
    "same": "same as next",
}
"""What is told of a mode and the next, so that nobody reads it as told of the first."""


def _cpu_ratio(row: Row) -> float | None:
    compared = [rank for rank in row.result.ranking_cpu if rank.clean and rank.ratio is not None]
    own = next((rank.ratio for rank in compared if rank.mode == row.mode), None)
    return own if len(compared) > 1 and row.summary.ok else None


def _cpu_ratio_in_words(row: Row) -> str:
    ratio = _cpu_ratio(row)
    verdict = next((rank.verdict for rank in row.result.ranking_cpu if rank.mode == row.mode), None)
    sure = f" {verdict}" if verdict in ("same", "unsure") else ""
    return UNKNOWN if ratio is None else f"{format_ratio(ratio)}{sure}"


# As they stand from left to right; a narrow screen shows the rest when it is scrolled.
COLUMNS: tuple[Column, ...] = (
    Column(
        "rank",
        "#",
        "The place; modes that can't be told apart share one.",
        lambda row: row.rank.rank,
        cell=lambda row: row.place,
        weight=12,
    ),
    Column(
        "mode",
        "mode",
        "The mode, with ! where requests failed or rounds are missing, and ≠ where it does other work than most.",
        lambda row: row.mode,
        cell=lambda row: marked_name(row.result, row.rank),
        align="left",
        weight=ALWAYS,
    ),
    Column(
        "rate",
        "requests/s",
        "Successful requests over the measured seconds of all rounds together.",
        _measured(lambda mode: mode.ok_per_second),
        write=format_rate,
        better="higher",
        weight=ALWAYS,
        name="requests per second",
        option="requests/s",
        yardstick="time",
    ),
    Column(
        "time",
        "time/request",
        "Measured seconds of the whole rounds over their requests, where none failed.",
        lambda row: None if row.summary.failed else seconds_per_request(row.result, row.summary),
        write=write_seconds,
        name="measured time per request",
        option="time",
        yardstick="time",
        of_all_in_flight=True,
    ),
    Column(
        "ratio",
        "slower",
        "How many times the winner's time a request takes, compared round by round (by CPU: its CPU time).",
        lambda row: row.rank.ratio,
        write=format_ratio,
        by_cpu="more CPU",
        weight=13,
    ),
    Column(
        "interval",
        "95 % interval",
        "The bounds of that ratio; the intervals of all modes hold together in 95 of 100 runs.",
        lambda row: None if row.rank.interval is None else row.rank.interval.ratio,
        cell=lambda row: interval_in_words(row.rank),
        weight=10,
    ),
    Column(
        "verdict",
        "vs next",
        "How it compares with the mode below: surely faster, surely the same, or unsure.",
        _verdict_next,
        cell=lambda row: _VERDICT_CELLS.get(_verdict_next(row) or "", _verdict_next(row) or UNKNOWN),
        align="left",
        better=None,
        weight=7,
    ),
    Column(
        "p50",
        "p50",
        "Half of the successful requests took no longer.",
        _latency_ms(lambda latency: latency.p50),
        write=format_ms,
        unit="ms",
        weight=11,
        name="median latency",
        option="p50",
    ),
    Column(
        "p95",
        "p95",
        "95 of 100 successful requests took no longer.",
        _latency_ms(lambda latency: latency.p95),
        write=format_ms,
        unit="ms",
        weight=5,
    ),
    Column(
        "p99",
        "p99",
        "99 of 100 successful requests took no longer.",
        _latency_ms(lambda latency: latency.p99),
        write=format_ms,
        unit="ms",
        weight=8,
        name="99th percentile of latency",
        option="p99",
    ),
    Column(
        "errors",
        "errors",
        "Requests that failed, answers with a status of 400 or more among them.",
        lambda row: row.summary.failed if row.summary.requests else None,
        write="{:,.0f}".format,
        weight=9,
    ),
    Column(
        "cpu",
        "CPU",
        "Processor time of the client's process over the requests of whole rounds.",
        _measured(lambda mode: mode.cpu_us_per_request),
        unit="µs",
        weight=4,
        name="CPU time per request",
        option="cpu",
        yardstick="cpu",
        note="CPU time is not time: what a client waits for is not in it.",
    ),
    Column(
        "cpuratio",
        "CPU ratio",
        "How many times the least CPU time of a mode, and whether that is the same or unsure.",
        _cpu_ratio,
        cell=_cpu_ratio_in_words,
        align="left",
        weight=6,
    ),
    Column(
        "memory",
        "peak",
        "The most memory that the client's process held in any round.",
        _measured(lambda mode: mode.peak_memory_mib),
        unit="MiB",
        weight=2,
        name="peak memory",
        option="memory",
    ),
    Column(
        "connections",
        "conns",
        "Connections opened in a round, its warm-up included.",
        _measured(lambda mode: mode.connections_per_round),
        write=format_count,
        weight=1,
        name="connections opened per round",
        option="connections",
    ),
    Column(
        "reuse",
        "req/conn",
        "Requests sent over each connection, those of the warm-up included.",
        _measured(lambda mode: mode.requests_per_connection),
        write=format_count,
        better="higher",
        weight=3,
        name="requests per connection",
        option="reuse",
    ),
    Column(
        "bytes",
        "bytes",
        "Bytes of the body that a request received, on average.",
        _measured(lambda mode: mode.body_bytes / mode.requests),
        write="{:,.0f}".format,
        better=None,
        weight=0,
        name="body bytes per request",
        option="bytes",
    ),
    Column(
        "import",
        "import",
        "Processor time of a fresh process for importing the client from compiled bytecode, the median of the rounds.",
        _start_ms(lambda cost: cost.import_s),
        write=format_ms,
        unit="ms",
        weight=0,
        where_known=True,
        name="import of the client",
        option="import",
    ),
    Column(
        "cold",
        "cold import",
        "The same with nothing compiled yet, as after an installation (--start-up).",
        _start_ms(lambda cost: cost.cold_s),
        write=format_ms,
        unit="ms",
        weight=0,
        where_known=True,
    ),
    Column(
        "build",
        "build",
        "Processor time for making a client that is kept, the median of the rounds.",
        _start_ms(lambda cost: cost.build_s),
        write=format_ms,
        unit="ms",
        weight=0,
        where_known=True,
        name="making of the client",
        option="build",
    ),
)
TABLE_COLUMNS = tuple(column for column in COLUMNS if column.weight is not None)
METRICS = tuple(column for column in COLUMNS if column.option)
"""What bars can be drawn of, in the order of their keys."""
METRIC_KEYS = 9
"""How many of the metrics have a key, from 1 on; the others are chosen from a list."""
METRIC_OPTIONS = {column.option: column for column in METRICS}
DEFAULT_METRIC = METRICS[0].option
