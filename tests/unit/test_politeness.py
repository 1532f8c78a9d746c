"""What a run means for somebody else's server."""

from __future__ import annotations

import pytest

from tui_httpbench.plan import Plan, Request
from tui_httpbench.politeness import remote_load


@pytest.mark.parametrize(
    "url", ["/", "http://localhost:8000/", "http://127.9.9.9/", "http://[::1]:80/", "http://a.localhost/"]
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
def test_a_load_is_counted_over_modes_and_rounds(values: dict, requests: int, in_flight: int, heavy: bool) -> None:
    load = remote_load(Plan(Request("https://example.com/x"), modes=("aiohttp", "requests"), **values))
    assert load is not None
    assert (load.host, load.requests, load.in_flight, load.is_heavy) == ("example.com", requests, in_flight, heavy)
    assert "example.com" in load.in_words
