"""What is wrong with a plan, in a sentence."""

from __future__ import annotations

from tui_httpbench.text.hiding import ANYONES
from tui_httpbench.text.quoting import safe_sentence


class PlanError(ValueError):
    """A value of the plan is wrong; ``field`` names it, the text is one sentence for the user."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(safe_sentence(ANYONES.hide(message)))
        self.field = field
