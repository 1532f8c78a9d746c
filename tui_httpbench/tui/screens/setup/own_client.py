"""A client file of the user's own, added to the modes of the form."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.message import Message
from textual.widgets import Input, Label

from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.parsing import parse_modes
from tui_httpbench.tui.textual_fixes.lean_input import LeanInput


class OwnClient(HorizontalGroup):
    """The path of a file; enter adds its modes."""

    DEFAULT_CSS = """
    OwnClient {
        Label { width: auto; margin-right: 1; color: $text-muted; }
        Input { width: 1fr; }
    }
    """

    class Added(Message):
        """The modes of a file are known now; ``labels`` are theirs."""

        def __init__(self, labels: tuple[str, ...]) -> None:
            super().__init__()
            self.labels = labels

    class Refused(Message):
        """The file can't be used; ``why`` is one sentence, empty once another path is typed."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def compose(self) -> ComposeResult:
        """The caption and the path."""
        yield Label("Your own client")
        yield LeanInput(placeholder="./mine.py, then enter", compact=True, id="input-own-client")

    @on(Input.Submitted)
    def _add(self, event: Input.Submitted) -> None:
        event.stop()
        path = event.value.strip()
        if not path:
            return
        if not (path.endswith(".py") or ".py:" in path):
            self.post_message(self.Refused(f"{path!r} is no client file; write its path, such as ./mine.py."))
            return
        try:
            labels = parse_modes([path])
        except PlanError as error:
            self.post_message(self.Refused(str(error)))
            return
        event.input.clear()
        self.post_message(self.Added(labels))

    @on(Input.Changed)
    def _forget(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Refused(""))
