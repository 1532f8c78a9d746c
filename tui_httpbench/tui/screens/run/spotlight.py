"""Which mode is shown closely while all of them take turns many times a second."""

from __future__ import annotations

from collections.abc import Collection, Sequence

TURN_S = 2.0


class Spotlight:
    """Goes from lane to lane, ``TURN_S`` seconds each, until the user holds it on one of them."""

    def __init__(self) -> None:
        """On no mode yet."""
        self._mode: str | None = None
        self._until_s = 0.0
        self._is_held = False

    @property
    def mode(self) -> str | None:
        """The mode that it is on; None before the first one works."""
        return self._mode

    @property
    def is_held(self) -> bool:
        """Whether it stays where it is."""
        return self._is_held

    def move_on(self, order: Sequence[str], working: Collection[str], now_s: float) -> str | None:
        """Where it is now: of the lanes in their ``order``, those that work have it by turns."""
        if self._is_held or not working:
            return self._mode
        if self._mode not in working or now_s >= self._until_s:
            start = order.index(self._mode) + 1 if self._mode in order else 0
            around = (*order[start:], *order[:start])
            self._mode = next((mode for mode in around if mode in working), self._mode)
            self._until_s = now_s + TURN_S
        return self._mode

    def hold(self, mode: str) -> None:
        """Puts it on a mode, where it stays."""
        self._mode = mode
        self._is_held = True

    def release(self) -> None:
        """Lets it go on from lane to lane."""
        self._is_held = False
        self._until_s = 0.0
