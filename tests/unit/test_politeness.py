"""What a run means for somebody else's server."""

from __future__ import annotations

from typing import Any

import pytest

from tui_httpbench.plan.fields import REMOTE_REQUESTS, REMOTE_ROUNDS
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.politeness import RemoteLoad, remote_load

AWAY = Request("https://example.com/x")


def load_of(**values: Any) -> RemoteLoad:
    load = remote_load(Plan(AWAY, **values))
    assert load is not None
    return load


@pytest.mark.parametrize(
    "url",
    ["/", "http://localhost:8000/", "http://127.9.9.9/", "http://[::1]:80/", "HTTP://A.LocalHost/", "http://0.0.0.0/"],
)
def test_this_machine_is_nobody_elses(url: str) -> None:
    assert remote_load(Plan(Request(url), modes=("aiohttp",), concurrency=2000)) is None


@pytest.mark.parametrize(
    ("values", "requests", "in_flight", "heavy"),
    [
        ({"requests": 10, "rounds": 5, "concurrency": 2}, 100, 2, False),
        ({"requests": 10, "rounds": "auto", "concurrency": 2}, 600, 2, False),
        ({"requests": 100, "rounds": 5, "concurrency": 2}, 1000, 2, False),
        ({"requests": 101, "rounds": 5, "concurrency": 2}, 1010, 2, True),
        ({"requests": 51, "rounds": 1, "concurrency": "article"}, 102, 51, True),
    ],
)
def test_a_load_is_counted_over_modes_and_rounds(
    values: dict[str, Any], requests: int, in_flight: int, heavy: bool
) -> None:
    load = load_of(modes=("aiohttp", "requests"), **values)
    assert (load.host, load.requests, load.in_flight, load.is_heavy) == ("example.com", requests, in_flight, heavy)
    assert "example.com" in load.in_words


@pytest.mark.parametrize(
    ("modes", "concurrency", "connections", "heavy"),
    [
        # Those that are kept wait with their connections open; of the others one works at a time.
        (("aiohttp",), 10, 10, False),
        (("aiohttp", "aiohttp#2", "requests-session"), 10, 30, False),
        (("requests", "httpx"), 10, 10, False),
        (("aiohttp", "requests", "httpx"), 10, 20, False),
        (("aiohttp", "aiohttp#2", "requests"), 16, 48, False),
        (("aiohttp", "aiohttp#2", "requests"), 17, 51, True),
        (("aiohttp", "requests-session", "requests", "aiohttp-each"), "article", 20 + 1 + 20, False),
        (("aiohttp", "requests-session", "requests"), "article", 20 + 1 + 1, False),
    ],
)
def test_connections_that_wait_are_counted(
    modes: tuple[str, ...], concurrency: Any, connections: int, heavy: bool
) -> None:
    load = load_of(modes=modes, concurrency=concurrency, requests=20, rounds=1)
    assert (load.connections, load.is_heavy) == (connections, heavy)


def test_the_default_to_another_machine_is_modest() -> None:
    load = load_of(requests=REMOTE_REQUESTS, rounds=REMOTE_ROUNDS)
    assert not load.is_heavy
    assert load.in_words == ("Up to 1,000 requests go to example.com, 10 at once; up to 50 connections are held open.")


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ({"duration_s": 4.0}, "4 s"),
        ({"duration_s": 0.3, "requests": 1}, "0.3 s"),
        ({"duration_s": 0.001}, "1 ms"),
        ({"duration_s": 1_800.0}, "1,800 s"),
        ({"duration_s": "auto"}, "5 s"),
    ],
)
def test_seconds_hold_an_unknown_number_of_requests(values: dict[str, Any], seconds: str) -> None:
    load = load_of(modes=("aiohttp",), concurrency=1, rounds=1, **values)
    assert load.requests is None
    assert load.is_heavy
    assert load.in_words == (
        f"As many requests as it answers in up to {seconds} per mode and round go to example.com, 1 at once; "
        "up to 1 connection is held open."
    )


def test_what_is_too_much_is_said_with_what_lowers_it() -> None:
    assert load_of(requests=1_000, rounds=5).why_heavy.startswith("that is more than 1,000 requests; add --yes ")
    assert load_of(requests=20, rounds=1, concurrency=20).why_heavy.endswith("more than 50 connections; add --yes if "
        "that host may be loaded so, or lower -c.")  # fmt: skip
    assert "not known beforehand" in load_of(duration_s=1.0).why_heavy
