"""Follows a run or a sweep without a screen: progress on a terminal, what its user is to know, signals that stop it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from types import FrameType
from typing import Protocol

from tui_httpbench.bench.events import EnvironmentStep, RedirectedElsewhere, RunStarted
from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.sweep_events import PointEvent, SweepRoundStarted
from tui_httpbench.bench.sweep_runner import SweepRunner
from tui_httpbench.commands.output import complain
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.environments import EnvironmentStory
from tui_httpbench.report.progress import LiveProgress

REDRAW_INTERVAL_S = 1 / 8


class Stoppable(Protocol):
    """What can be asked to end, and keeps what it has measured."""

    def stop(self) -> None:
        """Ends it."""


async def follow(runner: Runner | SweepRunner) -> None:
    """Lets it measure until it ends or is stopped; raises what it does, and CancelledError on a second signal."""
    drawing = None
    making = EnvironmentStory()
    begins = SweepRoundStarted if isinstance(runner, SweepRunner) else RunStarted
    with stopping_on_signals(runner):
        try:
            async with aclosing(runner.run()) as events:
                async for event in events:
                    told = event.event if isinstance(event, PointEvent) else event
                    if isinstance(told, EnvironmentStep):
                        if sentence := making.tell(told):
                            complain(sentence)
                    elif isinstance(told, RedirectedElsewhere) and runner.may_go_elsewhere:
                        complain(f"{told.elsewhere.in_words}.")
                    elif isinstance(event, begins) and drawing is None and StreamConsole(sys.stderr).is_animated:
                        drawing = asyncio.create_task(_draw_progress(runner))
        finally:
            await end_drawing(drawing)


async def _draw_progress(runner: Runner | SweepRunner) -> None:
    with LiveProgress(sys.stderr, transient=StreamConsole(sys.stdout).is_terminal) as live:
        await draw_on(_redrawing(live, runner))


async def draw_on(redraw: Callable[[], None]) -> None:
    """Draws again and again until it is cancelled, and then once more."""
    try:
        while True:
            redraw()
            await asyncio.sleep(REDRAW_INTERVAL_S)
    finally:
        redraw()


async def end_drawing(drawing: asyncio.Task[None] | None) -> None:
    """Ends the task that draws, if there is one."""
    if drawing is not None:
        drawing.cancel()
        # A terminal that went away must not end the run.
        with suppress(asyncio.CancelledError, OSError):
            await drawing


def _redrawing(live: LiveProgress, runner: Runner | SweepRunner) -> Callable[[], None]:
    if isinstance(runner, SweepRunner):
        return lambda: live.update_sweep(runner.progress())
    return lambda: live.update(runner.progress())


@contextmanager
def stopping_on_signals(runner: Stoppable) -> Iterator[None]:
    """Lets the first signal that asks for an end stop the run, and the second cancel what is left of it."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    asked = False

    def stop() -> None:
        nonlocal asked
        if asked and task is not None:
            task.cancel()
        asked = True
        runner.stop()

    def handle(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)

    # Not loop.add_signal_handler, which Windows does not have.
    before = {number: signal.signal(number, handle) for number in ending_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ending_signals() -> tuple[signal.Signals, ...]:
    """The signals that ask this process to end; that of a closed terminal only where it is not ignored (nohup)."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    return tuple(numbers)
