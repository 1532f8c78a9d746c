"""The totals of a run in large digits."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Digits, Static

from tui_httpbench.bench.events import Progress
from tui_httpbench.formatting import format_clock, format_rate, plural
from tui_httpbench.tui.formatting import format_short, format_short_clock, format_stopwatch, widest_fitting_digits
from tui_httpbench.tui.widgets.panel import Panel

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
    """Elapsed time, requests, throughput and errors of the whole run; one line of text on small screens."""

    def compose(self) -> ComposeResult:
        """The four numbers, and the line that stands for them."""
        yield Total("Elapsed", id="total-elapsed")
        yield Total("Requests", id="total-requests")
        yield Total("Requests/s", id="total-rate")
        yield Total("Errors", id="total-errors")
        yield Static(id="totals-line")

    def show(self, progress: Progress) -> None:
        """Draws the run's numbers."""
        done, errors, rate = progress.done, progress.errors, progress.throughput
        elapsed = format_stopwatch(progress.elapsed_s)
        self._total("elapsed").show(elapsed, format_clock(progress.elapsed_s), format_short_clock(progress.elapsed_s))
        self._total("requests").show(f"{done:,}", format_short(done))
        self._total("rate").show(*(("-",) if rate is None else (format_rate(rate), format_short(rate))))
        self._total("errors").show(f"{errors:,}", format_short(errors))
        self._total("errors").set_class(errors > 0, "-failing")
        line = self.query_one("#totals-line", Static)
        if not line.display:
            return
        parts = [elapsed, f"{done:,} done", plural(errors, "error")]
        if rate is not None:
            parts.insert(2, f"{format_rate(rate)}/s")
        line.update(" · ".join(parts), layout=False)

    def _total(self, name: str) -> Total:
        return self.query_one(f"#total-{name}", Total)
