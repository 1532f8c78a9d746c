"""An event loop whose timers are right to well under a millisecond."""

from __future__ import annotations

import asyncio
import contextlib
import select
import selectors
import sys
from pathlib import Path

# What select() can watch: file numbers below this one.
SELECT_LIMIT = 1024

if sys.platform == "linux":

    class PreciseSelector(selectors.EpollSelector):
        """An epoll selector that waits to the microsecond; the plain one rounds up to whole milliseconds.

        The epoll object is itself a file that select() can watch, so select() waits for it. Where its number is too
        high for that, this selector waits as the plain one does.
        """

        def __init__(self) -> None:
            super().__init__()
            self._fits_select = self.fileno() < SELECT_LIMIT

        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            """As the base class does."""
            if timeout is None or timeout <= 0 or not self._fits_select:
                return super().select(timeout)
            select.select([self.fileno()], [], [], timeout)
            return super().select(0)


def sharpen_timers() -> None:
    """Asks the system to wake this thread when it should, not up to 50 µs later so as to save power."""
    if sys.platform == "linux":
        # A kernel without this file, or one that refuses, only makes timers a little later.
        with contextlib.suppress(OSError):
            Path("/proc/self/timerslack_ns").write_text("1")


def make_selector() -> selectors.BaseSelector:
    """The system's best selector, made precise where it isn't."""
    if sys.platform == "linux":
        return PreciseSelector()
    return selectors.DefaultSelector()


def new_precise_loop() -> asyncio.AbstractEventLoop:
    """An event loop that waits as precisely as the system can."""
    if sys.platform == "linux":
        return asyncio.SelectorEventLoop(make_selector())
    return asyncio.new_event_loop()
