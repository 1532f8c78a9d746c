"""What only the rounds bring to light of a server, at real sockets: one that answers later requests otherwise."""

from __future__ import annotations

from support.scripted_server import Asked, Reply, ScriptedServer

from tui_httpbench.analysis.result import Result
from tui_httpbench.bench.runner import Runner
from tui_httpbench.plan.plan import Plan, Request


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
