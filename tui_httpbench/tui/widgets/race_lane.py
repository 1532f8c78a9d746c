"""How one mode's lane of a replay is drawn at one moment."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_httpbench.analysis.race import Race, Racer
from tui_httpbench.clients.catalog import mode_of
from tui_httpbench.formatting import format_ratio
from tui_httpbench.report.ranking_table import FAILED_SIGN
from tui_httpbench.tui.formatting import format_seconds
from tui_httpbench.tui.widgets.blocks import LYING, large_digits

MAX_ROWS = 7
FINISH_LINE = "▚▚"
_LARGE_ROWS = 3
_WIDE = 130


@dataclass(frozen=True)
class RaceLayout:
    """Where the columns of all lanes are, in cells; a lane has ``rows`` rows, the lower half of the last one blank."""

    columns: int
    rows: int
    name: int
    flag: int

    @classmethod
    def of(cls, race: Race, columns: int, rows: int) -> RaceLayout:
        """The layout for these racers in this space."""
        name = max((len(racer.mode) for racer in race.racers), default=0)
        name = max(name, *(len(_count(racer, racer.requests)) for racer in race.racers), 8) + 2
        if columns >= _WIDE:
            name = max(name, 34)
        time = max((len(_time(racer)) for racer in race.racers), default=0)
        flag = time + (11 if rows >= _LARGE_ROWS else 7)
        return cls(columns, rows, name, max(flag, 14))

    @property
    def track(self) -> int:
        """The part that fills."""
        return max(self.columns - self.name - self.flag - len(FINISH_LINE), 0)


def draw_race_lane(
    racer: Racer, race: Race, moment_s: float, layout: RaceLayout, styles: Mapping[str, Style], bar: Style
) -> list[Strip]:
    """The lane's rows; ``styles`` has the keys ``text``, ``muted``, ``rest``, ``line``, ``winner`` and ``error``."""
    done = racer.done(moment_s)
    finished = racer.has_finished(moment_s)
    names = _names(racer, done, layout)
    flags = _flags(racer, race, layout) if finished or not racer.starts else []
    strips = []
    for row in range(layout.rows):
        is_last = row == layout.rows - 1 and layout.rows > 1
        segments = [Segment(f"{names[row]:<{layout.name}}"[: layout.name], _name_style(row, racer, styles))]
        share = done / racer.requests if racer.starts else 0.0
        segments += _track(share, layout.track, is_last, bar, styles["rest"]) if racer.starts else [
            Segment((f"does not start: {racer.why_absent}" if row == 0 else "").ljust(layout.track)[: layout.track],
                    styles["muted"])
        ]  # fmt: skip
        line = FINISH_LINE if racer.starts else ""
        segments.append(Segment(("▀▘" if is_last and line else line).ljust(len(FINISH_LINE)), styles["line"]))
        flag, style = flags[row] if row < len(flags) else ("", "text")
        segments.append(Segment(f" {flag}".ljust(layout.flag)[: layout.flag], styles[style]))
        strips.append(Strip(segments).simplify().adjust_cell_length(layout.columns))
    return strips


def _names(racer: Racer, done: int, layout: RaceLayout) -> list[str]:
    rows = [racer.mode]
    if layout.rows > 1 and racer.starts:
        rows.append(_count(racer, done))
    if layout.rows >= _LARGE_ROWS + 1:
        rows += textwrap.wrap(mode_of(racer.mode).summary, layout.name - 2)[: layout.rows - 2]
    return rows + [""] * (layout.rows - len(rows))


def _name_style(row: int, racer: Racer, styles: Mapping[str, Style]) -> Style:
    if row == 0:
        return styles["text"] + Style(bold=True)
    return styles["error"] if row == 1 and racer.failed else styles["muted"]


def _flags(racer: Racer, race: Race, layout: RaceLayout) -> list[tuple[str, str]]:
    if not racer.starts:
        return []
    time, look = _time(racer), "winner" if racer.place == 1 else "text"
    if racer.place is None:
        what = f"{FAILED_SIGN} {racer.failed:,} failed" if racer.failed else f"{FAILED_SIGN} not clean"
        return [(what, "error"), (time, "muted")] if layout.rows > 1 else [(what, "error")]
    if layout.rows == 1:
        return [(f"{ordinal(racer.place):<5}{time}", look)]
    winner = next(other for other in race.racers if other.place == 1)
    assert winner.finish_s is not None
    assert racer.finish_s is not None
    ratio = "winner" if racer.place == 1 else format_ratio(racer.finish_s / winner.finish_s) if winner.finish_s else ""
    if layout.rows < _LARGE_ROWS:
        return [(f"{ordinal(racer.place):<5}{time}", look), (f"{'':<5}{ratio}", "muted")]
    place = large_digits(str(racer.place))
    beside = (ordinal(racer.place), time, ratio)
    return [(f"{digits}  {text}", look) for digits, text in zip(place, beside, strict=True)]


def _track(share: float, columns: int, is_last: bool, bar: Style, rest: Style) -> list[Segment]:
    """The filled and the empty part; the last row is half as high, so that lanes don't touch."""
    if is_last:
        full = round(share * columns)
        return [Segment("▀" * full, bar), Segment("▀" * (columns - full), rest)]
    full, eighths = divmod(round(share * columns * 8), 8)
    # Fonts leave hairlines between rows of blocks, which a background of the same colour fills.
    segments = [Segment("█" * full, bar + Style(bgcolor=bar.color))]
    if eighths:
        segments.append(Segment(LYING[eighths], bar + Style(bgcolor=rest.color)))
    return [*segments, Segment("█" * (columns - full - bool(eighths)), rest + Style(bgcolor=rest.color))]


def _count(racer: Racer, done: int) -> str:
    if racer.failed and done == racer.requests:
        return f"{racer.failed:,} of {done:,} failed"
    return f"{done:,} of {racer.requests:,}"


def _time(racer: Racer) -> str:
    return "" if racer.finish_s is None else format_seconds(racer.finish_s)


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``11th``."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
