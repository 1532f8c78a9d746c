"""A run on many hosts as CSV with a row for each lane on each host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tui_httpbench.analysis.hosts import HostResult, HostsResult
from tui_httpbench.analysis.hosts_pairs import PairOverHosts
from tui_httpbench.analysis.result import Result
from tui_httpbench.report import lanes_csv
from tui_httpbench.report.csv_table import CsvColumn, Document, csv_lines, of_row
from tui_httpbench.report.json_report import to_dict

_READ = ("started_at", "name", "plan", "environment", "modes", "ranking", "ranking_cpu")
"""What rows are made of, of the JSON of a host's run."""

PLACE_COLUMNS: tuple[CsvColumn, ...] = (
    of_row("host", "the host's name"),
    of_row("host_counts", "whether it counts in what is said of all hosts"),
    of_row("host_trouble", "why it did not measure, or not to its end"),
)
"""What tells the host of a row."""

COLUMNS: tuple[CsvColumn, ...] = (
    *PLACE_COLUMNS,
    *lanes_csv.COLUMNS,
    of_row("over", "the lane that is fastest over all hosts, which the columns below compare with"),
    of_row("over_ratio", "this host: its time per request over that lane's"),
    of_row("over_ratio_low", "the lower bound of that; those of all hosts hold together with 95 %"),
    of_row("over_ratio_high", "the upper bound"),
    of_row("over_mean", "the mean of that over all machines"),
    of_row("over_mean_low", "the lower bound of the mean, of 95 %"),
    of_row("over_mean_high", "the upper bound"),
    of_row("over_expected_low", "the lower bound of what is to be expected on a further machine"),
    of_row("over_expected_high", "the upper bound"),
    of_row("over_i2", "the share of what machines differ by that noise does not explain"),
)


def parts_of(result: HostsResult) -> Iterator[str]:
    """The heading, then a line for each lane on each host that measured."""
    return csv_lines(COLUMNS, _rows(result))


def document_of(result: HostsResult, own: Result) -> Document:
    """What rows are made of, of a host's own run; its name is that of the whole."""
    return to_dict(replace(own, name=result.name), only=_READ)


def place_cells(host: HostResult) -> Document:
    """What ``PLACE_COLUMNS`` read of a host."""
    return {
        "host": host.name,
        "host_counts": not host.why_left_out,
        "host_trouble": host.run.trouble or None,
    }


def _rows(result: HostsResult) -> Iterator[Document]:
    fastest = next(iter(result.lanes), "")
    pairs = {pair.second: pair for pair in result.pairs.all if pair.first == fastest}
    for host in result.measured_hosts:
        assert host.result is not None
        for row in lanes_csv.rows_of(host.result, document_of(result, host.result)):
            pair = pairs.get(row["lane"])
            yield {**row, **place_cells(host), **(_pair_cells(pair, host.name) if pair is not None else {})}


def _pair_cells(pair: PairOverHosts, name: str) -> Document:
    here, mean = pair.on(name), pair.mean
    cells: Document = {"over": pair.first}
    if here is not None:
        cells |= {"over_ratio": here.ratio, "over_ratio_low": here.low, "over_ratio_high": _finite(here.high)}
    if mean is not None:
        low, high = mean.expected or (None, None)
        cells |= {"over_mean": mean.ratio, "over_mean_low": mean.low, "over_mean_high": _finite(mean.high)}
        cells |= {"over_expected_low": low, "over_expected_high": high, "over_i2": mean.i2}
    return cells


def _finite(value: float) -> float | None:
    return value if value < float("inf") else None
