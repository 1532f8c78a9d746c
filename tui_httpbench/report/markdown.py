"""The result as Markdown, as GitHub shows it: what is known in sentences, the ranking as a table, what to mind."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.columns import TABLE_COLUMNS
from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.grouping import GroupBy, usual_grouping
from tui_httpbench.analysis.pair_reasons import pair_in_words
from tui_httpbench.analysis.pairs import gate_in_words, judge, pairs_beside
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.rows import grouped_rows
from tui_httpbench.analysis.variant_labels import variant_labels
from tui_httpbench.plan.in_words import format_load, format_rounds, format_rounds_made
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.text.formatting import plural
from tui_httpbench.text.markdown_table import markdown_table, markdown_text
from tui_httpbench.text.quoting import shown_url


def to_text(result: Result, against: Against = USUAL, group_by: GroupBy | None = None) -> str:
    """A heading and what belongs below it; ``against`` is what lanes are compared with one by one.

    ``group_by`` is how they stand in the table, None for as is usual.
    """
    by = group_by or usual_grouping(result.plan)
    return "\n\n".join(filter(None, _blocks(result, against, by))) + "\n"


def _blocks(result: Result, against: Against, by: GroupBy) -> Iterator[str]:
    plan = result.plan
    yield f"## {markdown_text(f'{plan.request.method} {shown_url(result.url)}')}"
    judged = judge(result, against)
    if gate := gate_in_words(judged):
        yield f"**{markdown_text(gate)}**"
    yield markdown_text(conclude(result) or "")
    yield _list([pair_in_words(result, pair) for pair in pairs_beside(judged, result, against)])
    rows = [row for group in grouped_rows(result, by) for row in group]
    columns = {column.heading(): column.align for column in TABLE_COLUMNS}
    yield markdown_table(columns, [[column.text(row) for column in TABLE_COLUMNS] for row in rows]).rstrip("\n")
    made = max((record.round for record in result.records), default=0)
    rounds = format_rounds_made(plan, made) if made else format_rounds(plan)
    load = " × ".join((plural(len(plan.modes), "mode"), format_load(plan, result.duration_s), rounds))
    yield markdown_text(f"{load}; profile {plan.profile}; seed {plan.seed}; {result.environment.python}")
    yield _list([f"{variant.label}: {variant.in_words}" for variant in variant_labels(result)])
    if result.findings:
        yield "Warnings"
        yield _list([finding.text for finding in result.findings])


def _list(texts: list[str]) -> str:
    return "\n".join(f"- {markdown_text(text)}" for text in texts)
