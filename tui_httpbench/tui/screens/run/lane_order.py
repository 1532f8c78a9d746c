"""In which order the lanes stand, and where they are on the way from one order to the next."""

from __future__ import annotations

from collections.abc import Sequence

from tui_httpbench.analysis.result import Rank

STEPS = 5


class LaneOrder:
    """Lanes by rank; those that share one keep their order from the first ranking on, so that nothing jumps about.

    A change takes ``STEPS`` calls of ``move_on``, in which the lanes slide to their new places.
    """

    def __init__(self, modes: Sequence[str]) -> None:
        """The plan's order, until there is a ranking."""
        self._order = list(modes)
        self._from = {mode: place for place, mode in enumerate(modes)}
        self._step = STEPS
        self._is_ranked = False

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes as they stand when all movement is over."""
        return tuple(self._order)

    @property
    def is_moving(self) -> bool:
        """Whether lanes are on their way."""
        return self._step < STEPS

    def place(self, mode: str) -> int:
        """Where a lane stands when all movement is over; 0 is the top."""
        return self._order.index(mode)

    def rank(self, ranking: Sequence[Rank], *, at_once: bool) -> dict[str, int]:
        """Takes a new ranking; how many places each of its modes goes up (or, if negative, down)."""
        ranks = {rank.mode: rank.rank for rank in ranking}
        if not self._is_ranked:
            # The first round can't tell anything apart yet; its order is the best to begin with.
            ranks = {rank.mode: place for place, rank in enumerate(ranking)}
            self._is_ranked = bool(ranking)
        before = {mode: place for place, mode in enumerate(self._order)}
        self._order.sort(key=lambda mode: ranks.get(mode, len(before) + 1))
        moved = {mode: before[mode] - self._order.index(mode) for mode in ranks}
        if any(moved.values()):
            self._from = before
            self._step = STEPS if at_once else 0
        return moved

    def move_on(self) -> None:
        """Slides the lanes a step further."""
        self._step = min(self._step + 1, STEPS)

    def lane_at(self, line: int, rows: int) -> tuple[str, int] | None:
        """The mode and the row of its lane at a line; None where none is, such as in a gap between moving ones."""
        if not self.is_moving:
            index, row = divmod(line, rows)
            return (self._order[index], row) if 0 <= index < len(self._order) else None
        # Those that go up pass over those that go down.
        for mode in sorted(self._order, key=lambda mode: self.place(mode) - self._from[mode]):
            row = line - self._top(mode, rows)
            if 0 <= row < rows:
                return mode, row
        return None

    def _top(self, mode: str, rows: int) -> int:
        start, end = self._from[mode] * rows, self.place(mode) * rows
        share = self._step / STEPS
        eased = share * share * (3 - 2 * share)
        return round(start + (end - start) * eased)
