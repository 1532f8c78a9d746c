"""The ranking: order, shared places, verdicts, and what stands below the clean modes."""

from __future__ import annotations

import numpy as np
import pytest

from tui_httpbench.analysis.ranking import RankingRules, rank_modes, undecided_pairs
from tui_httpbench.analysis.result import Rank
from tui_httpbench.analysis.summary import summarize_mode
from tui_httpbench.bench.records import RoundRecord
from tui_httpbench.bench.samples import Samples

Times = dict[str, list[float]]


def samples(count: int, status: int = 200) -> Samples:
    return np.array([[1 + number, 1_000_000, status, 10] for number in range(count)])


def records_of(times: Times, status: int = 200) -> tuple[RoundRecord, ...]:
    return tuple(
        RoundRecord(mode, number, "complete", samples(10, status), elapsed_s=elapsed_s)
        for mode, elapsed in times.items()
        for number, elapsed_s in enumerate(elapsed, start=1)
    )


def rank(records: tuple[RoundRecord, ...], **rules: object) -> dict[str, Rank]:
    ids = dict.fromkeys(record.mode for record in records)
    modes = tuple(
        summarize_mode(mode_id, tuple(record for record in records if record.mode == mode_id)) for mode_id in ids
    )
    return {rank.mode: rank for rank in rank_modes(modes, records, RankingRules(**rules))}


def noisy(center: float, seed: int, rounds: int = 6, spread: float = 0.02) -> list[float]:
    noise = np.random.default_rng(seed).normal(0, spread, rounds)
    return list(center * np.exp(noise))


def test_clear_differences_give_places_of_their_own() -> None:
    ranking = rank(records_of({"httpx": noisy(9, 1), "aiohttp": noisy(1, 2), "requests": noisy(3, 3)}))
    assert [(rank.label, rank.mode) for rank in ranking.values()] == [
        ("1", "aiohttp"),
        ("2", "requests"),
        ("3", "httpx"),
    ]
    winner, second, last = ranking.values()
    assert (winner.ratio, winner.verdict, winner.verdict_next) == (1.0, None, "faster")
    assert second.ratio == pytest.approx(3, rel=0.05)
    assert second.interval is not None
    assert second.interval.low < 3 < second.interval.high
    assert (second.verdict, last.verdict_next, last.tied_with) == ("faster", None, ())
    assert undecided_pairs(tuple(ranking.values())) == ()


def test_modes_that_can_not_be_told_apart_share_a_place() -> None:
    ranking = rank(records_of({"aiohttp": noisy(1, 1), "aiohttp#2": noisy(1.01, 2), "httpx": noisy(4, 3)}))
    assert [rank.label for rank in ranking.values()] == ["1=", "1=", "3"]
    assert ranking["aiohttp"].tied_with == ("aiohttp#2",)
    assert ranking["aiohttp"].verdict_next == "unsure"
    assert undecided_pairs(tuple(ranking.values())) == (("aiohttp", "aiohttp#2"),)


def test_close_intervals_make_modes_the_same_and_decided() -> None:
    steady = {"aiohttp": noisy(1, 1, 20, 0.005), "aiohttp#2": noisy(1, 2, 20, 0.005)}
    ranking = tuple(rank(records_of(steady)).values())
    assert [place.label for place in ranking] == ["1=", "1="]
    assert ranking[0].verdict_next == "same"
    assert undecided_pairs(ranking) == ()
    assert rank(records_of(steady), same_within=0.0001)["aiohttp"].verdict in (None, "unsure")


def test_a_drift_of_the_machine_does_not_hide_a_difference() -> None:
    drift = np.linspace(1, 4, 6)
    ranking = rank(records_of({"aiohttp": list(drift), "httpx": list(1.2 * drift)}))
    assert ranking["httpx"].verdict == "faster"
    assert ranking["httpx"].ratio == pytest.approx(1.2)


def test_one_round_gives_an_order_and_no_verdict() -> None:
    ranking = rank(records_of({"aiohttp": [1.0], "httpx": [50.0]}))
    assert [rank.label for rank in ranking.values()] == ["1=", "1="]
    assert ranking["httpx"].ratio == pytest.approx(50)
    assert ranking["httpx"].verdict == "unsure"


def test_failing_modes_stand_below_clean_ones_and_unmeasured_ones_last() -> None:
    failing = records_of({"httpx": [0.1, 0.1, 0.1]}, status=500)
    broken = (RoundRecord("requests", 1, "failed", reason="It could not be imported."),)
    ranking = rank((*broken, *failing, *records_of({"aiohttp": noisy(1, 1, 3)})))
    assert list(ranking) == ["aiohttp", "httpx", "requests"]
    assert [rank.rank for rank in ranking.values()] == [1, 2, 3]
    assert [rank.clean for rank in ranking.values()] == [True, False, False]
    assert ranking["httpx"].verdict is None
    assert ranking["requests"].ratio is None


def test_an_automatic_run_has_wider_intervals_than_one_of_a_fixed_length() -> None:
    records = records_of({"aiohttp": noisy(1, 1), "httpx": noisy(1.2, 2)})
    fixed, sequential = rank(records)["httpx"].interval, rank(records, sequential=True)["httpx"].interval
    assert fixed is not None
    assert sequential is not None
    assert sequential.low < fixed.low < fixed.high < sequential.high


def test_nothing_measured_has_no_ranking() -> None:
    assert rank_modes((), ()) == ()
