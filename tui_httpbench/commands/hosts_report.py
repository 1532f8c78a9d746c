"""Reports what many hosts measured, and keeps it in the history."""

from __future__ import annotations

import sys

from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.commands.output import print_whole
from tui_httpbench.commands.run import Destinations, is_stdout_taken
from tui_httpbench.measured.measured_hosts import HostRun, MeasuredHosts
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.text import print_report


def report_hosts(
    measured: MeasuredHosts, destinations: Destinations, *, metric: str | None = None, verbose: bool = False
) -> tuple[bool, bool]:
    """Writes the exports, if any, and the report; whether all went well, and whether the result arrived."""
    console = StreamConsole(sys.stderr if is_stdout_taken(destinations) else sys.stdout)

    def print_all() -> None:
        for run in measured.hosts:
            console.print(f"\n{run.host.name}")
            for sentence in (*run.notes, *([run.trouble] if run.trouble else [])):
                console.print(sentence)
            if run.measured is not None and run.has_requests:
                print_report(summarize_run(run.measured), console, metric=metric, verbose=verbose)

    has_text = print_whole(print_all)
    return has_text, has_text


def keep_hosts(measured: MeasuredHosts, source: str) -> bool:  # noqa: ARG001
    """Keeps in the history what was reported; whether the run's folder may go."""
    return True


def all_succeeded(run: HostRun) -> bool:
    """Whether the host measured all that it was to."""
    return run.measured is not None and not run.trouble and summarize_run(run.measured).all_succeeded
