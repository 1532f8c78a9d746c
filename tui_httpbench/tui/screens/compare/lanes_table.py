"""The lanes of two runs as a table."""

from __future__ import annotations

from rich.text import Text

from tui_httpbench.analysis.comparison_rows import LANE_COLUMNS, lane_row
from tui_httpbench.analysis.run_comparison import RunComparison
from tui_httpbench.tui.parts.whole_columns import WholeColumns


class LanesTable(WholeColumns):
    """A row for each lane that both runs have."""

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, fixed_columns=1, classes="panel")
        self._labels: list[str] = []

    def on_mount(self) -> None:
        """Names the columns."""
        self.set_heading("Lanes")
        for heading, (side, _) in LANE_COLUMNS.items():
            self.add_column(Text(heading, justify=side))

    @property
    def marked(self) -> str:
        """The lane that the cursor is at; empty where there is none."""
        return self._labels[self.cursor_row] if self.cursor_row < len(self._labels) else ""

    def show(self, comparison: RunComparison) -> None:
        """Shows the lanes of a comparison."""
        self.clear()
        self._labels = [lane.label for lane in comparison.lanes]
        sides = [side for side, _ in LANE_COLUMNS.values()]
        for lane in comparison.lanes:
            style = "bold" if lane.verdict in ("slower", "faster") else ""
            cells = zip(lane_row(comparison, lane), sides, strict=True)
            self.add_row(*(Text(cell, style=style, justify=side, no_wrap=True) for cell, side in cells))
        self.display = bool(comparison.lanes)
