"""A line of text at a field: a hint, or what is wrong with the field."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

WRONG = "✗"
"""Stands before what is wrong, since colour alone says nothing where there is none."""


class Note(Static):
    """Shows its hint until something is wrong; takes no room while it has nothing to say."""

    DEFAULT_CSS = """
    Note {
        width: 1fr;
        height: auto;
        color: $text-muted;
        &:ansi { text-style: dim; }
        &.-wrong { color: $text-error; text-style: bold; }
        &.-silent { display: none; }
    }
    """

    def __init__(self, hint: str = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(Content(hint), id=id, classes=classes)
        self._hint = hint
        self._errors: tuple[str, ...] = ()
        self.set_class(not hint, "-silent")

    def show_hint(self, hint: str) -> None:
        """Changes what is shown while nothing is wrong."""
        if hint != self._hint:
            self._hint = hint
            self._show()

    def show_errors(self, *errors: str) -> None:
        """Shows these sentences instead of the hint, a line each; empty ones don't count."""
        found = tuple(error for error in errors if error)
        if found != self._errors:
            self._errors = found
            self._show()

    def _show(self) -> None:
        text = "\n".join(f"{WRONG} {error}" for error in self._errors) or self._hint
        self.set_class(bool(self._errors), "-wrong")
        self.set_class(not text, "-silent")
        # A line in place of a line moves nothing, and laying the whole screen out for each key would be felt.
        stays_one_line = self.size.height == 1 and "\n" not in text and cell_len(text) <= self.size.width
        self.update(Content(text), layout=not stays_one_line)
