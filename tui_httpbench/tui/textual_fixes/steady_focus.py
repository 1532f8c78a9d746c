"""Moves the focus without drawing the whole screen anew.

Seen with Textual 8.2.8: ``Screen.focused`` is a reactive that repaints, so each change of focus draws all that is on
the screen, though the widget that has the focus and the one that had it draw themselves. No upstream issue known;
another cost of the same key press: https://github.com/Textualize/textual/pull/6608
"""

from __future__ import annotations

from textual.reactive import reactive
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget


class SteadyFocusScreen(Screen[ScreenResultType]):
    """Is not drawn anew where only the focus moves."""

    focused: reactive[Widget | None] = reactive(None, repaint=False)
