"""A run on many hosts as CSV with a row for each round of each lane on each host."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.report import rounds_csv
from tui_httpbench.report.csv_table import Document, csv_lines
from tui_httpbench.report.hosts_csv import PLACE_COLUMNS, document_of, place_cells

COLUMNS = (*PLACE_COLUMNS, *rounds_csv.COLUMNS)


def parts_of(result: HostsResult) -> Iterator[str]:
    """The heading, then a line for each round of each lane, host by host."""
    return csv_lines(COLUMNS, _rows(result))


def _rows(result: HostsResult) -> Iterator[Document]:
    for host in result.measured_hosts:
        assert host.result is not None
        for row in rounds_csv.rows_of(host.result, document_of(result, host.result)):
            yield {**row, **place_cells(host)}
