"""A clock that stands still while its run waits for its turn among the points of a sweep."""

from __future__ import annotations

import time


class Stopwatch:
    """Seconds that go on like ``time.monotonic``, but for those between ``pause`` and ``resume``."""

    def __init__(self) -> None:
        """It runs."""
        self._paused_s = 0.0
        self._since_s: float | None = None

    def now_s(self) -> float:
        """The time on it; only differences mean something."""
        return (time.monotonic() if self._since_s is None else self._since_s) - self._paused_s

    def pause(self) -> None:
        """Stops it; does nothing where it stands."""
        if self._since_s is None:
            self._since_s = time.monotonic()

    def resume(self) -> None:
        """Lets it go on; does nothing where it runs."""
        if self._since_s is not None:
            self._paused_s += time.monotonic() - self._since_s
            self._since_s = None
