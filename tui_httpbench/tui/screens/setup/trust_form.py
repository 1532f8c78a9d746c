"""Whose certificates the clients trust at an https URL of the user's own."""

from __future__ import annotations

from typing import cast

from textual.app import ComposeResult
from textual.containers import VerticalGroup

from tui_httpbench.plan.plan import Plan
from tui_httpbench.tui.parts.note import Note
from tui_httpbench.tui.screens.setup.field import choice_field, text_field
from tui_httpbench.tui.screens.setup.plan_form import Trust

_CHOICES: dict[str, tuple[Trust, str]] = {
    "the usual ones": ("usual", "each library checks with the certificates that it comes with"),
    "a PEM file": ("file", "certifi's certificates and those in the file are trusted (--cacert)"),
    "not checked": ("unchecked", "anyone could answer in its place: for test servers of your own only (--insecure)"),
}


class TrustForm(VerticalGroup):
    """The choice between the usual certificates, a file with more of them, and no check."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(id="trust")
        start: Trust = "unchecked" if plan.insecure else "usual" if plan.cacert is None else "file"
        self._choice = choice_field(
            "insecure", [(text, trust) for text, (trust, _) in _CHOICES.items()], start, label="Certificates"
        )
        self._path = text_field("cacert", plan.cacert or "", placeholder="certificates.pem", label="PEM file")
        self._note = Note()  # a path is long, and so is a sentence about it

    def compose(self) -> ComposeResult:
        """The choice, what it means, and the file's path where one is wanted."""
        yield self._choice
        yield self._path
        yield self._note

    @property
    def trust(self) -> Trust:
        """What was chosen."""
        return cast(Trust, self._choice.text)

    @property
    def cacert(self) -> str:
        """The path as typed."""
        return self._path.text

    def fill(self, cacert: str | None, insecure: bool) -> None:
        """Chooses whom to trust, as a plan says it."""
        self._choice.fill("unchecked" if insecure else "usual" if cacert is None else "file")
        self._path.fill(cacert or "")

    def show(self, error: str) -> None:
        """Shows what the choice means, and what is wrong with the file."""
        self._choice.show_hint(next(words for trust, words in _CHOICES.values() if trust == self.trust))
        self._choice.query_one(Note).set_class(self.trust == "unchecked", "-risky")
        self._path.display = self.trust == "file"
        self._path.show_error(error)
        self._note.show_errors(error)

    def focus_path(self) -> None:
        """Puts the cursor into the path."""
        self._path.control.focus()
