"""Lets go of what Textual keeps of widgets that are gone: each screen that came and went would cost its memory.

Seen with Textual 8.2.8. Watchers of a widget that is gone stay with what they watch until that changes:
https://github.com/Textualize/textual/issues/6666. A cache of colours has as its keys the drawn lines of the last
thousand widgets: https://github.com/Textualize/textual/issues/6665
"""

from __future__ import annotations

from typing import Any

from textual._styles_cache import StylesCache
from textual.screen import Screen


def forget_gone_widgets(screen: Screen[Any]) -> None:
    """To be called when something that lay over this screen, or beside its widgets, has been taken away."""
    # The help panel watches the focus; watchers that are gone are taken off the list when it changes.
    screen.mutate_reactive(type(screen).focused)
    clear = getattr(StylesCache.get_inner_outer, "cache_clear", None)
    if clear is not None:
        clear()
