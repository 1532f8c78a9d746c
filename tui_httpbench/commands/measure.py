"""A run without a screen: of one machine or many, of one plan or a sweep; and what does not go with which."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from importlib.util import find_spec

from tui_httpbench.analysis.grouping import parse_group_by
from tui_httpbench.bench.cluster.address import Cluster, parse_cluster
from tui_httpbench.commands.interrupt import is_loaded
from tui_httpbench.commands.option_values import UsageError, exports_of, parse_metric
from tui_httpbench.commands.plan_options import make_plan
from tui_httpbench.commands.run_options import RunOptions
from tui_httpbench.history.naming import parse_name
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.politeness import remote_load
from tui_httpbench.plan.presets import default_plan
from tui_httpbench.plan.reference import parse_against
from tui_httpbench.text.formatting import complaint


def measure(options: argparse.Namespace) -> int:
    """What ``run`` does with its options; the exit status. Raises UsageError and PlanError."""
    cluster = _cluster_of(options)
    plan = make_plan(options, elsewhere=cluster is not None and not cluster.local)
    asked = RunOptions(
        exports_of(options),
        metric=parse_metric(options.metric),
        verbose=options.verbose,
        keep_going=options.keep_going,
        yes=options.yes,
        name=parse_name(options.name),
        in_history=not options.no_history,
    )
    of_ranking = {
        "--fail-if-slower": options.fail_if_slower,
        "--reference": options.reference,
        "--group-by": options.group_by,
    }
    if cluster is not None:
        _refuse({"--sweep": plan and plan.sweep, **of_ranking}, "a run on this machine; leave it out, or --cluster")
        return _measure_on_hosts(plan or default_plan(elsewhere=not cluster.local), cluster, asked)
    plan = plan or default_plan()
    if plan.sweep is not None:
        _refuse(of_ranking, "a single run; leave it out, or --sweep")
    else:
        against = parse_against(options.fail_if_slower, options.reference, plan)
        asked = replace(asked, against=against, group_by=parse_group_by(options.group_by, plan))
    return measure_here(plan, asked)


def measure_here(plan: Plan, asked: RunOptions) -> int:
    """Runs or sweeps on this machine; the exit status. Raises PlanError, and UsageError for a load nobody allowed."""
    _tell_of_load(plan, yes=asked.yes)
    # Each imports its own modules: neither waits for the other's.
    if plan.sweep is not None:
        from tui_httpbench.commands.sweep import run_sweep

        is_loaded()
        return run_sweep(plan, asked)
    from tui_httpbench.commands.run import run_headless

    is_loaded()
    return run_headless(plan, asked)


def _measure_on_hosts(plan: Plan, cluster: Cluster, asked: RunOptions) -> int:
    if find_spec("distributed") is None:
        raise UsageError("--cluster needs Dask, which is not installed here; run 'pip install httpbench-tui[cluster]'.")
    from tui_httpbench.commands.cluster import run_on_hosts

    is_loaded()
    return run_on_hosts(plan, cluster, asked)


def _cluster_of(options: argparse.Namespace) -> Cluster | None:
    """The cluster that was asked for. Raises PlanError, and UsageError for an option that goes with one."""
    of_cluster = {
        "--hosts": options.hosts,
        "--cluster-ca": options.cluster_ca,
        "--cluster-cert": options.cluster_cert,
        "--cluster-key": options.cluster_key,
    }
    if options.cluster is not None:
        return parse_cluster(options.cluster, *of_cluster.values())
    if given := next((option for option, value in of_cluster.items() if value is not None), None):
        raise UsageError(f"{given} goes with --cluster; name the cluster, or leave {given} out.")
    return None


def _refuse(given: dict[str, object], what_for: str) -> None:
    """Refuses the first of these options that was given. Raises UsageError."""
    if option := next((option for option, value in given.items() if value is not None), None):
        raise UsageError(f"{option} is for {what_for}.")


def _tell_of_load(plan: Plan, *, yes: bool) -> None:
    """Says what load another machine gets. Raises UsageError where it is heavy and nobody said ``yes``."""
    load = remote_load(plan)
    if load is None:
        return
    if load.is_heavy and not yes:
        raise UsageError(f"{load.in_words[:-1]}; {load.why_heavy}")
    print(complaint(load.in_words), file=sys.stderr)
