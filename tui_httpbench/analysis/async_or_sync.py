"""Whether async pays: where the best async mode of a sweep over what is in flight beats the best sync one, and back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tui_httpbench.analysis.sweep import SweepResult
from tui_httpbench.analysis.sweep_curves import told_bounds
from tui_httpbench.analysis.sweep_pairs import Contest, SweepPairs
from tui_httpbench.analysis.sweep_places import places_in_words
from tui_httpbench.clients.entrants import mode_of
from tui_httpbench.text.formatting import enumerate_names, format_percent, format_times, plural_range, times_as_fast

CLOSE = 1.1
"""Two kinds of modes whose best are surely no more than this many times apart, are so close that it hardly matters."""


def async_or_sync(pairs: SweepPairs) -> str:
    """Which kind pays where, where it hardly matters, and where it is open, in sentences.

    Empty for any other sweep than one over what is in flight that has modes of both kinds.
    """
    result, contests = pairs.result, contests_of_kinds(pairs)
    close = [each for each in contests if each.is_close]
    won = [each for each in contests if each.is_sure and not each.is_close]
    still_open = [each for each in contests if not each.is_sure and not each.is_close]
    won_by = {kind: [each for each in won if mode_of(each.front).kind == kind] for kind in ("async", "sync")}
    told = (
        _pays(result, won_by["async"], "async", "sync"),
        _but_not_all(pairs, won_by["async"]),
        _pays(result, won_by["sync"], "sync", "async"),
        _open(result, still_open, len(contests)),
        _hardly(result, close),
    )
    return " ".join(filter(None, told))


def contests_of_kinds(pairs: SweepPairs) -> tuple[Contest, ...]:
    """The best async mode against the best sync one, at each point; none of a sweep that does not ask for it."""
    result = pairs.result
    if result.sweep.knob != "concurrency" or not pairs.knows_noise:
        return ()
    kinds: dict[str, list[str]] = {"async": [], "sync": []}
    for lane in result.lanes:
        kinds[mode_of(lane).kind].append(lane)
    return pairs.contests(kinds["async"], kinds["sync"], CLOSE)


def _pays(result: SweepResult, won: Sequence[Contest], ours: str, theirs: str) -> str:
    if not won:
        return ""
    lanes = enumerate_names(list(dict.fromkeys(each.front for each in won)))
    verb = "beats" if len({each.front for each in won}) == 1 else "beat"
    kind = f"{ours[:1].upper()}{ours[1:]}"
    return (
        f"{kind} pays {_places(result, won)}: there {lanes} surely {verb} every {theirs} mode, "
        f"{_range([each.times for each in won])} times as fast as the best."
    )


def _but_not_all(pairs: SweepPairs, won: Sequence[Contest]) -> str:
    """The async mode that loses by most where async pays: that is no better than the library at hand."""
    values, fronts = {each.value for each in won}, {each.front for each in won}
    lanes = pairs.result.lanes
    sync = [lane for lane in lanes if mode_of(lane).kind == "sync"]
    lost = [
        contest
        for lane in lanes
        if lane not in (*fronts, *sync)
        for contest in pairs.contests([lane], sync)
        if contest.value in values and contest.is_sure and contest.behind == lane
    ]
    if not lost:
        return ""
    worst = max(lost, key=lambda each: each.times)
    at = pairs.result.sweep.in_words(worst.value)
    return f"Not so {worst.behind}: at {at}, {worst.front} is {format_times(worst.times)} times as fast as that."


def _hardly(result: SweepResult, close: Sequence[Contest]) -> str:
    if not close:
        return ""
    where = _places(result, close)
    return (
        f"{where[:1].upper()}{where[1:]} it hardly matters: the best async and the best sync mode are surely less than "
        f"{format_percent(CLOSE - 1)} apart."
    )


def _open(result: SweepResult, still_open: Sequence[Contest], compared: int) -> str:
    """Where it is open, after how many rounds, and the most that it may come to there."""
    if not still_open:
        return ""
    where = f" {_places(result, still_open)}" if len(still_open) < compared else ""
    what = "It is not decided yet" if where else "Whether async or sync pays is not decided yet"
    told = f"{what}{where}, after {_rounds(result, {each.value for each in still_open})}"
    far = max(still_open, key=lambda each: each.times)
    if told_bounds(far.interval.low, far.interval.high):
        difference = times_as_fast(far.interval.ratio, far.interval.low, far.interval.high, far.behind)
    else:
        difference = f"{format_times(far.times)} times as fast as {far.behind}, which may be noise"
    place = " there" if where else ""
    return f"{told}; the largest difference{place}: at {result.sweep.in_words(far.value)}, {far.front} is {difference}."


def _places(result: SweepResult, contests: Sequence[Contest]) -> str:
    return places_in_words(result.sweep, [each.value for each in contests])


def _range(times: Sequence[float]) -> str:
    if len(times) <= 2:
        return enumerate_names([format_times(each) for each in times])
    return f"{format_times(min(times))} to {format_times(max(times))}"


def _rounds(result: SweepResult, values: Collection[str]) -> str:
    """How many whole rounds some points have: ``2 rounds each``, ``2 to 4 rounds``."""
    made = [point.result.rounds_done for point in result.measured_points if point.value in values]
    is_of_each = len(made) > 1 and len(set(made)) == 1
    return f"{plural_range(made, 'round')}{' each' if is_of_each else ''}"
