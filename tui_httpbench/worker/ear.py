"""Hears the parent: a line on stdin is a command, and its end is the end of this process."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import sys
import threading
from typing import Any, Callable, cast


class Ear:
    """Listens in a thread of its own, so that the parent's death is noticed whatever this process is doing.

    Between commands nothing here uses a processor: the thread waits for a line, and whoever asks for a command waits
    for the thread.
    """

    def __init__(self) -> None:
        """Hears from now on."""
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._ring: Callable[[], object] = lambda: None
        threading.Thread(target=self._listen, daemon=True).start()

    def hear(self) -> dict[str, Any]:
        """The next command; waits for it."""
        return cast("dict[str, Any]", json.loads(self._lines.get()))

    async def hear_async(self) -> dict[str, Any]:
        """The next command; the running loop goes on meanwhile, so that a client notices what its peers do."""
        loop, rung = asyncio.get_running_loop(), asyncio.Event()
        self._ring = lambda: loop.call_soon_threadsafe(rung.set)
        if self._lines.empty():  # one that comes from here on rings
            await rung.wait()
        return self.hear()

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            self._lines.put(line)
            self._ring()
        if os.name == "posix" and os.getpgrp() == os.getpid():
            import signal  # at the very end alone

            os.killpg(0, signal.SIGKILL)  # what the client has started outlives neither this process nor the app
        os._exit(1)
