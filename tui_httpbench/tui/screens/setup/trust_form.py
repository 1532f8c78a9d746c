"""Whose certificates the clients trust at a URL of the user's own, or where it redirects to."""

from __future__ import annotations

from typing import cast

from textual import on
from textual.containers import VerticalGroup
from textual.widgets import Select

from tui_httpbench.plan.fields import FIELDS
from tui_httpbench.plan.plan import Plan
from tui_httpbench.tui.screens.setup.field import Field, choice_field, field_for
from tui_httpbench.tui.screens.setup.note import Note
from tui_httpbench.tui.screens.setup.plan_form import Trust

_CHOICES: dict[str, tuple[Trust, str]] = {
    "the usual ones": ("usual", "each library checks with its own list"),
    "a PEM file": ("file", "certifi's certificates and those in the file are trusted (--cacert)"),
    "not checked": ("unchecked", "anyone could answer in its place: for test servers of your own only (--insecure)"),
}


class TrustForm(VerticalGroup):
    """The choice between the usual certificates, a file with more of them, and no check.

    Its fields are mounted when they are first shown, since most forms never ask.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(id="trust")
        self._trust = _trust_in(plan.cacert, plan.insecure)
        self._is_wanted = False
        self._choice: Field | None = None
        self._path = field_for(FIELDS["cacert"], plan.cacert or "")
        self._note = Note()  # a path is long, and so is a sentence about it

    @property
    def trust(self) -> Trust:
        """What was chosen."""
        return self._trust

    @property
    def is_wanted(self) -> bool:
        """Whether it is of use for an http URL as well: one may redirect to https."""
        return self._is_wanted or self._trust != "usual"

    @property
    def cacert(self) -> str:
        """The path as typed."""
        return self._path.text

    def fill(self, cacert: str | None, insecure: bool) -> None:
        """Chooses whom to trust, as a plan says it."""
        self._trust = _trust_in(cacert, insecure)
        if self._choice is not None:
            self._choice.fill(self._trust)
        self._path.fill(cacert or "")

    def show(self, error: str) -> None:
        """Shows what the choice means, and what is wrong with the file, unless the form is hidden."""
        if not self.display:
            return
        if self._choice is None:
            choices: list[tuple[str, str]] = [(text, trust) for text, (trust, _) in _CHOICES.items()]
            self._choice = choice_field("insecure", choices, self._trust, FIELDS["insecure"].on_form.label)
            self.mount(self._choice, self._path, self._note)
        self._choice.show_hint(next(words for trust, words in _CHOICES.values() if trust == self.trust))
        self._choice.note.set_class(self.trust == "unchecked", "-risky")
        self._path.display = self.trust == "file"
        self._path.show_error(error)
        self._note.show_errors(error)

    def focus_choice(self) -> None:
        """Shows the choice, from now on at http URLs too, and puts the cursor on it."""
        self._is_wanted = True
        self.display = True
        self.show("")
        self.call_after_refresh(self._focus_choice)

    def _focus_choice(self) -> None:
        if self._choice is not None:
            self._choice.control.focus()

    def focus_path(self) -> None:
        """Puts the cursor into the path."""
        self._path.control.focus()

    @on(Select.Changed)
    def _choose(self, event: Select.Changed) -> None:
        self._trust = cast(Trust, event.value)


def _trust_in(cacert: str | None, insecure: bool) -> Trust:
    return "unchecked" if insecure else "usual" if cacert is None else "file"
