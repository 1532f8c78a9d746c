"""The machine, and its state during a run."""

from __future__ import annotations

import math
import os
import platform
import sys
import time
from dataclasses import astuple, dataclass
from pathlib import Path

from tui_httpbench.bench.pinning import SYSFS_CPUS, CpuChoice, usable_cpus
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.machine import Machine
from tui_httpbench.text.quoting import printable, shortened

PROC_STAT = Path("/proc/stat")
PROC_CPUINFO = Path("/proc/cpuinfo")
MAX_CPU_MODEL = 100

LOAD_AVERAGE_S = 60.0
"""The time constant of the first load average of getloadavg(3)."""

LOAD_AVERAGE_MIN_S = 20.0
"""Systems bring load averages up to date every 5 s, so a shorter run holds too few of their samples."""


@dataclass(frozen=True)
class CpuTimes:
    """Seconds that all processors together have spent since the system started.

    ``processes`` is user and system time of all processes; ``stolen`` went to other guests of the same host; ``total``
    is everything, idleness and interrupts as well.
    """

    processes: float
    stolen: float
    total: float


@dataclass(frozen=True)
class _Reading:
    """What start and end of a run are compared by."""

    time_s: float
    own_cpu_s: float
    cpu_times: CpuTimes | None
    load: float | None
    asleep_s: float | None


class ConditionsMonitor:
    """Watches the machine from ``start`` to ``finish``, with one reading at each and nothing in between."""

    def __init__(self, cpus: CpuChoice) -> None:
        """Reads nothing yet."""
        self._cpus = cpus
        self._start: _Reading | None = None
        self._paused: _Reading | None = None

    def start(self) -> None:
        """Takes the first reading."""
        self._start = _take_reading()

    def pause(self) -> None:
        """What happens until ``resume`` does not count: other points of a sweep have their turns."""
        if self._start is not None and self._paused is None:
            self._paused = _take_reading()

    def resume(self) -> None:
        """It counts again; does nothing where it does."""
        if self._start is not None and self._paused is not None:
            self._start = _without(self._start, self._paused, _take_reading())
            self._paused = None

    def finish(self, own_cpu_s: float | None) -> RunConditions:
        """The conditions since ``start``; may be asked for more than once.

        ``own_cpu_s`` is the processor time since ``start`` of children that are still running, such as the embedded
        target, None without any; this process and the children it has waited for are known. What needs two readings is
        None when ``start`` was not called.
        """
        governor = read_governor(self._cpus.worker)
        if self._start is None:
            return RunConditions(self._cpus.text, governor)
        end = _take_reading()
        share = _other_share(self._start, end, own_cpu_s or 0.0)
        return RunConditions(self._cpus.text, governor, share, _asleep_between(self._start, end))


def read_machine() -> Machine:
    """The machine that this process runs on."""
    return Machine(
        python=f"{platform.python_implementation()} {platform.python_version()}",
        platform=platform.platform(),
        cpu_count=os.cpu_count() or 1,
        cpu=read_cpu_model(),
    )


def read_cpu_model(proc_cpuinfo: Path = PROC_CPUINFO) -> str:
    """The model of the processors; empty where the system does not tell, as Linux on some ARM boards."""
    if sys.platform != "linux":
        return platform.processor()
    try:
        with proc_cpuinfo.open(encoding="utf-8", errors="replace") as lines:
            models = (line.partition(":")[2].strip() for line in lines if line.lower().startswith("model name"))
            return shortened(printable(next(models, "")), MAX_CPU_MODEL)
    except OSError:
        return ""


def read_cpu_times(proc_stat: Path = PROC_STAT) -> CpuTimes | None:
    """The processors' times so far; None where the system has no such file."""
    try:
        name, *ticks = proc_stat.read_text().partition("\n")[0].split()
        # proc(5); guest time, in later columns, is part of user time already. Old kernels have fewer columns.
        user, nice, system, idle, iowait, irq, softirq, stolen = [*map(int, ticks[:8]), *[0] * (8 - len(ticks))]
    except (OSError, ValueError):
        return None
    if name != "cpu" or len(ticks) < 4:  # without idle time there is nothing to compare with
        return None
    total = user + nice + system + idle + iowait + irq + softirq + stolen
    per_second = os.sysconf("SC_CLK_TCK")
    return CpuTimes((user + nice + system) / per_second, stolen / per_second, total / per_second)


def share_from_times(before: CpuTimes, after: CpuTimes, own_cpu_s: float) -> float | None:
    """The share of all processors that others used between two readings, of which ``own_cpu_s`` seconds were ours.

    Time stolen by other guests counts as theirs. Interrupts count as nobody's: most of them come from our own requests,
    and systems differ in whether they charge them to a process. None when no time has passed.
    """
    total_s = after.total - before.total
    if total_s <= 0:
        return None
    others_s = max(0.0, after.processes - before.processes - own_cpu_s)
    stolen_s = max(0.0, after.stolen - before.stolen)
    return min(1.0, (others_s + stolen_s) / total_s)


def share_from_load(
    load_before: float, load_after: float, elapsed_s: float, own_cpu_s: float, cpu_count: int
) -> float | None:
    """An estimate of the same share from the first load average before and after, where there is nothing better.

    The load average is an exponentially damped mean of the number of running and waiting threads, so the mean of the
    run alone follows from both readings; ours are taken off it. None for runs shorter than ``LOAD_AVERAGE_MIN_S``.
    """
    if elapsed_s < LOAD_AVERAGE_MIN_S:
        return None
    kept = math.exp(-elapsed_s / LOAD_AVERAGE_S)
    during = (load_after - kept * load_before) / (1 - kept)
    return min(1.0, max(0.0, (during - own_cpu_s / elapsed_s) / cpu_count))


def read_governor(cpu: int | None, sysfs: Path = SYSFS_CPUS) -> str | None:
    """The frequency governor of a CPU, or those of all usable ones for None; None where the system does not tell."""
    cpus = (cpu,) if cpu is not None else usable_cpus() or range(os.cpu_count() or 1)
    governors = set()
    for number in cpus:
        try:
            governors.add((sysfs / f"cpu{number}" / "cpufreq" / "scaling_governor").read_text().strip())
        except OSError:
            continue  # a virtual machine, or a system without this file
    return ", ".join(sorted(governors)) or None


def read_asleep_s() -> float | None:
    """For how long the machine has been suspended since it started, in seconds; None where the system does not tell.

    What Linux calls CLOCK_BOOTTIME goes on while the machine is suspended, and CLOCK_MONOTONIC stands still
    (clock_gettime(2)); on macOS CLOCK_MONOTONIC_RAW goes on, and CLOCK_UPTIME_RAW stands still.
    """
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC_RAW) - time.clock_gettime(time.CLOCK_UPTIME_RAW)
    return None


def _take_reading() -> _Reading:
    own = os.times()
    return _Reading(
        time_s=time.monotonic(),
        own_cpu_s=own.user + own.system + own.children_user + own.children_system,
        cpu_times=read_cpu_times(),
        load=_read_load(),
        asleep_s=read_asleep_s(),
    )


def _without(start: _Reading, paused: _Reading, resumed: _Reading) -> _Reading:
    """The reading that a start would have been, had what came between the two others come before it.

    Means of load know no such difference, and are None.
    """

    def later(value: float | None, before: float | None, after: float | None) -> float | None:
        return None if value is None or before is None or after is None else value + (after - before)

    times = None
    if start.cpu_times is not None and paused.cpu_times is not None and resumed.cpu_times is not None:
        told = zip(astuple(start.cpu_times), astuple(paused.cpu_times), astuple(resumed.cpu_times), strict=True)
        times = CpuTimes(*(value + (after - before) for value, before, after in told))
    return _Reading(
        time_s=start.time_s + (resumed.time_s - paused.time_s),
        own_cpu_s=start.own_cpu_s + (resumed.own_cpu_s - paused.own_cpu_s),
        cpu_times=times,
        load=None,
        asleep_s=later(start.asleep_s, paused.asleep_s, resumed.asleep_s),
    )


def _read_load() -> float | None:
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows has none; a sandbox may hide it
        return None


def _other_share(before: _Reading, after: _Reading, own_cpu_s: float) -> float | None:
    own_s = after.own_cpu_s - before.own_cpu_s + own_cpu_s
    if before.cpu_times is not None and after.cpu_times is not None:
        return share_from_times(before.cpu_times, after.cpu_times, own_s)
    if before.load is not None and after.load is not None:
        return share_from_load(before.load, after.load, after.time_s - before.time_s, own_s, os.cpu_count() or 1)
    return None


def _asleep_between(before: _Reading, after: _Reading) -> float | None:
    if before.asleep_s is None or after.asleep_s is None:
        return None
    return max(0.0, after.asleep_s - before.asleep_s)
