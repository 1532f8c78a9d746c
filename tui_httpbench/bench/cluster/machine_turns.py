"""Whose turn it is on a machine that several hosts of a run share: one measures at a time."""

from __future__ import annotations

import asyncio
from collections import deque


class MachineTurns:
    """The turns of one machine, in the order in which its hosts asked."""

    def __init__(self) -> None:
        """Nobody has the turn."""
        self._waiting: deque[int] = deque()
        self._changed = asyncio.Event()

    def ask(self, host: int) -> None:
        """Stands in line, unless it does already."""
        if host not in self._waiting:
            self._waiting.append(host)

    def has(self, host: int) -> bool:
        """Whether it is this one's turn."""
        return bool(self._waiting) and self._waiting[0] == host

    def leave(self, host: int) -> None:
        """Ends its turn, or gives up waiting for one; safe to call at any time."""
        if host in self._waiting:
            self._waiting.remove(host)
            self._changed.set()
            self._changed = asyncio.Event()

    async def changes(self, limit_s: float) -> None:
        """Waits until a turn ends, but no longer than that."""
        try:
            await asyncio.wait_for(self._changed.wait(), limit_s)
        except TimeoutError:
            return
