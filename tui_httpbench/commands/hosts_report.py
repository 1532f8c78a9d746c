"""Reports a run on many hosts without a screen, as a run or a sweep is reported."""

from __future__ import annotations

from tui_httpbench.analysis.hosts import HostsResult
from tui_httpbench.commands.run import (
    RECOVER,
    Destinations,
    deliver,
)
from tui_httpbench.plan.error import PlanError
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
    return deliver(
        result, destinations, lambda console: print_hosts(result, console, metric=metric, verbose=verbose), again=again
    )
