"""Each mode at a real socket: what it sends, how it keeps connections, how its failures are sorted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from support import one_round
from support.recording_server import RecordingServer

from tui_httpbench.analysis.result import ModeSummary, Result
from tui_httpbench.bench.events import RunFinished
from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.catalog import MODES
from tui_httpbench.plan.plan import WARMUP_REQUESTS, Plan, Request

KEPT = [mode.id for mode in MODES.values() if mode.kept]
EACH = [mode.id for mode in MODES.values() if not mode.kept]
# One of each library and kind; test_faults.py has every mode.
FOUR = ("requests", "httpx-client", "httpx-async", "aiohttp-each")


def each_of(mode_ids: Iterable[str]) -> list[ParameterSet]:
    """These modes, one after the other; those that tell little more only where slow tests are wanted."""
    return [pytest.param(mode_id, marks=[] if mode_id in FOUR else [pytest.mark.slow]) for mode_id in mode_ids]


async def measure(plan: Plan) -> Result:
    runner = Runner(plan, keep_going=True)
    events = [event async for event in runner.run()]
    assert events[-1] == RunFinished(stopped=False)
    return runner.result()


async def measure_one(mode_id: str, request: Request, folder: Path, **changes: Any) -> ModeSummary:
    """What a single round of the mode measures, with no probe before it."""
    settings: dict[str, Any] = {"requests": 8, "concurrency": 4, "rounds": 1, "timeout_s": 5.0, **changes}
    result = await one_round.result(Plan(request=request, modes=(mode_id,), **settings), folder)
    return result.mode(mode_id)


@pytest.mark.parametrize("mode_id", each_of(MODES))
async def test_method_headers_and_body_reach_the_wire(mode_id: str, tmp_path: Path) -> None:
    async with RecordingServer() as server:
        request = Request(
            server.url + "/a?b=c", "PUT", (("X-One", "1"), ("Accept", "text/x")), None, b'{"key": "value"}'
        )
        summary = await measure_one(mode_id, request, tmp_path)
    assert (summary.requests, summary.ok, summary.errors, summary.statuses) == (8, 8, {}, {200: 8})
    assert summary.body_bytes == 8 * len(b"hello, client")
    assert len(server.requests) == 8 + WARMUP_REQUESTS
    for received in server.requests:
        assert (received.method, received.path, received.body) == ("PUT", "/a?b=c", b'{"key": "value"}')
        headers = {name.lower(): value for name, value in received.headers.items()}
        assert headers["x-one"] == "1"
        assert headers["accept"] == "text/x"
        assert headers["content-type"] == "application/json"
        assert headers["user-agent"].startswith("httpbench-tui/")


@pytest.mark.parametrize("mode_id", each_of(EACH))
async def test_a_client_made_for_every_request_opens_a_connection_for_each(mode_id: str, tmp_path: Path) -> None:
    async with RecordingServer() as server:
        summary = await measure_one(mode_id, Request(server.url + "/"), tmp_path, requests=20)
    assert summary.ok == 20
    assert server.connections == 20 + WARMUP_REQUESTS


@pytest.mark.parametrize("mode_id", each_of(KEPT))
async def test_a_kept_client_opens_as_many_connections_as_its_concurrency(mode_id: str, tmp_path: Path) -> None:
    async with RecordingServer() as server:
        summary = await measure_one(mode_id, Request(server.url + "/"), tmp_path, requests=40)
    assert summary.ok == 40
    assert 1 <= server.connections <= 4


@pytest.mark.parametrize("mode_id", each_of(KEPT))
async def test_article_concurrency_is_one_for_sync_and_all_at_once_for_async(mode_id: str, tmp_path: Path) -> None:
    async with RecordingServer() as server:
        await measure_one(mode_id, Request(server.url + "/"), tmp_path, requests=12, concurrency="article")
    if MODES[mode_id].kind == "sync":
        assert server.connections == 1
    else:
        assert 6 <= server.connections <= 12


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "kind"),
    [("/reset", "reset"), ("/short", "body"), ("/garbage", "protocol"), ("/status/503", "status")],
)
async def test_failures_are_sorted_alike_for_every_kind_of_mode(path: str, kind: str) -> None:
    async with RecordingServer() as server:
        plan = Plan(request=Request(server.url + path), modes=FOUR, requests=3, concurrency=2, rounds=1, timeout_s=5.0)
        result = await measure(plan)
    assert {mode.mode: mode.errors for mode in result.modes} == {mode_id: {kind: 3} for mode_id in FOUR}
    assert not result.all_succeeded
    if kind != "status":
        assert all(mode.error_texts[0].count == 3 and mode.error_texts[0].kind == kind for mode in result.modes)


@pytest.mark.slow
async def test_a_silent_server_is_a_timeout_for_every_kind_of_mode() -> None:
    async with RecordingServer() as server:
        plan = Plan(
            request=Request(server.url + "/silent"), modes=FOUR, requests=2, concurrency=2, rounds=1, timeout_s=0.3
        )
        result = await measure(plan)
    assert {mode.mode: mode.errors for mode in result.modes} == {mode_id: {"timeout": 2} for mode_id in FOUR}


@pytest.mark.slow
async def test_a_closed_port_is_refused_for_every_kind_of_mode() -> None:
    async with RecordingServer() as server:
        closed = server.url
    result = await measure(Plan(request=Request(closed + "/"), modes=FOUR, requests=3, concurrency=2, rounds=1))
    assert {mode.mode: mode.errors for mode in result.modes} == {mode_id: {"refused": 3} for mode_id in FOUR}


@pytest.mark.slow
async def test_an_unknown_host_is_a_dns_failure_for_every_kind_of_mode() -> None:
    url = "http://no-such-host.invalid/"
    result = await measure(Plan(request=Request(url), modes=FOUR, requests=2, concurrency=2, rounds=1, timeout_s=10.0))
    assert {mode.mode: mode.errors for mode in result.modes} == {mode_id: {"dns": 2} for mode_id in FOUR}


@pytest.mark.slow
async def test_plain_http_behind_an_https_url_is_a_tls_failure_for_every_kind_of_mode() -> None:
    async with RecordingServer() as server:
        url = server.url.replace("http:", "https:")
        result = await measure(
            Plan(request=Request(url), modes=FOUR, requests=2, concurrency=1, rounds=1, timeout_s=5.0)
        )
    assert {mode.mode: mode.errors for mode in result.modes} == {mode_id: {"tls": 2} for mode_id in FOUR}
