"""What the process has used: peak memory, where the system tells."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def reset_peak_memory() -> None:
    """Makes the peak start again from what is in use now, where the system can (Linux)."""
    try:
        # proc(5): writing 5 sets the resident set's peak to its current size.
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return  # not Linux, or not allowed: the peak then counts from the process's start


def peak_memory_bytes() -> int | None:
    """The largest resident size since the reset, in bytes; None where the system does not tell.

    On Linux from /proc, since getrusage's maximum survives exec there and so holds the parent's size as well.
    """
    if sys.platform == "linux":
        try:
            match = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        except OSError:
            return None
        return int(match[1]) * 1024 if match else None
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
