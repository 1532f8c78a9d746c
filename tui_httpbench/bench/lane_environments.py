"""The environments that a run's lanes need, made before it and held until its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack

from tui_httpbench.bench.events import EnvironmentStep
from tui_httpbench.bench.run_error import RunError
from tui_httpbench.clients.catalog import Mode
from tui_httpbench.clients.entrants import lane_of
from tui_httpbench.environments.failure import EnvironmentFailure
from tui_httpbench.environments.making import Progress
from tui_httpbench.environments.provide import Environment, provided
from tui_httpbench.environments.recipe import Recipe, recipe_for
from tui_httpbench.plan.plan import Plan


class LaneEnvironments:
    """Makes what a plan's lanes need: ``prepare`` once, ``stop`` at any moment; ``by_lane`` is there after it."""

    def __init__(self, plan: Plan, mode_of: Callable[[str], Mode]) -> None:
        """Makes nothing yet. Raises PlanError where a client file does not tell what it needs."""
        self.by_lane: Mapping[str, Environment] = {}
        self._lanes: dict[Recipe, list[str]] = {}
        for lane in dict.fromkeys(map(lane_of, plan.modes)):
            variant = plan.variant_of(lane)
            if variant is None and not plan.get:
                continue  # nobody asked for one; a library that is missing fails where it is imported
            if (recipe := recipe_for(variant, mode_of(lane))) is not None:
                self._lanes.setdefault(recipe, []).append(lane)
        self._making: asyncio.Task[None] | None = None
        self._is_stopped = False

    def stop(self) -> None:
        """Ends what is being made; nothing half-made stays."""
        self._is_stopped = True
        if self._making is not None:
            self._making.cancel()

    async def prepare(self, stack: AsyncExitStack) -> AsyncGenerator[EnvironmentStep, None]:
        """Makes them, and holds them until the stack closes; tells each step.

        Raises RunError with a sentence for each that can't be had.
        """
        if not self._lanes or self._is_stopped:
            return
        steps: asyncio.Queue[EnvironmentStep | None] = asyncio.Queue()

        def tell(progress: Progress) -> None:
            recipe = progress.recipe
            lanes = tuple(self._lanes[recipe])
            steps.put_nowait(EnvironmentStep(lanes, recipe.in_words, progress.step, progress.detail))

        making = self._making = asyncio.create_task(self._make(stack, tell))
        making.add_done_callback(lambda _: steps.put_nowait(None))
        try:
            while (step := await steps.get()) is not None:
                yield step
            if not making.cancelled():
                making.result()
        finally:
            making.cancel()
            await asyncio.wait({making})

    async def _make(self, stack: AsyncExitStack, tell: Callable[[Progress], None]) -> None:
        try:
            made = await stack.enter_async_context(provided(self._lanes, tell))
        except EnvironmentFailure as failure:
            raise RunError(str(failure)) from None
        if made.failures:
            raise RunError(" ".join(dict.fromkeys(map(str, made.failures.values()))))
        self.by_lane = {lane: made.environments[recipe] for recipe, lanes in self._lanes.items() for lane in lanes}
