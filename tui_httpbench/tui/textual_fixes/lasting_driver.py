"""What happens when the terminal, or the system, ends the app: signals, and a terminal that went away.

Seen with Textual 8.2.8: its driver hands all output to a thread, which dies with the terminal; once its queue is full,
the event loop waits for it for ever. And not every terminal that goes away sends a signal: without one, it reads from
the terminal on and on. No upstream issue known for a terminal that is gone; the full queue of a thread that has ended:
https://github.com/Textualize/textual/issues/6692
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, NoReturn

from textual.app import App
from textual.driver import Driver

HANGUP_INTERVAL_S = 1.0
_WEB_DRIVER = "textual.drivers.web_driver"


def call_on_ending_signals(end: Callable[[], object]) -> None:
    """Lets the signals that ask a process to end call ``end`` in the running event loop; Windows has none of them."""
    if sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)


def leave_at_once(driver: Driver | None, status: int) -> NoReturn:
    """Ends the process with the terminal as it was: for an app that has started nothing yet.

    To end in order it would wait until its first screen is built, which takes seconds on a slow machine.
    """
    try:
        if driver is not None:
            with suppress(AssertionError, OSError):  # it has not come to the terminal yet, or that is gone
                driver.stop_application_mode()
            driver.close()
    finally:
        os._exit(status)


def lasting_driver(driver: type[Driver], end: Callable[[], object]) -> type[Driver]:
    """The driver, made to go on when the terminal goes away and to call ``end`` then, so that the app ends in order."""
    if driver.__module__ == _WEB_DRIVER:
        from tui_httpbench.tui.textual_fixes.lasting_web_driver import lasting_web_driver

        return lasting_web_driver(end)
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
            threading.Thread(target=self._await_hangup, name="terminal-hangup", daemon=True).start()
            # A read from a terminal that is gone fails; that it is gone ends the app.
            with suppress(OSError):
                super().run_input_thread()

        def _await_hangup(self) -> None:
            poll = select.poll()
            poll.register(self.fileno, 0)  # hang-ups and errors are reported unasked
            while not self.exit_event.is_set():
                if poll.poll(HANGUP_INTERVAL_S * 1000):
                    self.exit_event.set()
                    with suppress(RuntimeError):  # the event loop is closed: the app has ended already
                        self._loop.call_soon_threadsafe(end)

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
