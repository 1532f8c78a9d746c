"""What the History screen asks of the history, each beside the screen, since a disk may be slow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui_httpbench.analysis.compared_run import ComparedRun
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.analysis.sweep import SweepResult, summarize_sweep
from tui_httpbench.bench.kept_runs import KeptRun, KeptRunError, count_kept, list_kept, open_any
from tui_httpbench.files.threads import in_thread
from tui_httpbench.history.error import NoSuchRunError
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.report.json_reading import DocumentError, run_of_result
from tui_httpbench.tui.screens.history.run_list import PAGE


async def read_first(searched: str, row: int) -> tuple[int, int, list[KeptRun]]:
    """How many runs have these words, the page with this row or the last one, and its runs. Raises KeptRunError."""

    def read() -> tuple[int, int, list[KeptRun]]:
        total = count_kept(searched)
        page = min(row, max(total - 1, 0)) // PAGE
        return total, page, list_kept(searched, PAGE, skip=page * PAGE)

    return await in_thread(read)


async def read_page(searched: str, page: int) -> list[KeptRun]:
    """The runs of a page. Raises KeptRunError."""
    return await in_thread(list_kept, searched, PAGE, skip=page * PAGE)


class GoneError(KeptRunError):
    """A run that is listed, with this ``run_id``, is not there any more."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"The run {run_id} is not there any more; another app has removed it.")
        self.run_id = run_id


async def read_run(run_id: str) -> tuple[Measured, Result] | tuple[MeasuredSweep, SweepResult]:
    """What a run or a sweep measured, and its result.

    Raises KeptRunError, and GoneError where it is not there any more.
    """

    def read() -> tuple[Measured, Result] | tuple[MeasuredSweep, SweepResult]:
        try:
            measured = open_any(run_id)
        except NoSuchRunError:
            raise GoneError(run_id) from None
        if isinstance(measured, MeasuredSweep):
            return measured, summarize_sweep(measured)
        return measured, summarize_run(measured)

    return await in_thread(read)


async def change_run(change: Callable[[], None], run_id: str) -> None:
    """Makes a change to a run. Raises KeptRunError, and GoneError where it is not there any more."""
    try:
        await in_thread(change)
    except NoSuchRunError:
        raise GoneError(run_id) from None


async def read_compared(run_ids: Sequence[str]) -> list[ComparedRun]:
    """Runs as they are compared.

    Raises KeptRunError, and GoneError where one is not there any more.
    """
    runs = []
    for run_id in run_ids:
        _, result = await read_run(run_id)
        if isinstance(result, SweepResult):
            raise KeptRunError(f"The run {run_id} is a sweep ({result.sweep.text}); only single runs are compared.")
        try:
            runs.append(await in_thread(run_of_result, result, run_id))
        except DocumentError as error:
            raise KeptRunError(str(error)) from error
    return runs
