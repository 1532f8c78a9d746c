"""A button with the few styles that a flat one needs.

Seen with Textual 8.2.8: the styles of its button are rules for five variants in three looks each, and to parse them
takes longer than to parse those of the whole form. No upstream issue known.
"""

from __future__ import annotations

from textual import widgets


class Button(widgets.Button, inherit_css=False):
    """One line without a border; rules for ``Button`` are for it as well."""

    DEFAULT_CSS = """
    Button {
        width: auto;
        height: auto;
        line-pad: 1;
        text-align: center;
        content-align: center middle;
        pointer: pointer;
        color: $button-foreground;
        background: $surface;
        &:hover { background: $surface-darken-1; }
        &:focus { text-style: $button-focus-text-style; background-tint: $foreground 5%; }
        &:disabled { text-opacity: 0.6; pointer: not-allowed; }
        &.-active { tint: $background 30%; }
        &:ansi { background: ansi_default; }
    }
    """
