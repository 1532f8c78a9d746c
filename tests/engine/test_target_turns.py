"""How the embedded target keeps apart those who take turns at it: draws, lines, counts and processor time."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
from collections.abc import Callable, Iterator

import pytest
from support.target_client import GET, Address, address_of, ask, ask_many_times, ask_once, seconds_of_ask

from tui_httpbench.plan.scenario import Capacity, Scenario, ServiceTime
from tui_httpbench.target_server.launcher import EmbeddedTarget, TargetCounts
from tui_httpbench.target_server.service import Service
from tui_httpbench.target_server.turns import NOBODY, Stopwatch, Turns

# Each takes its first, second and third turn at another moment; between them are turns of nobody, and one of another.
INTERLEAVED = ("a", "b", NOBODY, "b", "a", NOBODY, "c", "c", "a", "b", "c")
GET_LATE = b"GET /delay/300 HTTP/1.1\r\nHost: x\r\n\r\n"


@contextlib.contextmanager
def connections(address: Address, number: int) -> Iterator[list[socket.socket]]:
    """So many open connections."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(socket.create_connection(address, timeout=20)) for _ in range(number)]


class Hand:
    """A clock that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def requests_and_connections(counts: dict[str, TargetCounts]) -> dict[str, tuple[int, int]]:
    return {label: (told.requests, told.connections) for label, told in counts.items()}


def test_a_stopwatch_counts_only_while_it_runs() -> None:
    hand = Hand()
    watch = Stopwatch(hand)
    readings = []
    for act, passes_s in ((watch.start, 2), (watch.start, 1), (watch.stop, 50), (watch.stop, 7), (watch.start, 4)):
        act()
        hand.now_s += passes_s
        readings.append(watch.read_s())
    assert readings == [2, 3, 3, 3, 7]


def test_each_label_draws_the_same_whatever_the_order_of_turns() -> None:
    scenario = Scenario(service_time=ServiceTime("lognormal", 300, 0.5), seed=3)
    turns = Turns(lambda working: Service(scenario, working), Hand())
    for _ in range(2):
        drawn: dict[str, list[float]] = {}
        for label in random.Random(1).choices(("a", "b", NOBODY, "c"), k=400):
            turns.take(label)
            if label == NOBODY:
                drawn[NOBODY] = []  # They begin anew with each turn.
            for _ in range(3):
                drawn.setdefault(label, []).append(turns.current.draws.draw_s())
        source = random.Random(scenario.seed)
        expected = [scenario.service_time.draw_s(source) for _ in range(400)]
        for sequence in drawn.values():
            assert sequence == expected[: len(sequence)]
        assert len(drawn["a"]) > 200
        turns.begin_round()


async def test_the_server_gives_each_label_the_same_service_times() -> None:
    # The times are far apart: whether one was drawn is seen from a lower bound.
    scenario = Scenario(service_time=ServiceTime("lognormal", 40, 1), seed=4)
    source = random.Random(scenario.seed)
    drawn = [scenario.service_time.draw_s(source) for _ in INTERLEAVED]
    async with EmbeddedTarget(scenario=scenario) as target:
        for _ in range(2):
            await target.begin_round()
            asked: dict[str, int] = {}
            with connections(address_of(target), 1) as (connection,):
                for label in INTERLEAVED:
                    await target.take_turn(label)
                    number = 0 if label == NOBODY else asked.get(label, 0)
                    assert await asyncio.to_thread(seconds_of_ask, connection) >= drawn[number] - 0.001, (label, number)
                    asked[label] = number + 1
            assert asked == {"a": 3, "b": 3, "c": 3, NOBODY: 1}


async def test_the_relay_gives_each_label_the_same_jitter() -> None:
    scenario = Scenario(rtt_ms=60, jitter_ms=60, seed=11)
    draw = trips_of(scenario)
    drawn = [draw() + draw() for _ in INTERLEAVED]
    async with EmbeddedTarget(scenario=scenario) as target:
        for _ in range(2):
            await target.begin_round()
            asked = dict.fromkeys("abc", 0)
            with connections(address_of(target), 3) as opened:
                for connection in opened:
                    await asyncio.to_thread(ask, connection)
                for label in INTERLEAVED:
                    await target.take_turn(label)
                    if label == NOBODY:
                        await asyncio.to_thread(ask_once, address_of(target))
                        continue
                    number = asked[label]
                    took_s = await asyncio.to_thread(seconds_of_ask, opened["abc".index(label)])
                    assert took_s >= drawn[number] - 0.003, (label, number)
                    asked[label] = number + 1
            assert set(asked.values()) == {3}


async def test_a_late_answer_takes_no_draw_of_jitter_from_another_label() -> None:
    scenario = Scenario(rtt_ms=60, jitter_ms=60, seed=13)
    draw = trips_of(scenario)
    connecting_s = sum(draw() for _ in range(4))
    trips_s = [draw() for _ in range(13)]
    drawn = [trips_s[number] + trips_s[number + 1] for number in range(0, 12, 2)]
    one_missing = [trips_s[number] + trips_s[number + 1] for number in range(1, 13, 2)]
    assert any(later < earlier - 0.02 for earlier, later in zip(drawn[3:], one_missing[3:], strict=True))
    async with EmbeddedTarget(scenario=scenario) as target:
        await target.begin_round()
        await target.take_turn("a")
        with connections(address_of(target), 1) as (waiting,):
            waiting.sendall(GET_LATE)
            async with asyncio.timeout(20):
                while (await target.counts()).requests == 0:
                    await asyncio.sleep(0.005)
            await target.take_turn("b")
            with connections(address_of(target), 1) as (connection,):
                assert await asyncio.to_thread(seconds_of_ask, connection) >= connecting_s - 0.003
                for number, expected_s in enumerate(drawn):
                    if number == 3:
                        # Until here, the late answer may have come at any moment.
                        assert (await asyncio.to_thread(waiting.recv, 100)).startswith(b"HTTP/1.1 200 ")
                    took_s = await asyncio.to_thread(seconds_of_ask, connection)
                    assert took_s >= expected_s - 0.003, number


def trips_of(scenario: Scenario) -> Callable[[], float]:
    """Draws the seconds of one trip after another from the scenario's seed."""
    source = random.Random(scenario.seed)
    half_width_s = scenario.jitter_ms / 4_000
    return lambda: scenario.rtt_ms / 2_000 + source.uniform(-half_width_s, half_width_s)


@pytest.mark.parametrize("rtt_ms", [0, 1])
async def test_each_label_has_counts_of_its_own(rtt_ms: float) -> None:
    async with EmbeddedTarget(scenario=Scenario(rtt_ms=rtt_ms)) as target:
        address = address_of(target)
        await asyncio.to_thread(ask_many_times, address, 2)
        await target.begin_round()
        assert requests_and_connections(await target.turn_counts()) == {NOBODY: (0, 0)}
        with connections(address, 2) as (warm, kept):
            for label in (NOBODY, "a", NOBODY, "b", "a", 'two "words" | \u00fc', "b"):
                await target.take_turn(label)
                await asyncio.to_thread(ask, warm)
                if label == "a":
                    for _ in range(3):
                        await asyncio.to_thread(ask, kept)
                if label == "b":
                    await asyncio.to_thread(ask_many_times, address, 4)
            assert requests_and_connections(await target.turn_counts()) == {
                NOBODY: (2, 1),
                "a": (8, 1),
                "b": (10, 8),
                'two "words" | \u00fc': (1, 0),
            }
            totals = await target.counts()
            assert (totals.requests, totals.connections) == (23, 12)
            await target.begin_round()
            await asyncio.to_thread(ask, warm)
            assert requests_and_connections(await target.turn_counts()) == {NOBODY: (1, 0)}


@pytest.mark.parametrize("rtt_ms", [0, pytest.param(0.1, marks=pytest.mark.slow)])
async def test_processor_time_is_that_of_the_labels_own_turns(rtt_ms: float) -> None:
    async with EmbeddedTarget(scenario=Scenario(rtt_ms=rtt_ms)) as target:
        await target.begin_round()
        before = await target.counts()
        for _ in range(10):
            for label, number in (("busy", 60), ("half as busy", 30), ("idle", 0)):
                await target.take_turn(label)
                await asyncio.to_thread(ask_many_times, address_of(target), number)
        counts, after = await target.turn_counts(), await target.counts()
        busy_s, half_s, idle_s = (counts[label].cpu_s for label in ("busy", "half as busy", "idle"))
        assert 1.4 < busy_s / half_s < 2.8
        assert 0 <= idle_s < 0.1 * half_s
        assert 0.5 < sum(told.cpu_s for told in counts.values()) / (after.cpu_s - before.cpu_s) < 1.01


@pytest.mark.parametrize("rtt_ms", [0, 1])
async def test_each_label_is_told_for_how_long_its_requests_were_held(rtt_ms: float) -> None:
    async with EmbeddedTarget(scenario=Scenario(rtt_ms=rtt_ms, service_time=ServiceTime("fixed", 20.0))) as target:
        await target.begin_round()
        for label, number in (("a", 3), ("b", 1)):
            await target.take_turn(label)
            await asyncio.to_thread(ask_many_times, address_of(target), number)
        counts = await target.turn_counts()
        assert counts["a"].held_s >= 3 * 0.02 - 0.003
        assert 0.017 <= counts["b"].held_s < counts["a"].held_s
        assert counts[NOBODY].held_s == 0
    async with EmbeddedTarget() as target:
        await target.begin_round()
        await target.take_turn("a")
        await asyncio.to_thread(ask_many_times, address_of(target), 2)
        assert (await target.turn_counts())["a"].held_s == 0


async def test_taking_turns_costs_no_label_processor_time() -> None:
    async with EmbeddedTarget(scenario=Scenario(rtt_ms=0.1)) as target:
        await target.begin_round()
        before = await target.counts()
        for number in range(400):
            await target.take_turn(f"label {number % 4}")
        counts, after = await target.turn_counts(), await target.counts()
        spent_s = after.cpu_s - before.cpu_s
        assert spent_s > 0.005
        assert -0.1 * spent_s < sum(told.cpu_s for told in counts.values()) < 0.1 * spent_s


@pytest.mark.parametrize("capacity", [Capacity(at_once=1), Capacity(per_second=0.1)])
async def test_late_requests_hold_up_nobody_in_another_line(capacity: Capacity) -> None:
    async with EmbeddedTarget(scenario=Scenario(capacity=capacity)) as target:
        await target.begin_round()
        await target.take_turn("a")
        with connections(address_of(target), 4) as waiting:
            for connection in waiting:
                connection.sendall(b"GET /delay/30000 HTTP/1.1\r\nHost: x\r\n\r\n" if capacity.at_once else GET)
            async with asyncio.timeout(10):
                while (await target.counts()).requests < 4:
                    await asyncio.sleep(0.01)
            await target.take_turn("b")
            with connections(address_of(target), 1) as (connection,):
                # Behind them it would take 30 seconds or more, which is longer than the client waits.
                await asyncio.to_thread(ask, connection)


async def test_a_pause_lets_no_response_more_through_than_the_capacity() -> None:
    scenario = Scenario(capacity=Capacity(per_second=50))
    turns, requests_per_turn = 8, 2
    async with EmbeddedTarget(scenario=scenario) as target:
        await target.begin_round()
        working_s = 0.0
        with connections(address_of(target), 1) as (connection,):
            for _ in range(turns):
                start = time.monotonic()
                await target.take_turn("a")
                for _ in range(requests_per_turn):
                    await asyncio.to_thread(ask, connection)
                await target.take_turn(NOBODY)
                working_s += time.monotonic() - start
                await asyncio.sleep(0.05)
        assert working_s >= (turns * requests_per_turn - 1) / 50 - 0.002


async def test_a_line_goes_on_after_a_pause_where_it_stood() -> None:
    hand = Hand()
    turns = Turns(lambda _: Service(Scenario(capacity=Capacity(per_second=5)), Stopwatch(hand)), Hand())
    service = turns.current.draws
    watch = service._working
    watch.start()
    await service.serve(0)
    hand.now_s += 0.15
    watch.stop()
    hand.now_s += 1_000
    watch.start()
    start = time.monotonic()
    await service.serve(0)
    assert time.monotonic() - start >= 0.049, "not given away by the pause"
    hand.now_s += 0.25  # The one that has just left was due after 0.05, and the next is after 0.25.
    start = time.monotonic()
    async with asyncio.timeout(0.15):
        await service.serve(0)
