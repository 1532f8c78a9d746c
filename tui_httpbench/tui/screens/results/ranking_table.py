"""The ranking as a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from rich.text import Text
from textual.widgets import DataTable
from textual.widgets.data_table import ColumnKey

from tui_httpbench.analysis.metrics import Metric, body_bytes_per_request
from tui_httpbench.analysis.result import ModeSummary, Rank, Result
from tui_httpbench.report.places import places_of
from tui_httpbench.report.ranking_table import marked_name
from tui_httpbench.text.formatting import UNKNOWN, format_ms, format_rate, format_ratio
from tui_httpbench.text.markdown_table import markdown_table
from tui_httpbench.tui.parts.standing import interval_in_words
from tui_httpbench.tui.screens.results.whole_columns import WholeColumns

_BY_YARDSTICK = {"time": ("slower", "Ranking"), "cpu": ("more CPU", "Ranking by CPU time")}
"""The title of the column of ratios, and that of the table."""

_Writer = Callable[[float], str]


@dataclass(frozen=True)
class _Column:
    id: str
    title: str
    text: Callable[[Rank, ModeSummary], str]
    sort_key: Callable[[Rank, ModeSummary], Any]


class RankingTable(WholeColumns):
    """A row for each mode, best first; a click on a column's title sorts by it, another one the other way round."""

    def __init__(self, result: Result) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, fixed_columns=2, classes="panel")
        self._result = result
        self._ranking = result.ranking
        self._places = places_of(result.ranking)
        self._yardstick: Literal["time", "cpu"] = "time"
        self._sorted_by = ("rank", False)

    def on_mount(self) -> None:
        """Fills the table."""
        self.set_heading("Ranking")
        for column in _COLUMNS:
            self.add_column(Text(column.title, justify=_justify(column)), key=column.id)
        self._fill()

    def rank_by(self, metric: Metric) -> None:
        """Shows places, ratios and verdicts of the ranking by this metric's yardstick: time, or CPU time."""
        by_metric = metric.ranking_by(self._result)
        self._yardstick = metric.yardstick if by_metric else "time"
        ranking = by_metric or self._result.ranking
        known = {rank.mode for rank in ranking}
        others = (rank for rank in self._result.ranking if rank.mode not in known)
        ranking += tuple(Rank(len(known) + 1 + index, rank.mode, None, rank.clean) for index, rank in enumerate(others))
        if ranking != self._ranking:
            self._ranking = ranking
            self._places = places_of(ranking)
            self._sorted_by = ("rank", False)
            title, heading = _BY_YARDSTICK[self._yardstick]
            ratio = self.columns[ColumnKey("ratio")]
            ratio.label = Text(title, justify="right")
            ratio.content_width = max(ratio.content_width, len(title))
            self.set_heading(heading)
            self._fill()

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        """Sorts by the column."""
        key = event.column_key.value or "rank"
        self._sorted_by = (key, self._sorted_by == (key, False))
        self._fill()

    def as_markdown(self) -> str:
        """All columns and rows as they are sorted now."""
        titles = [str(column.label) for column in self.ordered_columns]
        rows = [[str(cell) for cell in self.get_row_at(index)] for index in range(self.row_count)]
        return markdown_table(titles, rows, left=[column.title for column in _COLUMNS if _justify(column) == "left"])

    def _fill(self) -> None:
        key, descending = self._sorted_by
        column = next(column for column in _COLUMNS if column.id == key)
        rows = [(rank, self._result.mode(rank.mode)) for rank in self._ranking]
        known = [row for row in rows if column.sort_key(*row) is not None]
        known.sort(key=lambda row: column.sort_key(*row), reverse=descending)
        unknown = [row for row in rows if column.sort_key(*row) is None]
        self.clear()
        for rank, mode in known + unknown:
            self.add_row(*(self._cell(column, rank, mode) for column in _COLUMNS), key=mode.mode)

    def _cell(self, column: _Column, rank: Rank, mode: ModeSummary) -> Text:
        place = self._places[rank.mode]
        text = place if column.id == "rank" else column.text(rank, mode)
        if column.id == "mode":
            text = marked_name(self._result, rank)
        if column.id == "verdict" and self._yardstick == "cpu":
            text = text.replace("faster", "less CPU")
        is_bold = (rank.rank == 1 and place != UNKNOWN) or (column.id == "errors" and mode.failed > 0)
        return Text(text, style="bold" if is_bold else "", justify=_justify(column), no_wrap=True)


def _justify(column: _Column) -> Literal["left", "right"]:
    return "left" if column.id in ("mode", "verdict") else "right"


def _number(id: str, title: str, value: Callable[[Rank, ModeSummary], float | None], write: _Writer) -> _Column:
    def text(rank: Rank, mode: ModeSummary) -> str:
        number = value(rank, mode)
        return UNKNOWN if number is None else write(number)

    return _Column(id, title, text, value)


def _latency(pick: str) -> _Column:
    def value(_: Rank, mode: ModeSummary) -> float | None:
        return None if mode.latency_ms is None else float(getattr(mode.latency_ms, pick))

    return _number(pick, f"{pick} ms", value, format_ms)


def _verdict(rank: Rank, _: ModeSummary) -> str:
    return rank.verdict_next or UNKNOWN


def _other_than_number(id: str, title: str, write: Callable[[Rank, ModeSummary], str]) -> _Column:
    return _Column(id, title, write, lambda rank, mode: None if write(rank, mode) == UNKNOWN else write(rank, mode))


# The most important first: a narrow screen shows the rest when it is scrolled. A mode that never succeeded has no
# throughput and no ratio here: how fast it fails says nothing.
_COLUMNS = (
    _Column("rank", "#", lambda rank, _: rank.label, lambda rank, _: rank.rank),
    _Column("mode", "mode", lambda rank, _: rank.mode, lambda rank, _: rank.mode),
    _number("rate", "requests/s", lambda _, mode: mode.requests_per_second if mode.ok else None, format_rate),
    _number("ratio", "slower", lambda rank, mode: rank.ratio if mode.ok else None, format_ratio),
    _Column(
        "interval",
        "95 % interval",
        lambda rank, _: interval_in_words(rank),
        lambda rank, _: None if rank.interval is None else rank.interval.ratio,
    ),
    _other_than_number("verdict", "vs next", _verdict),
    _latency("p50"),
    _latency("p95"),
    _latency("p99"),
    _number("errors", "errors", lambda _, mode: mode.failed if mode.requests else None, "{:,.0f}".format),
    _number("cpu", "CPU µs", lambda _, mode: mode.cpu_us_per_request, format_ms),
    _number("memory", "peak MiB", lambda _, mode: mode.peak_memory_mib, format_ms),
    _number("connections", "connections", lambda _, mode: mode.connections, "{:,.0f}".format),
    _number("reuse", "per conn.", lambda _, mode: mode.requests_per_connection, format_rate),
    _number("bytes", "body bytes", lambda _, mode: body_bytes_per_request(mode), "{:,.0f}".format),
)
