"""Which processors this process runs on."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence


def run_on(cpus: Sequence[int] | None) -> None:
    """Moves all threads of this process to these processors; does nothing for None, or where the system can't."""
    if not cpus or not hasattr(os, "sched_setaffinity"):
        return
    try:
        threads = [int(name) for name in os.listdir("/proc/self/task")]  # noqa: PTH208 - only names are wanted
    except OSError:
        threads = [0]
    for thread in threads:
        with contextlib.suppress(OSError):  # it has ended meanwhile, or the processor was taken away
            os.sched_setaffinity(thread, cpus)
