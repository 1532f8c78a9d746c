"""Where the parts of the lanes of a run are."""

from __future__ import annotations

from dataclasses import dataclass

MAX_ROWS = 5
PLACE_AND_RATIO = 10
INTERVAL = 12
_WIDE = 140
_MEDIUM = 110
_TINY = 66
_SHORT_PROGRESS = 5


@dataclass(frozen=True)
class LaneLayout:
    """Where the columns of all lanes are, in cells; a lane has one to five rows."""

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
        return self.named + (self.progress + 2 if self.progress else 0)

    @property
    def progress(self) -> int:
        """The thin line of how far the mode is: under the name or, in lanes of one row, behind it; 0 without room."""
        if self.rows > 1:
            return self.title - 3
        return self.state if self.has_state_behind else 0 if self.is_tiny else _SHORT_PROGRESS

    @property
    def progress_row(self) -> int:
        """The row of that line; where it is that of the state, the line stands for it while the mode is at work."""
        return min(self.rows - 1, 2)

    @property
    def has_state_behind(self) -> bool:
        """Whether the state stands behind the name; elsewhere the mark before the name tells it."""
        return self.rows == 1 and self.columns >= _MEDIUM

    @property
    def standing(self) -> int:
        """Place and ratio, under them or (in lanes of one row, where there is room) behind them its interval."""
        if self.rows > 1:
            return max(PLACE_AND_RATIO, INTERVAL) + (0 if self.is_tiny else 2)
        return PLACE_AND_RATIO + (INTERVAL + 4 if self.has_interval_behind else 2)

    @property
    def has_interval_behind(self) -> bool:
        """Whether the interval stands behind the ratio."""
        return self.rows == 1 and self.columns >= _MEDIUM

    @property
    def rate(self) -> int:
        """Throughput, under it the time per request and the answers, with the gap before it."""
        return 10 if self.is_tiny or self.rows == 1 else 20 if self.columns >= _WIDE else 17

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
        """The speed, and under it the interval of it: what the others leave."""
        sparkline = self.sparkline + 2 if self.sparkline else 0
        return max(self.columns - self.title - self.standing - self.rate - sparkline, 0)

    @property
    def bar_start(self) -> int:
        """The cell where the bar begins."""
        return self.title + self.standing

    @property
    def is_tiny(self) -> bool:
        """Whether there is room for the most important columns only."""
        return self.columns < _TINY

    @property
    def bar_rows(self) -> int:
        """Rows of the bar: all but that of the interval, and in high lanes a blank one."""
        return max(self.rows - 1 - (self.rows > 3), 1)

    @property
    def sparkline_rows(self) -> int:
        """Rows of the sparkline; the last row of a high lane stays blank."""
        return self.rows - 1 if self.rows > 2 else self.rows
