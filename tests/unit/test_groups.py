"""Which modes are measured together: all, or groups of nearly the same size that are drawn anew in each round."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tui_httpbench.bench import groups
from tui_httpbench.bench.groups import MAX_WORKERS, PLACE_BYTES, WORKER_BYTES, choose_groups, workers_that_fit
from tui_httpbench.plan.plan import Plan


def plan_of(count: int) -> Plan:
    return Plan(modes=("aiohttp", *(f"aiohttp#{number}" for number in range(2, count + 1))))


@pytest.fixture(autouse=True)
def plenty_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "workers_that_fit", lambda _: 1000)


@pytest.mark.parametrize("count", [1, 2, MAX_WORKERS])
def test_where_all_fit_they_are_one_group_and_nothing_is_drawn(count: int) -> None:
    plan, shuffler = plan_of(count), random.Random(1)
    before = shuffler.getstate()
    assert choose_groups(plan, plan.modes, shuffler) == [plan.modes]
    assert shuffler.getstate() == before


@pytest.mark.parametrize(("count", "sizes"), [(26, [13, 13]), (50, [25, 25]), (51, [17, 17, 17]), (200, [25] * 8)])
def test_groups_hold_each_mode_once_and_differ_by_one_at_most(count: int, sizes: list[int]) -> None:
    plan = plan_of(count)
    chosen = choose_groups(plan, plan.modes, random.Random(1))
    assert [len(group) for group in chosen] == sizes
    assert sorted(mode for group in chosen for mode in group) == sorted(plan.modes)
    for group in chosen:
        assert list(group) == [mode for mode in plan.modes if mode in group], "in the plan's order"


def test_the_seed_decides_and_over_the_rounds_each_mode_meets_all_others() -> None:
    plan = plan_of(50)
    drawn = [choose_groups(plan, plan.modes, random.Random(seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    shuffler, met = random.Random(1), set[str]()
    for _ in range(12):
        met |= next(set(group) for group in choose_groups(plan, plan.modes, shuffler) if "aiohttp" in group)
    assert met == set(plan.modes)


def test_modes_that_were_given_up_take_no_place() -> None:
    plan = plan_of(50)
    assert choose_groups(plan, plan.modes[:20], random.Random(1)) == [plan.modes[:20]]


def test_little_memory_makes_more_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def two_fit(in_flight: int) -> int:
        asked.append(in_flight)
        return 2

    monkeypatch.setattr(groups, "workers_that_fit", two_fit)
    plan = plan_of(5).replace(concurrency=40)
    assert [len(group) for group in choose_groups(plan, plan.modes, random.Random(1))] == [2, 2, 1]
    assert asked == [40]


@pytest.mark.parametrize(
    ("available", "in_flight", "fit"),
    [
        (20 * WORKER_BYTES, 0, 10),
        (20 * (WORKER_BYTES + 100 * PLACE_BYTES), 100, 10),
        (WORKER_BYTES, 1, 2),
        (0, 1, 2),
    ],
)
def test_workers_may_fill_half_of_the_memory_that_is_free(
    tmp_path: Path, available: int, in_flight: int, fit: int
) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(f"MemTotal: 99 kB\nMemAvailable:   {available // 1024} kB\nodd line\n")
    assert workers_that_fit(in_flight, meminfo) == fit


@pytest.mark.parametrize("text", ["", "MemTotal: 1 kB\n", "MemAvailable: many kB\n", "MemAvailable:\n"])
def test_where_nobody_tells_memory_sets_no_limit(tmp_path: Path, text: str) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(text)
    assert workers_that_fit(10, meminfo) == MAX_WORKERS
    assert workers_that_fit(10, tmp_path / "absent") == MAX_WORKERS
