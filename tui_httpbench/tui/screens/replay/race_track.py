"""The lanes of a replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_httpbench.analysis.race import Race, Racer
from tui_httpbench.clients.catalog import libraries
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.text.formatting import UNKNOWN
from tui_httpbench.tui.parts.panel import room_for_lanes
from tui_httpbench.tui.screens.replay.race_lane import MAX_ROWS, RaceLayout, draw_race_lane

_PREFIX = "race--"
_LIBRARY_COLORS = 5
_ROLES = (
    "text",
    "muted",
    "rest",
    "line",
    "winner",
    "error",
    *(f"library-{number}" for number in range(_LIBRARY_COLORS)),
)


class RaceTrack(ScrollView):
    """A lane for each mode, in the plan's order, filled as far as its samples say for the moment."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"{_PREFIX}{role}" for role in _ROLES}

    def __init__(self, race: Race, places: Mapping[str, str], modes: tuple[str, ...]) -> None:
        """``places`` are those of ``places_of``, told at the finish."""
        super().__init__()
        racers = {racer.mode: racer for racer in race.racers}
        self._race = race
        self._places = places
        self._racers = [racers[mode] for mode in modes]
        self._layout_now = RaceLayout.of(race, 0, 1)
        self._moment_s = 0.0
        self._drawn: dict[str, tuple[tuple[int, float, bool], list[Strip]]] = {}
        self._styles_now: dict[str, Style] = {}

    def allow_focus(self) -> bool:
        """Whether there is anything to scroll."""
        return super().allow_focus() and self.max_scroll_y > 0

    def on_resize(self) -> None:
        """Shares the height among the lanes; more lanes than rows scroll."""
        columns, rows = room_for_lanes(self, len(self._racers), MAX_ROWS)
        self._layout_now = RaceLayout.of(self._race, columns, rows)
        self.virtual_size = Size(columns, rows * len(self._racers))
        self._drawn.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Draws anew in another theme's colours."""
        super().notify_style_update()
        self._drawn.clear()
        self._styles_now.clear()

    def show(self, moment_s: float) -> None:
        """Draws the lanes as they were at a moment of the race; only those that have changed."""
        self._moment_s = moment_s
        rows = self._layout_now.rows
        for index, racer in enumerate(self._racers):
            drawn = self._drawn.get(racer.mode)
            if drawn is None or drawn[0] != self._state_of(racer):
                self.refresh_lines(index * rows, rows)

    def render_line(self, y: int) -> Strip:
        """One line of the lane that is there."""
        index, row = divmod(y + self.scroll_offset.y, self._layout_now.rows)
        if index >= len(self._racers):
            return Strip.blank(self.size.width, self.rich_style)
        return self._strips_of(self._racers[index])[row].apply_style(self.rich_style)

    def _strips_of(self, racer: Racer) -> list[Strip]:
        state = self._state_of(racer)
        drawn = self._drawn.get(racer.mode)
        if drawn is None or drawn[0] != state:
            styles = self._colors()
            bar = styles[f"library-{_library_number(racer.mode) % _LIBRARY_COLORS}"]
            place = self._places.get(racer.mode, UNKNOWN)
            strips = draw_race_lane(racer, self._race, place, self._moment_s, self._layout_now, styles, bar)
            drawn = self._drawn[racer.mode] = state, strips
        return drawn[1]

    def _state_of(self, racer: Racer) -> tuple[int, float, bool]:
        """All that a lane's drawing depends on."""
        moment_s = self._moment_s
        return racer.done(moment_s), racer.share(moment_s), racer.has_ended(moment_s)

    def _colors(self) -> dict[str, Style]:
        if not self._styles_now:
            for role in _ROLES:
                style = self.get_component_rich_style(f"{_PREFIX}{role}")
                self._styles_now[role] = Style(color=style.color, bold=style.bold, dim=style.dim)
        return self._styles_now


def _library_number(mode_id: str) -> int:
    return libraries().index(mode_of(mode_id).library)
