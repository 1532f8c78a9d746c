"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from tui_httpbench.text.quoting import printable

Side = Literal["left", "right"]
_RULES: dict[Side, str] = {"left": ":--", "right": "--:"}


def markdown_table(columns: Mapping[str, Side], rows: Sequence[Sequence[str]]) -> str:
    """A table as GitHub and others draw it; ``columns`` has the side that each is aligned to, by its heading."""
    lines = [list(columns), [_RULES[side] for side in columns.values()], *rows]
    return "".join(f"| {' | '.join(_escaped(cell) for cell in line)} |\n" for line in lines)


def _escaped(cell: str) -> str:
    return printable(cell.replace("\\", "\\\\").replace("|", "\\|"))
