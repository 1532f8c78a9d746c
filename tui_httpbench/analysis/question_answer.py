"""The answer to the question that a plan was made for, in a sentence, before what the ranking says."""

from __future__ import annotations

import math

from tui_httpbench.analysis.changes import Change, change_between
from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.entrants import entrant_of
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.text.formatting import enumerate_names, format_percent, format_times

KEEPING = "Keeping the client"


def answer_of(result: Result) -> str:
    """What the run says to its question; empty where it has none, or where the ranking itself is the answer.

    Of two versions, the sentences on their pairs are.
    """
    if _asks(result, "keep"):
        return _keeping(result)
    if _asks(result, "http2"):
        return _http2(result)
    return ""


def _asks(result: Result, name: str) -> bool:
    """Whether a run has the modes of a question: its URL, load and budget are whoever's who asks."""
    return set(result.plan.modes) == set(PRESETS[name].values["modes"])


def _keeping(result: Result) -> str:
    """What each library gains by its kept client, the largest gain first."""
    lanes = [entrant_of(mode) for mode in result.plan.modes]
    found = [
        change
        for kept in lanes
        for each in lanes
        if kept.mode.kept and not each.mode.kept and kept.mode.library == each.mode.library
        if (change := change_between(result, each.label, kept.label)) is not None
        and change.after == kept.label
        and _gain(change)
    ]
    if not found:
        return ""
    found.sort(key=lambda change: change.pair.interval.ratio if change.pair.interval else math.inf)
    told = [f"{change.after} is {_gain(change)}" for change in found]
    return f"{KEEPING}: {enumerate_names(told)}."


def _http2(result: Result) -> str:
    """What HTTP/2 gains or costs."""
    lanes = {entrant_of(mode).mode.http2: mode for mode in result.plan.modes}
    change = change_between(result, lanes[False], lanes[True]) if len(lanes) == 2 else None
    if change is None or not _gain(change):
        return ""
    if change.pair.verdict == "same":
        return f"HTTP/1.1 and HTTP/2 are equally fast here, within {format_percent(change.pair.same_within)}."
    faster, slower = ("HTTP/2", "HTTP/1.1") if change.after == lanes[True] else ("HTTP/1.1", "HTTP/2")
    return f"{faster} is {_gain(change).replace(change.before, slower)} here."


def _gain(change: Change) -> str:
    """``34 times as fast as requests (31 to 38)``; empty where one round does not tell its noise."""
    interval = change.pair.interval
    if interval is None or not math.isfinite(interval.high):
        return ""
    times, low = format_times(1 / interval.ratio), format_times(1 / interval.high)
    high = format_times(1 / interval.low) if interval.low else "10,000+"
    unsure = ", which is unsure" if change.pair.verdict == "unsure" else ""
    return f"{times} times as fast as {change.before} ({low} to {high}{unsure})"
