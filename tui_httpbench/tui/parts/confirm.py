"""A question with two answers, over another screen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import ModalScreen

from tui_httpbench.tui.parts.question import Question


class ConfirmScreen(ModalScreen[bool]):
    """Asks; the result is True for yes."""

    AUTO_FOCUS = "#confirm-no"

    def __init__(self, question: str, detail: str, yes: str, no: str) -> None:
        super().__init__()
        self._question = Question(question, detail, yes, no)

    def compose(self) -> ComposeResult:
        """Nothing but the question."""
        yield self._question

    def on_question_answered(self, event: Question.Answered) -> None:
        """Gives the answer back."""
        self.dismiss(event.yes)
