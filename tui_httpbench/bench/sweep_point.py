"""A point of a sweep that is being made: its run, and how far that is."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from tui_httpbench.bench.events import Event
from tui_httpbench.bench.runner import Runner
from tui_httpbench.measured.measured import Measured
from tui_httpbench.target_server.launcher import TargetError


@dataclass
class SweepPoint:
    """One point: its run, and the stream of what that tells, None before the first turn and after the last."""

    number: int
    value: str
    runner: Runner
    events: AsyncGenerator[Event, None] | None = field(default=None, repr=False)
    has_begun: bool = False
    is_over: bool = False

    @property
    def measured(self) -> Measured:
        """What is known of it, with the plan that tells how many rounds were there before, also without a new one."""
        return replace(self.runner.measured, plan=self.runner.plan)

    async def end(self) -> None:
        """Lets its run come to its end, which no round is before any more."""
        assert self.events is not None
        self.runner.resume()
        with suppress(TargetError, OSError):
            async for _ in self.events:
                pass
        self.runner.pause()
        self.is_over = True
