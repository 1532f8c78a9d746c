"""The presets side by side, the one that the form shows marked."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Label

from tui_httpbench.plan.presets import FORM_PRESETS
from tui_httpbench.tui.screens.setup.note import Note
from tui_httpbench.tui.textual_fixes.sure_radio_set import SureRadioButton, SureRadioSet

CUSTOM = "custom"
_WHYS = {
    **{preset.name: preset.why for preset in FORM_PRESETS.values()},
    CUSTOM: "your own: every field below is yours",
}
_NAME_WIDTH = max(len(name) for name in _WHYS)


class PresetButton(SureRadioButton):
    """A preset's name, and behind it, where the screen's style leaves room, what it is for."""

    BUTTON_LEFT = ""
    BUTTON_INNER = "( )"
    BUTTON_RIGHT = ""

    def __init__(self, name: str, is_on: bool) -> None:
        label = Content.assemble((f"{name:<{_NAME_WIDTH + 1}}", "bold"), (_WHYS[name], "dim"))
        super().__init__(label, is_on, id=f"preset-{name}", compact=True, tooltip=_WHYS[name])
        self.preset = name

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002
        """As wide as the longest name, so that all stand evenly; where not all of these fit, as its own name."""
        around = len(f"{self.BUTTON_INNER} ")
        even = around + _NAME_WIDTH
        has_room = len(_WHYS) * (even + self.styles.margin.width) <= container.width
        return even if has_room else around + len(self.preset)

    def render(self) -> Content:
        """The button; under the cursor, its dim part would be hard to read."""
        content = super().render()
        return content.stylize("not dim") if self.has_class("-selected") else content

    def watch_value(self) -> None:
        """Draws on and off with different characters."""
        self.BUTTON_INNER = "(●)" if self.value else "( )"
        super().watch_value()


class PresetSet(SureRadioSet):
    """Left and right choose at once; up and down leave, as from every field of the form."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "choose(-1)", "Preset", key_display="← →", id="setup.preset.previous"),
        Binding("right", "choose(1)", "Next preset", show=False, id="setup.preset.next"),
        Binding("up", "app.focus_previous", "Field above", show=False),
        Binding("down", "app.focus_next", "Field below", show=False),
    ]


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
        self._buttons = {name: PresetButton(name, name == shown) for name in _WHYS}

    def compose(self) -> ComposeResult:
        """The presets, and under them what the chosen one is for."""
        with HorizontalGroup():
            yield Label("Preset", id="preset-caption")
            yield PresetSet(*self._buttons.values(), id="presets", compact=True)
        yield self._note

    @property
    def shown(self) -> str:
        """The name of the preset, or ``custom``."""
        return self._shown

    def take(self, name: str) -> bool:
        """Whether this is what the user still wants, which the form is to follow now."""
        presets = self.query_one(PresetSet)
        if presets.wanted is not self._buttons[name]:
            return False
        presets.wanted = None
        return True

    def show(self, name: str, has_own: bool) -> None:
        """Marks a preset; ``custom`` can be chosen only where there are values of the user's own to go back to."""
        presets = self.query_one(PresetSet)
        self._buttons[CUSTOM].disabled = not has_own and name != CUSTOM
        if presets.wanted is None:  # otherwise the form will soon hold another one
            self._show(name)
            presets.mark(self._buttons[name])

    @on(SureRadioSet.Wanted)
    def _choose(self, event: SureRadioSet.Wanted) -> None:
        event.stop()
        name = next(name for name, button in self._buttons.items() if button is event.button)
        self._show(name)
        self.post_message(self.Chosen(name))

    def _show(self, name: str) -> None:
        self._shown = name
        self._note.show_hint(_WHYS[name])
