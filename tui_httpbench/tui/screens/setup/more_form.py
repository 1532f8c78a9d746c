"""What most runs leave alone, folded away: rounds, budget, timeout, seed, profile, sweep, bodies and variants."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import VerticalGroup

from tui_httpbench.plan.field import Field as PlanField
from tui_httpbench.plan.fields import rows_on
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.variants import Variant
from tui_httpbench.text.formatting import plural
from tui_httpbench.tui.plan_words import describe_budget, describe_profile, describe_rounds
from tui_httpbench.tui.screens.setup.field import field_for
from tui_httpbench.tui.screens.setup.field_sheet import FieldSheet
from tui_httpbench.tui.screens.setup.fold import Fold
from tui_httpbench.tui.screens.setup.plan_form import MORE, FormReading
from tui_httpbench.tui.screens.setup.variants_editor import VariantsEditor

ROWS_TO_OPEN = 44
"""With so many rows of the terminal it is open from the beginning."""
_AT_REST = "rounds, budget, timeout, seed, profile, sweep, bodies, variants"


class MoreForm(VerticalGroup):
    """The fields of ``MORE`` and the variants; the line that opens them says what of them is not as usual."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(id="more")
        # A random seed is none that the user gave.
        self._texts = {
            value.name: "" if value.name == "seed" and not plan.seed_given else value.text(value.value_in(plan))
            for value in MORE
        }
        self._given = plan.variants
        self._reading = FormReading(plan)
        self._sheet: FieldSheet | None = None
        self._variants: VariantsEditor | None = None

    def compose(self) -> ComposeResult:
        """The line, and the fields behind it."""
        is_open = self.app.size.height >= ROWS_TO_OPEN
        yield Fold(self._make_fields, "more-fold", self._title(), is_open=is_open)

    def _make_fields(self) -> VerticalGroup:
        rows = [[field_for(value, self._texts[value.name]) for value in row] for row in rows_on("more")]
        self._sheet = FieldSheet(rows, explained="rounds")
        self._variants = VariantsEditor(self._given)
        self._show_fields()
        return VerticalGroup(self._sheet, self._variants)

    @property
    def texts(self) -> dict[str, str]:
        """What is typed and chosen, by the names of the fields."""
        # A menu has no value before it is on the screen.
        if self._sheet is not None and self._sheet.is_mounted:
            self._texts = self._sheet.texts
        return dict(self._texts)

    @property
    def variants(self) -> tuple[Variant | str, ...]:
        """The variants: as they are typed, or those of the plan while nobody has seen them."""
        return self._given if self._variants is None else self._variants.variants

    def fill(self, values: Mapping[str, object]) -> None:
        """Fills in those of the given fields of a plan that stand here."""
        for value in MORE:
            if value.key in values:
                self._texts[value.name] = text = value.text(values[value.key])
                if self._sheet is not None:
                    self._sheet.fields[value.name].fill(text)

    def focus_field(self, name: str) -> None:
        """Opens the fold, and puts the cursor into a field."""
        self.query_one(Fold).collapsed = False
        self.call_after_refresh(self._focus, name)

    def _focus(self, name: str) -> None:
        if name == "variants" and self._variants is not None:
            self._variants.focus_wrong()
        elif self._sheet is not None:
            self._sheet.fields[name].control.focus()

    def show(self, reading: FormReading) -> None:
        """Shows what is wrong with the fields, and what their values mean."""
        self._reading = reading
        self._show_fields()
        title = self._title()
        if any(name in reading.errors for name in (*(field.name for field in MORE), "variants")):
            title += " · wrong"
        self.query_one(Fold).title = title

    def _show_fields(self) -> None:
        reading = self._reading
        if self._sheet is None or self._variants is None:
            return
        self._sheet.fields["rounds"].show_hint(describe_rounds(reading.rounds, reading.plan))
        self._sheet.fields["budget"].show_hint(describe_budget(reading.rounds))
        self._sheet.fields["profile"].show_hint(describe_profile(reading.profile, reading.concurrency))
        self._sheet.show(reading.errors)
        self._variants.show(reading.errors.get("variants", ""), reading.plan)

    def _title(self) -> str:
        texts = self.texts
        changed = [_in_words(field, texts[field.name]) for field in MORE if texts[field.name] != _usual(field)]
        if self.variants:
            changed.append(plural(len(self.variants), "variant"))
        return f"More · {', '.join(changed) or _AT_REST}"


def _usual(field: PlanField) -> str:
    return "" if field.on_form.empty or field.name == "seed" else field.text(field.default_value)


def _in_words(field: PlanField, text: str) -> str:
    match field.name:
        case "read":
            return "read piece by piece"
        case "upload":
            return "sent piece by piece"
        case "data_size":
            return f"a body of {text} made up"
    return f"{field.on_form.label.lower()} {text}"
