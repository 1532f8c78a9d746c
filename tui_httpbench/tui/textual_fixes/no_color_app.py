"""Keeps an app that shows the terminal's own colours from being black on black under NO_COLOR.

Seen with Textual 8.2.8: it chooses what takes the colours away when the app is made, before a theme is set, and turns
the default colours of an ANSI theme that is set later into black. No upstream issue known.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ReturnType
from textual.filter import LineFilter, Monochrome, NoColor

_NO_COLOR = NoColor()


class NoColorApp(App[ReturnType]):
    """Leaves the terminal's default colours as they are where the theme is ANSI and NO_COLOR is set."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, with the one that fits the theme of now."""
        filters = super().get_line_filters()
        if not (self.no_color and self.native_ansi_color):
            return filters
        return [_NO_COLOR if isinstance(each, Monochrome) else each for each in filters]
