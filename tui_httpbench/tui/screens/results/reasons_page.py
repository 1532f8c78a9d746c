"""Why each mode takes as long as it does, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text
from textual.app import ComposeResult

from tui_httpbench.analysis.conclusion import conclude
from tui_httpbench.analysis.places import placed_name, places_of
from tui_httpbench.analysis.reasons import ModeReason
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.scripts import first_in_words
from tui_httpbench.text.formatting import enumerate_names
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.form_words import in_form_words
from tui_httpbench.tui.parts.panel import Page, Panel
from tui_httpbench.tui.parts.prose import Prose
from tui_httpbench.tui.screens.results.time_bar import parts_line

_TWO_COLUMNS = 110
"""From so many columns on, paragraphs stand in two."""


class ReasonsPage(Page, Panel):
    """A paragraph for each mode, with what its time is made of; below them, whole scripts.

    Modes of which the same is to be said share one, and where no request succeeded there is a single one.
    """

    def __init__(self, result: Result, reasons: tuple[ModeReason, ...]) -> None:
        super().__init__(id="reasons", classes="panel")
        self._result = result
        self._reasons = reasons
        self._scripts = first_in_words(result)
        self.set_heading("Where the time of a request goes, and why")

    def compose(self) -> ComposeResult:
        """Name and sentences, in the order of the ranking."""
        for index, _ in enumerate(self._reasons):
            yield Prose(classes="reason", id=f"reason-{index}")
        for script in self._scripts:
            yield Prose(printable(script), classes="script")

    def on_mount(self) -> None:
        """Fills the paragraphs."""
        self._fill()

    def on_resize(self) -> None:
        """Sets paragraphs in two columns where there is room."""
        super().on_resize()
        self.set_class(self.size.width >= _TWO_COLUMNS, "-two")

    def explain(self, reasons: tuple[ModeReason, ...]) -> None:
        """Shows other reasons of the same modes."""
        self._reasons = reasons
        self._fill()

    def show_reason(self, index: int) -> None:
        """Brings a mode's paragraph into view and marks it."""
        at = next(number for number, group in enumerate(self._groups()) if self._reasons[index] in group)
        for number, label in enumerate(self.query(".reason")):
            label.set_class(number == at, "-chosen")
            if number == at:
                self.scroll_to_widget(label, animate=False)

    def _fill(self) -> None:
        texts = list(self._texts())
        for number, label in enumerate(self.query(".reason").results(Prose)):
            label.display = number < len(texts)
            label.update(texts[number] if number < len(texts) else "")

    def _groups(self) -> list[list[ModeReason]]:
        """The modes of each paragraph."""
        if self._why_none_succeeded():
            return [list(self._reasons)]
        groups: list[list[ModeReason]] = []
        for reason in self._reasons:
            if groups and groups[-1][0].text == reason.text and reason.facts.parts is None:
                groups[-1].append(reason)
            else:
                groups.append([reason])
        return groups

    def _texts(self) -> Iterator[Text]:
        if none_succeeded := self._why_none_succeeded():
            yield Text(printable(none_succeeded))
            return
        places = places_of(tuple(reason.rank for reason in self._reasons))
        for group in self._groups():
            names = enumerate_names([placed_name(places, reason.rank.mode) for reason in group])
            parts = group[0].facts.parts
            line = () if parts is None else ("\n", parts_line(parts))
            yield Text.assemble((f"{names}  ", "bold"), printable(group[0].text), *line)

    def _why_none_succeeded(self) -> str:
        """Why every mode failed, if they did so in the same way; otherwise in what their requests ended.

        Empty where any request succeeded, or where none was sent.
        """
        if any(mode.ok for mode in self._result.modes):
            return ""
        common = next((finding.text for finding in self._result.findings if finding.id == "all-failed"), "")
        was_sent = any(mode.requests for mode in self._result.modes)
        return in_form_words(common or (conclude(self._result) or "" if was_sent else ""))
