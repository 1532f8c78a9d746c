"""Lets each key do its work before the next one is taken in.

Seen with Textual 8.2.8: a printable key works in the input that has the focus, any other one (backspace, tab, an arrow)
only once it has gone from there through all that is around it to the app. So of keys that come faster than that, as on
a slow machine, the printable ones overtake the others: ``a``, backspace, ``b`` becomes ``a``, and what is typed after a
tab stands before it. No upstream issue known.
"""

from __future__ import annotations

import time
from collections import deque

from textual import events
from textual.app import App, ReturnType
from textual.widget import Widget

LOOK_INTERVAL_S = 0.05
LONGEST_S = 2.0
"""For how long, in seconds, others wait for a key: one that takes longer is not to make the app deaf."""


class _Through(events.Event, bubble=True, verbose=True):
    """Follows a key on its way, and so tells the app that the key has come to its end."""


class OrderedKeysApp(App[ReturnType]):
    """Takes in keys, pasted texts and the mouse one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self._to_take_in: deque[events.Event] = deque()
        # What follows the key that is under way, where that went, and when it began.
        self._under_way: tuple[_Through, Widget, float] | None = None
        self._is_looking = False

    @property
    def is_taking_in(self) -> bool:
        """Whether a key is under way, or others wait for it."""
        return self._under_way is not None or bool(self._to_take_in)

    async def on_event(self, event: events.Event) -> None:
        """Takes one in, or lets it wait."""
        if isinstance(event, _Through):
            if self._under_way is not None and self._under_way[0] is event:
                await self._take_in_more()
        elif not isinstance(event, events.InputEvent | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._under_way is None:
            await self._take_in(event)
        else:
            self._to_take_in.append(event)
            if not self._is_looking:
                self._is_looking = True
                self.set_timer(LOOK_INTERVAL_S, self._look_after_key)

    async def _take_in(self, event: events.Event) -> None:
        await super().on_event(event)
        if not isinstance(event, events.Key) or not event.is_forwarded:
            return
        through, target = _Through(), self.focused or self.screen
        if target.post_message(through):
            self._under_way = through, target, time.monotonic()

    async def _take_in_more(self) -> None:
        self._under_way = None
        while self._to_take_in and self._under_way is None:
            await self._take_in(self._to_take_in.popleft())

    async def _look_after_key(self) -> None:
        """Waits no longer for a key that went down with its widget, or takes too long."""
        if self._under_way is not None:
            _, target, since = self._under_way
            if not target.is_attached or time.monotonic() - since > LONGEST_S:
                await self._take_in_more()
        self._is_looking = bool(self._to_take_in)
        if self._is_looking:
            self.set_timer(LOOK_INTERVAL_S, self._look_after_key)
