"""What happens when the browser's page, or the process that serves it, goes away.

Seen with Textual 8.2.8: the driver for browsers stops listening when its standard input ends, and the app goes on for
ever, deaf; it fails at what it draws next once nobody reads that; and it takes the signals to end for itself, past the
app. No upstream issue known.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.drivers.web_driver import WebDriver

from tui_httpbench.tui.textual_fixes.lasting_driver import call_on_ending_signals


def lasting_web_driver(end: Callable[[], object]) -> type[WebDriver]:
    """The driver, made to call ``end`` when its standard input ends, so that the app ends in order."""

    class LastingWebDriver(WebDriver):
        def __init__(self, app: App[Any], **options: Any) -> None:
            super().__init__(app, **options)
            self._write = self._write_lasting  # type: ignore[assignment]

        def start_application_mode(self) -> None:
            super().start_application_mode()
            call_on_ending_signals(end)

        def run_input_thread(self) -> None:
            super().run_input_thread()
            if not self.exit_event.is_set():
                with suppress(RuntimeError):  # the event loop is closed: the app has ended already
                    self._loop.call_soon_threadsafe(end)

        def _write_lasting(self, data: bytes) -> None:
            with suppress(OSError):
                os.write(self.fileno, data)

    return LastingWebDriver
