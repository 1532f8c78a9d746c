"""What explains the ranking, below it where there is room."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text
from textual.app import ComposeResult
from textual.geometry import Size

from tui_httpbench.analysis.pair_reasons import explain_lanes
from tui_httpbench.analysis.places import placed_name, places_of
from tui_httpbench.analysis.result import Result
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.parts.panel import SEPARATOR, Page, Panel
from tui_httpbench.tui.parts.prose import Prose
from tui_httpbench.tui.stage import is_on_stage

_EDGES = 4
LEAST_ROWS = 5
"""With fewer rows to spare it is not there: a frame and a reason or two."""


class WhyInShort(Page, Panel):
    """A mode a paragraph, as on Why; worked out when it is shown for the first time."""

    def __init__(self, result: Result) -> None:
        super().__init__(classes="panel")
        self._result = result
        self._is_filled = False
        self._told = Text()
        self.display = False

    def compose(self) -> ComposeResult:
        """The paragraphs."""
        yield Prose()

    def take_rows(self, rows: int) -> None:
        """Is as high as that at most; not there where nothing is known, or where that is too little."""
        self.display = rows >= LEAST_ROWS and any(mode.ok for mode in self._result.modes) and self._fill()
        self.styles.max_height = max(rows, 0)
        if self.display and is_on_stage(self.app):
            # A stage names no key to scroll: what is left out is marked.
            edges = self.outer_size - self.scrollable_content_region.size if self.outer_size.width else Size(_EDGES, 2)
            columns = (self.outer_size.width or self.app.size.width) - edges.width
            self.query_one(Prose).update(_within(self._told, columns, rows - edges.height))

    def _fill(self) -> bool:
        """Works it out; whether there is anything to tell."""
        if not self._is_filled:
            self._is_filled = True
            self.set_heading(SEPARATOR.join(("Why", "w tells more")))
            reasons = explain_lanes(self._result)
            places = places_of(tuple(reason.rank for reason in reasons))
            self._told = Text("\n").join(
                Text.assemble((f"{placed_name(places, reason.rank.mode)}  ", "bold"), printable(reason.text))
                for reason in reasons
                if reason.text
            )
            self.query_one(Prose).update(self._told.copy())
        return bool(str(self.query_one(Prose).content))


def _within(told: Text, columns: int, rows: int) -> Text:
    """As many lines as so many rows of so many columns hold; the last one ends in … where more would follow."""
    lines = told.wrap(Console(width=max(columns, 1)), max(columns, 1))
    if len(lines) <= rows:
        return told.copy()
    kept = lines[: max(rows, 1)]
    kept[-1].rstrip()
    kept[-1].truncate(max(columns - 2, 1))
    kept[-1].append(" …")
    return Text("\n").join(kept)
