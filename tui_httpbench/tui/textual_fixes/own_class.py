"""Changes a class of a widget without styling all that lies in it.

Seen with Textual 8.2.8: each change of a class, or of ``:focus-within``, applies the styles of every widget below anew,
also where the rules with that class concern the one widget only: https://github.com/Textualize/textual/issues/6524
"""

from __future__ import annotations

from textual.widget import Widget


def set_own_class(widget: Widget, add: bool, name: str) -> None:
    """Adds or removes a class that is in no rule for what lies in the widget; nothing is done where it has it so."""
    if widget.has_class(name) != add:
        widget.set_class(add, name, update=False)
        widget.app.stylesheet.update_nodes([widget])
