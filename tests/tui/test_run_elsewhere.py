"""Where redirects lead to another machine, Run asks before it sends more there."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.other_machine import OTHER_MACHINE, give_name_to_this_machine
from support.screens import text_on, wait_for_screen, wait_until
from support.scripted_server import Asked, Reply, ScriptedServer

from tui_httpbench.bench.recovery import find_interrupted_runs
from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.run.awaited_questions import ElsewhereQuestion
from tui_httpbench.tui.screens.run.measuring_screen import WAITING
from tui_httpbench.tui.screens.run.screen import RunScreen
from tui_httpbench.tui.screens.setup.screen import SetupScreen

HEADERS = (("X-Auth-Key", "hush-hush-hush"),)


async def test_no_leads_back_to_the_url_and_yes_sends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    give_name_to_this_machine(tmp_path, monkeypatch)
    async with ScriptedServer(lambda _: Reply()) as other:
        where = other.url.replace("127.0.0.1", OTHER_MACHINE)

        def answer(_: Asked) -> Reply:
            return Reply(status=302, location=where)

        async with ScriptedServer(answer) as server:
            plan = Plan(Request(server.url, headers=HEADERS), ("urllib3",), 6, concurrency=1, rounds=1, seed=3)
            app = HttpbenchApp(plan, start=True)
            app.animation_level = "none"
            async with app.run_test(size=(100, 30)) as pilot:
                screen = await wait_for_screen(pilot, RunScreen)
                await wait_until(pilot, lambda: screen.query_one(ElsewhereQuestion).display)
                await wait_until(pilot, lambda: WAITING in text_on(app))
                shown = " ".join(text_on(app).replace("│", " ").split())
                for part in (
                    f"Send requests on to {OTHER_MACHINE}?",
                    "up to 6 requests go to",
                    "X-Auth-Key goes along.",
                ):
                    assert part in shown
                assert app.focused is not None
                assert app.focused.id == "confirm-no"
                assert len(other.requests) == 1
                await pilot.press("escape")
                await wait_for_screen(pilot, SetupScreen)
                await wait_until(pilot, lambda: app.focused is not None and app.focused.id == "input-url")
                assert (len(other.requests), find_interrupted_runs()) == (1, [])
                await pilot.press("ctrl+r")
                screen = await wait_for_screen(pilot, RunScreen)
                await wait_until(pilot, lambda: screen.query_one(ElsewhereQuestion).display)
                await pilot.press("y")
                results = await wait_for_screen(pilot, ResultsScreen)
                assert results.result.modes[0].ok == 6
                assert "redirected-elsewhere" in [finding.id for finding in results.result.findings]
                assert app._leave.hosts == {OTHER_MACHINE}, "the next run with so few requests needs no further leave"
