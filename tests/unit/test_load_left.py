"""What is left of a load, against a worker made by hand that takes all that it may, at a pace of its own."""

from __future__ import annotations

import pytest

from tui_httpbench.bench.load_left import LoadLeft
from tui_httpbench.plan.plan import MAX_REQUESTS, Concurrency, Plan
from tui_httpbench.worker.slices import NO_LIMIT, Clocks, Limits

SLICE_S = 0.03


def plan_of(requests: int | None, duration_s: float | None, concurrency: Concurrency = 1) -> Plan:
    return Plan(modes=("aiohttp",), requests=requests, duration_s=duration_s, concurrency=concurrency)


def do_slice(load: LoadLeft, request_s: float, in_flight: int = 1, slice_s: float = SLICE_S) -> Clocks:
    """What a worker makes of the next slice: a request in each place, and more until the time is over."""
    limits = load.next_limits(slice_s)
    done, elapsed_s, in_batch = 0, 0.0, limits.in_batch
    while done < limits.requests:
        if limits.batch and not in_batch:
            in_batch = limits.batch
        burst = min(in_flight, limits.requests - done, in_batch or NO_LIMIT)
        done += burst
        elapsed_s += request_s
        in_batch -= burst if limits.batch else 0
        if elapsed_s * 1e9 >= limits.duration_ns:
            break
    clocks = Clocks(done, int(elapsed_s * 1e9), in_batch=in_batch)
    load.take(clocks)
    return clocks


def do_all(load: LoadLeft, request_s: float, in_flight: int = 1) -> list[Clocks]:
    slices = []
    while not load.is_over:
        slices.append(do_slice(load, request_s, in_flight))
        assert len(slices) < 10_000
    return slices


@pytest.mark.parametrize("request_s", [0.0005, 0.007, 0.5])
@pytest.mark.parametrize("in_flight", [1, 7])
def test_a_number_of_requests_is_met_exactly(request_s: float, in_flight: int) -> None:
    load = LoadLeft(plan_of(100, None, in_flight), None)
    slices = do_all(load, request_s, in_flight)
    assert sum(part.requests for part in slices) == 100
    assert all(part.elapsed_ns / 1e9 <= max(SLICE_S + request_s, request_s) for part in slices)
    assert load.share == 1.0
    assert not load.needs_new_client


@pytest.mark.parametrize("duration_s", [0.02, 0.1, 0.3, 0.337])
def test_seconds_are_met_in_equal_slices(duration_s: float) -> None:
    request_s = 0.0001
    load = LoadLeft(plan_of(None, duration_s), duration_s)
    slices = do_all(load, request_s)
    assert len(slices) == max(1, round(duration_s / SLICE_S))
    lengths_s = [part.elapsed_ns / 1e9 for part in slices]
    assert sum(lengths_s) == pytest.approx(duration_s, abs=2 * request_s)
    assert max(lengths_s) - min(lengths_s) <= 2 * request_s
    assert max(lengths_s) <= 1.5 * SLICE_S


def test_seconds_shorter_than_a_request_are_one_in_each_place() -> None:
    load = LoadLeft(plan_of(None, 0.001, 4), 0.001)
    assert load.next_limits(SLICE_S) == Limits(1_000_000, NO_LIMIT)
    assert [part.requests for part in do_all(load, 0.5, in_flight=4)] == [4]


def test_no_slice_is_made_for_what_a_quarter_of_one_would_hold() -> None:
    load = LoadLeft(plan_of(None, 0.3), 0.3)
    load.next_limits(SLICE_S)
    load.take(Clocks(100, 292_000_000))
    assert not load.is_over
    load.take(Clocks(1, 1_000_000))
    assert load.is_over


@pytest.mark.parametrize(
    ("batch", "request_s", "batches"), [(10, 0.001, 10), (25, 0.001, 4), (30, 0.001, 4), (1000, 0.001, 1)]
)
def test_whole_batches_go_on_until_the_seconds_are_over(batch: int, request_s: float, batches: int) -> None:
    load = LoadLeft(plan_of(batch, 0.1), 0.1)
    total = sum(part.requests for part in do_all(load, request_s))
    # The last quarter of a slice may be left out.
    assert total / batch in (batches, batches - 1) if batch == 10 else total == batch * batches
    assert load.share == 1.0


def test_a_batch_goes_on_in_the_next_slice() -> None:
    load = LoadLeft(plan_of(100, 0.1), 0.1)
    first = do_slice(load, 0.001)
    assert 0 < first.requests < 100
    assert load.next_limits(SLICE_S).in_batch == 100 - first.requests
    assert not load.is_over


def test_batches_of_the_article_have_a_client_made_anew_each() -> None:
    load = LoadLeft(plan_of(20, 0.1, "article"), 0.1)
    assert not load.needs_new_client, "the first has been made"
    needed = []
    while not load.is_over:
        needed.append(load.needs_new_client)
        limits = load.next_limits(SLICE_S)
        assert (limits.batch, limits.requests <= 20) == (0, True)
        do_slice(load, 0.01, in_flight=20)
    assert needed == [False, *[True] * 9]
    assert not load.needs_new_client, "nothing is left to do"


def test_a_batch_of_the_article_that_takes_many_slices_keeps_its_client() -> None:
    load = LoadLeft(plan_of(20, 0.1, "article"), 0.1)
    needed, done = [], 0
    while not load.is_over:
        needed.append((done % 20 == 0, load.needs_new_client))
        done += do_slice(load, 0.01).requests
    assert done == 20
    assert [is_new for at_begin, is_new in needed if not at_begin] == [False] * (len(needed) - 1)


@pytest.mark.parametrize(
    ("requests", "duration_s", "left_s"), [(100, None, 0.8), (None, 1.0, 0.8), (50, 1.0, 0.8 + 0.5)]
)
def test_how_much_measured_time_is_left_at_the_pace_so_far(
    requests: int | None, duration_s: float | None, left_s: float
) -> None:
    load = LoadLeft(plan_of(requests, duration_s), duration_s)
    assert load.seconds_left == (1.0 if requests is None else None)
    load.take(Clocks(20, 200_000_000, in_batch=30 if requests == 50 else 0))
    assert load.seconds_left == pytest.approx(left_s)
    assert load.share == pytest.approx(0.2)


def test_nothing_goes_on_for_ever() -> None:
    load = LoadLeft(plan_of(None, 3600.0), 3600.0)
    load.take(Clocks(MAX_REQUESTS, 10_000_000))
    assert load.is_over
