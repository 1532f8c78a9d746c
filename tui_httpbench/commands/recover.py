"""``httpbench-tui recover``: reports a run whose app was killed, or removes it."""

from __future__ import annotations

from tui_httpbench.analysis.hosts import summarize_hosts
from tui_httpbench.analysis.pairs import judge
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.analysis.sweep import summarize_sweep
from tui_httpbench.bench.recovery import InterruptedRun, RecoveryError, discard, look_for_leftovers, read_any
from tui_httpbench.bench.run_folder import source_of
from tui_httpbench.commands.exit_status import FAILURE, SLOWER, SUCCESS
from tui_httpbench.commands.hosts_report import report_hosts
from tui_httpbench.commands.output import complain
from tui_httpbench.commands.run import may_go, report_result
from tui_httpbench.commands.sweep import report_sweep
from tui_httpbench.measured.measured_hosts import MeasuredHosts
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.report.destination import open_all
from tui_httpbench.report.formats import Export
from tui_httpbench.text.formatting import plural
from tui_httpbench.text.quoting import printable


def recover_run(exports: tuple[Export, ...] = (), *, discards: bool = False, all_runs: bool = False) -> int:
    """Reports the latest interrupted run and then keeps it in the history, or only removes it; returns the exit status.

    That is 0 or 1, or for a run with a gate 3 where a lane is surely slower, and 1 where one could not be compared.
    ``exports`` are written beside the report; ``all_runs`` removes all of them, without a report. Raises PlanError
    where an export can't be written.
    """
    destinations = open_all(exports)
    leftovers = look_for_leftovers()
    for notice in leftovers.notices:
        complain(notice)
    runs = leftovers.runs
    if not runs:
        complain("There is no interrupted run to recover.")
        return FAILURE
    if discards:
        removed = [_discard(run) for run in (runs if all_runs else runs[:1])]
        _tell_of_others(len(runs) - len(removed))
        return SUCCESS if all(removed) else FAILURE
    run = runs[0]
    try:
        measured = read_any(run.folder)
    except RecoveryError as error:
        complain(str(error))
        return FAILURE
    if isinstance(measured, MeasuredSweep | MeasuredHosts):
        if isinstance(measured, MeasuredSweep):
            arrived_whole, arrived = report_sweep(summarize_sweep(measured), destinations)
        else:
            arrived_whole, arrived = report_hosts(summarize_hosts(measured), destinations)
        if arrived and may_go(measured, source_of(run.folder, measured.whole.started_at)):
            discard(run.folder)
        _tell_of_others(len(runs) - 1)
        return SUCCESS if arrived_whole else FAILURE
    result, against = summarize_run(measured), measured.against
    arrived_whole, arrived = report_result(result, destinations, against=against)
    if arrived and may_go(measured, source_of(run.folder, measured.started_at)):
        discard(run.folder)
    _tell_of_others(len(runs) - 1)
    judged = judge(result, against)
    if any(each.verdict == "slower" for each in judged):
        return SLOWER
    return SUCCESS if arrived_whole and all(each.passes for each in judged) else FAILURE


def _discard(run: InterruptedRun) -> bool:
    """Removes a run and says so; whether it is gone."""
    discard(run.folder)
    if run.folder.exists():
        complain(f"The {run.noun} in {printable(str(run.folder))} can't be removed; see who owns what is in it.")
        return False
    complain(f"The {run.noun} ({run.in_words}) was discarded.")
    return True


def _tell_of_others(count: int) -> None:
    if count:
        complain(f"{plural(count, 'more run')} can be recovered.")
