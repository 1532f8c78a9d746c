"""The latest latencies of the spotlit mode."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import ClassVar

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_httpbench.measured.samples import LATENCY, Samples, error_mask, no_samples
from tui_httpbench.text.formatting import format_ms
from tui_httpbench.tui.parts.blocks import sparkline
from tui_httpbench.tui.parts.panel import Panel

MAX_REQUESTS = 400
_LABEL = 12
"""The least columns for what stands beside the bars."""
_AROUND_HEADING = 4
_WIDEST_COLUMN = 3


@dataclass(frozen=True)
class Latest:
    """The latest requests of one mode; ``is_running`` is False once its round is over."""

    mode: str
    samples: Samples
    is_running: bool = True

    @classmethod
    def none(cls) -> Latest:
        """Before the first request."""
        return cls("", no_samples(), False)

    def is_same(self, other: Latest) -> bool:
        """Whether both end with the same request."""
        return (self.mode, self.is_running, len(self.samples)) == (
            other.mode,
            other.is_running,
            len(other.samples),
        ) and (not len(self.samples) or bool((self.samples[-1] == other.samples[-1]).all()))


class LatencyPlot(Panel):
    """A column for each request, the newest on the right, over a floor of zero; failed ones in the colour of errors."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"latency-plot--bar", "latency-plot--error", "latency-plot--muted"}

    def __init__(self) -> None:
        super().__init__(classes="panel")
        self._latest = Latest.none()
        self._strips: list[Strip] = []
        self.set_heading("Latest latencies")

    def show(self, latest: Latest, *, is_held: bool = False) -> None:
        """Draws these requests, ``is_held`` where the user stays with their mode; nothing while they are as before."""
        if latest.mode:
            has_failed = len(latest.samples) > 0 and bool(error_mask(latest.samples).all())
            mark = "▶" if latest.is_running else "✗" if has_failed else "✓"
            name = f"{mark} {latest.mode}"
            choices = (f"{name}: latencies, held", f"{name}, held") if is_held else (f"{name}: latencies",)
            room = self.outer_size.width - _AROUND_HEADING
            self.set_heading(next((text for text in choices if len(text) <= room), name))
        if latest.is_same(self._latest):
            return
        self._latest = latest
        self._strips.clear()
        self.refresh()

    def on_resize(self) -> None:
        """Draws for the new size."""
        super().on_resize()
        self._strips.clear()

    def notify_style_update(self) -> None:
        """Draws anew in another theme's colours."""
        super().notify_style_update()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """One line of the plot."""
        if not self._strips:
            self._strips = self._draw(*self.content_size)
        if y >= len(self._strips):
            return Strip.blank(self.content_size.width, self.rich_style)
        return self._strips[y].apply_style(self.rich_style)

    def _draw(self, columns: int, rows: int) -> list[Strip]:
        longest_ms = max(self._latest.samples[:, LATENCY], default=0) / 1e6
        beside = max(_LABEL, len(f" p50 {format_ms(longest_ms)} ms"))
        plot = max(columns - beside, 0)
        samples = self._latest.samples[-plot:] if plot else no_samples()
        if not len(samples) or not rows:
            return []
        latencies_ms = samples[:, LATENCY] / 1e6
        top_ms = round_up(float(latencies_ms.max()))
        width = min(plot // len(samples), _WIDEST_COLUMN)
        used = width * len(samples)
        cells = sparkline([(tuple(latencies_ms), 1.0)], used, rows, largest=top_ms)
        failed = np.repeat(error_mask(samples), width)
        bar, error, muted = (self._color(role) for role in ("bar", "error", "muted"))
        labels = [""] * rows
        labels[-1] = "0"
        if rows > 1:
            labels[1] = f"p50 {format_ms(float(np.median(latencies_ms)))} ms"
        labels[0] = f"{format_ms(top_ms).removesuffix('.00').removesuffix('.0')} ms"
        strips = []
        for row, label in zip(cells, labels, strict=True):
            segments = [Segment(" " * (plot - used))]
            characters = zip((character for character, _ in row), failed, strict=True)
            for is_failed, alike in groupby(characters, key=itemgetter(1)):
                segments.append(Segment("".join(character for character, _ in alike), error if is_failed else bar))
            segments.append(Segment(f" {label}".ljust(beside)[:beside], muted))
            strips.append(Strip(segments).simplify().adjust_cell_length(columns))
        return strips

    def _color(self, role: str) -> Style:
        style = self.get_component_rich_style(f"latency-plot--{role}")
        return Style(color=style.color, bold=style.bold, dim=style.dim)


def round_up(number: float) -> float:
    """The next of 1, 2, 5, 10, 20 … at or above, so that a scale stays while its values change a little."""
    if number <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(number))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= number * (1 - 1e-9))
