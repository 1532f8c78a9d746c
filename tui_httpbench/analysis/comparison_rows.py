"""A comparison of two runs as sentences and rows, for every form in which it is shown."""

from __future__ import annotations

from collections.abc import Iterator

from tui_httpbench.analysis.compared_run import ComparedRun
from tui_httpbench.analysis.run_comparison import LaneComparison, RunComparison
from tui_httpbench.text.formatting import (
    UNKNOWN,
    enumerate_first,
    format_interval,
    format_percent,
    format_rate,
    format_ratio,
    format_times,
)
from tui_httpbench.text.markdown_table import Side
from tui_httpbench.text.quoting import printable, shown_path

LANE_COLUMNS: dict[str, tuple[Side, int]] = {
    "lane": ("left", 9),
    "old req/s": ("right", 5),
    "new req/s": ("right", 5),
    "new/old": ("right", 8),
    "interval": ("right", 6),
    "verdict": ("left", 7),
}
"""The columns by heading: the side that each is aligned to, and its weight where there is little room."""

DIFFERENCE_COLUMNS: dict[str, Side] = {"differs": "left", "old": "left", "new": "left"}
SAME_RUN = "Both are the same run, so nothing can differ."
GONE_ON = "The one run is the other, gone on with: they share rounds, so nothing is compared."
_MOST_NAMED = 12
_MOST_TEXT = 200


def lane_row(comparison: RunComparison, lane: LaneComparison) -> tuple[str, ...]:
    """The cells of a lane, one for each of ``LANE_COLUMNS``."""
    rates = [
        UNKNOWN if each.ok_per_second is None else format_rate(each.ok_per_second) for each in (lane.old, lane.new)
    ]
    if lane.interval is None or comparison.is_with_itself:
        return printable(lane.label), *rates, UNKNOWN, UNKNOWN, "not compared"
    ratio, interval = format_ratio(lane.interval.ratio), format_interval(lane.interval.low, lane.interval.high)
    return printable(lane.label), *rates, ratio, interval, verdict_in_words(comparison, lane)


def verdict_in_words(comparison: RunComparison, lane: LaneComparison) -> str:
    """``surely slower``, ``same within 3 %``, ``unsure``."""
    if lane.verdict == "same":
        return f"same within {format_percent(comparison.same_within)}"
    return "unsure" if lane.verdict == "unsure" else f"surely {lane.verdict}"


def difference_rows(comparison: RunComparison) -> list[tuple[str, str, str]]:
    """The cells of each condition that the runs differ in."""
    return [(printable(each.title), _shown(each.old), _shown(each.new)) for each in comparison.differences]


def _shown(text: str) -> str:
    return shown_path(text, _MOST_TEXT) if text else UNKNOWN


def run_in_words(run: ComparedRun) -> str:
    """Which run it is: ``old.json: 'before the fix', 2026-11-19T10:00:00+01:00, 5 rounds``."""
    rounds = max((len(lane.rounds) for lane in run.lanes), default=0)
    parts = [repr(printable(run.name))] if run.name else []
    parts += [printable(run.started_at) if run.started_at else "nobody knows when"]
    parts += [f"{rounds} whole round{'' if rounds == 1 else 's'}"]
    return f"{shown_path(run.source)}: {', '.join(parts)}"


def conclusion(comparison: RunComparison) -> str:
    """What is known of all lanes, in a sentence or two."""
    lanes = comparison.lanes
    if not lanes:
        return "The runs have no lane in common that could be compared."
    if comparison.is_with_itself:
        return SAME_RUN if comparison.old.lanes == comparison.new.lanes else GONE_ON
    than = "than before" + (f", relative to {comparison.relative_to}" if comparison.relative_to else "")
    kinds = {
        f"surely slower {than}": [lane.label for lane in lanes if lane.verdict == "slower"],
        f"surely faster {than}": [lane.label for lane in lanes if lane.verdict == "faster"],
        f"the same as before within {format_percent(comparison.same_within)}": [
            lane.label for lane in lanes if lane.verdict == "same"
        ],
        _unsure(comparison): [lane.label for lane in lanes if lane.verdict == "unsure" and lane.interval is not None],
        "not compared": [lane.label for lane in lanes if lane.interval is None],
    }
    told = [f"{kind}: {enumerate_first(labels, _MOST_NAMED)}" for kind, labels in kinds.items() if labels]
    text = "; ".join(told)
    if comparison.other_work:
        return f"The runs did not do the same work ({comparison.other_work} differed), so with that: {text}."
    return f"{text[:1].upper()}{text[1:]}."


def _unsure(comparison: RunComparison) -> str:
    """The word for lanes that are unsure, with the reason where it is that of all of them, whatever their intervals."""
    is_of_all = comparison.why_clock_is_unsure and not comparison.relative_to
    return f"unsure, since {comparison.why_clock_is_unsure}" if is_of_all else "unsure"


def notes(comparison: RunComparison, asks: str = "--relative-to {lane}") -> Iterator[str]:
    """What to keep in mind about the verdicts, each in a sentence or two; ``asks`` is how a ``{lane}`` is chosen."""
    yield from (f"{lane.label} was not compared: {lane.why_not}." for lane in comparison.lanes if lane.why_not)
    for labels, which, other in ((comparison.only_old, "old", "new"), (comparison.only_new, "new", "old")):
        if labels:
            yield f"In the {which} run alone, and not in the {other} one: {enumerate_first(labels, _MOST_NAMED)}."
    if comparison.is_with_itself:
        return
    if not any(lane.interval is not None for lane in comparison.lanes):
        return
    if comparison.relative_to:
        if comparison.why_clock_is_unsure:
            yield (
                f"Relative to {comparison.relative_to}, what all lanes share cancels. What does not: "
                f"{comparison.why_clock_is_unsure}, and lanes need not suffer alike."
            )
        return
    yield from _how_sure(comparison, asks)


def _how_sure(comparison: RunComparison, asks: str) -> Iterator[str]:
    """From which difference on the verdicts are sure, and what would be better."""
    if comparison.sure_from is None:
        return
    text = (
        "No machine is quite the same in two runs, and the intervals allow for that: as measured, a difference shows "
        f"when a lane takes about {format_times(1 + comparison.sure_from)} times as long"
    )
    if comparison.sure_from_relative is not None and comparison.sure_from_relative < comparison.sure_from:
        better = f"{asks.format(lane=comparison.advised)} cancels what all lanes share"
        text += f"; {better}, so that {format_times(1 + comparison.sure_from_relative)} times is enough"
    yield f"{text}."
