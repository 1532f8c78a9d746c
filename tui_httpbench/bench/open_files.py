"""Whether the system allows as many open files as a plan needs."""

from __future__ import annotations

from tui_httpbench.bench.worker.open_files import SPARE_FILES, open_files_limit
from tui_httpbench.clients.catalog import mode_of
from tui_httpbench.plan import ARTICLE, Plan
from tui_httpbench.plan_error import PlanError

DEFAULT_POOL = 100
"""A kept async client holds no more connections than this, unless it is told otherwise."""


def check_open_files(plan: Plan) -> None:
    """Raises PlanError where a worker, or the embedded target, could not hold all connections of this plan."""
    limit = open_files_limit()
    if limit is None:
        return
    most = max(_connections(plan, mode_id) for mode_id in plan.modes)
    # The relay in front of the target has two for each.
    files = most * (2 if plan.request.uses_embedded_target and plan.scenario.rtt_ms else 1) + SPARE_FILES
    if files <= limit:
        return
    room = max(1, most * (limit - SPARE_FILES) // (files - SPARE_FILES))
    raise PlanError("concurrency", _sentence(plan, most, files, limit, room))


def _sentence(plan: Plan, most: int, files: int, limit: int, room: int) -> str:
    advice = f"-n {room} or less" if plan.concurrency == ARTICLE else f"{room} or less"
    return (
        f"{most:,} requests at once need {files:,} open files, and the system allows {limit:,}; give {advice}, or "
        "raise the hard limit (ulimit -Hn)."
    )


def _connections(plan: Plan, mode_id: str) -> int:
    mode = mode_of(mode_id)
    in_flight = plan.in_flight(mode_id)
    if plan.profile == "defaults" and mode.kind == "async" and mode.kept:
        return min(in_flight, DEFAULT_POOL)
    return in_flight
