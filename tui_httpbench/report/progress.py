"""Live progress on a terminal: one bar a mode, redrawn from the runner's numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TextIO

from rich import progress as rich_progress
from rich.console import Console
from rich.table import Column
from rich.text import Text

from tui_httpbench.analysis.places import NO_VERDICT_YET, knows_places
from tui_httpbench.bench.events import LaneProgress, Progress
from tui_httpbench.bench.sweep_events import SweepProgress
from tui_httpbench.report.live_bars import LinedBars, LiveBars, bar_column, console_on
from tui_httpbench.report.run_words import TIME_LEFT_UNKNOWN, round_in_words, time_left_in_words
from tui_httpbench.text.formatting import format_clock, format_rate, plural, undecided_pairs_within

MAX_BAR_COLUMNS = 60
MAX_KINDS = 2
"""How many kinds of failure a line names; of further ones it says how many there are."""
_STATE_STYLES = {"waiting": "dim", "starting": "bold", "running": "bold", "done": "", "failed": "red"}


class LiveProgress(LiveBars):
    """Bars on a terminal, between ``with`` and its end; ``update`` redraws them."""

    def __init__(self, stream: TextIO, *, transient: bool) -> None:
        """Draws on ``stream``, a terminal; the bars vanish at the end if ``transient``."""
        super().__init__(_bars_on(console_on(stream), transient=transient))

    def update(self, progress: Progress) -> None:
        """Shows where the run stands."""
        self._update_lanes(progress.lanes)
        self.bars.headline = headline(progress)
        self.bars.subline = undecided_line(progress, self.bars.console.width)
        self.bars.refresh()

    def update_sweep(self, progress: SweepProgress) -> None:
        """Shows where a sweep stands: the lanes of the point whose turn it is."""
        if progress.current is not None:
            self._update_lanes(progress.current.run.lanes)
        self.bars.headline = sweep_headline(progress)
        self.bars.refresh()

    def _update_lanes(self, lanes: tuple[LaneProgress, ...]) -> None:
        for lane in lanes:
            if lane.mode not in self.tasks:
                self.tasks[lane.mode] = self.bars.add_task(lane.mode, total=1.0, lane=lane)
            self.bars.update(self.tasks[lane.mode], completed=lane.share, lane=lane)


class _LaneColumn(rich_progress.ProgressColumn):
    """A text made from a lane, in the style of the lane's state unless another one is given."""

    def __init__(
        self, text: Callable[[LaneProgress], str], justify: Literal["left", "right"], style: str | None = None
    ) -> None:
        super().__init__(Column(no_wrap=True, justify=justify))
        self._text = text
        self._style = style

    def render(self, task: rich_progress.Task) -> Text:
        """The lane's text."""
        lane: LaneProgress = task.fields["lane"]
        return Text(self._text(lane), style=_STATE_STYLES[lane.state] if self._style is None else self._style)


def _count_of(lane: LaneProgress) -> str:
    return f"{lane.done:,}" if lane.total is None else f"{lane.done:,}/{lane.total:,}"


def _failures_of(lane: LaneProgress) -> str:
    """What the failed requests of a lane ended in, and how many did: ``405 × 600``; empty where none failed."""
    named = [f"{name} × {count:,}" for name, count in lane.failures]
    more = f" and {len(named) - MAX_KINDS} more" if len(named) > MAX_KINDS else ""
    return f"{', '.join(named[:MAX_KINDS])}{more}"


def _bars_on(console: Console, *, transient: bool) -> LinedBars:
    """A bar a mode."""
    return LinedBars(
        _LaneColumn(lambda lane: lane.mode, "left"),
        bar_column(MAX_BAR_COLUMNS),
        _LaneColumn(_count_of, "right"),
        _LaneColumn(lambda lane: "" if lane.throughput is None else f"{format_rate(lane.throughput)}/s", "right"),
        _LaneColumn(_failures_of, "left", "bold red"),
        console=console,
        transient=transient,
        expand=console.width <= MAX_BAR_COLUMNS + 60,
    )


def sweep_headline(progress: SweepProgress) -> str:
    """Where a sweep stands: its round, the point whose turn it is, the time so far, and how much is left at most."""
    current, sweep = progress.current, progress.sweep
    if current is None:
        return "starting"
    over = sum(point.is_over for point in progress.points)
    if progress.stage == "ended":
        return f"{plural(progress.round, 'round')} of {plural(len(progress.points), 'value')} · " + format_clock(
            progress.elapsed_s
        )
    number = round_in_words(progress.round, progress.rounds, progress.least_rounds, is_auto=progress.is_auto)
    parts = [
        number if progress.time_left_s is None else f"{number}, {time_left_in_words(progress.time_left_s)}",
        sweep.place_in_words(current.value),
        f"{over} of {plural(len(progress.points), 'value')} done" if over else plural(len(progress.points), "value"),
        format_clock(progress.elapsed_s),
    ]
    return " · ".join(parts)


def headline(progress: Progress) -> str:
    """Where the run stands: its round, the time so far, and how much there is left of it at most."""
    if not progress.round:
        return "checking" if progress.stage == "checking" else "starting"
    is_over = progress.stage == "ended"
    where = _round_of(progress, is_over)
    left = time_left_in_words(progress.time_left_s, progress.expected_s, progress.elapsed_s)
    if left != TIME_LEFT_UNKNOWN and not is_over:
        where = f"{where}, {left}"
    return f"{where} · {format_clock(progress.elapsed_s)}"


def _round_of(progress: Progress, is_over: bool) -> str:
    if is_over:
        return f"{plural(progress.round, 'round')}{' (auto)' if progress.is_auto else ''}"
    return round_in_words(progress.round, progress.rounds, progress.least_rounds, is_auto=progress.is_auto)


def undecided_line(progress: Progress, columns: int) -> str:
    """Which neighbours an automatic run can't tell apart yet, as many as fit; empty before there is a ranking."""
    if not progress.is_auto or not progress.ranking:
        return ""
    if not knows_places(progress.ranking):
        return NO_VERDICT_YET
    if not progress.undecided:
        return "undecided: nothing"
    line = undecided_pairs_within(progress.undecided, columns)
    return line or f"undecided: {plural(len(progress.undecided), 'pair')}"
