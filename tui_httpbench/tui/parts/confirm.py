"""A question with two answers, over another screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui_httpbench.tui.parts.dialog import Dialog
from tui_httpbench.tui.parts.question import Question
from tui_httpbench.tui.textual_fixes.steady_footer import SteadyFooter


class ConfirmScreen(Dialog[bool]):
    """Asks; the result is True for yes."""

    AUTO_FOCUS = "#confirm-no"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "say_no", show=False, id="confirm.leave", tooltip="No, and back"),
    ]

    def __init__(self, question: str, detail: str, yes: str, no: str) -> None:
        super().__init__()
        self._question = Question(question, detail, yes, no)

    def compose(self) -> ComposeResult:
        """Nothing but the question, and its keys."""
        yield self._question
        yield SteadyFooter()

    def on_question_answered(self, event: Question.Answered) -> None:
        """Gives the answer back."""
        self.dismiss(event.yes)

    def action_say_no(self) -> None:
        """Answers no."""
        self.dismiss(False)
