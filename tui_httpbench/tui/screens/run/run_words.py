"""Where a run stands, in words."""

from __future__ import annotations

from tui_httpbench.bench.events import Progress
from tui_httpbench.report.run_words import TIME_LEFT_UNKNOWN, round_in_words, time_left_in_words
from tui_httpbench.text.formatting import plural


def describe_progress(progress: Progress) -> str:
    """Which round is under way, how long the run will still take at most, and what happens in the round."""
    if progress.stage == "preparing":
        return "Making environments"
    if progress.stage == "checking":
        return "Checking that all modes do the same work"
    if progress.stage == "ended":
        return f"Over after {plural(progress.round, 'round')}: working out the result"
    if not progress.round:
        return "Starting the modes"
    number = round_in_words(progress.round, progress.rounds, progress.least_rounds, is_auto=progress.is_auto)
    number = f"{number[:1].upper()}{number[1:]}"
    left = time_left_in_words(progress.time_left_s, progress.expected_s, progress.elapsed_s)
    if left == TIME_LEFT_UNKNOWN and progress.round == 1:
        return f"{number} · {_stage_in_words(progress)} · time left: known after round 1"
    return f"{number}, {left} · {_stage_in_words(progress)}"


def _stage_in_words(progress: Progress) -> str:
    """What the modes do; how many of them, where not all of them fit into one group."""
    here = sum(lane.state in ("starting", "running") for lane in progress.lanes)
    able = sum(lane.state != "failed" for lane in progress.lanes)
    is_part = 0 < here < able
    if progress.stage == "starting":
        return f"starting {here} of {able} modes" if is_part else "starting the modes"
    if len(progress.lanes) == 1:
        return "measuring"
    return f"{here} of {able} modes take turns" if is_part else "the modes take turns"
