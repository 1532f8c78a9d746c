"""Why shows where a request's time goes and what to change, for whichever two lanes are compared."""

from __future__ import annotations

from typing import Any

from support.made_results import result_of, rounds_of
from support.screens import text_on, wait_until
from support.shown_result import show
from textual.widgets import Label, Static

from tui_httpbench.analysis import changes
from tui_httpbench.analysis.result import Result
from tui_httpbench.plan.scenario import Scenario
from tui_httpbench.tui.screens.results.change_page import ChangePage
from tui_httpbench.tui.screens.results.facts_table import FactsTable
from tui_httpbench.tui.screens.results.reasons_page import ReasonsPage
from tui_httpbench.tui.screens.results.why_view import WhyView


def far_result() -> Result:
    """Three modes at a round trip of 20 ms: one opens a connection for each request, and one is of another library."""
    alike: dict[str, Any] = {"target_cpu_s": 0.01, "held_s": 0.01, "rounds": 3, "noise": 0.0001, "connections": 1}
    kept = rounds_of("requests-session", 23.0, cpu_s=0.01, timed_connections=0, **alike)
    each = rounds_of("requests", 46.0, cpu_s=0.03, timed_connections=10, **{**alike, "connections": 13})
    other = rounds_of("aiohttp", 22.5, cpu_s=0.005, timed_connections=0, **alike)
    return result_of(*kept, *each, *other, rounds=3, concurrency=1, scenario=Scenario(name="far", rtt_ms=20.0))


async def test_bars_and_changes_follow_the_mark_and_what_it_is_compared_with(monkeypatch: Any) -> None:
    compared: list[tuple[str, str]] = []
    compare = changes.change_between

    def counted(result: Result, label: str, other: str) -> Any:
        compared.append((label, other))
        return compare(result, label, other)

    monkeypatch.setattr(changes, "change_between", counted)
    async with show(far_result(), (120, 36)) as (screen, pilot):
        await pilot.press("w")
        await wait_until(pilot, lambda: screen.view.ID == WhyView.ID and screen.view.is_attached)
        await pilot.pause()
        table, page = screen.query_one(FactsTable), screen.query_one(ChangePage)
        assert not page.display  # aiohttp has one mode here
        bars = {str(row[1]): str(row[2]) for row in map(table.get_row_at, range(3))}
        assert bars["requests"].count("▚") > 8  # a round trip of connecting
        assert bars["requests"].endswith(" 46.0 ms")
        assert "▚" not in bars["requests-session"]
        await pilot.press("down", "down")
        await pilot.pause()
        assert table.marked == "requests"
        assert page.display
        assert "What to change" in text_on(pilot.app)
        gain = str(page.query_one("#change-gain", Label).content).replace("\N{NO-BREAK SPACE}", " ")
        diff = str(page.query_one("#change-diff", Static).content)
        assert gain.startswith("requests → requests-session, keep the client: 2.00 times as fast (")
        assert "-def send():" in diff.splitlines()
        assert "new(" not in diff
        assert screen.query_one(ReasonsPage).region.height > 0
        await pilot.press("d")
        await wait_until(pilot, lambda: screen.query_one(ReasonsPage).region.height == 0)
        assert "+with requests.Session() as session:" in text_on(pilot.app)
        assert str(page.border_title).startswith("What to change: requests → requests-session"), "where there is room"
        await pilot.press("d")
        await wait_until(pilot, lambda: screen.query_one(ReasonsPage).region.height > 0)
        done = len(compared)
        await pilot.press("up", "down", "up", "down")
        await pilot.pause()
        assert page.display
        assert len([pair for pair in compared[done:] if pair[0] == "requests"]) == 0  # each pair is compared once
        await pilot.press("x")
        await pilot.pause()
        await pilot.press("up")
        await pilot.pause()
        assert table.marked == "requests-session"
        assert "requests → requests-session" in str(page.query_one("#change-gain", Label).content)
