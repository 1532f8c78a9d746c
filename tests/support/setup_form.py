"""The form with somebody at its keys, for the tests of Setup."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual import events
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Select

from support.screens import wait_until
from tui_httpbench.plan.plan import Plan
from tui_httpbench.tui import app as app_module
from tui_httpbench.tui.app import HttpbenchApp
from tui_httpbench.tui.screens.setup.fold import Fold
from tui_httpbench.tui.screens.setup.header_row import HeaderRow
from tui_httpbench.tui.screens.setup.mode_picker import ModeRow
from tui_httpbench.tui.screens.setup.note import Note
from tui_httpbench.tui.screens.setup.preset_picker import PresetBar, PresetPicker
from tui_httpbench.tui.screens.setup.screen import SetupScreen

NARROW, WIDE = (80, 24), (200, 60)


class FormApp(HttpbenchApp):
    """The app, but for the measuring: keeps the plans that it is told to run."""

    CSS_PATH = str(Path(app_module.__file__).with_name("app.tcss"))

    def __init__(self, plan: Plan | None = None) -> None:
        super().__init__(plan)
        self.animation_level = "none"
        self.started: list[Plan] = []

    def make_first_screen(self) -> Screen[None]:
        """The form, as if its plan had been given."""
        return self._make_form(self._first_plan)

    def start_run(self, plan: Plan) -> None:
        """Keeps the plan."""
        self.started.append(plan)


class Form:
    """A form with somebody at its keys."""

    def __init__(self, app: FormApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def screen(self) -> SetupScreen:
        assert isinstance(self.app.screen, SetupScreen)
        return self.app.screen

    async def press(self, *keys: str) -> None:
        """Presses keys, each after the one before has done its work."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def click(self, where: str | Widget) -> None:
        """Clicks into the middle of something."""
        await self.pilot.click(where)
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        """Types a text faster than it can be drawn."""
        for character in text:
            self.app.post_message(events.Key("space" if character == " " else character, character))
        await self.settle()

    async def type_ahead(self, *keys: str) -> None:
        """Presses keys, none of which waits until the one before has done its work."""
        for key in keys:
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await self.settle()

    async def settle(self) -> None:
        """Waits until the form has taken everything in."""
        await self.pilot.pause()
        await wait_until(self.pilot, lambda: not self.app.is_taking_in)
        await self.pilot.pause()

    async def focus(self, widget: Widget) -> None:
        """Puts the focus somewhere, as the mouse would."""
        self.screen.set_focus(widget)
        await self.pilot.pause()

    async def fill(self, selector: str, text: str) -> None:
        """Replaces what stands in an input, without the focus and the keys, which take a test's time.

        Where it is folded away, it is opened first.
        """
        if not self.screen.query(selector):
            await self.open_more()
        self.screen.query_one(selector, Input).value = text
        await self.settle()

    async def choose(self, field: str, value: str) -> None:
        """Chooses in a menu, without the keys; one that is folded away is opened first."""
        if not self.screen.query(f"#input-{field}"):
            await self.open_more()
        self.screen.query_one(f"#input-{field}", Select).value = value
        await self.settle()

    async def paste(self, text: str) -> None:
        """Pastes as a terminal does."""
        self.app.post_message(events.Paste(text))
        await self.settle()

    async def run(self) -> Plan:
        """Starts the run, and returns its plan."""
        await self.press("ctrl+r")
        assert len(self.app.started) == 1, self.complaints
        return self.app.started.pop()

    @property
    def focused(self) -> str | None:
        return self.app.focused.id if self.app.focused is not None else None

    def has_focus(self, widget: Widget) -> bool:
        """Whether the keys go to this one."""
        return self.app.focused is widget

    @property
    def complaints(self) -> str:
        """Everything that the form says is wrong and can be seen, without the line at the bottom."""
        notes = [note for note in self.screen.query("Note.-wrong").results(Note) if note.id != "summary"]
        return "\n".join(str(note.content) for note in notes if note.region.height)

    def explains(self, words: str) -> bool:
        """Whether a note at the numbers or the target says this and can be seen."""
        notes = self.screen.query("LoadForm Note, MoreForm Note, TargetForm Note").results(Note)
        return any(words in str(note.content) for note in notes if note.region.height)

    @property
    def summary(self) -> str:
        return str(self.screen.query_one("#summary", Note).content)

    @property
    def preset(self) -> str:
        """The preset that is marked."""
        return self.screen.query_one(PresetPicker).shown

    async def click_preset(self, name: str) -> None:
        """Clicks on the name of a preset."""
        bar = self.screen.query_one(PresetBar)
        start = next(start for shown, start, _ in bar.places if shown == name)
        await self.pilot.click(bar, offset=(start + 1, 0))
        await self.settle()

    async def open_more(self) -> None:
        """Opens what is folded away below the load."""
        self.screen.query_one("#more-fold", Fold).collapsed = False
        await self.settle()

    @property
    def rows(self) -> list[HeaderRow]:
        return list(self.screen.query(HeaderRow))

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [row.texts for row in self.rows if not row.is_blank]

    def mode(self, mode_id: str) -> ModeRow:
        return next(row for row in self.screen.query(ModeRow) if row.mode.id == mode_id)


@asynccontextmanager
async def open_form(plan: Plan | None = None, size: tuple[int, int] = NARROW) -> AsyncIterator[Form]:
    app = FormApp(plan)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Form(app, pilot)
