"""What is said of a ranking: what is known, what is too close to call, and what would help."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.made_results import MACHINE

from tui_httpbench.analysis.conclusion import NONE_RANKED, conclude
from tui_httpbench.analysis.outlook import WORTH_S, outlooks
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.measured.measured import Measured
from tui_httpbench.measured.records import RoundRecord
from tui_httpbench.measured.samples import Samples
from tui_httpbench.plan.plan import Plan

MODES = ("aiohttp", "requests-session", "httpx-client", "requests", "httpx-async", "httpx")


def samples(count: int) -> Samples:
    return np.array([[1 + number, 1_000_000, 200, 10] for number in range(count)])


def result_of(
    *times: float,
    noise: float = 0.02,
    rounds: int = 5,
    is_auto: bool = False,
    cpu_noise: float | None = None,
    wall_s: float = 2,
    **plan: Any,
) -> Result:
    """Modes whose requests take these times, in rounds whose residuals have this spread, and mean 0 in each mode."""
    modes = MODES[: len(times)]
    generator = np.random.default_rng(7)

    def noises(size: float) -> np.ndarray[Any, Any]:
        values = generator.normal(0, 1, (len(times), rounds))
        values -= values.mean(axis=0)
        values -= values.mean(axis=1, keepdims=True)
        spread = np.sqrt((values**2).sum() / max(1, (len(times) - 1) * (rounds - 1)))
        return np.exp(size * values / (spread or 1))

    wall, cpu = noises(noise), noises(noise if cpu_noise is None else cpu_noise)
    records = tuple(
        RoundRecord(
            mode,
            number + 1,
            "complete",
            samples(10),
            elapsed_s=times[index] * wall[index, number],
            cpu_s=None if cpu_noise is None else 0.8 * times[index] * cpu[index, number],
            wall_s=wall_s,
        )
        for number, (index, mode) in itertools.product(range(rounds), enumerate(modes))
    )
    settings = {"modes": modes, "rounds": "auto" if is_auto else rounds, "requests": 10} | plan
    return summarize_run(Measured(Plan(**settings), "http://127.0.0.1:8000/", records, machine=MACHINE))


def said_of(*times: float, **changes: Any) -> str:
    text = conclude(result_of(*times, **changes))
    assert text is not None
    return text


def test_it_says_who_is_fastest_and_by_how_much() -> None:
    assert re.fullmatch(
        r"aiohttp is fastest: 2\.00 times as fast as the next, requests-session \(1\.9\d to 2\.0\d\)\. "
        r"All places are sure\.",
        said_of(1, 2, 9),
    )
    assert re.search(r"(29|30|31) times as fast as the next, requests-session \(\d\d to \d\d\)\.$", said_of(1, 30))
    assert "1.20 times as fast as the next, requests-session (1." in said_of(1, 1.2, noise=0.01)


def test_a_shared_first_place_says_whom_it_beats() -> None:
    text = said_of(1, 1.02, 3, 3.9, 6, noise=0.05)
    assert text.startswith("aiohttp and requests-session are fastest, too close to call (no more than ")
    assert "; both beat all the others." in text
    assert "both beat httpx-client." in said_of(1, 1.02, 3, noise=0.05)
    assert "both beat httpx-client and requests." in said_of(1, 1.02, 3, 5, noise=0.05)
    assert "they all beat requests." in said_of(1, 1.01, 1.02, 3, noise=0.05)


def test_a_bound_that_says_little_is_left_out() -> None:
    assert "(no more than " in said_of(1, 1.05, noise=0.1)
    assert "(" not in said_of(1, 1.05, noise=0.8, rounds=2)


def test_what_may_lie_far_apart_is_not_called_close() -> None:
    text = said_of(1, 1.05, noise=0.3)
    assert re.match(
        r"aiohttp and requests-session are not told apart yet \(one may be \d\.\d times as fast as another\)\.", text
    )
    assert "close" not in text


def test_nothing_decided_says_so_with_a_bound() -> None:
    assert re.match(
        r"The 4 modes are too close to call \(no more than \d\d % apart\)\.", said_of(1, 1.01, 1.02, 1.03, noise=0.1)
    )


def test_the_same_is_not_too_close_to_call() -> None:
    assert said_of(1, 1.001, noise=1e-3) == "aiohttp and requests-session are the same (within 3 %)."
    text = said_of(1, 2, 2.001, noise=1e-3, same_within=0.05)
    assert text.startswith("aiohttp is fastest: 2.00 times as fast as the next, requests-session")
    assert text.endswith("; requests-session and httpx-client are the same (within 5 %).")
    text = said_of(1, 1.001, 4, noise=1e-3)
    assert text == "aiohttp and requests-session are the same (within 3 %), and both beat httpx-client."


def test_neighbours_that_are_the_same_do_not_make_their_ends_the_same() -> None:
    result = result_of(1, 1.025, 1.05, noise=1e-4)
    assert [rank.verdict_next for rank in result.ranking[:2]] == ["same", "same"]
    assert result.ranking[2].verdict == "faster"
    text = conclude(result) or ""
    assert "aiohttp and requests-session are the same" in text
    assert "httpx-client are the same" in text
    assert "aiohttp, requests-session and httpx-client" not in text


def test_ends_that_are_unsure_keep_a_group_from_being_the_same() -> None:
    result = result_of(1, 1.009, 1.018, noise=0.0108)
    assert [rank.verdict_next for rank in result.ranking[:2]] == ["same", "same"]
    assert result.ranking[2].verdict == "unsure"
    assert (conclude(result) or "").startswith("The 3 modes are too close to call")


def test_groups_further_down_are_named_and_counted() -> None:
    text = said_of(1, 3, 3.05, 9, 9.1, noise=0.05)
    assert "Too close to call: requests-session and httpx-client; requests and httpx-async. " in text
    text = said_of(1, 1.01, 3, 3.05, 9, 9.1, noise=0.05)
    assert "Also too close to call: httpx-client and requests; httpx-async and httpx. " in text


def test_it_says_how_many_more_rounds_would_tell() -> None:
    result = result_of(1, 1.06, 3, noise=0.04)
    (outlook,) = outlooks(result.ranking, result.records)
    text = conclude(result) or ""
    assert outlook.rounds is not None
    assert 3 <= outlook.rounds <= 30
    assert outlook.seconds == 2 * outlook.rounds
    assert f"About {outlook.rounds} more rounds ({outlook.seconds:.0f} s) would tell." in text


@pytest.mark.parametrize("noise", [0.045, 0.06, 0.08])
def test_the_rounds_foretold_do_tell_and_few_of_them_do_not(noise: float) -> None:
    result = result_of(1, 1.06, 3, noise=noise)
    (outlook,) = outlooks(result.ranking, result.records)
    assert outlook.rounds is not None
    verdicts = [
        result_of(1, 1.06, 3, noise=noise, rounds=rounds, is_auto=True).ranking[0].verdict_next
        for rounds in (5 + outlook.rounds // 4, 5 + outlook.rounds)
    ]
    assert verdicts == ["unsure", "faster"]


def test_no_silly_number_of_rounds_is_recommended() -> None:
    assert said_of(1, 1.0, noise=0.3).endswith("More rounds would narrow that down.")
    assert said_of(1, 1.01, 1.02, 1.03, noise=0.1).endswith("More rounds would hardly tell.")
    assert "would tell" in said_of(1, 1.06, 3, noise=0.04, wall_s=1)
    assert said_of(1, 1.06, 3, noise=0.04, wall_s=WORTH_S).endswith(
        "It takes about 15 more rounds (45 min) to tell them apart."
    )
    text = said_of(1, 1.06, 3, 3.0, noise=0.04)
    assert re.search(r"About \d+ more rounds \(\d+ s\) would tell aiohttp from requests-session\.$", text)


def test_a_pace_that_is_not_known_is_not_told() -> None:
    assert re.search(r"About \d+ more rounds would tell\.$", said_of(1, 1.06, 3, noise=0.04, wall_s=0))


def test_processor_time_speaks_where_the_clock_does_not_decide() -> None:
    text = said_of(1, 1.1, 4, noise=0.1, cpu_noise=0.01)
    assert text.endswith("By CPU time, which is steadier, aiohttp beats requests-session.")
    assert "CPU" not in said_of(1, 1.1, 4, noise=0.01, cpu_noise=0.01)
    assert "CPU" not in said_of(1, 1.1, 4, noise=0.1, cpu_noise=0.1)


def test_a_mode_without_rivals_gets_its_time() -> None:
    alone = result_of(0.0052, rounds=1)
    text = "aiohttp took 0.52 ms a request (1,923/s with 10 in flight); there is nothing to compare it with."
    assert conclude(alone) == text
    one_by_one = result_of(0.0052, rounds=1, concurrency=1)
    assert "(1,923/s); there is" in (conclude(one_by_one) or "")
    good, bad = result_of(0.0052, 0.01, rounds=1).records
    failed = replace(bad, samples=np.array([[1, 1_000_000, 500, 10], *bad.samples[1:].tolist()]))
    plan = alone.plan.replace(modes=MODES[:2])
    beside = summarize_run(Measured(plan, alone.url, (good, failed), machine=MACHINE))
    assert (conclude(beside) or "").endswith("; no other mode is ranked: each had failed requests or missing rounds.")
    both = tuple(replace(record, outcome="stopped") for record in (good, failed))
    assert conclude(summarize_run(Measured(plan, alone.url, both, machine=MACHINE))) == NONE_RANKED
    troubled = summarize_run(Measured(alone.plan.replace(modes=(failed.mode,)), alone.url, (failed,), machine=MACHINE))
    failures_out = (
        "1 of 10 requests of requests-session failed, 900/s with 10 in flight succeeded; "
        "there is nothing to compare it with."
    )
    assert conclude(troubled) == failures_out
    nothing = replace(failed, samples=np.array([[1, 1_000_000, 500, 10]] * 10))
    assert (
        conclude(
            summarize_run(Measured(alone.plan.replace(modes=(failed.mode,)), alone.url, (nothing,), machine=MACHINE))
        )
        == "No mode got a good answer: none of 10 requests succeeded (500 × 10)."
    )


def test_of_a_large_group_few_modes_are_named() -> None:
    text = said_of(1, 1.01, 1.02, 1.03, 1.04, 9, noise=0.1)
    assert text.startswith("aiohttp, requests-session, httpx-client, requests and httpx-async are fastest")
    assert "they all beat httpx." in text


def test_one_round_decides_nothing() -> None:
    assert said_of(1, 30, rounds=1) == "One round decides nothing: give -r 3 or more."


@pytest.mark.parametrize("seed", range(8))
def test_the_sentence_agrees_with_the_places(seed: int) -> None:
    generator = np.random.default_rng(seed)
    result = result_of(*np.exp(np.sort(generator.normal(0, 0.3, 5))), noise=float(generator.choice([0.02, 0.06, 0.12])))
    text = conclude(result) or ""
    winner = result.ranking[0]
    assert (f"{winner.mode} is fastest" in text) == (winner.label == "1")
    assert ("are fastest, too close" in text or "The 5 modes" in text or "are the same" in text) or winner.label == "1"
    for upper, lower in itertools.pairwise(result.ranking):
        if upper.label == lower.label == "1=":
            assert f"{upper.mode} beats {lower.mode}" not in text
