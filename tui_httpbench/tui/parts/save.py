"""The name under which something is saved, asked for over another screen; its suffix is the form."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Button, Input, Label

from tui_httpbench.plan.plan import PlanError
from tui_httpbench.report.formats import Export, Format, export_to, suffixes
from tui_httpbench.tui.formatting import folder_of
from tui_httpbench.tui.parts.dialog import Dialog


class NameInput(Input):
    """Saves as enter is pressed, and not once others have heard of it: the next key is meant for the screen below."""

    async def action_submit(self) -> None:
        """Saves under the name that is typed by now."""
        if isinstance(self.screen, SaveScreen):
            self.screen.save(self.value)


class SaveScreen(Dialog[Export | None]):
    """Asks for a file; the result is where something is to go and in which form, None where nothing is to be saved.

    ``stem`` is what the name begins with at first, in the first of the forms; without any named, all that a result
    has.
    """

    CSS_PATH = "save.tcss"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Back", id="save.back", tooltip="Back, without saving"),
        Binding("down", "step(1)", "Next format", id="save.next", tooltip="The next format", priority=True),
        Binding("up", "step(-1)", "Format before", id="save.before", tooltip="The format before", priority=True),
    ]

    def __init__(self, what: str, stem: str, formats: tuple[Format, ...] = ()) -> None:
        """``what`` is saved, as in a heading: ``the result``."""
        super().__init__()
        self._what = what
        self._formats = formats
        self._suffixes = tuple(form.suffix for form in formats) or suffixes()
        self._first = f"{stem}{self._suffixes[0]}"

    def compose(self) -> ComposeResult:
        """The name over what it comes to."""
        with Vertical(id="save-box"):
            yield Label(f"Save {self._what} as", id="save-question", markup=False)
            yield NameInput(self._first, id="save-name", select_on_focus=False)
            if len(self._suffixes) > 1:
                with Horizontal(id="save-formats"):
                    for suffix in self._suffixes:
                        yield Button(suffix, name=suffix, compact=True, classes="save-format")
            yield Label("", id="save-form", markup=False)
            with Horizontal(id="save-answers"):
                yield Button("Save", id="save-yes", variant="primary", compact=True)
                yield Button("Back", id="save-no", compact=True)
            yield Label(self._keys, id="save-keys", markup=False)

    @property
    def _keys(self) -> str:
        formats = ", ↑ and ↓ change the format" if len(self._suffixes) > 1 else ""
        return f"enter saves{formats}, escape goes back"

    def on_mount(self) -> None:
        """What a name comes to is said from the first on."""
        self._tell(self._first)

    @on(Input.Changed)
    def _follow(self, event: Input.Changed) -> None:
        event.stop()
        self._tell(event.value)

    def on_key(self, event: events.Key) -> None:
        """Takes a character that was typed before the name had the focus."""
        name = self.query_one(Input)
        if event.character is not None and event.is_printable and self.focused is name:
            event.stop()
            name.insert_text_at_cursor(event.character)

    @on(Button.Pressed, "#save-yes")
    def _save(self, event: Message) -> None:
        event.stop()
        self.save(self.query_one(Input).value)

    def save(self, name: str) -> None:
        """Gives back where ``name`` leads; rings the bell where it leads nowhere."""
        try:
            self.dismiss(self._export_to(name))
        except PlanError:
            self.app.bell()  # why is on the screen

    @on(Button.Pressed, ".save-format")
    def _take_format(self, event: Button.Pressed) -> None:
        event.stop()
        self._end_with(event.button.name or self._suffixes[0])
        self.query_one(Input).focus()

    def on_click(self, event: events.Click) -> None:
        """A click beside the dialog is as good as escape."""
        if event.widget is self:
            self.action_give_up()

    @on(Button.Pressed, "#save-no")
    def action_give_up(self) -> None:
        """Saves nothing."""
        self.dismiss(None)

    def action_step(self, step: int) -> None:
        """Takes the next form or the one before: changes how the name ends."""
        now, known = self._suffix_of(self.query_one(Input).value), self._suffixes
        self._end_with(known[0] if now is None else known[(known.index(now) + step) % len(known)])

    def _end_with(self, suffix: str) -> None:
        name = self.query_one(Input)
        now = self._suffix_of(name.value)
        name.value = name.value.removesuffix(name.value[-len(now) :] if now else "") + suffix
        name.cursor_position = len(name.value)

    def _suffix_of(self, name: str) -> str | None:
        return next((suffix for suffix in self._suffixes if name.lower().endswith(suffix)), None)

    def _tell(self, name: str) -> None:
        try:
            export = self._export_to(name)
        except PlanError as error:
            told = str(error)
        else:
            about = "" if self._formats else f": {export.format.about}"
            # Whoever came by mouse may not know where the app was started.
            told = f"{export.format.title}{about}"
            if folder := folder_of(export.path):
                told += f". It goes into {folder}"
            if _is_there(export.path):
                told += ". A file of that name is there, and will be replaced"
        self.query_one("#save-form", Label).update(f"{told.rstrip('.')}.")
        for button in self.query(".save-format"):
            button.set_class(button.name == self._suffix_of(name), "-chosen")

    def _export_to(self, name: str) -> Export:
        """Where a typed name leads, and in which form. Raises PlanError."""
        export = export_to(_path_of(name))
        if self._formats and export.format not in self._formats:
            known = " or ".join(self._suffixes)
            raise PlanError(
                "export", f"{self._what[:1].upper()}{self._what[1:]} goes into a file that ends in {known}."
            )
        return export


def _path_of(name: str) -> str:
    """The path that was typed; a tilde is the home, as in a shell."""
    path = name.strip()
    try:
        return str(Path(path).expanduser()) if path.startswith("~") else path
    except RuntimeError:  # there is no such home
        return path


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False
