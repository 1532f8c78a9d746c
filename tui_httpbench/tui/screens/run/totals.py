"""The totals of a run: its clock, and what became of its requests."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_httpbench.bench.events import Progress
from tui_httpbench.text.formatting import plural
from tui_httpbench.tui.formatting import format_short, format_stopwatch, whole_parts
from tui_httpbench.tui.parts.panel import Panel

_BOLD = Style(bold=True)
Part = tuple[str, str]
"""A text and the name of its style."""


class Totals(Panel):
    """Elapsed time, requests, errors and what all of them ended in: three lines, or one where there is no room."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"totals--number", "totals--noun", "totals--error"}

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self._lines: tuple[tuple[Part, ...], ...] = ()
        self.set_heading("This run")

    def show(self, progress: Progress) -> None:
        """Draws the run's numbers; nothing while they are as before."""
        lines = lines_of(progress, self.content_size.width)
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One of the lines; all of them in the only one of a low widget."""
        columns, rows = self.content_size
        ground = self.rich_style
        if rows >= len(self._lines):
            parts = self._lines[y] if y < len(self._lines) else ()
        else:
            parts = self._in_one(columns) if y == 0 else ()
        segments = [Segment(text, self._style_of(look)) for text, look in parts]
        return Strip(segments).apply_style(ground).adjust_cell_length(columns, ground)

    def _in_one(self, columns: int) -> tuple[Part, ...]:
        """As many of the lines, one behind the other, as are whole."""
        parts: list[Part] = []
        for line in filter(None, self._lines):
            more = [(" · ", "noun"), *line] if parts else [*line]
            if sum(len(text) for text, _ in (*parts, *more)) > columns:
                break
            parts += more
        return tuple(parts)

    def _style_of(self, look: str) -> Style:
        style = self.get_component_rich_style(f"totals--{look}")
        color = Style(color=style.color, dim=style.dim)
        return color if look == "noun" else color + _BOLD


def lines_of(progress: Progress, columns: int) -> tuple[tuple[Part, ...], ...]:
    """The clock; how many requests and errors there are; and what they ended in, as far as that fits."""
    done, errors = progress.done, progress.errors
    requests = f"{done:,}" if len(f"{done:,}") <= 12 else format_short(done)
    failed = plural(errors, "error") if errors else "no errors"
    return (
        ((format_stopwatch(progress.elapsed_s), "number"), (" elapsed", "noun")),
        (
            (requests, "number"),
            (" request" if done == 1 else " requests", "noun"),
            (", ", "noun"),
            (failed, "error" if errors else "noun"),
        ),
        _ends(progress, columns),
    )


def _ends(progress: Progress, columns: int) -> tuple[Part, ...]:
    """``HTTP 200 × 28,433``: statuses and kinds of error, failures first; none of them is cut."""
    kinds = [(name, count, "error") for name, count in progress.failures]
    kinds += [(name, count, "number") for name, count in progress.answers]
    for write in ("{:,}".format, format_short):
        parts: list[Part] = []
        for name, count, look in kinds:
            parts += [(", ", "noun")] if parts else []
            parts.append((f"{'HTTP ' if name.isdigit() else ''}{name} × {write(count)}", look))
        if sum(len(text) for text, _ in parts) <= columns:
            return tuple(parts)
    text = whole_parts("".join(text for text, _ in parts), columns, ", ")
    return ((text, "error" if progress.errors else "number"),) if text else ()
