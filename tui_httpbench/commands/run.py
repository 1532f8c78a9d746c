"""A run without a screen: progress on standard error, the report on standard output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from tui_httpbench.analysis.any_result import AnyResult
from tui_httpbench.analysis.grouping import GroupBy
from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.analysis.pairs import gate_in_words, judge
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.bench.forecast import describe_duration, forecast, too_few_rounds
from tui_httpbench.bench.kept_runs import KeptRunError, keep
from tui_httpbench.bench.recovery import look_for_leftovers
from tui_httpbench.bench.run_error import RunError, in_words
from tui_httpbench.bench.runner import Runner
from tui_httpbench.commands.exit_status import FAILURE, SLOWER, STOPPED, SUCCESS, USAGE_ERROR
from tui_httpbench.commands.following import follow
from tui_httpbench.commands.output import complain, print_whole
from tui_httpbench.commands.run_options import RunOptions
from tui_httpbench.measured.any_measured import AnyMeasured
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.reference import USUAL, Against
from tui_httpbench.report import markdown
from tui_httpbench.report.console import StreamConsole, discard_stdout
from tui_httpbench.report.destination import FileDestination, open_all
from tui_httpbench.report.formats import Format
from tui_httpbench.report.step_summary import add_to_summary, wants_summary
from tui_httpbench.report.text import print_report
from tui_httpbench.target_server.launcher import TargetError
from tui_httpbench.text.formatting import reason_of

RECOVER = "httpbench-tui recover"
KEEP_GOING = "--keep-going"

Destinations = tuple[tuple[Format, FileDestination], ...]


def run_headless(plan: Plan, asked: RunOptions) -> int:
    """Runs the plan, reports, and returns the exit status: 0, 1 (something failed), 2, 3 or 130 (stopped by the user).

    Where redirects lead to another machine that the options don't allow, nothing is measured or reported, and the
    status is 2. Where a lane is surely slower than their gate lets, it is 3.
    Ctrl-C, SIGTERM or SIGHUP once ends the run and reports what was measured, twice gives up. What could not be
    reported stays for recovery. Raises PlanError where an export can't be written, or the system can't run the plan.
    """
    destinations = open_all(asked.exports)
    tell_of_leftovers()
    runner = Runner(
        plan,
        keeps_folder=True,
        keep_going=asked.keep_going,
        may_go_elsewhere=asked.yes,
        against=asked.against,
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


def tell_of_leftovers() -> None:
    """Says on standard error what earlier runs have left."""
    leftovers = look_for_leftovers()
    if leftovers.runs:
        complain(f"{leftovers.in_words}; see '{RECOVER}'.")
    for notice in leftovers.notices:
        complain(notice)


def report_result(
    result: Result,
    destinations: Destinations,
    *,
    metric: str | None = None,
    verbose: bool = False,
    against: Against = USUAL,
    group_by: GroupBy | None = None,
    again: str = RECOVER,
) -> tuple[bool, bool]:
    """Writes the exports, if any, and the report; whether all went well, and whether the result arrived.

    ``again`` is the command that reports the run once more.
    Where exports were asked for, it has arrived with them alone: the text may have gone where nobody reads it.
    """
    return deliver(
        result,
        destinations,
        lambda console: print_report(
            result, console, metric=metric, verbose=verbose, against=against, group_by=group_by
        ),
        against=against,
        further=gate_in_words(judge(result, against)),
        again=again,
    )


def deliver(
    result: AnyResult,
    destinations: Destinations,
    print_on: Callable[[StreamConsole], None],
    *,
    against: Against = USUAL,
    further: str = "",
    again: str = RECOVER,
) -> tuple[bool, bool]:
    """Writes the exports, if any, and has the report printed; whether all went well, and whether the result arrived.

    Where the findings alone are told, ``further`` is a sentence after them. All else is as ``report_result`` has it.
    """
    # First the exports: they are what other programs wait for.
    exported = [export_result(result, form, destination, against, again=again) for form, destination in destinations]
    succeeded, has_exports = (all(told) for told in zip(*exported, strict=True)) if exported else (True, False)
    if tells_findings_alone(destinations):
        for sentence in filter(None, (*(finding.text for finding in result.findings), further)):
            complain(sentence)
        return succeeded, has_exports
    console = StreamConsole(sys.stderr if is_stdout_taken(destinations) else sys.stdout)
    has_text = print_whole(lambda: print_on(console))
    return succeeded and has_text, has_exports if exported else has_text


def may_go(measured: AnyMeasured, source: str) -> bool:
    """Keeps in the history what was reported, and says why where it can't; whether the run's folder may go.

    It stays for recovery where the next try may succeed, as on a disk that is full now.
    """
    try:
        keep(measured, source=source, tell=complain)
    except KeptRunError as error:
        complain(str(error))
        return error.is_lasting
    return True


def is_stdout_taken(destinations: Destinations) -> bool:
    """Whether standard output is an export's."""
    return any(destination.is_stdout for _, destination in destinations)


def tells_findings_alone(destinations: Destinations) -> bool:
    """Whether standard output is an export's and nobody watches: then standard error gets the findings alone."""
    return is_stdout_taken(destinations) and not StreamConsole(sys.stderr).is_terminal


def length_of(plan: Plan) -> str:
    """How long the run will take, in a sentence."""
    length = forecast(plan)
    if length is None:
        return f"How long this run takes is {describe_duration(length)}."
    return f"This run takes {describe_duration(length)}."


def _run_and_report(runner: Runner, destinations: Destinations, asked: RunOptions) -> tuple[int, bool]:
    """The exit status, and whether all that was measured has been reported."""
    try:
        asyncio.run(follow(runner))
    except asyncio.CancelledError:
        return STOPPED, _is_nothing_left(runner)
    except TargetError as error:
        if runner.result().stopped:
            return STOPPED, _is_nothing_left(runner)
        complain(str(error))
        return FAILURE, _is_nothing_left(runner)
    except OSError as error:
        complain(str(error) if isinstance(error, RunError) else f"The run can't be made: {in_words(error)}.")
        return FAILURE, _is_nothing_left(runner)
    if runner.is_refused and (elsewhere := runner.elsewhere) is not None:
        complain(elsewhere.why_refused)
        return USAGE_ERROR, True  # there is nothing to recover
    result, against, group_by = runner.result(), asked.against, asked.group_by
    arrived_whole, arrived = report_result(
        result, destinations, metric=asked.metric, verbose=asked.verbose, against=against, group_by=group_by
    )
    if wants_summary() and (problem := add_to_summary(markdown.to_text(result, against, group_by))):
        complain(problem)
    if runner.failure is not None and not runner.keep_going:
        if not tells_findings_alone(destinations):
            complain(runner.failure.text)
        complain(f"Nothing was measured; {KEEP_GOING} measures all the same.")
        return FAILURE, True  # there is nothing to recover
    if runner.trouble:
        return FAILURE, arrived
    if result.stopped:
        return STOPPED, arrived
    if any(each.verdict == "slower" for each in judge(result, against)):
        return SLOWER, arrived
    return SUCCESS if arrived_whole and result.all_succeeded else FAILURE, arrived


def _is_nothing_left(runner: Runner) -> bool:
    """Whether nothing was measured; says what becomes of it where something was that is not reported now."""
    if runner.has_measured:
        complain(f"What was measured until now is kept; '{RECOVER}' reports it.")
    return not runner.has_measured


def export_result(
    result: AnyResult, form: Format, destination: FileDestination, against: Against, *, again: str = RECOVER
) -> tuple[bool, bool]:
    """Whether all went well, and whether it arrived: a reader that is gone is no failure, but has not got it.

    ``again`` is the command that reports the run once more.
    """
    try:
        if isinstance(result, SweepResult):
            destination.write_parts(form.parts_of_sweep(result))
        elif isinstance(result, HostsResult):
            destination.write_parts(form.parts_of_hosts(result))
        else:
            destination.write_parts(form.parts_of(result, against))
    except BrokenPipeError:
        if destination.is_stdout:
            discard_stdout()
        complain(f"The {form.title}'s reader ended before it had read all; '{again}' reports the run again.")
        return True, False
    except OSError as error:
        why = f"The {form.title} can't be written to {destination.path!r}: {reason_of(error)}"
        complain(f"{why}; see '{again}'.")
        return False, False
    return True, True
