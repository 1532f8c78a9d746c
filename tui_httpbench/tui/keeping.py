"""Keeps the runs of the app in the history, beside whatever is on the screen.

What that takes is loaded with the first run, since the first screen is to come up at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App

from tui_httpbench.files.threads import in_thread
from tui_httpbench.tui.held_run import HeldRun

if TYPE_CHECKING:
    from tui_httpbench.analysis.any_result import AnyResult
    from tui_httpbench.bench.kept_runs import KeptRun
    from tui_httpbench.bench.run_folder import RunFolder
    from tui_httpbench.measured.any_measured import AnyMeasured


NOT_KEPT = "These rounds are not kept: --no-history, or keep = false in the config file, says so. s saves the result."
CAN_BE_RECOVERED = "It stays where it can be recovered; see 'httpbench-tui recover'."


class Keeper:
    """Has each result held until it is in the history; where it can't get there, ``held`` says what becomes of it."""

    def __init__(self, app: App[Any], held: HeldRun) -> None:
        """Nothing kept yet."""
        self._app = app
        self._held = held
        self._tasks: set[asyncio.Task[object]] = set()

    def take(
        self,
        result: AnyResult,
        measured: AnyMeasured,
        folder: RunFolder | None,
        *,
        export: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Holds what a result is made of, and keeps it, after ``export`` has written it to the user's own files.

        ``export`` tells whether all of them are written, and what is there needs no recovery.
        """
        self._held.take(result, folder)
        self.do(self._export_and_keep(result, measured, folder, export))

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        """Has something done that the app is not to end without."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def keep_last(self, result: AnyResult, measured: AnyMeasured, folder: RunFolder) -> KeptRun | None:
        """Keeps a run that ends with the app; None where it is not kept."""
        from tui_httpbench.bench.kept_runs import KeptRunError, keep

        try:
            return await in_thread(keep, measured, source=_source(folder, measured), result=result)
        except KeptRunError:
            return None  # the app says what becomes of it

    @property
    def is_busy(self) -> bool:
        """Whether anything is still on its way into the history, or into a file."""
        return bool(self._tasks)

    async def wait(self) -> None:
        """Returns once all that was taken is exported and kept, or can't be."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def remove(self, run_ids: Sequence[str]) -> None:
        """Removes for good the runs of the history that were hidden, as far as they still are."""
        from tui_httpbench.bench.kept_runs import KeptRunError, purge_hidden

        try:
            await in_thread(purge_hidden, run_ids)
        except KeptRunError as error:
            self._app.notify(str(error), severity="warning", timeout=15, markup=False)

    async def _export_and_keep(
        self,
        result: AnyResult,
        measured: AnyMeasured,
        folder: RunFolder | None,
        export: Callable[[], Awaitable[bool]] | None,
    ) -> None:
        is_safe = await export() if export is not None else False
        if folder is not None:
            await self._keep(result, measured, folder, is_safe)

    async def _keep(self, result: AnyResult, measured: AnyMeasured, folder: RunFolder, is_safe: bool) -> KeptRun | None:
        from tui_httpbench.bench.kept_runs import KeptRunError, keep
        from tui_httpbench.measured.any_measured import whole_of

        notices: list[str] = []
        kept = None
        try:
            kept = await in_thread(keep, measured, source=_source(folder, measured), result=result, tell=notices.append)
        except KeptRunError as error:
            can_be_recovered = not (is_safe or error.is_lasting)
            if can_be_recovered:
                self._held.stay(result)
            notices.append(f"{error} {CAN_BE_RECOVERED}" if can_be_recovered else str(error))
        if kept is None and not notices and whole_of(measured).plan.rounds_before:
            notices.append(NOT_KEPT)
        for notice in notices:
            self._app.notify(notice, severity="warning", timeout=15, markup=False)
        if kept is not None or is_safe:
            self._held.settle(result)
        return kept


def _source(folder: RunFolder, measured: AnyMeasured) -> str:
    from tui_httpbench.bench.run_folder import source_of
    from tui_httpbench.measured.any_measured import whole_of

    return source_of(folder.path, whole_of(measured).started_at)
