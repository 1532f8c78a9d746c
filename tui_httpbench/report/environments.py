"""The making of environments, told in sentences."""

from __future__ import annotations

import time

from tui_httpbench.bench.events import EnvironmentStep
from tui_httpbench.text.formatting import enumerate_names, format_clock, format_duration, plural


class EnvironmentStory:
    """Tells what takes time: what is made, what is waited for, and what is ready after it."""

    def __init__(self) -> None:
        """Nothing told yet."""
        self._since: dict[tuple[str, ...], float] = {}
        self._made_now: dict[tuple[str, ...], str] = {}
        self._told: set[tuple[tuple[str, ...], str]] = set()

    def tell(self, event: EnvironmentStep) -> str:
        """The sentence on a step, empty where it is no news."""
        if event.step in ("ready", "failed"):
            self._made_now.pop(event.lanes, None)
        if (event.lanes, event.step) in self._told:
            return ""
        self._told.add((event.lanes, event.step))
        who = enumerate_names(event.lanes)
        match event.step:
            case "waiting":
                return f"Waiting for the environment of {who}: {event.detail} ({event.holds})."
            case "making":
                self._since[event.lanes] = time.monotonic()
                self._made_now[event.lanes] = event.holds
                return f"Making an environment for {who}: {event.holds}."
            case "ready" if event.detail:
                return f"The environment of {who} is ready: {event.detail}."
            case "ready" if (since := self._since.get(event.lanes)) is not None:
                return f"The environment of {who} is ready after {format_duration(time.monotonic() - since)}."
        return ""

    @property
    def under_way(self) -> str:
        """What is being made at the moment, and for how long already; empty where nothing is."""
        if not self._made_now:
            return ""
        lanes = min(self._made_now, key=lambda each: self._since[each])
        clock = format_clock(time.monotonic() - self._since[lanes])
        if (count := len(self._made_now)) > 1:
            return f"Making {plural(count, 'environment')} ({clock}): {'; '.join(self._made_now.values())}"
        return f"Making an environment ({clock}) for {enumerate_names(lanes)}: {self._made_now[lanes]}"
