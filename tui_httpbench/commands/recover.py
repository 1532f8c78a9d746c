"""``httpbench-tui recover``: reports a run whose app was killed, or removes it."""

from __future__ import annotations

from tui_httpbench.bench.recovery import RecoveryError, discard, find_interrupted_runs, recover
from tui_httpbench.commands.exit_status import FAILURE, SUCCESS
from tui_httpbench.commands.run import complain, report_result
from tui_httpbench.report.destination import FileDestination
from tui_httpbench.text.formatting import plural


def recover_run(json_path: str | None, *, discards: bool = False) -> int:
    """Reports the latest interrupted run and then removes it, or only removes it; returns the exit status, 0 or 1.

    ``json_path`` is a file, ``-`` for standard output, or None. Raises PlanError where the JSON can't be written.
    """
    destination = None if json_path is None else FileDestination(json_path)
    runs = find_interrupted_runs()
    if not runs:
        complain("There is no interrupted run to recover.")
        return FAILURE
    run = runs[0]
    if discards:
        discard(run.folder)
        complain(f"The interrupted run ({run.in_words}) was discarded.{_others(len(runs) - 1)}")
        return SUCCESS
    try:
        result = recover(run.folder)
    except RecoveryError as error:
        complain(str(error))
        return FAILURE
    arrived_whole, arrived = report_result(result, destination)
    if arrived:
        discard(run.folder)
    if len(runs) > 1:
        complain(_others(len(runs) - 1).strip())
    return SUCCESS if arrived_whole else FAILURE


def _others(count: int) -> str:
    return f" {plural(count, 'more interrupted run')} can be recovered." if count else ""
