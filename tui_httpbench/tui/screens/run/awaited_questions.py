"""What is asked between probes and rounds: what to do where every mode failed, and where redirects lead elsewhere."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Label

from tui_httpbench.analysis.all_failed import CommonFailure
from tui_httpbench.analysis.elsewhere import Elsewhere
from tui_httpbench.tui.parts.question import Question


class AwaitedQuestion(Question):
    """A question on the screen of a run that goes on only when it is answered.

    It is on the screen from the start, not displayed; the answer is what ``wait_for_answer`` returns.
    """

    def __init__(self, yes: str, no: str) -> None:
        super().__init__("", "", yes=yes, no=no)
        self._answer: asyncio.Future[bool] | None = None

    async def wait_for_answer(self, question: str, detail: str) -> bool:
        """Asks, and waits."""
        self.query_one("#confirm-question", Label).update(question)
        self.query_one("#confirm-detail", Label).update(detail)
        self._answer = asyncio.get_running_loop().create_future()
        self.ask()
        try:
            return await self._answer
        finally:
            self._answer = None
            if self.is_attached and self.display:
                self.withdraw()

    def give_up(self) -> None:
        """Answers in place of a user who leaves: no."""
        self.action_answer(False)

    def action_answer(self, yes: bool) -> None:
        """Answers."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(yes)
            # At once: what the answer has done, such as to end all workers, may take seconds.
            self.withdraw()


class ElsewhereQuestion(AwaitedQuestion):
    """Says that redirects lead to another machine, and asks whether requests may go there."""

    def __init__(self) -> None:
        super().__init__(yes="Send", no="Don't")

    async def decide(self, elsewhere: Elsewhere) -> bool:
        """Asks, and waits for the answer: True for sending."""
        warning = " That is a lot: be sure that you may." if elsewhere.load.is_heavy else ""
        return await self.wait_for_answer(elsewhere.question, f"{elsewhere.in_words}.{warning}")


class FailedQuestion(AwaitedQuestion, inherit_bindings=False):
    """Says how all modes failed, and asks whether to edit the plan or to run it anyway."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,n,escape", "answer(False)", "Edit", id="failed.edit", tooltip="Back to the form, to what is wrong"),
        Binding("r,y", "answer(True)", "Run anyway", id="failed.run", tooltip="Measure all the same"),
        Binding("left,up", "app.focus_previous", "Other answer", show=False),
        Binding("right,down", "app.focus_next", "Other answer", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(yes="Run anyway", no="Edit")

    async def decide(self, failure: CommonFailure) -> bool:
        """Asks, and waits for the answer: True for running anyway."""
        detail = f"{_sentence(failure.why)} {_sentence(failure.remedy)}"
        return await self.wait_for_answer(f"{failure.got}.", detail)


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."
