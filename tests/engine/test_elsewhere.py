"""Redirects to another server: where requests end is said, and another machine gets none unasked."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.other_machine import OTHER_MACHINE, give_name_to_this_machine
from support.scripted_server import Asked, Reply, ScriptedServer

from tui_httpbench.analysis.elsewhere import find_elsewhere, reached_on, ways_of
from tui_httpbench.bench.events import RedirectedElsewhere
from tui_httpbench.bench.look import look_at_redirects
from tui_httpbench.bench.runner import Runner
from tui_httpbench.bench.trust import USUAL_TRUST
from tui_httpbench.clients.entrants import select_modes
from tui_httpbench.measured.probe import Probe, ProbeResponse, SentRequest
from tui_httpbench.plan.plan import Plan, Request

MODES = ("requests-session", "aiohttp")
HEADERS = (("X-Auth-Key", "hush-hush-hush"), ("Authorization", "Bearer hush12345678"), ("X-Plain", "loud"))


def redirecting_to(url: str) -> ScriptedServer:
    return ScriptedServer(lambda _: Reply(status=302, location=url))


@asynccontextmanager
async def redirected_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch, status: int = 200
) -> AsyncIterator[tuple[ScriptedServer, str, ScriptedServer]]:
    """A server on another machine, which answers with this status; its URL; and one that redirects there."""
    give_name_to_this_machine(folder, monkeypatch)
    async with ScriptedServer(lambda _: Reply(status=status)) as other:
        where = other.url.replace("127.0.0.1", OTHER_MACHINE)
        async with redirecting_to(f"{where}/end?token=hush") as server:
            yield other, where, server


async def test_another_machine_gets_nothing_without_yes_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with redirected_elsewhere(tmp_path, monkeypatch) as (other, where, server):
        run = [sys.executable, "-m", "tui_httpbench", "run", server.url, "-n", "4", "-r", "1", "-c", "2"]
        run += [part for mode in MODES for part in ("-m", mode)]
        run += [part for pair in HEADERS for part in ("-H", ": ".join(pair))]

        async def output_of(*options: str) -> tuple[int | None, str, list[str]]:
            process = await asyncio.create_subprocess_exec(
                *run, *options, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            output, errors = await asyncio.wait_for(process.communicate(), 60)
            return process.returncode, output.decode(), errors.decode().splitlines()

        status, output, errors = await output_of()
        refused = len(other.requests)
        allowed, document, told = await output_of("--yes", "--json", "-")
        measured = len(other.requests) - refused
    assert (status, output, len(errors)) == (2, "", 1)
    assert errors[0].startswith(
        f"httpbench-tui: {server.url} redirects to another machine: up to 8 requests go to {OTHER_MACHINE}, 2 at once"
    )
    assert "X-Auth-Key goes along; add --yes if that may be, or give the URL where it ends, at " in errors[0]
    assert refused == len(MODES) + 1, "a probe of each mode, and one more of the first"
    assert allowed == 0
    assert measured >= 8
    assert any(line.startswith(f"httpbench-tui: {server.url} redirects to another machine: up to 8") for line in told)
    found = {finding["id"]: finding for finding in json.loads(document)["findings"]}
    text = f"The requests did not end at {server.url}, but at {where}, where redirects lead."
    assert (found["redirected-elsewhere"]["text"], found["redirected-elsewhere"]["modes"]) == (text, list(MODES))
    assert "sent X-Auth-Key along to another server" in found["credentials-elsewhere"]["text"]
    assert "hush" not in document + "".join([*errors, *told])


def test_a_way_over_another_machine_and_back_is_refused_too() -> None:
    here, there = "http://127.0.0.1:1/", "http://b.test/"
    hops = tuple(SentRequest("GET", url, (), 0) for url in (here, there, here))
    plan = Plan(Request(here), modes=("aiohttp",))
    ways = ways_of(plan, ProbeResponse(200, 302, here, "1.1", 1, "hash", hops=hops))
    elsewhere = find_elsewhere(plan, (Probe("aiohttp", reached=reached_on(plan, ways)),))
    assert elsewhere is not None
    assert elsewhere.why_refused.startswith("http://127.0.0.1:1 redirects to another machine: ")
    assert elsewhere.why_refused.endswith("; add --yes if that may be.")


def test_what_can_not_be_asked_is_no_destination_and_where_requests_ended_is_told() -> None:
    plan = Plan(Request("http://127.0.0.1:1/"), modes=("aiohttp", "requests"))
    for url in ("ftp://x/y", "javascript:alert(1)"):
        assert reached_on(plan, [("http://127.0.0.1:1/", ()), (url, ())]) == ()
    ways = [("http://127.0.0.1:1/", ()), ("http://127.0.0.1:2/x", ())]
    both = reached_on(plan, ways) + reached_on(plan, ways, is_told=False)
    elsewhere = find_elsewhere(plan, (Probe("aiohttp", reached=both), Probe("requests", reached=both[1:])))
    assert elsewhere is not None
    assert elsewhere.ends == {"http://127.0.0.1:2": ("aiohttp",)}
    assert elsewhere.untold == {"http://127.0.0.1:2": ("requests",)}


@pytest.mark.slow
async def test_another_server_on_this_machine_is_named_and_not_asked_for() -> None:
    async with ScriptedServer(lambda _: Reply()) as other, redirecting_to(f"{other.url}/end") as server:
        plan = Plan(Request(server.url, headers=HEADERS), MODES, 3, concurrency=1, rounds=1, pin=False)
        runner = Runner(plan)
        events = [event async for event in runner.run()]
    assert not any(isinstance(event, RedirectedElsewhere) for event in events)
    assert [mode.ok for mode in runner.result().modes] == [3] * 2
    found = runner.result().findings
    (end,) = (finding.text for finding in found if finding.id == "redirected-elsewhere")
    assert f"did not end at {server.url}, but at {other.url}" in end
    along = [finding.text for finding in found if finding.id == "credentials-elsewhere"]
    assert any("X-Auth-Key along" in text for text in along)
    assert "X-Plain" not in "".join(along)


SILENT = """
import subprocess, sys
from tui_httpbench.clients import Request, mode

ASK = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1])"

@mode("silent", "another program sends, so that nothing is seen of it here", kept=False)
def silent(request: Request, new):
    def send():
        subprocess.run([sys.executable, "-c", ASK, request.url], stderr=subprocess.DEVNULL)
        return 200, b"whatever came"
    yield send
"""


@pytest.mark.slow
async def test_a_machine_where_requests_fail_or_that_no_client_tells_of_gets_nothing_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "silent.py").write_text(SILENT)
    modes = select_modes(("requests-session", str(tmp_path / "silent.py"), "http.client"))
    async with redirected_elsewhere(tmp_path, monkeypatch, status=0) as (_, where, server):
        runner = Runner(Plan(Request(server.url, headers=HEADERS), modes, 3, concurrency=1, rounds=1, pin=False))
        asked = [event.elsewhere async for event in runner.run() if isinstance(event, RedirectedElsewhere)]
    (elsewhere,) = asked
    assert (runner.is_refused, runner.records) == (True, [])
    assert elsewhere.hosts == {OTHER_MACHINE: modes[:2]}
    assert (elsewhere.ends, elsewhere.untold) == ({where: modes[:1]}, {where: modes[1:2]})
    assert elsewhere.credentials == {"X-Auth-Key": modes[:1]}
    texts = [finding.text for finding in runner.result().findings if finding.id == "redirected-elsewhere"]
    assert texts[-1] == f"{server.url} redirects to {where}; {modes[1]} does not tell whether requests went there."


async def test_a_look_follows_on_this_machine_alone_and_shows_credentials_to_the_server_that_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with redirected_elsewhere(tmp_path, monkeypatch) as (other, where, second):

        def answer(asked: Asked) -> Reply:
            return Reply(status=307, location="/next" if asked.path == "/" else second_url)

        second_url = f"{second.url.replace('127.0.0.1', 'localhost')}/second"
        async with ScriptedServer(answer) as server:
            plan = Plan(Request(f"{server.url}/", "POST", HEADERS, data=b"a=b"), MODES[:1], 3)
            found = await look_at_redirects(plan, plan.request.url, USUAL_TRUST, plan.request.hiding)
    assert found == (f"{server.url}/next", second_url, f"{where}/end?token=hush")
    assert [(asked.method, asked.headers.get("x-auth-key")) for asked in server.requests] == [
        ("POST", "hush-hush-hush"),
        ("POST", "hush-hush-hush"),
    ]
    assert [(asked.method, "x-auth-key" in asked.headers) for asked in second.requests] == [("GET", False)]
    assert other.requests == []


async def test_a_redirect_at_the_same_server_is_not_spoken_of(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(status=302, location="/end") if asked.path == "/" else Reply()

    async with ScriptedServer(answer) as server:
        # What hides a variable's value hides host and port, too: that must not make them another machine's.
        monkeypatch.setenv("WHERE", server.url.removeprefix("http://"))
        headers = (*HEADERS, ("Host", "$WHERE"))
        plan = Plan(Request(server.url, headers=headers), MODES[:1], 3, concurrency=1, rounds=1, pin=False)
        runner = Runner(plan)
        assert [event async for event in runner.run()]
    assert "***" in runner.measured.probes[0].responses[0].url
    assert runner.elsewhere is None
    assert not {finding.id for finding in runner.result().findings} & {"redirected-elsewhere", "credentials-elsewhere"}
