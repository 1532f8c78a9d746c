"""The line between a process of the embedded target and the one that started it: commands in, answers out.

Both directions carry JSON lines. ``{"id": 7, "command": "counts"}`` on standard input is answered by ``{"id": 7,
"answer": …}``, or by ``{"id": 7, "error": "a sentence"}``. A command may have an ``"argument"``, a text. Answers go to
the descriptor whose number is the last argument, so that nothing printed can break them; to standard output where there
is none. Standard input is a life line as well: where it ends, the process does.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

Commands = Mapping[str, Callable[[str], Any]]
"""What answers each command; it gets the command's argument, which is empty where none was sent."""


class ParentLine:
    """Hears the parent in one thread and answers it in another, so that an answer which nobody reads delays no end."""

    def __init__(self, end: Callable[[], NoReturn], descriptor: int = 1) -> None:
        """``end`` ends the process; ``descriptor`` is where the parent listens."""
        self._end = end
        self._descriptor = descriptor
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._hearing_s = 0.0
        self._elsewhere_s = 0.0

    def hear(self) -> None:
        """From now on the process ends with standard input; commands wait until ``answer``."""
        threading.Thread(target=self._hear, daemon=True).start()

    def answer(self, commands: Commands) -> None:
        """From now on these commands are answered, each with what its function returns."""
        threading.Thread(target=self._answer, args=(commands,), daemon=True).start()

    def spent_elsewhere_s(self) -> float:
        """The processor time of the process, in seconds, without that of this line; as of the latest command."""
        return self._elsewhere_s

    def _note_time(self) -> None:
        elsewhere_s = time.process_time() - self._hearing_s - time.thread_time()
        # What hearing took is known a moment late.
        self._elsewhere_s = max(self._elsewhere_s, elsewhere_s)

    def _hear(self) -> NoReturn:
        try:
            for line in _read_lines():
                self._lines.put(line)
                self._hearing_s = time.thread_time()
        finally:
            self._end()

    def _answer(self, commands: Commands) -> NoReturn:
        try:
            while True:
                line = self._lines.get()
                self._note_time()
                _write_whole(self._descriptor, json.dumps(_reply_to(line, commands)).encode() + b"\n")
        finally:
            self._end()  # The parent is gone.


def _reply_to(line: bytes, commands: Commands) -> dict[str, Any]:
    number = None
    try:
        message = json.loads(line)
        number = message["id"]
        run = commands[message["command"]]
        argument = message.get("argument", "")
    except (ValueError, KeyError, TypeError):
        return {"id": number, "error": f"There is no command {line[:80]!r}; there are {', '.join(commands)}."}
    if not isinstance(argument, str):
        return {"id": number, "error": f"The argument in {line[:80]!r} is no text."}
    return {"id": number, "answer": run(argument)}


def _read_lines() -> Iterator[bytes]:
    """Reads past ``sys.stdin``, whose lock, held while nothing comes, would abort an ordinary end of the process."""
    rest = b""
    while chunk := os.read(0, 65_536):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines


def tell(descriptor: int, **values: Any) -> None:
    """Tells the parent what it has not asked for, such as the port. Raises BrokenPipeError where it is gone."""
    _write_whole(descriptor, json.dumps(values).encode() + b"\n")


def take_descriptor(arguments: list[str], before: int) -> int:
    """Where the parent listens: the argument behind the first ``before`` of them, or standard output without one.

    Children of this process don't inherit it.
    """
    if len(arguments) <= before:
        return 1
    descriptor = int(arguments[before])
    os.set_inheritable(descriptor, False)
    return descriptor


def _write_whole(descriptor: int, data: bytes) -> None:
    """Writes past ``sys.stdout``, whose lock, held while the parent doesn't read, would hold up the process's end."""
    while data:
        data = data[os.write(descriptor, data) :]
