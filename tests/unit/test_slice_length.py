"""How long slices are: the base for so many in flight, and longer where running dry costs more than 2 per cent."""

from __future__ import annotations

import pytest

from tui_httpbench.bench.slice_length import DRY_SHARE, MAX_BASE_S, SliceLength, base_length_s, dry_cost_s
from tui_httpbench.plan.plan import MAX_CONCURRENCY
from tui_httpbench.worker.slices import Clocks

MS = 1_000_000


def clocks(drain_ms: float, drain_cpu_ms: float = 0.0) -> Clocks:
    return Clocks(100, 60 * MS, drain_ns=int(drain_ms * MS), drain_cpu_ns=int(drain_cpu_ms * MS))


def test_a_slice_is_about_30_ms_for_one_in_flight_and_longer_for_more() -> None:
    assert base_length_s(1) == pytest.approx(0.030, abs=0.001)
    assert base_length_s(1) < base_length_s(10) < base_length_s(20) < 0.1
    assert base_length_s(MAX_CONCURRENCY) == MAX_BASE_S


@pytest.mark.parametrize(
    ("drain_ms", "cpu_ms", "cost_ms"),
    [
        (10, 0, 5),  # half of the places wait on average
        (10, 10, 0),  # a processor that is kept busy loses nothing
        (10, 8, 2),
        (10, 40, 0),  # several threads
        (0, 0, 0),
    ],
)
def test_what_running_dry_costs(drain_ms: float, cpu_ms: float, cost_ms: float) -> None:
    assert dry_cost_s(clocks(drain_ms, cpu_ms)) == pytest.approx(cost_ms / 1e3)


def test_slices_grow_until_the_end_costs_its_share_and_shrink_again() -> None:
    lengths = SliceLength(10)
    base_s = lengths.seconds
    assert base_s == base_length_s(10)
    for _ in range(40):
        lengths.learn("aiohttp", clocks(10))
    assert lengths.seconds == pytest.approx(0.005 / DRY_SHARE)
    for _ in range(40):
        lengths.learn("aiohttp", clocks(0))
    assert lengths.seconds == base_s


def test_one_odd_slice_does_not_decide() -> None:
    lengths = SliceLength(10)
    for _ in range(20):
        lengths.learn("aiohttp", clocks(2))
    before_s = lengths.seconds
    lengths.learn("aiohttp", clocks(2000))
    assert before_s < lengths.seconds < 1.0 / DRY_SHARE / 3


def test_all_modes_share_the_length_of_the_one_that_runs_dry_the_longest() -> None:
    lengths = SliceLength(10)
    lengths.learn("aiohttp", clocks(4))
    lengths.learn("requests", clocks(20))
    assert lengths.seconds == pytest.approx(0.010 / DRY_SHARE)
    for _ in range(60):
        lengths.learn("requests", clocks(0))
    assert lengths.seconds == pytest.approx(0.002 / DRY_SHARE)


def test_what_the_warm_up_tells_stands_until_slices_tell_better() -> None:
    lengths = SliceLength(10)
    lengths.expect("aiohttp", 0.1)
    assert lengths.seconds == pytest.approx(0.05 / DRY_SHARE)
    lengths.learn("aiohttp", clocks(10))
    learnt_s = lengths.seconds
    assert learnt_s < 0.05 / DRY_SHARE
    lengths.expect("aiohttp", 9.0)
    assert lengths.seconds == learnt_s, "a later round's warm-up knows no better"
