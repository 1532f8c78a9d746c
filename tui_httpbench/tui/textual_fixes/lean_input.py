"""An input that does not lay the whole screen out for each key.

Seen with Textual 8.2.8: an input tells at each key how long its text is (``virtual_size``), and like any widget whose
contents grow it asks for the screen to be laid out anew, though its own size does not go by its text. No upstream issue
known.
"""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class LeanInput(Input):
    """Its width and height are those of its styles, whatever is typed."""

    virtual_size = Reactive(Size(0, 0), layout=False)
