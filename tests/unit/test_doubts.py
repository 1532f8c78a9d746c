"""What speaks against a result: each rule just above and just below its limit."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from tui_httpbench.analysis.doubts import find_doubts
from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.littles_law import mean_in_flight, steady_in_flight
from tui_httpbench.analysis.steadiness import (
    mann_kendall_p,
    modified_z_scores,
    theil_sen_slope,
    upper_prediction_limit,
)
from tui_httpbench.analysis.summary import summarize_mode
from tui_httpbench.measured.conditions import RunConditions
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import Samples
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.worker.errors import code_of

MS = 1_000_000
CALM = (1.00, 1.01, 0.99, 1.02, 0.98, 1.005, 0.995)
"""Seven rounds that differ by the usual noise, without a trend."""


def closed_loop(latencies_ms: Iterable[float], in_flight: int = 1, gap_ms: float = 0.0, status: int = 200) -> Samples:
    """Requests of which ``in_flight`` are always under way, each started ``gap_ms`` after one has ended."""
    free = [1] * in_flight
    rows = []
    for latency in latencies_ms:
        start = heapq.heappop(free)
        rows.append((start, int(latency * MS), status, 100))
        heapq.heappush(free, start + int((latency + gap_ms) * MS))
    return np.array(sorted(rows, key=lambda row: row[0] + row[1]), dtype=np.int64).reshape(-1, 4)


def elapsed_of(samples: Samples) -> float:
    return float((samples[:, 0] + samples[:, 1]).max() - 1) / 1e9


def round_of(mode: str, number: int, latency_ms: float = 10.0, requests: int = 25, **changes: Any) -> RoundRecord:
    """A complete round, one request after another."""
    samples = closed_loop([latency_ms] * requests)
    values: dict[str, Any] = {"outcome": "complete", "samples": samples, "elapsed_s": elapsed_of(samples)}
    return RoundRecord(mode, number, **(values | changes))


def rounds_of(mode: str, factors: Iterable[float] = CALM, **changes: Any) -> list[RoundRecord]:
    """A round for each factor, which is its time relative to the mode's usual one."""
    return [round_of(mode, number, 10 * factor, **changes) for number, factor in enumerate(factors, start=1)]


def doubts_of(
    *rounds: Iterable[RoundRecord],
    conditions: RunConditions | None = None,
    probes: tuple[Probe, ...] = (),
    modes: tuple[str, ...] = (),
    **plan: Any,
) -> tuple[Finding, ...]:
    records = tuple(record for each in rounds for record in each)
    ids = modes or tuple(dict.fromkeys(record.mode for record in records)) or ("httpx",)
    made = Plan(modes=ids, **({"rounds": 7, "requests": 25, "concurrency": 1} | plan))
    summaries = tuple(summarize_mode(mode, tuple(r for r in records if r.mode == mode)) for mode in ids)
    return find_doubts(made, summaries, records, conditions, probes)


def only(doubts: tuple[Finding, ...], finding_id: str | None = None) -> str:
    """The text of the one doubt there is, which has that id; two sentences, as every one."""
    assert len(doubts) == 1, doubts
    assert doubts[0].text.endswith(".")
    assert finding_id in (None, doubts[0].id)
    return doubts[0].text


def test_calm_rounds_raise_no_doubt() -> None:
    calm = RunConditions("worker on CPU 1, target on CPU 0", "performance", 0.10)
    assert doubts_of(rounds_of("httpx"), rounds_of("aiohttp", CALM[::-1]), conditions=calm) == ()


def test_nothing_measured_raises_no_doubt() -> None:
    assert doubts_of() == ()
    assert doubts_of(modes=("httpx", "aiohttp")) == ()
    assert find_doubts(Plan(), (), (), None) == ()


# Fewer than two rounds


def test_one_round() -> None:
    doubt = only(doubts_of(rounds_of("httpx", CALM[:1]), rounds_of("aiohttp", CALM[:1])))
    assert doubt == ("Only 1 round is complete, and a ranking needs 2: let the run make all of its rounds.")


def test_two_rounds_are_enough() -> None:
    assert doubts_of(rounds_of("httpx", CALM[:2])) == ()


def test_the_mode_with_the_fewest_rounds_counts() -> None:
    cut_short = round_of("aiohttp", 5, outcome="stopped")
    doubt = only(doubts_of(rounds_of("httpx", CALM[:5]), [*rounds_of("aiohttp", CALM[:1]), cut_short]))
    assert "Only 1 of 5 rounds is complete in every mode" in doubt
    not_reached = only(doubts_of(rounds_of("httpx", CALM[:1]), modes=("httpx", "aiohttp")))
    assert "No round is complete in every mode" in not_reached


def test_a_mode_that_was_given_up_is_not_short_of_rounds() -> None:
    hung = round_of("aiohttp", 2, outcome="hung", hung_requests=3, elapsed_s=None, reason="aiohttp hung.")
    failed = RoundRecord("requests", 1, "failed", reason="requests could not import its client.")
    assert doubts_of(rounds_of("httpx"), [round_of("aiohttp", 1), hung], [failed]) == ()
    assert doubts_of([failed]) == ()


# A slow first round


def test_a_slow_first_round() -> None:
    doubt = only(doubts_of(rounds_of("httpx", (1.5, *CALM[1:])), rounds_of("aiohttp")))
    assert doubt.startswith("The first round took longer than the later ones: httpx by 50 %. Run again")


def test_a_much_slower_first_round_is_a_multiple() -> None:
    assert "httpx 12 times as long." in only(doubts_of(rounds_of("httpx", (12, *CALM[1:]))))


@pytest.mark.parametrize(("first", "doubted"), [(1.049, False), (1.051, True)])
def test_a_first_round_slower_by_less_than_5_percent_is_nothing(first: float, doubted: bool) -> None:
    assert bool(doubts_of(rounds_of("httpx", (first, 1, 1, 1, 1)))) == doubted


def test_a_first_round_within_the_prediction_limit_is_nothing() -> None:
    later = np.log([1.1, 0.9, 1.05, 0.95])
    limit = float(np.exp(upper_prediction_limit(later, 0.01)))
    assert doubts_of(rounds_of("httpx", (limit * 0.999, 1.1, 0.9, 1.05, 0.95))) == ()
    assert "first round" in only(doubts_of(rounds_of("httpx", (limit * 1.001, 1.1, 0.9, 1.05, 0.95))))
    # With more modes, the same first round is less remarkable.
    others = [rounds_of(mode, CALM[:5]) for mode in ("aiohttp", "requests", "httpx-client")]
    assert doubts_of(rounds_of("httpx", (limit * 1.001, 1.1, 0.9, 1.05, 0.95)), *others) == ()


def test_a_slow_first_round_needs_four() -> None:
    assert doubts_of(rounds_of("httpx", (3, 1, 1))) == ()
    assert "slow-first-round" in {doubt.id for doubt in doubts_of(rounds_of("httpx", (3, 1, 1, 1)))}


def test_a_fast_first_round_and_a_slow_second_are_no_slow_first_round() -> None:
    assert doubts_of(rounds_of("httpx", (0.5, 1, 1.01, 0.99, 1))) == ()
    assert doubts_of(rounds_of("httpx", (1, 2, 1.01, 0.99, 1))) == ()


def test_a_round_that_is_not_the_runs_first_is_not_called_so() -> None:
    slow_second = [round_of("httpx", number, 10 * factor) for number, factor in enumerate((2, 1, 1, 1, 1), start=2)]
    assert doubts_of(slow_second) == ()


# Outliers


def test_outlier_rounds() -> None:
    doubt = only(doubts_of(rounds_of("httpx", (*CALM[:2], 2.0, *CALM[3:])), rounds_of("aiohttp")))
    assert "modified z-score above 3.5" in doubt
    assert ": httpx in round 3. " in doubt


@pytest.mark.parametrize(("factor", "doubted"), [(1.24, False), (1.27, True), (0.81, False), (0.79, True)])
def test_outliers_are_off_by_a_quarter(factor: float, doubted: bool) -> None:
    assert bool(doubts_of(rounds_of("httpx", (1, 1, 1, factor, 1, 1)))) == doubted


def test_an_odd_round_among_unsteady_ones_is_no_outlier() -> None:
    unsteady = [0.7, 1.4, 0.8, 1.3, 0.75, 1.35]
    logs = np.log([*unsteady, 4.0])
    assert abs(modified_z_scores(logs)[-1]) < 3.5
    assert doubts_of(rounds_of("httpx", (*unsteady, 4.0))) == ()


def test_outliers_need_six_rounds() -> None:
    assert doubts_of(rounds_of("httpx", (1, 1.01, 5, 1, 0.99))) == ()
    assert "round 3" in only(doubts_of(rounds_of("httpx", (1, 1.01, 5, 1, 0.99, 1))))


def test_a_slow_first_round_is_not_called_an_outlier_as_well() -> None:
    assert "first round" in only(doubts_of(rounds_of("httpx", (3.0, *CALM[1:]))))
    slow_first, outlier = doubts_of(rounds_of("httpx", (3.0, *CALM[1:5], 3.0, *CALM, *CALM)))
    assert (slow_first.id, outlier.id) == ("slow-first-round", "outlier-rounds")
    assert "httpx in round 6." in outlier.text


def test_many_outliers_make_one_warning() -> None:
    modes = ("httpx", "aiohttp", "requests", "httpx-client", "httpx-async")
    series = [
        rounds_of(mode, (*CALM[:2], 2.0 + place, *CALM[3:], *CALM), requests=25) for place, mode in enumerate(modes)
    ]
    doubt = only(doubts_of(*series))
    assert ": httpx-async in round 3; httpx-client in round 3; requests in round 3 and 2 more. " in doubt
    odd = only(doubts_of(rounds_of("httpx", (1, 2, 1.01, 2, 0.99, 2, 1, 2, 1.01, 0.99, 1, 1.01, 1, 1.01, 0.99))))
    assert "httpx in rounds 2, 4, 6 and 1 more." in odd


# Drift


DRIFT = np.exp(np.linspace(0, np.log(1.2), 8))


def test_drift_over_the_run() -> None:
    doubt = only(doubts_of(rounds_of("httpx", DRIFT), rounds_of("aiohttp", DRIFT)))
    assert doubt.startswith("During the run, requests came to take 20 % longer (Mann-Kendall trend test, p < 0.001).")
    faster = only(doubts_of(rounds_of("httpx", 1 / DRIFT)))
    assert "came to take 17 % less time" in faster


@pytest.mark.parametrize(("change", "doubted"), [(1.09, False), (1.11, True), (1 / 1.09, False), (1 / 1.11, True)])
def test_drift_starts_at_a_tenth(change: float, doubted: bool) -> None:
    series = np.exp(np.linspace(0, np.log(change), 8))
    assert bool(doubts_of(rounds_of("httpx", series))) == doubted


def test_drift_needs_six_rounds_and_a_trend() -> None:
    assert doubts_of(rounds_of("httpx", DRIFT[:5] ** 2)) == ()
    assert doubts_of(rounds_of("httpx", DRIFT[:6] ** 2)) != ()
    shuffled = DRIFT[[3, 0, 6, 1, 7, 2, 5, 4]] ** 2
    assert doubts_of(rounds_of("httpx", shuffled)) == ()


def test_opposite_trends_of_two_modes_are_no_drift_of_the_run() -> None:
    assert doubts_of(rounds_of("httpx", DRIFT), rounds_of("aiohttp", 1 / DRIFT)) == ()


def test_drift_is_seen_over_common_rounds_whatever_happened_to_others() -> None:
    stopped = round_of("aiohttp", 8, 500, outcome="stopped")
    doubts = doubts_of(rounds_of("httpx", DRIFT), [*rounds_of("aiohttp", DRIFT[:7]), stopped])
    assert "17 % longer" in only(doubts)
    hung = round_of("requests", 2, outcome="hung", reason="requests hung.")
    assert "20 % longer" in only(doubts_of(rounds_of("httpx", DRIFT), [round_of("requests", 1), hung]))


# Sleep, load, governor


@pytest.mark.parametrize(("asleep_s", "doubted"), [(None, False), (0.002, False), (5400.0, True)])
def test_sleep_of_the_machine(asleep_s: float | None, doubted: bool) -> None:
    doubts = doubts_of(rounds_of("httpx"), conditions=RunConditions("", asleep_s=asleep_s))
    assert bool(doubts) == doubted
    assert all(doubt.text.startswith("The machine slept for 5,400 s in the middle of the run: ") for doubt in doubts)


@pytest.mark.parametrize(("share", "doubted"), [(None, False), (0.0, False), (0.10, False), (0.11, True)])
def test_load_of_other_processes(share: float | None, doubted: bool) -> None:
    doubts = doubts_of(rounds_of("httpx"), conditions=RunConditions("", other_cpu_share=share))
    assert bool(doubts) == doubted
    if doubted:
        text = "Other processes used 11 % of the processors during the run. Close what is not needed and run again."
        assert doubts == (Finding("busy-machine", text),)


def test_a_target_of_ones_own_may_be_the_load() -> None:
    conditions = RunConditions("", other_cpu_share=0.5)
    here, away = (
        only(doubts_of(rounds_of("httpx"), conditions=conditions, request=Request(url)))
        for url in ("http://127.0.0.1:8000/", "http://a.example/")
    )
    assert here.startswith("Other processes, among them the server that was asked, used 50 % of the processors")
    assert "have it run on another machine" in here
    assert away == "Other processes used 50 % of the processors during the run. Close what is not needed and run again."


@pytest.mark.parametrize(
    ("governor", "doubted"),
    [
        (None, False),
        ("performance", False),
        ("schedutil", False),
        ("powersave", True),
        ("performance, powersave", True),
    ],
)
def test_governor(governor: str | None, doubted: bool) -> None:
    doubts = doubts_of(rounds_of("httpx"), conditions=RunConditions("", governor))
    assert bool(doubts) == doubted
    assert all("cpupower frequency-set -g performance" in doubt.text for doubt in doubts)


# The embedded target's share


def test_a_target_busier_than_the_client() -> None:
    busy = rounds_of("aiohttp", cpu_s=0.10, target_cpu_s=0.15)
    doubt = only(doubts_of(rounds_of("httpx", cpu_s=0.2, target_cpu_s=0.1), busy))
    assert ": aiohttp (1.05 s against 0.70 s). " in doubt


@pytest.mark.parametrize(("target_cpu_s", "doubted"), [(0.1, False), (0.109, False), (0.111, True)])
def test_the_target_is_busier_by_more_than_a_clock_tick_a_round(target_cpu_s: float, doubted: bool) -> None:
    assert bool(doubts_of(rounds_of("aiohttp", cpu_s=0.1, target_cpu_s=target_cpu_s))) == doubted


def test_only_complete_rounds_that_know_both_count_for_the_target() -> None:
    calm = rounds_of("aiohttp", cpu_s=0.1, target_cpu_s=0.05)
    unknown = [
        round_of("aiohttp", 8, target_cpu_s=9.0),
        round_of("aiohttp", 9, cpu_s=None, target_cpu_s=9.0),
        round_of("aiohttp", 10, cpu_s=0.1, target_cpu_s=9.0, outcome="stopped"),
    ]
    assert doubts_of(calm, unknown) == ()
    assert doubts_of(rounds_of("aiohttp", target_cpu_s=9.0)) == ()
    assert doubts_of(rounds_of("aiohttp", cpu_s=0.0, target_cpu_s=0.0)) == ()


# Little's law


@pytest.mark.parametrize(("gap_ms", "doubted"), [(0.5, False), (0.6, True)])
def test_time_between_requests_breaks_littles_law(gap_ms: float, doubted: bool) -> None:
    # 10 ms of every 10.5 are 95.2 %, of every 10.6 they are 94.3 %.
    samples = closed_loop([10.0] * 200, gap_ms=gap_ms)
    series = [round_of("requests", number, samples=samples, elapsed_s=elapsed_of(samples)) for number in range(1, 6)]
    doubts = doubts_of(series, requests=200)
    assert bool(doubts) == doubted
    if doubted:
        assert "(Little's law): requests 0.943 instead of 1. " in only(doubts)


def test_littles_law_at_a_higher_concurrency() -> None:
    half = closed_loop([10.0] * 400, in_flight=20, gap_ms=10.0)
    series = [round_of("aiohttp", number, samples=half, elapsed_s=elapsed_of(half)) for number in range(1, 6)]
    doubt = only(doubts_of(series, requests=400, concurrency=20))
    assert "aiohttp 10" in doubt
    assert "instead of 20" in doubt


def test_the_run_down_of_unequal_requests_is_no_breach() -> None:
    latencies = np.random.default_rng(7).exponential(10, 400)
    samples = closed_loop(latencies, in_flight=20)
    series = [round_of("aiohttp", number, samples=samples, elapsed_s=elapsed_of(samples)) for number in range(1, 6)]
    plain = mean_in_flight(series)
    assert plain is not None
    assert plain < 0.95 * 20
    assert steady_in_flight(series, 20) == pytest.approx(20, rel=0.001)
    assert doubts_of(series, requests=400, concurrency=20) == ()


def test_the_slow_start_of_a_wide_round_is_no_breach() -> None:
    # Building 20 requests takes 10 ms each, one after another; every one is answered after 400 ms.
    starts = [place * 10 * MS + 1 for place in range(20)]
    first_ends = [start + 400 * MS for start in starts]
    rows = [(start, 400 * MS, 200, 100) for start in starts]
    for end in first_ends:
        rows += [(end + turn * 400 * MS, 400 * MS, 200, 100) for turn in range(2)]
    samples = np.array(rows, dtype=np.int64)
    record = round_of("httpx-async", 1, samples=samples, elapsed_s=elapsed_of(samples))
    plain = mean_in_flight([record])
    assert plain is not None
    assert plain < 0.9 * 20
    assert steady_in_flight([record], 20) == pytest.approx(20)


def test_time_before_the_first_and_after_the_last_request_counts() -> None:
    late = rounds_of("requests", [1] * 5, elapsed_s=0.3)  # 24 requests of 10 ms, and the last one's 10 ms left out
    assert "requests 0.828 instead of 1" in only(doubts_of(late))


def test_a_round_of_fewer_than_20_turns_is_left_out() -> None:
    half = closed_loop([10.0] * 399, in_flight=20, gap_ms=10.0)
    series = [round_of("aiohttp", number, samples=half, elapsed_s=elapsed_of(half)) for number in range(1, 6)]
    assert doubts_of(series, requests=399, concurrency=20) == ()
    # The article's asynchronous modes start all at once; its synchronous ones go one by one.
    assert doubts_of(series, requests=399, concurrency="article") == ()
    one_by_one = closed_loop([10.0] * 20, gap_ms=10.0)
    sync = [round_of("requests", n, samples=one_by_one, elapsed_s=elapsed_of(one_by_one)) for n in range(1, 6)]
    assert "requests 0.5" in only(doubts_of(sync, requests=20, concurrency="article"))


def test_failed_requests_take_their_time_too() -> None:
    samples = closed_loop([10.0] * 100, status=code_of("timeout"))
    samples[::2, 2] = 200
    series = [round_of("requests", number, samples=samples, elapsed_s=elapsed_of(samples)) for number in range(1, 6)]
    assert doubts_of(series, requests=100) == ()


def test_requests_that_are_all_refused_break_no_law() -> None:
    # What happens between two of them takes longer than they do.
    refused = closed_loop([0.2] * 200, gap_ms=0.3, status=code_of("refused"))
    series = [round_of("requests", number, samples=refused, elapsed_s=elapsed_of(refused)) for number in range(1, 6)]
    assert doubts_of(series, requests=200) == ()
    some = refused.copy()
    some[0, 2] = 200
    answered = [round_of("requests", number, samples=some, elapsed_s=elapsed_of(some)) for number in range(1, 6)]
    assert "requests 0.4" in only(doubts_of(answered, requests=200), "littles-law")


def test_who_runs_dry_is_told_with_the_latency_of_each() -> None:
    def dry(mode: str, latency_ms: float) -> list[RoundRecord]:
        samples = np.array([(1, int(latency_ms * MS), 200, 10)] * 10, dtype=np.int64)
        elapsed_s = 2 * latency_ms / 1e3
        return [round_of(mode, n, samples=samples, elapsed_s=elapsed_s, cpu_s=elapsed_s / 50) for n in (1, 2, 3)]

    found = doubts_of(dry("aiohttp", 0.3), dry("httpx", 200.0), requests=None, duration_s=0.35, concurrency=10)
    text = only(found, "running-dry")
    assert {"aiohttp 5 instead of 10 (0.30 ms a request)", "httpx 5 instead of 10 (200 ms a request)"} <= set(
        re.split("; |: |[.] ", text)
    )
    assert "give -z 10 (20 s a round of 2 modes), or lower -c." in text


def test_a_finding_names_all_its_modes_where_its_text_counts_them() -> None:
    modes = ("httpx", "aiohttp", "requests", "httpx-client", "httpx-async")
    series = [rounds_of(mode, (*CALM[:2], 2.0, *CALM[3:], *CALM)) for mode in modes]
    (doubt,) = doubts_of(*series)
    assert "and 2 more" in doubt.text
    assert doubt.modes == modes


# Libraries


def test_replaced_libraries_and_missing_c_parts_are_said_once_with_their_modes() -> None:
    probes = (
        Probe("requests", strange={"urllib3": "says that it is version 2.13.905, and 2.8.0 is installed"}),
        Probe("httpx", strange={"httpx": "has Client.send from /x/wrap.py"}),
        Probe("aiohttp", without_c=("aiohttp", "yarl")),
    )
    modes = ("requests", "requests#2", "httpx", "aiohttp")
    replaced, missing = doubts_of(*(rounds_of(mode) for mode in modes), modes=modes, probes=probes)
    assert (replaced.id, replaced.modes) == ("replaced-library", ("requests", "requests#2", "httpx"))
    assert "urllib3 says that it is version 2.13.905, and 2.8.0 is installed" in replaced.text
    assert "httpx has Client.send from /x/wrap.py" in replaced.text
    assert (missing.id, missing.modes) == ("without-c-parts", ("aiohttp",))
    assert "far slower: aiohttp; yarl." in missing.text
    assert doubts_of(rounds_of("requests"), probes=(Probe("requests"),)) == ()


# Odd records


def test_rounds_that_measured_nothing_are_left_out() -> None:
    empty = RoundRecord("httpx", 8, "complete", elapsed_s=1.0)
    timeless = round_of("httpx", 9, elapsed_s=0.0)
    unknown = round_of("httpx", 10, elapsed_s=None)
    stranger = [round_of("requests", number, 10 * number) for number in range(1, 9)]
    assert doubts_of(rounds_of("httpx"), [empty, timeless, unknown]) == ()
    assert doubts_of(rounds_of("httpx"), stranger, modes=("httpx",)) == ()
    assert "complete" in only(doubts_of([RoundRecord("httpx", 1, "complete")]))


def test_cut_short_rounds_are_left_out() -> None:
    cut_short = [
        round_of("httpx", 8, 400, outcome="stopped"),
        round_of("httpx", 9, 400, outcome="hung", hung_requests=2, reason="httpx hung."),
        round_of("httpx", 10, 400, outcome="crashed", elapsed_s=None, reason="The worker of httpx died."),
    ]
    assert doubts_of(rounds_of("httpx"), cut_short) == ()


def test_the_order_of_records_does_not_matter() -> None:
    series = rounds_of("httpx", (3.0, *CALM[1:]))
    assert doubts_of(series[::-1]) == doubts_of(series)


def test_two_runs_of_one_mode_are_told_apart() -> None:
    doubt = only(doubts_of(rounds_of("aiohttp"), rounds_of("aiohttp#2", (2.0, *CALM[1:]))))
    assert "aiohttp#2" in doubt


# The statistics by themselves


def test_modified_z_scores() -> None:
    # Median 3, MAD 1.
    scores = modified_z_scores(np.array([1.0, 2.0, 3.0, 4.0, 9.0]))
    assert scores == pytest.approx([-1.349, -0.6745, 0.0, 0.6745, 4.047])
    assert list(modified_z_scores(np.array([5.0, 5.0, 5.0, 4.0, 6.0]))) == [0, 0, 0, -np.inf, np.inf]


def test_prediction_limit() -> None:
    # Mean 2, standard deviation 1, t(0.95, 2) = 2.920.
    assert upper_prediction_limit(np.array([1.0, 2.0, 3.0]), 0.05) == pytest.approx(
        2 + 2.920 * np.sqrt(4 / 3), abs=1e-3
    )


def test_mann_kendall() -> None:
    # S = 15 of 15 pairs, variance 6 · 5 · 17 / 18, z = 14 / 5.323.
    assert mann_kendall_p(np.arange(6.0)) == pytest.approx(0.00853, abs=1e-5)
    assert mann_kendall_p(-np.arange(6.0)) == mann_kendall_p(np.arange(6.0))
    assert mann_kendall_p(np.array([0.0, 1.0, 2.0, 3.0, 5.0, 4.0])) > 0.01
    # Two pairs of ties: S = 13, variance (510 - 2 · 18) / 18, z = 12 / 5.132.
    assert mann_kendall_p(np.array([1.0, 1.0, 2.0, 2.0, 3.0, 4.0])) == pytest.approx(0.0194, abs=1e-4)
    assert mann_kendall_p(np.ones(8)) == 1.0


def test_theil_sen() -> None:
    assert theil_sen_slope(np.array([1.0, 2.0, 4.0, 8.0]), np.array([3.0, 5.0, 9.0, 17.0])) == 2.0
    assert theil_sen_slope(np.arange(7.0), np.array([0.0, 1, 2, 50, 4, 5, 6])) == 1.0


def test_no_law_without_time() -> None:
    assert mean_in_flight([]) is None
    assert steady_in_flight([], 1) is None
    assert steady_in_flight([RoundRecord("httpx", 1, "complete")], 1) is None
    starts_unknown = closed_loop([10.0] * 20)
    starts_unknown[:, 0] = 1
    assert steady_in_flight([round_of("httpx", 1, samples=starts_unknown, elapsed_s=0.2)], 1) is None
    at_once = closed_loop([10.0] * 20, in_flight=20)
    assert steady_in_flight([round_of("httpx", 1, samples=at_once, elapsed_s=0.01)], 20) is None


# Too little measured time


def timed_round(mode: str, number: int, requests: int, latency_s: float, elapsed_s: float, cpu_s: float) -> RoundRecord:
    """A round of requests that all start together and take equally long."""
    samples = np.array([(1, int(latency_s * 1e9), 200, 1)] * requests, dtype=np.int64)
    return RoundRecord(mode, number, "complete", samples, elapsed_s, cpu_s)


def test_requests_that_wait_too_long_for_the_measured_seconds() -> None:
    plan = Plan(modes=("httpx", "aiohttp"), duration_s=0.35)
    waiting = [timed_round("httpx", number, 10, 0.2, 0.4, 0.01) for number in (1, 2)]
    computing = [timed_round("aiohttp", number, 10, 0.2, 0.4, 0.4) for number in (1, 2)]
    modes = (summarize_mode("httpx", tuple(waiting)), summarize_mode("aiohttp", tuple(computing)))
    doubt = only(find_doubts(plan, modes, (*waiting, *computing), None))
    assert "httpx 5 instead of 10" in doubt
    assert "aiohttp" not in doubt
    assert "-z 10" in doubt
    assert find_doubts(plan.replace(requests=10, duration_s=None), modes, (*waiting, *computing), None) == ()


def test_seconds_asked_for_that_are_shorter_than_a_request() -> None:
    records = [timed_round("httpx", number, 10, 0.3, 0.3, 0.3) for number in (1, 2)]
    modes = (summarize_mode("httpx", tuple(records)),)
    plan = Plan(modes=("httpx",), duration_s=0.01)
    doubt = only(find_doubts(plan, modes, tuple(records), None))
    assert doubt.startswith("The 0.01 s asked for are shorter than a request")
    assert "httpx took 0.3 s" in doubt
    assert find_doubts(plan.replace(duration_s="auto"), modes, tuple(records), None) == ()
    assert find_doubts(plan.replace(duration_s=0.25), modes, tuple(records), None) == ()
