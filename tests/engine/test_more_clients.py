"""The clients that no run measures by itself: what they send, keep, trust, follow and fail with, where installed."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet
from support import one_round
from support.recording_server import RecordingServer
from support.rude_server import RudeServer
from support.scripted_server import Reply, ScriptedServer

from tui_httpbench.analysis.result import Result
from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.catalog import DEFAULT_MODES, MODES
from tui_httpbench.clients.entrants import select_modes
from tui_httpbench.plan.parsing import parse_modes
from tui_httpbench.plan.plan import Plan, PlanError, Profile, Request
from tui_httpbench.plan.scenario import Scenario

OTHERS = [mode.id for mode in MODES.values() if not mode.default and not mode.http2]
INSTALLED = tuple(mode_id for mode_id in OTHERS if MODES[mode_id].is_installed())
NATIVE = {"pycurl", "pyreqwest", "pyreqwest-async", "curl-cffi", "curl-cffi-async"}
FOLLOWS_NOTHING = {"http.client"}
FOLLOWS_TO_FTP = {"pycurl", "curl-cffi", "curl-cffi-async", "aiosonic"}
REFUSES_LETTERS = {"http.client", "pycurl"}
REFUSES_LONG_URLS = {"httpx2-client", "httpx2-async", "httpx-aiohttp", "pyreqwest", "pyreqwest-async"}
BODY_BYTES = 20_000
WIDTH = 4


def where_installed(mode_ids: Iterable[str]) -> list[ParameterSet]:
    return [
        pytest.param(mode_id, marks=pytest.mark.skipif(not MODES[mode_id].is_installed(), reason="not installed"))
        for mode_id in mode_ids
    ]


async def measure(
    modes: str | tuple[str, ...], url: str, request: dict[str, Any] | None = None, **changes: Any
) -> Result:
    """A run of these modes, one after the other; where all that are installed can share one, it costs a tenth."""
    settings: dict[str, Any] = {"requests": 24, "concurrency": WIDTH, "rounds": 1, "timeout_s": 5.0, **changes}
    chosen = (modes,) if isinstance(modes, str) else modes
    runner = Runner(Plan(request=Request(url, **(request or {})), modes=chosen, **settings), keep_going=True)
    async for _ in runner.run():
        pass
    return runner.result()


def test_all_are_there_and_none_is_a_default() -> None:
    assert set(OTHERS) == {
        *("http.client", "urllib3", "niquests", "niquests-async", "httpx2-client", "httpx2-async", "httpx-aiohttp"),
        *("pycurl", "pyreqwest", "pyreqwest-async", "curl-cffi", "curl-cffi-async", "aiosonic"),
    }
    assert all(MODES[mode_id].kept for mode_id in OTHERS)
    assert {mode_id for mode_id in MODES if MODES[mode_id].library.is_native} == NATIVE
    assert set(select_modes(["all"])) == {mode.id for mode in MODES.values() if mode.is_installed()}
    assert set(DEFAULT_MODES) <= set(select_modes(["all"]))


@pytest.mark.parametrize("mode_id", [mode_id for mode_id in OTHERS if not MODES[mode_id].is_installed()])
def test_one_that_is_not_installed_is_refused_with_what_installs_it(mode_id: str) -> None:
    with pytest.raises(PlanError, match=f"pip install {MODES[mode_id].library.distribution}"):
        parse_modes([mode_id])


@pytest.mark.parametrize("profile", ["equal", "defaults"])
@pytest.mark.parametrize("mode_id", where_installed(OTHERS))
async def test_the_request_reaches_the_wire_over_connections_that_are_kept(mode_id: str, profile: Profile) -> None:
    request = {"method": "PUT", "headers": (("X-One", "1"), ("Accept", "text/x")), "json_body": b'{"key": "value"}'}
    async with RecordingServer() as server:
        # One at a time: as it comes, not every client keeps more than one.
        width = WIDTH if profile == "equal" else 1
        result = await measure(mode_id, server.url + "/a?b=c", request, concurrency=width, chosen_profile=profile)
    (mode,) = result.modes
    assert (mode.ok, mode.errors, mode.body_bytes) == (24, {}, 24 * len(b"hello, client")), mode.error_texts
    for received in server.requests:
        assert (received.method, received.path, received.body) == ("PUT", "/a?b=c", b'{"key": "value"}')
        headers = {name.lower(): value for name, value in received.headers.items()}
        assert (headers["x-one"], headers["accept"], headers["content-type"]) == ("1", "text/x", "application/json")
        assert headers["user-agent"].startswith("httpbench-tui/")
        if profile == "equal":
            assert headers["accept-encoding"] == "gzip, deflate"
    # Some open one more while they wait for one that is in use.
    assert len({received.connection for received in server.requests[-24:]}) <= 2 * width
    if mode_id in NATIVE:
        assert mode.requests_per_connection is None
    else:
        assert mode.requests_per_connection is not None


@pytest.mark.parametrize("profile", ["equal", "defaults"])
async def test_a_checked_certificate_and_a_body_in_gzip(profile: Profile) -> None:
    scenario = Scenario("sealed", tls=True, gzip=True, body_bytes=BODY_BYTES)
    result = await measure(INSTALLED, "/", scenario=scenario, chosen_profile=profile, concurrency=1)
    for mode in result.modes:
        assert (mode.ok, mode.errors) == (24, {}), (mode.mode, mode.error_texts)
        assert mode.body_bytes == 24 * BODY_BYTES, mode.mode
        assert mode.requests_per_connection is not None, mode.mode
        assert mode.requests_per_connection > 10, mode.mode
        assert result.settings[mode.mode]["certificates"], mode.mode


async def test_redirects_are_followed_as_described() -> None:
    result = await measure(INSTALLED, "/redirect/2", chosen_profile="equal")
    told = {mode.mode: (mode.statuses, result.settings[mode.mode]["redirects"]) for mode in result.modes}
    assert told == {
        mode_id: ({302: 24}, "not followed") if mode_id in FOLLOWS_NOTHING else ({200: 24}, "followed, up to 10")
        for mode_id in INSTALLED
    }


@pytest.mark.slow
async def test_a_proxy_in_the_environment_sways_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    result = await measure(INSTALLED, "/", chosen_profile="equal")
    told = {mode.mode: (mode.ok, result.settings[mode.mode]["proxies"]) for mode in result.modes}
    assert told == dict.fromkeys(INSTALLED, (24, "none"))


@pytest.mark.slow
async def test_no_more_than_ten_redirects_are_followed() -> None:
    follow = tuple(mode_id for mode_id in INSTALLED if mode_id not in FOLLOWS_NOTHING)
    ten = await measure(follow, "/redirect/10", requests=3, chosen_profile="equal")
    assert {mode.mode: mode.statuses for mode in ten.modes} == {key: {200: 3} for key in follow}
    eleven = await measure(follow, "/redirect/11", requests=3, chosen_profile="equal")
    assert {mode.mode: mode.errors for mode in eleven.modes} == {key: {"redirects": 3} for key in follow}


@pytest.mark.parametrize(
    "kind",
    [
        "refused",
        "body",
        "tls",
        *(
            pytest.param(kind, marks=pytest.mark.slow)
            for kind in ("timeout", "dns", "reset", "protocol", "redirects", "url")
        ),
    ],
)
async def test_failures_are_sorted_alike(kind: str, tmp_path: Path) -> None:
    faults = {
        "refused": "refused",
        "dns": "dns-failure",
        "reset": "reset-at-once",
        "body": "body-too-short",
        "protocol": "garbage",
        "timeout": "silent",
        "tls": "tls-self-signed",
        "redirects": "redirect-to-other-scheme",
        "url": "long-query",
    }
    async with RudeServer(tmp_path) as server:
        url = server.url(faults[kind])
        timeout_s = 0.5 if kind == "timeout" else 5.0
        plan = Plan(Request(url), INSTALLED, 3, concurrency=1, timeout_s=timeout_s, chosen_profile="equal")
        result = await one_round.result(plan, tmp_path)
    for mode in result.modes:
        if kind == "url" and mode.mode not in REFUSES_LONG_URLS:
            assert mode.statuses == {414: 3}, mode.mode
        elif kind == "redirects" and mode.mode in FOLLOWS_NOTHING:
            assert mode.statuses == {302: 3}, mode.mode
        elif kind == "redirects" and mode.mode in FOLLOWS_TO_FTP:
            assert mode.errors == {"refused": 3}, (mode.mode, mode.error_texts)
        else:
            assert mode.errors == {kind: 3}, (mode.mode, mode.error_texts)


async def test_a_url_that_a_client_refuses_and_a_body_that_it_cannot_decode_are_told_apart(tmp_path: Path) -> None:
    whole = gzip.compress(b"hello, client")
    wrong_sum = Reply(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:], head=("Content-Encoding: gzip",))
    async with ScriptedServer(lambda asked: wrong_sum if asked.path == "/sum" else Reply()) as server:
        for path, kind, failing in (("/sum", "body", INSTALLED), ("/\u00e4?q=\u00e4", "url", REFUSES_LETTERS)):
            plan = Plan(Request(server.url + path), INSTALLED, 3, concurrency=1, timeout_s=5.0, chosen_profile="equal")
            folder = tmp_path / kind
            folder.mkdir()
            for mode in (await one_round.result(plan, folder)).modes:
                assert mode.errors == ({kind: 3} if mode.mode in failing else {}), (mode.mode, mode.error_texts)
