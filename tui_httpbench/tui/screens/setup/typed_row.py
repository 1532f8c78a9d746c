"""A row of two texts that belong together, with a button that removes it."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup, VerticalGroup
from textual.message import Message
from textual.widgets import Input

from tui_httpbench.plan.error import PlanError
from tui_httpbench.tui.screens.setup.note import Note
from tui_httpbench.tui.textual_fixes.following_input import FollowingInput
from tui_httpbench.tui.textual_fixes.lean_button import Button
from tui_httpbench.tui.textual_fixes.paste_input import PasteInput


class RowInput(PasteInput):
    """An input that hands several pasted lines on, instead of taking only the first."""

    class LinesPasted(Message):
        """Several lines were pasted."""

        def __init__(self, lines: list[str]) -> None:
            super().__init__()
            self.lines = lines

    def take_paste(self, text: str) -> bool:
        """Hands several lines on."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            return False
        self.post_message(self.LinesPasted(lines))
        return True


class RowName(RowInput, FollowingInput):
    """The first of the texts; typing what parts the two moves the focus on, and keys typed after it follow."""


class TypedRow(VerticalGroup):
    """A name, what belongs to it, the button, and under them what is wrong or what it means.

    ``PARTED_BY`` is the character between the two where they are written in one text.
    """

    PARTED_BY = ":"

    DEFAULT_CSS = """
    TypedRow {
        & RowName { width: 24; }
        & .row-value { width: 1fr; margin-left: 1; }
        & Button { width: 3; min-width: 3; margin-left: 1; background: transparent; color: $text-muted; }
        &.-blank Button { visibility: hidden; }
    }
    """

    class Changed(Message):
        """One of the texts was edited."""

    class Left(Message):
        """The focus has left one of the inputs."""

        def __init__(self, row: TypedRow) -> None:
            super().__init__()
            self.row = row

    class Removed(Message):
        """The user wants the row gone."""

        def __init__(self, row: TypedRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, name_input: RowName, value_input: RowInput, remove: str) -> None:
        super().__init__(classes="" if name_input.value or value_input.value else "-blank")
        self.name_input = name_input
        self.value_input = value_input
        self.note = Note()
        self._remove_tooltip = remove

    def compose(self) -> ComposeResult:
        """The inputs and the button over the note."""
        with HorizontalGroup():
            yield self.name_input
            yield self.value_input
            yield Button("×", compact=True, tooltip=self._remove_tooltip)
        yield self.note

    @property
    def texts(self) -> tuple[str, str]:
        """Both texts as typed."""
        return self.name_input.value, self.value_input.value

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not any(text.strip() for text in self.texts)

    @property
    def error(self) -> str:
        """What is wrong with this row alone, or an empty text."""
        return "" if self.is_blank else _error_of(self.check)

    def check(self) -> None:
        """Looks at both texts. Raises PlanError."""
        raise NotImplementedError

    def check_name(self) -> None:
        """Looks at the first text alone. Raises PlanError."""
        raise NotImplementedError

    def is_wrong_in_value(self, error: str) -> bool:
        """Whether this sentence is about the second text."""
        return error == self.error and not _error_of(self.check_name)

    def show_error(self, error: str) -> None:
        """Marks the row and shows the sentence; an empty one means that all is well."""
        in_value = bool(error) and self.is_wrong_in_value(error)
        self.name_input.set_class(bool(error) and not in_value, "-invalid")
        self.value_input.set_class(in_value, "-invalid")
        self.note.show_errors(error)

    def focus_wrong(self) -> None:
        """Puts the cursor where the mistake is."""
        (self.value_input if self.value_input.has_class("-invalid") else self.name_input).focus()

    def edited(self) -> None:
        """What else follows from an edited text."""

    @on(Input.Changed)
    def _edited(self, event: Input.Changed) -> None:
        event.stop()
        name, parted, rest = self.name_input.value.partition(self.PARTED_BY)
        if parted and name.strip():
            rest = rest.lstrip()
            self.name_input.value = name.strip()
            self.value_input.value = rest + self.value_input.value
            self.screen.set_focus(self.value_input)
            self.value_input.cursor_position = len(rest)
        self._drop_leading_space()
        self.edited()
        self.set_class(self.is_blank, "-blank")
        self.post_message(self.Changed())

    def _drop_leading_space(self) -> None:
        # Whoever types 'Name: value' types the space into the value.
        value = self.value_input.value
        if spaces := len(value) - len(value.lstrip()):
            cursor = self.value_input.cursor_position
            self.value_input.value = value.lstrip()
            self.value_input.cursor_position = max(0, cursor - spaces)

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next(Input)

    @on(Input.Blurred)
    def _left(self, event: Input.Blurred) -> None:
        event.stop()
        self.post_message(self.Left(self))

    @on(Button.Pressed)
    def _remove(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Removed(self))


def _error_of(check: Callable[[], None]) -> str:
    try:
        check()
    except PlanError as error:
        return str(error)
    return ""
