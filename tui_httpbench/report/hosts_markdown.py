"""A run on many hosts as Markdown, as GitHub shows it: what it found, the hosts, the pairs, how it was made."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.hosts import HostsResult
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
from tui_httpbench.report.hosts_facts import how_it_ended, how_measured, target_of_hosts
from tui_httpbench.text.formatting import format_interval
from tui_httpbench.text.markdown_table import Side, markdown_table, markdown_text


def to_text(result: HostsResult) -> str:
    """A heading and what belongs below it."""
    return "\n\n".join(filter(None, _blocks(result))) + "\n"


def parts_of(result: HostsResult) -> Iterator[str]:
    """The same in one piece."""
    yield to_text(result)


def _blocks(result: HostsResult) -> Iterator[str]:
    yield f"## {markdown_text(target_of_hosts(result))}"
    yield markdown_text(how_it_ended(result))
    yield _list(list(sentences_of(result)))
    yield _hosts(result)
    pair = most_telling_pair(result)
    if pair is not None:
        yield f"**{markdown_text(pair_title(pair))} by host**"
        sides: dict[str, Side] = {"host": "left", "ratio": "right", "interval": "right"}
        yield markdown_table(
            sides,
            [(each.host, ratio_in_words(each).strip(), format_interval(each.low, each.high)) for each in pair.on_hosts],
        ).rstrip("\n")
        told = pair_columns(result)
        columns: dict[str, Side] = {column.heading: column.side for column in told}
        yield "**All pairs**"
        rows = [[column.text(each) for column in told] for each in result.pairs.all]
        yield markdown_table(columns, rows).rstrip("\n")
        yield markdown_text(f"{PAIRS_NOTE} {sure_note(result)}" if result.pairs.has_mean else sure_note(result))
    yield _list([f"{name}: {value}" for name, value in how_measured(result)])
    if result.findings:
        yield "### Warnings"
        yield _list([finding.text for finding in result.findings])


def _hosts(result: HostsResult) -> str:
    columns: dict[str, Side] = {column.heading: column.side for column in HOST_COLUMNS}
    rows = [
        [notes_of(host) if column.heading == "notes" else column.text(result, host) for column in HOST_COLUMNS]
        for host in result.hosts
    ]
    return markdown_table(columns, rows).rstrip("\n")


def _list(texts: list[str]) -> str:
    return "\n".join(f"- {markdown_text(text)}" for text in texts)
