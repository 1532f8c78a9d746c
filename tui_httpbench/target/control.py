"""The line between the embedded target and the process that started it: commands in, answers out.

Both directions carry JSON lines. ``{"id": 7, "command": "counts"}`` on standard input is answered by ``{"id": 7,
"answer": …}`` on standard output, or by ``{"id": 7, "error": "a sentence"}``. The commands are ``counts``, ``watch``,
``heads`` and ``unwatch``. Standard input is a life line as well: where it ends, the process does.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, NoReturn

from tui_httpbench.target.app import Application
from tui_httpbench.target.traffic import TargetCounts


class ParentLine:
    """Hears the parent in one thread and answers it in another, so that an answer which nobody reads delays no end."""

    def __init__(self, application: Application, end: Callable[[], NoReturn]) -> None:
        """``end`` ends the process."""
        self._application = application
        self._end = end
        self._commands: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def hear(self) -> None:
        """From now on the process ends with standard input; commands wait until ``answer``."""
        threading.Thread(target=self._hear, daemon=True).start()

    def answer(self) -> None:
        """From now on commands are answered."""
        threading.Thread(target=self._answer, daemon=True).start()

    def _hear(self) -> NoReturn:
        try:
            for line in sys.stdin.buffer:
                self._commands.put(line)
        finally:
            self._end()

    def _answer(self) -> NoReturn:
        try:
            while True:
                _write_whole(json.dumps(self._reply_to(self._commands.get())).encode() + b"\n")
        finally:
            self._end()  # The parent is gone.

    def _reply_to(self, line: bytes) -> dict[str, Any]:
        number = None
        try:
            message = json.loads(line)
            number = message["id"]
            run = _COMMANDS[message["command"]]
        except (ValueError, KeyError, TypeError):
            return {"id": number, "error": f"There is no command {line[:80]!r}; there are {', '.join(_COMMANDS)}."}
        return {"id": number, "answer": run(self._application)}


def _counts(application: Application) -> dict[str, Any]:
    traffic = application.traffic
    return asdict(TargetCounts(traffic.requests, traffic.connections, time.process_time()))


def _watch(application: Application) -> None:
    application.traffic.watch()


def _unwatch(application: Application) -> None:
    application.traffic.unwatch()


def _heads(application: Application) -> dict[str, Any]:
    heads, lost = application.traffic.take_heads()
    return {"heads": [asdict(head) for head in heads], "lost": lost}


_COMMANDS: dict[str, Callable[[Application], Any]] = {
    "counts": _counts,
    "watch": _watch,
    "heads": _heads,
    "unwatch": _unwatch,
}


def _write_whole(data: bytes) -> None:
    """Writes past ``sys.stdout``, whose lock, held while the parent doesn't read, would hold up the process's end."""
    while data:
        data = data[os.write(1, data) :]
