"""A table that cuts no column."""

from __future__ import annotations

from itertools import accumulate

from rich.text import Text
from textual.geometry import Size
from textual.widgets import DataTable

from tui_httpbench.tui.parts.panel import Panel


class WholeColumns(DataTable[Text], Panel):
    """Ends with the last column that there is room for; left and right go on by one column."""

    def on_resize(self) -> None:
        """Shows as many columns as there is room for."""
        super().on_resize()
        self._fit(self.scroll_x)

    def watch_virtual_size(self, _: Size) -> None:
        """Shows as many columns as there is room for, now that some are wider."""
        self._fit(self.scroll_x)

    def watch_scroll_x(self, old_value: float, new_value: float) -> None:
        """Shows as many columns as there is room for behind those that were scrolled away."""
        super().watch_scroll_x(old_value, new_value)
        self._fit(new_value)

    def action_cursor_right(self) -> None:
        """Brings the next column into view, if any is not."""
        if self.max_scroll_x > self.scroll_x:
            self._go_to(min((start for start in self._starts() if start > self.scroll_x), default=self.scroll_x))

    def action_cursor_left(self) -> None:
        """Goes back by a column."""
        self._go_to(max((start for start in self._starts() if start < self.scroll_x), default=0))

    def bring_into_view(self, column: int) -> None:
        """Goes so far that this column is whole, by no more columns than it takes; as soon as columns are measured."""

        def go() -> None:
            if not self.is_mounted or column < self.fixed_columns:
                self._go_to(0)
                return
            starts, ends = self._starts(), self._ends()
            room = self.scrollable_content_region.width
            # The padding that leaves blank what no column fits into is no room lost.
            room += self.styles.padding.right
            reaching = (start for start in starts if ends[column] - start <= room)
            self._go_to(next(reaching, starts[column - self.fixed_columns]))

        self.call_after_refresh(go)

    def _go_to(self, x: float) -> None:
        self._fit(x)
        self.call_after_refresh(self.scroll_to, x=x, animate=False)

    def _ends(self) -> list[int]:
        return list(accumulate(column.get_render_width(self) for column in self.ordered_columns))

    def _starts(self) -> list[int]:
        """How far to scroll for each column to stand first behind the fixed ones."""
        ends = self._ends()[max(self.fixed_columns - 1, 0) :]
        return [end - ends[0] for end in ends[:-1]]

    def _fit(self, x: float) -> None:
        """Leaves blank on the right what a column would not fit into."""
        padding = self.styles.padding
        room = self.scrollable_content_region.width + padding.right - padding.left
        ends = self._ends()
        whole = max((end - int(x) for end in ends if end - x <= room), default=0)
        fits = not x and ends[-1:] <= [room]
        right = padding.left + (room - whole if whole > 0 and not fits else 0)
        if self.is_mounted and room > 0 and right != padding.right:
            self.styles.padding = (padding.top, right, padding.bottom, padding.left)
