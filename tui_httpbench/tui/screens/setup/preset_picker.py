"""The presets side by side, the one that the form shows marked."""

from __future__ import annotations

from typing import ClassVar, Self

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Label, RadioButton, RadioSet

from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.tui.parts.note import Note

CUSTOM = "custom"
_WHYS = {**{preset.name: preset.why for preset in PRESETS.values()}, CUSTOM: "your own: every field below is yours"}
_NAME_WIDTH = max(len(name) for name in _WHYS) + 1


class PresetButton(RadioButton):
    """A preset's name, and behind it, where the screen's style leaves room, what it is for."""

    class Pressed(Message):
        """The user wants this preset."""

        def __init__(self, preset: str) -> None:
            super().__init__()
            self.preset = preset

    BUTTON_LEFT = ""
    BUTTON_INNER = "( )"
    BUTTON_RIGHT = ""

    def __init__(self, name: str, is_on: bool) -> None:
        label = Content.assemble((f"{name:<{_NAME_WIDTH}}", "bold"), (_WHYS[name], "dim"))
        super().__init__(label, is_on, id=f"preset-{name}", compact=True, tooltip=_WHYS[name])
        self.preset = name

    def render(self) -> Content:
        """The button; under the cursor, its dim part would be hard to read."""
        content = super().render()
        return content.stylize("not dim") if self.has_class("-selected") else content

    def watch_value(self) -> None:
        """Draws on and off with different characters, and tells nobody: only ``PresetSet.mark`` changes it."""
        self.BUTTON_INNER = "(●)" if self.value else "( )"
        self.set_class(self.value, "-on")

    def toggle(self) -> Self:
        """Asks for the preset, as a click and the keys do; it is marked once that is granted."""
        self.post_message(self.Pressed(self.preset))
        return self


class PresetSet(RadioSet):
    """Left and right choose at once; up and down leave, as from every field of the form.

    Textual's own switches the button before off when it comes to hear of the one that was switched on, and takes what
    it hears late for a click; with keys that are faster than that, several stay on. Here ``mark`` sets all at once, and
    ``wanted`` is what the user chose last, until the form has followed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "choose(-1)", "Preset", key_display="← →", id="setup.preset.previous"),
        Binding("right", "choose(1)", "Next preset", show=False, id="setup.preset.next"),
        Binding("up", "app.focus_previous", "Field above", show=False),
        Binding("down", "app.focus_next", "Field below", show=False),
    ]

    class Wanted(Message):
        """The user chose another preset."""

        def __init__(self, preset: str) -> None:
            super().__init__()
            self.preset = preset

    wanted: str | None = None

    def action_choose(self, step: int) -> None:
        """Chooses the next preset, or the one before."""
        if step > 0:
            self.action_next_button()
        else:
            self.action_previous_button()
        if self._selected is not None:
            self._want(self.query(PresetButton)[self._selected].preset)

    def mark(self, name: str) -> None:
        """Switches this preset on and all others off."""
        for index, button in enumerate(self.query(PresetButton)):
            button.value = button.preset == name
            if button.value:
                self._pressed_button = button
                self._selected = index

    @on(PresetButton.Pressed)
    def _choose_pressed(self, event: PresetButton.Pressed) -> None:
        event.stop()
        self._want(event.preset)

    def _want(self, name: str) -> None:
        if self._pressed_button is None or self._pressed_button.id != f"preset-{name}":
            self.wanted = name
            self.mark(name)
            self.post_message(self.Wanted(name))


class PresetPicker(VerticalGroup):
    """Shows which preset the form holds, ``custom`` where it holds none, and lets another one be chosen."""

    class Chosen(Message):
        """The user wants this preset, or ``custom``: their own values again."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, shown: str) -> None:
        super().__init__(id="preset")
        self._shown = shown
        self._note = Note(_WHYS[shown], id="preset-why")

    def compose(self) -> ComposeResult:
        """The presets, and under them what the chosen one is for."""
        with HorizontalGroup():
            yield Label("Preset", id="preset-caption")
            yield PresetSet(*(PresetButton(name, name == self._shown) for name in _WHYS), id="presets", compact=True)
        yield self._note

    @property
    def shown(self) -> str:
        """The name of the preset, or ``custom``."""
        return self._shown

    def take(self, name: str) -> bool:
        """Whether this is what the user still wants, which the form is to follow now."""
        presets = self.query_one(PresetSet)
        if presets.wanted != name:
            return False
        presets.wanted = None
        return True

    def show(self, name: str, has_own: bool) -> None:
        """Marks a preset; ``custom`` can be chosen only where there are values of the user's own to go back to."""
        presets = self.query_one(PresetSet)
        self.query_one(f"#preset-{CUSTOM}").disabled = not has_own and name != CUSTOM
        if presets.wanted is None:  # otherwise the form will soon hold another one
            self._show(name)
            presets.mark(name)

    @on(PresetSet.Wanted)
    def _choose(self, event: PresetSet.Wanted) -> None:
        event.stop()
        self._show(event.preset)
        self.post_message(self.Chosen(event.preset))

    def _show(self, name: str) -> None:
        self._shown = name
        self._note.show_hint(_WHYS[name])
