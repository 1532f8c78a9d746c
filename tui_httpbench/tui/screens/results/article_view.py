"""The tab with this run beside the well-known article."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import DataTable, Label

from tui_httpbench.analysis.article import (
    ADDRESS,
    COLUMNS,
    PUBLISHED_REQUESTS,
    PUBLISHER,
    TITLE,
    compare_with_article,
)
from tui_httpbench.analysis.result import Result
from tui_httpbench.text.markdown_table import markdown_table
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.form_words import in_form_words
from tui_httpbench.tui.parts.panel import Page, Panel
from tui_httpbench.tui.parts.prose import Prose
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
        """Whether the run timed the article's modes in the article's way, with as many requests."""
        return result.plan.requests == PUBLISHED_REQUESTS and compare_with_article(result) is not None

    def compose(self) -> ComposeResult:
        """The summary, the table and the explanations."""
        if self.comparison is None:
            return
        with ArticlePage(classes="panel") as page:
            page.set_heading("You and the article")
            yield Prose(self.comparison.summary, classes="article--summary")
            yield Label(f"“{TITLE}”, {PUBLISHER}\n{ADDRESS}", classes="article--source", markup=False)
            table = DataTable[Text](id="article-table", cursor_type="none", zebra_stripes=True)
            for title, side in COLUMNS.items():
                table.add_column(Text(title, justify=side))
            for row in self.comparison.rows:
                style = "dim" if row.measured_s is None else ""
                cells = zip(row.cells, COLUMNS.values(), strict=True)
                table.add_row(*(Text(cell, style=style, justify=side) for cell, side in cells))
            yield table
            for text in self.comparison.texts:
                yield Prose(f"• {in_form_words(printable(text))}", classes="article--text")

    def copied(self) -> tuple[str, str] | None:
        """Table, summary and explanations in Markdown."""
        if self.comparison is None:
            return None
        table = markdown_table(COLUMNS, [row.cells for row in self.comparison.rows])
        texts = "".join(f"- {printable(text)}\n" for text in self.comparison.texts)
        return "The comparison", f"{table}\n{self.comparison.summary}\n\n{texts}"
