"""The tab with what went wrong in a run, and what is doubted about it."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.widgets import Label

from tui_httpbench.analysis.findings import ENDS_EARLY, Finding
from tui_httpbench.analysis.places import FAILED_SIGN, OTHER_WORK_SIGN, is_as_asked, other_work_note
from tui_httpbench.analysis.result import Result
from tui_httpbench.report.text import error_lines
from tui_httpbench.text.formatting import enumerate_names, plural
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.form_words import in_form_words
from tui_httpbench.tui.parts.panel import SEPARATOR, Page, Panel
from tui_httpbench.tui.parts.prose import Prose
from tui_httpbench.tui.screens.results.view import ResultView

WENT_WRONG = (*ENDS_EARLY, "all-failed", "mode-failed", "mode-crashed", "mode-hung")
"""The ids of what comes first: without it, nothing else is understood."""


class WarningsPage(Page, Panel):
    """What went wrong first, with the errors and their texts; then what was not the same work, then what is doubted."""

    def __init__(self, result: Result) -> None:
        super().__init__(classes="panel")
        self._result = result
        self.set_heading(heading_of(result))

    def compose(self) -> ComposeResult:
        """A heading and its paragraphs for each kind."""
        result = self._result
        wrong = [finding for finding in result.findings if finding.id in WENT_WRONG]
        as_asked = [finding for finding in result.findings if is_as_asked(result, finding)]
        other_work = [finding for finding in result.differences if finding not in as_asked]
        doubts = [finding for finding in result.findings if not finding.is_other_work and finding not in wrong]
        yield from _section("What went wrong", FAILED_SIGN, wrong)
        if groups := error_groups(result):
            yield Label("Errors", classes="finding--title")
        for modes, lines in groups:
            counts = {(result.mode(mode).failed, result.mode(mode).requests) for mode in modes}
            ((failed, requests),) = counts
            each = " each" if len(modes) > 1 else ""
            told = f"{enumerate_names(modes)}: {plural(failed, 'request')} of {requests:,} failed{each}"
            yield Prose(told, classes="finding--mode")
            for line in lines:
                yield Prose(line, classes="finding--error")
        yield from _section("Not the same work", OTHER_WORK_SIGN, other_work)
        if other_work and any(other_work_note(result, mode.mode) for mode in result.modes):
            yield Prose(f"Modes marked {OTHER_WORK_SIGN} did other work than most.", classes="finding--note")
        yield from _section("Warnings", FAILED_SIGN, doubts)
        yield from _section("As asked", OTHER_WORK_SIGN, as_asked)


def _section(title: str, sign: str, findings: list[Finding]) -> Iterator[Label]:
    """A heading and its findings, with the form's names for options; nothing where there are none."""
    if findings:
        yield Label(title, classes="finding--title")
    for finding in findings:
        yield Prose(f"{sign} {in_form_words(printable(finding.text))}", classes="finding--warning")


class WarningsView(ResultView):
    """What to read before the ranking is believed."""

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
    """How many warnings there are: findings, and modes with the same errors as one; what is as asked is none."""
    findings = [finding for finding in result.findings if not is_as_asked(result, finding)]
    return len(findings) + len(error_groups(result))


def error_groups(result: Result) -> list[tuple[list[str], list[str]]]:
    """Modes that had the same errors, with the lines on these, in the order of the ranking."""
    groups: dict[tuple[object, ...], tuple[list[str], list[str]]] = {}
    for mode in (result.mode(rank.mode) for rank in result.ranking):
        if mode.failed:
            lines = list(error_lines(mode))
            groups.setdefault((mode.failed, mode.requests, *lines), ([], lines))[0].append(mode.mode)
    return list(groups.values())


def heading_of(result: Result) -> str:
    """How many warnings there are, and how many requests failed."""
    failed = sum(mode.failed for mode in result.modes)
    errors = f"{plural(failed, 'request')} failed" if failed else "no request failed"
    return SEPARATOR.join((plural(count_of(result), "warning"), errors))
