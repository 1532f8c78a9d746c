"""A sweep as CSV with a row for each round of each lane at each value."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.report import rounds_csv
from tui_httpbench.report.csv_table import Document, csv_lines
from tui_httpbench.report.json_report import to_dict
from tui_httpbench.report.sweep_csv import POINT_COLUMNS, point_cells

COLUMNS = (*POINT_COLUMNS, *rounds_csv.COLUMNS)


def parts_of(result: SweepResult) -> Iterator[str]:
    """The heading, then a line for each round of each lane, point by point."""
    return csv_lines(COLUMNS, _rows(result))


def _rows(result: SweepResult) -> Iterator[Document]:
    for index, point in enumerate(result.points):
        for row in rounds_csv.rows_of(point.result, to_dict(point.result)):
            yield {**row, **point_cells(result, index)}
