"""What happens when the terminal, or the system, ends the app: signals, and a terminal that went away."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from textual.app import App
from textual.driver import Driver


def call_on_ending_signals(end: Callable[[], object]) -> None:
    """Lets the signals that ask a process to end call ``end`` in the running event loop; Windows has none of them."""
    if sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)


def lasting_driver(driver: type[Driver]) -> type[Driver]:
    """The driver, made to go on when the terminal goes away, so that the app can end in order.

    Textual's own hands all output to a thread that dies then; once its queue is full, the event loop would wait for it
    for ever.
    """
    if sys.platform == "win32":
        return driver
    from textual.drivers.linux_driver import LinuxDriver

    if driver is not LinuxDriver:
        return driver

    class LastingDriver(LinuxDriver):
        def __init__(self, app: App[Any], **options: Any) -> None:
            super().__init__(app, **options)
            if self._file is not None:
                self._file = _LastingFile(self._file)  # type: ignore[assignment]

        def run_input_thread(self) -> None:
            # A read from a terminal that is gone fails; the signal that tells of it ends the app.
            with suppress(OSError):
                super().run_input_thread()

    return LastingDriver


class _LastingFile:
    """A file whose texts go nowhere once it can't be written."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()
