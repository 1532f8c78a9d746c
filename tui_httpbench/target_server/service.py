"""How long a request is served, and the line in which it waits for its place."""

from __future__ import annotations

import asyncio
import random

from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.target_server.turns import Stopwatch


class Service:
    """The service time and the capacity of one scenario, from an empty line and the first draw on.

    ``draw_s`` is for one thread, the server's; ``serve`` for the event loop's.
    """

    def __init__(self, scenario: Scenario, working: Stopwatch) -> None:
        """Responses keep their distance by ``working``, which stands still in a pause.

        By any other clock each pause would give one response away: the line is empty after it, and the first would
        leave at once, however short before the pause the one before it left.
        """
        self._working = working
        self._time = scenario.service_time
        self._source = random.Random(scenario.seed)
        capacity = scenario.capacity
        self._places = None if capacity.at_once is None else asyncio.Semaphore(capacity.at_once)
        self._gap_s = 0.0 if capacity.per_second is None else 1 / capacity.per_second
        self._next_departure = 0.0

    def draw_s(self) -> float:
        """The service time of the next request, in seconds."""
        return self._time.draw_s(self._source)

    async def serve(self, service_s: float) -> None:
        """Waits for a place, works for ``service_s`` seconds, and waits until the response may leave.

        Places are given in order of arrival. Responses leave in the order in which they are ready.
        """
        if self._places is None:
            await self._work(service_s)
        else:
            async with self._places:
                await self._work(service_s)

    async def _work(self, service_s: float) -> None:
        if service_s:
            await asyncio.sleep(service_s)
        if self._gap_s:
            now = self._working.read_s()
            departure = max(now, self._next_departure)
            self._next_departure = departure + self._gap_s
            if departure > now:
                await asyncio.sleep(departure - now)


def service_of(scenario: Scenario, working: Stopwatch) -> Service | None:
    """A service with an empty line; None where the scenario lets every request be answered at once."""
    if scenario.service_time.is_none and scenario.capacity.is_unlimited:
        return None
    return Service(scenario, working)
