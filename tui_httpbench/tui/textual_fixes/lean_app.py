"""Keeps Textual from applying and reading styles that nobody sees.

Seen with Textual 8.2.8:

- Each class that a widget takes on in its constructor (``-textual-compact`` and the like) makes it look through all
  rules, and what it finds is thrown away when it is mounted, which applies the styles once more.
- A screen that is shown for the first time and has a file of styles makes it parse those of all others again, and apply
  them to the screens below.

No upstream issue known. The change that left out the first, and is gone again:
https://github.com/Textualize/textual/pull/3837
"""

from __future__ import annotations

from typing import Any

from textual.app import App, ReturnType
from textual.dom import DOMNode
from textual.screen import Screen


class LeanApp(App[ReturnType]):
    """Applies styles to what is in the tree only, and parses each file of them once.

    The files of its screens have rules for their own screen only.
    """

    def update_styles(self, node: DOMNode, animate: bool = True) -> None:
        """Applies the styles to a node and all that is in it, unless mounting it will do that."""
        if node.parent is not None or node is self:
            super().update_styles(node, animate=animate)

    def _load_screen_css(self, screen: Screen[Any]) -> None:
        if screen.CSS or self.css_monitor is not None:  # rules that may be for any screen, or are read while it runs
            super()._load_screen_css(screen)
            return
        unread = [path for path in screen.css_path if not self.stylesheet.has_source(str(path))]
        if unread:
            self.stylesheet.read_all(unread)
            self.stylesheet.parse()
