"""The tab with what went wrong in a run and what to mind."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Label

from tui_httpbench.analysis.places import FAILED_SIGN, OTHER_WORK_SIGN
from tui_httpbench.analysis.result import Result
from tui_httpbench.report.text import error_lines
from tui_httpbench.text.formatting import plural
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.parts.panel import Page, Panel
from tui_httpbench.tui.screens.results.view import ResultView


class WarningsPage(Page, Panel):
    """Differences in the modes' work first, then warnings, then the errors of each mode with their texts."""

    def __init__(self, result: Result) -> None:
        super().__init__(classes="panel")
        self._result = result
        self.set_heading(heading_of(result))

    def compose(self) -> ComposeResult:
        """A heading and its paragraphs for each kind."""
        result = self._result
        if result.differences:
            yield Label("Not the same work", classes="finding--title")
            for difference in result.differences:
                text = f"{OTHER_WORK_SIGN} {printable(difference.text)}"
                yield Label(text, classes="finding--warning", markup=False)
            if any(result.does_other_work(mode.mode) for mode in result.modes):
                yield Label(f"Modes marked {OTHER_WORK_SIGN} did other work than most.", classes="finding--note")
        others = [finding for finding in result.findings if not finding.is_other_work]
        if others:
            yield Label("Warnings", classes="finding--title")
            for finding in others:
                yield Label(f"{FAILED_SIGN} {printable(finding.text)}", classes="finding--warning", markup=False)
        if any(mode.failed for mode in result.modes):
            yield Label("Errors", classes="finding--title")
        for mode in (result.mode(rank.mode) for rank in result.ranking):
            if mode.failed:
                count = f"{plural(mode.failed, 'request')} of {mode.requests:,} failed"
                yield Label(f"{mode.mode}: {count}", classes="finding--mode", markup=False)
                for line in error_lines(mode):
                    yield Label(line, classes="finding--error", markup=False)


class WarningsView(ResultView):
    """What to mind before the ranking is believed."""

    ID = "warnings"
    KEY = "n"
    TITLE_MARKUP = "War[u]n[/]ings"
    ABOUT = "Differences in work, warnings and errors"

    @classmethod
    def applies_to(cls, result: Result) -> bool:
        """Whether there is a warning or an error."""
        return count_of(result) > 0

    @property
    def title_markup(self) -> str:
        """The tab's title with the number of paragraphs."""
        return f"{self.TITLE_MARKUP} {count_of(self.result)}"

    def compose(self) -> ComposeResult:
        """One page."""
        yield WarningsPage(self.result)

    def copied(self) -> tuple[str, str] | None:
        """All paragraphs."""
        return "The warnings", "\n".join(str(label.content) for label in self.query(Label))


def count_of(result: Result) -> int:
    """How many warnings there are, a mode with errors counting as one."""
    return len(result.findings) + sum(mode.failed > 0 for mode in result.modes)


def heading_of(result: Result) -> str:
    """How many errors and warnings there are."""
    failed = sum(mode.failed for mode in result.modes)
    errors = plural(failed, "error") if failed else "No errors"
    return f"{errors} · {plural(len(result.findings), 'warning')}" if result.findings else errors
