"""How long the threads of this process were ready to run and had no processor, as Linux counts it."""

from __future__ import annotations

from pathlib import Path

MOST_THREADS = 128
"""Of more threads it is not asked: to read as many files takes longer than it is worth."""
_TASKS = Path("/proc/self/task")


def cpu_wait_ns() -> int | None:
    """Of all threads that live, each since it began, in nanoseconds; None where the system does not tell.

    It is the second figure of each thread's ``schedstat``, the time on a run queue (Linux, "Scheduler Statistics").
    """
    total = 0
    try:
        threads = list(_TASKS.iterdir())
        if len(threads) > MOST_THREADS:
            return None
        for thread in threads:
            total += int((thread / "schedstat").read_bytes().split()[1])
    except (OSError, ValueError, IndexError):
        return None  # not Linux, a kernel without these figures, or a thread that ended meanwhile
    return total


def waited_ns(before_ns: int | None) -> int | None:
    """How long they waited since ``before_ns`` was read; None where either is not known."""
    after_ns = cpu_wait_ns()
    return None if before_ns is None or after_ns is None else max(0, after_ns - before_ns)
