"""A run on many hosts on the screen: pairs are chosen, read host by host, and a host is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.hosts_app import HostsApp
from support.made_hosts import flipping, hosts_result, measured_hosts
from support.screens import text_on, wait_for_screen, wait_until
from textual.pilot import Pilot
from textual.widgets import Input, Static, TabbedContent

from tui_httpbench.bench.cluster.host_file import HostNote, write_note
from tui_httpbench.bench.kept_runs import keep, list_kept
from tui_httpbench.bench.run_folder import RunFolder, host_path
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.history.screen import HistoryScreen
from tui_httpbench.tui.screens.hosts.host_list import HostList, HostsPanel
from tui_httpbench.tui.screens.hosts.pairs_table import PairsTable
from tui_httpbench.tui.screens.hosts.results import WORKING_IT_OUT, HostsResultsScreen
from tui_httpbench.tui.screens.recover.screen import RecoverScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.setup.screen import SetupScreen

LOST: dict[str, dict[str, Any]] = {
    "x86-a": {"trouble": "Its worker was killed.", "notes": ("httpx is 0.27.2 there, 0.28.1 here.",)},
    "x86-b": {"measured": None, "trouble": "It was not reached within 10 s."},
}
SIZES = [(80, 24), (120, 36), (160, 45)]


async def read(pilot: Pilot[None]) -> HostsResultsScreen:
    screen = await wait_for_screen(pilot, HostsResultsScreen)
    found = screen.query_one("#hosts-found", Static)
    await wait_until(pilot, lambda: found.content != WORKING_IT_OUT and screen.query_one(HostList).plot is not None)
    await pilot.pause()
    return screen


@pytest.mark.parametrize("size", [(120, 36), (150, 45), (160, 45), (190, 50), (200, 60)])
async def test_the_order_on_the_hosts_is_seen_and_who_is_first_there(size: tuple[int, int]) -> None:
    async with HostsApp(flipping()).run_test(size=size) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        shown = "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
        assert "order on the hosts" in shown
        assert "flips, surely (5 to 1)" in shown
        assert "first place" in shown


@pytest.mark.parametrize("size", SIZES)
async def test_verdict_pairs_and_hosts_are_there_at_every_size(size: tuple[int, int]) -> None:
    async with HostsApp(flipping(runs=LOST)).run_test(size=size) as pilot:
        screen = await read(pilot)
        text = text_on(pilot.app)
        assert "aiohttp is first on 3 of 4 hosts, surely" in text
        for told in ("arm64-a", "arm64-b", "×1.27 slower", "×0.90 faster", "◆", "first place", "×1.13 unsure"):
            assert told in text, told
        assert screen.query_one(HostList).size.height >= 4
        assert screen.query_one(HostsPanel).region.bottom <= size[1]


async def test_up_and_down_choose_the_pair_that_is_drawn() -> None:
    async with HostsApp(flipping()).run_test(size=(120, 36)) as pilot:
        screen = await read(pilot)
        panel = screen.query_one(HostsPanel)
        assert str(panel.border_title).startswith("httpx-async's time over aiohttp's"), "the pair that flips"
        await pilot.press("down")
        await pilot.pause()
        assert str(panel.border_title).startswith("requests-session's time over aiohttp's")
        assert "×1.82 slower" in text_on(pilot.app)
        await pilot.press("enter", "right")
        await pilot.pause()
        assert isinstance(screen.focused, HostList)
        assert str(panel.border_title).startswith("requests-session's time over httpx-async's")


async def test_enter_on_a_host_opens_what_it_found_and_escape_comes_back() -> None:
    result = flipping(runs=LOST)
    async with HostsApp(result).run_test(size=(120, 36)) as pilot:
        screen = await read(pilot)
        await pilot.press("tab", "down")
        await pilot.pause()
        assert "arm64-b (CPU of arm64-b, CPython 3.11.7): first httpx-async, surely." in text_on(pilot.app)
        await pilot.press("enter")
        opened = await wait_for_screen(pilot, ResultsScreen)
        assert opened.result is result.hosts[1].result
        assert "on arm64-b, judged alone" in str(opened.sub_title)
        await pilot.press("escape")
        assert await wait_for_screen(pilot, HostsResultsScreen) is screen
        await pilot.press("down", "down")
        await pilot.pause()
        assert "left out: It was not reached within 10 s." in text_on(pilot.app)
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen is screen, "nothing is there to be opened"


async def test_a_click_puts_the_cursor_and_a_second_one_opens() -> None:
    async with HostsApp(flipping()).run_test(size=(120, 36)) as pilot:
        screen = await read(pilot)
        await pilot.click(HostList, offset=(4, 2))
        assert screen.query_one(HostList).cursor == 2
        await pilot.click(HostList, offset=(4, 2), times=2)
        await wait_for_screen(pilot, ResultsScreen)


async def test_it_is_copied_and_saved_and_what_is_to_be_minded_has_a_tab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with HostsApp(flipping(runs=LOST)).run_test(size=(80, 24)) as pilot:
        screen = await read(pilot)
        await pilot.press("c")
        await wait_until(pilot, lambda: "| arm64-b | httpx-async | surely |" in pilot.app.clipboard)
        await pilot.press("s")
        await wait_until(pilot, lambda: bool(pilot.app.screen.query("#save-name")))
        pilot.app.screen.query_one(Input).value = "hosts.csv"
        await pilot.press("enter")
        await wait_until(pilot, lambda: (tmp_path / "hosts.csv").exists())
        await pilot.press("n")
        await wait_until(pilot, lambda: "! x86-a: Its worker was killed." in text_on(pilot.app))
        assert screen.query_one("#tabs", TabbedContent).active == "warnings"
        await pilot.press("o")
        await pilot.pause()
        assert isinstance(screen.focused, PairsTable)


async def test_nothing_measured_says_so_and_why() -> None:
    runs = {name: {"measured": None, "trouble": "The scheduler is gone."} for name in ("host-001", "host-002")}
    result = hosts_result(2, runs=runs, whole={"stopped": True, "trouble": "The scheduler is gone."})
    async with HostsApp(result).run_test(size=(80, 24)) as pilot:
        await read(pilot)
        text = text_on(pilot.app)
        assert "Nothing was measured. The scheduler is gone." in text
        assert "left out: The scheduler is gone." in text
        await pilot.press("n")
        await wait_until(pilot, lambda: "! The scheduler is gone." in text_on(pilot.app))
        assert text_on(pilot.app).count("! The scheduler is gone.") == 1


async def test_the_plan_goes_to_the_form() -> None:
    async with HostsApp(flipping()).run_test(size=(120, 36)) as pilot:
        await read(pilot)
        await pilot.press("e")
        form = await wait_for_screen(pilot, SetupScreen)
        assert form is pilot.app.screen


async def test_from_the_history_it_opens_and_goes_back_and_is_not_compared() -> None:
    assert keep(measured_hosts(runs=LOST), source="a") is not None
    assert list_kept("arm64-b"), "it is found by the name of a host"
    app = HttpbenchApp()
    app.animation_level = "none"
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        app.action_show_history()
        history = await wait_for_screen(pilot, HistoryScreen)
        await wait_until(pilot, lambda: "on 6 hosts" in text_on(app))
        await pilot.press("enter")
        screen = await read(pilot)
        assert screen.is_kept
        assert screen.result.run_id == "20261127-201834-abcd"
        assert screen.result.hosts[3].result is None
        await pilot.press("escape")
        assert await wait_for_screen(pilot, HistoryScreen) is history


async def test_a_small_screen_says_who_is_left_out_and_how_fast_the_only_mode_is() -> None:
    runs = {"host-002": {"trouble": "Its worker was killed."}}
    async with HostsApp(hosts_result(3, runs=runs)).run_test(size=(80, 24)) as pilot:
        await read(pilot)
        assert "left out" in text_on(pilot.app)
    async with HostsApp(hosts_result(3, {"aiohttp": 1.0}, runs=runs)).run_test(size=(80, 24)) as pilot:
        await read(pilot)
        shown = text_on(pilot.app)
        assert "left out" in shown
        assert "first place" not in shown
        assert shown.count("/s") == 5, "two in the sentence, in each row, and of the host under the cursor"


async def test_an_interrupted_run_on_hosts_is_recovered_and_kept() -> None:
    """Its app was killed, so that no host had ended: what they measured counts, but for one that had died before."""
    measured = measured_hosts(3, rounds=3, runs={"host-003": {"trouble": "Its worker process of Dask is gone."}})
    folder = RunFolder()
    folder.begin(measured.whole)
    for number, run in enumerate(measured.hosts):
        assert run.measured is not None
        there = RunFolder(host_path(folder.path, number))
        there.begin(run.measured)
        write_note(there.path, HostNote(run.host, run.notes, run.trouble))
        there.leave()
    folder.leave()
    app = HttpbenchApp(measured.whole.plan)
    app.animation_level = "none"
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, RecoverScreen) and app.focused is not None)
        await pilot.press("r")
        await read(pilot)
        assert "Interrupted; this is what had been measured by then." in text_on(app)
        assert "aiohttp is first on both hosts, surely." in text_on(app)
        await wait_until(pilot, lambda: bool(list_kept()))
        assert [run.outcome for run in list_kept()] == ["interrupted, 1 host left out"]


async def test_200_hosts_are_shown_and_scrolled() -> None:
    async with HostsApp(hosts_result(200, rounds=3)).run_test(size=(120, 36)) as pilot:
        screen = await read(pilot)
        assert "aiohttp is first on all 200 hosts" in text_on(pilot.app)
        assert "◆" in text_on(pilot.app), "the mean stays in sight"
        screen.set_focus(screen.query_one(HostList))
        await pilot.press("end")
        await wait_until(pilot, lambda: "host-200" in text_on(pilot.app))
        assert "host-001" not in text_on(pilot.app)
        await pilot.press("home")
        await wait_until(pilot, lambda: "host-001" in text_on(pilot.app))


async def test_names_from_elsewhere_show_as_they_are() -> None:
    evil = "[b]x[/b]\x1b[31m\u202e|"
    runs: dict[str, dict[str, Any]] = {evil: {"trouble": "[red]gone\x1b[0m", "notes": ("[@click=app.quit]y[/]",)}}
    async with HostsApp(hosts_result(["a", evil, "b"], runs=runs)).run_test(size=(120, 36)) as pilot:
        screen = await read(pilot)
        screen.set_focus(screen.query_one(HostList))
        await pilot.press("down")
        await pilot.pause()
        text = text_on(pilot.app)
        assert "[b]x[/b]" in text
        assert "left out: [red]gone" in text
        assert "\x1b" not in text
        await pilot.press("n")
        await wait_until(pilot, lambda: "[@click=app.quit]y[/]" in text_on(pilot.app))
