"""``httpbench-tui history``: lists the runs that were kept, reports or exports one, or removes some."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from tui_httpbench.analysis.any_result import summarize_any
from tui_httpbench.analysis.grouping import parse_group_by
from tui_httpbench.analysis.hosts import summarize_hosts
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.analysis.sweep import summarize_sweep
from tui_httpbench.bench.kept_runs import (
    KeptRun,
    KeptRunError,
    find_kept,
    history_size,
    list_kept,
    open_any,
    remove_kept,
)
from tui_httpbench.commands.exit_status import FAILURE, SUCCESS, USAGE_ERROR
from tui_httpbench.commands.hosts_report import refuse_grouping_of_hosts, report_hosts
from tui_httpbench.commands.output import complain, write_text
from tui_httpbench.commands.run import export_result, report_result
from tui_httpbench.commands.sweep import check_metric, refuse_grouping, report_sweep
from tui_httpbench.history.error import NoSuchRunError
from tui_httpbench.history.settings import load_history_settings
from tui_httpbench.measured.any_measured import whole_of
from tui_httpbench.measured.measured_hosts import MeasuredHosts
from tui_httpbench.measured.measured_sweep import MeasuredSweep
from tui_httpbench.plan.error import PlanError
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.destination import open_all
from tui_httpbench.report.formats import JSON, Export
from tui_httpbench.text.formatting import UNKNOWN, format_bytes, plural
from tui_httpbench.text.quoting import printable, shortened

SHOW = "httpbench-tui history show"
LATEST = 20
"""How many runs are listed in a terminal, unless all are asked for or words are given."""
_MAX_PLACE = 60
_MAX_NAME = 40


def list_runs(words: Sequence[str], exports: tuple[Export, ...] = (), *, all_runs: bool = False) -> int:
    """Lists the runs that have all of these words, the newest first; returns the exit status, 0, 1 or 2.

    A JSON export gets the list in place of standard output. Raises PlanError where it can't be written.
    """
    if any(export.format is not JSON for export in exports):
        raise PlanError(
            "export", "The list of runs can be written as JSON alone; 'httpbench-tui history export' writes one run."
        )
    destinations = open_all(exports)
    console = StreamConsole(sys.stdout)
    most = LATEST if console.is_terminal and not (all_runs or words or exports) else -1
    try:
        for problem in load_history_settings().problems:
            complain(problem)
        found, size = list_kept(" ".join(words), most), history_size()
    except KeptRunError as error:
        return _failed(error)
    for _, destination in destinations:
        if not write_text(
            destination, json.dumps([_told(run) for run in found], indent=2, allow_nan=False) + "\n", "list"
        ):
            return FAILURE
    if destinations:
        return SUCCESS
    if not found:
        complain("No kept run has these words." if words and size.runs else "No run is kept yet; each new one will be.")
        return SUCCESS
    table = _table(found)
    columns = console.columns if console.is_terminal else max(console.columns, console.width_of(table))
    console.print(table, columns=columns)
    limit = format_bytes(load_history_settings().limit_bytes)
    older = f"; --all lists the {plural(size.runs - len(found), 'older run')} too" if 0 < most < size.runs else ""
    complain(
        f"{plural(size.runs, 'run')} in all, whose single requests take {format_bytes(size.samples_bytes)} of {limit}"
        f"{older}."
    )
    return SUCCESS


def show_run(
    reference: str,
    exports: tuple[Export, ...] = (),
    *,
    metric: str | None = None,
    verbose: bool = False,
    group_by: str | None = None,
) -> int:
    """Reports a run as ``run`` did; returns the exit status, 0, 1 or 2. Raises PlanError where it can't be written."""
    destinations = open_all(exports)
    try:
        measured = open_any(reference)
    except KeptRunError as error:
        return _failed(error)
    if isinstance(measured, MeasuredSweep):
        check_metric(metric)
        refuse_grouping(group_by)
        again = f"{SHOW} {measured.whole.run_id}"
        told = report_sweep(summarize_sweep(measured), destinations, metric=metric, verbose=verbose, again=again)
        return SUCCESS if told[0] else FAILURE
    if isinstance(measured, MeasuredHosts):
        refuse_grouping_of_hosts(group_by)
        again = f"{SHOW} {measured.whole.run_id}"
        told = report_hosts(summarize_hosts(measured), destinations, metric=metric, verbose=verbose, again=again)
        return SUCCESS if told[0] else FAILURE
    arrived_whole, _ = report_result(
        summarize_run(measured),
        destinations,
        metric=metric,
        verbose=verbose,
        against=measured.against,
        group_by=parse_group_by(group_by, measured.plan),
        again=f"{SHOW} {measured.run_id}",
    )
    return SUCCESS if arrived_whole else FAILURE


def export_run(reference: str, exports: tuple[Export, ...]) -> int:
    """Writes a run to files, says so, and returns the exit status, 0, 1 or 2. Raises PlanError where that can't be."""
    destinations = open_all(exports)
    try:
        measured = open_any(reference)
    except KeptRunError as error:
        return _failed(error)
    whole, result = whole_of(measured), summarize_any(measured)
    is_sweep = isinstance(measured, MeasuredSweep)
    written = []
    for form, destination in destinations:
        if form.needs_samples and not result.has_samples:
            complain(
                f"{printable(destination.path)} was not written: no single requests of this run are kept any more."
            )
            continue
        if export_result(result, form, destination, whole.against, again=f"{SHOW} {whole.run_id}")[0]:
            written.append(destination)
            complain(
                f"The {'sweep' if is_sweep else 'run'} {whole.run_id} was written to {printable(destination.path)}."
            )
    return SUCCESS if len(written) == len(destinations) else FAILURE


def remove_runs(references: Sequence[str]) -> int:
    """Removes runs for good, and says which; returns the exit status, 0, 1 or 2.

    With one that is not there, none goes.
    """
    try:
        runs = list({run.id: run for run in (find_kept(reference, only_one=True) for reference in references)}.values())
        remove_kept([run.id for run in runs])
    except KeptRunError as error:
        return _failed(error)
    for run in runs:
        what = ", ".join(filter(None, [run.name, run.place, plural(run.requests, "request")]))
        complain(f"Removed {run.id} ({shortened(what, 200)}).")
    return SUCCESS


def _failed(error: KeptRunError) -> int:
    """Says why, and returns the exit status: 2 where the command line names no run, or several, else 1."""
    complain(str(error))
    return USAGE_ERROR if isinstance(error, NoSuchRunError) else FAILURE


def _table(runs: Sequence[KeptRun]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, header_style="bold")
    has_names = any(run.name for run in runs)
    table.add_column("run", no_wrap=True)
    for name in (*(["name"] if has_names else []), "where", "load", "compared", "fastest"):
        table.add_column(name, overflow="fold")
    table.add_column("outcome", no_wrap=True)
    for run in runs:
        where = f"{run.place} ({run.scenario})" if run.scenario else run.place
        cells = (
            shortened(where, _MAX_PLACE),
            f"{run.load}, {run.rounds}",
            run.modes or UNKNOWN,
            run.first or run.winner or UNKNOWN,
        )
        names = [shortened(run.name, _MAX_NAME)] if has_names else []
        table.add_row(*map(Text, (run.id, *names, *cells, _outcome(run))))
    return table


def _outcome(run: KeptRun) -> str:
    return f"{run.outcome}, {plural(run.failed, 'failure')}" if run.failed else run.outcome


def _told(run: KeptRun) -> dict[str, Any]:
    """A run of the list for JSON."""
    told = {name: value for name, value in asdict(run).items() if name != "started_s"}
    lanes = {
        label: {"ok_per_second": rate, "cpu_us_per_request": cpu_us} for label, (rate, cpu_us) in run.lanes.items()
    }
    return {**told, "name": run.name or None, "lanes": lanes, "has_samples": run.has_samples}
