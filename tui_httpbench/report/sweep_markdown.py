"""A sweep as Markdown, as GitHub shows it: what it found in sentences, a table mode × value, how it was made."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import FIGURES
from tui_httpbench.analysis.sweep_table import RETENTION_NOTE, table_of
from tui_httpbench.analysis.sweep_words import sentences_of
from tui_httpbench.report.sweep_facts import how_measured, target_of_sweep, theory_rows
from tui_httpbench.text.markdown_table import Side, markdown_table, markdown_text


def to_text(result: SweepResult) -> str:
    """A heading and what belongs below it."""
    return "\n\n".join(filter(None, _blocks(result))) + "\n"


def parts_of(result: SweepResult) -> Iterator[str]:
    """The same in one piece."""
    yield to_text(result)


def _blocks(result: SweepResult) -> Iterator[str]:
    yield f"## {markdown_text(target_of_sweep(result))}"
    yield _list(list(sentences_of(result)))
    if result.measured_points:
        for figure in FIGURES:
            table = table_of(result, figure)
            yield f"**{markdown_text(table.title)}**"
            sides: dict[str, Side] = {
                heading: "right" if number else "left" for number, heading in enumerate(table.headings)
            }
            yield markdown_table(sides, table.rows).rstrip("\n")
            if table.retains:
                yield markdown_text(RETENTION_NOTE)
    if theory := theory_rows(result):
        yield f"**{markdown_text(theory.title)}**"
        yield markdown_table(theory.columns, theory.rows).rstrip("\n")
    yield _list([f"{name}: {value}" for name, value in how_measured(result)])
    if result.findings:
        yield "### Warnings"
        yield _list([finding.text for finding in result.findings])


def _list(texts: list[str]) -> str:
    return "\n".join(f"- {markdown_text(text)}" for text in texts)
