"""What only the rounds bring to light of a server, at real sockets: one that answers later requests otherwise."""

from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.scripted_server import Asked, Reply, ScriptedServer

from tui_httpbench.analysis.result import Result
from tui_httpbench.bench.runner import Runner
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.worker.errors import code_of


async def measure(server: ScriptedServer, *modes: str, requests: int = 20, keep_going: bool = False) -> Result:
    plan = Plan(request=Request(server.url), modes=modes, requests=requests, concurrency=1, rounds=1, timeout_s=5.0)
    runner = Runner(plan, keep_going=keep_going)
    async for _ in runner.run():
        pass
    return runner.result()


async def test_a_server_that_answers_later_requests_of_a_connection_otherwise_marks_the_modes_that_meet_it() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply() if asked.place == 1 else Reply("", 204)

    async with ScriptedServer(answer) as server:
        result = await measure(server, "requests", "requests-session", "aiohttp-each")
    (difference,) = result.differences
    assert (difference.id, difference.modes) == ("other-answers", ("requests-session",))
    assert "got 204 in 100 % of the answers; the others in 0 %, and mostly 200." in difference.text
    assert result.all_succeeded


@pytest.mark.slow
async def test_an_answer_that_is_only_announced_is_an_error_of_the_clients_that_take_it_for_one() -> None:
    hints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    async with ScriptedServer(lambda _: Reply(before=hints)) as server:
        result = await measure(server, "requests", "aiohttp-each")
    requests, aiohttp = result.modes
    assert (requests.ok, requests.errors, requests.statuses) == (0, {"protocol": 20}, {})
    said = "the client took the interim status 103 for the answer"
    assert [(each.kind, each.text, each.count) for each in requests.error_texts] == [("protocol", said, 20)]
    assert (aiohttp.ok, aiohttp.statuses) == (20, {200: 20})
    warmed = [record.setup for record in result.records if record.mode == "requests"]
    assert [request.status for setup in warmed if setup for request in setup.warmup] == [code_of("protocol")]
    assert [(each.id, each.modes) for each in result.differences] == [("no-answer", ("requests",))]


async def test_a_server_that_keeps_no_connection_is_said_to() -> None:
    async with ScriptedServer(lambda _: Reply(head=("Connection: close",))) as server:
        result = await measure(server, "requests-session", "aiohttp-each", "aiohttp")
    found = {finding.id: finding for finding in result.findings}
    assert found["unkept-connections"].modes == ("requests-session", "aiohttp")
    assert "the server ends each connection after its answer (Connection: close)" in found["unkept-connections"].text
    assert {mode.requests_per_connection for mode in result.modes} == {1.0}
    assert result.differences == ()


class ApartHandler(BaseHTTPRequestHandler):
    """Writes head and body apart over a socket that waits for an acknowledgement in between, as Python's own does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere acknowledgements are delayed otherwise")
async def test_a_server_that_waits_for_a_delayed_acknowledgement_is_named() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), ApartHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        plan = Plan(
            request=Request(f"http://127.0.0.1:{server.server_port}/"),
            modes=("requests", "requests-session"),
            requests=12,
            concurrency=1,
            rounds=1,
        )
        runner = Runner(plan)
        async for _ in runner.run():
            pass
    finally:
        server.shutdown()
        server.server_close()
    found = {finding.id: finding for finding in runner.result().findings}
    assert found["late-answers"].modes == ("requests-session",)


@pytest.mark.slow
async def test_a_connection_that_was_refused_is_none() -> None:
    async with ScriptedServer(lambda _: Reply()) as server:
        pass
    result = await measure(server, "requests", "aiohttp", keep_going=True)
    assert {(mode.errors["refused"], mode.connections) for mode in result.modes} == {(20, 0)}
