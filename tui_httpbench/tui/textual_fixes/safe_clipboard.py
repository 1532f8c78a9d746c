"""Copies any text.

Seen with Textual 8.2.8: a lone surrogate, which UTF-8 has no bytes for, ends the app when it is copied, since the text
is encoded for the terminal. No upstream issue known; the same when one is pasted and drawn:
https://github.com/Textualize/textual/issues/3178
"""

from __future__ import annotations

from textual.app import App, ReturnType


class SafeClipboardApp(App[ReturnType]):
    """Copies what can't be written as UTF-8 as a question mark."""

    def copy_to_clipboard(self, text: str) -> None:
        """Puts a text into the app's own clipboard and into that of the terminal."""
        super().copy_to_clipboard(text.encode("utf-8", "replace").decode())
