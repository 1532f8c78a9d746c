"""A sweep without a screen: progress on standard error, the report on standard output."""

from __future__ import annotations

import asyncio
import sys

from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import FIGURE_OPTIONS
from tui_httpbench.bench.forecast import too_few_rounds
from tui_httpbench.bench.run_error import RunError, in_words
from tui_httpbench.bench.sweep_runner import SweepRunner
from tui_httpbench.commands.exit_status import FAILURE, STOPPED, SUCCESS, USAGE_ERROR
from tui_httpbench.commands.following import follow
from tui_httpbench.commands.output import complain
from tui_httpbench.commands.run import (
    KEEP_GOING,
    RECOVER,
    Destinations,
    deliver,
    length_of,
    may_go,
    tell_of_leftovers,
    tells_findings_alone,
)
from tui_httpbench.commands.run_options import RunOptions
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.plan import Plan
from tui_httpbench.report import sweep_markdown
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.destination import open_all
from tui_httpbench.report.step_summary import add_to_summary, wants_summary
from tui_httpbench.report.sweep_text import print_sweep
from tui_httpbench.target_server.launcher import TargetError
from tui_httpbench.text.formatting import enumerate_names


def run_sweep(plan: Plan, asked: RunOptions) -> int:
    """Makes the sweep, reports, and returns the exit status: 0, 1 (something failed), 2 or 130 (stopped by the user).

    All else is as ``run_headless`` has it. Raises PlanError where an export can't be written, the system can't run the
    plan, or the curves have no such metric.
    """
    check_metric(asked.metric)
    destinations = open_all(asked.exports)
    tell_of_leftovers()
    runner = SweepRunner(
        plan,
        keeps_folder=True,
        keep_going=asked.keep_going,
        may_go_elsewhere=asked.yes,
        name=asked.name,
        in_history=asked.in_history,
    )
    if asked.verbose or StreamConsole(sys.stderr).is_animated:
        complain(length_of(plan))
    if hint := too_few_rounds(plan):
        complain(hint)
    is_reported = False
    try:
        status, is_reported = _run_and_report(runner, destinations, asked)
    finally:
        if is_reported and may_go(runner.measured, runner.source):
            runner.discard()
        else:
            runner.leave()
    return status


def check_metric(metric: str | None) -> None:
    """Lets a metric pass that curves have. Raises PlanError."""
    if metric is not None and metric not in FIGURE_OPTIONS:
        *most, last = FIGURE_OPTIONS
        raise PlanError("metric", f"The report of a sweep shows {', '.join(most)} or {last}, not {metric}.")


def refuse_grouping(group_by: str | None) -> None:
    """Refuses ``--group-by`` for a sweep. Raises PlanError."""
    if group_by is not None:
        raise PlanError("group_by", "--group-by is for a single run, and this is a sweep; leave it out.")


def report_sweep(
    result: SweepResult,
    destinations: Destinations,
    *,
    metric: str | None = None,
    verbose: bool = False,
    again: str = RECOVER,
) -> tuple[bool, bool]:
    """Writes the exports, if any, and the report; whether all went well, and whether the result arrived.

    As ``report_result`` does for a run.
    """
    return deliver(
        result, destinations, lambda console: print_sweep(result, console, metric=metric, verbose=verbose), again=again
    )


def _run_and_report(runner: SweepRunner, destinations: Destinations, asked: RunOptions) -> tuple[int, bool]:
    """The exit status, and whether all that was measured has been reported."""
    try:
        asyncio.run(follow(runner))
    except asyncio.CancelledError:
        return STOPPED, _is_nothing_left(runner)
    except (TargetError, OSError) as error:
        if runner.measured.whole.stopped:
            return STOPPED, _is_nothing_left(runner)
        is_sentence = isinstance(error, TargetError | RunError)
        complain(str(error) if is_sentence else f"The sweep can't be made: {in_words(error)}.")  # type: ignore[arg-type]
        return FAILURE, _is_nothing_left(runner)
    if runner.is_refused and (elsewhere := runner.elsewhere) is not None:
        complain(elsewhere.why_refused)
        return USAGE_ERROR, not runner.has_measured
    result = runner.result()
    arrived_whole, arrived = report_sweep(result, destinations, metric=asked.metric, verbose=asked.verbose)
    if wants_summary() and (problem := add_to_summary(sweep_markdown.to_text(result))):
        complain(problem)
    if not runner.has_measured and runner.failure is not None:
        if not tells_findings_alone(destinations):
            complain(runner.failure.text)
        complain(f"Nothing was measured; {KEEP_GOING} measures all the same.")
        return FAILURE, True
    if runner.trouble:
        return FAILURE, arrived
    if result.stopped:
        return STOPPED, arrived
    if missing := [point.value for point in result.points if not point.is_measured]:
        complain(f"Nothing was measured at {enumerate_names(missing)}; {KEEP_GOING} measures all the same.")
    return SUCCESS if arrived_whole and result.all_succeeded and not missing else FAILURE, arrived


def _is_nothing_left(runner: SweepRunner) -> bool:
    """Whether nothing was measured; says what becomes of it where something was that is not reported now."""
    if runner.has_measured:
        complain(f"What was measured until now is kept; '{RECOVER}' reports it.")
    return not runner.has_measured
