"""The list of the questions, with as much of each as there is room for."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui_httpbench.plan.presets import QUESTIONS

ALL_FIELDS = "All fields"
ABOUT_ALL_FIELDS = "modes, load, headers, body, the embedded target: everything that can be set"
ROWS_FOR_ALL, ROWS_FOR_GAPS, COLUMNS_FOR_ALL = 30, 44, 112
"""With fewer, what a question does, or its conditions, is told of the one under the cursor; with 44 rows, they part."""
_TAKES_WIDTH = max(len(preset.takes) for preset in QUESTIONS)


class QuestionList(OptionList):
    """The questions: a click chooses one, and a second click on it asks it."""

    _clicked: int | None = None

    async def _on_click(self, event: events.Click) -> None:
        number = event.style.meta.get("option")
        # Also the one that is highlighted from the start: nobody has chosen it yet.
        if number is not None and number != self._clicked:
            event.prevent_default()
            self.highlighted = self._clicked = number


def options_for(size: Size) -> list[Option]:
    """The questions, each with how long it takes, and with what there is room for."""
    has_room, has_gaps, has_conditions = layout_of(size)
    told = [
        _Told(str(number), each.question, each.takes, each.conditions, each.why)
        for number, each in enumerate(QUESTIONS, start=1)
    ]
    told.append(_Told("a", ALL_FIELDS, "", "", ABOUT_ALL_FIELDS))
    width = max(len(each.question) for each in told)
    gap = "\n" if has_gaps else ""
    return [
        Option(
            Content.assemble(
                (f"{gap}{each.key}  ", "$text-accent"),
                (each.question.ljust(width), "bold"),
                f"  {each.takes:{_TAKES_WIDTH}}",
                (f"  {each.conditions}" if has_conditions else "", "dim"),
                (f"\n   {each.why}" if has_room else "", "dim"),
                gap,
            )
        )
        for each in told
    ]


def layout_of(size: Size) -> tuple[bool, bool, bool]:
    """Whether there is room for what each question does, for gaps between them, and for their conditions."""
    return size.height >= ROWS_FOR_ALL, size.height >= ROWS_FOR_GAPS, size.width >= COLUMNS_FOR_ALL


class _Told(NamedTuple):
    key: str
    question: str
    takes: str
    conditions: str
    why: str
