"""The line between a process of the embedded target and the one that started it: commands in, answers out.

Both directions carry JSON lines. ``{"id": 7, "command": "counts"}`` on standard input is answered by ``{"id": 7,
"answer": …}``, or by ``{"id": 7, "error": "a sentence"}``. A command may have an ``"argument"``, a text. Answers go to
the descriptor whose number is the last argument, so that nothing printed can break them; to standard output where there
is none. Standard input is a life line as well: where it ends, the process does; at once where its last line was
``END``. Without that line the parent has died, and those that it measured may send requests for some moments more. What
they record must not be refusals that the parent's death made, so the process goes on until they are gone.
"""

from __future__ import annotations

import json
import os
import queue
import select
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

END = b"end"
"""The line with which the parent orders the end."""
UNSEEN = -1
"""The life line where a system can't hand one on (Windows)."""
OUTLIVE_LIMIT_S = 10.0
"""So long it goes on for others at most: a process that they left behind may hold their end of the line for ever."""
UNSEEN_LIMIT_S = 1.0

Commands = Mapping[str, Callable[[str], Any]]
"""What answers each command; it gets the command's argument, which is empty where none was sent."""


class ParentLine:
    """Hears the parent in one thread and answers it in another, so that an answer which nobody reads delays no end."""

    def __init__(self, end: Callable[[], NoReturn], descriptor: int = 1, life_line: int | None = None) -> None:
        """``end`` ends the process; ``descriptor`` is where the parent listens.

        ``life_line`` is the reading end of a pipe whose writing end others hold: before an end that was not ordered, it
        waits until they have let go of it, or for a second where it is ``UNSEEN``. None: it waits for nobody.
        """
        self._end = end
        self._descriptor = descriptor
        self._life_line = life_line
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
                if line == END:
                    self._end()
                self._lines.put(line)
                self._hearing_s = time.thread_time()
            self._outlive()
        finally:
            self._end()

    def _answer(self, commands: Commands) -> NoReturn:
        try:
            while True:
                line = self._lines.get()
                self._note_time()
                try:
                    _write_whole(self._descriptor, json.dumps(_reply_to(line, commands)).encode() + b"\n")
                except OSError:  # the parent is gone
                    self._outlive()
                    break
        finally:
            self._end()

    def _outlive(self) -> None:
        """Returns when those at the other end of the life line are gone."""
        if self._life_line == UNSEEN:
            time.sleep(UNSEEN_LIMIT_S)
        elif self._life_line is not None:
            # Not select.select, which takes no numbers above 1023; nobody writes, so what is seen is the end.
            waiting = select.poll()
            waiting.register(self._life_line, select.POLLIN)
            waiting.poll(OUTLIVE_LIMIT_S * 1_000)


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
