"""The ranking as a table."""

from __future__ import annotations

from rich.text import Text
from textual.coordinate import Coordinate
from textual.widgets import DataTable
from textual.widgets.data_table import ColumnKey

from tui_httpbench.analysis.column import Column
from tui_httpbench.analysis.columns import TABLE_COLUMNS
from tui_httpbench.analysis.grouping import GroupBy, grouped, usual_grouping
from tui_httpbench.analysis.gusts import Yardstick
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.rows import Row, grouped_rows, sort_rows
from tui_httpbench.clients.entrants import entrant_of
from tui_httpbench.text.formatting import UNKNOWN
from tui_httpbench.tui.parts.whole_columns import WholeColumns

_TITLES = {"time": "Ranking", "cpu": "Ranking by CPU time"}
_UNSORTED = (TABLE_COLUMNS[0].id, False)


class RankingTable(WholeColumns):
    """A row for each mode, best first; a click on a heading sorts by it, another one the other way round."""

    def __init__(self, result: Result) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, fixed_columns=2, classes="panel")
        self._result = result
        self._by = usual_grouping(result.plan)
        self._rows = self._ranked("time")
        self._columns = tuple(
            column
            for column in TABLE_COLUMNS
            if not column.where_known or any(column.value(row) is not None for row in self._rows)
        )
        self._sorted_by = _UNSORTED
        self._is_filling = False

    def on_mount(self) -> None:
        """Fills the table."""
        self.set_heading(_TITLES["time"])
        for column in self._columns:
            self.add_column(Text(column.heading(), justify=column.align), key=column.id)
        self._fill()

    def watch_cursor_coordinate(self, old_coordinate: Coordinate, new_coordinate: Coordinate) -> None:
        """Comes into view where keys move its cursor: below fifty bars, nobody would see what they do."""
        super().watch_cursor_coordinate(old_coordinate, new_coordinate)
        if self.has_focus and not self._is_filling:
            self.scroll_visible(animate=False)

    def rank_by(self, yardstick: Yardstick, by: GroupBy) -> None:
        """Shows places, ratios and verdicts of the ranking by time, or by CPU time where there is one, in groups."""
        is_grouped_anew, self._by = by != self._by, by
        rows = self._ranked(yardstick)
        if rows == self._rows and not is_grouped_anew:
            return
        self._rows, self._sorted_by = rows, _UNSORTED
        used = rows[0].yardstick
        for column in self._columns:
            shown = self.columns[ColumnKey(column.id)]
            shown.label = Text(column.heading(used), justify=column.align)
            shown.content_width = max(shown.content_width, len(column.heading(used)))
        self.set_heading(_TITLES[used])
        self._fill()

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        """Sorts by the column, the best first."""
        key = event.column_key.value or _UNSORTED[0]
        self._sorted_by = (key, self._sorted_by == (key, False))
        self._fill()

    @property
    def by(self) -> GroupBy:
        """How its rows are brought together."""
        return self._by

    def _fill(self) -> None:
        key, is_turned = self._sorted_by
        column = next(column for column in TABLE_COLUMNS if column.id == key)
        self._is_filling = True
        self.clear()
        for group in grouped(sort_rows(self._rows, column, turned=is_turned), self._by, lambda row: row.mode):
            for number, row in enumerate(group):
                cells = {column.id: _cell(column, row) for column in self._columns}
                if number:
                    cells["mode"].stylize("dim", *_shared_part(row.mode, self._by))
                self.add_row(*cells.values(), key=row.mode)
        self._is_filling = False

    def _ranked(self, yardstick: Yardstick) -> tuple[Row, ...]:
        return tuple(row for group in grouped_rows(self._result, self._by, yardstick) for row in group)


def _shared_part(label: str, by: GroupBy) -> tuple[int, int]:
    """Where in a label that stands which the others of its group have as well; nowhere in the plain ranking."""
    entrant = entrant_of(label)
    end = len(entrant.mode.id)
    return {"rank": (0, 0), "mode": (0, end), "variant": (end, len(entrant.lane))}[by]


def _cell(column: Column, row: Row) -> Text:
    is_best = row.rank.rank == 1 and row.place != UNKNOWN
    is_bold = is_best or (column.id == "errors" and row.summary.failed > 0)
    return Text(column.text(row), style="bold" if is_bold else "", justify=column.align, no_wrap=True)
