"""What the columns of the ranking read: one mode, its place, and the result that it is of."""

from __future__ import annotations

from dataclasses import dataclass

from tui_httpbench.analysis.gusts import Yardstick
from tui_httpbench.analysis.result import ModeSummary, Rank, Result


@dataclass(frozen=True)
class Row:
    """One mode of a ranking by ``yardstick``; ``place`` is as it is shown."""

    result: Result
    summary: ModeSummary
    rank: Rank
    place: str
    yardstick: Yardstick = "time"

    @property
    def mode(self) -> str:
        """The mode's id."""
        return self.rank.mode
