"""Offers the run that was interrupted, and opens its result."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import App

from tui_httpbench.bench.recovery import InterruptedRun, RecoveryError, discard, find_interrupted_runs, recover
from tui_httpbench.tui.screens.recover.screen import RecoverScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.too_small.screen import TooSmallScreen


def offer_recovery(app: App[Any]) -> None:
    """Asks about the latest interrupted run, if there is one, and does what is answered."""
    if runs := find_interrupted_runs():
        app.run_worker(_offer(app, runs[0]), name="recovery")


async def _offer(app: App[Any], run: InterruptedRun) -> None:
    while isinstance(app.screen, TooSmallScreen):
        await app.screen.gone.wait()
    match await app.push_screen_wait(RecoverScreen(run)):
        case "discard":
            discard(run.folder)
        case "recover":
            try:
                result = await asyncio.to_thread(recover, run.folder)
            except RecoveryError as error:
                app.notify(str(error), severity="error", timeout=15, markup=False)
            else:
                await app.push_screen(ResultsScreen(result))
                discard(run.folder)
