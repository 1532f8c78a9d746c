"""What all dialogs have in common, the screens that lie over another one and give an answer back."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, ScreenResultType


class Dialog(ModalScreen[ScreenResultType]):
    """Has help, which the app's own key does not reach there: Textual looks no further than the dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f1,question_mark",
            "app.toggle_help",
            "Help",
            id="app.help",
            tooltip="Show or hide help and keys",
        ),
    ]
