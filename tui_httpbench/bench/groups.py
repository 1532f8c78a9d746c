"""Which modes of a round are measured together: all of them, or as many as the machine has room for."""

from __future__ import annotations

import math
import random
from pathlib import Path

from tui_httpbench.plan.plan import Plan

MAX_WORKERS = 25
"""With more, a cycle of turns takes so long that modes no longer share the machine's moods."""
WORKER_BYTES = 96 * 2**20
PLACE_BYTES = 256 * 2**10
"""What a worker, and each request in flight in it, is reckoned with: half as much again as the largest default mode."""
_MEMINFO = Path("/proc/meminfo")


def choose_groups(plan: Plan, modes: tuple[str, ...], shuffler: random.Random) -> list[tuple[str, ...]]:
    """The modes of one round in groups of nearly the same size, drawn anew each time; within a group in their order.

    Only the modes of a group are compared directly; over the rounds each meets all others.
    """
    in_flight = max(map(plan.in_flight, modes))
    count = math.ceil(len(modes) / min(MAX_WORKERS, workers_that_fit(in_flight)))
    if count == 1:
        return [modes]
    drawn = shuffler.sample(modes, len(modes))
    groups = [set(drawn[first::count]) for first in range(count)]
    return [tuple(mode_id for mode_id in modes if mode_id in group) for group in groups]


def workers_that_fit(in_flight: int, meminfo: Path = _MEMINFO) -> int:
    """How many workers may live at once in half of the memory that is free now: two at least, no limit if unknown."""
    try:
        lines = dict(line.split(":", 1) for line in meminfo.read_text().splitlines() if ":" in line)
        available = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError, IndexError):
        return MAX_WORKERS
    return max(2, available // 2 // (WORKER_BYTES + in_flight * PLACE_BYTES))
