"""How a mode stands in a ranking, in the words of every screen and report: place, signs at its name, interval."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_httpbench.clients.entrants import lane_of, mode_of
from tui_httpbench.text.formatting import UNKNOWN, WIDE_BOUND, format_interval

if TYPE_CHECKING:  # so that --help, which lists the columns, waits for no array library
    from tui_httpbench.analysis.comparison import RatioInterval
    from tui_httpbench.analysis.findings import Finding
    from tui_httpbench.analysis.result import Rank, Result

NO_VERDICT_YET = "one round: no verdict yet"
REFERENCE = "reference"
FAILED_SIGN = "!"
OTHER_WORK_SIGN = "≠"
AS_ASKED = "as asked: HTTP/2"
ORDER_NOTE = "Places and ratios compare modes round by round; requests/s is over all rounds, so the two may differ."
BARS_NOTE = "In the order of the comparison, round by round; a bar is over all rounds."
"""Where bars that are drawn do not fall from one to the next as their rows do."""
RATE_GAP = math.log(1.03)
"""How far a ratio of throughputs may be from the compared ratio, in logarithms, before it is explained."""


def places_of(ranking: tuple[Rank, ...]) -> dict[str, str]:
    """The place of each mode; a dash for those that were not compared, and for all while nothing is known of them."""
    is_known = knows_places(ranking)
    return {rank.mode: rank.label if is_known and rank.interval is not None else UNKNOWN for rank in ranking}


def knows_places(ranking: tuple[Rank, ...]) -> bool:
    """Whether the compared modes have places: not after a single round, of which no noise and so no bound is known."""
    intervals = [rank.interval for rank in ranking if rank.interval is not None and rank.verdict is not None]
    return not intervals or any(interval.low > 0 or math.isfinite(interval.high) for interval in intervals)


def placed_name(places: Mapping[str, str], mode_id: str) -> str:
    """A mode's name behind its place; the name alone where it has none."""
    place = places.get(mode_id, UNKNOWN)
    return mode_id if place == UNKNOWN else f"{place} {mode_id}"


def other_work_note(result: Result, mode_id: str) -> str:
    """What is told at a mode that does other work than most: whether that is what it was asked for; else empty."""
    told = [difference for difference in result.differences if mode_id in difference.modes]
    if not told:
        return ""
    return AS_ASKED if all(is_as_asked(result, difference) for difference in told) else "other work"


def other_work_legend(result: Result) -> str:
    """What the sign behind modes means in a result, a sentence; empty where no mode has it."""
    told = {note for mode in result.modes if (note := other_work_note(result, mode.mode))}
    if not told:
        return ""
    if told == {AS_ASKED}:
        return f"{OTHER_WORK_SIGN} spoke HTTP/2, as asked; most modes did not."
    return f"{OTHER_WORK_SIGN} does other work than most modes; the warnings say which."


def is_as_asked(result: Result, finding: Finding) -> bool:
    """Whether a difference is that modes made for HTTP/2 spoke it."""
    return finding.id == "other-http-version" and all(
        mode_of(mode).http2 and result.http_versions.get(lane_of(mode), "").startswith("2") for mode in finding.modes
    )


def marked_name(result: Result, rank: Rank) -> str:
    """A mode's name with a sign if it had failures or missing rounds, and one if it does other work than most."""
    signs = [rank.mode]
    if not rank.clean:
        signs.append(FAILED_SIGN)
    if result.does_other_work(rank.mode):
        signs.append(OTHER_WORK_SIGN)
    return " ".join(signs)


def interval_in_words(rank: Rank | None) -> str:
    """``2.45–2.57``; a dash where no interval says anything, and a word for the winner, whose time is the measure."""
    if rank is None or rank.interval is None:
        return UNKNOWN
    if rank.verdict is None:
        return REFERENCE
    return format_interval(rank.interval.low, rank.interval.high) if says_anything(rank.interval) else UNKNOWN


def says_anything(interval: RatioInterval) -> bool:
    """Whether an interval's bounds are worth telling; those of a single round are not."""
    return interval.ratio > 0 and math.isfinite(interval.high) and interval.high < interval.low * WIDE_BOUND


def rates_differ(result: Result) -> bool:
    """Whether throughputs, of all rounds together, say something else than the comparison, which goes round by round.

    They do where two that were compared stand the other way round, or where a ratio differs by more than a few percent.
    """
    compared = [rank for rank in result.ranking if rank.interval is not None and rank.ratio]
    rates = [result.mode(rank.mode).ok_per_second for rank in compared]
    if len(compared) < 2 or not all(rates):
        return False
    known = [rate or 0.0 for rate in rates]
    gaps = [abs(math.log(known[0] / rate / (rank.ratio or 1.0))) for rate, rank in zip(known, compared, strict=True)]
    return max(gaps) > RATE_GAP or any(upper < lower for upper, lower in itertools.pairwise(known))
