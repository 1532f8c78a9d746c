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
_AROUND_HEADING = 6


class ChangePage(Page, Panel):
    """What to change in the code, from the slower of two modes of a library to the faster."""

    def __init__(self) -> None:
        super().__init__(id="change", classes="panel")
        self._change: Change | None = None

    def compose(self) -> ComposeResult:
        """What the change brings, and the lines of it."""
        yield Prose(id="change-gain")
        yield Static(id="change-diff", markup=False)

    def show_change(self, change: Change | None) -> None:
        """Shows a change; without one, nothing is there."""
        self.display = change is not None
        if change is None:
            return
        self._change = change
        self._name_change()
        lines = [(f"{printable(line)}\n", _DIFF_LOOKS.get(line[:1], "")) for line in change.diff]
        self.query_one("#change-diff", Static).update(Content.assemble(*lines))
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """Names the two modes where there is room for it."""
        self._name_change()
        super().on_resize()

    def _name_change(self) -> None:
        """In the heading, or before what the change brings where that has no room for both names."""
        if (change := self._change) is None:
            return
        names = f"{change.before} → {change.after}"
        whole = f"What to change: {names}"
        has_room = not self.outer_size.width or len(whole) + _AROUND_HEADING <= self.outer_size.width
        self.set_heading(SEPARATOR.join((whole if has_room else "What to change", _OPEN_HINT)))
        deed = change.deed if has_room else f"{names}, {change.deed}"
        gain = Content.assemble((f"{deed}: ", "bold"), printable(change.gain))
        self.query_one("#change-gain", Prose).update(gain)


_DIFF_LOOKS = {"+": "$text-success", "-": "$text-error"}
