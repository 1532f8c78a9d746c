"""Nothing secret gets out, whatever servers echo, clients quote and users' own files print."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote, unquote, unquote_plus

import pytest
from support.reports import exported

from tui_httpbench.bench.recovery import find_interrupted_runs, read_measured
from tui_httpbench.bench.runner import Runner
from tui_httpbench.clients.entrants import select_modes
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.report.console import StreamConsole
from tui_httpbench.report.text import print_report
from tui_httpbench.tui.plan_words import plan_in_short

MODES = ("requests-session", "httpx-client", "aiohttp", "urllib3", "http.client")
SECRETS = {
    "parameter": "SEK/canary=",
    "header": "key+canary/77",
    "cookie": "canary%cookie",
    "variable": "tag canary 99",
    "netrc": "netrc/canary",
    "server's cookie": "set-canary-55",
}
SERVERS = SECRETS["server's cookie"]
HEADERS = (("X-Auth-Key", SECRETS["header"]), ("Cookie", f"a=1; PHPSESSID={SECRETS['cookie']}"), ("X-Tag", "$TAG"))

Answer = Callable[[str, str], bytes]
"""What a server says to a path and the head that it came with."""


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                writer.write(answer(head.split(" ")[1], head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # clients leave when they like
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def echo_in_redirect(path: str, head: str) -> bytes:
    """Redirects with all that was sent, in small percent-forms, once and twice encoded; the end sets a cookie."""
    if path.startswith("/end"):
        return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    echo = quote(head + SERVERS, safe="").replace("%2F", "%2f").replace("%3D", "%3d")
    location = f"/end?all={echo}&again={quote(echo, safe='')}"
    # A value that is a word of ours takes nothing from what it names.
    cookies = f"Set-Cookie: id={SERVERS}; Path=/\r\nSet-Cookie: client={MODES[0]}; Path=/\r\n"
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n{cookies}Content-Length: 0\r\n\r\n".encode("latin-1")


def echo_in_bad_head(_: str, head: str) -> bytes:
    """A head that nobody can read, full of what was sent."""
    echo = " ".join(head.split())
    return f"HTTP/1.1 2x0 {echo}\r\n{quote(echo)} : {echo}\r\n\x00\r\n\r\n".encode("latin-1")


def leaks_in(text: str) -> list[str]:
    """The secrets that a text shows in any form."""
    levels = {text}
    for decode in (unquote, unquote_plus):
        level = text
        for _ in range(4):
            level = decode(level)
            levels.add(level)
    return [name for name, value in SECRETS.items() if any(value in level for level in levels)]


async def told_of(runner: Runner, home: Path) -> str:
    """All that a run tells and keeps: its events, its result in each form, and each file that it writes."""
    told = [str(event) async for event in runner.run()]
    result = runner.result()
    report = io.StringIO()
    print_report(result, StreamConsole(report), verbose=True)
    plan = runner.plan
    request = str(runner.measured).replace(repr(plan), "")
    told += [
        *exported(result).values(),
        report.getvalue(),
        request,
        plan_in_short(plan),
        plan_in_short(plan, result.url),
    ]
    files = [path for path in home.rglob("*") if path.is_file() and path.name != "netrc"]
    assert {path.suffix for path in files} >= {".samples", ".json", ".jsonl"}
    told += [path.read_bytes().decode("latin-1") for path in files]
    runner.leave()
    (found,) = find_interrupted_runs()
    told.append(str(read_measured(found.folder)).replace(repr(plan), ""))
    runner.discard()
    return "\n".join(told)


# What a library makes of a head that it can't read is its own; of a redirect and a refusal they quote as much.
@pytest.mark.parametrize(
    ("answer", "modes"),
    [
        pytest.param(echo_in_redirect, MODES[:3], marks=pytest.mark.slow),
        (echo_in_bad_head, MODES),
        pytest.param(None, MODES[:3], marks=pytest.mark.slow),
    ],
)
async def test_what_is_echoed_or_quoted_is_hidden(
    answer: Answer | None, modes: tuple[str, ...], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = home / "netrc"
    netrc.write_text(f"default login me password {SECRETS['netrc']}\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("TAG", SECRETS["variable"])
    query = "/start?q=plain-text&sig=SEK%2fcanary%3d&next=https%3A%2F%2Fx%2F%3Ftoken%3DSEK%252Fcanary%253D%26page%3D7"
    async with serving(answer or echo_in_redirect) as root:
        request = Request((root if answer else "http://127.0.0.1:1") + query, headers=HEADERS)
        plan = Plan(request, modes, 3, concurrency=1, rounds=1, timeout_s=5.0, chosen_profile="defaults", pin=False)
        told = await told_of(Runner(plan, keeps_folder=True, keep_going=True), home)
    assert leaks_in(told) == []
    assert "plain-text" in told
    assert all(mode in told for mode in modes)
    assert "***" in told
    assert "***" in told.partition('"modes"')[2] or answer is None


OWN_CLIENT = """
import os, sys
from tui_httpbench.clients import mode

@mode("leaky", "prints what it sends, then fails with it, and in the end dies", kept=True)
def leaky(request, new):
    sent = []
    def send():
        sent.append(1)
        print("sending", request.headers, request.url, flush=True)
        if len(sent) > 3:
            print("dying with", dict(request.headers), file=sys.stderr, flush=True)
            os._exit(3)
        raise ValueError(f"can't send {request.headers} to {request.url}")
    yield send
"""


async def test_what_a_users_own_file_prints_and_raises_is_hidden(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAG", SECRETS["variable"])
    file = tmp_path / "leaky.py"
    file.write_text(OWN_CLIENT)
    modes = select_modes([str(file)])
    request = Request("http://127.0.0.1:1/?sig=SEK%2fcanary%3d", headers=HEADERS)
    plan = Plan(request, modes, 20, concurrency=1, rounds=1)
    told = await told_of(Runner(plan, keeps_folder=True, keep_going=True), home)
    assert leaks_in(told) == []
    assert "dying with" in told, "its last words are told"
    assert "can't send" in told


SILENT_CLIENT = """
import requests
from tui_httpbench.clients import mode


@mode("silent", "keeps cookies and tells nothing", kept=True)
def silent(request, new):
    session = requests.Session()

    def send():
        response = session.request(request.method, request.url)
        return response.status_code, response.content

    yield send
"""


async def test_what_a_server_set_is_hidden_where_a_users_own_file_does_not_tell_of_it(
    home: Path, tmp_path: Path
) -> None:
    """It is read off what left the process."""

    def set_and_echo(path: str, _: str) -> bytes:
        if path == "/":
            cookie = f"Set-Cookie: id={SERVERS}\r\nContent-Length: 0\r\n\r\n"
            return f"HTTP/1.1 302 Found\r\nLocation: /echo\r\n{cookie}".encode()
        return f"HTTP/1.1 2x0 met {SERVERS}\r\n\r\n".encode()

    file = tmp_path / "silent.py"
    file.write_text(SILENT_CLIENT)
    async with serving(set_and_echo) as url:
        plan = Plan(Request(f"{url}/"), select_modes([str(file)]), 4, concurrency=1, rounds=1)
        told = await told_of(Runner(plan, keeps_folder=True, keep_going=True), home)
    assert "met ***" in told
    assert leaks_in(told) == []
