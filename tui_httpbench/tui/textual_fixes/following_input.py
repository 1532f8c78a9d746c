"""An input from which the focus may move on while keys are on their way to it.

Seen with Textual 8.2.8: a key goes to what had the focus when the app took it in, so that of a burst of keys, one of
which moves the focus, the later ones still reach the first input. No upstream issue known; the same, seen from the
other side: https://github.com/Textualize/textual/issues/1199
"""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from tui_httpbench.tui.textual_fixes.lean_input import LeanInput


class FollowingInput(LeanInput):
    """Hands characters that arrive after the focus has moved to another input on to that one."""

    async def _on_key(self, event: events.Key) -> None:
        focused = self.screen.focused
        if event.is_printable and isinstance(focused, Input) and focused is not self:
            event.stop()
            event.prevent_default()
            focused.post_message(events.Key(event.key, event.character))
