"""The presets side by side, the one that the form shows marked."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui_httpbench.plan.presets import PRESETS, QUESTIONS, VERSIONS
from tui_httpbench.tui.screens.setup.note import Note

CUSTOM = "custom"
OFFERED = (
    *(preset.name for preset in QUESTIONS),
    *(name for name, preset in PRESETS.items() if not preset.question),
    CUSTOM,
)
"""The names in the order in which they stand: those of the questions as they are asked, then the others."""
CAPTION = "Preset  "
MARK = "● "
"""Stands before the one that is chosen, since colour alone says nothing where there is none."""
_GAPS = ("   ", "  ", " ")
_WHYS = {
    **{preset.name: preset.why for preset in PRESETS.values()},
    CUSTOM: "your own: every field below is yours",
}


class PresetBar(Widget, can_focus=True):
    """All names in a line, of which exactly one is chosen; where they don't all fit, the chosen one between arrows.

    Left and right choose at once; up and down leave, as from every field of the form. The one that needs variants is
    there without any, too; a click on it then asks for them, and the arrows pass it by.
    """

    DEFAULT_CSS = """
    PresetBar { width: 1fr; height: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left",
            "choose(-1)",
            "Preset",
            key_display="← →",
            id="setup.preset.previous",
            tooltip="Choose the preset before, or the next",
        ),
        Binding("right", "choose(1)", "Next preset", show=False, id="setup.preset.next"),
        Binding("up", "app.focus_previous", "Field above", show=False),
        Binding("down", "app.focus_next", "Field below", show=False),
    ]

    class Wanted(Message):
        """The user chose another one, which is marked already."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class VariantsNeeded(Message):
        """The user wants the preset that compares variants, and there are none."""

    def __init__(self, shown: str) -> None:
        super().__init__(id="presets")
        self.shown = shown
        self.barred: frozenset[str] = frozenset()
        self.wanted: str | None = None

    def mark(self, name: str, barred: frozenset[str]) -> None:
        """Marks one; those that are ``barred`` can't be chosen now."""
        if (name, barred) != (self.shown, self.barred):
            self.shown, self.barred = name, barred
            self.refresh()

    def action_choose(self, step: int) -> None:
        """Chooses the next one, or the one before, round the corner."""
        free = self._free
        self._want(free[(free.index(self.shown) + step) % len(free)])

    def on_click(self, event: events.Click) -> None:
        """Chooses the one under the mouse; an arrow chooses its neighbour."""
        name = next((name for name, start, end in self.places if start <= event.x < end), None)
        if name in self.barred and name != self.shown:
            self.post_message(self.VariantsNeeded())
        elif name in OFFERED:
            self._want(name)
        elif name is not None:
            self.action_choose(-1 if name == "‹" else 1)

    @property
    def places(self) -> list[tuple[str, int, int]]:
        """What stands where: names and arrows, each with its first column and the one behind its last."""
        places: list[tuple[str, int, int]] = []
        column, names, gap = len(CAPTION), *self._laid_out
        for name in names:
            end = column + len(name) + (len(MARK) if name == self.shown else 0)
            places.append((name, column, end))
            column = end + len(gap)
        return places

    def render(self) -> Content:
        """The line; the chosen one stands out, and more so under the cursor."""
        names, gap = self._laid_out
        chosen = "reverse $text-accent" if self.has_focus else "$text-accent"
        styled = [
            Content.styled(f"{MARK}{name}", f"bold {chosen}")
            if name == self.shown
            else Content.styled(name, "dim" if name in self.barred else "")
            for name in names
        ]
        return Content.assemble((CAPTION, "bold"), Content(gap).join(styled))

    @property
    def _free(self) -> list[str]:
        return [name for name in OFFERED if name == self.shown or name not in self.barred]

    @property
    def _laid_out(self) -> tuple[list[str], str]:
        free = self._free
        listed = [name for name in OFFERED if name in free or name == VERSIONS]
        for gap in _GAPS:
            if len(CAPTION) + len(MARK) + len(gap.join(listed)) <= self.size.width:
                return listed, gap
        return ["‹", self.shown, "›"], " "

    def _want(self, name: str) -> None:
        if name != self.shown and name not in self.barred:
            self.wanted = name
            self.mark(name, self.barred)
            self.post_message(self.Wanted(name))


class PresetPicker(VerticalGroup):
    """Shows which preset the form holds, ``custom`` where it holds none, and lets another one be chosen."""

    class Chosen(Message):
        """The user wants this preset, or ``custom``: their own values again."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class VariantsNeeded(Message):
        """Two variants are to be typed before they can be compared."""

    def __init__(self, shown: str) -> None:
        super().__init__(id="preset")
        self._bar = PresetBar(shown)
        self._note = Note(_WHYS[shown], id="preset-why")

    def compose(self) -> ComposeResult:
        """The presets, and under them what the chosen one is for."""
        yield self._bar
        yield self._note

    @property
    def shown(self) -> str:
        """The name of the preset, or ``custom``."""
        return self._bar.shown

    def take(self, name: str) -> bool:
        """Whether this is what the user still wants, which the form is to follow now."""
        if self._bar.wanted != name:
            return False
        self._bar.wanted = None
        return True

    def show(self, name: str, *, has_own: bool, has_variants: bool) -> None:
        """Marks a preset.

        ``custom`` can be chosen only where there are values of the user's own to go back to, versions can be compared
        only where there are some.
        """
        barred = {CUSTOM: has_own or name == CUSTOM, VERSIONS: has_variants}
        if self._bar.wanted is None:  # otherwise the form will soon hold another one
            self._bar.mark(name, frozenset(each for each, is_free in barred.items() if not is_free))
            self._note.show_hint(_WHYS[name])

    def on_preset_bar_variants_needed(self, event: PresetBar.VariantsNeeded) -> None:
        """Passes the wish on."""
        event.stop()
        self.post_message(self.VariantsNeeded())

    def on_preset_bar_wanted(self, event: PresetBar.Wanted) -> None:
        """Tells what the chosen one is for, and passes the wish on."""
        event.stop()
        self._note.show_hint(_WHYS[event.name])
        self.post_message(self.Chosen(event.name))
