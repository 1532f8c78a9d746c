"""What the History screen asks of the history, each beside the screen, since a disk may be slow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui_httpbench.analysis.compared_run import ComparedRun
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.kept_runs import KeptRun, KeptRunError, count_kept, list_kept, open_kept
from tui_httpbench.files.threads import in_thread
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


async def read_result(run_id: str) -> Result:
    """The result of a run. Raises KeptRunError."""
    return await in_thread(lambda: summarize_run(open_kept(run_id)))


async def read_compared(run_ids: Sequence[str], tell: Callable[[int], object]) -> list[ComparedRun]:
    """Runs as they are compared, one after the other; ``tell`` gets the number of each. Raises KeptRunError."""
    runs = []
    for number, run_id in enumerate(run_ids, start=1):
        tell(number)
        result = await read_result(run_id)
        try:
            runs.append(await in_thread(run_of_result, result, run_id))
        except DocumentError as error:
            raise KeptRunError(str(error)) from error
    return runs
