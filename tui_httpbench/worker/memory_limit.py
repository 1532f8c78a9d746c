"""Keeps this process within a share of the machine's memory, so that a server's answer can't take all of it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

PARTS = 2
"""A worker may have one of so many parts of the memory that the machine, or its container, has."""

_DEFAULT_STACK_BYTES = 8 * 2**20
_CGROUPS = Path("/sys/fs/cgroup")


def limit_memory(threads: int) -> None:
    """Sets the limit, where the system has one to set and tells how much memory there is.

    ``threads`` is how many more threads will be started: their stacks are reserved whole, though hardly used, so they
    are allowed beside the share. A lower limit that is already set stays.
    """
    memory = _memory_bytes()
    if resource is None or memory is None:
        return
    stack, _ = resource.getrlimit(resource.RLIMIT_STACK)
    stack = _DEFAULT_STACK_BYTES if stack == resource.RLIM_INFINITY else stack
    # The data segment holds what is really allocated; the address space counts reserves that nobody fills.
    set_before, highest = resource.getrlimit(resource.RLIMIT_DATA)
    limits = [limit for limit in (set_before, highest) if limit != resource.RLIM_INFINITY]
    with contextlib.suppress(OSError, ValueError):  # a system that knows the limit but can't set it
        resource.setrlimit(resource.RLIMIT_DATA, (min([*limits, memory // PARTS + threads * stack]), highest))


def memory_limit_bytes() -> int | None:
    """The limit that is set, in bytes; None where there is none."""
    if resource is None:
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return None if limit == resource.RLIM_INFINITY else limit


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
