"""A question with two answers."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Label


class Question(Vertical):
    """Asks, and posts Answered. Escape and ``n`` mean no, ``y`` means yes.

    It has a screen of its own (ConfirmScreen), or waits on one, not displayed, until it is asked: to draw only the
    question takes a third of the time that the screen takes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes"),
        Binding("n,escape", "answer(False)", "No", id="confirm.no"),
        Binding("left,up", "app.focus_previous", "Other answer", show=False),
        Binding("right,down", "app.focus_next", "Other answer", show=False),
    ]

    class Answered(Message):
        """An answer was chosen."""

        def __init__(self, yes: bool) -> None:
            super().__init__()
            self.yes = yes

    def __init__(self, question: str, detail: str, yes: str, no: str) -> None:
        super().__init__()
        self._question = question
        self._detail = detail
        self._yes = yes
        self._no = no
        self._focused_before: Widget | None = None
        # The footer says what the buttons say.
        said = {"answer(True)": yes, "answer(False)": no}
        for key, bindings in self._bindings.key_to_bindings.items():
            self._bindings.key_to_bindings[key] = [
                replace(each, description=said.get(each.action, each.description)) for each in bindings
            ]

    def compose(self) -> ComposeResult:
        """The question over its two answers."""
        yield Label(self._question, id="confirm-question", markup=False)
        yield Label(self._detail, id="confirm-detail", markup=False)
        with Horizontal(id="confirm-answers"):
            yield Button(self._yes, id="confirm-yes", variant="warning")
            yield Button(self._no, id="confirm-no", variant="primary")

    def on_mount(self) -> None:
        """Tab stays within it."""
        self.trap_focus()

    def ask(self, more: str = "", *, instead: str = "") -> None:
        """Shows itself where it waited, with ``more`` behind the detail, or ``instead`` of it; no is chosen."""
        if self._detail:
            self.query_one("#confirm-detail", Label).update(f"{instead or self._detail} {more}".strip())
        if not self.display:
            self._focused_before = self.screen.focused
            self.display = True
        self.query_one("#confirm-no").focus()

    def withdraw(self) -> None:
        """Waits again; what had the focus before has it."""
        self.display = False
        self.screen.set_focus(self._focused_before)

    def on_descendant_blur(self) -> None:
        """Takes the focus back from what was clicked beside it."""
        self.call_after_refresh(self._take_focus_back)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answers."""
        event.stop()
        self.action_answer(event.button.id == "confirm-yes")

    def action_answer(self, yes: bool) -> None:
        """Answers."""
        self.post_message(self.Answered(yes))

    def _take_focus_back(self) -> None:
        focused = self.screen.focused if self.is_attached and self.display else None
        if focused is not None and self not in focused.ancestors and not self.screen.query("HelpSheet"):
            self.query_one("#confirm-no").focus()
