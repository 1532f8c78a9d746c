"""A run on many hosts as one HTML page without anything from outside: sentences, intervals by host, tables."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.analysis.hosts_pairs import PairOverHosts
from tui_httpbench.analysis.hosts_table import (
    HOST_COLUMNS,
    PAIRS_NOTE,
    most_telling_pair,
    notes_of,
    pair_columns,
    pair_title,
    ratio_in_words,
    sure_note,
)
from tui_httpbench.analysis.hosts_words import sentences_of
from tui_httpbench.report.hosts_charts import Span, forest
from tui_httpbench.report.hosts_facts import STOPPED, how_in_words, how_measured, moment, target_of_hosts
from tui_httpbench.report.html_parts import bullets, element, escaped, facts, paragraph, section, table
from tui_httpbench.report.html_report import figure_of, foot, head
from tui_httpbench.report.settings import environment_rows, variant_rows
from tui_httpbench.text.formatting import format_interval, format_ratio

MOST_PLOTS = 12
"""How many pairs are drawn by host: those that flip, and those of the lane that is fastest over all hosts, first."""
MOST_ROWS = 600
"""How many rows all of them have at most, beside those of the first."""


def parts_of(result: HostsResult) -> Iterator[str]:
    """The page, section by section."""
    title = target_of_hosts(result)
    yield head(title)
    yield _header(result, title)
    yield section("Hosts", _hosts(result), id_="hosts")
    drawn = [_plot(pair) for pair in _drawn(result)]
    yield section("Intervals", element("div", *drawn, class_="charts") if drawn else "", id_="intervals")
    yield section("Pairs", _pairs(result), id_="pairs")
    yield section("Warnings", bullets((finding.text for finding in result.findings), "doubts"), id_="warnings")
    yield section("How it was measured", facts(how_measured(result)), id_="method")
    if result.measured_hosts:
        rows = facts((*environment_rows(result.environment), *variant_rows(result.measured_result)))
        yield section(f"Versions and machine of {result.measured_hosts[0].name}", rows, id_="versions")
    yield foot()


def _header(result: HostsResult, title: str) -> str:
    first, *rest = sentences_of(result) or (f"Nothing was measured. {result.trouble}".rstrip(),)
    return element(
        "header",
        paragraph(title, "over"),
        element("h1", escaped(first)),
        bullets(rest),
        paragraph(STOPPED if result.stopped and result.measured_hosts else "", "doubt"),
        paragraph(f"{how_in_words(result)}{moment(result)}", "quiet"),
    )


def _hosts(result: HostsResult) -> str:
    headings = [(column.heading, column.side) for column in HOST_COLUMNS]
    rows = [
        [notes_of(host) if column.heading == "notes" else column.text(result, host) for column in HOST_COLUMNS]
        for host in result.hosts
    ]
    return table(headings, rows, "ranking", heads=0)


def _drawn(result: HostsResult) -> list[PairOverHosts]:
    """The pairs that are drawn by host, the most telling first."""
    pairs = result.pairs.all
    first = most_telling_pair(result)
    fastest = next(iter(result.lanes), "")
    chosen = [first] if first is not None else []
    chosen += [pair for pair in pairs if pair.order == "flips"]
    chosen += [pair for pair in pairs if pair.first == fastest]
    most = min(MOST_PLOTS, 1 + MOST_ROWS // max(len(result.measured_hosts), 1))
    return list(dict.fromkeys(chosen))[:most]


def _plot(pair: PairOverHosts) -> str:
    title = f"{pair_title(pair)}, by host"
    rows = [
        Span(each.host, each.ratio, each.low, each.high, ratio_in_words(each), each.standing) for each in pair.on_hosts
    ]
    over_all = []
    if (mean := pair.mean) is not None:
        told = f"{format_ratio(mean.ratio)} ({format_interval(mean.low, mean.high)})"
        over_all.append(Span("mean", mean.ratio, mean.low, mean.high, told, mean.standing, is_mean=True))
        if mean.expected is not None:
            over_all.append(Span("a further one", None, *mean.expected, format_interval(*mean.expected), "unsure"))
    return figure_of(title, forest(title, rows, over_all))


def _pairs(result: HostsResult) -> str:
    pairs = result.pairs.all
    if not pairs:
        return ""
    columns = pair_columns(result)
    headings = [(column.heading, column.side) for column in columns]
    rows = [[column.text(pair) for column in columns] for pair in pairs]
    notes = (PAIRS_NOTE if result.pairs.has_mean else "", sure_note(result))
    return table(headings, rows, "ranking", heads=0) + "".join(paragraph(note, "quiet") for note in notes)
