"""The footer of all screens.

Seen with Textual 8.2.8: its own is built anew whenever the screen looks at its keys again, as it does at each change of
focus, and keeps the keys that it had before for ever: https://github.com/Textualize/textual/issues/6666 And what does
not fit is cut in the middle of a word, or lies below the key of the palette.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from tui_httpbench.tui.stage import STAGE_ACTIONS, STAGE_CLASS
from tui_httpbench.tui.textual_fixes.lean_screen import LeanScreen

_KNOWN = ("quit", "app.quit")
"""Actions that everybody knows how to find: a screen may leave them out where columns are few."""
_CUT = "-cut"


class SteadyFooter(Footer):
    """Is built anew only when its keys are others: to do it at each change of focus takes half of a tab's time.

    And forgets the keys that it had before. On a stage it has a few keys only. A key that does not fit is not shown,
    nor are those behind it; but what leads back and the help always are.
    """

    DEFAULT_CSS = """
    SteadyFooter FooterKey.-cut { display: none; }
    """

    _shown: tuple[object, ...] | None = None

    def __init__(self) -> None:
        super().__init__()
        self._widths: WeakKeyDictionary[FooterKey, int] = WeakKeyDictionary()
        """How many columns each key takes where it is shown."""

    def compose(self) -> ComposeResult:
        """The keys that work now; where a stage has a footer, those of them that matter there."""
        if not self._bindings_ready and isinstance(self.screen, LeanScreen):
            # What has the focus at first has no keys of its own to show, and to come later lays out the screen anew.
            self._bindings_ready = True
            self._shown = _keys_of(self.screen)
        self.call_after_refresh(self._leave_out_cut)
        is_on_stage = self.app.has_class(STAGE_CLASS) and self.display
        keys = list(super().compose())
        # What ends the app stands last, beside no key that is clicked often, and is the first to be left out.
        for key in sorted(keys, key=lambda key: isinstance(key, FooterKey) and key.action in _KNOWN):
            if isinstance(key, FooterKey) and key.action in _KNOWN:
                key.add_class("-known")
            if isinstance(key, FooterKey) and not key.has_class("-command-palette"):
                # Told only once it is mounted, it would be styled as a compact one first.
                key.set_reactive(FooterKey.compact, self.compact)
            if not is_on_stage or (isinstance(key, FooterKey) and key.action.partition("(")[0] in STAGE_ACTIONS):
                yield key

    def on_resize(self) -> None:
        """Shows the keys that there is room for."""
        self.call_after_refresh(self._leave_out_cut)

    def _leave_out_cut(self) -> None:
        keys = [key for key in self.query_children(FooterKey) if key.display or key.has_class(_CUT)]
        for key in keys:
            if key.display and key.outer_size.width:
                self._widths[key] = key.outer_size.width
        first = [key for key in keys if _stays(key)]
        room = self.size.width - sum(self._widths.get(key, 0) for key in first)
        for key in keys:
            if key in first:
                continue
            room -= self._widths.get(key, 0)
            key.set_class(room < 0, _CUT)

    def bindings_changed(self, screen: Screen[Any]) -> None:
        """Shows the keys that work now."""
        shown = _keys_of(screen)
        if shown != self._shown or not screen.app.app_focus:
            self._shown = shown if screen.app.app_focus else None
            super().bindings_changed(screen)
            # They watch this one; those that are gone are taken off its list when it changes.
            self.mutate_reactive(Footer.compact)


def _stays(key: FooterKey) -> bool:
    """Whether it is shown where columns are few: who came by mouse has no other way back, nor to learn of the keys."""
    return key.key == "escape" or key.action.endswith("toggle_help") or key.has_class("-command-palette")


def _keys_of(screen: Screen[Any]) -> tuple[object, ...]:
    """All that a footer says of the keys that work now: of an action, the first of its keys."""
    shown: dict[str, tuple[object, ...]] = {}
    for _, binding, enabled, tooltip in screen.active_bindings.values():
        if binding.show:
            shown.setdefault(binding.action, (binding.key, binding.description, binding.action, enabled, tooltip))
    return tuple(shown.values())
