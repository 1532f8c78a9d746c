"""Two runs compared, as Markdown: to paste under a pull request, or for the page of a job."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.comparison_rows import (
    DIFFERENCE_COLUMNS,
    LANE_COLUMNS,
    conclusion,
    difference_rows,
    lane_row,
    notes,
    run_in_words,
)
from tui_httpbench.analysis.run_comparison import RunComparison
from tui_httpbench.text.markdown_table import markdown_table, markdown_text


def to_text(comparison: RunComparison) -> str:
    """A heading and what belongs below it."""
    return "\n\n".join(filter(None, _blocks(comparison))) + "\n"


def _blocks(comparison: RunComparison) -> Iterator[str]:
    relative = f", relative to {comparison.relative_to}" if comparison.relative_to else ""
    yield f"## {markdown_text(f'Two runs compared{relative}')}"
    for text in dict.fromkeys(each.in_words for each in comparison.judged if each.verdict != "not slower"):
        yield f"**{markdown_text(text)}**"
    yield markdown_text(conclusion(comparison))
    if comparison.lanes:
        columns = {heading: side for heading, (side, _) in LANE_COLUMNS.items()}
        yield markdown_table(columns, [lane_row(comparison, lane) for lane in comparison.lanes]).rstrip("\n")
    yield _list([f"old: {run_in_words(comparison.old)}", f"new: {run_in_words(comparison.new)}"])
    if rows := difference_rows(comparison):
        yield markdown_table(DIFFERENCE_COLUMNS, rows).rstrip("\n")
    yield _list(list(notes(comparison)))


def _list(texts: list[str]) -> str:
    return "\n".join(f"- {markdown_text(text)}" for text in texts)
