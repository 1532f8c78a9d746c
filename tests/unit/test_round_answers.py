"""What modes get in the rounds is compared, and what a server changes by chance marks nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import numpy as np
import pytest
from numpy.typing import NDArray

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.round_answers import find_round_differences
from tui_httpbench.measured.probe import Probe, ProbeResponse
from tui_httpbench.measured.records import RoundRecord

KEPT = ("requests-session", "httpx-client")
MODES = ("requests", *KEPT, "aiohttp-each")
Draw = Callable[[str, int], tuple[NDArray[np.int64] | int, NDArray[np.int64] | int]]


def found(draw: Draw, rounds: int = 1, requests: int = 20, probes: tuple[Probe, ...] = ()) -> list[Finding]:
    """What is found where a mode gets the statuses and lengths that ``draw`` makes of it and the round's requests."""
    records = []
    for number in range(1, rounds + 1):
        for mode in MODES:
            rows = np.ones((requests, 4), dtype=np.int64)
            rows[:, 2], rows[:, 3] = draw(mode, requests)
            records.append(RoundRecord(mode, number, "complete", rows))
    return find_round_differences(tuple(records), probes)


def probes_of(*sizes: int) -> tuple[Probe, ...]:
    """A probe of each mode whose body has that size; the first mode got the last one when it was asked again."""
    first, *others = (ProbeResponse(200, 200, "http://127.0.0.1:9/", "1.1", size, str(size)) for size in sizes)
    asked = Probe(MODES[0], response=first, again=(others.pop(),))
    return (asked, *(Probe(mode, response=response) for mode, response in zip(MODES[1:], others, strict=True)))


def later(first: int, then: int) -> Callable[[str, int], NDArray[np.int64] | int]:
    """What a server says that answers the first request of a connection otherwise than those that follow."""
    return lambda mode, requests: np.where(np.arange(requests) == 0, first, then) if mode in KEPT else first


@pytest.mark.parametrize(("rounds", "requests"), [(1, 20), (3, 20), (5, 4)])
def test_other_statuses_in_the_rounds_mark_the_modes_that_got_them(rounds: int, requests: int) -> None:
    status = later(200, 204)
    (finding,) = found(lambda mode, number: (status(mode, number), 9), rounds, requests)
    assert (finding.id, finding.modes) == ("other-answers", KEPT)
    share = 100 - 100 // requests
    assert finding.text == (
        f"In the rounds, requests-session and httpx-client got 204 in {share} % of the answers; the others in 0 %, and "
        "mostly 200. The server may answer the first request of a connection otherwise than those that follow."
    )


def test_so_do_other_lengths_of_bodies() -> None:
    length = later(5, 1_600)
    (finding,) = found(lambda mode, number: (200, length(mode, number)), rounds=2)
    assert finding.modes == KEPT
    assert "got bodies of 1,520 bytes on average; the others of 5 bytes." in finding.text


def test_where_as_many_got_one_thing_as_another_the_probes_tell_which_is_usual() -> None:
    for usual, marked in ((200, KEPT), (204, ("requests", "aiohttp-each"))):
        answer = ProbeResponse(usual, usual, "", "1.1", 5, "same")
        probes = tuple(Probe(mode, response=answer) for mode in MODES)
        (finding,) = found(lambda mode, _: (204 if mode in KEPT else 200, 5), probes=probes)
        assert finding.modes == marked


def by_lot(generator: np.random.Generator, other: int) -> Draw:
    return lambda _, n: (np.where(generator.random(n) < 0.3, other, 200), generator.integers(40, 60, n))


@pytest.mark.parametrize("other", [204, 404, 503])
@pytest.mark.parametrize(("rounds", "requests"), [(1, 4), (1, 500), (2, 20)])
def test_what_is_drawn_by_lot_marks_nobody(other: int, rounds: int, requests: int) -> None:
    generator = np.random.default_rng(7)
    assert not any(found(by_lot(generator, other), rounds, requests) for _ in range(50))


def test_failures_of_some_modes_are_no_other_answers() -> None:
    assert found(lambda mode, _: (503 if mode in KEPT else 200, 5)) == []


def test_a_counter_in_the_body_marks_nobody() -> None:
    numbers = count(1)

    def counter(_: str, requests: int) -> tuple[int, NDArray[np.int64]]:
        return 200, np.array([len(f"number {next(numbers)}") for _ in range(requests)])

    probed = probes_of(8, 8, 8, 8, 9)
    for rounds in (1, 4):
        assert found(counter, rounds, probes=probed) == []


def test_a_server_that_changes_once_in_the_middle_of_a_run_marks_nobody() -> None:
    rounds: Iterator[int] = (number for number in range(4) for _ in MODES)
    assert found(lambda *_: ((204 if next(rounds) > 1 else 200), 5), rounds=4) == []


def test_bodies_that_each_connection_draws_mark_nobody_once_the_probes_have_seen_that() -> None:
    generator = np.random.default_rng(3)

    def drawn(mode: str, requests: int) -> tuple[int, NDArray[np.int64]]:
        draws = generator.random(1 if mode in KEPT else requests) < 0.5
        return 200, np.resize(np.where(draws, 900, 1_500), requests)

    assert not any(found(drawn, 2, 200, probes_of(900, 900, 1_500, 900, 1_500)) for _ in range(50))


def test_a_mode_whose_probe_differs_already_is_not_told_of_twice() -> None:
    rows = np.ones((20, 4), dtype=np.int64)
    records = []
    for mode in MODES:
        rows = rows.copy()
        rows[:, 2:] = (302, 0) if mode == "httpx-client" else (200, 9)
        records.append(RoundRecord(mode, 1, "complete", rows))
    (finding,) = find_round_differences(tuple(records), ())
    assert finding.modes == ("httpx-client",)
    assert find_round_differences(tuple(records), (), frozenset({"httpx-client"})) == []
