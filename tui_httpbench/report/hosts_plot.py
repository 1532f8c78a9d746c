"""A pair of lanes by host, drawn in signs: a row for each host, and below them the mean and what is to be expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_httpbench.analysis.hosts_pairs import PairOverHosts, Standing
from tui_httpbench.analysis.hosts_table import ratio_in_words, verdict_in_words
from tui_httpbench.charts.intervals import IntervalScale
from tui_httpbench.text.formatting import UNKNOWN, format_interval, format_ratio
from tui_httpbench.text.quoting import printable

MEAN = "mean"
FURTHER = "a further one"
SIDES = ("← faster", "slower →")
_MIN_PLOT = 16


@dataclass(frozen=True)
class PlotRow:
    """A row: what it is of, the drawing, the ratio in words, and the verdict, which gives its colour."""

    name: str
    drawn: str
    told: str
    standing: Standing | None


@dataclass(frozen=True)
class HostsPlot:
    """Rows of hosts, those below them, and the axis, all as wide as they were made for."""

    hosts: tuple[PlotRow, ...]
    over_all: tuple[PlotRow, ...]
    axis: str
    sides: str
    name_columns: int


def scale_of(pair: PairOverHosts, columns: int) -> IntervalScale:
    """The scale on which all hosts and the mean of a pair stand."""
    intervals = [(each.ratio, each.low, each.high) for each in pair.on_hosts]
    if pair.mean is not None:
        intervals.append((pair.mean.ratio, pair.mean.low, pair.mean.high))
    return IntervalScale(intervals, columns)


def plot_of(pair: PairOverHosts, names: Sequence[str], columns: int, *, most_name: int = 24) -> HostsPlot:
    """The rows of these hosts in so many columns; where the pair can't be compared, there is the line at 1 alone."""
    labels = (*names, MEAN, FURTHER) if pair.mean is not None else tuple(names)
    name_columns = min(max(map(len, labels), default=0), max(columns // 4, 8), most_name)
    told = {each.host: ratio_in_words(each) for each in pair.on_hosts}
    told_columns = max(map(len, told.values()), default=0)
    room = columns - name_columns - told_columns - 4
    if room < _MIN_PLOT:
        told_columns, room = 0, columns - name_columns - 2
    if not pair.on_hosts:
        return HostsPlot(tuple(PlotRow(name, "", "", None) for name in names), (), "", "", name_columns)
    scale = scale_of(pair, room)
    hosts = []
    for name in names:
        each = pair.on(name)
        if each is None:
            hosts.append(PlotRow(name, scale.empty(), f"{UNKNOWN:>6}" if told_columns else "", None))
        else:
            drawn = scale.draw(each.ratio, each.low, each.high)
            hosts.append(PlotRow(name, drawn, told[name] if told_columns else "", each.standing))
    left, right = SIDES
    gap = scale.columns - len(left) - len(right)
    sides = f"{left}{' ' * gap}{right}" if gap > 1 else " " * scale.columns
    return HostsPlot(tuple(hosts), _over_all(pair, scale, told_columns), scale.axis(), sides, name_columns)


def _over_all(pair: PairOverHosts, scale: IntervalScale, told_columns: int) -> tuple[PlotRow, ...]:
    mean = pair.mean
    if mean is None:
        return ()
    told = f"{format_ratio(mean.ratio):>6} {verdict_in_words(mean.standing)}" if told_columns else ""
    rows = [PlotRow(MEAN, scale.draw(mean.ratio, mean.low, mean.high, "◆", "━"), told, mean.standing)]
    if mean.expected is not None:
        bounds = f" {format_interval(*mean.expected)}" if told_columns else ""
        rows.append(PlotRow(FURTHER, scale.draw(None, *mean.expected, rule="╌"), bounds[: max(told_columns, 0)], None))
    return tuple(rows)


def name_in(columns: int, name: str) -> str:
    """A host's name, set to the right of its columns; cut in its middle, as names of machines differ at an end."""
    shown = printable(name)
    if len(shown) > columns:
        head = max(columns - 1, 0) // 2
        shown = f"{shown[:head]}…{shown[len(shown) - (max(columns - 1, 0) - head) :]}"
    return f"{shown:>{columns}}"
