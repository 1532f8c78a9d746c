"""The places of a ranking as screens and reports show them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tui_httpbench.analysis.result import Rank
from tui_httpbench.text.formatting import UNKNOWN

NO_VERDICT_YET = "one round: no verdict yet"


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
