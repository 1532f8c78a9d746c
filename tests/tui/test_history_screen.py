"""The History screen: the runs that were kept, and what is done with them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.made_history import keep_run, measured_at
from support.screens import Notice, text_on, wait_for_screen, wait_until
from support.shown_result import ResultApp
from textual.pilot import Pilot
from textual.widgets import Input

from tui_httpbench.analysis.summary import summarize_run
from tui_httpbench.bench.kept_run import facts_of
from tui_httpbench.bench.kept_runs import KeptRun, list_kept, open_kept, remove_kept
from tui_httpbench.files.folders import config_path
from tui_httpbench.history.database import database_path
from tui_httpbench.plan.plan import Request
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.tui.parts.save import SaveScreen
from tui_httpbench.tui.screens.history import run_list
from tui_httpbench.tui.screens.history.rename import RenameScreen
from tui_httpbench.tui.screens.history.run_row import COLUMNS, columns_within, told_of, when
from tui_httpbench.tui.screens.history.screen import HistoryScreen
from tui_httpbench.tui.screens.replay.screen import ReplayScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen
from tui_httpbench.tui.screens.setup.screen import SetupScreen

HOSTILE = "[red]a[/] [@click=app.quit]b[/]"


@asynccontextmanager
async def opened(size: tuple[int, int] = (100, 30)) -> AsyncIterator[tuple[HistoryScreen, Pilot[None]]]:
    """The history, called up from a result, once it has been read."""
    app = ResultApp(summarize_run(measured_at(1_000)))
    async with app.run_test(size=size) as pilot:
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("h")
        screen = await wait_for_screen(pilot, HistoryScreen)
        await read(pilot)
        yield screen, pilot


async def read(pilot: Pilot[None]) -> None:
    """Waits until all that was asked of the history is there."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def has_told(notices: list[Notice], count: int) -> bool:
    return len(notices) >= count


async def test_a_kept_run_opens_with_its_tabs_and_its_replay_and_leads_back(notices: list[Notice]) -> None:
    for number in (0, 1):
        keep_run(number, name=f"{HOSTILE} {number}", url=f"http://localhost:9/{HOSTILE.replace(' ', '')}")
    async with opened((120, 36)) as (screen, pilot):
        assert f"{HOSTILE} 1"[:10] in text_on(pilot.app)
        assert f"{HOSTILE} 1  http://localhost:9/[red]a[/]" in text_on(pilot.app), "below the list, in full"
        await pilot.press("down", "enter")
        kept = await wait_for_screen(pilot, ResultsScreen)
        assert kept.result == summarize_run(open_kept("last~1"))
        assert kept.title == f"{HOSTILE} 0"
        assert "+ More" in text_on(pilot.app)
        await pilot.press("t")
        await wait_until(pilot, lambda: kept.view.ID == "latency" and "Percentiles" in text_on(pilot.app))
        await pilot.press("space")
        await wait_for_screen(pilot, ReplayScreen)
        await pilot.press("escape")
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("escape")
        assert await wait_for_screen(pilot, HistoryScreen) is screen
        await pilot.press("escape")
        below = await wait_for_screen(pilot, ResultsScreen)
        assert not below.is_kept
        assert notices == []


@pytest.mark.slow
async def test_a_kept_run_can_be_edited_and_its_list_called_up_from_the_form() -> None:
    keep_run(0, url="http://localhost:9/orders")
    async with opened() as (screen, pilot):
        await pilot.press("enter")
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("e")
        form = await wait_for_screen(pilot, SetupScreen)
        assert form.query_one("#input-url", Input).value == "http://localhost:9/orders"
        await pilot.press("escape")
        assert await wait_for_screen(pilot, HistoryScreen) is screen, "back to where the run came from"
        await pilot.press("enter")
        await wait_for_screen(pilot, ResultsScreen)
        await pilot.press("e")
        form = await wait_for_screen(pilot, SetupScreen)
        await pilot.press("f4")
        await wait_until(pilot, lambda: pilot.app.screen not in (screen, form))
        await wait_for_screen(pilot, HistoryScreen)
        await read(pilot)
        await pilot.press("enter")
        kept = await wait_for_screen(pilot, ResultsScreen)
        assert kept.is_kept
        await pilot.press("h")
        await wait_for_screen(pilot, HistoryScreen)
        await pilot.press("escape")
        assert await wait_for_screen(pilot, SetupScreen) is form


async def test_a_click_puts_the_cursor_to_a_run_and_a_second_one_opens_it() -> None:
    for number in (0, 1):
        keep_run(number)
    async with opened() as (screen, pilot):
        await pilot.click(screen.runs, offset=(20, 1))
        assert (screen.runs.cursor, pilot.app.screen) == (1, screen)
        await pilot.pause(1)  # no double click
        await pilot.click(screen.runs, offset=(30, 1))
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ResultsScreen))


async def test_what_tells_runs_of_one_minute_apart_is_said_and_a_file_is_named_after_its_run() -> None:
    first, _ = keep_run(0), keep_run(1)
    asked = replace(first, id="asked", question="HTTP/1.1 or HTTP/2?")
    assert "HTTP/1.1 or HTTP/2?" in told_of(asked).plain
    facts = facts_of(replace(measured_at(0), plan=PRESETS["http2"].plan()), summarize_run(measured_at(0)))
    assert facts["question"] == PRESETS["http2"].question
    async with opened() as (_, pilot):
        await pilot.press("down", "s")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
        await wait_until(pilot, lambda: bool(pilot.app.screen.query("#save-name")))
        assert pilot.app.screen.query_one(Input).value == f"httpbench-{first.id}.json"


async def test_words_filter_and_runs_are_marked_named_removed_and_called_back(notices: list[Notice]) -> None:
    for number in range(3):
        keep_run(number, name="" if number else "oldest")
    async with opened() as (screen, pilot):
        await pilot.press("slash", *"older", "backspace", *"st")
        await read(pilot)
        assert (screen.runs.total, screen.runs.run) == (1, list_kept("oldest")[0])
        await pilot.press("enter", "r")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, RenameScreen))
        pilot.app.screen.query_one(Input).value = "x" * 101
        await wait_until(pilot, lambda: "has 101 characters" in text_on(pilot.app))
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, RenameScreen)
        pilot.app.screen.query_one(Input).value = HOSTILE
        await pilot.press("enter")
        await read(pilot)
        assert [run.name for run in list_kept()] == ["", "", HOSTILE]
        assert "No run has all of these words" in text_on(pilot.app)
        await pilot.press("escape")
        await read(pilot)
        assert screen.runs.total == 3

        first = screen.runs.run
        assert first is not None
        await pilot.press("space", "up", "d")
        await read(pilot)
        assert (screen.runs.total, screen.runs.marks) == (2, {})
        assert notices[-1].text == f"Removed the run {first.id}. u brings it back while the history is open."
        await pilot.press("u")
        await read(pilot)
        assert (screen.runs.total, screen.runs.run) == (3, first)
        await pilot.press("d")
        await read(pilot)
        await pilot.press("escape")
        await wait_for_screen(pilot, ResultsScreen)
        await read(pilot)
    with closing(sqlite3.connect(database_path(_folder()))) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,), "what was removed is gone for good"


async def test_keys_pressed_at_once_take_their_turn_and_lose_no_run(notices: list[Notice]) -> None:
    kept = [keep_run(number) for number in range(5)][::-1]
    async with opened() as (screen, pilot):
        await pilot.press("down", "space", "up")
        for key in "dddudu":  # faster than the disk
            await screen.run_action({"d": "remove", "u": "undo"}[key])
        await pilot.press("escape")
        await wait_for_screen(pilot, ResultsScreen)
        await read(pilot)
        assert [run.id for run in list_kept()] == [run.id for run in (kept[0], *kept[3:])]
    assert [notice.text[:7] for notice in notices if notice.text[:7] == "Removed"] == ["Removed"] * 4


async def test_a_history_that_another_app_writes_to_is_waited_for_with_a_word(notices: list[Notice]) -> None:
    kept = [keep_run(number) for number in range(3)][::-1]
    async with opened((120, 30)) as (screen, pilot):
        with closing(sqlite3.connect(database_path(_folder()), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            await pilot.press("space", "up", "d")
            assert (screen.runs.total, screen.runs.run) == (2, kept[1]), "it answers at once"
            await wait_until(pilot, lambda: "removing, another app may be writing" in text_on(pilot.app))
            await pilot.press("r", *"later", "enter", "u")
            other.execute("ROLLBACK")
        await wait_until(pilot, lambda: screen.runs.total == 3)
        assert [run.name for run in list_kept()] == ["", "later", ""]
        assert list(screen.runs.marks) == [kept[0].id], "its mark is back with it"
    assert [notice.severity for notice in notices] == ["information"] * 2


async def test_what_another_app_has_removed_is_said_and_listed_no_more(notices: list[Notice]) -> None:
    kept = [keep_run(number) for number in range(3)][::-1]
    async with opened() as (screen, pilot):
        await pilot.press("space", "space", "up")
        remove_kept([kept[1].id])
        await pilot.press("c")
        await wait_until(pilot, lambda: screen.runs.total == 2)
        await pilot.press("home", "d")
        await read(pilot)
        remove_kept([kept[0].id])
        await pilot.press("u")
        await read(pilot)
        assert list(screen.runs.marks) == []
        gone = "The run {} is not there any more; another app has removed it."
        assert [notice.text for notice in notices if notice.severity == "error"] == [
            gone.format(kept[1].id),
            gone.format(kept[0].id),
        ]


async def test_more_rounds_of_a_kept_run_that_lacks_something_say_what(notices: list[Notice]) -> None:
    keep_run(0, plan=measured_at(0).plan.replace(request=Request("/", headers=(("Authorization", "Bearer abcdefgh"),))))
    async with opened() as (_, pilot):
        await pilot.press("enter")
        await wait_for_screen(pilot, ResultsScreen)
        assert "+ More" not in text_on(pilot.app)
        await pilot.press("r")
        assert notices[-1].text == "This run sent what is never kept (Authorization); e opens the form to fill it in."
        await pilot.press("plus")
        assert notices[-1].text == (
            "This run sent what is never kept (Authorization), so no rounds can be added; e opens the form to fill it "
            "in."
        )


async def test_a_run_is_saved_and_one_without_samples_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notices: list[Notice]
) -> None:
    monkeypatch.chdir(tmp_path)
    config = config_path()
    assert config is not None
    config.parent.mkdir(parents=True)
    config.write_text("[history]\nlimit = 0\n")
    keep_run(0)
    async with opened() as (_, pilot):
        assert "Its single requests are not kept any more: no latency curves, no replay." in text_on(pilot.app)
        for number, (name, told) in enumerate((("run.md", "was saved as run.md"), ("run.jsonl", "are not kept")), 1):
            await pilot.press("s")
            await wait_until(pilot, lambda: bool(pilot.app.screen.query("#save-name")))
            pilot.app.screen.query_one(Input).value = name
            await pilot.press("enter")
            await wait_until(pilot, partial(has_told, notices, number))
            assert told in notices[-1].text
            await read(pilot)
        assert "| aiohttp" in (tmp_path / "run.md").read_text()
        assert not (tmp_path / "run.jsonl").exists()


async def test_only_pages_that_are_near_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_list, "PAGE", 5)
    monkeypatch.setattr("tui_httpbench.tui.screens.history.reading.PAGE", 5)
    monkeypatch.setattr(run_list, "MAX_PAGES", 4)
    kept = [keep_run(number) for number in range(36)]
    async with opened((80, 14)) as (screen, pilot):
        rows = screen.runs
        for key, run in (("end", kept[0]), ("pageup", None), ("home", kept[-1]), ("end", kept[0])):
            await pilot.press(key)
            await read(pilot)
            assert rows.run == (run or rows.run)
            assert rows.run is not None
            assert 0 < len(rows._pages) <= 4


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (None, "No run is kept yet."),
        (lambda path: path.write_bytes(b"no database" * 1_000), "was damaged; it was set aside as"),
        (lambda path: _set_version(path, 99), "is one of a newer httpbench-tui (version 99"),
    ],
)
async def test_what_is_wrong_with_the_history_is_said_in_a_sentence(
    spoil: Callable[[Path], Any] | None, told: str
) -> None:
    if spoil is not None:
        keep_run(0)
        spoil(database_path(_folder()))
    async with opened((80, 24)) as (screen, pilot):
        assert told in " ".join(text_on(pilot.app).split())
        await pilot.press("enter", "space", "c", "r", "d", "s", "escape")
        assert screen.runs.run is None
        await wait_for_screen(pilot, ResultsScreen)


def test_columns_fill_the_row_and_the_less_important_ones_go_first() -> None:
    all_long = {column.id: 400 for column in COLUMNS}
    for width in range(36, 240):
        columns = columns_within(width, all_long)
        assert sum(cells for _, cells in columns) + 2 + 2 * (len(columns) - 1) == width or width < 40
        assert columns[0][0].id == "when"
    assert [column.id for column, _ in columns_within(40, all_long)] == ["when", "place"]
    assert [column for column, _ in columns_within(200, all_long)] == list(COLUMNS)


def test_a_column_has_no_more_cells_than_its_texts_need_and_the_last_one_the_rest() -> None:
    longest = {"when": 12, "place": 30, "load": 9, "modes": 7, "first": 14, "verdict": 90}
    widths = {column.id: cells for column, cells in columns_within(200, longest)}
    assert "name" not in widths
    assert "question" not in widths
    assert {name: widths[name] for name in ("when", "place", "modes", "first")} == {
        "when": 12,
        "place": 30,
        "modes": 8,
        "first": 14,
    }
    assert widths["verdict"] > 90


def test_when_a_run_began_is_told_as_short_as_it_can_be() -> None:
    now = datetime.fromisoformat("2026-11-26T20:18:00").astimezone()
    told = {
        "2026-11-26T08:05:09": "08:05:09",
        "2026-11-24T08:05:00": "24 Nov 08:05",
        "2025-11-24T08:05:00": "2025-11-24",
    }
    for moment, expected in told.items():
        assert when(KeptRun("x", datetime.fromisoformat(moment).timestamp()), now, 12) == expected
    assert when(KeptRun("x", datetime.fromisoformat("2026-11-24T08:05:09").timestamp()), now, 15) == "24 Nov 08:05:09"
    assert when(KeptRun("x", 1e300), now, 12) == "–"


@pytest.fixture
def universal_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


async def test_to_compare_takes_two_marked_runs(notices: list[Notice]) -> None:
    keep_run(0)
    async with opened((120, 30)) as (screen, pilot):
        for keys in (("c",), ("space", "c")):
            await pilot.press(*keys)
            await pilot.pause()
        assert [notice.text for notice in notices] == ["Mark two runs or more with the space bar, then press c."] * 2
        assert pilot.app.screen is screen


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the clock's zone can't be set")
@pytest.mark.usefixtures("universal_time")
async def test_it_looks_as_it_did(matches_snapshot: Callable[..., bool]) -> None:
    for number in range(3):
        keep_run(number, name="before the fix" if number == 1 else "", run_id=f"20241120-2{number}0000-abcd")
    async with opened((120, 30)) as (_, pilot):
        await pilot.press("space")
        await read(pilot)
        assert matches_snapshot(pilot.app)


def _folder() -> Path:
    from tui_httpbench.files.folders import state_folder

    folder = state_folder()
    assert folder is not None
    return folder / "history"


def _set_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
