"""The tab with this run beside the well-known article."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import DataTable, Label

from tui_httpbench.analysis.article import COLUMNS, PUBLISHER, TITLE, compare_with_article
from tui_httpbench.analysis.result import Result
from tui_httpbench.text.markdown_table import markdown_table
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.parts.panel import Page, Panel
from tui_httpbench.tui.screens.results.view import ResultView


class ArticlePage(Page, Panel):
    """Scrolls as a whole."""


class ArticleView(ResultView):
    """The article's seconds and places beside this run's, and why they differ."""

    ID = "article"
    KEY = "a"
    TITLE_MARKUP = "[u]A[/]rticle"
    ABOUT = "This run beside the article"

    def __init__(self, result: Result) -> None:
        super().__init__(result)
        self.comparison = compare_with_article(result)

    @classmethod
    def applies_to(cls, result: Result) -> bool:
        """Whether the run timed the article's modes in the article's way."""
        return compare_with_article(result) is not None

    def compose(self) -> ComposeResult:
        """The summary, the table and the explanations."""
        comparison = self.comparison
        if comparison is None:
            return
        with ArticlePage(classes="panel") as page:
            page.set_heading("You and the article")
            page.border_subtitle = PUBLISHER
            yield Label(comparison.summary, classes="article--summary", markup=False)
            yield DataTable[Text](id="article-table", cursor_type="none", zebra_stripes=True)
            for text in comparison.texts:
                yield Label(f"• {printable(text)}", classes="article--text", markup=False)
            yield Label(f"“{TITLE}” ({PUBLISHER})", classes="article--source", markup=False)

    def on_mount(self) -> None:
        """Fills the table."""
        if self.comparison is None:
            return
        table = self.query_one(DataTable)
        for title in COLUMNS:
            table.add_column(Text(title, justify="left" if title == COLUMNS[0] else "right"))
        for row in self.comparison.rows:
            style = "" if row.measured_s is not None else "dim"
            table.add_row(
                *(
                    Text(cell, style=style, justify="left" if title == COLUMNS[0] else "right")
                    for title, cell in zip(COLUMNS, row.cells, strict=True)
                )
            )

    def copied(self) -> tuple[str, str] | None:
        """Table, summary and explanations in Markdown."""
        comparison = self.comparison
        if comparison is None:
            return None
        table = markdown_table(COLUMNS, [row.cells for row in comparison.rows], left=COLUMNS[:1])
        texts = "".join(f"- {printable(text)}\n" for text in comparison.texts)
        return "The comparison", f"{table}\n{comparison.summary}\n\n{texts}"
