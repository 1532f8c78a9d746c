"""The headers of the request: a row each, the last one empty for the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.message import Message
from textual.widgets import Button, Input

from tui_httpbench.plan import Header, PlanError, check_header, is_secret
from tui_httpbench.tui.widgets.note import Note


class HeaderInput(Input):
    """An input that hands several pasted lines on, instead of taking only the first."""

    class LinesPasted(Message):
        """Several lines were pasted."""

        def __init__(self, lines: list[str]) -> None:
            super().__init__()
            self.lines = lines

    def _on_paste(self, event: events.Paste) -> None:
        if self._hand_on(event.text):
            event.stop()
            event.prevent_default()

    def action_paste(self) -> None:
        """Pastes the app's own clipboard."""
        if not self._hand_on(self.app.clipboard):
            super().action_paste()

    def _hand_on(self, text: str) -> bool:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            return False
        self.post_message(self.LinesPasted(lines))
        return True


class NameInput(HeaderInput):
    """Where a header's name is typed; keys that arrive after the focus has moved on follow it."""

    async def _on_key(self, event: events.Key) -> None:
        # A colon moves the focus to the value; what was typed in the same burst as the colon was still sent here.
        focused = self.screen.focused
        if event.is_printable and isinstance(focused, HeaderInput) and focused is not self:
            event.stop()
            event.prevent_default()
            focused.post_message(events.Key(event.key, event.character))


class HeaderRow(VerticalGroup):
    """One header: name, value, a button that removes it, and under them what is wrong."""

    DEFAULT_CSS = """
    HeaderRow {
        & NameInput { width: 24; }
        & .header-value { width: 1fr; margin-left: 1; }
        & Button { width: 3; min-width: 3; margin-left: 1; background: transparent; color: $text-muted; }
        &.-blank Button { visibility: hidden; }
    }
    """

    class Changed(Message):
        """Name or value were edited."""

    class Left(Message):
        """The focus has left one of the inputs."""

        def __init__(self, row: HeaderRow) -> None:
            super().__init__()
            self.row = row

    class Removed(Message):
        """The user wants the header gone."""

        def __init__(self, row: HeaderRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, name: str = "", value: str = "") -> None:
        super().__init__(classes="" if name or value else "-blank")
        self.name_input = NameInput(name, placeholder="Header name", compact=True)
        self.value_input = HeaderInput(
            value,
            placeholder="value (or paste several 'Name: value' lines)",
            password=is_secret(name),
            compact=True,
            classes="header-value",
        )
        self._note = Note()

    def compose(self) -> ComposeResult:
        """The inputs and the button over the note."""
        with HorizontalGroup():
            yield self.name_input
            yield self.value_input
            yield Button("×", compact=True, tooltip="Remove this header")
        yield self._note

    @property
    def header(self) -> Header:
        """Name and value as typed."""
        return self.name_input.value, self.value_input.value

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not any(text.strip() for text in self.header)

    @property
    def error(self) -> str:
        """What is wrong with this header alone, or an empty text."""
        if self.is_blank:
            return ""
        try:
            check_header(*self.header)
        except PlanError as error:
            return str(error)
        return ""

    def show_error(self, error: str) -> None:
        """Marks the row and shows the sentence; an empty one means that all is well."""
        in_value = error == self.error and bool(error) and not _is_wrong_name(self.name_input.value)
        self.name_input.set_class(bool(error) and not in_value, "-invalid")
        self.value_input.set_class(in_value, "-invalid")
        self._note.show_errors(error)

    def focus_wrong(self) -> None:
        """Puts the cursor where the mistake is."""
        (self.value_input if self.value_input.has_class("-invalid") else self.name_input).focus()

    @on(Input.Changed)
    def _edited(self, event: Input.Changed) -> None:
        event.stop()
        name, colon, rest = self.name_input.value.partition(":")
        if colon and name.strip():
            rest = rest.lstrip()
            self.name_input.value = name.strip()
            self.value_input.value = rest + self.value_input.value
            self.screen.set_focus(self.value_input)
            self.value_input.cursor_position = len(rest)
        self._drop_leading_space()
        # A secret stays masked while its header is renamed.
        was_secret = self.value_input.password and bool(self.value_input.value)
        self.value_input.password = was_secret or is_secret(self.name_input.value)
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


class HeadersEditor(VerticalGroup):
    """Adds, edits and removes headers; values of secret ones are masked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Header above", show=False),
        Binding("down", "move(1)", "Header below", show=False),
    ]

    class Changed(Message):
        """The headers are no longer what they were."""

    def __init__(self, headers: Iterable[Header]) -> None:
        super().__init__(id="headers")
        self._rows = [HeaderRow(name, value) for name, value in headers]
        self._rows.append(HeaderRow())

    def compose(self) -> ComposeResult:
        """A row for each header, and an empty one."""
        yield from self._rows

    @property
    def headers(self) -> tuple[Header, ...]:
        """Names and values as typed, without empty rows."""
        return tuple(row.header for row in self._rows if not row.is_blank)

    def show_error(self, error: str) -> None:
        """Marks every row that is wrong by itself; ``error`` tells of one that is not, such as a repeated name."""
        found = [row.error for row in self._rows]
        if error and not any(found):
            found[self._repeated_row()] = error
        for row, text in zip(self._rows, found, strict=True):
            row.show_error(text)

    def focus_wrong(self) -> None:
        """Puts the cursor into the first row that is wrong."""
        wrong = (row for row in self._rows if row.query(".-invalid"))
        next(wrong, self._rows[-1]).focus_wrong()

    def action_move(self, step: int) -> None:
        """Moves the cursor to the row above or below."""
        index = next((i for i, row in enumerate(self._rows) if row.has_focus_within), None)
        if index is None or not 0 <= index + step < len(self._rows):
            raise SkipAction
        row = self._rows[index + step]
        (row.value_input if self._rows[index].value_input.has_focus else row.name_input).focus()

    @on(HeaderRow.Changed)
    async def _edited(self, event: HeaderRow.Changed) -> None:
        event.stop()
        await self._end_with_blank_row()
        self.post_message(self.Changed())

    @on(HeaderRow.Left)
    async def _left(self, event: HeaderRow.Left) -> None:
        event.stop()
        row = event.row
        if row.is_blank and not row.has_focus_within and row in self._rows[:-1]:
            await self._drop(row)

    @on(HeaderRow.Removed)
    async def _removed(self, event: HeaderRow.Removed) -> None:
        event.stop()
        if event.row in self._rows[:-1] or not event.row.is_blank:
            index = self._rows.index(event.row)
            await self._drop(event.row)
            await self._end_with_blank_row()
            self._rows[min(index, len(self._rows) - 1)].name_input.focus()
            self.post_message(self.Changed())

    @on(HeaderInput.LinesPasted)
    async def _pasted(self, event: HeaderInput.LinesPasted) -> None:
        event.stop()
        blank = self._rows[-1]
        rows = [HeaderRow(*(part.strip() for part in line.partition(":")[::2])) for line in event.lines]
        self._rows[-1:-1] = rows
        await self.mount_all(rows, before=blank)
        blank.name_input.focus()
        self.post_message(self.Changed())

    async def _drop(self, row: HeaderRow) -> None:
        self._rows.remove(row)
        await row.remove()

    async def _end_with_blank_row(self) -> None:
        if not self._rows or not self._rows[-1].is_blank:
            self._rows.append(HeaderRow())
            await self.mount(self._rows[-1])

    def _repeated_row(self) -> int:
        names = [row.name_input.value.strip().lower() for row in self._rows]
        repeated = (i for i, name in enumerate(names) if name and name in names[:i])
        return next(repeated, len(names) - 1)


def _is_wrong_name(name: str) -> bool:
    try:
        check_header(name, "")
    except PlanError:
        return True
    return False
