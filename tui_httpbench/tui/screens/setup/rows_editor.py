"""Rows of two texts, the last one empty for the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.message import Message

from tui_httpbench.tui.screens.setup.typed_row import RowInput, TypedRow

Row = TypeVar("Row", bound=TypedRow)


class RowsEditor(VerticalGroup, Generic[Row]):
    """Adds, edits and removes rows; a subclass says what a row is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Row above", show=False),
        Binding("down", "move(1)", "Row below", show=False),
    ]

    class Changed(Message):
        """The rows are no longer what they were."""

    def __init__(self, texts: Iterable[tuple[str, str]], *, id: str) -> None:
        super().__init__(id=id)
        self.rows: list[Row] = [*(self.make_row(name, value) for name, value in texts), self.make_row()]

    def make_row(self, name: str = "", value: str = "") -> Row:
        """A row with these texts."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """A row for each pair of texts, and an empty one."""
        yield from self.rows

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """What is typed, without empty rows."""
        return tuple(row.texts for row in self.rows if not row.is_blank)

    async def fill(self, texts: Iterable[tuple[str, str]]) -> None:
        """Puts rows with these texts in the place of all that are there."""
        old, self.rows = self.rows, [*(self.make_row(name, value) for name, value in texts), self.make_row()]
        await self.mount_all(self.rows)
        await self.remove_children(old)
        self.post_message(self.Changed())

    def show_error(self, error: str) -> None:
        """Marks every row that is wrong by itself; ``error`` tells of one that is not, such as a repeated name."""
        found = [row.error for row in self.rows]
        if error and not any(found):
            found[self._repeated_row()] = error
        for row, text in zip(self.rows, found, strict=True):
            row.show_error(text)

    def focus_wrong(self) -> None:
        """Puts the cursor into the first row that is wrong."""
        wrong = (row for row in self.rows if row.query(".-invalid"))
        next(wrong, self.rows[-1]).focus_wrong()

    def action_move(self, step: int) -> None:
        """Moves the cursor to the row above or below."""
        index = next((i for i, row in enumerate(self.rows) if row.has_focus_within), None)
        if index is None or not 0 <= index + step < len(self.rows):
            raise SkipAction
        row = self.rows[index + step]
        (row.value_input if self.rows[index].value_input.has_focus else row.name_input).focus()

    @on(TypedRow.Changed)
    async def _edited(self, event: TypedRow.Changed) -> None:
        event.stop()
        await self._end_with_blank_row()
        self.post_message(self.Changed())

    @on(TypedRow.Left)
    async def _left(self, event: TypedRow.Left) -> None:
        event.stop()
        for row in self.rows[:-1]:
            if row is event.row and row.is_blank and not row.has_focus_within:
                await self._drop(row)

    @on(TypedRow.Removed)
    async def _removed(self, event: TypedRow.Removed) -> None:
        event.stop()
        index = next((i for i, row in enumerate(self.rows) if row is event.row), None)
        if index is None or (self.rows[index] is self.rows[-1] and self.rows[index].is_blank):
            return
        await self._drop(self.rows[index])
        await self._end_with_blank_row()
        self.rows[min(index, len(self.rows) - 1)].name_input.focus()
        self.post_message(self.Changed())

    @on(RowInput.LinesPasted)
    async def _pasted(self, event: RowInput.LinesPasted) -> None:
        event.stop()
        blank = self.rows[-1]
        rows = [self.make_row(*(part.strip() for part in line.partition(blank.PARTED_BY)[::2])) for line in event.lines]
        self.rows[-1:-1] = rows
        await self.mount_all(rows, before=blank)
        blank.name_input.focus()
        self.post_message(self.Changed())

    async def _drop(self, row: Row) -> None:
        self.rows.remove(row)
        await row.remove()

    async def _end_with_blank_row(self) -> None:
        if not self.rows or not self.rows[-1].is_blank:
            self.rows.append(self.make_row())
            await self.mount(self.rows[-1])

    def _repeated_row(self) -> int:
        names = [row.name_input.value.strip().lower() for row in self.rows]
        repeated = (i for i, name in enumerate(names) if name and name in names[:i])
        return next(repeated, len(names) - 1)
