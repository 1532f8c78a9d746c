"""Inputs whose secrets can be covered while a picture of the screen is taken.

Seen with Textual 8.2.8: what an input shows is its value, or as many dots; there is no public place between the two. No
upstream issue known.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.app import App

from tui_httpbench.text.hiding import Hiding, drop_secrets, secrets_of_header, secrets_of_url
from tui_httpbench.tui.textual_fixes.lean_input import LeanInput

if TYPE_CHECKING:
    from tui_httpbench.tui.textual_fixes.covered_area import CoveredArea


class CoveredInput(LeanInput):
    """An input that shows no secret while it is ``covering`` them."""

    covering: Hiding | None = None

    @property
    def secrets(self) -> set[str]:
        """The values in it that must not be seen; all of it where it shows dots."""
        return secrets_of_header("", self.value) if self.password else secrets_of_url(self.value)

    @property
    def _value(self) -> Text:
        shown = super()._value
        if self.covering is None or self.password:
            return shown
        return Text(as_long(self.covering.hide(drop_secrets(self.value)), self.value), no_wrap=True, end="")


@contextmanager
def secrets_covered(app: App[Any]) -> Iterator[None]:
    """In the block, no screen of the app shows a secret that was typed."""
    from tui_httpbench.tui.textual_fixes.covered_area import CoveredArea  # here: most forms never show one

    texts: list[CoveredInput | CoveredArea] = []
    for screen in app.screen_stack:
        texts += [*screen.query(CoveredInput), *screen.query(CoveredArea)]
    hiding = Hiding().and_also({value for each in texts for value in each.secrets})
    try:
        for each in texts:
            _cover(each, hiding)
        yield
    finally:
        for each in texts:
            _cover(each, None)


def _cover(widget: CoveredInput | CoveredArea, hiding: Hiding | None) -> None:
    widget.covering = hiding
    if not isinstance(widget, CoveredInput):
        widget._line_cache.clear()
    widget.refresh()


def as_long(text: str, other: str) -> str:
    """The text with as many characters as the other one has, so that cursor and line breaks stay where they are."""
    return text.ljust(len(other))[: len(other)]
