"""How one mode's lane is drawn while it is measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_httpbench.analysis.columns import write_seconds
from tui_httpbench.analysis.places import FAILED_SIGN, interval_in_words
from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench.events import LaneProgress
from tui_httpbench.text.formatting import UNKNOWN, format_rate
from tui_httpbench.tui.formatting import format_short
from tui_httpbench.tui.parts.blocks import Part, sparkline, thick_bar, thin_bar
from tui_httpbench.tui.parts.standing import SpeedScale, place_and_ratio
from tui_httpbench.tui.screens.run.lane_layout import INTERVAL, PLACE_AND_RATIO, LaneLayout

_BOLD = Style(bold=True)
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

    ``rank`` is None before there is one, ``place`` is how it is shown. ``share`` is how fast the mode is beside the
    leader, 0 to 1; the bars of these and the intervals of all lanes have one ``scale``. ``moved`` is how many lanes the
    mode went up (or down, if negative) after the latest whole round.
    ``color`` names the styles of its bar.
    """

    rank: Rank | None = None
    place: str = UNKNOWN
    share: float | None = None
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

    ``styles`` has the keys ``muted``, ``rest``, ``progress``, ``interval`` and ``error``, ``spot`` for the text of the
    spotlit lane, ``waiting``, ``running``, ``done`` and ``failed`` for that of the others, and for each colour, and
    ``failed-bar``, the bar and, with ``-fill`` behind it, the body of its sparkline and the bar before a ranking.
    """
    standing = standing or LaneStanding()
    has_failed = lane.state == "failed" or lane.has_only_failed
    look = "failed" if has_failed else "running" if lane.state == "starting" else lane.state
    cells = _Cells(lane, round_number, layout, standing)
    text, muted = styles["spot" if standing.is_spotlit else look], styles["muted"]
    color = "failed-bar" if has_failed else standing.color
    bold = muted if look == "waiting" else text + _BOLD
    spark = sparkline(_sparkline_parts(lane), layout.sparkline, layout.sparkline_rows)
    strips = []
    for row in range(layout.rows):
        first = row == 0
        segments = [Segment(text_of, bold if part == "name" else styles[part]) for text_of, part in cells.title(row)]
        segments.append(Segment(cells.standing(row), text + _BOLD if first else muted))
        if row < layout.bar_rows:
            done, rest = cells.bar
            bar = color if standing.rank is not None or has_failed else f"{color}-fill"
            segments += [*_solid(done, styles[bar]), Segment(rest, styles["rest"])]
        else:
            segments.append(Segment(cells.interval(row), styles["interval"]))
        if first:
            segments.append(Segment(cells.rate.rjust(layout.rate), styles["error"] if cells.tells_failures else bold))
        else:
            told, look_of = cells.told(row)
            segments.append(Segment(told.rjust(layout.rate), styles[look_of]))
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
        speed = self._speed = lane.throughput
        done, rest = thick_bar(standing.scale.bar(standing.share), layout.bar)
        self.bar = (done, " " * len(rest)) if layout.rows > 1 else (done, rest)
        # Where a lane has no second row for it, and no speed either.
        self.tells_failures = layout.rows == 1 and lane.has_only_failed
        self.rate = "" if speed is None else f"{format_rate(speed)}/s"
        if self.tells_failures:
            self.rate = failures_in_words(lane, layout.rate - 1)

    def title(self, row: int) -> list[tuple[str, str]]:
        """Name and move, state and progress behind or under them; each text with the name of its style."""
        layout = self._layout
        cells: list[tuple[str, str]] = []
        if row == 0:
            name = f"{self._mark} {self._lane.mode} {self._standing.move}"
            cells.append((name.ljust(layout.named), "name"))
        else:
            cells.append(("  ", "muted"))
        if row == layout.progress_row and layout.progress and self._is_under_way(row):
            done, rest = thin_bar(self._lane.share, layout.progress)
            cells += [(done, "progress"), (rest, "rest")]
        elif row == 1 or (layout.rows == 1 and layout.has_state_behind):
            cells.append((self._state, "muted"))
        used = sum(len(text) for text, _ in cells)
        return [*cells, (" " * (layout.title - used), "muted")]

    def _is_under_way(self, row: int) -> bool:
        """Whether the line of progress is drawn: where it would take the state's place, only while the mode works."""
        lane = self._lane
        if row > 1 or (row == 0 and not self._layout.has_state_behind):
            return lane.share > 0 or lane.state == "running"
        return lane.state == "running" and not lane.has_only_failed

    def told(self, row: int) -> tuple[str, str]:
        """What stands under the rate, with its style: the time per request, then the answers; or failures first."""
        lane, cells = self._lane, self._layout.rate - 1
        time = "" if not self._speed else write_seconds(1 / self._speed)
        time = f"{time}/request" if time and len(time) + len("/request") <= cells else time
        count = count_in_words(lane, cells) if lane.done else ""
        failed = (count, "error") if lane.errors else ("", "muted")
        rows = [failed, (time, "muted")] if lane.errors else [(time, "muted"), (count, "muted")]
        return rows[row - 1] if row <= len(rows) else ("", "muted")

    def standing(self, row: int) -> str:
        """Place and ratio, the interval's bounds behind or under them."""
        rank = self._standing.rank
        # A column of dashes before anything can be said of it would say nothing.
        interval = interval_in_words(rank)
        interval = "" if interval == UNKNOWN else interval
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
        if row == layout.bar_rows and standing.rank:
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
    """How many requests were answered with which status; once any has failed, in what and how many of them.

    In so many ``cells`` the shorter way to say it may have to do.
    """
    if lane.errors:
        return failures_in_words(lane, cells)
    exact = f"{lane.done:,}"
    few = lane.done < 1_000_000
    choices = [
        *([answers_in_words(lane.answers, "{:,}".format)] if few else []),
        answers_in_words(lane.answers, format_short),
        *([f"{exact} done"] if few else []),
        f"{format_short(lane.done)} done",
        format_short(lane.done),
    ]
    return next((text for text in choices if text and len(text) <= cells), "")


def answers_in_words(counts: Sequence[tuple[str, int]], write: Callable[[int], str]) -> str:
    """Statuses or kinds of error, and how often each was got: ``200 × 15,377, 302 × 12``."""
    return ", ".join(f"{name} × {write(count)}" for name, count in counts)


def failures_in_words(lane: LaneProgress, cells: int) -> str:
    """What the failed requests ended in, and how many did: ``405 × 600``, or else ``600 failed``, as it fits."""
    few = lane.done <= _EXACT_UP_TO
    write = str if few else format_short
    named = answers_in_words(lane.failures, write)
    of_how_many = f" of {lane.done}" if few and not lane.has_only_failed else ""
    plain = f"{lane.errors}{of_how_many} failed" if few else ""
    choices = (f"{named}{of_how_many}" if named else "", named, plain, f"{format_short(lane.errors)} failed", "failed")
    return next((text for text in choices if text and len(text) <= cells), "")


def _sparkline_parts(lane: LaneProgress) -> tuple[Part, Part]:
    """Whole rounds and the one under way end where their share of the load does, so that nothing drawn moves again."""
    points = lane.rounds_done * lane.points_per_round
    whole = lane.rounds_done / lane.rounds
    return (lane.sparkline[:points], whole), (lane.sparkline[points:], max(lane.share, whole))
