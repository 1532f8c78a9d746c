"""What the hosts of a cluster are like before a run, and which of them can measure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_httpbench.bench.cluster.address import Cluster
from tui_httpbench.bench.cluster.choice import Chosen, Worker, choose, one_a_host, workers_of
from tui_httpbench.bench.cluster.differences import notes_on, why_unfit
from tui_httpbench.bench.cluster.host_file import HostNote
from tui_httpbench.bench.cluster.job import distributions_of, modules_of
from tui_httpbench.bench.run_error import RunError
from tui_httpbench.measured.measured_hosts import Host
from tui_httpbench.plan.plan import Plan

if TYPE_CHECKING:
    from tui_httpbench.bench.cluster.link import Link

LOOKED_AT_ONCE = 50
LOOKING_S = 15.0
"""How long a host may take to tell what it is like."""


async def look_at_hosts(
    link: Link, plan: Plan, cluster: Cluster, why_lost: str
) -> tuple[tuple[Chosen, ...], dict[str, float]]:
    """The hosts that are to measure, with what they tell of themselves, and how far their clocks are off.

    ``why_lost`` says that the scheduler is gone. Raises RunError where there is nobody, PlanError where a host that was
    asked for is not there.
    """
    from tui_httpbench.bench.cluster.link import LostError, SchedulerLostError, SilentError, UnfitError

    try:
        workers = workers_of(await link.identity())
    except SchedulerLostError:
        raise RunError(why_lost) from None
    if not workers:
        raise RunError(
            f"No worker of Dask is at {cluster.in_words}; start one on each host: dask worker {cluster.address}."
        )
    if cluster.local:
        workers = tuple(replace(worker, name=f"local-{int(worker.name or 0) + 1}") for worker in workers)
    everyone, workers = workers, one_a_host(workers, cluster.hosts, each=bool(cluster.local))
    distributions = distributions_of(plan.modes)
    modules = sorted({module for needed in modules_of(plan.modes).values() for module in needed})
    facts: dict[str, Mapping[str, Any] | None] = {}
    offs: dict[str, float] = {}

    at_once = asyncio.Semaphore(LOOKED_AT_ONCE)

    async def look(worker: Worker) -> None:
        facts[worker.address] = None
        async with at_once:
            with suppress(SilentError, LostError, UnfitError, SchedulerLostError):
                told, offs[worker.address] = await link.look(worker.address, distributions, modules, LOOKING_S)
                facts[worker.address] = told

    await asyncio.gather(*map(look, workers))
    return choose(workers, facts, cluster.hosts, everyone), offs


def note_on(chosen: Chosen, plan: Plan, shares: tuple[str, ...], off_s: float | None) -> HostNote:
    """What is known of a host before it measures, and why it can't where it can't."""
    facts = chosen.facts
    if facts is None:
        trouble = f"It does not tell what it is like within {LOOKING_S:.0f} s; see that its worker of Dask is well."
        return HostNote(Host(chosen.name, chosen.worker.address), (), trouble)
    host = Host(
        name=chosen.name,
        address=chosen.worker.address,
        python=str(facts["python"]),
        package=str(facts["package"]),
        versions=dict(facts["versions"]),
        shares=shares,
        clock_off_s=off_s,
    )
    notes = notes_on(facts, plan, off_s, chosen.worker.tasks)
    return HostNote(host, notes, why_unfit(facts, plan))
