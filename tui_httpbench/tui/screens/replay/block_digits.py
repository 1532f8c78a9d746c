"""Numbers in solid blocks, which the last row of a hall can read."""

from __future__ import annotations

from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

ROWS = 3
"""Rows of a number at its usual size: five dots, two to a row."""
_DOTS = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    ".": (" ", " ", " ", " ", "#"),
    ",": (" ", " ", " ", " ", "#"),
    "=": ("   ", "###", "   ", "###", "   "),
}
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def block_digits(text: str, scale: int = 1) -> list[str]:
    """A number of digits, points and equals signs as rows of blocks, ``scale`` times as large. Raises KeyError."""
    lines = [" ".join(_DOTS[character][row] for character in text) for row in range(5)]
    dots = ["".join(dot * scale for dot in line) for line in lines for _ in range(scale)]
    dots += [" " * len(dots[0])] * (len(dots) % 2)
    return [
        "".join(_HALVES[upper != " ", lower != " "] for upper, lower in zip(*pair, strict=True))
        for pair in zip(dots[::2], dots[1::2], strict=True)
    ]


class BlockNumber(Widget):
    """A number in blocks, as wide as it is, ``scale`` times the usual size."""

    DEFAULT_CSS = "BlockNumber { width: auto; height: auto; }"

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.value = "0"
        self.scale = 1

    def show(self, value: str, scale: int) -> None:
        """Draws another number, or another size."""
        if (value, scale) == (self.value, self.scale):
            return
        needs_layout = (len(value), scale) != (len(self.value), self.scale)
        self.value, self.scale = value, scale
        self.refresh(layout=needs_layout)

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002
        """Its columns."""
        return len(block_digits(self.value, self.scale)[0])

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Its rows."""
        return len(block_digits(self.value, self.scale))

    def render(self) -> Text:
        """The number."""
        return Text("\n".join(block_digits(self.value, self.scale)), no_wrap=True)
