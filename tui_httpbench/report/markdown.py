"""The result as Markdown, as GitHub shows it: what is known in sentences, the ranking as a table, how it was made."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui_httpbench.analysis.changes import changes_of
from tui_httpbench.analysis.column import Column
from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.grouping import GroupBy, usual_grouping
from tui_httpbench.analysis.pair_reasons import pairs_in_words
from tui_httpbench.analysis.pairs import few_first, gate_in_words, judge, pairs_beside
from tui_httpbench.analysis.places import FAILED_SIGN, other_work_legend
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.row import Row
from tui_httpbench.analysis.rows import grouped_rows, known_columns
from tui_httpbench.analysis.scripts import first_in_words, script_headings, script_load, script_note, script_rows
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.report.facts import how_measured
from tui_httpbench.text.markdown_table import Side, markdown_code, markdown_table, markdown_text
from tui_httpbench.text.quoting import printable, shown_url

MAX_WIDTH = 104
"""How many characters of a table GitHub shows in a comment without a scroll bar, the room around each cell included."""
CELL_ROOM = 4
"""What the room around a cell takes, in characters."""


def to_text(result: Result, against: Against = USUAL, group_by: GroupBy | None = None) -> str:
    """A heading and what belongs below it; ``against`` is what lanes are compared with one by one.

    ``group_by`` is how they stand in the table, None for as is usual.
    """
    by = group_by or usual_grouping(result.plan)
    return "\n\n".join(filter(None, _blocks(result, against, by))) + "\n"


def parts_of(result: Result, against: Against = USUAL) -> Iterator[str]:
    """The same in one piece."""
    yield to_text(result, against)


def _blocks(result: Result, against: Against, by: GroupBy) -> Iterator[str]:
    yield f"## {_heading(result)}"
    judged = judge(result, against)
    if gate := gate_in_words(judged):
        yield f"**{markdown_text(gate)}**"
    first, after = few_first(pairs_beside(judged, result, against))
    yield _list(pairs_in_words(result, first))
    yield markdown_text(conclude(result, beside_pairs=bool(first)) or "")
    yield _list(pairs_in_words(result, after))
    rows = [row for group in grouped_rows(result, by) for row in group]
    columns = _fitting(result, rows)
    sides = {column.heading(): column.align for column in columns}
    yield markdown_table(sides, [[column.text(row) for column in columns] for row in rows]).rstrip("\n")
    yield markdown_text(_signs(result))
    yield _list([f"{name}: {value}" for name, value in how_measured(result)])
    yield from _changes(result)
    yield from _scripts(result)
    if result.findings:
        yield "### Warnings"
        yield _list([finding.text for finding in result.findings])


def _heading(result: Result) -> str:
    """What was asked of whom: of the embedded target its path, since its port says nothing."""
    request = result.plan.request
    if not request.uses_embedded_target:
        return f"{markdown_text(request.method)} {markdown_code(shown_url(result.url))}"
    asked = f"{markdown_text(request.method)} {markdown_code(printable(request.url))}"
    return f"{asked} at the embedded target ({markdown_text(result.plan.scenario.in_words)})"


def _changes(result: Result) -> Iterator[str]:
    """What to change in the code of each library, and what it brings; nothing where no library has two modes.

    Nothing either where versions are compared: there, the code is not the question.
    """
    if result.plan.variants:
        return
    if changes := changes_of(result):
        yield "### What to change"
    for change in changes:
        yield f"- {markdown_text(change.in_words)}"
        if change.is_own:  # a user's own file may hold what is not to be told
            continue
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", "".join(change.diff))), default=0))
        yield "\n".join((f"{fence}diff", *map(printable, change.diff), fence))


def _scripts(result: Result) -> Iterator[str]:
    """Which script finishes first, and the table behind it; nothing where starts are not known."""
    if sentences := first_in_words(result):
        yield f"### Whole scripts of N requests ({script_load(result)})"
        yield _list(list(sentences))
        first, *others = script_headings(result)
        sides: dict[str, Side] = {first: "left", **dict.fromkeys(others, "right")}
        yield markdown_table(sides, [list(row) for row in script_rows(result)]).rstrip("\n")
        yield markdown_text(script_note(result))


def _fitting(result: Result, rows: list[Row]) -> list[Column]:
    """The most important columns that GitHub has room for, in their usual order."""
    known = known_columns(result)
    if not any(row.summary.failed for row in rows):
        known = [column for column in known if column.id != "errors"]
    left = MAX_WIDTH
    chosen: list[Column] = []
    for column in sorted(known, key=lambda column: -(column.weight or 0)):
        width = max(map(len, (column.heading(), *(column.text(row) for row in rows)))) + CELL_ROOM
        if len(chosen) < 2 or width <= left:
            chosen.append(column)
            left -= width
    return [column for column in known if column in chosen]


def _signs(result: Result) -> str:
    """What the signs behind modes mean, where there are any."""
    failed = not all(rank.clean for rank in result.ranking)
    told = [f"{FAILED_SIGN} had failed requests or missing rounds."] if failed else []
    return " ".join(filter(None, (*told, other_work_legend(result))))


def _list(texts: list[str]) -> str:
    return "\n".join(f"- {markdown_text(text)}" for text in texts)
