"""Help, over a screen: its keys first, then what it shows, then what the words mean."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import dedent
from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Label, Markdown, Static

from tui_httpbench.text.glossary import GLOSSARY

Row = tuple[str, str]
KEY_COLUMNS = 14
WORD_COLUMNS = 18


class HelpSheet(VerticalScroll):
    """Lies over the screen, beside its footer. The arrows scroll it; the keys that it lists work meanwhile."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"help-sheet--key"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.close_help", "Close help", id="app.close-help", tooltip="Close the help"),
        Binding("q", "app.close_help", show=False, id="help.close", tooltip="Close the help"),
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        """Of this screen and what has the focus there now."""
        super().__init__()
        self._focused_before = screen.focused
        self._bindings_before = list(screen.active_bindings.values())
        nodes: list[Any] = [screen] if screen.focused is None else list(screen.focused.ancestors_with_self)
        self._help = next((node.HELP for node in nodes if isinstance(node, Widget) and node.HELP), "") or ""

    def compose(self) -> ComposeResult:
        """Keys, text, words, and last the keys that lists and fields have anywhere."""
        app, here, everywhere, moving = self.app, [], [], []
        for active in self._bindings_before:
            if active.node is app:
                everywhere.append(active)
            elif active.binding.id:
                here.append(active)
            else:
                moving.append(active)
        here.sort(key=lambda active: not active.binding.show)
        yield from self._keys("Keys on this screen", here)
        if self._help:
            yield Label("What it shows", classes="help-heading")
            yield Markdown(dedent(self._help).strip())
        yield from self._keys("Keys everywhere", everywhere)
        yield Label("What the words mean", classes="help-heading")
        yield Static(self._table(GLOSSARY, WORD_COLUMNS), classes="help-words")
        yield from self._keys("Moving about", moving)

    def on_mount(self) -> None:
        """Takes the focus, so that it can be scrolled."""
        self.focus(scroll_visible=False)

    def give_focus_back(self) -> None:
        """Before it goes: what had the focus has it again."""
        if self.screen.focused is self and (self._focused_before is None or self._focused_before.is_attached):
            self.screen.set_focus(self._focused_before, scroll_visible=False)

    def _keys(self, title: str, actives: Iterable[ActiveBinding]) -> ComposeResult:
        actions: dict[tuple[int, str], list[Binding]] = {}
        for active in actives:
            actions.setdefault((id(active.node), active.binding.action), []).append(active.binding)
        # Of a pair, such as up and down, the first one shows both keys, and its words are of both.
        for (node, action), bindings in list(actions.items()):
            both = (bindings[0].key_display or "").split()
            for other, others in list(actions.items()):
                shown = [self.app.get_key_display(binding) for binding in others]
                if other != (node, action) and other[0] == node and set(shown) <= set(both):
                    del actions[other]
        rows = [
            (" ".join(dict.fromkeys(map(self.app.get_key_display, bindings))), _told(bindings[0]))
            for bindings in actions.values()
        ]
        if rows:
            yield Label(title, classes="help-heading")
            yield Static(self._table(rows, KEY_COLUMNS), classes="help-keys")

    def _table(self, rows: Iterable[Row], columns: int) -> Table:
        """Two columns, the first of them highlighted and so many cells wide."""
        table = Table.grid(padding=(0, 1, 0, 0), expand=True)
        table.add_column(width=columns, style=self.get_component_rich_style("help-sheet--key", partial=True))
        table.add_column(ratio=1)
        for name, told in rows:
            table.add_row(Text(name), Text(told))
        return table


def _told(binding: Binding) -> str:
    return (
        "Find any action by its name" if binding.action == "command_palette" else binding.tooltip or binding.description
    )
