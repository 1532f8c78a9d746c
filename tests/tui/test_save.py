"""Where a result is saved: the suffix of the name that is asked for is the form."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from support.made_results import clean_result
from support.reports import exported
from support.screens import Notice, text_on, wait_until
from support.shown_result import show
from textual import events
from textual.widgets import Button, Input

from tui_httpbench.tui.copying import told_of_copy
from tui_httpbench.tui.parts.save import SaveScreen
from tui_httpbench.tui.screens.results.screen import ResultsScreen


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


async def test_the_form_is_chosen_by_arrows_or_typed(folder: Path, notices: list[Notice]) -> None:
    result = clean_result()
    async with show(result) as (_, pilot):
        await pilot.press("s", "up")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
        name = pilot.app.screen.query_one(Input)
        assert name.value.endswith(".html")
        await pilot.press("down", "down")
        assert name.value.endswith(".md")
        await wait_until(pilot, lambda: "Markdown: a report to paste: verdict, table, reasons." in text_on(pilot.app))

        name.value = "result.doc"
        await wait_until(pilot, lambda: "'result.doc' ends in none" in text_on(pilot.app))
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, SaveScreen)
        (folder / "x-rounds.csv").touch()
        name.value = "~/x-rounds.csv"
        await wait_until(pilot, lambda: "replaced." in text_on(pilot.app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: bool(notices))
        assert notices[-1].text == f"The result was saved as {folder / 'x-rounds.csv'}."
        assert (folder / "x-rounds.csv").read_text() == exported(result)["rounds.csv"]
        assert isinstance(pilot.app.screen, ResultsScreen)

        await pilot.press("s", "escape")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ResultsScreen))
        assert [path.name for path in folder.glob("*.*")] == ["x-rounds.csv"]


async def test_the_folder_is_named_where_a_name_is_saved(
    notices: list[Notice], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    async with show(clean_result()) as (_, pilot):
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
        await pilot.press("ctrl+u", *"a.md", "enter")
        await wait_until(pilot, lambda: bool(notices))
        assert notices[-1].text == f"The result was saved as a.md in {Path.cwd()}."
        monkeypatch.setenv("HOME", str(Path.cwd().parent))
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
        await pilot.press("ctrl+u", *"b.md", "enter")
        await wait_until(pilot, lambda: len(notices) > 1)
        assert notices[-1].text == f"The result was saved as b.md in ~/{Path.cwd().name}."


def test_what_tmux_needs_for_a_copy_is_said_in_tmux() -> None:
    assert told_of_copy("the result", {}) == "Copied to the clipboard: the result."
    told = told_of_copy("the result", {"TMUX": "/tmp/tmux-1000/default,1,0"})
    assert told.startswith("Sent to the terminal's clipboard: the result.")
    assert "set-clipboard on" in told


async def test_saves_typed_in_one_go_are_all_made(folder: Path) -> None:
    names = ("a.md", "b.jsonl", "c.html")
    async with show(clean_result()) as (_, pilot):
        for name in names:
            for key in ("s", "ctrl+u", *name, "enter"):
                pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await wait_until(pilot, lambda: {path.name for path in folder.glob("*.*")} == set(names))


async def test_by_mouse_alone_a_form_is_chosen_and_saved_or_nothing_is(folder: Path, notices: list[Notice]) -> None:
    async with show(clean_result()) as (screen, pilot):
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
        name = pilot.app.screen.query_one(Input)
        assert name.value.endswith(".json")
        (markdown,) = (each for each in pilot.app.screen.query(Button) if each.name == ".md")
        await pilot.click(markdown)
        await wait_until(pilot, lambda: name.value.endswith(".md"))
        assert markdown.has_class("-chosen")
        await pilot.click("#save-yes")
        await wait_until(pilot, lambda: bool(notices))
        assert [path.suffix for path in folder.glob("*.*")] == [".md"]

        for away in ("#save-no", None):
            await wait_until(pilot, lambda: pilot.app.screen is screen)
            await pilot.press("s")
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
            await pilot.click(away, offset=(1, 1) if away is None else (0, 0))
            await wait_until(pilot, lambda: pilot.app.screen is screen)
        assert len(list(folder.glob("*.*"))) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")
async def test_keys_count_while_a_result_is_being_written(folder: Path, notices: list[Notice]) -> None:
    pipe = folder / "slow.json"
    os.mkfifo(pipe)  # whoever writes to it waits for its reader
    async with show(clean_result()) as (screen, pilot):
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
        pilot.app.screen.query_one(Input).value = str(pipe)
        await pilot.pause()
        await pilot.press("enter")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("w")
        await wait_until(pilot, lambda: screen.view.ID == "why" and screen.view.is_attached)
        assert not notices
        written = await asyncio.to_thread(pipe.read_text)
        assert '"schema_version"' in written
        await wait_until(pilot, lambda: bool(notices))
        assert notices[-1].text.startswith("The result was saved as ")
