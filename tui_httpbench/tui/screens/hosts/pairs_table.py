"""All pairs of lanes over the hosts; the one under the cursor is drawn by host."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from tui_httpbench.analysis.hosts_pairs import PairOverHosts
from tui_httpbench.analysis.hosts_table import PairColumn
from tui_httpbench.tui.parts.whole_columns import WholeColumns


class PairsTable(WholeColumns):
    """A row for each pair, that of the fastest lanes first; bold where hosts contradict each other for sure."""

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, classes="panel", id="pairs")

    def on_mount(self) -> None:
        """Says what this is."""
        self.set_heading("Pairs · bold: they flip, surely")

    def show(self, columns: Sequence[PairColumn], pairs: Sequence[PairOverHosts], chosen: int) -> None:
        """Fills the table, its cursor at a pair."""
        self.clear(columns=True)
        for column in columns:
            self.add_column(Text(column.heading, justify=column.side))
        for pair in pairs:
            style = "bold" if pair.order == "flips" else ""
            self.add_row(
                *(Text(column.text(pair), style=style, justify=column.side, no_wrap=True) for column in columns)
            )
        self.display = bool(pairs)
        if pairs:
            self.move_cursor(row=chosen)
