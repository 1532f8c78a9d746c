"""Tables in Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from tui_httpbench.text.quoting import printable

Side = Literal["left", "right"]
_RULES: dict[Side, str] = {"left": ":--", "right": "--:"}


def markdown_table(columns: Mapping[str, Side], rows: Sequence[Sequence[str]]) -> str:
    """A table as GitHub and others draw it; ``columns`` has the side that each is aligned to, by its heading.

    Cells show as they are.
    """
    lines = [list(columns), [_RULES[side] for side in columns.values()], *([*map(markdown_text, row)] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def markdown_text(text: str) -> str:
    """A text that shows as it is, on one line; nobody is called whose name stands in it behind an @."""
    escaped = re.sub(r"([\\`*_\[\]<>|#~&])", r"\\\1", printable(text))
    return re.sub(r"(?<![\w.\-])@(?=\w)", "@<!-- -->", escaped)


def markdown_code(text: str) -> str:
    """The same as code, in which nothing is a link."""
    shown = printable(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    room = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{room}{shown}{room}{fence}"
