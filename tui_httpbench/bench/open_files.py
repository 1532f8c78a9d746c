"""Whether the system allows as many open files as a plan needs."""

from __future__ import annotations

from tui_httpbench.bench.groups import MAX_WORKERS
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.plan.error import PlanError
from tui_httpbench.plan.plan import ARTICLE, Plan
from tui_httpbench.worker.open_files import SPARE_FILES, open_files_limit

DEFAULT_POOL = 100
"""A kept async client holds no more connections than this, unless it is told otherwise."""


def check_open_files(plan: Plan) -> None:
    """Raises PlanError where a worker, or the embedded target, could not hold all connections of this plan."""
    limit = open_files_limit()
    if limit is None:
        return
    at_once = max(_connections(plan, mode_id) for mode_id in plan.modes)
    most = at_once
    if plan.request.uses_embedded_target:
        # The relay in front of the target has two for each.
        most = _held_by_target(plan) * (2 if plan.scenario.rtt_ms else 1)
    files = most + SPARE_FILES
    if files > limit:
        room = max(1, at_once * (limit - SPARE_FILES) // most)
        raise PlanError("concurrency", _sentence(plan, at_once, files, limit, room))


def _sentence(plan: Plan, at_once: int, files: int, limit: int, room: int) -> str:
    advice = f"-n {room} or less" if plan.concurrency == ARTICLE else f"{room} or less"
    whose = f" in each of {len(plan.modes)} modes" if len(plan.modes) > 1 else ""
    return (
        f"{at_once:,} requests at once{whose} need {files:,} open files, and the system allows {limit:,}; give "
        f"{advice}, or raise the hard limit (ulimit -Hn)."
    )


def _held_by_target(plan: Plan) -> int:
    """The most connections that the embedded target has at once: modes keep theirs while others have their turns."""
    kept = sorted((_connections(plan, mode_id) for mode_id in plan.modes if mode_of(mode_id).kept), reverse=True)
    others = [_connections(plan, mode_id) for mode_id in plan.modes if not mode_of(mode_id).kept]
    return sum(kept[:MAX_WORKERS]) + max(others, default=0)


def _connections(plan: Plan, mode_id: str) -> int:
    mode = mode_of(mode_id)
    in_flight = plan.in_flight(mode_id)
    if plan.profile == "defaults" and mode.kind == "async" and mode.kept:
        return min(in_flight, DEFAULT_POOL)
    return in_flight
