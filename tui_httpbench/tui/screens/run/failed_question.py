"""The question what to do where every mode failed before the rounds."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Label

from tui_httpbench.analysis.all_failed import CommonFailure
from tui_httpbench.tui.parts.question import Question


class FailedQuestion(Question, inherit_bindings=False):
    """Says how all modes failed, and asks whether to edit the plan or to run it anyway.

    It is on the screen from the start, not displayed, and answers with the outcome of ``decide``.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,n,escape", "answer(False)", "Edit", id="failed.edit", tooltip="Back to the form, to what is wrong"),
        Binding("r,y", "answer(True)", "Run anyway", id="failed.run", tooltip="Measure all the same"),
        Binding("left,up", "app.focus_previous", "Other answer", show=False),
        Binding("right,down", "app.focus_next", "Other answer", show=False),
    ]

    def __init__(self) -> None:
        super().__init__("", "", yes="Run anyway", no="Edit")
        self._answer: asyncio.Future[bool] | None = None

    async def decide(self, failure: CommonFailure) -> bool:
        """Asks, and waits for the answer: True for running anyway."""
        self.query_one("#confirm-question", Label).update(f"{failure.got}.")
        self.query_one("#confirm-detail", Label).update(f"{_sentence(failure.why)} {_sentence(failure.remedy)}")
        self._answer = asyncio.get_running_loop().create_future()
        self.ask()
        try:
            return await self._answer
        finally:
            self._answer = None
            if self.is_attached:
                self.withdraw()

    def give_up(self) -> None:
        """Answers in place of a user who leaves: edit."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(False)

    def action_answer(self, yes: bool) -> None:
        """Answers."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(yes)


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."
