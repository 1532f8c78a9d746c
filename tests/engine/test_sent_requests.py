"""What the clients really send, keep and repeat, in both profiles, at real sockets."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from support import one_round
from support.recording_server import RecordingServer
from support.scripted_server import Reply, ScriptedServer

from tui_httpbench.analysis.findings import Finding
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.same_work import find_differences
from tui_httpbench.bench.probes import probe_modes
from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.trust import USUAL_TRUST
from tui_httpbench.bench.worker_job import hiding_for
from tui_httpbench.clients.catalog import MODES
from tui_httpbench.clients.entrants import mode_of, select_modes
from tui_httpbench.measured.probe import Probe
from tui_httpbench.measured.request_heads import credentials_in, hide_credentials
from tui_httpbench.plan.plan import Plan, Profile, Request
from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.text.wire_url import wire_target

KEPT = ("requests-session", "httpx-client", "httpx-async", "aiohttp")
# One of each library and kind.
FOUR = ("requests", "httpx-client", "httpx-async-each", "aiohttp")
FIVE = ("requests", "httpx-client", "aiohttp", "urllib3", "http.client")
MORE = tuple(
    mode.id
    for mode in MODES.values()
    if not mode.default and mode.is_installed() and mode.id not in ("http.client", "httpx-async-h2")
)
BEARER = ("Authorization", "Bearer hush")


@pytest.fixture(autouse=True)
def netrc_for_all_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))


async def measure(url: str, modes: tuple[str, ...], **changes: Any) -> Result:
    request = Request(url, changes.pop("method", "GET"), (BEARER,), changes.pop("data", None))
    settings: dict[str, Any] = {"concurrency": 1, "rounds": 1, "timeout_s": 5.0, "chosen_profile": "equal", **changes}
    runner = Runner(Plan(request=request, modes=modes, **settings))
    async for _ in runner.run():
        pass
    return runner.result()


async def probe(
    url: str, modes: tuple[str, ...] = FOUR, profile: Profile = "defaults", **request: Any
) -> tuple[dict[str, Probe], list[Finding]]:
    """The probes by mode, and what they show; unless told, with the libraries' own settings."""
    plan = Plan(request=Request(url, **request), modes=modes, timeout_s=5.0, chosen_profile=profile)
    told = plan.wire_headers
    asked = await probe_modes(plan, url, None, USUAL_TRUST)
    hiding = hiding_for(plan, url).and_also(credentials_in(asked))
    probes = tuple(hide_credentials(each, told, told, hiding) for each in asked)
    return {each.mode: each for each in probes}, list(find_differences(plan, probes))


def said_of(findings: list[Finding], finding_id: str) -> Finding:
    (found,) = (finding for finding in findings if finding.id == finding_id)
    return found


def texts_of(findings: list[Finding], server: RecordingServer) -> dict[str, tuple[str, ...]]:
    """The modes by what is said of them."""
    return {finding.text.replace(server.url, ""): finding.modes for finding in findings}


def dead_proxy() -> str:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        return f"http://somebody:secret@127.0.0.1:{nobody.getsockname()[1]}"


@pytest.mark.slow
async def test_with_equal_settings_connections_are_kept_over_both_origins_and_cookies_by_none() -> None:
    async with RecordingServer() as first, RecordingServer() as second:
        result = await measure(
            f"{first.url}/redirect/307?{second.url}/cookie", KEPT, requests=50, method="POST", data=b"{}"
        )
    assert result.all_succeeded
    assert result.differences == ()
    # One for each mode's probe, one for its round, and one more since the first mode is asked again.
    assert first.connections == second.connections == 2 * len(KEPT) + 1
    assert all("cookie" not in {name.lower() for name in request.headers} for request in second.requests)
    assert {request.headers.get("Authorization") for request in first.requests} == {"Bearer hush"}
    assert {settings["cookies"] for settings in result.settings.values()} == {"not kept"}
    assert {settings["retries"] for settings in result.settings.values()} == {"none"}


@pytest.mark.slow
@pytest.mark.parametrize("mode_id", MORE)
async def test_the_other_clients_keep_connections_over_both_origins_and_no_cookies(mode_id: str) -> None:
    async with RecordingServer() as first, RecordingServer() as second:
        result = await measure(f"{first.url}/redirect/302?{second.url}/cookie", (mode_id,), requests=50)
    assert result.all_succeeded
    assert result.differences == ()
    assert (first.connections, second.connections) == (2, 2)
    assert all("cookie" not in {name.lower() for name in request.headers} for request in second.requests)


async def test_cookies_beside_one_that_was_asked_for_are_told_of_those_who_send_them() -> None:
    """requests and httpx send what they are given and leave out what they kept; aiohttp sends both."""
    async with RecordingServer() as server:
        url = f"{server.url.replace('127.0.0.1', 'localhost')}/cookie"
        modes = ("requests-session", "httpx-client", "aiohttp")
        _, findings = await probe(url, modes, headers=(("Cookie", "own=1"),))
    assert said_of(findings, "kept-cookies").modes == ("aiohttp",)


@pytest.mark.slow
async def test_cookies_that_are_not_for_this_url_are_no_difference() -> None:
    """They lie in the jars, but no request to this URL has them; urllib3 keeps none at all."""
    attributes = ["Path=/other", "Secure", "Domain=elsewhere.example", "Max-Age=0"]
    told = [f"{name}=1; {attribute}" for name, attribute in zip("abcd", attributes, strict=True)]
    modes = ("requests-session", "httpx-client", "aiohttp", "urllib3")
    reply = Reply(head=tuple(f"Set-Cookie: {cookie}" for cookie in told))
    async with ScriptedServer(lambda _: reply) as server:
        probes, findings = await probe(f"{server.url.replace('127.0.0.1', 'localhost')}/here", modes)
    assert all(each.response and each.response.sets_cookies for each in probes.values())
    assert "kept-cookies" not in {finding.id for finding in findings}


OVER_IPV6 = """
import http.client
from urllib.parse import urlsplit
from tui_httpbench.clients import mode

@mode("over-ipv6", "a connection to ::1 whatever the URL says", kept=False)
def over_ipv6(request, new):
    def send():
        connection = http.client.HTTPConnection("::1", urlsplit(request.url).port)
        connection.request(request.method, "/", request.body, request.headers)
        response = connection.getresponse()
        return response.status, response.read()
    yield send
"""


@pytest.mark.slow
@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
async def test_who_connects_over_another_version_of_ip_is_marked(tmp_path: Path) -> None:
    """A name may have addresses of both; libcurl takes ::1 for localhost where others take 127.0.0.1."""
    file = tmp_path / "own.py"
    file.write_text(OVER_IPV6)
    (own,) = select_modes([str(file)])
    async with ScriptedServer(lambda _: Reply()) as server:
        port = int(server.url.rpartition(":")[2])
        over_ipv6 = await asyncio.start_server(server._serve, "::1", port)
        probes, findings = await probe(server.url, ("requests", "httpx-async", "aiohttp", own))
        over_ipv6.close()
    addresses = {mode: each.response.address for mode, each in probes.items() if each.response is not None}
    assert addresses == dict.fromkeys(("requests", "httpx-async", "aiohttp"), "127.0.0.1") | {own: "::1"}
    found = said_of(findings, "other-address")
    assert found.modes == (own,)
    assert found.text.startswith("over-ipv6 connected over IPv6, to ::1; the others over IPv4, to 127.0.0.1.")


@pytest.mark.slow
async def test_what_netrc_cookies_and_redirects_change_is_said_with_default_settings() -> None:
    modes = ("requests-session", "httpx-client", "aiohttp", "aiohttp-each", "http.client", "urllib3")
    async with RecordingServer() as server:
        url = f"{server.url}/redirect/302?/cookie"
        probes, findings = await probe(url, modes, method="POST", headers=(BEARER,), data=b"{}")
    changed, dropped = (finding for finding in findings if finding.id == "other-header")
    assert changed.modes == dropped.modes == ("requests-session",)
    assert "sent another Authorization than was asked for; they read netrc" in changed.text
    assert dropped.text == "After the redirect, requests-session did not send Content-Type; the others sent it."
    assert said_of(findings, "kept-cookies").modes == ("requests-session",)  # httpx did not get there
    assert said_of(findings, "other-method").text == "After the redirect, urllib3 sent POST; the others GET."
    assert said_of(findings, "other-sent-body").modes == ("urllib3",)
    assert not {"missing-header", "unasked-header"} & {finding.id for finding in findings}
    for mode_id, told in probes.items():
        assert told.response is not None
        assert told.response.hops is not None
        first = told.response.hops[0]
        assert (first.method, first.url.partition("/redirect")[0], first.body_bytes) == ("POST", server.url, 2), mode_id
    assert "hush" not in repr(probes)
    assert "secret" not in repr(probes)
    assert [hop.method for hop in probes["aiohttp"].response.hops] == ["POST", "GET"]  # type: ignore[union-attr]


async def test_what_is_told_is_what_arrived_and_each_difference_on_the_wire_is_said() -> None:
    async with RecordingServer() as server, RecordingServer() as other:
        probes, findings = await probe(f"{server.url}/a%2fb/../c?", FIVE, method="POST")
        way = f"{server.url}/redirect/302?{other.url}/b%3A"
        host = ("Host", "named.example")
        redirected, later = await probe(way, FIVE[:4], "equal", method="POST", headers=(host,), data=b"{}")
        responses = [response for each in (*probes.values(), *redirected.values()) for response in each.responses]
    hops = [hop for response in responses for hop in response.hops or ()]
    told = [(hop.method, wire_target(hop.url), len(hop.headers), hop.body_bytes) for hop in hops]
    arrived = [(each.method, each.path, len(each.headers), len(each.body)) for each in server.requests + other.requests]
    assert sorted(told) == sorted(arrived)
    assert all(response.hops and response.url == response.hops[-1].url for response in responses)
    assert {
        "httpx-client and urllib3 ended at /c?; the others at /c.": ("httpx-client", "urllib3"),
        "http.client ended at /a%2fb/../c?; the others at /c.": ("http.client",),
        "aiohttp sent Content-Type, which was not asked for.": ("aiohttp",),
    }.items() <= texts_of(findings, server).items()
    at_other = repr(other.url.removeprefix("http://"))
    assert texts_of(later, other) == {
        "aiohttp ended at /b:; the others at /b%3A.": ("aiohttp",),
        "aiohttp asked for /redirect/302?/b:; the others for /redirect/302?/b%3A.": ("aiohttp",),
        "After the redirect, urllib3 sent POST; the others GET.": ("urllib3",),
        "After the redirect, urllib3 sent the body again; the others no body.": ("urllib3",),
        "After the redirect, requests did not send Content-Type; the others sent it.": ("requests",),
        f"After the redirect, httpx-client sent Host as {at_other}; the others sent it as 'named.example'.": (
            "httpx-client",
        ),
    }


@pytest.mark.slow
async def test_what_leaves_over_tls_is_read_as_it_arrives_also_where_http2_hides_it() -> None:
    modes = ("requests", "httpx-async-each", "aiohttp", "httpx-async-h2")
    request = Request("/redirect/1?a=%7E", "POST", data=b"{}")
    sealed = Scenario("sealed", tls=True, http2=True)
    runner = Runner(Plan(request=request, modes=modes, scenario=sealed, requests=2, concurrency=1, rounds=1))
    async for _ in runner.run():
        pass
    for each in runner.measured.probes:
        assert each.heads
        assert each.response is not None
        assert each.response.address == "127.0.0.1", each.mode
        left = [(hop.method, wire_target(hop.url)) for hop in each.response.hops or ()]
        assert left == [(head.method, f"{head.path}?{head.query}".rstrip("?")) for head in each.heads], each.mode
        lengths = [len(hop.headers) for hop in each.response.hops or ()]
        is_seen = each.mode != "httpx-async-h2"
        assert (lengths == [len(head.headers) for head in each.heads]) or not is_seen, each.mode


@pytest.mark.slow
async def test_a_proxy_is_said_and_those_that_go_without_it_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with RecordingServer() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//somebody:secret@"))
        probes, findings = await probe("http://somewhere.invalid/", headers=(BEARER,))
        through = len(proxy.requests)
        async with RecordingServer() as server:
            _, here = await probe(server.url + "/", ("requests", "aiohttp"), headers=(BEARER,))
    assert said_of(findings, "other-proxy").modes == ("aiohttp",)
    assert probes["requests"].settings["proxies"].rstrip("/") == proxy.url
    assert {mode_id for mode_id, each in probes.items() if each.response} == set(FOUR) - {"aiohttp"}
    assert "secret" not in repr((probes, findings))
    assert through == 5, "three modes, the first one again, and a look at where redirects lead, since aiohttp failed"
    assert len(proxy.requests) == through  # none for this machine
    assert "other-proxy" not in {finding.id for finding in here}


@pytest.mark.slow
async def test_a_dead_proxy_and_a_variable_that_nobody_can_read_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", dead_proxy())
    monkeypatch.setenv("NO_PROXY", "[::1]")
    probes, findings = await probe("http://somewhere.invalid/")
    failed = said_of(findings, "failed-proxy")
    assert failed.modes == ("requests",)
    assert "through the proxy http://127.0.0.1:" in failed.text
    assert "secret" not in failed.text
    for mode_id in ("httpx-client", "httpx-async-each"):
        error = probes[mode_id].error
        assert error is not None
        assert "the variable NO_PROXY holds '[::1]', with which it can't be made" in error[1]


@pytest.mark.slow
async def test_what_is_sent_again_is_the_same_for_all_or_marked(tmp_path: Path) -> None:
    modes = ("requests-session", "httpx-client", "aiohttp")
    async with RecordingServer() as server:
        plan = Plan(Request(server.url + "/drop"), modes, requests=20, concurrency=1, chosen_profile="equal")
        equal = await one_round.measure(plan, tmp_path)
        defaults = await measure(server.url + "/drop", modes, requests=20, chosen_profile="defaults")
    assert {record.mode: record.tally.errors for record in equal} == {mode_id: {"reset": 10} for mode_id in modes}
    (found,) = (finding for finding in defaults.findings if finding.id == "repeated-requests")
    assert found.modes == ("aiohttp",)
    assert defaults.does_other_work("aiohttp")
    assert defaults.settings[mode_of("aiohttp").id]["retries"].startswith("one")
