"""Keeps this process within a share of the machine's memory, so that a server's answer can't take all of it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

SHARE = 2
"""A worker may have one part in this many of the memory that the machine, or its container, has."""

_DEFAULT_STACK_BYTES = 8 * 2**20
_CGROUPS = Path("/sys/fs/cgroup")


def limit_memory(threads: int) -> int | None:
    """Sets the limit and returns it in bytes; None where the system has none to set, or does not tell its memory.

    ``threads`` is how many more threads will be started: their stacks are reserved whole, though hardly used, so they
    are allowed beside the share. A lower limit that is already set stays.
    """
    try:
        import resource
    except ImportError:  # Windows
        return None
    # The data segment holds what is really allocated; the address space counts reserves that nobody fills.
    kind = resource.RLIMIT_DATA
    set_before, highest = resource.getrlimit(kind)
    limits = [limit for limit in (set_before, highest) if limit != resource.RLIM_INFINITY]
    memory = _memory_bytes()
    if memory is not None:
        stack, _ = resource.getrlimit(resource.RLIMIT_STACK)
        stack = _DEFAULT_STACK_BYTES if stack == resource.RLIM_INFINITY else stack
        limits.append(memory // SHARE + threads * stack)
    if not limits:
        return None
    try:
        resource.setrlimit(kind, (min(limits), highest))
    except (OSError, ValueError):
        return None
    return min(limits)


def _memory_bytes() -> int | None:
    """The memory that this process could have: the machine's, or less in a container."""
    sizes = list(_container_limits())
    with contextlib.suppress(OSError, ValueError, AttributeError):  # sysconf does not know every name everywhere
        sizes.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min((size for size in sizes if size > 0), default=None)


def _container_limits() -> Iterator[int]:
    """The limits of this process's control groups and all above them, of either version (Linux)."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers == "":
                root, name = _CGROUPS, "memory.max"
            elif "memory" in controllers.split(","):
                root, name = _CGROUPS / "memory", "memory.limit_in_bytes"
            else:
                continue
            group = Path(path.lstrip("/"))
            for folder in (group, *group.parents):
                with contextlib.suppress(OSError):
                    text = (root / folder / name).read_text().strip()
                    if re.fullmatch(r"\d+", text, re.ASCII):  # "max" is no limit
                        yield int(text)
