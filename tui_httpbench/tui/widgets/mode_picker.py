"""The modes to measure, grouped by library."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Checkbox, Static

from tui_httpbench.clients import catalog
from tui_httpbench.clients.catalog import Library, Mode
from tui_httpbench.tui.widgets.note import Note

MUTED = "dim"


class ModeRow(Checkbox):
    """A mode with its checkbox: id, kind, and one line about it."""

    BUTTON_LEFT = ""
    BUTTON_INNER = "[ ]"
    BUTTON_RIGHT = ""

    DEFAULT_CSS = """
    ModeRow {
        width: 1fr;
        background: transparent;
        & > .toggle--button { color: $text-muted; background: transparent; }
        &.-on > .toggle--button { color: $text-success; background: transparent; text-style: bold; }
    }
    """

    def __init__(self, mode: Mode, instances: tuple[str, ...], id_width: int, installed: bool) -> None:
        self.mode = mode
        self.instances = instances or (mode.id,)
        copies = f"×{len(self.instances)} " if len(self.instances) > 1 else ""
        label = Content.assemble(
            f"{mode.id:<{id_width}} ",
            (f"{mode.kind:<5} ", MUTED),
            (copies, "bold"),
            (mode.summary, MUTED),
        )
        super().__init__(label, bool(instances) and installed, compact=True, disabled=not installed)

    def render(self) -> Content:
        """The row; under the cursor, its dim parts would be hard to read."""
        content = super().render()
        return content.stylize("not dim") if self.has_focus else content

    def watch_value(self) -> None:
        """Draws on and off with different characters, since colour alone says nothing where there is none."""
        self.BUTTON_INNER = "[✓]" if self.value else "[ ]"
        super().watch_value()


class LibraryGroup(VerticalGroup):
    """A library and its modes; greyed where it is not installed."""

    DEFAULT_CSS = """
    LibraryGroup {
        .library-title { width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        Button { width: auto; min-width: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "choose(True)", "All of library", id="setup.library.all"),
        Binding("n", "choose(False)", "None of library", id="setup.library.none"),
    ]

    def __init__(self, library: Library, modes: Iterable[Mode], chosen: tuple[str, ...], id_width: int) -> None:
        self.library = library
        self._installed = library.is_installed()
        self._rows = [
            ModeRow(
                mode,
                tuple(instance for instance in chosen if instance.partition("#")[0] == mode.id),
                id_width,
                self._installed,
            )
            for mode in modes
        ]
        super().__init__(classes="" if self._installed else "-absent")

    def compose(self) -> ComposeResult:
        """The library's line over a row for each mode."""
        with HorizontalGroup(classes="library-head"):
            yield Static(self._title(), classes="library-title")
            if self._installed:
                for label in ("all", "none"):
                    button = Button(
                        label,
                        compact=True,
                        classes=f"choose-{label}",
                        tooltip=f"Choose {label} of {self.library.name}",
                    )
                    button.can_focus = False  # its key is shown in the footer, and every tab stop costs a key press
                    yield button
        yield from self._rows

    @property
    def chosen(self) -> tuple[str, ...]:
        """The run's ids of the chosen modes."""
        return tuple(instance for row in self._rows if row.value for instance in row.instances)

    def action_choose(self, on: bool) -> None:
        """Chooses all of the library's modes, or none."""
        for row in self._rows:
            if not row.disabled:
                row.value = on

    @on(Button.Pressed)
    def _choose(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_choose(event.button.has_class("choose-all"))

    def _title(self) -> Content:
        name = Content.styled(self.library.name, "bold")
        if not self._installed:
            return Content.assemble(name, f"  not installed: pip install {self.library.distribution}")
        version = self.library.version() or ""
        return Content.assemble(name, (f" {version}  ", "$text-accent"), (self.library.summary, MUTED))


class ModePicker(VerticalGroup):
    """All modes of the catalogue; ``modes`` are the chosen ones as ids of a run."""

    class Changed(Message):
        """Another set of modes is chosen."""

    def __init__(self, chosen: tuple[str, ...]) -> None:
        super().__init__(id="modes")
        self._given = chosen
        by_library: dict[Library, list[Mode]] = {}
        for mode in catalog.MODES.values():
            by_library.setdefault(mode.library, []).append(mode)
        id_width = max(len(mode_id) for mode_id in catalog.MODES)
        self._groups = [LibraryGroup(library, modes, chosen, id_width) for library, modes in by_library.items()]
        self._note = Note()

    def compose(self) -> ComposeResult:
        """What is wrong, over a group for each library."""
        yield self._note
        yield from self._groups

    @property
    def modes(self) -> tuple[str, ...]:
        """The chosen ids: those given at the start in their order, then the others in the catalogue's."""
        chosen = [instance for group in self._groups for instance in group.chosen]
        kept = [instance for instance in self._given if instance in chosen]
        return (*kept, *(instance for instance in chosen if instance not in kept))

    def show_error(self, error: str) -> None:
        """Shows the sentence; an empty one means that all is well."""
        self._note.show_errors(error)

    def show_count(self) -> None:
        """Says in the title how many are chosen."""
        rows = self.query(ModeRow)
        self.border_title = f"Modes · {sum(row.value for row in rows)} of {len(rows)}"

    def focus_wrong(self) -> None:
        """Puts the cursor on the first mode that can be chosen."""
        for row in self.query(ModeRow):
            if not row.disabled:
                row.focus()
                return

    @on(Checkbox.Changed)
    def _toggled(self, event: Checkbox.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())
