"""A server that answers 429: another machine is left alone after a round of nothing else, this one is not."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest

from tui_httpbench.bench.runner import Runner
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.report import json_report

PATIENCE = 12
"""Requests that the server answers before it has had enough."""
ROUNDS = 3


@contextlib.asynccontextmanager
async def limiting_server() -> AsyncIterator[str]:
    """Answers the first requests with 200, all others with 429; as a proxy, for whatever host they are."""
    seen = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                seen += 1
                status = b"200 OK" if seen <= PATIENCE else b"429 Too Many Requests\r\nRetry-After: 3600"
                writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("host", ["another machine", pytest.param("this machine", marks=pytest.mark.slow)])
async def test_a_round_of_nothing_but_429_ends_a_run_to_another_machine(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with limiting_server() as url:
        if host == "another machine":  # reached through a proxy, so that nothing leaves this one
            monkeypatch.setenv("HTTP_PROXY", url)
            url = "http://another-machine.invalid/"
        plan = Plan(Request(url), ("requests-session",), requests=5, concurrency=1, rounds=ROUNDS)
        runner = Runner(plan.replace(chosen_profile="defaults"))
        async for _ in runner.run():
            pass
    result = runner.result()
    rounds = max(record.round for record in result.records)
    if host == "this machine":
        assert (rounds, runner.trouble, result.stopped) == (ROUNDS, "", False)
        return
    assert 1 < rounds < ROUNDS
    assert runner.trouble.startswith(
        f"The run ended after round {rounds}, in which another-machine.invalid answered nothing but 429"
    )
    assert result.findings[0].id == "rate-limited"
    document = json.loads(json_report.to_text(result))
    assert (document["stopped"], document["findings"][0]["text"]) == (True, runner.trouble)
    assert document["modes"][0]["statuses"]["429"] >= 5
