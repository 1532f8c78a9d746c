"""How one mode's lane is drawn while it is measured."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench.events import LaneProgress
from tui_httpbench.formatting import format_rate
from tui_httpbench.tui.formatting import format_short
from tui_httpbench.tui.widgets.blocks import Part, sparkline, thick_bar, thin_bar
from tui_httpbench.tui.widgets.standing import IntervalScale, interval_in_words, place_and_ratio

MAX_ROWS = 7
_WIDE = 140
_MEDIUM = 110
_TINY = 66
_PLACE_AND_RATIO = 10
_INTERVAL = 12
_EXACT_UP_TO = 9_999
_MARKS: dict[str, str] = {"waiting": "·", "waited": "✓", "starting": "▶", "running": "▶", "done": "✓", "failed": "✗"}


@dataclass(frozen=True)
class LaneLayout:
    """Where the columns of all lanes are, in cells; a lane has one to seven rows."""

    columns: int
    rows: int
    name: int
    move: int
    state: int

    @classmethod
    def of(cls, modes: tuple[str, ...], rounds: int, columns: int, rows: int) -> LaneLayout:
        """The layout for these modes in this space."""
        name = max(map(len, modes)) + len("▶ ")
        return cls(columns, rows, name, len(f" ▲{max(len(modes) - 1, 1)}"), len(f"waiting for round {rounds}"))

    @property
    def named(self) -> int:
        """Name and move, with the gap behind them."""
        return self.name + self.move + 1

    @property
    def title(self) -> int:
        """Name and state, with the gap behind them."""
        if self.rows > 1:
            return max(self.named, self.state + 3)
        return self.named + (0 if self.is_tiny else self.state + 1)

    @property
    def standing(self) -> int:
        """Place and ratio, under them or (in lanes of one row, where there is room) behind them its interval."""
        if self.rows > 1:
            return max(_PLACE_AND_RATIO, _INTERVAL) + (0 if self.is_tiny else 2)
        return _PLACE_AND_RATIO + (_INTERVAL + 4 if self.has_interval_behind else 1)

    @property
    def has_interval_behind(self) -> bool:
        """Whether the interval stands behind the ratio."""
        return self.rows == 1 and self.columns >= _MEDIUM

    @property
    def rate(self) -> int:
        """Throughput, with the gap before it."""
        return 9 if self.is_tiny or self.rows == 1 else 14 if self.columns >= _WIDE else 11

    @property
    def sparkline(self) -> int:
        """Throughput over time, without its gap; 0 where there is no room for it."""
        if self.columns >= _WIDE:
            return 24 if self.rows == 1 else 36
        if self.columns >= _MEDIUM:
            return 10 if self.rows == 1 else 18
        return 0

    @property
    def bar(self) -> int:
        """Progress, and under it the drawn interval: what the others leave."""
        sparkline = self.sparkline + 2 if self.sparkline else 0
        return max(self.columns - self.title - self.standing - self.percent - self.rate - sparkline, 0)

    @property
    def bar_start(self) -> int:
        """The cell where the bar begins."""
        return self.title + self.standing

    @property
    def percent(self) -> int:
        """Per cent, with the gap before it."""
        return 5

    @property
    def is_tiny(self) -> bool:
        """Whether there is room for the most important columns only."""
        return self.columns < _TINY

    @property
    def bar_rows(self) -> int:
        """Rows of the bar; a thin line is one."""
        return 2 if self.rows >= 5 else 1

    @property
    def sparkline_rows(self) -> int:
        """Rows of the sparkline; the last row of a high lane stays blank."""
        return self.rows - 1 if self.rows > 2 else self.rows


@dataclass(frozen=True)
class LaneStanding:
    """What the ranking says of a mode.

    ``rank`` is None before there is one; all intervals share the ``scale``. ``moved`` is how many lanes the mode went
    up (or down, if negative) after the latest whole round.
    """

    rank: Rank | None = None
    scale: IntervalScale | None = None
    moved: int = 0

    @property
    def move(self) -> str:
        """``▲2``, ``▼1``, or nothing where the mode stayed."""
        return f"{'▲' if self.moved > 0 else '▼'}{abs(self.moved)}" if self.moved else ""


def draw_lane(
    lane: LaneProgress,
    round_number: int,
    layout: LaneLayout,
    styles: Mapping[str, Style],
    standing: LaneStanding | None = None,
) -> list[Strip]:
    """The lane's rows.

    ``styles`` has the keys ``muted``, ``rest``, ``interval`` and ``error``, and for the states ``waiting``,
    ``running``, ``done`` and ``failed`` the state itself (its text), ``-bar``, ``-edge`` and ``-fill`` (its sparkline)
    behind it.
    """
    standing = standing or LaneStanding()
    look = "running" if lane.state == "starting" else lane.state
    cells = _Cells(lane, round_number, layout, standing)
    text, muted = styles[look], styles["muted"]
    bold = text + Style(bold=True) if look == "running" else muted if look == "waiting" else Style.null()
    spark = sparkline(_sparkline_parts(lane, cells.share), layout.sparkline, layout.sparkline_rows)
    strips = []
    for row in range(layout.rows):
        first = row == 0
        segments = [
            Segment(part, text if index == 0 and first else muted) for index, part in enumerate(cells.title(row))
        ]
        segments.append(Segment(cells.standing(row), text if first else muted))
        if row < layout.bar_rows:
            done, rest = cells.bar
            segments += [*_solid(done, styles[f"{look}-bar"]), Segment(rest, styles["rest"])]
        else:
            segments.append(Segment(cells.interval(row), styles["interval"]))
        if first:
            segments.append(Segment(cells.percent.rjust(layout.percent), bold))
            segments.append(Segment(cells.rate.rjust(layout.rate), bold))
        else:
            count = count_in_words(lane) if row == 1 else ""
            width = layout.percent + layout.rate
            segments.append(Segment(count.rjust(width)[:width], styles["error" if lane.errors else "muted"]))
        segments.append(Segment("  "))
        if row < len(spark):
            for is_covered, cells_alike in groupby(spark[row], key=itemgetter(1)):
                alike = "".join(character for character, _ in cells_alike)
                segments += _solid(alike, styles[f"{look}-{'fill' if is_covered else 'edge'}"])
        strip = Strip(segments).simplify().adjust_cell_length(layout.columns)
        # A lane that is measured has a ground of its own, but for the row that parts it from the next.
        is_gap = row == layout.rows - 1 and layout.rows > 3
        strips.append(strip if is_gap or text.bgcolor is None else strip.apply_style(Style(bgcolor=text.bgcolor)))
    return strips


def _solid(text: str, style: Style) -> list[Segment]:
    """Full blocks with a ground of their own colour, since fonts leave hairlines between rows of them."""
    solid = style if style.dim else style + Style(bgcolor=style.color)
    runs = re.findall("█+|[^█]+", text)
    return [Segment(run, solid if run.startswith("█") else style) for run in runs]


class _Cells:
    """The texts of a lane, each as wide as its column."""

    def __init__(self, lane: LaneProgress, round_number: int, layout: LaneLayout, standing: LaneStanding) -> None:
        self._lane = lane
        self._layout = layout
        self._standing = standing
        self._state = state_in_words(lane, round_number)
        has_waited = lane.state == "waiting" and has_done_round(lane, round_number)
        self._mark = _MARKS["waited" if has_waited else lane.state]
        self.share = lane.done / lane.total if lane.total else 0.0
        self.bar = (thick_bar if layout.rows >= 4 else thin_bar)(self.share, layout.bar)
        self.percent = f"{int(self.share * 100)}%"
        rate = "–" if lane.throughput is None else format_rate(lane.throughput)
        self.rate = rate if layout.rate < 11 or lane.throughput is None else f"{rate}/s"

    def title(self, row: int) -> tuple[str, ...]:
        """Name and move, and the state behind or under them."""
        layout = self._layout
        name = f"{self._mark} {self._lane.mode} {self._standing.move}"
        if row == 0 and layout.rows == 1:
            return name.ljust(layout.named), self._state.ljust(layout.state + 1) if not layout.is_tiny else ""
        if row == 0:
            return (name.ljust(layout.title),)
        return ((f"  {self._state}" if row == 1 else "").ljust(layout.title),)

    def standing(self, row: int) -> str:
        """Place and ratio, the interval's bounds behind or under them."""
        rank, interval = self._standing.rank, interval_in_words(self._standing.rank)
        text = ""
        if row == 0:
            text = place_and_ratio(rank, _PLACE_AND_RATIO)
            if self._layout.has_interval_behind:
                text = f"{text}  {interval:>{_INTERVAL}}"
        elif row == 1:
            text = interval.rjust(_PLACE_AND_RATIO)
        return text.ljust(self._layout.standing)

    def interval(self, row: int) -> str:
        """The drawn interval in the row under the bar."""
        standing, layout = self._standing, self._layout
        drawn = ""
        if row == layout.bar_rows and standing.scale and standing.rank:
            drawn = standing.scale.draw(standing.rank, layout.bar)
        return drawn.ljust(layout.bar)


def has_done_round(lane: LaneProgress, round_number: int) -> bool:
    """Whether the mode has nothing more to do in the round under way."""
    return 0 < round_number <= lane.rounds_done


def state_in_words(lane: LaneProgress, round_number: int) -> str:
    """The lane's state as a person would say it."""
    match lane.state:
        case "starting" | "running":
            return f"{lane.state} round {round_number}"
        case "waiting" if has_done_round(lane, round_number):
            return f"round {lane.rounds_done} done"
        case "waiting":
            return f"waiting for round {lane.rounds_done + 1}"
        case state:
            return state


def count_in_words(lane: LaneProgress) -> str:
    """How many requests were sent, or, as soon as any has failed, how many of them."""
    if not lane.errors:
        write = format_short if lane.total > _EXACT_UP_TO else "{:,}".format
        return f"{write(lane.done)} of {write(lane.total)}"
    if lane.done <= _EXACT_UP_TO:
        return f"{lane.errors} of {lane.done} failed"
    return f"{format_short(lane.errors)} failed"


def _sparkline_parts(lane: LaneProgress, share: float) -> tuple[Part, Part]:
    """Whole rounds and the one under way end where the bar has them end, so that nothing drawn moves again."""
    points = lane.rounds_done * lane.points_per_round
    whole = lane.rounds_done / lane.rounds
    return (lane.sparkline[:points], whole), (lane.sparkline[points:], max(share, whole))
