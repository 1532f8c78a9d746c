"""Where a mode stands in the live ranking: its place, its ratio and the interval of it, as text and drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui_httpbench.analysis.places import NO_VERDICT_YET, knows_places, says_anything
from tui_httpbench.analysis.result import Rank
from tui_httpbench.bench.events import LaneProgress, Progress
from tui_httpbench.text.formatting import UNKNOWN, enumerate_names, format_figure, format_ratio, undecided_pairs_within
from tui_httpbench.tui.formatting import whole_parts

_LOWEST_DECADE = -6
_LINEAR_TICKS = ((0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 0.5, 1.0), (0.0, 1.0))


def place_and_ratio(rank: Rank | None, place: str, cells: int) -> str:
    """``1     ×1.00``: the place on the left, the ratio on the right; blank before there is any."""
    if rank is None:
        return " " * cells
    ratio = "" if rank.ratio is None else format_ratio(rank.ratio)
    place = "" if place == UNKNOWN else place
    return f"{place} {ratio:>{cells - len(place) - 1}}"


def shares_so_far(lanes: Sequence[LaneProgress], ranking: Iterable[Rank]) -> dict[str, float]:
    """How fast each mode is beside the leader, whose share is 1; modes of which nothing is known are left out.

    Of those that the ranking compares it is the ranking's own ratio, so that a bar says what the place beside it does.
    Of all others, and of all before the first ranking, it is the speed so far: not before each mode at work has one, or
    whichever ends a request first would look like the leader.
    """
    ratios = {rank.mode: rank.ratio for rank in ranking if rank.interval is not None and rank.ratio}
    speeds = {lane.mode: lane.throughput or 0.0 for lane in lanes}
    clean = [speeds[lane.mode] for lane in lanes if not lane.errors] or list(speeds.values())
    top = max(clean, default=0.0)
    if not ratios and any(lane.state == "running" and lane.errors == 0 and not speeds[lane.mode] for lane in lanes):
        return {}
    shares = {mode: min(speed / top, 1.0) for mode, speed in speeds.items() if speed and top}
    return shares | {mode: 1 / ratio for mode, ratio in ratios.items() if mode in speeds}


@dataclass(frozen=True)
class SpeedScale:
    """Where speeds stand, as shares of the leader's: on a line from zero, or from a power of ten to 1.

    ``decades`` are the powers of ten of a logarithmic scale, 0 for a linear one.
    """

    decades: int = 0

    @classmethod
    def of(cls, shares: Iterable[float], *, log: bool) -> SpeedScale:
        """The scale that has all of these shares on it."""
        positive = [share for share in shares if share > 0]
        if not positive or not log:
            return cls()
        lowest = math.floor(math.log10(min(positive) / max(positive)) - 1e-9)
        return cls(-max(lowest, _LOWEST_DECADE))

    def place(self, share: float) -> float:
        """How far along the scale a share of the fastest speed is; beyond 0 to 1 where it is not on it."""
        if not self.decades:
            return share
        return 1 + math.log10(share) / self.decades if share > 0 else -math.inf

    def bar(self, share: float | None) -> float:
        """How long the bar of a share is, 0 to 1."""
        return min(max(self.place(share), 0.0), 1.0) if share else 0.0

    def draw(self, rank: Rank, cells: int) -> str:
        """The interval of a mode's speed as a line with a dot on it; arrows where it goes on beyond the scale."""
        interval = rank.interval
        if interval is None or not cells or not says_anything(interval):
            return ""
        low, high = 1 / interval.high, 1 / interval.low
        first, last = self._cell(low, cells), self._cell(high, cells)
        drawn = [" "] * cells
        for cell in range(max(first, 0), min(last, cells - 1) + 1):
            drawn[cell] = "─"
        if first < last:
            drawn[max(first, 0)] = "├" if first >= 0 else "◂"
            drawn[min(last, cells - 1)] = "┤" if last < cells else "▸"
        drawn[min(max(self._cell(1 / interval.ratio, cells), 0), cells - 1)] = "●"
        return "".join(drawn)

    def draw_axis(self, cells: int) -> str:
        """Per cent of the fastest mode's speed, each label around its place, as many as keep apart."""
        choices = [[10.0**power for power in range(-self.decades, 1)]] if self.decades else _LINEAR_TICKS
        for shares in choices:
            labels = [(self.place(share), f"{share * 100:.6g} %") for share in shares]
            starts = [
                min(max(round(place * cells) - len(label) // 2, 0), cells - len(label)) for place, label in labels
            ]
            ends = [start + len(label) for start, (_, label) in zip(starts, labels, strict=True)]
            if all(end < start for end, start in zip(ends, starts[1:], strict=False)) and starts[0] >= 0:
                line = [" "] * cells
                for start, (_, label) in zip(starts, labels, strict=True):
                    line[start : start + len(label)] = label
                return "".join(line)
        return ""

    def _cell(self, share: float, cells: int) -> int:
        place = self.place(share)
        if place < 0:
            return -1
        # The fastest mode's own speed is the scale's last cell, not the one behind it.
        return cells - 1 if 1.0 <= place < 1 + 1 / cells else min(int(min(place, 2.0) * cells), cells)


def leader_in_words(progress: Progress, cells: int) -> str:
    """Who leads and by how much, and what the ranking so far leaves open, in one line of at most ``cells``.

    Empty before the first round.
    """
    if len(progress.lanes) < 2:
        return "One mode: there is nothing to compare"
    if not progress.ranking:
        return "First round running: no ranking yet" if progress.round else ""
    compared = [rank for rank in progress.ranking if rank.interval is not None]
    if len(compared) < 2:
        return "Nothing to compare: fewer than two modes without failures"
    leaders = [rank.mode for rank in compared if rank.rank == compared[0].rank]
    if not knows_places(progress.ranking):
        return whole_parts(f"{compared[0].mode} is ahead · {NO_VERDICT_YET}", cells)
    if len(leaders) > 1:
        who = enumerate_names(leaders) if len(leaders) == 2 else f"{len(leaders)} of {len(progress.lanes)} modes"
        found = f"{who} lead, too close to call"
    else:
        found = f"{leaders[0]} leads"
        next_one = compared[1]
        if next_one.ratio is not None:
            found = f"{found}; {next_one.mode} takes {format_figure(next_one.ratio)} times as long"
    rest = undecided_in_words(progress, cells - len(found) - len(" · "))
    line = f"{found} · {rest}"
    return line if len(line) <= cells else whole_parts(found, cells, "; ")


def undecided_in_words(progress: Progress, cells: int) -> str:
    """Which neighbours of the ranking can't be told apart: the pairs that fit into ``cells``, and how many more."""
    if not progress.undecided:
        return "all decided"
    compared = sum(rank.interval is not None for rank in progress.ranking)
    line = undecided_pairs_within(progress.undecided, cells)
    return line or f"undecided: {len(progress.undecided)} of {compared - 1} neighbours"
