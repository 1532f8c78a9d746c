"""What to change in the code, and what that brings."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from tui_httpbench.analysis.changes import Change
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.parts.panel import SEPARATOR, Page, Panel
from tui_httpbench.tui.parts.prose import Prose

_OPEN_HINT = "d code"


class ChangePage(Page, Panel):
    """What to change in the code, from the slower of two modes of a library to the faster."""

    def __init__(self) -> None:
        super().__init__(id="change", classes="panel")

    def compose(self) -> ComposeResult:
        """What the change brings, and the lines of it."""
        yield Prose(id="change-gain")
        yield Static(id="change-diff", markup=False)

    def show_change(self, change: Change | None) -> None:
        """Shows a change; without one, nothing is there."""
        self.display = change is not None
        if change is None:
            return
        self.set_heading(SEPARATOR.join((f"What to change: {change.before} → {change.after}", _OPEN_HINT)))
        gain = Content.assemble((f"{change.deed}: ", "bold"), printable(change.gain))
        self.query_one("#change-gain", Prose).update(gain)
        lines = [(f"{printable(line)}\n", _DIFF_LOOKS.get(line[:1], "")) for line in change.diff]
        self.query_one("#change-diff", Static).update(Content.assemble(*lines))
        self.scroll_home(animate=False)


_DIFF_LOOKS = {"+": "$text-success", "-": "$text-error"}
