"""Where a run stands, in words."""

from __future__ import annotations

import math

from tui_httpbench.bench.events import Progress
from tui_httpbench.text.formatting import format_clock, plural


def describe_progress(progress: Progress) -> str:
    """Which round is under way, what happens in it, and how long the run will still take at most."""
    if progress.stage == "preparing":
        return "Making environments"
    if progress.stage == "checking":
        return "Checking that all modes do the same work"
    if progress.stage == "ended":
        return f"Over after {plural(progress.round, 'round')}"
    if not progress.round:
        return "Starting the modes"
    return " · ".join((round_in_words(progress), _stage_in_words(progress), time_left_in_words(progress)))


def round_in_words(progress: Progress) -> str:
    """``Round 2 of 5``; an automatic run may end before the last round in sight."""
    at_most = "at most " if progress.is_auto else ""
    return f"Round {progress.round} of {at_most}{max(progress.rounds, progress.round)}"


def time_left_in_words(progress: Progress) -> str:
    """The one figure that says how long it will take: an upper bound, so rounded up."""
    if progress.time_left_s is None:
        return "time left: not known yet"
    return f"at most {format_time_left(progress.time_left_s)} left"


def format_time_left(seconds: float) -> str:
    """``0:17``, rounded up."""
    return format_clock(math.ceil(seconds))


def _stage_in_words(progress: Progress) -> str:
    """What the modes do; how many of them, where not all of them fit into one group."""
    here = sum(lane.state in ("starting", "running") for lane in progress.lanes)
    able = sum(lane.state != "failed" for lane in progress.lanes)
    is_part = 0 < here < able
    if progress.stage == "starting":
        return f"starting {here} of {able} modes" if is_part else "starting the modes"
    if len(progress.lanes) == 1:
        return "measuring"
    return f"{here} of {able} modes taking turns" if is_part else "taking turns"
