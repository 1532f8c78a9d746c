"""What the History screen asks of the history, each beside the screen, since a disk may be slow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui_httpbench.analysis.any_result import AnyResult, summarize_any
from tui_httpbench.analysis.compared_run import ComparedRun
from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.bench.kept_runs import KeptRun, KeptRunError, count_kept, list_kept, open_any
from tui_httpbench.files.threads import in_thread
from tui_httpbench.history.error import NoSuchRunError
from tui_httpbench.measured.any_measured import AnyMeasured
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


async def read_run(run_id: str) -> tuple[AnyMeasured, AnyResult]:
    """What a run, a sweep or a run on many hosts measured, and its result.

    Raises KeptRunError, and GoneError where it is not there any more.
    """

    def read() -> tuple[AnyMeasured, AnyResult]:
        try:
            measured = open_any(run_id)
        except NoSuchRunError:
            raise GoneError(run_id) from None
        return measured, summarize_any(measured)

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
        if isinstance(result, HostsResult):
            raise KeptRunError(
                f"The run {run_id} was made on several hosts, which it compares itself; only single runs are compared."
            )
        try:
            runs.append(await in_thread(run_of_result, result, run_id))
        except DocumentError as error:
            raise KeptRunError(str(error)) from error
    return runs
