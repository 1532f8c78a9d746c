"""A checkbox for narrow rows."""

from __future__ import annotations

from textual.widgets import Checkbox


class TickBox(Checkbox):
    """Draws on and off with different characters, since colour alone says nothing where there is none."""

    BUTTON_LEFT = ""
    BUTTON_INNER = "[ ]"
    BUTTON_RIGHT = ""

    DEFAULT_CSS = """
    TickBox {
        background: transparent;
        & > .toggle--button { color: $text-muted; background: transparent; }
        &.-on > .toggle--button { color: $text-success; background: transparent; text-style: bold; }
        &:ansi > .toggle--button { color: $foreground; text-style: none; }
        &.-on:ansi > .toggle--button { color: $success; text-style: bold; }
    }
    """

    def watch_value(self) -> None:
        """Draws the tick."""
        self.BUTTON_INNER = "[✓]" if self.value else "[ ]"
        super().watch_value()
