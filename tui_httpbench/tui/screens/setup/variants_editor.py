"""The variants of a run: a row each, label and what it stands for, the last one empty for the next."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tui_httpbench.clients.entrants import entrant_of
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.variants import MAX_LABEL_LENGTH, Variant, parse_variant
from tui_httpbench.text.formatting import enumerate_first, plural
from tui_httpbench.tui.screens.setup.rows_editor import RowsEditor
from tui_httpbench.tui.screens.setup.typed_row import RowInput, RowName, TypedRow

MAX_NAMES = 3
"""How many lanes a row names; of further ones it says how many there are."""
EXAMPLES = "httpx==0.27.2, ./checkout, python=3.13, loop=uvloop"
AS_IT_IS = "this environment, as it is"
_USER_IN_URL = re.compile(r"://[^/\s]*@")


class VariantRow(TypedRow):
    """One variant: its label, and requirements, an interpreter or an event loop with commas between."""

    PARTED_BY = "="

    DEFAULT_CSS = """
    VariantRow RowName { width: 14; }
    """

    def __init__(self, label: str = "", spec: str = "", given: Variant | None = None) -> None:
        super().__init__(
            RowName(label, placeholder="label", compact=True, max_length=MAX_LABEL_LENGTH),
            RowInput(
                spec,
                placeholder=AS_IT_IS if label else EXAMPLES,
                compact=True,
                classes="row-value",
            ),
            remove="Remove this variant",
        )
        # What was given may hold credentials that its text leaves out: it stays as it is until it is edited.
        self._given = given
        self._texts_of_given = (label, spec)

    @property
    def is_as_given(self) -> bool:
        """Whether it was there at the start and is as it was."""
        return self._given is not None and self.texts == self._texts_of_given

    @property
    def variant(self) -> Variant:
        """What is typed, as it is meant. Raises PlanError."""
        if self._given is not None and self.is_as_given:
            return self._given
        label, spec = self.texts
        return parse_variant(f"{label}={spec}")

    def check(self) -> None:
        """Looks at label and what it stands for. Raises PlanError."""
        _ = self.variant

    def check_name(self) -> None:
        """Looks at the label alone. Raises PlanError."""
        parse_variant(f"{self.name_input.value}=")

    def edited(self) -> None:
        """Masks the credentials of a URL, and says what an empty field stands for."""
        self.value_input.placeholder = AS_IT_IS if self.name_input.value.strip() else EXAMPLES
        self.value_input.password = bool(_USER_IN_URL.search(self.value_input.value))

    def show_lanes(self, plan: Plan | None) -> None:
        """Says which lanes run with it."""
        label = self.name_input.value.strip()
        lanes = [mode for mode in plan.modes if entrant_of(mode).variant == label] if plan is not None and label else []
        self.note.show_hint(f"{plural(len(lanes), 'lane')}: {enumerate_first(lanes, MAX_NAMES)}" if lanes else "")


class VariantsEditor(RowsEditor[VariantRow]):
    """Adds, edits and removes variants; each says which lanes run with it."""

    def __init__(self, variants: Iterable[Variant]) -> None:
        self._given = {variant.label: variant for variant in variants}
        texts = [variant.stored.partition("=")[::2] for variant in self._given.values()]
        super().__init__(texts, id="variants")
        self.border_title = "Variants"

    def make_row(self, name: str = "", value: str = "") -> VariantRow:
        """The row of a variant."""
        return VariantRow(name, value, self._given.get(name))

    @property
    def variants(self) -> tuple[Variant | str, ...]:
        """What is typed: ``LABEL=SPEC``, or the variant that was given and is as it was."""
        return tuple(
            row.variant if row.is_as_given else "=".join((row.name_input.value.strip(), row.value_input.value))
            for row in self.rows
            if not row.is_blank
        )

    def show(self, error: str, plan: Plan | None) -> None:
        """Shows at each row what is wrong, or which lanes run with it."""
        self.show_error(error)
        for row in self.rows:
            row.show_lanes(plan)
