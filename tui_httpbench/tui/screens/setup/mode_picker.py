"""The modes to measure, grouped by library."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.events import DescendantBlur, DescendantFocus
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Checkbox

from tui_httpbench.clients import catalog
from tui_httpbench.clients.catalog import Library, Mode
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.text.formatting import plural
from tui_httpbench.tui.screens.setup.note import Note
from tui_httpbench.tui.screens.setup.own_client import OwnClient
from tui_httpbench.tui.screens.setup.tick_box import TickBox
from tui_httpbench.tui.textual_fixes.lean_screen import LeanScreen

MUTED = "dim"
MIN_PART = 16
"""Columns; with fewer of them left, a row ends."""
LOOKING = "Looking for the clients that are installed …"
SUMMARY_MARKS = ("; ", ", ")
"""What parts of a library's summary stand between; the later parts go first where there is no room."""
CHOICES_WIDTH = len("all  none")


class ModeRow(TickBox):
    """A mode with its tick box: id, kind, and one line about it, or what tells it from the others, as there is room."""

    DEFAULT_CSS = """
    ModeRow { width: 1fr; }
    """

    def __init__(self, mode: Mode, instances: tuple[str, ...], id_width: int) -> None:
        self.mode = mode
        self.instances = instances or (mode.id,)
        self._id_width = id_width
        super().__init__("", bool(instances), compact=True, disabled=not mode.can_be_had, tooltip=mode.about)
        self._label = self._describe(self._parts)

    def choose(self, instances: tuple[str, ...]) -> None:
        """Ticks the mode under these ids of the run; none of them unticks it. What would be fetched isn't ticked so."""
        self.instances = instances or (self.mode.id,)
        self.label = self._describe(self._parts)
        self.value = bool(instances) and (self.value or self.mode.is_installed())

    def render(self) -> Content:
        """The row, without the parts that there is no room for; under the cursor, dim ones would be hard to read."""
        parts, full = self._parts, self._label
        if not self.shows_all:
            room = self.content_size.width - len(self.BUTTON_INNER) - 1
            while len(parts) > 1 and sum(len(text) + 1 for text, _ in parts[:-1]) + MIN_PART > room:
                parts = parts[:-1]
            if len(parts) == len(self._parts):
                parts[-1] = (self.mode.in_short, MUTED)
        self._label = self._describe(parts)
        content = super().render()
        self._label = full
        return content.stylize("not dim") if self.has_focus else content

    @property
    def shows_all(self) -> bool:
        """Whether all of the row has room."""
        return self.get_content_width(self.size, self.size) <= self.content_size.width

    @property
    def _parts(self) -> list[tuple[str, str]]:
        copies = [(f"×{len(self.instances)}", "bold")] if len(self.instances) > 1 else []
        name = f"{self.mode.id:<{self._id_width}}"
        return [(name, ""), *copies, (f"{self.mode.kind:<5}", MUTED), (self.mode.about, MUTED)]

    def _describe(self, parts: list[tuple[str, str]]) -> Content:
        return Content(" ").join(Content.styled(text, style) for text, style in parts).rstrip()


class LibraryHead(Widget):
    """A library's name and version, what it is, and where there is room, what chooses all or none of its modes."""

    DEFAULT_CSS = """
    LibraryHead { width: 1fr; height: 1; }
    """

    class Clicked(Message):
        """The user wants all of the library's modes, or none."""

        def __init__(self, on: bool) -> None:
            super().__init__()
            self.on = on

    def __init__(self, title: Content, about: str, *, has_choice: bool) -> None:
        super().__init__()
        self._title = title
        self._about = about
        self._has_choice = has_choice

    @property
    def choices(self) -> dict[bool, tuple[int, int]]:
        """Where one clicks for all (True) and none: each the first column and the one behind the last; may be empty."""
        end = self.size.width
        if not self._has_choice or end < len(self._title) + MIN_PART + CHOICES_WIDTH:
            return {}
        return {True: (end - CHOICES_WIDTH, end - CHOICES_WIDTH + 3), False: (end - 4, end)}

    def render(self) -> Content:
        """The line; what the library is goes first where there is no room."""
        choices = self.choices
        room = self.size.width - len(self._title) - (CHOICES_WIDTH + 2 if choices else 0)
        told = self._about if not self._has_choice or room >= MIN_PART else ""
        for mark in SUMMARY_MARKS if self._has_choice else ():
            while len(told) > room and mark in told:
                told = told.rpartition(mark)[0]
        about = Content(told)
        line = Content.assemble(self._title, about.truncate(max(room, 0), ellipsis=True).stylize(MUTED))
        if not choices:
            return line
        gap = " " * (self.size.width - len(line) - CHOICES_WIDTH)
        return Content.assemble(line, gap, ("all", "dim underline"), "  ", ("none", "dim underline"))

    def on_click(self, event: events.Click) -> None:
        """Asks for what is under the mouse."""
        for wants_all, (start, end) in self.choices.items():
            if start <= event.x < end:
                self.post_message(self.Clicked(wants_all))


class LibraryGroup(VerticalGroup):
    """A library and its modes; one that is not installed is fetched where one of them is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "choose(True)", "All of library", id="setup.library.all"),
        Binding("n", "choose(False)", "None of library", id="setup.library.none"),
    ]

    def __init__(self, library: Library, modes: Iterable[Mode], chosen: tuple[str, ...], id_width: int) -> None:
        self.library = library
        self._installed = library.is_installed()
        self.rows = [ModeRow(mode, _instances_of(mode, chosen), id_width) for mode in modes]
        super().__init__(classes="" if self._installed else "-absent")

    def compose(self) -> ComposeResult:
        """The library's line over a row for each mode."""
        yield LibraryHead(self._title(), self._subtitle(), has_choice=self._installed)
        yield from self.rows

    @property
    def chosen(self) -> tuple[str, ...]:
        """The run's ids of the chosen modes."""
        return tuple(instance for row in self.rows if row.value for instance in row.instances)

    def choose(self, ids: tuple[str, ...]) -> None:
        """Chooses these ids of a run, as far as they are this library's, and nothing else of it."""
        for row in self.rows:
            row.choose(_instances_of(row.mode, ids))

    def action_choose(self, on: bool) -> None:
        """Chooses all of the library's modes, or none."""
        for row in self.rows:
            if not row.disabled:
                row.value = on

    @on(LibraryHead.Clicked)
    def _choose(self, event: LibraryHead.Clicked) -> None:
        event.stop()
        self.action_choose(event.on)

    def _title(self) -> Content:
        version = self.library.version() or "" if self._installed else ""
        return Content.assemble((self.library.name, "bold"), (f" {version}  ", MUTED))

    def _subtitle(self) -> str:
        if self._installed:
            return self.library.summary
        fetched = "fetched where chosen, or " if any(not row.disabled for row in self.rows) else ""
        return f"not installed: {fetched}{self.library.how_to_get}"


class MoreModes(TickBox):
    """Shows the modes that are not installed, or hides them."""

    DEFAULT_CSS = """
    MoreModes { width: 1fr; color: $text-muted; }
    """

    def __init__(self, count: int) -> None:
        super().__init__(f"Show {plural(count, 'more mode')}, not installed here", compact=True, id="absent-modes")


class ModePicker(VerticalGroup):
    """All modes of the catalogue; ``modes`` are the chosen ones as ids of a run."""

    class Changed(Message):
        """Another set of modes is chosen."""

    class Highlighted(Message):
        """The cursor is on a mode."""

        def __init__(self, mode_id: str) -> None:
            super().__init__()
            self.mode_id = mode_id

    def __init__(self, chosen: tuple[str, ...]) -> None:
        super().__init__(id="modes")
        self._given = chosen
        self._groups: list[LibraryGroup] = []
        self._absent: dict[Library, list[Mode]] = {}
        self._id_width = 0
        self._add_groups()
        self._absent_groups: list[LibraryGroup] = []
        self._note = Note(LOOKING)

    def compose(self) -> ComposeResult:
        """What is wrong; a group for each library comes below it once the rest of the form is drawn and takes keys."""
        yield self._note

    def on_mount(self) -> None:
        """Has the groups come."""
        screen = self.screen
        later = screen.call_after_paint if isinstance(screen, LeanScreen) else self.call_after_refresh
        later(self._mount_groups)

    def _add_groups(self) -> None:
        """Makes a group for each library that is known and has none."""
        by_library: dict[Library, list[Mode]] = {}
        there = {group.library for group in self._groups} | self._absent.keys()
        for mode in catalog.MODES.values():
            if mode.library in there:
                continue
            # What was chosen on the command line may run in an environment made for it.
            if mode.default or mode.is_installed() or _instances_of(mode, self._given):
                by_library.setdefault(mode.library, []).append(mode)
            elif mode.library.is_built_in:
                self._absent.setdefault(mode.library, []).append(mode)
        ids = (mode.id for modes in by_library.values() for mode in modes)
        self._id_width = max(self._id_width, *map(len, ids), 0)
        self._groups += [
            LibraryGroup(library, modes, self._given, self._id_width) for library, modes in by_library.items()
        ]
        self._mark_last()

    async def _mount_groups(self) -> None:
        # To look for the clients of other packages takes a tenth of what the form takes without.
        catalog.offered()
        self._note.show_hint("")
        self._add_groups()
        self.show_count()
        more = [MoreModes(sum(map(len, self._absent.values())))] if self._absent else []
        await self.mount_all([*self._groups, *more, OwnClient()])

    @property
    def modes(self) -> tuple[str, ...]:
        """The chosen ids: those given at the start in their order, then the others in the catalogue's."""
        chosen = [instance for group in self._groups for instance in group.chosen]
        kept = [instance for instance in self._given if instance in chosen]
        return (*kept, *(instance for instance in chosen if instance not in kept))

    @on(OwnClient.Refused)
    def _show_why(self, event: OwnClient.Refused) -> None:
        event.stop()
        self.show_error(event.why)

    @on(OwnClient.Added)
    async def _add_own(self, event: OwnClient.Added) -> None:
        event.stop()
        library = mode_of(event.labels[0]).library
        modes = [mode for mode in catalog.MODES.values() if mode.library == library]
        for old in [group for group in self._groups if group.library.source_file == library.source_file]:
            self._groups.remove(old)
            await old.remove()
        group = LibraryGroup(library, modes, event.labels, self._id_width)
        self._groups.append(group)
        self._mark_last()
        await self.mount(group, before=self.query_one(OwnClient))
        self.post_message(self.Changed())

    @on(Checkbox.Changed, "#absent-modes")
    async def _show_absent(self, event: Checkbox.Changed) -> None:
        """Shows the groups of what is not installed behind the others; hidden, they keep what is chosen."""
        event.stop()
        if not self._absent_groups:
            self._absent_groups = [
                LibraryGroup(library, modes, (), self._id_width) for library, modes in self._absent.items()
            ]
            self._groups += self._absent_groups
            self._mark_last()
            await self.mount_all(self._absent_groups, after=event.checkbox)
        for group in self._absent_groups:
            group.display = event.value or bool(group.chosen)
        self.show_count()

    def _mark_last(self) -> None:
        for group in self._groups:
            group.set_class(group is self._groups[-1], "-last")

    def choose(self, ids: tuple[str, ...]) -> None:
        """Chooses these ids of a run, as far as they are installed, and no others."""
        self._given = ids
        for group in self._groups:
            group.choose(ids)

    def show_error(self, error: str) -> None:
        """Shows the sentence; an empty one means that all is well."""
        self._note.show_errors(error)

    def show_count(self) -> None:
        """Says in the title how many are chosen."""
        rows = [row for group in self._groups for row in group.rows]
        title = f"Modes · {sum(row.value for row in rows)} of {len(rows)}"
        if title != self.border_title:  # to set it draws all of the section, and this is done at each key
            self.border_title = title

    def focus_wrong(self) -> None:
        """Puts the cursor on the first mode that can be chosen."""
        for row in self.query(ModeRow):
            if not row.disabled:
                row.focus()
                return

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _explain(self) -> None:
        focused = next((row for row in self.query(ModeRow) if row.has_focus), None)
        is_cut = focused is not None and not focused.shows_all
        self.border_subtitle = Content(focused.mode.about) if focused is not None and is_cut else None
        if focused is not None:
            self.post_message(self.Highlighted(focused.mode.id))

    @on(Checkbox.Changed)
    def _toggled(self, event: Checkbox.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())


def _instances_of(mode: Mode, labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(label for label in labels if mode_of(label) == mode)
