"""The modes in the form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.screens import resize, text_on, wait_until
from support.setup_form import NARROW, WIDE, Form, open_form
from textual.screen import Screen
from textual.widgets import Input

from tui_httpbench.clients import catalog
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.plan.plan import Plan
from tui_httpbench.text.formatting import plural
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.parts.code_panel import CodePanel
from tui_httpbench.tui.parts.confirm import ConfirmScreen
from tui_httpbench.tui.screens.setup.mode_picker import LibraryGroup, LibraryHead, ModePicker, ModeRow, MoreModes
from tui_httpbench.tui.screens.setup.note import Note
from tui_httpbench.tui.screens.setup.screen import SetupScreen


async def choose_of(form: Form, group: LibraryGroup, *, on: bool) -> None:
    """Clicks on what chooses all of a library's modes, or none."""
    head = group.query_one(LibraryHead)
    await form.pilot.click(head, offset=(head.choices[on][0] + 1, 0))
    await form.settle()


async def test_the_form_takes_keys_before_its_modes_are_there_and_knows_them_already() -> None:
    class Early(HttpbenchApp):
        """Notes what the terminal shows first."""

        CSS_PATH = Path(app_module.__file__).with_name("app.tcss")
        first = ""
        plan: Plan | None = None

        def _display(self, screen: Screen[Any], renderable: Any) -> None:
            super()._display(screen, renderable)
            if not self.first and isinstance(screen, SetupScreen) and not self._batch_count:
                self.first = text_on(self)
                self.plan = screen._reading.plan

    app = Early(Plan(modes=("aiohttp", "httpx-client"), requests=20, concurrency=2, seed=1))
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: bool(app.screen.query(ModeRow)))
        assert "Modes · 2 of " in app.first
        assert app.first.splitlines()[-1].rstrip().endswith("palette"), "the footer is there as well"
        assert "[✓] aiohttp" not in app.first
        assert app.plan is not None
        assert app.plan.modes == ("aiohttp", "httpx-client")
        await wait_until(pilot, lambda: "[✓] aiohttp" in text_on(app))


@pytest.mark.slow
async def test_modes_by_key_and_by_mouse(absent_mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # One of those that a run measures by itself, whose library is gone.
    monkeypatch.setitem(catalog.MODES, absent_mode, replace(catalog.MODES[absent_mode], default=True))
    others = [mode for mode in catalog.MODES.values() if not mode.default and not mode.is_installed()]
    async with open_form(size=WIDE) as form:
        await form.focus(form.mode("httpx"))
        await form.press("space")
        await form.click(form.mode("aiohttp-each"))
        assert form.screen.query_one(ModePicker).border_title == f"Modes · 6 of {len(form.screen.query(ModeRow))}"
        assert not {mode.id for mode in others} & {row.mode.id for row in form.screen.query(ModeRow)}
        assert " 6 modes × " in form.summary
        wanted = tuple(mode for mode in catalog.DEFAULT_MODES if mode not in ("httpx", "aiohttp-each"))
        assert (await form.run()).modes == wanted

        groups = {group.library.name: group for group in form.screen.query(LibraryGroup)}
        await choose_of(form, groups["httpx"], on=False)
        assert " 3 modes × " in form.summary
        await form.focus(form.mode("httpx-async"))
        await form.press("a")
        assert " 8 modes × " in form.summary
        await form.press("n")
        assert " 3 modes × " in form.summary
        await choose_of(form, groups["httpx"], on=True)
        assert " 8 modes × " in form.summary

        absent = groups["absent_client_library"]
        fetched = "not installed: fetched where chosen, or pip install absent-client"
        assert fetched in str(absent.query_one(LibraryHead).render())
        assert not absent.query_one(LibraryHead).choices
        await form.focus(form.mode(absent_mode))
        await form.press("n")
        assert absent_mode not in (await form.run()).modes
        await form.press("space")
        assert absent_mode in (await form.run()).modes


async def test_modes_that_are_not_installed_are_shown_when_they_are_asked_for(
    absent_mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mode = catalog.MODES[absent_mode]
    built_in = replace(mode.library, source_file=catalog.CLIENTS_FOLDER / "absent.py")
    monkeypatch.setitem(catalog.MODES, absent_mode, replace(mode, library=built_in))
    async with open_form() as form:
        picker = form.screen.query_one(ModePicker)
        more = form.screen.query_one(MoreModes)
        absent = sum(not mode.default and not mode.is_installed() for mode in catalog.MODES.values())
        assert f"Show {plural(absent, 'more mode')}, not installed here" in str(more.render())
        await form.focus(more)
        await form.press("space")
        row = form.mode(absent_mode)
        await form.focus(row)
        await form.press("space", "shift+tab")
        assert absent_mode in picker.modes
        more.value = False
        await form.pilot.pause()
        assert row.region.area, "what is chosen stays in sight"
        assert absent_mode in (await form.run()).modes


@pytest.mark.parametrize("start", [pytest.param(False, marks=pytest.mark.slow), True])
async def test_what_would_be_fetched_is_asked_for_first(absent_mode: str, start: bool) -> None:
    app = HttpbenchApp(Plan(modes=("http.client", absent_mode), requests=1, rounds=1), start=start)
    async with app.run_test(size=(100, 30)) as pilot:
        if not start:
            await pilot.press("ctrl+r")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.pause()
        assert "Fetch absent_client_library?" in text_on(app)
        assert "absent-client" in text_on(app)
        await pilot.press("n")
        await pilot.pause()
        assert isinstance(app.screen, SetupScreen)


@pytest.mark.slow
async def test_where_a_mode_has_no_room_for_its_line_the_border_says_it() -> None:
    async with open_form() as form:
        row = form.mode("httpx-client")
        assert str(row.render()).split() == ["[✓]", "httpx-client"]
        await form.focus(row)
        assert str(form.screen.query_one(ModePicker).border_subtitle) == row.mode.about
        await resize(form.pilot, 120, 36)
        for each in form.screen.query(ModeRow):
            assert str(each.render()).rstrip().endswith(("kept", "always new")), "what tells it from the others"
        await resize(form.pilot, *WIDE)
        assert str(row.render()).endswith(f"sync  {row.mode.about} ")

        # A terminal as tall as this has room for what the mode under the cursor runs.
        code = form.screen.query_one(CodePanel)
        assert code.region.height > 8
        assert mode_of("httpx-client").code.splitlines()[1].strip() in text_on(form.app)
        await form.focus(form.mode("requests"))
        assert str(code.border_title) == "requests: the code that is run"
        assert "with new(requests.Session) as session:" in text_on(form.app)
        await resize(form.pilot, *NARROW)
        assert not code.display


@pytest.mark.slow
async def test_a_client_file_of_ones_own_is_added_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        'from tui_httpbench.clients import mode\n\n@mode("mine", "a mode of mine", kept=False)\n'
        "def mine(request, new):\n    yield lambda: (200, b'')\n"
    )
    async with open_form() as form:
        picker = form.screen.query_one(ModePicker)
        own = form.screen.query_one("#input-own-client", Input)
        await form.focus(own)
        for wrong, why in (("nothing", "is no client file"), (str(tmp_path / "none.py"), "There is no file")):
            own.value = wrong
            await form.press("enter")
            assert why in str(picker.query_one(Note).render())
        own.value = str(path)
        await form.press("enter")
        await form.settle()
        assert not picker.query_one(Note).display
        assert own.value == ""
        row = form.mode("mine")
        assert row.value
        assert "a mode of mine" in str(row.tooltip)
        assert "mine" in (await form.run()).modes
