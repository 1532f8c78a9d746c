"""The headers of the request: a row each, the last one empty for the next."""

from __future__ import annotations

from collections.abc import Iterable

from tui_httpbench.plan.plan import Header
from tui_httpbench.tui.screens.setup.header_row import HeaderRow
from tui_httpbench.tui.screens.setup.rows_editor import RowsEditor


class HeadersEditor(RowsEditor[HeaderRow]):
    """Adds, edits and removes headers; values of secret ones are masked."""

    def __init__(self, headers: Iterable[Header]) -> None:
        super().__init__(headers, id="headers")

    def make_row(self, name: str = "", value: str = "") -> HeaderRow:
        """The row of a header."""
        return HeaderRow(name, value)
