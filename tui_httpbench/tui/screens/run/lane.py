"""How one mode's lane is drawn while it is measured."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_httpbench.analysis.places import FAILED_SIGN, interval_in_words
from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench.events import LaneProgress
from tui_httpbench.text.formatting import UNKNOWN, format_rate
from tui_httpbench.tui.formatting import format_short
from tui_httpbench.tui.parts.blocks import Part, sparkline, thick_bar
from tui_httpbench.tui.parts.standing import SpeedScale, place_and_ratio, speed_so_far
from tui_httpbench.tui.screens.run.lane_layout import INTERVAL, PLACE_AND_RATIO, LaneLayout

_EXACT_UP_TO = 9_999
SPOTLIT = "▶"
_ALL_FAILED = "✗"
_MARKS: dict[str, str] = {
    "waiting": "·",
    "waited": "✓",
    "starting": "○",
    "running": "•",
    "done": "✓",
    "failed": _ALL_FAILED,
}


@dataclass(frozen=True)
class LaneStanding:
    """What is known of a mode beside its own progress.

    ``rank`` is None before there is one, ``place`` is how it is shown; bars and intervals of all lanes share the
    ``scale``. ``moved`` is how many lanes the mode went up (or down, if negative) after the latest whole round.
    ``color`` names the styles of its bar.
    """

    rank: Rank | None = None
    place: str = UNKNOWN
    scale: SpeedScale = field(default_factory=SpeedScale)
    moved: int = 0
    is_spotlit: bool = False
    color: str = "library-0"

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

    ``styles`` has the keys ``muted``, ``rest``, ``interval`` and ``error``, ``spot`` for the text of the spotlit lane,
    ``waiting``, ``running``, ``done`` and ``failed`` for that of the others, and for each colour, and ``failed-bar``,
    the bar and, with ``-fill`` behind it, the body of its sparkline.
    """
    standing = standing or LaneStanding()
    has_failed = lane.state == "failed" or lane.has_only_failed
    look = "failed" if has_failed else "running" if lane.state == "starting" else lane.state
    cells = _Cells(lane, round_number, layout, standing)
    text, muted = styles["spot" if standing.is_spotlit else look], styles["muted"]
    color = "failed-bar" if has_failed else standing.color
    bold = muted if look == "waiting" else text + Style(bold=True)
    spark = sparkline(_sparkline_parts(lane), layout.sparkline, layout.sparkline_rows)
    strips = []
    for row in range(layout.rows):
        first = row == 0
        segments = [
            Segment(part, bold if index == 0 and first else muted) for index, part in enumerate(cells.title(row))
        ]
        segments.append(Segment(cells.standing(row), text if first else muted))
        if row < layout.bar_rows:
            done, rest = cells.bar
            segments += [*_solid(done, styles[color]), Segment(rest, styles["rest"])]
        else:
            segments.append(Segment(cells.interval(row), styles["interval"]))
        if first:
            segments.append(Segment(cells.rate.rjust(layout.rate), styles["error"] if cells.tells_failures else bold))
        else:
            count = count_in_words(lane, layout.rate - 1) if row == 1 else ""
            count_style = styles["error" if lane.errors else "muted"]
            segments.append(Segment(count.rjust(layout.rate), count_style))
        segments.append(Segment("  "))
        if row < len(spark):
            for is_covered, cells_alike in groupby(spark[row], key=itemgetter(1)):
                alike = "".join(character for character, _ in cells_alike)
                segments += _solid(alike, styles[f"{color}-fill" if is_covered else color])
        strip = Strip(segments).simplify().adjust_cell_length(layout.columns)
        # The spotlit lane has a ground of its own, but for the row that parts it from the next.
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
        self._mark = SPOTLIT if standing.is_spotlit else _mark(lane, round_number)
        speed = speed_so_far(lane)
        done, rest = thick_bar(standing.scale.bar(speed), layout.bar)
        self.bar = (done, " " * len(rest)) if layout.rows > 1 else (done, rest)
        # Where a lane has no second row for it, and no speed either.
        self.tells_failures = layout.rows == 1 and lane.has_only_failed
        self.rate = UNKNOWN if speed is None else f"{format_rate(speed)}/s"
        if self.tells_failures:
            self.rate = failures_in_words(lane, layout.rate - 1)

    def title(self, row: int) -> tuple[str, ...]:
        """Name and move, and the state behind or under them."""
        layout = self._layout
        name = f"{self._mark} {self._lane.mode} {self._standing.move}"
        if row == 0 and layout.rows == 1:
            state = self._state.ljust(layout.state + 1) if layout.has_state_behind else ""
            return name.ljust(layout.named), state
        if row == 0:
            return (name.ljust(layout.title),)
        return ((f"  {self._state}" if row == 1 else "").ljust(layout.title),)

    def standing(self, row: int) -> str:
        """Place and ratio, the interval's bounds behind or under them."""
        rank, interval = self._standing.rank, interval_in_words(self._standing.rank)
        text = ""
        if row == 0:
            text = place_and_ratio(rank, self._standing.place, PLACE_AND_RATIO)
            if self._layout.has_interval_behind:
                text = f"{text}  {interval:>{INTERVAL}}"
        elif row == 1:
            text = interval.rjust(PLACE_AND_RATIO)
        return text.ljust(self._layout.standing)

    def interval(self, row: int) -> str:
        """The drawn interval in the row under the bar."""
        standing, layout = self._standing, self._layout
        drawn = ""
        if row == layout.bar_rows and standing.scale.top and standing.rank:
            drawn = standing.scale.draw(standing.rank, layout.bar)
        return drawn.ljust(layout.bar)


def _mark(lane: LaneProgress, round_number: int) -> str:
    """The sign before the name: nothing that failed is ticked."""
    has_waited = lane.state == "waiting" and has_done_round(lane, round_number)
    if lane.errors and (has_waited or lane.state == "done"):
        return _ALL_FAILED if lane.has_only_failed else FAILED_SIGN
    return _MARKS["waited" if has_waited else lane.state]


def has_done_round(lane: LaneProgress, round_number: int) -> bool:
    """Whether the mode has nothing more to do in the round under way."""
    return 0 < round_number <= lane.rounds_done


def state_in_words(lane: LaneProgress, round_number: int) -> str:
    """The lane's state as a person would say it."""
    match lane.state:
        case "starting" | "running":
            return f"{lane.state} round {round_number}"
        case "waiting" if has_done_round(lane, round_number):
            return f"round {lane.rounds_done} {'failed' if lane.has_only_failed else 'done'}"
        case "waiting":
            return f"waiting for round {lane.rounds_done + 1}"
        case "done" if lane.has_only_failed:
            return "failed"
        case state:
            return state


def count_in_words(lane: LaneProgress, cells: int = 80) -> str:
    """How many requests were sent, of how many where that is known; once any has failed, in what and how many of them.

    In so many ``cells`` the shorter way to say it may have to do.
    """
    if lane.errors:
        return failures_in_words(lane, cells)
    exact, short = f"{lane.done:,}", format_short(lane.done)
    if lane.total is None:
        choices = [*([f"{exact} done"] if lane.done < 1_000_000 else []), f"{short} done", short]
    else:
        total = format_short(lane.total)
        choices = [
            *([f"{exact} of {lane.total:,}"] if lane.total <= _EXACT_UP_TO else []),
            f"{short} of {total}",
            short,
        ]
    return next((text for text in choices if len(text) <= cells), "")


def failures_in_words(lane: LaneProgress, cells: int) -> str:
    """What the failed requests ended in, and how many did: ``405 × 600``, or else ``600 failed``, as it fits."""
    few = lane.done <= _EXACT_UP_TO
    write = str if few else format_short
    named = ", ".join(f"{name} × {write(count)}" for name, count in lane.failures)
    of_how_many = f" of {lane.done}" if few and not lane.has_only_failed else ""
    plain = f"{lane.errors}{of_how_many} failed" if few else ""
    choices = (f"{named}{of_how_many}" if named else "", named, plain, f"{format_short(lane.errors)} failed", "failed")
    return next((text for text in choices if text and len(text) <= cells), "")


def _sparkline_parts(lane: LaneProgress) -> tuple[Part, Part]:
    """Whole rounds and the one under way end where their share of the load does, so that nothing drawn moves again."""
    points = lane.rounds_done * lane.points_per_round
    whole = lane.rounds_done / lane.rounds
    return (lane.sparkline[:points], whole), (lane.sparkline[points:], max(lane.share, whole))
