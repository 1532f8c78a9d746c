"""What is wrong with a plan, in a sentence."""

from __future__ import annotations


class PlanError(ValueError):
    """A value of the plan is wrong; ``field`` names it, the text is one sentence for the user."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def shortened(text: str, limit: int = 40) -> str:
    """A value as a sentence quotes it: at most ``limit`` characters, the last an ellipsis where it is longer."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
