"""Offers the runs that were interrupted, and opens the result of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from tui_httpbench.analysis.any_result import AnyResult, summarize_any
from tui_httpbench.bench.recovery import InterruptedRun, RecoveryError, discard, look_for_leftovers, read_any
from tui_httpbench.bench.run_folder import RunFolder
from tui_httpbench.files.threads import in_thread
from tui_httpbench.measured.any_measured import AnyMeasured
from tui_httpbench.text.formatting import reason_of
from tui_httpbench.tui.screens.recover.screen import ReadingScreen, RecoverScreen
from tui_httpbench.tui.screens.too_small.screen import TooSmallScreen

Keep = Callable[[AnyResult, AnyMeasured, RunFolder], object]
Show = Callable[[AnyResult, AnyMeasured], object]
ASKED_LATER = "An interrupted run can be recovered. The next start asks about it."
_FIRST_SCREENS = 2
"""Textual's own, and the first one of the app."""


async def offer_recovery(app: App[Any], keep: Keep, show: Show) -> None:
    """Asks about the interrupted runs, the latest first, and does what is answered; tells of those it can't read.

    ``keep`` gets a result that ``show`` shows, what it is made of, and the files that hold that. Who has left the first
    screen by then is not asked, but told.
    """
    leftovers = await in_thread(look_for_leftovers)
    for notice in leftovers.notices:
        app.notify(notice, severity="warning", timeout=15, markup=False)
    while isinstance(app.screen, TooSmallScreen):
        await app.screen.gone.wait()
    if not leftovers.runs:
        return
    if len(app.screen_stack) > _FIRST_SCREENS:
        app.notify(ASKED_LATER, timeout=10)
        return
    await _offer(app, leftovers.runs, keep, show)


async def _offer(app: App[Any], runs: tuple[InterruptedRun, ...], keep: Keep, show: Show) -> None:
    for number, run in enumerate(runs):
        answer = await app.push_screen_wait(RecoverScreen(run, len(runs) - number - 1))
        if answer == "discard":
            discard(run.folder)
            continue
        if answer == "recover":
            await _recover(app, run, keep, show)
        return


async def _recover(app: App[Any], run: InterruptedRun, keep: Keep, show: Show) -> None:
    try:
        folder = RunFolder.reopen(run.folder)
    except OSError as error:
        why = f"another app has it, or has removed it ({reason_of(error)})"
        app.notify(f"The {run.noun} can't be recovered now: {why}.", severity="error", timeout=15, markup=False)
        return
    reading = ReadingScreen(run)
    await app.push_screen(reading)
    try:
        measured = await in_thread(read_any, run.folder)
        result = await in_thread(summarize_any, measured)
    except RecoveryError as error:
        reading.dismiss()
        folder.leave()
        app.notify(str(error), severity="error", timeout=15, markup=False)
        return
    reading.dismiss()
    keep(result, measured, folder)
    show(result, measured)
