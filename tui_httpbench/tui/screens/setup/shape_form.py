"""How bodies are read and sent, folded away below the rest of the form."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import VerticalGroup

from tui_httpbench.plan.field import Field as PlanField
from tui_httpbench.plan.fields import rows_on
from tui_httpbench.plan.plan import Plan
from tui_httpbench.tui.screens.setup.field import field_for
from tui_httpbench.tui.screens.setup.field_sheet import FieldSheet
from tui_httpbench.tui.screens.setup.fold import Fold
from tui_httpbench.tui.screens.setup.plan_form import SHAPE


class ShapeForm(VerticalGroup):
    """The fields of ``SHAPE``; the line that opens them says what they say."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(id="more")
        self._start = {value.name: value.text(value.value_in(plan)) for value in SHAPE}
        rows = [[field_for(value, self._start[value.name]) for value in row] for row in rows_on("shape")]
        self._sheet = FieldSheet(rows, explained="read")

    def compose(self) -> ComposeResult:
        """The line, and the fields behind it."""
        yield Fold(self._sheet, "shape", _title(self.texts))

    @property
    def texts(self) -> dict[str, str]:
        """What is typed and chosen, by the names of the fields."""
        # A menu has no value before it is on the screen.
        return self._sheet.texts if self._sheet.is_mounted else self._start

    def focus_field(self, name: str) -> None:
        """Opens the fold, and puts the cursor into a field."""
        self.query_one(Fold).collapsed = False
        self.call_after_refresh(self._sheet.fields[name].control.focus)

    def show(self, errors: Mapping[str, str]) -> None:
        """Shows what is wrong with the fields."""
        self._sheet.show(errors)
        title = _title(self.texts)
        if any(field.name in errors for field in SHAPE):
            title += " · wrong"
        self.query_one(Fold).title = title


def _title(texts: Mapping[str, str]) -> str:
    changed = [_in_words(field, texts[field.name]) for field in SHAPE if texts[field.name] not in ("", "whole")]
    return f"More · {', '.join(changed) or 'bodies read and sent at once'}"


def _in_words(field: PlanField, text: str) -> str:
    return {"read": "read piece by piece", "upload": "sent piece by piece"}.get(field.name, f"a body of {text} made up")
