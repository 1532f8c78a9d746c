"""Lets an app leave while a screen of it is being built.

Seen with Textual 8.2.8: an app that exits mounts nothing more (``Widget.mount_all``), yet still calls the ``on_mount``
of a screen that was being built, which looks for widgets that it never got, and composes widgets that were taken away
meanwhile (MountError, when a signal comes as the form opens); the app then ends with a traceback. No
upstream issue known; one of the same kind: https://github.com/Textualize/textual/issues/5040
"""

from __future__ import annotations

from textual.app import App, ReturnType
from textual.css.query import NoMatches
from textual.widget import MountError


class QuietExitApp(App[ReturnType]):
    """Gives no account of widgets that are missing, or come too late, because it is leaving."""

    def _handle_exception(self, error: Exception) -> None:
        if not (self._exit and isinstance(error, (NoMatches, MountError))):
            super()._handle_exception(error)
