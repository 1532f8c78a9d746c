"""The URLs of earlier runs, to choose one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui_httpbench.tui.parts.dialog import Dialog


class UrlListScreen(Dialog[str]):
    """Lists URLs; the result is the chosen one, or None."""

    DEFAULT_CSS = """
    UrlListScreen {
        align: center middle;
        & > OptionList {
            width: 90%;
            max-width: 120;
            height: auto;
            max-height: 80%;
            &, &:focus { border: round $accent; }
            border-title-color: $text-accent;
            border-subtitle-color: $text-muted;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Back", id="urls.close", tooltip="Back without a choice")
    ]

    def __init__(self, urls: Sequence[str]) -> None:
        super().__init__()
        self._urls = urls

    def compose(self) -> ComposeResult:
        """The URLs, newest first."""
        urls = OptionList(*(Option(Content(url)) for url in self._urls))
        urls.border_title = "URLs of earlier runs"
        urls.border_subtitle = "enter takes one, escape goes back"
        yield urls

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answers."""
        self.dismiss(self._urls[event.option_index])

    def action_close(self) -> None:
        """Answers with nothing."""
        self.dismiss(None)
