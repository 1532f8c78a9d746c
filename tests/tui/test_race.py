"""The race: which round of a mode is replayed, how far each mode was when, and who finished where."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from support.made_results import plain_result_of, record_of, rounds_of, tied_result

from tui_httpbench.analysis.race import Race, end_times_ns, median_round
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import Samples


def samples(*start_and_latency: tuple[int, int]) -> Samples:
    rows = np.zeros((len(start_and_latency), 4), dtype=np.int64)
    rows[:, :2] = start_and_latency
    rows[:, 2] = 200
    return rows


def test_the_complete_round_with_the_median_time_is_raced() -> None:
    def rounds(*elapsed_s: float) -> tuple:  # type: ignore[type-arg]
        return tuple(record_of("aiohttp", round_number=n, elapsed_s=s) for n, s in enumerate(elapsed_s, 1))

    for times, number in (((3.0, 1.0, 2.0), 3), ((4.0, 1.0, 2.0, 3.0), 3), ((9.0,), 1)):
        record = median_round("aiohttp", rounds(*times))
        assert record is not None
        assert record.round == number
    cut = record_of("aiohttp", round_number=1, elapsed_s=1.0, outcome="stopped")
    assert median_round("aiohttp", (cut,)) is None
    assert median_round("httpx", rounds(1.0)) is None


def times(mode: str, *elapsed_s: float | None) -> list[RoundRecord]:
    """Rounds of a mode that took these times; None for one that was cut short."""
    return [
        record_of(mode, round_number=number, elapsed_s=elapsed or 1.0, outcome="complete" if elapsed else "stopped")
        for number, elapsed in enumerate(elapsed_s, 1)
    ]


def test_all_race_the_round_that_is_nearest_to_the_ranking() -> None:
    # In round 1 aiohttp looks slower, though it is ranked first; in round 3 all is half as fast, and as it should be.
    result = plain_result_of(*times("aiohttp", 2.2, 1.0, 2.0, 1.1), *times("requests", 2.0, 2.3, 4.1, 2.0))
    assert [rank.mode for rank in result.ranking] == ["aiohttp", "requests"]
    logs = {
        number: math.log(slow / fast / (result.ranking[1].ratio or 0.0))
        for number, (fast, slow) in enumerate(((2.2, 2.0), (1.0, 2.3), (2.0, 4.1), (1.1, 2.0)), 1)
    }
    nearest = min(logs, key=lambda number: abs(logs[number]))
    race = Race.of(result)
    assert race.round == nearest != 1
    assert {racer.round for racer in race.racers} == {nearest}
    assert race.racers[0].rank is not None


def test_a_mode_without_the_common_round_races_its_own_median_one() -> None:
    rounds = (1.0, 2.0, 3.0)
    cut = times("httpx", None, 3.0, None)
    result = plain_result_of(*times("aiohttp", *rounds), *times("requests", *(2 * s for s in rounds[:2]), 9.0), *cut)
    race = Race.of(result)
    assert race.round in (1, 2)
    assert {racer.mode: racer.round for racer in race.racers} == {
        "aiohttp": race.round,
        "requests": race.round,
        "httpx": 2,
    }
    assert Race.of(plain_result_of(*times("aiohttp", *rounds))).round is None, "nothing to be near to"
    assert [racer.round for racer in Race.of(plain_result_of(*times("aiohttp", *rounds))).racers] == [2]
    # No round is common to all three, though the model connects them.
    apart = {mode: times(mode, *rounds) for mode in ("aiohttp", "requests", "httpx")}
    kept = [r for mode, rows in apart.items() for r in rows if (mode, r.round) not in
            {("aiohttp", 1), ("requests", 2), ("httpx", 3)}]  # fmt: skip
    assert Race.of(plain_result_of(*kept)).round is None


def test_requests_end_when_their_samples_say() -> None:
    ends = end_times_ns(samples((1_000, 500), (1_100, 100), (1_050, 950)))
    assert ends.tolist() == [200, 500, 1_000]
    first = record_of("aiohttp", samples=samples((5_000, 3_000_000_000), (6_000, 999_999_000)))
    (racer,) = Race.of(plain_result_of(first)).racers
    assert racer.finish_s == pytest.approx(3.0)
    assert [racer.done(moment) for moment in (0.0, 0.999, 1.0, 2.999, 3.0, 99.0)] == [0, 0, 1, 1, 2, 2]
    assert [racer.has_ended(moment) for moment in (2.999, 3.0)] == [False, True]


def test_the_median_is_that_of_the_time_per_request() -> None:
    rounds = tuple(
        record_of("aiohttp", requests=count, round_number=number, elapsed_s=1.0)
        for number, count in enumerate((10, 30, 20), 1)
    )
    record = median_round("aiohttp", rounds)
    assert record is not None
    assert record.round == 3


def ended_at(mode: str, *ends_ms: int) -> RoundRecord:
    """A round in which all requests were in flight from the start, and ended then."""
    rows = samples(*((0, end_ms * 1_000_000) for end_ms in ends_ms))
    return record_of(mode, samples=rows, elapsed_s=ends_ms[-1] / 1e3)


def test_with_a_load_in_seconds_each_stops_when_its_last_request_ends_and_rates_are_compared() -> None:
    # Requests in flight are waited for: the slow one measures four times as long, and its ten are not as many.
    aiohttp, requests, httpx = (
        ended_at("aiohttp", *range(10, 101, 10)),
        ended_at("requests", *range(20, 101, 20)),
        ended_at("httpx", *[400] * 10),
    )
    race = Race.of(plain_result_of(aiohttp, requests, httpx, requests=None, duration_s=0.1, concurrency=10))
    assert race.is_timed
    by_mode = {racer.mode: racer for racer in race.racers}
    assert [by_mode[mode].rate for mode in ("aiohttp", "requests", "httpx")] == pytest.approx([100, 50, 25])
    ended = {mode: [by_mode[mode].has_ended(moment) for moment in (0.099, 0.1, 0.399, 0.4)] for mode in by_mode}
    assert ended == {
        "aiohttp": [False, True, True, True],
        "requests": [False, True, True, True],
        "httpx": [False, False, False, True],
    }
    shares = [[by_mode[mode].share(at) for mode in ("aiohttp", "requests", "httpx")] for at in (0.05, 0.1, 0.2, 0.4)]
    assert shares == [
        pytest.approx([0.5, 0.2, 0]),
        pytest.approx([1, 0.5, 0]),
        pytest.approx([1, 0.5, 0]),
        pytest.approx([1, 0.5, 0.25]),
    ]
    assert race.mostly_over_s == pytest.approx(0.1)
    assert [racer.mode for racer in race.running(0.1)] == ["httpx"]


def test_who_measures_longer_is_compared_by_its_rate_until_then() -> None:
    records = (ended_at("aiohttp", 50, 100), ended_at("requests", 100, 200, 300, 400))
    _, slow = sorted(
        Race.of(plain_result_of(*records, requests=None, duration_s=0.1, concurrency=10)).racers,
        key=lambda racer: racer.mode,
    )
    assert [slow.share(at) for at in (0.1, 0.199, 0.2, 0.4, 9)] == pytest.approx([0.5, 1 / 3.98, 0.5, 0.5, 0.5])


def test_with_a_load_in_requests_the_way_is_the_same_for_all() -> None:
    counted = Race.of(plain_result_of(*rounds_of("requests"), *rounds_of("aiohttp")))
    assert not counted.is_timed
    fast, slow = counted.racers
    assert fast.finish_s is not None
    assert fast.has_ended(fast.finish_s)
    assert not slow.has_ended(fast.finish_s)
    assert slow.share(counted.duration_s) == fast.share(fast.finish_s) == 1.0
    assert counted.mostly_over_s == counted.duration_s


def test_places_are_those_of_the_ranking_and_not_of_the_replayed_rounds() -> None:
    result = tied_result()
    race = Race.of(result)
    assert [(racer.mode, racer.rank) for racer in race.racers] == [(rank.mode, rank) for rank in result.ranking]
    assert [racer.mode for racer in race.winners] == ["aiohttp"]
    shared = replace(result, ranking=tuple(replace(rank, rank=1, shared=True) for rank in result.ranking))
    assert len(Race.of(shared).winners) == 8


def test_modes_with_failures_get_no_place() -> None:
    result = plain_result_of(
        *rounds_of("requests"),
        *rounds_of("httpx-client"),
        *rounds_of("aiohttp", failed=2),
        record_of("httpx", outcome="stopped", reason="Stopped."),
        modes=("requests", "httpx-client", "aiohttp", "httpx", "aiohttp-each"),
    )
    race = Race.of(result)
    assert [(racer.mode, racer.rank and racer.rank.rank, racer.starts) for racer in race.racers] == [
        ("httpx-client", 1, True),
        ("requests", 2, True),
        ("aiohttp", None, True),
        ("httpx", None, False),
        ("aiohttp-each", None, False),
    ]
    _, slowest, aiohttp, httpx, absent = race.racers
    assert aiohttp.failed == 2
    assert (httpx.why_absent, absent.why_absent) == ("no complete round", "not measured")
    assert race.duration_s == slowest.finish_s
    assert [racer.done(1.0) for racer in (httpx, absent)] == [0, 0]


def test_a_million_samples_are_looked_up_without_a_walk() -> None:
    many = np.zeros((1_000_000, 4), dtype=np.int64)
    many[:, 0] = np.arange(1, 1_000_001) * 1_000
    many[:, 1] = 500
    many[:, 2] = 200
    (racer,) = Race.of(plain_result_of(record_of("aiohttp", samples=many, elapsed_s=1.0))).racers
    assert sum(racer.done(moment / 20_000) for moment in range(20_000)) > 0
    assert racer.done(0.5) == 500_000
