"""Frames with a heading, and pages that scroll."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.widget import Widget

SEPARATOR = " · "
"""What parts of a heading stand between."""


class Page(VerticalScroll):
    """Scrolls by keys, too, but is no stop for the tab key while there is nothing to scroll."""

    def allow_focus(self) -> bool:
        """Whether there is anything to scroll."""
        return super().allow_focus() and self.max_scroll_y > 0


def room_for_lanes(widget: Widget, lanes: int, max_rows: int) -> tuple[int, int]:
    """The columns and rows that each of so many lanes has in a widget that scrolls where they are too many.

    Asked before the scrollbar comes, which takes its columns from them.
    """
    region = widget.content_region
    rows = max(1, min(region.height // max(lanes, 1), max_rows))
    scrolls = rows * lanes > region.height
    return region.width - (widget.styles.scrollbar_size_vertical if scrolls else 0), rows


class Panel(Widget):
    """To be mixed in as the last base: a heading in the border, set off by blanks even from a bare line."""

    _heading = ""

    def set_heading(self, heading: str) -> None:
        """Shows a heading; where it is too long, without its last parts, before which a dot stands."""
        # Setting a border's title draws the whole widget anew, whether it changed or not.
        if heading != self._heading:
            self._heading = heading
            self._draw_heading()

    def on_resize(self) -> None:
        """Looks again at the border, which another size of the screen may have changed."""
        self._draw_heading()

    def _draw_heading(self) -> None:
        # Textual sets a title off from a corner but not from a bare line.
        is_line = not self.styles.border_left[0]
        parts = self._heading.split(SEPARATOR)
        while len(parts) > 1 and self.outer_size.width and len(SEPARATOR.join(parts)) > self.outer_size.width - 4:
            parts.pop()
        heading = SEPARATOR.join(parts)
        self.border_title = f" {heading} " if is_line and heading else heading
