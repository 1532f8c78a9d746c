"""The footer of all screens."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen
from textual.widgets import Footer


class SteadyFooter(Footer):
    """Is built anew only when its keys are others, not at every change of focus, which takes half of a tab's time.

    And forgets the keys that it had before, which Textual's own keeps for ever.
    """

    _shown: tuple[object, ...] | None = None

    def bindings_changed(self, screen: Screen[Any]) -> None:
        """Shows the keys that work now."""
        shown = tuple(
            (binding.key, binding.description, binding.action, enabled, tooltip)
            for _, binding, enabled, tooltip in screen.active_bindings.values()
            if binding.show
        )
        if shown != self._shown or not screen.app.app_focus:
            self._shown = shown if screen.app.app_focus else None
            super().bindings_changed(screen)
            # They watch this one; those that are gone are taken off its list when it changes.
            self.mutate_reactive(Footer.compact)
