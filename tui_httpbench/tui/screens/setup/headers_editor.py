"""The headers of the request: a row each, the last one empty for the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.message import Message

from tui_httpbench.plan.plan import Header
from tui_httpbench.tui.screens.setup.header_row import HeaderInput, HeaderRow


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

    async def fill(self, headers: Iterable[Header]) -> None:
        """Puts these headers in the place of all that are there."""
        old, self._rows = self._rows, [*(HeaderRow(name, value) for name, value in headers), HeaderRow()]
        await self.mount_all(self._rows)
        await self.remove_children(old)
        self.post_message(self.Changed())

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
