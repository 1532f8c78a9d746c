"""The ranking as a table."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.coordinate import Coordinate
from textual.widgets import DataTable

from tui_httpbench.analysis.column import ALWAYS, Column
from tui_httpbench.analysis.columns import METRICS, TABLE_COLUMNS
from tui_httpbench.analysis.grouping import GroupBy, grouped, usual_grouping
from tui_httpbench.analysis.gusts import Yardstick
from tui_httpbench.analysis.places import REFERENCE
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.row import Row
from tui_httpbench.analysis.rows import compared_with_next, grouped_rows, sort_rows
from tui_httpbench.analysis.variant_labels import lane_versions
from tui_httpbench.clients.entrants import entrant_of
from tui_httpbench.text.formatting import UNKNOWN
from tui_httpbench.tui.parts.panel import SEPARATOR
from tui_httpbench.tui.parts.whole_columns import WholeColumns

_TITLES = {"time": "Ranking", "cpu": "Ranking by CPU time"}
_KEYS = "< > sort"
_UNSORTED = (TABLE_COLUMNS[0].id, False)


class RankingTable(WholeColumns):
    """A row for each mode, best first; a click on a heading, or keys, sort by it, and turn the order round.

    Whatever the order, each row is compared with the one below it. Where rows are few, columns are left out that the
    chart above tells, its ``metric`` among them.
    """

    def __init__(self, result: Result) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, fixed_columns=2, classes="panel")
        self._result = result
        self._versions = lane_versions(result)
        self._by = usual_grouping(result.plan)
        self._yardstick: Yardstick = "time"
        self._rows = self._ranked()
        self._metric = METRICS[0]
        self._columns: tuple[Column, ...] = ()
        self._sorted_by = _UNSORTED
        self._is_filling = False

    def on_mount(self) -> None:
        """Fills the table."""
        self._build()

    def on_resize(self) -> None:
        """Leaves out what the chart tells, or brings it back."""
        super().on_resize()
        if self.is_mounted and self._columns != self._wanted():
            self._build()

    def watch_cursor_coordinate(self, old_coordinate: Coordinate, new_coordinate: Coordinate) -> None:
        """Comes into view where keys move its cursor: below fifty bars, nobody would see what they do."""
        super().watch_cursor_coordinate(old_coordinate, new_coordinate)
        if self.has_focus and not self._is_filling:
            self.scroll_visible(animate=False)

    def rank_by(self, metric: Column, by: GroupBy) -> None:
        """Stands below a chart of this metric: has places, ratios and verdicts of its ranking, if any; in groups."""
        before = self._rows, self._by
        self._metric, self._by, self._yardstick = metric, by, metric.yardstick or "time"
        self._rows = self._ranked()
        if (self._rows, self._by) != before:
            self._sorted_by = _UNSORTED
        elif self._columns == self._wanted():
            return
        self._build()

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        """Sorts by the column, the best first."""
        key = event.column_key.value or _UNSORTED[0]
        self._sort(key, turned=self._sorted_by == (key, False))

    def sort_by(self, step: int) -> None:
        """Sorts by the column so many further on."""
        ids = [column.id for column in self._columns]
        ids = ids if _UNSORTED[0] in ids else [_UNSORTED[0], *ids]
        at = ids.index(self._sorted_by[0]) if self._sorted_by[0] in ids else 0
        self._sort(ids[(at + step) % len(ids)], turned=False)

    def turn_order(self) -> None:
        """Turns the order round."""
        key, is_turned = self._sorted_by
        self._sort(key, turned=not is_turned)

    @property
    def by(self) -> GroupBy:
        """How its rows are brought together."""
        return self._by

    @property
    def marked(self) -> str:
        """The mode that the cursor is at."""
        return str(self.coordinate_to_cell_key(Coordinate(self.cursor_row, 0)).row_key.value)

    def _sort(self, key: str, *, turned: bool) -> None:
        self._sorted_by = (key, turned)
        self._build()
        at = next((index for index, column in enumerate(self._columns) if column.id == key), 0)
        self.bring_into_view(at)

    def _wanted(self) -> tuple[Column, ...]:
        """The columns that any mode has a value of, without those that the chart above tells where rows are few."""
        known = [
            column
            for column in TABLE_COLUMNS
            if column.weight == ALWAYS
            or column.id == "rank"
            or any(column.text(row) not in (UNKNOWN, REFERENCE) for row in self._rows)
        ]
        told = {self._metric.id, *(["rank"] if self._metric.yardstick is not None else [])} if self._is_brief else set()
        return tuple(column for column in known if column.id not in told)

    @property
    def _is_brief(self) -> bool:
        return self.screen.has_class("-short") or self.screen.has_class("-low")

    def _build(self) -> None:
        """Names the columns, the one that it is sorted by with a sign, and fills the rows."""
        used = self._rows[0].yardstick
        key, is_turned = self._sorted_by
        marked = self.cursor_row
        self._columns = self._wanted()
        self._is_filling = True
        self.clear(columns=True)
        self.fixed_columns = 1 + [column.id for column in self._columns].index("mode")
        headings = {column.id: column.heading(used) for column in self._columns}
        if self._sorted_by != _UNSORTED and key in headings:
            headings[key] += f" {_sign(key, is_turned)}"
        filled: list[tuple[str, dict[str, Text]]] = []
        column = next(column for column in TABLE_COLUMNS if column.id == key)
        for group in grouped(sort_rows(self._rows, column, turned=is_turned), self._by, lambda row: row.mode):
            rows = group if self._sorted_by == _UNSORTED else compared_with_next(self._result, group)
            for number, row in enumerate(rows):
                cells = {column.id: _cell(column, row) for column in self._columns}
                if row.mode in self._versions:
                    cells["mode"].append(f" {self._versions[row.mode]}")
                if number:
                    cells["mode"].stylize("dim", *_shared_part(row.mode, self._by))
                filled.append((row.mode, cells))
        for each in self._columns:
            # Told how wide it is: measured by the table itself, it would be drawn as wide as its heading first.
            width = max(map(cell_len, (headings[each.id], *(cells[each.id].plain for _, cells in filled))))
            self.add_column(Text(headings[each.id], justify=each.align), key=each.id, width=width)
        for mode, cells in filled:
            self.add_row(*cells.values(), key=mode)
        self.move_cursor(row=marked, scroll=False)
        self._is_filling = False
        order = [] if self._sorted_by == _UNSORTED else [f"sorted by {headings.get(key, key)}"]
        self.set_heading(SEPARATOR.join([_TITLES[used], *order, _KEYS]))

    def _ranked(self) -> tuple[Row, ...]:
        groups = grouped_rows(self._result, self._by, self._yardstick)
        return tuple(row for group in groups for row in group)


def _sign(column_id: str, turned: bool) -> str:
    """Which way the values of a sorted column go from top to bottom."""
    column = next(column for column in TABLE_COLUMNS if column.id == column_id)
    return "▼" if (column.better == "higher") != turned else "▲"


def _shared_part(label: str, by: GroupBy) -> tuple[int, int]:
    """Where in a label that stands which the others of its group have as well; nowhere in the plain ranking."""
    entrant = entrant_of(label)
    end = len(entrant.mode.id)
    return {"rank": (0, 0), "mode": (0, end), "variant": (end, len(entrant.lane))}[by]


def _cell(column: Column, row: Row) -> Text:
    is_best = row.rank.rank == 1 and row.place != UNKNOWN
    is_bold = is_best or (column.id == "errors" and row.summary.failed > 0)
    return Text(column.text(row), style="bold" if is_bold else "", justify=column.align, no_wrap=True)
