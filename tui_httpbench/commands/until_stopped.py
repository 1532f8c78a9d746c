"""The signals that stop what serves until it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C and the signals to end set; SIGHUP is left alone where ``nohup`` has it ignored."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [number for number in numbers if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN]
    if sys.platform == "win32":
        before = [(number, signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))) for number in numbers]
        yield stop
        for number, handler in before:
            signal.signal(number, handler)
        return
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    yield stop
    for number in numbers:
        loop.remove_signal_handler(number)
