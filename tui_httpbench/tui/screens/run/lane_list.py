"""The lanes of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_httpbench.analysis.places import places_of
from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench.events import LaneProgress
from tui_httpbench.clients.catalog import libraries
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.tui.parts.panel import Panel, room_for_lanes
from tui_httpbench.tui.parts.standing import SpeedScale, shares_so_far
from tui_httpbench.tui.screens.run.lane import LaneStanding, draw_lane
from tui_httpbench.tui.screens.run.lane_layout import MAX_ROWS, LaneLayout
from tui_httpbench.tui.screens.run.lane_order import LaneOrder

AXIS = "speed, leader = 100 %"
OVER_TIME = "requests/s in time"
_PREFIX = "lanes--"
_LIBRARY_COLORS = 5
_STATES = ("waiting", "running", "done", "failed")
_BARS = ("failed-bar", *(f"library-{number}" for number in range(_LIBRARY_COLORS)))
_ROLES = ("muted", "rest", "progress", "interval", "error", "spot", *_STATES, *_BARS, *(f"{bar}-fill" for bar in _BARS))


class LaneList(ScrollView, Panel):
    """A lane for each mode, as high as there is room for, the best on top; keeps the spotlit one in view.

    The lanes are lines of this one widget: fifty of them as widgets would take the time of what is measured. Its keys
    and clicks ask for the spotlight; who holds it says by ``show`` where it is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "up", "pick(-1)", "Lane", key_display="↑ ↓", id="run.lane-above", tooltip="Look at the lane above or below"
        ),
        Binding("down", "pick(1)", "Lane below", show=False, id="run.lane-below", tooltip="Look at the lane below"),
        Binding(
            "space", "hold_or_release", "Hold", id="run.hold", tooltip="Stay with this lane, or look at each in turn"
        ),
        Binding("l", "toggle_log", "Scale", id="run.log", tooltip="Linear or logarithmic scale of the speeds"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"{_PREFIX}{role}" for role in _ROLES}

    class Picked(Message):
        """The user wants to look at this lane."""

        def __init__(self, mode: str) -> None:
            super().__init__()
            self.mode = mode

    class HoldToggled(Message):
        """The user wants to stay with the spotlit lane, or not any longer."""

    def __init__(self, modes: tuple[str, ...], rounds: int, ranking: tuple[Rank, ...] = ()) -> None:
        """With a ``ranking``, the lanes stand by that from the first on."""
        super().__init__(classes="panel")
        self._modes = modes
        self._rounds = rounds
        self._lanes: dict[str, LaneProgress] = {}
        self._ranking: tuple[Rank, ...] = ()
        colors = {mode: f"library-{_library_number(mode)}" for mode in modes}
        self._standings = {mode: LaneStanding(color=color) for mode, color in colors.items()}
        self._scale = SpeedScale()
        self._has_shares = False
        self._log = False
        self._round = 0
        self._spotlit: str | None = None
        self._layout_now = LaneLayout.of(modes, rounds, 0, 1)
        ranked = [rank.mode for rank in ranking]
        self._order = LaneOrder((*ranked, *(mode for mode in modes if mode not in ranked)))
        self._strips: dict[str, list[Strip]] = {}
        self._styles_now: dict[str, Style] = {}
        self._name_scale()

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes from the top lane to the last."""
        return self._order.modes

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

    def show(self, lanes: Sequence[LaneProgress], spotlit: str | None, round_number: int) -> None:
        """Draws the lanes that have changed, and scrolls to the spotlit one when it is another than before."""
        shares = shares_so_far(lanes, self._ranking)
        scale = SpeedScale.of(shares.values(), log=self._log)
        # The words for a lane depend on the round, its bar on the scale.
        are_all_other = round_number != self._round or scale != self._scale
        self._round, self._scale, self._has_shares = round_number, scale, bool(shares)
        for lane in lanes:
            standing = self._standings[lane.mode]
            changed = replace(standing, share=shares.get(lane.mode), scale=scale, is_spotlit=lane.mode == spotlit)
            if not are_all_other and self._lanes.get(lane.mode) == lane and changed == standing:
                continue
            self._lanes[lane.mode] = lane
            self._standings[lane.mode] = changed
            self._redraw(lane.mode)
        if self._order.is_moving:
            self._order.move_on()
            self.refresh()
        if spotlit != self._spotlit:
            self._spotlit = spotlit
            self._follow()

    def rank(self, ranking: tuple[Rank, ...]) -> None:
        """Shows where the modes stand, and moves the lanes there; draws nothing while that is as before."""
        if ranking == self._ranking:
            return
        self._ranking = ranking
        self._name_scale()
        moved = self._order.rank(ranking, at_once=self.app.animation_level == "none")
        places = places_of(ranking)
        for rank in ranking:
            self._standings[rank.mode] = replace(
                self._standings[rank.mode], rank=rank, place=places[rank.mode], moved=moved[rank.mode]
            )
        self._strips.clear()
        self.refresh()
        self._follow()

    def action_pick(self, step: int) -> None:
        """Asks for the spotlight on the lane above or below."""
        modes = self.modes
        place = self._order.place(self._spotlit) + step if self._spotlit is not None else 0
        self.post_message(self.Picked(modes[min(max(place, 0), len(modes) - 1)]))

    def action_hold_or_release(self) -> None:
        """Asks for the spotlight to stay, or to go on."""
        self.post_message(self.HoldToggled())

    def action_toggle_log(self) -> None:
        """Switches between a linear and a logarithmic scale of speeds."""
        self._log = not self._log
        self._name_scale()
        self.show(tuple(self._lanes.values()), self._spotlit, self._round)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Asks for the spotlight on the lane that was clicked."""
        offset = event.get_content_offset(self)
        found = self._order.lane_at(offset.y + self.scroll_offset.y, self._layout_now.rows) if offset else None
        if found is not None:
            self.post_message(self.Picked(found[0]))

    def _name_scale(self) -> None:
        scale = " · log scale" if self._log else ""
        if self._ranking:
            self.set_heading(f"Ranking so far: speed beside the leader's{scale} · ├●┤ 95 % interval")
        else:
            self.set_heading(f"Speed so far, no ranking yet{scale}")

    def _redraw(self, mode: str) -> None:
        rows = self._layout_now.rows
        self._strips.pop(mode, None)
        self.refresh_lines(self._order.place(mode) * rows, rows)

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
        axis = self._scale.draw_axis(layout.bar) if self._has_shares and layout.rows > 1 else ""
        name = f"{AXIS:>{layout.bar_start - 2}}  " if axis else ""
        gap = " " * (layout.rate + 2)
        over_time = f"{gap}{OVER_TIME:.{layout.sparkline}}" if axis and layout.sparkline else ""
        return Strip([Segment(name + axis + over_time, self._colors()["muted"])]).adjust_cell_length(layout.columns)

    def _strips_of(self, mode: str) -> list[Strip]:
        if mode not in self._strips:
            lane = self._lanes.get(mode) or LaneProgress(mode, "waiting", 0, 0, 0.0, 0, 0, None, (), 1, 1)
            standing = self._standings[mode]
            self._strips[mode] = draw_lane(lane, self._round, self._layout_now, self._colors(), standing)
        return self._strips[mode]

    def _colors(self) -> dict[str, Style]:
        if not self._styles_now:
            ground = self.rich_style.bgcolor
            for role in _ROLES:
                style = self.get_component_rich_style(f"{_PREFIX}{role}")
                own_ground = style.bgcolor if role == "spot" and style.bgcolor != ground else None
                self._styles_now[role] = Style(
                    color=style.color, bgcolor=own_ground, bold=style.bold, dim=style.dim, reverse=style.reverse
                )
        return self._styles_now

    def _follow(self) -> None:
        if self._spotlit is not None:
            rows = self._layout_now.rows
            top = self._order.place(self._spotlit) * rows
            region = Region(0, top, self._layout_now.columns, rows)
            # Forced, since Textual scrolls nothing by itself before the scrollbar is there.
            self.scroll_to_region(region, animate=False, force=True, x_axis=False)


def _library_number(mode_id: str) -> int:
    return libraries().index(mode_of(mode_id).library) % _LIBRARY_COLORS
