"""Which processors worker and target run on, where the system lets us say."""

from __future__ import annotations

import contextlib
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SYSFS_CPUS = Path("/sys/devices/system/cpu")
DEFAULT_CAPACITY = 1024  # the kernel's figure for the fastest processor of a machine


@dataclass(frozen=True)
class CpuChoice:
    """The CPUs for worker and target; ``text`` says it in words, for the environment block.

    Both are None where nothing is placed, the target's alone where it is no process of ours.
    """

    worker: int | None
    target: int | None
    text: str

    @property
    def of_worker_alone(self) -> CpuChoice:
        """The same where the target is no process of ours, so that nobody places it."""
        return self if self.worker is None else CpuChoice(self.worker, None, f"worker on CPU {self.worker}")


@dataclass(frozen=True)
class _Cpu:
    """One CPU: the core and package it belongs to, and how fast it is compared with others of this machine."""

    number: int
    core: str
    package: str
    capacity: int


def choose_cpus(enabled: bool = True) -> CpuChoice:
    """Picks one CPU for the worker and another for the target among those this process may use; pins nothing yet."""
    if not enabled:
        return _unpinned("--no-pin")
    if not hasattr(os, "sched_setaffinity"):
        return _unpinned(f"{_system_name()} can't")
    try:
        usable = os.sched_getaffinity(0)
        # Changes nothing; a sandbox that forbids pinning says so here and not in the middle of a run.
        os.sched_setaffinity(0, usable)
    except OSError:
        return _unpinned("the system does not allow it")
    if len(usable) < 2:
        only = f"only CPU {min(usable)} may be used here" if (os.cpu_count() or 1) > 1 else "this system has one CPU"
        return _unpinned(only)
    return choose_pair(usable)


def choose_pair(usable: set[int], sysfs: Path = SYSFS_CPUS) -> CpuChoice:
    """The best pair of two or more usable CPUs: on different cores if there are several, the worker's the faster.

    The worker avoids CPU 0 and the other threads of its core, since most systems handle interrupts there. Where the
    system does not describe its CPUs, each counts as a core of its own.
    """
    cpus = [_read_cpu(number, sysfs) for number in sorted(usable)]
    busy_core = _read_cpu(0, sysfs).core
    worker = min(cpus, key=lambda cpu: (-cpu.capacity, cpu.core == busy_core, cpu.number == 0, cpu.number))
    others = [cpu for cpu in cpus if cpu is not worker]
    target = min(
        others, key=lambda cpu: (cpu.core == worker.core, cpu.package != worker.package, -cpu.capacity, cpu.number)
    )
    shared = " (two threads of one core)" if worker.core == target.core else ""
    return CpuChoice(
        worker.number, target.number, f"worker on CPU {worker.number}, target on CPU {target.number}{shared}"
    )


def usable_cpus() -> tuple[int, ...] | None:
    """The processors that this thread may use; None where the system does not tell."""
    return tuple(sorted(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else None


@contextmanager
def leave_cpu(cpu: int | None) -> Iterator[None]:
    """Keeps the calling thread off a CPU while the block runs, so that drawing doesn't disturb what is measured there.

    Does nothing where the system can't, for None, or when no other CPU would be left. Processes started meanwhile by
    this thread stay off that CPU too, until they are pinned to it.
    """
    thread = threading.get_native_id()
    before = _take_away(thread, cpu)
    try:
        yield
    finally:
        if before:
            with contextlib.suppress(OSError):  # the thread may be gone, or its CPU taken offline
                os.sched_setaffinity(thread, before)


@contextmanager
def using_cpus(cpus: tuple[int, ...] | None) -> Iterator[None]:
    """Lets the calling thread use these processors while the block runs; processes started meanwhile may keep them.

    Does nothing where the system can't, or for None.
    """
    if cpus is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    thread = threading.get_native_id()
    before = os.sched_getaffinity(thread)
    with contextlib.suppress(OSError):  # a processor was taken offline meanwhile
        os.sched_setaffinity(thread, cpus)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(thread, before)


def _take_away(thread: int, cpu: int | None) -> set[int]:
    """The CPUs that the thread had before; empty when nothing was changed."""
    if cpu is None or not hasattr(os, "sched_setaffinity"):
        return set()
    try:
        before = os.sched_getaffinity(thread)
        if cpu not in before or len(before) < 2:
            return set()
        os.sched_setaffinity(thread, before - {cpu})
    except OSError:
        return set()
    return before


def _read_cpu(number: int, sysfs: Path) -> _Cpu:
    folder = sysfs / f"cpu{number}"
    capacity = _read(folder / "cpu_capacity")
    return _Cpu(
        number=number,
        core=_read(folder / "topology" / "thread_siblings_list") or str(number),
        package=_read(folder / "topology" / "physical_package_id"),
        capacity=int(capacity) if capacity.isdecimal() else DEFAULT_CAPACITY,
    )


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _unpinned(why: str) -> CpuChoice:
    return CpuChoice(None, None, f"not pinned: {why}")


def _system_name() -> str:
    name = platform.system()
    return {"Darwin": "macOS", "": "this system"}.get(name, name)
