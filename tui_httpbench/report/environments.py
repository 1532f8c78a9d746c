"""The making of environments, told in sentences."""

from __future__ import annotations

import time

from tui_httpbench.bench.events import EnvironmentStep
from tui_httpbench.text.formatting import enumerate_names, format_duration


class EnvironmentStory:
    """Tells what takes time: what is made, what is waited for, and what is ready after it."""

    def __init__(self) -> None:
        """Nothing told yet."""
        self._since: dict[tuple[str, ...], float] = {}
        self._told: set[tuple[tuple[str, ...], str]] = set()

    def tell(self, event: EnvironmentStep) -> str:
        """The sentence on a step, empty where it is no news."""
        if (event.lanes, event.step) in self._told:
            return ""
        self._told.add((event.lanes, event.step))
        who = enumerate_names(event.lanes)
        match event.step:
            case "waiting":
                return f"Waiting for the environment of {who}: {event.detail} ({event.holds})."
            case "making":
                self._since[event.lanes] = time.monotonic()
                return f"Making an environment for {who}: {event.holds}."
            case "ready" if event.detail:
                return f"The environment of {who} is ready: {event.detail}."
            case "ready" if (since := self._since.get(event.lanes)) is not None:
                return f"The environment of {who} is ready after {format_duration(time.monotonic() - since)}."
        return ""
