"""Bars and sparklines in block characters, as plain text; who calls gives them colours."""

from __future__ import annotations

from collections.abc import Sequence

_UPRIGHT = " ▁▂▃▄▅▆▇█"
LYING = " ▏▎▍▌▋▊▉█"
Part = tuple[Sequence[float], float]


def thin_bar(share: float, columns: int) -> tuple[str, str]:
    """The done and the remaining part of a line, in steps of half a cell."""
    halves = round(share * columns * 2)
    full, half = divmod(halves, 2)
    done = "━" * full + "╸" * half
    if halves in (0, columns * 2):
        return done, "━" * (columns - len(done))
    rest = columns - len(done)
    return done, ("" if half else "╺")[:rest] + "━" * (rest - (not half))


def thick_bar(share: float, columns: int) -> tuple[str, str]:
    """The done and the remaining part of a row of blocks, in steps of an eighth of a cell."""
    full, eighths = divmod(round(share * columns * 8), 8)
    done = "█" * full + LYING[eighths].strip()
    return done, "░" * (columns - len(done))


def sparkline(
    parts: Sequence[Part], columns: int, rows: int, largest: float | None = None
) -> list[list[tuple[str, bool]]]:
    """Rows of cells, the top row first; a cell is its character and whether others stand on it.

    The floor is zero, since a sparkline from its smallest value makes drama of noise. ``parts`` follow one another:
    their values, and the share of the columns where they end. What was not measured is blank; what was is never.
    ``largest`` is the value at the top, that of the largest one unless given.
    """
    largest = largest or max((value for values, _ in parts for value in values), default=0.0) or 1.0
    heights: list[int] = []
    for values, end in parts:
        heights += _column_heights(values, round(columns * min(end, 1.0)) - len(heights), rows * 8, largest)
    heights += [0] * (columns - len(heights))
    return [
        [(_UPRIGHT[min(max(height - row * 8, 0), 8)], height > (row + 1) * 8) for height in heights]
        for row in range(rows - 1, -1, -1)
    ]


def _column_heights(values: Sequence[float], columns: int, full: int, largest: float) -> list[int]:
    """Values averaged or stretched to ``columns``."""
    if not values:
        return [0] * columns
    heights = []
    for column in range(columns):
        start = column * len(values) // columns
        end = max((column + 1) * len(values) // columns, start + 1)
        heights.append(max(round(sum(values[start:end]) / (end - start) / largest * full), 1))
    return heights
