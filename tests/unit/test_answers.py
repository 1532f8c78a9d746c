"""What differs between modes is found, and what a server changes by itself marks nobody."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tui_httpbench.analysis.answers import find_answer_differences, odd_modes
from tui_httpbench.measured.probe import Probe, ProbeResponse

MODES = ("requests", "httpx", "aiohttp", "urllib3")
URL = "http://127.0.0.1:9/page"
SIZE = 1_000


def answer(body: str = "a", size: int = SIZE, status: int = 200, url: str = URL) -> ProbeResponse:
    return ProbeResponse(status, status, url, "1.1", size, body)


def probes_of(*first: ProbeResponse | None, again: tuple[ProbeResponse | None, ...] = ()) -> tuple[Probe, ...]:
    """A probe of each mode; the first mode was asked again. None is a connection that was refused."""
    made = [
        Probe(mode, response=response, error=None if response else ("refused", "no"))
        for mode, response in zip(MODES, first, strict=False)
    ]
    return (replace(made[0], again=again), *made[1:])


def found(probes: tuple[Probe, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(finding.id, finding.modes) for finding in find_answer_differences(probes)]


# Bodies


def test_a_clock_in_the_page_is_said_once_and_marks_nobody() -> None:
    clock = probes_of(answer("19:01"), answer("19:01"), answer("19:02"), answer("19:02"), again=(answer("19:03"),))
    (finding,) = find_answer_differences(clock)
    assert (finding.id, finding.modes) == ("changing-body", ())
    assert "its body (of 1,000 bytes each time)" in finding.text
    assert not finding.is_other_work


@pytest.mark.parametrize("sizes", [(9, 10, 10, 11), (1_000, 1_004, 1_013, 991), (40, 56, 30, 48)])
def test_so_is_a_counter_or_ids_of_varying_length(sizes: tuple[int, ...]) -> None:
    answers = [answer(f"id {size}", size) for size in sizes]
    assert found(probes_of(*answers, again=(answer("id again", sizes[0] + 4),))) == [("changing-body", ())]


@pytest.mark.parametrize("size", [300, 1_400, 90_000, 0])
def test_a_changing_page_hides_no_other_page(size: int) -> None:
    clock = probes_of(answer("1"), answer("2"), answer("error", size), answer("3"), again=(answer("4", SIZE + 3),))
    assert found(clock) == [("changing-body", ()), ("other-body", ("aiohttp",))]


def test_a_page_of_any_length_marks_nobody_once_that_is_seen() -> None:
    drawn = probes_of(answer("1", 3_000), answer("2", 9_000), answer("3", 3_100), again=(answer("4", 3_050),))
    assert odd_modes(drawn) == ("httpx",)  # so it is asked again, and gets another length
    asked = (drawn[0], replace(drawn[1], again=(answer("5", 4_000),)), drawn[2])
    assert found(asked) == [("changing-body", ())]


def test_another_body_that_comes_again_is_a_difference() -> None:
    plain = probes_of(answer(), answer(), answer("other", 400), answer(), again=(answer(),))
    assert odd_modes(plain) == ("aiohttp",)
    asked = tuple(replace(each, again=(answer("other", 400),)) if each.mode == "aiohttp" else each for each in plain)
    assert found(asked) == [("other-body", ("aiohttp",))]


def test_of_two_pages_drawn_by_lot_the_modes_that_drew_otherwise_are_asked_again() -> None:
    drawn = probes_of(answer("a"), answer("b", 900), answer("a"), answer("b", 900), again=(answer("a"),))
    assert odd_modes(drawn) == ("httpx", "urllib3")
    asked = tuple(replace(each, again=(answer("a"),)) if each.mode == "httpx" else each for each in drawn)
    assert found(asked) == [("changing-body", ())]


def test_a_page_that_shows_what_was_sent_is_said_once() -> None:
    echoed = probes_of(*(answer(f"headers {n}", SIZE + 10 * n) for n in range(4)), again=(answer("headers 0"),))
    (finding,) = find_answer_differences(echoed)
    assert (finding.id, finding.modes) == ("other-body", ())
    assert found(probes_of(answer("x"), answer("y", 10))) == [("other-body", ("requests",))]


# Status


def test_failures_are_never_the_yardstick() -> None:
    blocked = probes_of(answer(status=403), answer(status=403), answer(), answer(status=403))
    assert found(blocked) == [("other-status", ("requests", "httpx", "urllib3"))]
    assert "got 403; the others got 200." in find_answer_differences(blocked)[0].text
    refused = probes_of(None, None, answer(), None)
    assert found(refused) == [("no-answer", ("requests", "httpx", "urllib3"))]


def test_where_nothing_succeeded_no_failure_is_the_yardstick_of_another() -> None:
    assert found(probes_of(answer(status=404), answer(status=404), answer(status=404))) == []
    assert found(probes_of(None, None, None)) == []
    assert found(probes_of(answer(status=404), answer(status=404), answer(status=500))) == []
    assert found(probes_of(answer(status=414), answer(status=414), None)) == []


def test_a_status_that_changes_by_itself_marks_nobody_but_another_one_does() -> None:
    busy = probes_of(answer(), answer(status=503), answer(), answer(status=404), again=(answer(status=503),))
    assert found(busy) == [("changing-body", ()), ("other-status", ("urllib3",))]
    assert "its status (200 and 503)" in find_answer_differences(busy)[0].text
    flaky = probes_of(answer(), None, answer(), again=(None,))
    assert found(flaky) == [("changing-body", ())]


def test_a_status_that_a_mode_got_in_the_rounds_as_well_as_the_usual_one_was_drawn_by_lot() -> None:
    drawn = probes_of(answer(), answer(), answer(status=503), answer(), again=(answer(),))
    assert found(drawn) == [("other-status", ("aiohttp",))]
    for statuses, marked in (({"200", "503"}, ()), ({"503"}, ("aiohttp",))):
        (finding,) = find_answer_differences(drawn, in_rounds={"aiohttp": frozenset(statuses)})
        assert finding.modes == marked


def test_those_that_waited_in_vain_are_not_asked_again() -> None:
    silent = (*probes_of(answer(), answer()), Probe("aiohttp", error=("timeout", "30 s")))
    assert found(silent) == [("no-answer", ("aiohttp",))]
    assert odd_modes(silent) == ()


# URLs


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://127.0.0.1:9/#top", "HTTP://127.0.0.1:9/"])
def test_one_url_in_two_spellings_is_one(url: str) -> None:
    usual = answer(url="http://127.0.0.1:9/")
    assert found(probes_of(usual, usual, answer(url=url))) == []
    assert found(probes_of(usual, usual, answer(url="http://127.0.0.1:9/%7E"))) == [("other-url", ("aiohttp",))]


def test_of_a_url_that_changes_the_rest_is_compared() -> None:
    urls = [f"{URL}?session={number}" for number in range(3)]
    sessions = [answer(url=url) for url in urls]
    assert found(probes_of(*sessions, again=(answer(url=f"{URL}?session=9"),))) == [("changing-body", ())]
    elsewhere = [*sessions, answer(url="http://127.0.0.1:9/login")]
    marked = found(probes_of(*elsewhere, again=(answer(url=f"{URL}?session=9"),)))
    assert marked == [("changing-body", ()), ("other-url", ("urllib3",))]
    paths = [answer(url=f"http://127.0.0.1:9/{number}") for number in range(3)]
    assert found(probes_of(*paths, again=(answer(url="http://127.0.0.1:9/9"),))) == [("changing-body", ())]


def test_two_pages_by_lot_are_seldom_taken_for_a_difference() -> None:
    """All draws of two modes, as they are asked: the first twice, the second twice more where it drew otherwise."""
    alarms = 0
    draws = list(itertools.product("ab", repeat=5))
    for first, last, other, *later in draws:
        probes = probes_of(answer(first), answer(other), again=(answer(last),))
        if odd_modes(probes):
            probes = (probes[0], replace(probes[1], again=tuple(map(answer, later))))
        alarms += any(finding.modes for finding in find_answer_differences(probes))
    assert alarms / len(draws) <= 1 / 16
