"""How one mode's lane is drawn while it is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench.events import LaneProgress, LaneState
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
_MARKS: dict[LaneState, str] = {"waiting": "·", "starting": "▶", "running": "▶", "done": "✓", "failed": "✗"}


@dataclass(frozen=True)
class LaneLayout:
    """Where the columns of all lanes are, in cells; a lane has one to seven rows."""

    columns: int
    rows: int
    name: int
    state: int

    @classmethod
    def of(cls, modes: tuple[str, ...], rounds: int, columns: int, rows: int) -> LaneLayout:
        """The layout for these modes in this space."""
        return cls(columns, rows, max(map(len, modes)) + 2, len(f"waiting for round {rounds}"))

    @property
    def title(self) -> int:
        """Name and state, with the gap behind them."""
        if self.rows > 1:
            return max(self.name, self.state + 2) + 1
        return self.name + 2 + (0 if self.is_tiny else self.state + 1)

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
    def plot(self) -> int:
        """The drawn interval, without its gap; 0 where there is no room for it."""
        return 30 if self.columns >= _WIDE else 16 if self.columns >= _MEDIUM and self.rows > 1 else 0

    @property
    def rate(self) -> int:
        """Throughput, with the gap before it."""
        return 9 if self.is_tiny or self.rows == 1 else 14 if self.columns >= _WIDE else 12

    @property
    def sparkline(self) -> int:
        """Throughput over time, without its gap; 0 where there is no room for it."""
        if self.is_tiny:
            return 0
        if self.columns >= _WIDE:
            return 24 if self.rows == 1 else 36
        if self.columns >= _MEDIUM:
            return 10 if self.rows == 1 else 18
        return 0 if self.rows == 1 else 10

    @property
    def bar(self) -> int:
        """Progress: what the others leave."""
        sparkline = self.sparkline + 2 if self.sparkline else 0
        plot = self.plot + 2 if self.plot else 0
        return max(self.columns - self.title - self.standing - plot - self.percent - self.rate - sparkline, 0)

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
        return 2 if self.rows >= 6 else 1

    @property
    def sparkline_rows(self) -> int:
        """Rows of the sparkline; the last row of a high lane stays blank."""
        return self.rows - 1 if self.rows > 2 else self.rows


@dataclass(frozen=True)
class LaneStanding:
    """What the ranking says of a mode: its rank, None before there is one, and the scale that all intervals share."""

    rank: Rank | None = None
    scale: IntervalScale | None = None


def draw_lane(
    lane: LaneProgress,
    round_number: int,
    layout: LaneLayout,
    styles: Mapping[str, Style],
    standing: LaneStanding | None = None,
) -> list[Strip]:
    """The lane's rows.

    ``styles`` has the keys ``muted``, ``rest`` and ``error``, and for the states ``waiting``, ``running``, ``done`` and
    ``failed`` the state itself (its text), ``-bar``, ``-edge`` and ``-fill`` (its sparkline) behind it.
    """
    look = "running" if lane.state == "starting" else lane.state
    text = styles[look]
    bold = text + Style(bold=True) if look == "running" else styles["muted"] if look == "waiting" else Style.null()
    share = lane.done / lane.total if lane.total else 0.0
    done, rest = (thick_bar if layout.rows >= 4 else thin_bar)(share, layout.bar)
    spark = sparkline(_sparkline_parts(lane, share), layout.sparkline, layout.sparkline_rows)
    name = f"{_MARKS[lane.state]} {lane.mode}"
    state = state_in_words(lane, round_number)
    rate = "–" if lane.throughput is None else format_rate(lane.throughput)
    standing = standing or LaneStanding()
    place, interval = place_and_ratio(standing.rank, _PLACE_AND_RATIO), interval_in_words(standing.rank)
    if layout.has_interval_behind:
        place = f"{place}  {interval:>{_INTERVAL}}"
    plot = standing.scale.draw(standing.rank, layout.plot) if standing.scale and standing.rank and layout.plot else ""
    strips = []
    for row in range(layout.rows):
        segments: list[Segment] = []
        if row == 0 and layout.rows == 1:
            segments.append(Segment(name.ljust(layout.name + 2), text))
            segments.append(Segment(state.ljust(layout.state + 1) if not layout.is_tiny else "", styles["muted"]))
        elif row == 0:
            segments.append(Segment(name.ljust(layout.title), text))
        else:
            segments.append(Segment((f"  {state}" if row == 1 else "").ljust(layout.title), styles["muted"]))
        if row == 0:
            segments.append(Segment(place.ljust(layout.standing), text))
        else:
            below = interval.rjust(_PLACE_AND_RATIO) if row == 1 else ""
            segments.append(Segment(below.ljust(layout.standing), styles["muted"]))
        if layout.plot:
            segments.append(Segment((plot if row == 0 else "").ljust(layout.plot + 2), styles["muted"]))
        if row < layout.bar_rows:
            segments += [Segment(done, styles[f"{look}-bar"]), Segment(rest, styles["rest"])]
        else:
            words = count_in_words(lane)
            count = words if row == layout.bar_rows and len(words) <= layout.bar else ""
            segments.append(Segment(count.ljust(layout.bar), styles["error" if lane.errors else "muted"]))
        segments.append(Segment((f"{int(share * 100)}%" if row == 0 else "").rjust(layout.percent), bold))
        unit = "requests/s" if row == 1 and not layout.is_tiny else ""
        segments.append(Segment((rate if row == 0 else unit).rjust(layout.rate), bold if row == 0 else styles["muted"]))
        segments.append(Segment("  "))
        if row < len(spark):
            segments += [
                Segment(character, styles[f"{look}-{'fill' if is_covered else 'edge'}"])
                for character, is_covered in spark[row]
            ]
        strips.append(Strip(segments).simplify().adjust_cell_length(layout.columns))
    return strips


def state_in_words(lane: LaneProgress, round_number: int) -> str:
    """The lane's state as a person would say it."""
    match lane.state:
        case "starting" | "running":
            return f"{lane.state} round {round_number}"
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
