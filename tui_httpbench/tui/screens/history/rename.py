"""The name of a run, asked for over the list."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from tui_httpbench.history.naming import parse_name
from tui_httpbench.plan.error import PlanError
from tui_httpbench.tui.parts.dialog import Dialog


class RenameScreen(Dialog[str | None]):
    """Asks for a name; the result is the name, empty for none, or None where it stays as it is."""

    DEFAULT_CSS = """
    RenameScreen {
        align: center middle;
        & > #rename-box {
            width: 72;
            max-width: 95%;
            height: auto;
            padding: 1 2;
            background: $surface;
            border: round $primary;
            &:ansi { background: ansi_default; }
        }
        #rename-question { width: 1fr; text-style: bold; }
        #rename-problem { width: 1fr; color: $text-error; }
        #rename-keys { width: 1fr; margin-top: 1; color: $text-muted; }
    }
    """
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Back", id="rename.back", tooltip="Back, the name stays as it is")
    ]

    def __init__(self, name: str, what: str) -> None:
        """``name`` is the name of now, ``what`` says which run it is."""
        super().__init__()
        self._name_of_now = name
        self._what = what

    def compose(self) -> ComposeResult:
        """The question over the name."""
        with Vertical(id="rename-box"):
            yield Label(f"Name of {self._what}", id="rename-question", markup=False)
            yield Input(self._name_of_now, id="rename-name", select_on_focus=False)
            yield Label("", id="rename-problem", markup=False)
            yield Label("enter saves it (empty: no name), escape goes back", id="rename-keys", markup=False)

    @on(Input.Changed)
    def _check(self, event: Input.Changed) -> None:
        event.stop()
        try:
            parse_name(event.value.strip() or None)
            problem = ""
        except PlanError as error:
            problem = str(error)
        self.query_one("#rename-problem", Label).update(problem)

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self.dismiss(parse_name(event.value.strip() or None))
        except PlanError:
            self.app.bell()  # why is on the screen

    def action_give_up(self) -> None:
        """Leaves the name as it is."""
        self.dismiss(None)
