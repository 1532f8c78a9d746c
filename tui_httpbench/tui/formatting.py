"""Numbers as only the screens print them."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path

from rich.cells import cell_len

from tui_httpbench.text.formatting import format_clock, format_ms
from tui_httpbench.text.quoting import printable


def format_short(number: float) -> str:
    """A number in at most five characters: ``987``, ``41.9k``, ``2.41M``."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit * 0.9995:
            return f"{format_ms(number / limit)}{unit}"
    return f"{number:.0f}"


def format_seconds(seconds: float) -> str:
    """A duration in seconds to three digits, so that all of a chart have one unit: ``12.3 s``, ``0.0451 s``."""
    return f"{seconds:,.{seconds_decimals(seconds)}f} s"


def seconds_decimals(seconds: float) -> int:
    """The decimals of seconds that make three digits of a duration; six at most."""
    # What rounds up to the next power of ten has a digit more before the point.
    seconds = float(f"{seconds:.3g}")
    decimals = 2 - math.floor(math.log10(seconds)) if seconds > 0 else 0
    return min(max(decimals, 0), 6)


def format_stopwatch(seconds: float) -> str:
    """A time with its tenths: ``0:12.4``."""
    tenths = int(seconds * 10)
    return f"{format_clock(tenths // 10)}.{tenths % 10}"


_TITLE_SPARE = 5
"""Columns of a header that neither the title nor what follows it has: the dash between them, and the edges."""


def beside_title(title: str, text: str, width: int) -> str:
    """As many parts of a text as a header of so many columns has room for behind its title."""
    return whole_parts(text, width - cell_len(title) - _TITLE_SPARE)


def whole_parts(text: str, columns: int, between: str = " · ") -> str:
    """As many parts of a text as fit, from the left; where not even the first does, as many words."""
    parts = text.split(between)
    while len(parts) > 1 and len(between.join(parts)) > columns:
        del parts[-1]
    fitting = between.join(parts)
    return fitting if len(fitting) <= columns else textwrap.shorten(fitting, max(columns, 1), placeholder="…")


def folder_of(path: str) -> str:
    """The folder that a path without one of its own leads into, within the user's home from there: ``~/work``.

    Empty where the path names its folder itself, or the one that the app was started in is gone.
    """
    if Path(path).is_absolute():
        return ""
    try:
        folder = Path.cwd()
    except OSError:
        return ""
    try:
        return printable(str(Path("~") / folder.relative_to(Path.home())))
    except (ValueError, RuntimeError):  # it is elsewhere, or there is no home
        return printable(str(folder))
