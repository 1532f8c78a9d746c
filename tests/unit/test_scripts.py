"""Whole scripts of N requests: what a start costs, which finishes first, and what of that is sure."""

from __future__ import annotations

from dataclasses import replace

from support.made_results import SETUP, result_of, rounds_of
from support.reports import report_of

from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.scripts import Crossing, first_in_words, first_to_finish, script_headings, script_rows
from tui_httpbench.analysis.start_cost import start_cost
from tui_httpbench.measured.record_json import setup_from_dict
from tui_httpbench.measured.records import RoundRecord, StartUp, WarmupRequest
from tui_httpbench.report import html_report, markdown

ROUNDS = 5
WARMUP = (WarmupRequest(5.0, 200), WarmupRequest(3.0, 200), WarmupRequest(1.0, 200))


def rounds(
    mode: str, latency_ms: float, import_s: float, noise: float = 0.0, cold_s: float | None = None
) -> tuple[RoundRecord, ...]:
    """Five rounds of a mode whose import takes so long, more by the share ``noise`` in every other round."""
    made = rounds_of(mode, latency_ms, rounds=ROUNDS, noise=0.0001)
    return tuple(
        replace(
            record,
            setup=replace(
                SETUP,
                warmup=WARMUP,
                build_cpu_s=0.005,
                start=StartUp(0.01, import_s * (1 + noise * (record.round % 2)), cold_s),
            ),
        )
        for record in made
    )


def result(*records: RoundRecord) -> Result:
    return result_of(*records, rounds=ROUNDS, concurrency=1)


def test_a_start_is_the_interpreter_the_import_the_making_and_what_the_first_request_takes_more() -> None:
    cost = start_cost(result(*rounds("aiohttp", 1.0, 0.2, cold_s=0.9)), "aiohttp")
    assert cost is not None
    assert (cost.interpreter_s, cost.import_s, cost.build_s, cost.cold_s) == (0.01, 0.2, 0.005, 0.9)
    assert round(cost.first_s, 9) == 0.004
    assert round(cost.total_s, 9) == 0.219
    assert start_cost(result(*rounds_of("aiohttp", 1.0, rounds=ROUNDS)), "aiohttp") is None


def test_lines_cross_where_the_dearer_start_has_paid_off() -> None:
    told = result(*rounds("requests-session", 2.0, 0.1, 0.02), *rounds("aiohttp", 1.0, 0.2, 0.02))
    (crossing,) = first_to_finish(told)
    assert (crossing.earlier, crossing.later) == ("requests-session", "aiohttp")
    # A tenth of a second more at the start, a millisecond less a request.
    assert 99 <= crossing.requests <= 104
    assert crossing.sure_until is not None
    assert crossing.sure_from is not None
    assert 80 < crossing.sure_until < crossing.requests <= crossing.sure_from < 125
    (text,) = first_in_words(told)
    assert text.startswith(
        "Up to about 100 requests, a script with requests-session finishes first (surely up to 99); beyond"
    )
    assert "surely up to" in text


def test_no_one_is_first_of_many_requests_who_is_not_told_from_another() -> None:
    told = result(
        *rounds("requests-session", 1.0, 0.1, -0.3),
        *(
            replace(record, elapsed_s=(record.elapsed_s or 0) * (1.1 if record.round % 2 else 0.92))
            for record in rounds("httpx-client", 1.0, 0.1, 0.3)
        ),
        *rounds("requests", 5.0, 0.1, 0.31),
    )
    (sentence,) = first_in_words(told)
    assert sentence == (
        "With imports counted, requests-session and httpx-client finish first where there are many requests, not told "
        "apart; for a few, requests can't be told from them either."
    )


def test_no_script_is_surely_first_beside_one_that_starts_alike() -> None:
    """Two copies of the same code begin as one, whichever of them is named."""
    twins = (*rounds("requests-session", 2.0, 0.1, 0.02), *rounds("requests", 2.0, 0.1001, -0.02))
    (crossing,) = first_to_finish(result(*twins, *rounds("aiohttp", 1.0, 0.2, 0.02)))
    assert crossing.sure_until is None
    assert crossing.sure_from is not None, "what overtakes both does so surely"


def test_a_crossing_at_the_first_request_is_told_of_one() -> None:
    assert Crossing("requests", "aiohttp", 1, None, None).in_words == (
        "For one request, a script with requests finishes first; beyond, one with aiohttp, but neither is sure."
    )
    assert Crossing("requests", "aiohttp", 9, 1, None).in_words.startswith(
        "For one request, a script with requests sur"
    )


def test_a_crossing_of_noisy_starts_is_not_sure_and_starts_that_are_alike_make_none() -> None:
    alike = result(*rounds("requests", 2.0, 0.1), *rounds("requests-session", 1.0, 0.1001, -0.01))
    assert first_to_finish(alike) == ()
    (sentence,) = first_in_words(alike)
    assert sentence.startswith(
        "With its import counted, requests-session finishes first where there are many requests; for a few, it "
    )
    noisy = result(*rounds("requests-session", 2.0, 0.1), *rounds("aiohttp", 1.0, 0.12, 0.9))
    (crossing,) = first_to_finish(noisy)
    assert (crossing.earlier, crossing.later, crossing.sure_until) == ("requests-session", "aiohttp", None)
    cheaper = result(*rounds("requests-session", 1.0, 0.1), *rounds("aiohttp", 2.0, 0.2))
    assert first_in_words(cheaper) == (
        "Even with its import counted, requests-session finishes first for any number of requests.",
    )
    alone = result(*rounds("aiohttp", 1.0, 0.2))
    assert first_in_words(alone) == ()


def test_a_single_round_makes_nothing_sure() -> None:
    one = [made[:1] for made in (rounds("requests-session", 2.0, 0.1), rounds("aiohttp", 1.0, 0.2))]
    (crossing,) = first_to_finish(result_of(*one[0], *one[1], rounds=1, concurrency=1))
    assert (crossing.sure_until, crossing.sure_from) == (None, None)
    assert "but neither is sure" in crossing.in_words


def test_reports_have_the_sentence_and_the_table() -> None:
    told = result(*rounds("requests-session", 2.0, 0.1, cold_s=0.5), *rounds("aiohttp", 1.0, 0.2, cold_s=0.9))
    assert script_headings(told)[:4] == ("mode", "Python", "import", "cold")
    assert next(script_rows(told))[:7] == ("aiohttp", "10.0", "200", "900", "5.00", "4.00", "0.22")
    (sentence,) = first_in_words(told)
    assert sentence in " ".join(report_of(told).split())
    page, text = "".join(html_report.parts_of(told)), markdown.to_text(told)
    assert sentence in page
    assert sentence in text
    assert "| aiohttp | 10.0 | 200 | 900 |" in text
    without = result(*rounds("requests-session", 2.0, 0.1), *rounds("aiohttp", 1.0, 0.2))
    assert "cold" not in script_headings(without)


def test_a_start_is_read_back_as_it_was_written() -> None:
    setup = replace(SETUP, build_cpu_s=0.5, start=StartUp(0.1, 0.2, None))
    values = {
        "python": setup.python,
        "import_s": setup.import_s,
        "build_s": setup.build_s,
        "warmup": [vars(request) for request in setup.warmup],
        "build_cpu_s": 0.5,
        "start": {"interpreter_s": 0.1, "import_s": 0.2, "cold_s": None},
    }
    assert setup_from_dict(values) == setup
    del values["build_cpu_s"], values["start"]  # as runs before had it
    assert setup_from_dict(values) == SETUP


def test_starts_that_spread_make_less_of_a_crossing_sure() -> None:
    spread = result(*rounds("requests-session", 2.0, 0.1), *rounds("aiohttp", 1.0, 0.2, 0.2))
    (crossing,) = first_to_finish(spread)
    assert crossing.sure_until is not None
    assert crossing.sure_from is not None
    assert crossing.sure_until < 0.9 * crossing.requests
    assert crossing.sure_from > 1.1 * crossing.requests


def test_beyond_what_is_sure_no_crossing_is_named() -> None:
    told = Crossing("requests-session", "httpx-client", 13_000, 460, None).in_words
    assert told == (
        "Up to 460 requests, a script with requests-session surely finishes first; beyond, httpx-client may "
        "overtake it, but that is not sure."
    )
    assert Crossing("requests-session", "httpx-client", 100, None, 200).in_words.endswith("(surely from 200 on).")
