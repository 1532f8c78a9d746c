"""Which CPUs are chosen, from real ones and from descriptions of machines."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui_httpbench.bench.pinning import CpuChoice, choose_cpus, choose_pair, leave_cpu

can_pin = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system can't pin")
has_several = pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="this system has one CPU")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Sees to it that no test changes for good where this thread may run."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    pin, usable = os.sched_setaffinity, os.sched_getaffinity(0)
    yield
    left_behind = os.sched_getaffinity(0)
    pin(0, usable)
    assert left_behind == usable


def write_cpu(sysfs: Path, number: int, siblings: str, package: int = 0, capacity: int | None = None) -> None:
    topology = sysfs / f"cpu{number}" / "topology"
    topology.mkdir(parents=True)
    (topology / "thread_siblings_list").write_text(f"{siblings}\n")
    (topology / "physical_package_id").write_text(f"{package}\n")
    if capacity is not None:
        (sysfs / f"cpu{number}" / "cpu_capacity").write_text(f"{capacity}\n")


def choice_of(sysfs: Path, *usable: int) -> tuple[int | None, int | None]:
    choice = choose_pair(set(usable), sysfs)
    return choice.worker, choice.target


def test_the_worker_keeps_off_cpu_0(tmp_path: Path) -> None:
    for number in range(2):
        write_cpu(tmp_path, number, str(number))
    choice = choose_pair({0, 1}, tmp_path)
    assert (choice.worker, choice.target) == (1, 0)
    assert choice.text == "worker on CPU 1, target on CPU 0"


@pytest.mark.parametrize("siblings", [["0-1", "0-1", "2-3", "2-3"], ["0,2", "1,3", "0,2", "1,3"]])
def test_two_threads_of_one_core_are_not_both_used(tmp_path: Path, siblings: list[str]) -> None:
    for number, each in enumerate(siblings):
        write_cpu(tmp_path, number, each)
    worker, target = choice_of(tmp_path, 0, 1, 2, 3)
    assert siblings[worker or 0] != siblings[target or 0]
    assert siblings[worker or 0] != siblings[0], "the worker shares no core with CPU 0 either"


def test_only_usable_cpus_are_chosen(tmp_path: Path) -> None:
    for number, siblings in enumerate(["0-1", "0-1", "2-3", "2-3", "4-5", "4-5"]):
        write_cpu(tmp_path, number, siblings)
    assert choice_of(tmp_path, 3, 5) == (3, 5)
    assert choice_of(tmp_path, 2, 3, 5) == (2, 5)


def test_a_single_core_with_two_threads_is_said(tmp_path: Path) -> None:
    for number in range(2):
        write_cpu(tmp_path, number, "0-1")
    choice = choose_pair({0, 1}, tmp_path)
    assert (choice.worker, choice.target) == (1, 0)
    assert choice.text == "worker on CPU 1, target on CPU 0 (two threads of one core)"


def test_fast_cores_come_before_slow_ones(tmp_path: Path) -> None:
    for number, capacity in enumerate([400, 400, 1024, 1024]):
        write_cpu(tmp_path, number, str(number), capacity=capacity)
    assert choice_of(tmp_path, 0, 1, 2, 3) == (2, 3)


def test_both_stay_in_one_package(tmp_path: Path) -> None:
    for number in range(4):
        write_cpu(tmp_path, number, str(number), package=number % 2)
    assert choice_of(tmp_path, 0, 1, 2, 3) == (1, 3)


def test_without_a_description_each_cpu_is_a_core(tmp_path: Path) -> None:
    assert choice_of(tmp_path, 0, 1, 2) == (1, 0)
    assert choice_of(tmp_path, 4, 7) == (4, 7)


def test_pinning_turned_off() -> None:
    choice = choose_cpus(enabled=False)
    assert (choice.worker, choice.target, choice.text) == (None, None, "not pinned: --no-pin")


@pytest.mark.parametrize(("name", "shown"), [("Darwin", "macOS"), ("Windows", "Windows"), ("", "this system")])
def test_a_system_that_cannot_pin(name: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    monkeypatch.setattr(platform, "system", lambda: name)
    choice = choose_cpus()
    assert (choice.worker, choice.target, choice.text) == (None, None, f"not pinned: {shown} can't")
    with leave_cpu(0):
        pass


@can_pin
@has_several
def test_a_process_confined_to_one_cpu_pins_nothing() -> None:
    only = max(os.sched_getaffinity(0))
    code = (
        f"import os; os.sched_setaffinity(0, {{{only}}})\n"
        "from tui_httpbench.bench.pinning import CpuChoice, choose_cpus, leave_cpu\n"
        f"with leave_cpu({only}): print(sorted(os.sched_getaffinity(0)))\n"
        "print(choose_cpus())"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines() == [
        f"[{only}]",
        f"CpuChoice(worker=None, target=None, text='not pinned: only CPU {only} may be used here')",
    ]


@can_pin
@has_several
def test_a_child_runs_on_the_chosen_cpu() -> None:
    usable = os.sched_getaffinity(0)
    if len(usable) < 2:
        pytest.skip("one CPU may be used here")
    choice = choose_cpus()
    assert choice.worker is not None
    assert choice.target is not None
    assert choice.worker != choice.target
    assert {choice.worker, choice.target} <= usable
    assert os.sched_getaffinity(0) == usable, "choosing pins nothing"
    # A child that was started while this thread keeps off the worker's CPU can still be pinned to it.
    with leave_cpu(choice.worker):
        code = f"import os; os.sched_setaffinity(0, {{{choice.worker}}}); print(*os.sched_getaffinity(0))"
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == [str(choice.worker)]


@can_pin
@has_several
def test_only_this_thread_leaves_the_cpu_and_comes_back() -> None:
    before = os.sched_getaffinity(0)
    if len(before) < 2:
        pytest.skip("one CPU may be used here")
    cpu = max(before)
    asked, ended = threading.Event(), threading.Event()
    others: list[set[int]] = []

    def look() -> None:
        asked.wait()
        others.append(os.sched_getaffinity(0))
        ended.set()

    other = threading.Thread(target=look)
    other.start()
    with leave_cpu(cpu):
        assert os.sched_getaffinity(0) == before - {cpu}
        asked.set()
        ended.wait()
    other.join()
    assert others == [before]
    assert os.sched_getaffinity(0) == before


@can_pin
@has_several
def test_a_failure_in_the_block_gives_the_cpu_back() -> None:
    before = os.sched_getaffinity(0)
    with pytest.raises(ZeroDivisionError), leave_cpu(max(before)):
        _ = 1 / 0
    assert os.sched_getaffinity(0) == before


@can_pin
@has_several
def test_the_thread_that_left_comes_back_whoever_ends_the_block() -> None:
    before = os.sched_getaffinity(0)
    block = leave_cpu(max(before))
    block.__enter__()
    ending = threading.Thread(target=block.__exit__, args=(None, None, None))
    ending.start()
    ending.join()
    assert os.sched_getaffinity(0) == before


@can_pin
@pytest.mark.parametrize("cpu", [None, 100_000])
def test_leaving_no_cpu_or_a_strange_one_changes_nothing(cpu: int | None) -> None:
    before = os.sched_getaffinity(0)
    with leave_cpu(cpu):
        assert os.sched_getaffinity(0) == before
    assert os.sched_getaffinity(0) == before


def test_of_a_target_that_is_not_ours_no_place_is_told() -> None:
    both = CpuChoice(1, 0, "worker on CPU 1, target on CPU 0")
    assert both.of_worker_alone == CpuChoice(1, None, "worker on CPU 1")
    unpinned = CpuChoice(None, None, "not pinned: --no-pin")
    assert unpinned.of_worker_alone == unpinned
