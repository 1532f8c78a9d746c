"""Which of a run's probes may start, and which may send."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator


class SparedError(Exception):
    """There is no use in sending this one."""


class ProbeTurns:
    """Who may start: as many at once as there are processors. Who may send: all as they are ready, one at a time.

    ``in_order``, the first one does so before all others and the last one after them. Once ``is_silent`` tells that an
    answer was waited for in vain, the others wait at once, and nobody is asked a second time.
    """

    def __init__(self, count: int, *, in_order: bool) -> None:
        """As many places as ``count``, numbered from 0."""
        self._places = frozenset(range(count))
        self._in_order = in_order
        self._starts = asyncio.Semaphore(os.cpu_count() or 1)
        self._starting: set[int] = set()
        self._done: set[int] = set()
        self._is_taken = False
        self._changed = asyncio.Condition()
        self.is_silent = False

    @contextlib.asynccontextmanager
    async def place(self, place: int) -> AsyncGenerator[None, None]:
        """In the block, the one at this place may start; behind it, it is done, whatever became of it."""
        await self._starts.acquire()
        self._starting.add(place)
        try:
            yield
        finally:
            self._has_started(place)
            async with self._changed:
                self._done.add(place)
                self._changed.notify_all()

    @contextlib.asynccontextmanager
    async def turn(self, place: int) -> AsyncGenerator[None, None]:
        """In the block, the one at this place may send. Raises SparedError where it should not."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._may_send(place))
            if self.is_silent and self._is_last(place):
                raise SparedError
            self._is_taken = True
        self._has_started(place)
        try:
            yield
        finally:
            async with self._changed:
                self._is_taken = False
                self._changed.notify_all()

    def _has_started(self, place: int) -> None:
        if place in self._starting:
            self._starting.remove(place)
            self._starts.release()

    def _is_last(self, place: int) -> bool:
        return self._in_order and place == max(self._places)

    def _may_send(self, place: int) -> bool:
        if self._is_last(place):
            return self._places - self._done == {place}
        if self._in_order and place and 0 not in self._done:
            return False
        return self.is_silent or not self._is_taken
