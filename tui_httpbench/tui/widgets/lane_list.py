"""The lanes of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench.events import LaneProgress
from tui_httpbench.tui.widgets.lane import MAX_ROWS, LaneLayout, LaneStanding, draw_lane
from tui_httpbench.tui.widgets.lane_order import LaneOrder
from tui_httpbench.tui.widgets.panel import Panel, room_for_lanes
from tui_httpbench.tui.widgets.standing import IntervalScale

AXIS = "time, × the winner's"
OVER_TIME = "requests/s in time"
_PREFIX = "lanes--"
_PARTS = ("", "-bar", "-edge", "-fill")
_STATES = ("waiting", "running", "done", "failed")
_ROLES = ("muted", "rest", "interval", "error", *(f"{state}{part}" for state in _STATES for part in _PARTS))


class LaneList(ScrollView, Panel):
    """A lane for each mode, as high as there is room for, the best on top; keeps the running one in view.

    The lanes are lines of this one widget: fifty of them as widgets would take the time of what is measured.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"{_PREFIX}{role}" for role in _ROLES}

    def __init__(self, modes: tuple[str, ...], rounds: int) -> None:
        super().__init__(classes="panel")
        self._modes = modes
        self._rounds = rounds
        self._lanes: dict[str, LaneProgress] = {}
        self._ranking: tuple[Rank, ...] = ()
        self._standings: dict[str, LaneStanding] = {}
        self._scale: IntervalScale | None = None
        self._round = 0
        self._followed: str | None = None
        self._layout_now = LaneLayout.of(modes, rounds, 0, 1)
        self._order = LaneOrder(modes)
        self._strips: dict[str, list[Strip]] = {}
        self._styles_now: dict[str, Style] = {}

    def allow_focus(self) -> bool:
        """Whether there is anything to scroll."""
        return super().allow_focus() and self.max_scroll_y > 0

    def on_resize(self) -> None:
        """Shares the height among the lanes; more lanes than rows scroll."""
        columns, rows = room_for_lanes(self, len(self._modes), MAX_ROWS)
        self._layout_now = LaneLayout.of(self._modes, self._rounds, columns, rows)
        self.virtual_size = Size(columns, rows * len(self._modes))
        self._strips.clear()
        self.refresh()
        self._follow()

    def notify_style_update(self) -> None:
        """Draws anew in another theme's colours."""
        super().notify_style_update()
        self._strips.clear()
        self._styles_now.clear()

    def show(self, lanes: Sequence[LaneProgress], running: str | None, round_number: int) -> None:
        """Draws the lanes that have changed, and scrolls to the running one when it is another than before."""
        rows = self._layout_now.rows
        for lane in lanes:
            # The words for a lane depend on the round, too.
            if self._lanes.get(lane.mode) == lane and round_number == self._round:
                continue
            self._lanes[lane.mode] = lane
            self._strips.pop(lane.mode, None)
            self.refresh_lines(self._order.place(lane.mode) * rows, rows)
        self._round = round_number
        if self._order.is_moving:
            self._order.move_on()
            self.refresh()
        if running is not None and running != self._followed:
            self._followed = running
            self._follow()

    def rank(self, ranking: tuple[Rank, ...]) -> None:
        """Shows where the modes stand, and moves the lanes there; draws nothing while that is as before."""
        if ranking == self._ranking:
            return
        self._ranking = ranking
        self._scale = IntervalScale.of(ranking)
        moved = self._order.rank(ranking, at_once=self.app.animation_level == "none")
        self._standings = {rank.mode: LaneStanding(rank, self._scale, moved[rank.mode]) for rank in ranking}
        self._strips.clear()
        self.refresh()
        self._follow()

    def render_line(self, y: int) -> Strip:
        """One line of the lane that is there; the axis of the intervals under the last one."""
        rows = self._layout_now.rows
        line = y + self.scroll_offset.y
        if line == rows * len(self._modes):
            return self._axis().apply_style(self.rich_style)
        found = self._order.lane_at(line, rows)
        if found is None:
            return Strip.blank(self.size.width, self.rich_style)
        mode, row = found
        return self._strips_of(mode)[row].apply_style(self.rich_style)

    def _axis(self) -> Strip:
        layout = self._layout_now
        axis = self._scale.draw_axis(layout.bar) if self._scale and layout.rows > 1 else ""
        name = f"{AXIS:>{layout.bar_start - 2}}  " if axis else ""
        gap = " " * (layout.percent + layout.rate + 2)
        over_time = f"{gap}{OVER_TIME:.{layout.sparkline}}" if axis and layout.sparkline else ""
        return Strip([Segment(name + axis + over_time, self._colors()["muted"])]).adjust_cell_length(layout.columns)

    def _strips_of(self, mode: str) -> list[Strip]:
        if mode not in self._strips:
            lane = self._lanes.get(mode) or LaneProgress(mode, "waiting", 0, 0, 0, 0, None, (), 1, 1)
            standing = self._standings.get(mode, LaneStanding())
            self._strips[mode] = draw_lane(lane, self._round, self._layout_now, self._colors(), standing)
        return self._strips[mode]

    def _colors(self) -> dict[str, Style]:
        if not self._styles_now:
            ground = self.rich_style.bgcolor
            for role in _ROLES:
                style = self.get_component_rich_style(f"{_PREFIX}{role}")
                own_ground = style.bgcolor if role == "running" and style.bgcolor != ground else None
                self._styles_now[role] = Style(
                    color=style.color, bgcolor=own_ground, bold=style.bold, dim=style.dim, reverse=style.reverse
                )
        return self._styles_now

    def _follow(self) -> None:
        if self._followed is not None:
            rows = self._layout_now.rows
            top = self._order.place(self._followed) * rows
            region = Region(0, top, self._layout_now.columns, rows)
            # Forced, since Textual scrolls nothing by itself before the scrollbar is there.
            self.scroll_to_region(region, animate=False, force=True, x_axis=False)
