"""A run on many hosts without a screen: progress on standard error, the report on standard output."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing

from tui_httpbench.analysis.hosts import summarize_hosts
from tui_httpbench.bench.cluster.address import Cluster
from tui_httpbench.bench.cluster.hosts_events import HostFinished, HostNotice, HostsStarted
from tui_httpbench.bench.cluster.hosts_runner import HostsRunner
from tui_httpbench.bench.run_error import RunError, in_words
from tui_httpbench.commands.exit_status import FAILURE, STOPPED, SUCCESS
from tui_httpbench.commands.following import draw_on, end_drawing, stopping_on_signals
from tui_httpbench.commands.hosts_report import report_hosts
from tui_httpbench.commands.output import complain
from tui_httpbench.commands.run import RECOVER, length_of, may_go, tell_of_leftovers
from tui_httpbench.commands.run_options import RunOptions
from tui_httpbench.plan.plan import Plan
from tui_httpbench.report import hosts_markdown
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.destination import open_all
from tui_httpbench.report.hosts_progress import LiveHosts
from tui_httpbench.report.step_summary import add_to_summary, wants_summary


def run_on_hosts(plan: Plan, cluster: Cluster, asked: RunOptions) -> int:
    """Runs the plan on the hosts of a cluster, reports, and returns the exit status.

    That is 0, 1 (a request failed, or a host did not measure to its end) or 130 (stopped by the user); all else is as
    ``run_headless`` has it. Raises PlanError where an export can't be written, a host that was asked for is not there,
    or the load of all hosts together is more than another machine should get unasked.
    """
    destinations = open_all(asked.exports)
    tell_of_leftovers()
    runner = HostsRunner(
        plan,
        cluster,
        keeps_folder=True,
        keep_going=asked.keep_going,
        may_load=asked.yes,
        name=asked.name,
        in_history=asked.in_history,
    )
    if asked.verbose or StreamConsole(sys.stderr).is_animated:
        length = length_of(plan)
        complain(f"On each host, {length[:1].lower()}{length[1:]}")
    is_reported = False
    try:
        status = _follow_to_end(runner)
        if status is None:
            result = summarize_hosts(runner.measured)
            arrived_whole, is_reported = report_hosts(result, destinations, metric=asked.metric, verbose=asked.verbose)
            if wants_summary() and (problem := add_to_summary(hosts_markdown.to_text(result))):
                complain(problem)
            if runner.trouble:
                complain(runner.trouble)
                status = FAILURE
            elif result.stopped:
                status = STOPPED
            else:
                status = SUCCESS if arrived_whole and result.all_succeeded else FAILURE
        elif runner.has_measured:
            complain(f"What was measured until now is kept; '{RECOVER}' reports it.")
        else:
            is_reported = True  # there is nothing to recover
    finally:
        if is_reported and may_go(runner.measured, runner.source):
            runner.discard()
        else:
            runner.leave()
    return status


def _follow_to_end(runner: HostsRunner) -> int | None:
    """The exit status where it could not be made, None where there is something to report."""
    try:
        asyncio.run(_follow(runner))
    except asyncio.CancelledError:
        return STOPPED
    except OSError as error:
        complain(str(error) if isinstance(error, RunError) else f"The run can't be made: {in_words(error)}.")
        return FAILURE
    if not runner.progress().hosts:
        return STOPPED
    return None


async def _follow(runner: HostsRunner) -> None:
    """Lets it measure until it ends or is stopped; raises what it does, and CancelledError on a second signal."""
    drawing = None
    with stopping_on_signals(runner):
        try:
            async with aclosing(runner.run()) as events:
                async for event in events:
                    if isinstance(event, HostNotice):
                        complain(f"{event.name}: {event.sentence}" if event.name else event.sentence)
                    elif isinstance(event, HostsStarted) and StreamConsole(sys.stderr).is_animated:
                        drawing = asyncio.create_task(_draw_progress(runner))
                    elif isinstance(event, HostFinished) and event.trouble and drawing is None:
                        complain(f"{event.name}: {event.trouble}")
        finally:
            await end_drawing(drawing)


async def _draw_progress(runner: HostsRunner) -> None:
    with LiveHosts(sys.stderr, transient=StreamConsole(sys.stdout).is_terminal) as live:
        await draw_on(lambda: live.update(runner.progress()))
