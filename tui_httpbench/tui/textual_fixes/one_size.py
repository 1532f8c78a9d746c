"""Keeps a screen from taking on a size that the terminal does not have any more.

Seen with Textual 8.2.8. A screen below others is told of each new size twice: by a message of its own, and by the
screen on top; and each layout of another size sends it one more message of that size. Where two sizes come fast, both
are under way at once, each undoes the other for ever, and the app takes no key any more. No upstream issue known.
"""

from __future__ import annotations

from textual import events
from textual.screen import Screen, ScreenResultType


class OneSizeScreen(Screen[ScreenResultType]):
    """Hears of the size that the terminal has now, and of no other."""

    def _on_resize(self, event: events.Resize) -> None:  # type: ignore[override]
        if event.size != self.app.size:
            event.stop()
            event.prevent_default()
