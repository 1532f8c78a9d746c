"""How one mode's lane of a replay is drawn at one moment."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_httpbench.analysis.places import FAILED_SIGN
from tui_httpbench.analysis.race import Race, Racer
from tui_httpbench.analysis.result import Rank
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.text.formatting import UNKNOWN, format_rate, format_ratio, plural
from tui_httpbench.tui.formatting import format_seconds
from tui_httpbench.tui.parts.blocks import LYING
from tui_httpbench.tui.screens.replay.block_digits import block_digits

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
        name = max(name, *(len(_count(racer, race, math.inf)) for racer in race.racers), 8) + 2
        if columns >= _WIDE:
            name = max(name, 46)
        told = (len(text) for racer in race.racers for text in (_outcome(racer, race), _told(racer, race)))
        time = max(told, default=0)
        large = max((len(block_digits(racer.rank.label)[0]) for racer in race.placed if racer.rank), default=0)
        flag = time + (large + 3 if rows >= _LARGE_ROWS else 7)
        return cls(columns, rows, name, max(flag, 14))

    @property
    def track(self) -> int:
        """The part that fills."""
        return max(self.columns - self.name - self.flag - len(FINISH_LINE), 0)


def draw_race_lane(
    racer: Racer,
    race: Race,
    place: str,
    moment_s: float,
    layout: RaceLayout,
    styles: Mapping[str, Style],
    bar: Style,
) -> list[Strip]:
    """The lane's rows.

    ``place`` is that of ``places_of``; ``styles`` has the keys ``text``, ``muted``, ``rest``, ``line``, ``winner`` and
    ``error``.
    """
    names = _names(racer, race, moment_s, layout)
    flags = _flags(racer, race, place, layout) if racer.has_ended(moment_s) or not racer.starts else []
    absence = _whole_lines(f"does not start: {racer.why_absent}", layout.track, layout.rows)
    strips = []
    for row in range(layout.rows):
        is_last = row == layout.rows - 1 and layout.rows > 1
        segments = [Segment(f"{names[row]:<{layout.name}}"[: layout.name], _name_style(row, racer, styles))]
        share = racer.share(moment_s)
        if racer.starts:
            segments += _track(share, layout.track, is_last, bar, styles["rest"])
        else:
            segments.append(Segment(absence[row].ljust(layout.track), styles["muted"]))
        line = FINISH_LINE if racer.starts else ""
        segments.append(Segment(("▀▘" if is_last and line else line).ljust(len(FINISH_LINE)), styles["line"]))
        flag, style = flags[row] if row < len(flags) else ("", "text")
        segments.append(Segment(f" {flag}".ljust(layout.flag)[: layout.flag], styles[style]))
        strips.append(Strip(segments).simplify().adjust_cell_length(layout.columns))
    return strips


def _names(racer: Racer, race: Race, moment_s: float, layout: RaceLayout) -> list[str]:
    rows = [racer.mode]
    if layout.rows > 1 and racer.starts:
        rows.append(_count(racer, race, moment_s))
    if layout.rows >= _LARGE_ROWS + 1:
        about = textwrap.wrap(mode_of(racer.mode).about, layout.name - 2)
        # A note that is cut says something else; the last row is the gap to the next lane where it can be.
        rows += about if len(about) <= layout.rows - 2 else []
    return rows + [""] * (layout.rows - len(rows))


def _whole_lines(text: str, columns: int, rows: int) -> list[str]:
    """A text in so many lines; where it has no room, with an ellipsis."""
    lines = textwrap.wrap(text, max(columns, 1), max_lines=rows, placeholder=" …") if columns > len(" …") else []
    return [line[:columns] for line in lines] + [""] * (rows - len(lines))


def _name_style(row: int, racer: Racer, styles: Mapping[str, Style]) -> Style:
    if row == 0:
        return styles["text"] + Style(bold=True)
    return styles["error"] if row == 1 and racer.failed else styles["muted"]


def _flags(racer: Racer, race: Race, place: str, layout: RaceLayout) -> list[tuple[str, str]]:
    if not racer.starts:
        return []
    outcome = _outcome(racer, race)
    if racer.rank is None:
        what = f"{FAILED_SIGN} {racer.failed:,} failed" if racer.failed else f"{FAILED_SIGN} not clean"
        return [(what, "error"), (outcome, "muted")] if layout.rows > 1 else [(what, "error")]
    if place == UNKNOWN:
        return [(f"{place:<5}{outcome}", "text")]
    place, is_winner = place_of(racer.rank), racer in race.winners
    look = "winner" if is_winner else "text"
    if layout.rows == 1:
        return [(f"{place:<5}{outcome}", look)]
    told = _told(racer, race)
    if layout.rows < _LARGE_ROWS:
        return [(f"{place:<5}{outcome}", look), (f"{'':<5}{told}", "muted")]
    digits = block_digits(racer.rank.label)
    return [(f"{row}  {text}", look) for row, text in zip(digits, (outcome, told, ""), strict=True)]


def _told(racer: Racer, race: Race) -> str:
    """What stands under an outcome, of all rounds: that the racer won or is tied, or how many times the winner's time.

    A tie has no ratio beside it: that would tell apart what can't be told apart.
    """
    if racer.rank is None:
        return ""
    if racer.rank.shared:
        return "tied"
    if racer in race.winners:
        return "winner"
    return "" if racer.rank.ratio is None else format_ratio(racer.rank.ratio)


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


def _count(racer: Racer, race: Race, moment_s: float) -> str:
    """How many requests are done, and of a racer that has stopped what became of them."""
    done = racer.requests if math.isinf(moment_s) else racer.done(moment_s)
    has_ended = racer.starts and done == racer.requests
    if racer.failed and has_ended:
        return f"{racer.failed:,} of {done:,} failed"
    if not race.is_timed:
        return f"{done:,} of {racer.requests:,}"
    # They don't measure equally long, since requests in flight are waited for.
    return f"{done:,} in {format_seconds(racer.finish_s or 0.0)}" if has_ended else plural(done, "request")


def _outcome(racer: Racer, race: Race) -> str:
    """What a racer's round came to: how long it took, or with a load in seconds its requests per second."""
    if racer.finish_s is None:
        return ""
    return f"{format_rate(racer.rate)}/s" if race.is_timed else format_seconds(racer.finish_s)


def place_of(rank: Rank) -> str:
    """``1st``, or ``1=`` for a place that several share."""
    return rank.label if rank.shared else ordinal(rank.rank)


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``11th``."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
