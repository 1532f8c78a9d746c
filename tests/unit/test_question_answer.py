"""The answer to the question that a run was made for, also where it was asked of fewer libraries."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from support.made_results import EIGHT, plain_result_of, rounds_of

from tui_httpbench.analysis.article import PUBLISHED_S
from tui_httpbench.analysis.question_answer import answer_of, asked_pairs
from tui_httpbench.analysis.result import Result
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.plan.variants import parse_variants
from tui_httpbench.text.formatting import times_as_fast


def asked(modes: tuple[str, ...], preset: str = "keep") -> Result:
    """A run of these modes, which take as long as they usually do here."""
    result = plain_result_of(*(record for mode in modes for record in rounds_of(mode)))
    changed = result.plan.replace(**{**PRESETS[preset].values, "modes": modes, "rounds": 5})
    return replace(result, plan=changed)


@pytest.mark.parametrize(
    ("modes", "told"),
    [
        (PRESETS["keep"].values["modes"], ["requests-session is", "httpx-client is", "aiohttp is"]),
        (("httpx", "httpx-client"), ["httpx-client is"]),
        (("httpx-async-each", "httpx-async"), ["httpx-async is"]),
    ],
)
def test_keeping_the_client_is_answered_of_whatever_libraries_it_is_asked(
    modes: tuple[str, ...], told: list[str]
) -> None:
    answer = answer_of(asked(modes))
    assert answer.startswith("Keeping the client: ")
    assert [name for name in told if name in answer] == told
    assert answer.count("times as fast") == len(told)


def test_a_library_that_gains_nothing_for_sure_is_named_as_well() -> None:
    """Not named, it would look as if it had not been asked about, or as if it gained."""
    times_ms = {"requests": 5.0, "requests-session": 5.8, "aiohttp-each": 12.0, "aiohttp": 3.0}
    records = [record for lane, ms in times_ms.items() for record in rounds_of(lane, ms, noise=0.1)]
    answer = answer_of(plain_result_of(*records))
    assert answer.startswith("Keeping the client: aiohttp is ")
    assert answer.endswith("; not told apart yet: requests-session from requests.")


def test_each_variant_is_asked_for_its_own_gain() -> None:
    times_ms = {"requests@old": 9.0, "requests-session@old": 3.0, "requests@new": 8.0, "requests-session@new": 1.0}
    records = [record for lane, ms in times_ms.items() for record in rounds_of(lane, ms)]
    result = plain_result_of(*records, variants=parse_variants(["old=requests==2.31.0", "new=requests==2.32.0"]))
    assert asked_pairs(result.plan.modes) == tuple(
        (f"requests@{variant}", f"requests-session@{variant}") for variant in ("old", "new")
    )
    assert re.fullmatch(
        r"Keeping the client: requests-session@new is 8.01 times as fast as requests@new \([^)]+\) and "
        r"requests-session@old is 3.00 times as fast as requests@old \([^)]+\)\.",
        answer_of(result),
    )


def test_a_mode_that_is_in_a_run_twice_asks_nothing_of_keeping() -> None:
    assert asked_pairs(("requests", "requests-session", "requests#2")) == ()
    assert asked_pairs(("requests", "requests-session")) == (("requests", "requests-session"),)


def test_of_many_pairs_a_few_are_told_and_the_others_counted() -> None:
    lanes = [f"{mode}@v{number}" for number in range(6) for mode in ("requests", "requests-session")]
    records = [record for lane in lanes for record in rounds_of(lane, 8.0 if "session" not in lane else 2.0)]
    variants = parse_variants([f"v{number}=requests==2.{number}.0" for number in range(6)])
    answer = answer_of(plain_result_of(*records, variants=variants))
    assert answer.count("times as fast") == 3
    assert answer.endswith(", and 3 more pairs.")


@pytest.mark.parametrize(
    ("bounds", "told"),
    [
        ((0.31, 0.1, 1.001), "3.23 times as fast as aiohttp-each (0.999 to 10.0)"),
        ((0.5, 0.4, 0.6), "2.00 times as fast as aiohttp-each (1.67 to 2.50)"),
        ((0.5, 0.00001, 0.6), "2.00 times as fast as aiohttp-each"),
        ((0.5, 0.0, 0.6), "2.00 times as fast as aiohttp-each"),
    ],
)
def test_on_which_side_of_1_a_bound_lies_can_be_read(bounds: tuple[float, float, float], told: str) -> None:
    assert times_as_fast(*bounds, "aiohttp-each") == told


@pytest.mark.parametrize("modes", [EIGHT, ("httpx", "httpx-client", "aiohttp"), ("httpx-client", "aiohttp")])
def test_whoever_asks_who_is_fastest_gets_the_ranking_alone(modes: tuple[str, ...]) -> None:
    assert answer_of(asked(modes, "quick")) == ""


def test_a_run_like_the_article_s_says_first_whether_its_order_was_reproduced() -> None:
    answer = answer_of(asked(tuple(PUBLISHED_S), "article"))
    assert answer.startswith("The article's order was not reproduced: here ")
