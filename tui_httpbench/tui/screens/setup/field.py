"""A label, what is typed or chosen, and a note on what it means or what is wrong with it."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.content import Content
from textual.widgets import Input, Label, Select

from tui_httpbench.plan.field import Field as PlanField
from tui_httpbench.tui.screens.setup.note import Note
from tui_httpbench.tui.textual_fixes.lean_input import LeanInput
from tui_httpbench.tui.textual_fixes.lean_select import LeanSelect


class Field(HorizontalGroup):
    """One field of a form, called as the PlanError calls it; its text can be read, filled in, and marked as wrong."""

    DEFAULT_CSS = """
    Field {
        & > Label { width: 12; }
        & > Input { width: 10; }
        & > Select { width: 18; }
        & > Note { padding-left: 1; }
    }
    """

    def __init__(self, field: str, control: Input | Select[str], label: str, hint: str = "") -> None:
        super().__init__(id=f"field-{field}")
        self.field = field
        self.label = label
        self.hint = hint
        self.control = control
        self.note = Note(hint)
        control.id = f"input-{field}"
        if hint:
            control.tooltip = hint

    def compose(self) -> ComposeResult:
        """Label, control and note, side by side."""
        yield Label(self.label)
        yield self.control
        yield self.note

    @property
    def text(self) -> str:
        """What is typed or chosen."""
        return str(self.control.value)

    def fill(self, text: str) -> None:
        """Puts a text in the place of what is there."""
        self.control.value = text

    def show_hint(self, hint: str) -> None:
        """Changes what the note says while nothing is wrong."""
        self.hint = hint
        self.note.show_hint(hint)

    def show_error(self, error: str) -> None:
        """Marks the field and shows the sentence; an empty one means that all is well."""
        self.control.set_class(bool(error), "-invalid")
        self.note.show_errors(error)


def field_for(value: PlanField, text: str) -> Field:
    """A field for a value of a plan, in which one types or chooses, as its row in the table says."""
    shown = value.on_form
    if shown.is_menu:
        empty = [(shown.empty, "")] if shown.empty else []
        choices = [*empty, *((choice, choice) for choice in value.choices)]
        return choice_field(value.name, choices, text, shown.label, shown.hint)
    typed = LeanInput(text, placeholder=shown.placeholder or shown.empty, compact=True)
    return Field(value.name, typed, shown.label, shown.hint)


def choice_field(field: str, options: list[tuple[str, str]], value: str, label: str, hint: str = "") -> Field:
    """A field in which one chooses; an option is what is shown and what it stands for."""
    shown: list[tuple[Any, str]] = [(Content(text), key) for text, key in options]
    return Field(field, LeanSelect(shown, value=value, allow_blank=False, compact=True), label, hint)
