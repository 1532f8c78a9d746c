"""The options of ``httpbench-tui compare``."""

from __future__ import annotations

import argparse

from tui_httpbench.report.formats import JSON, OPTION

EXIT_STATUS = (
    "exit status: 0 compared; 1 runs share no lane, or one could not be compared that --fail-if-slower\n"
    "asks about; 2 the command line is wrong, or a run can't be read; 3 surely slower than it allows"
)


def add_comparison(group: argparse._ActionsContainer) -> None:
    """Adds the runs and what is to be made of them; all stay texts."""
    add = group.add_argument
    add(
        "runs",
        metavar="RUN",
        nargs="*",
        help="the old run and the new one: JSON files, or runs of the history (an id, last, last~1); of more than two, "
        "one lane over all of them",
    )
    add(
        "--relative-to",
        metavar="LABEL",
        help="compare each lane's ratio to this lane, which all runs must have: a slower machine or day cancels out",
    )
    add("--lane", metavar="LABEL", help="look at one lane alone (default: all; of more than two runs, the first)")
    add(
        "--same-within",
        metavar="PERCENT",
        help="a smaller difference counts as none (default: as the new run has it)",
    )
    add(
        "--fail-if-slower",
        metavar="PERCENT",
        help="exit with 3 if a lane is surely that much slower than in the old run; unsure never fails",
    )
    add(
        JSON.option,
        metavar="FILE|-",
        dest=JSON.name,
        help="write the comparison as JSON; - is standard output (default: none)",
    )
    add(
        OPTION,
        metavar="FILE",
        action="append",
        help="write the comparison to a file that ends in .md or .json; repeatable",
    )
