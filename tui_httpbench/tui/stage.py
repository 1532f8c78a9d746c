"""The dress for a stage: a theme with the most contrast."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.theme import Theme

STAGE_CLASS = "-present"
STAGE_ACTIONS = (
    *("answer", "ask_to_stop", "toggle_log"),
    *("move", "open", "leave"),
    *("app.replay", "make_more_rounds", "toggle_pause", "step", "close"),
    *("ask", "run", "edit", "dismiss", "quit"),
)
"""What the keys in the footer do: those that a speaker needs."""


def is_on_stage(app: App[Any]) -> bool:
    """Whether an audience looks on: the speaker's own URLs are neither shown there nor replaced by what is shown."""
    return app.has_class(STAGE_CLASS)


STAGE_THEME = Theme(
    name="httpbench-stage",
    primary="#5fb3ff",
    secondary="#c9a6ff",
    accent="#ffd23f",
    success="#3ddc84",
    warning="#ff9f1c",
    error="#ff6b6b",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#101418",
    dark=True,
    variables={"text-muted": "#c8d0d8", "footer-key-foreground": "#ffd23f"},
)
