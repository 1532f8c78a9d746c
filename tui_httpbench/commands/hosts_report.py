"""Reports a run on many hosts without a screen, as a run or a sweep is reported."""

from __future__ import annotations

import sys

from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.commands.output import complain, print_whole
from tui_httpbench.commands.run import (
    RECOVER,
    Destinations,
    export_result,
    is_stdout_taken,
    tells_findings_alone,
)
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.reference import USUAL
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.hosts_text import print_hosts


def refuse_grouping_of_hosts(group_by: str | None) -> None:
    """Refuses ``--group-by`` for a run on many hosts. Raises PlanError."""
    if group_by is not None:
        raise PlanError("group_by", "--group-by is for a single run, and this was made on several hosts; leave it out.")


def report_hosts(
    result: HostsResult,
    destinations: Destinations,
    *,
    metric: str | None = None,
    verbose: bool = False,
    again: str = RECOVER,
) -> tuple[bool, bool]:
    """Writes the exports, if any, and the report; whether all went well, and whether the result arrived.

    As ``report_result`` does for a run.
    """
    exported = [export_result(result, form, destination, USUAL, again=again) for form, destination in destinations]
    succeeded, has_exports = (all(told) for told in zip(*exported, strict=True)) if exported else (True, False)
    if tells_findings_alone(destinations):
        for finding in result.findings:
            complain(finding.text)
        return succeeded, has_exports
    console = StreamConsole(sys.stderr if is_stdout_taken(destinations) else sys.stdout)
    has_text = print_whole(lambda: print_hosts(result, console, metric=metric, verbose=verbose))
    return succeeded and has_text, has_exports if exported else has_text
