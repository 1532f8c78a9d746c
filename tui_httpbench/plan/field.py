"""One value of a plan that a user sets: what its option, its place in the form and its key in files are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tui_httpbench.plan.plan import Plan, Request
from tui_httpbench.plan.scenario import Scenario, plain

Part = Literal["request", "plan", "scenario", "name"]
Kind = Literal["text", "list", "flag", "switch"]
Sheet = Literal["load", "trust", "knobs", "more"]

_OWNERS = {"request": Request, "plan": Plan, "scenario": Scenario}


@dataclass(frozen=True)
class Shown:
    """How the form shows a field: on which of its sheets, and in which row where fields stand side by side.

    ``empty`` says what an empty one means, which is the default; without it, a field must not be empty. ``is_menu``
    has one choose among the field's ``choices``.
    """

    sheet: Sheet
    row: int
    label: str
    hint: str = ""
    placeholder: str = ""
    empty: str = ""
    is_menu: bool = False


@dataclass(frozen=True)
class Field:
    """One value that a user sets.

    ``name`` is what the parser, the form and a PlanError call it; ``key`` its name in the ``part`` that holds it, and
    in files, where it is another one. Of the part ``name`` are those that name many values at once. ``option`` is the
    option as the help shows it. A ``list`` can be given more than once; a ``flag`` has one option, which sets the
    opposite of the default; a ``switch`` has two, for on and off. ``parse`` reads what was typed (of a ``list``: all of
    it), and raises PlanError; flags and switches need none. ``write`` is its opposite. ``told`` is the name in stored
    plans and in the JSON, where it is not the key. ``default`` says in the help what holds where nothing is given,
    where that is not the default value itself. ``choices`` are all that may be typed, or some of it.
    """

    name: str
    part: Part
    option: str
    help: str
    parse: Callable[[Any], Any] | None = None
    key: str = ""
    kind: Kind = "text"
    default: str = ""
    choices: tuple[str, ...] = ()
    is_file: bool = False
    told: str = ""
    write: Callable[[Any], str] | None = None
    shown: Shown | None = None

    def __post_init__(self) -> None:
        """Fills in the key, and the name in files."""
        object.__setattr__(self, "key", self.key or self.name)
        object.__setattr__(self, "told", self.told or self.key)

    @property
    def flags(self) -> tuple[str, ...]:
        """The names of the option, none where it goes by its place alone."""
        return tuple(word.rstrip(",") for word in self.option.split() if word.startswith("-"))

    @property
    def metavar(self) -> str:
        """What the help calls the value of the option."""
        return " ".join(word for word in self.option.split() if not word.startswith("-"))

    @property
    def default_value(self) -> Any:
        """What holds where nothing is given."""
        return next(each.default for each in dataclasses.fields(_OWNERS[self.part]) if each.name == self.key)

    @property
    def on_form(self) -> Shown:
        """How the form shows it. Raises ValueError where it does not."""
        if self.shown is None:
            raise ValueError(f"The form does not show {self.name}.")
        return self.shown

    @property
    def help_text(self) -> str:
        """What it means, with its default."""
        default = self.default or ("off" if self.default_value is False else self.text(self.default_value))
        return f"{self.help} (default: {default})"

    def value_in(self, plan: Plan) -> Any:
        """Its value in a plan."""
        owners: dict[str, object] = {"request": plan.request, "plan": plan, "scenario": plan.scenario}
        return getattr(owners[self.part], self.key)

    def read(self, given: Any) -> Any:
        """The value of what was typed, or of a bool where there is nothing to type. Raises PlanError."""
        return given if self.parse is None else self.parse(given)

    def text(self, value: Any) -> str:
        """The value as one types it; an empty text for None."""
        if self.write is not None:
            return self.write(value)
        if isinstance(value, float):
            return f"{value!r}".removesuffix(".0")
        return "" if value is None else str(plain(value))
