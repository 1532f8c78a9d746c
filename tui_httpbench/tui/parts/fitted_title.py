"""A result's title: what it is called, and behind it as many facts as the header has room for."""

from __future__ import annotations

from textual.screen import Screen

from tui_httpbench.tui.formatting import beside_title


class FittedTitle(Screen[None]):
    """A screen whose header drops whole facts where it is narrow, from the last on."""

    _facts = ""

    def entitle(self, title: str, facts: str) -> None:
        """Shows this title; ``facts`` are parted by middle dots, the most important first."""
        self.title, self._facts = title, facts
        self._fit_title()

    def on_resize(self) -> None:
        """Tells in the title as much as there is room for."""
        self._fit_title()

    def _fit_title(self) -> None:
        width = self.size.width
        self.sub_title = beside_title(self.title or "", self._facts, width) if width else self._facts
