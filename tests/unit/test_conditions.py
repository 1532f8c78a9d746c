"""The machine's state during a run: real readings, and arithmetic on readings made by hand."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui_httpbench.bench.conditions import (
    PROC_STAT,
    ConditionsMonitor,
    CpuTimes,
    read_cpu_times,
    read_governor,
    share_from_load,
    share_from_times,
)
from tui_httpbench.bench.pinning import CpuChoice

UNPINNED = CpuChoice(None, None, "not pinned: --no-pin")
BURN_S = 0.4
BURN = f"""
import sys, time
while time.process_time() < {BURN_S}:
    pass
print("done", flush=True)
sys.stdin.read()
"""

has_proc_stat = pytest.mark.skipif(not PROC_STAT.exists(), reason="this system has no /proc/stat")


@pytest.fixture
def burner() -> Iterator[subprocess.Popen[str]]:
    """A child that uses ``BURN_S`` of processor time, says so, and waits to be told to end."""
    child = subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield child
    child.communicate()


@has_proc_stat
def test_a_childs_time_is_others_until_it_is_told_or_waited_for(burner: subprocess.Popen[str]) -> None:
    monitor = ConditionsMonitor(UNPINNED)
    before = read_cpu_times()
    monitor.start()
    assert burner.stdout is not None
    assert burner.stdout.readline() == "done\n"
    unknown = monitor.finish(None).other_cpu_share
    told = monitor.finish(BURN_S).other_cpu_share
    burner.communicate()
    waited_for = monitor.finish(None).other_cpu_share
    after = read_cpu_times()

    assert before is not None
    assert after is not None
    total_s = after.total - before.total
    assert unknown is not None
    assert told is not None
    assert waited_for is not None
    assert min(told, waited_for) >= 0
    assert unknown <= 1
    # Half of it, since the system counts in ticks, and other programs go on meanwhile.
    assert unknown * total_s >= BURN_S / 2
    assert (unknown - told) * total_s >= BURN_S / 2
    assert (unknown - waited_for) * total_s >= BURN_S / 2


@has_proc_stat
def test_claiming_more_than_was_used_gives_no_negative_share() -> None:
    monitor = ConditionsMonitor(UNPINNED)
    monitor.start()
    subprocess.run([sys.executable, "-c", "import time; time.sleep(0.05)"], check=True)
    share = monitor.finish(1e6).other_cpu_share
    assert share is not None
    assert 0 <= share <= 1


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="the system does not tell")
def test_a_machine_that_runs_this_does_not_sleep() -> None:
    monitor = ConditionsMonitor(UNPINNED)
    assert monitor.finish(None).asleep_s is None
    monitor.start()
    asleep_s = monitor.finish(None).asleep_s
    assert asleep_s is not None
    assert 0.0 <= asleep_s < 1.0


def test_without_a_start_no_share_is_made_up() -> None:
    conditions = ConditionsMonitor(CpuChoice(1, 0, "worker on CPU 1, target on CPU 0")).finish(None)
    assert conditions.other_cpu_share is None
    assert conditions.pinning == "worker on CPU 1, target on CPU 0"


@has_proc_stat
def test_the_systems_times_only_grow_and_make_sense() -> None:
    first = read_cpu_times()
    second = read_cpu_times()
    assert first is not None
    assert second is not None
    assert 0 < first.processes < first.total
    assert second.total >= first.total


def test_columns_of_proc_stat(tmp_path: Path) -> None:
    file = tmp_path / "stat"
    ticks = os.sysconf("SC_CLK_TCK")
    file.write_text("cpu  100 20 30 1000 40 5 6 7 90 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n")
    assert read_cpu_times(file) == CpuTimes(150 / ticks, 7 / ticks, 1208 / ticks)
    file.write_text("cpu 100 20 30 1000\n")
    assert read_cpu_times(file) == CpuTimes(150 / ticks, 0.0, 1150 / ticks)


@pytest.mark.parametrize("text", ["", "\n", "intr 1 2 3 4 5 6 7 8\n", "cpu a b c d\n", "cpu 1 2\ncpu0 1 2\n"])
def test_a_strange_proc_stat_tells_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "stat"
    file.write_text(text)
    assert read_cpu_times(file) is None
    assert read_cpu_times(tmp_path / "absent") is None


@pytest.mark.parametrize(
    ("after", "own_cpu_s", "share"),
    [
        (CpuTimes(13.0, 0.0, 120.0), 1.0, 0.1),  # 3 s used, 1 of them ours, of 20
        (CpuTimes(13.0, 4.0, 120.0), 1.0, 0.3),  # 4 s more were stolen
        (CpuTimes(13.0, 0.0, 120.0), 5.0, 0.0),
        (CpuTimes(13.0, 4.0, 120.0), 5.0, 0.2),  # what was stolen is not ours, whatever we used
        (CpuTimes(90.0, 9.0, 120.0), 0.0, 1.0),
        (CpuTimes(9.0, 0.0, 120.0), 0.0, 0.0),  # a counter that ran back
        (CpuTimes(10.0, 0.0, 100.0), 0.0, None),  # no time between the readings
    ],
)
def test_share_from_times(after: CpuTimes, own_cpu_s: float, share: float | None) -> None:
    assert share_from_times(CpuTimes(10.0, 0.0, 100.0), after, own_cpu_s) == (
        None if share is None else pytest.approx(share)
    )


@pytest.mark.parametrize("load_before", [0.0, 1.0, 8.0])
def test_share_from_load_averages_is_that_of_the_run_alone(load_before: float) -> None:
    elapsed_s, during = 30.0, 3.0
    kept = math.exp(-elapsed_s / 60)
    load_after = kept * load_before + (1 - kept) * during
    # Of 3 processors' worth of load one was ours; two are half of four.
    assert share_from_load(load_before, load_after, elapsed_s, 30.0, 4) == pytest.approx(0.5)


def test_share_from_load_averages_keeps_its_bounds() -> None:
    assert share_from_load(5.0, 0.1, 30.0, 0.0, 2) == 0.0
    assert share_from_load(0.0, 9.0, 30.0, 0.0, 2) == 1.0
    assert share_from_load(1.0, 1.0, 19.9, 0.0, 2) is None
    assert share_from_load(1.0, 1.0, 20.0, 0.0, 2) == pytest.approx(0.5)


def test_governors(tmp_path: Path) -> None:
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    assert read_governor(None, tmp_path) is None
    for number in {*usable, 501}:
        folder = tmp_path / f"cpu{number}" / "cpufreq"
        folder.mkdir(parents=True)
        (folder / "scaling_governor").write_text("powersave\n" if number == 501 else "performance\n")
    assert read_governor(501, tmp_path) == "powersave"
    assert read_governor(502, tmp_path) is None
    assert read_governor(None, tmp_path) == "performance"
    (tmp_path / f"cpu{usable[0]}" / "cpufreq" / "scaling_governor").write_text("schedutil\n")
    expected = "schedutil" if len(usable) == 1 else "performance, schedutil"
    assert read_governor(None, tmp_path) == expected
