"""The ranking: order, shared places, verdicts, and what stands below the clean modes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tui_httpbench.analysis.gusts import Yardstick
from tui_httpbench.analysis.ranking import RankingRules, rank_modes, rules_of, undecided_pairs
from tui_httpbench.analysis.result import Rank
from tui_httpbench.analysis.summary import rank_so_far, summarize_mode
from tui_httpbench.clients.catalog import DEFAULT_MODES
from tui_httpbench.measured.records import RoundRecord, Slice
from tui_httpbench.measured.samples import STATUS, Samples
from tui_httpbench.plan.plan import Plan

Times = dict[str, list[float]]


def samples(count: int, status: int = 200) -> Samples:
    return np.array([[1 + number, 1_000_000, status, 10] for number in range(count)])


def records_of(times: Times, status: int = 200, cpu: Times | None = None) -> tuple[RoundRecord, ...]:
    return tuple(
        RoundRecord(
            mode,
            number,
            "complete",
            samples(10, status),
            elapsed_s=elapsed_s,
            cpu_s=cpu[mode][number - 1] if cpu and mode in cpu else None,
        )
        for mode, elapsed in times.items()
        for number, elapsed_s in enumerate(elapsed, start=1)
    )


def rank(records: tuple[RoundRecord, ...], yardstick: Yardstick = "time", **rules: Any) -> dict[str, Rank]:
    ids = dict.fromkeys(record.mode for record in records)
    modes = tuple(
        summarize_mode(mode_id, tuple(record for record in records if record.mode == mode_id)) for mode_id in ids
    )
    return {rank.mode: rank for rank in rank_modes(modes, records, RankingRules(**rules), yardstick)}


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
    assert [rank.rank for rank in ranking.values()] == [1, 2, 2]
    assert [rank.clean for rank in ranking.values()] == [True, False, False]
    assert ranking["httpx"].verdict is None
    assert ranking["requests"].ratio is ranking["httpx"].ratio is None, "how fast a mode fails says nothing"


def test_modes_that_failed_now_and_then_are_not_ranked_among_themselves() -> None:
    records = records_of(
        {"aiohttp": [1.0, 1.0], "httpx": [0.1, 0.1], "requests": [0.2, 0.2], "http.client": [0.3, 0.3]}
    )
    for record in records[2:6]:
        record.samples[::2, STATUS] = 503
    ranking = rank(records)
    assert list(ranking) == ["http.client", "aiohttp", "httpx", "requests"]
    assert [(rank.label, rank.ratio) for rank in list(ranking.values())[2:]] == [("3=", None)] * 2
    failing_alone = rank(records[2:6])
    assert [(rank.label, rank.ratio) for rank in failing_alone.values()] == [("1=", None)] * 2


def test_an_automatic_run_has_wider_intervals_than_one_of_a_fixed_length() -> None:
    records = records_of({"aiohttp": noisy(1, 1), "httpx": noisy(1.2, 2)})
    fixed, sequential = rank(records)["httpx"].interval, rank(records, sequential=True)["httpx"].interval
    assert fixed is not None
    assert sequential is not None
    assert sequential.low < fixed.low < fixed.high < sequential.high


def test_a_run_that_went_on_after_its_result_is_judged_as_one_that_looks() -> None:
    records = records_of({"aiohttp": noisy(1, 1), "httpx": noisy(1.2, 2)})
    plan = Plan(modes=("aiohttp", "httpx"), requests=10, rounds=6)
    added = replace(plan, rounds=1, rounds_before=5)
    assert not rules_of(plan, records).sequential
    assert rules_of(added, records).sequential
    assert rules_of(replace(plan, rounds="auto"), records).sequential
    went_on = rank_so_far(added, records)[1].interval
    planned = rank_so_far(plan, records)[1].interval
    assert went_on is not None
    assert planned is not None
    assert went_on.low < planned.low
    stopped_at_once = (*records, *(RoundRecord(mode, 7, "stopped") for mode in plan.modes))
    assert rank_so_far(replace(plan, rounds_before=6), stopped_at_once)[1].interval == planned
    looked = rank_so_far(replace(plan, rounds_before=6, rounds_at_first=5), stopped_at_once)[1].interval
    assert looked == went_on, "an earlier look is not forgotten"


def test_a_restless_round_counts_for_less() -> None:
    def with_slices(record: RoundRecord, number: int) -> RoundRecord:
        spread = 0.4 if record.round == 3 else 0.01
        noise = np.exp(np.random.default_rng([number, record.round]).normal(0, spread, 6))
        cost_s = (record.elapsed_s or 0) / 10
        return replace(record, slices=tuple(Slice(10, 10 * cost_s * float(factor), 0) for factor in noise))

    records = records_of({"aiohttp": [1.0, 1.0, 1.0, 1.0], "requests": [2.0, 2.0, 4.0, 2.0], "httpx": [3.0] * 4})
    sliced = tuple(with_slices(record, number) for number, record in enumerate(records))
    plain, weighted = rank(records)["requests"].ratio, rank(sliced)["requests"].ratio
    assert plain == pytest.approx(2 * 2 ** (1 / 3))  # the slow round measured half as long again as the others
    assert weighted is not None
    assert 2 < weighted < 2.2


def test_nothing_measured_has_no_ranking() -> None:
    assert rank_modes((), ()) == ()
    assert rank_modes((), (), yardstick="cpu") == ()


@pytest.mark.parametrize("seed", range(20))
def test_places_verdicts_and_ratios_agree(seed: int) -> None:
    """A mode that is "1" is told from all below it, and those who share a place are not told from its first."""
    generator = np.random.default_rng(seed)
    modes = ("aiohttp", "requests", "requests-session", "httpx", "httpx-client")
    times = {
        mode: noisy(float(np.exp(generator.normal(0, 0.15))), 10 * seed + number, 5, 0.02 * (1 + 4 * (number == 2)))
        for number, mode in enumerate(modes)
    }
    ranking = tuple(rank(records_of(times)).values())
    assert [place.ratio for place in ranking] == sorted(place.ratio or 0 for place in ranking)
    alone = ranking[0].label == "1"
    assert alone == (ranking[0].tied_with == ()) == (ranking[0].verdict_next == "faster")
    first_of: dict[int, Rank] = {}
    for place in ranking:
        first = first_of.setdefault(place.rank, place)
        assert first is place or place.mode in first.tied_with
        assert place.verdict is None or (place.verdict == "faster") == (place.rank > 1)
    for upper, lower in itertools.pairwise(ranking):
        assert (lower.mode in upper.tied_with) == (upper.verdict_next != "faster")
        assert upper.interval_next is not None
        assert (upper.verdict_next == "unsure") <= (upper.interval_next.low <= 1 <= upper.interval_next.high)
        if lower.rank > upper.rank:
            assert lower.mode not in first_of[upper.rank].tied_with


def test_the_long_rounds_after_short_ones_decide_the_ratio() -> None:
    times = {"aiohttp": [0.01, 0.01, 0.3, 0.3, 0.3], "httpx": [0.04, 0.04, 0.6, 0.6, 0.6]}
    ratio = rank(records_of(times))["httpx"].ratio
    assert ratio is not None
    assert 2 < ratio < 2.2  # alike, the rounds would make it 2.6


def test_modes_of_different_groups_do_not_share_the_noise_of_a_round() -> None:
    times = {"aiohttp": noisy(1, 1), "requests": noisy(1.5, 2), "httpx": noisy(3, 3)}
    slow_group = [3.0, 0.3, 2.0, 0.5, 4.0, 0.4]
    alternating = tuple(
        replace(record, group=1, elapsed_s=record.elapsed_s * slow_group[record.round - 1])
        if record.elapsed_s and record.mode != ("aiohttp", "requests", "httpx")[record.round % 3]
        else record
        for record in records_of(times)
    )
    ranking = rank(alternating)
    assert list(ranking) == ["aiohttp", "requests", "httpx"]
    assert ranking["httpx"].ratio == pytest.approx(3, rel=0.05)
    # A mode alone in its group in all rounds shares no noise with anybody.
    lonely = tuple(replace(record, group=int(record.mode == "httpx")) for record in records_of(times))
    assert rank(lonely)["httpx"].interval is None
    assert rank(lonely)["httpx"].ratio == pytest.approx(3, rel=0.05)


def test_processor_time_has_a_ranking_of_its_own() -> None:
    times = {"aiohttp": noisy(1, 1, 6, 0.3), "requests": noisy(1.1, 2, 6, 0.3), "httpx": noisy(1.2, 3, 6, 0.3)}
    cpu = {"requests": noisy(0.5, 4), "aiohttp": noisy(0.8, 5)}
    records = records_of(times, cpu=cpu)
    by_cpu = rank(records, "cpu")
    assert [(place.label, place.mode) for place in by_cpu.values()] == [("1", "requests"), ("2", "aiohttp")]
    assert by_cpu["aiohttp"].ratio == pytest.approx(1.6, rel=0.05)
    assert len(rank(records)) == 3
    failing = records_of({"httpx-client": [0.1, 0.1]}, 500, {"httpx-client": [0.05, 0.05]})
    assert list(rank((*failing, *records), "cpu")) == ["requests", "aiohttp"], "how cheaply a mode fails says nothing"


@pytest.mark.parametrize(("modes", "rounds"), [(2, 3), (4, 2), (8, 2)])
def test_thirty_times_as_long_is_decided_by_the_first_looks(modes: int, rounds: int) -> None:
    times = {mode: noisy(30**number, number, rounds, 0.1) for number, mode in enumerate(DEFAULT_MODES[:modes])}
    ranking = tuple(rank(records_of(times), sequential=True).values())
    assert [place.label for place in ranking] == [str(place) for place in range(1, modes + 1)]
    assert undecided_pairs(ranking) == ()
