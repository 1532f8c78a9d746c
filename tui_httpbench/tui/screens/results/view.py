"""What all tabs of the Results screen have in common."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Container
from textual.widget import Widget

from tui_httpbench.analysis.result import Result


class ResultView(Container):
    """One tab: ``KEY`` opens it, and is underlined in its title; ``ABOUT`` says in a few words what it shows."""

    ID: ClassVar[str]
    KEY: ClassVar[str]
    TITLE_MARKUP: ClassVar[str]
    ABOUT: ClassVar[str]

    def __init__(self, result: Result) -> None:
        super().__init__(id=f"view-{self.ID}")
        self.result = result
        self.adds_rounds = 0
        """How many rounds the key for more of them makes, about; 0 where it makes none."""

    @classmethod
    def applies_to(cls, _result: Result) -> bool:
        """Whether there is anything to show of this result."""
        return True

    @property
    def title_markup(self) -> str:
        """The tab's title."""
        return self.TITLE_MARKUP

    def first_focus(self) -> Widget | None:
        """What takes the keys when the tab is opened."""
        return next((widget for widget in self.query("*") if widget.focusable), None)

    def copied(self) -> tuple[str, str] | None:
        """What it is that ``c`` copies, and its text; None where there is nothing."""
        return None

    def toggle_log(self) -> None:
        """Switches between a linear and a logarithmic scale where there is one."""
