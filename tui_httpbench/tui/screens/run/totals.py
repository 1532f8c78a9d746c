"""The totals of a run in large digits."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Digits, Static

from tui_httpbench.bench.events import Progress
from tui_httpbench.text.formatting import format_clock, plural
from tui_httpbench.tui.formatting import (
    format_short,
    format_short_clock,
    format_stopwatch,
    whole_parts,
    widest_fitting_digits,
)
from tui_httpbench.tui.parts.panel import Panel
from tui_httpbench.tui.screens.run.run_words import format_time_left, time_left_in_words

_GAP = 1


class Total(Vertical, Panel):
    """One number in large digits under its name."""

    def __init__(self, title: str, id: str) -> None:
        super().__init__(id=id)
        self._texts: tuple[str, ...] = ("–",)
        self.set_heading(title)

    def compose(self) -> ComposeResult:
        """The digits."""
        yield Digits()

    def show(self, *texts: str) -> None:
        """Shows the first of ``texts`` that fits, the most exact one first; else the last."""
        self._texts = texts
        self.on_resize()

    def on_resize(self) -> None:
        """Chooses again what fits."""
        cells = self.content_size.width - _GAP
        self.query_one(Digits).update(widest_fitting_digits(self._texts, cells) or self._texts[-1])


class Totals(Horizontal):
    """Elapsed time, what is left of it at most, requests and errors of the run; a line of text on small screens."""

    def compose(self) -> ComposeResult:
        """The four numbers, and the line that stands for them."""
        yield Total("Elapsed", id="total-elapsed")
        yield Total("Left at most", id="total-left")
        yield Total("Requests", id="total-requests")
        yield Total("Errors", id="total-errors")
        yield Static(id="totals-line")

    def show(self, progress: Progress) -> None:
        """Draws the run's numbers."""
        done, errors, left_s = progress.done, progress.errors, progress.time_left_s
        elapsed = format_stopwatch(progress.elapsed_s)
        self._total("elapsed").show(elapsed, format_clock(progress.elapsed_s), format_short_clock(progress.elapsed_s))
        self._total("requests").show(f"{done:,}", format_short(done))
        left = ("-",) if left_s is None else (format_time_left(left_s), format_short_clock(left_s))
        self._total("left").show(*left)
        self._total("errors").show(f"{errors:,}", format_short(errors))
        self._total("errors").set_class(errors > 0, "-failing")
        line = self.query_one("#totals-line", Static)
        if not line.display:
            return
        parts = [elapsed, time_left_in_words(progress), plural(errors, "error"), f"{done:,} done"]
        line.update(whole_parts(" · ".join(parts), line.content_size.width), layout=False)

    def _total(self, name: str) -> Total:
        return self.query_one(f"#total-{name}", Total)
