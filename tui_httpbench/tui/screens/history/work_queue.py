"""What the History screen was asked for, done one after the other, so that no key is lost or overtakes another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

SLOW_S = 0.5
"""After so long, a work is told to be waiting."""


@dataclass(frozen=True)
class Work:
    """What is to be done: ``told`` while it is, and ``waits_for`` once that takes long, empty for nothing to tell.

    ``may_be_given_up`` tells that nothing is lost where it is not finished.
    """

    told: str
    do: Callable[[], Coroutine[Any, Any, None]]
    waits_for: str = ""
    may_be_given_up: bool = False


class WorkQueue:
    """Does works in the order in which they were added.

    ``changed`` is called whenever ``told`` may have changed, and ``emptied`` once all that was added is done.
    """

    def __init__(self, changed: Callable[[], object], emptied: Callable[[], object]) -> None:
        """Nothing to do yet."""
        self._changed = changed
        self._emptied = emptied
        self._waiting: deque[Work] = deque()
        self._current: Work | None = None
        self._doing: asyncio.Task[None] | None = None
        self._is_slow = False

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way, or waits for its turn."""
        return self._current is not None or bool(self._waiting)

    @property
    def told(self) -> str:
        """What is being done, empty for nothing."""
        work = self._current
        if work is None:
            return ""
        return f"{work.told}, {work.waits_for}" if self._is_slow and work.waits_for else work.told

    def __contains__(self, told: str) -> bool:
        """Whether what is told so is under way, or waits for its turn."""
        works = (*self._waiting, *([self._current] if self._current is not None else []))
        return any(work.told == told for work in works)

    def add(self, work: Work) -> bool:
        """Notes what is to be done once all that was asked for before is; whether ``run`` is to be called for it."""
        was_busy = self.is_busy
        self._waiting.append(work)
        self._changed()
        return not was_busy

    def give_up(self) -> bool:
        """Ends what may be given up, be it under way or waiting; whether there was any."""
        given_up = [work for work in self._waiting if work.may_be_given_up]
        for work in given_up:
            self._waiting.remove(work)
        if self._doing is not None and self._current is not None and self._current.may_be_given_up:
            self._doing.cancel()
            return True
        return bool(given_up)

    async def run(self) -> None:
        """Does all that was added, and what is added meanwhile."""
        while self._waiting:
            self._current = self._waiting.popleft()
            self._changed()
            doing = self._doing = asyncio.create_task(self._current.do())
            try:
                await self._wait_for(doing)
            finally:
                doing.cancel()
                self._current = self._doing = None
                self._is_slow = False
            if not doing.cancelled():
                doing.result()
            self._changed()
        self._emptied()

    async def _wait_for(self, doing: asyncio.Task[None]) -> None:
        await asyncio.wait([doing], timeout=SLOW_S)
        if not doing.done():
            self._is_slow = True
            self._changed()
            await asyncio.wait([doing])
