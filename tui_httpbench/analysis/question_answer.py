"""The answer to the question that a plan was made for, in a sentence, before what the ranking says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

from tui_httpbench.analysis.article import Pair, is_like_the_article, verdict_on_order
from tui_httpbench.analysis.changes import Change, change_between
from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.entrants import entrant_of
from tui_httpbench.plan.presets import PRESETS
from tui_httpbench.text.formatting import enumerate_names, format_percent, times_as_fast

KEEPING = "Keeping the client"
MOST_PAIRS = 4


def answer_of(result: Result) -> str:
    """What the run says to its question; empty where it has none, or where the ranking itself is the answer.

    Of two versions, the sentences on their pairs are. Of the article, it is whether its order was reproduced.
    """
    if is_like_the_article(result.plan):
        return verdict_on_order(result)
    if pairs := _pairs_of_keeping(result.plan.modes):
        return _keeping(result, pairs)
    return _http2(result) if _asks_about_http2(result.plan.modes) else ""


def asked_pairs(modes: Sequence[str]) -> tuple[Pair, ...]:
    """The pairs that the question of a run of these modes is about, each with what it is compared with as second."""
    pairs = _pairs_of_keeping(modes)
    if not pairs and _asks_about_http2(modes):
        lanes = {entrant_of(mode).mode.http2: mode for mode in modes}
        return ((lanes[True], lanes[False]),)
    return tuple(pairs)


def _pairs_of_keeping(modes: Sequence[str]) -> list[Pair]:
    """Each and kept of each library, where the modes are just those; nothing where another question was asked."""
    pairs = _each_and_kept(modes)
    # URL, load and budget are whoever's who asks, and so are the libraries. All modes ask who is fastest.
    asks = set(modes) == {mode for pair in pairs for mode in pair} != set(PRESETS["quick"].values["modes"])
    return pairs if asks else []


def _asks_about_http2(modes: Sequence[str]) -> bool:
    return set(modes) == set(PRESETS["http2"].values["modes"])


def _each_and_kept(modes: Sequence[str]) -> list[Pair]:
    """Labels of a mode with a new client for every request, and of that of its library and variant that keeps one."""
    lanes = [entrant_of(mode) for mode in modes]
    return [
        (each.label, kept.label)
        for kept, each in product(lanes, lanes)
        if each.makes_anew(kept) and each.copy == kept.copy == 1
    ]


def _keeping(result: Result, pairs: Sequence[Pair]) -> str:
    """What each library gains by its kept client, the largest gain first, and of which that is not known."""
    changes = [change_between(result, each, kept) for each, kept in pairs]
    found = [change for change in changes if change is not None and _gain(change)]
    if not found:
        return ""
    found.sort(key=lambda change: change.pair.interval.ratio if change.pair.interval else math.inf)
    kept_lanes = {kept for _, kept in pairs}
    sure = [f"{change.after} is {_gain(change)}" for change in found if change.pair.verdict in ("slower", "faster")]
    same = [f"{change.after} is as fast as {change.before}" for change in found if change.pair.verdict == "same"]
    unsure = [
        f"{kept} from {each}"
        for change in found
        if change.pair.verdict == "unsure"
        for kept, each in [sorted((change.after, change.before), key=lambda lane: lane not in kept_lanes)]
    ]
    told = _listed([*sure, *same])
    if not unsure:
        return f"{KEEPING}: {told}."
    open_ = f"not told apart yet: {_listed(unsure)}"
    return f"{KEEPING}: {told}; {open_}." if told else f"{KEEPING}: {open_}."


def _listed(pairs: list[str]) -> str:
    """The pairs in a sentence; more than a few are counted, so that the ranking below stays in sight."""
    if len(pairs) <= MOST_PAIRS:
        return enumerate_names(pairs)
    return f"{', '.join(pairs[: MOST_PAIRS - 1])}, and {len(pairs) - MOST_PAIRS + 1} more pairs"


def _http2(result: Result) -> str:
    """What HTTP/2 gains or costs."""
    lanes = {entrant_of(mode).mode.http2: mode for mode in result.plan.modes}
    change = change_between(result, lanes[False], lanes[True])
    if change is None or not _gain(change):
        return ""
    if change.pair.verdict == "same":
        return f"HTTP/1.1 and HTTP/2 are equally fast here, within {format_percent(change.pair.same_within)}."
    faster, slower = ("HTTP/2", "HTTP/1.1") if change.after == lanes[True] else ("HTTP/1.1", "HTTP/2")
    gain = _gain(change).replace(change.before, slower)
    if change.pair.verdict == "unsure":
        return f"HTTP/1.1 and HTTP/2 are not told apart yet; {faster} may be {gain}."
    return f"{faster} is {gain} here."


def _gain(change: Change) -> str:
    """``34 times as fast as requests (31 to 38)``; empty where one round is not enough."""
    interval = change.pair.interval
    if interval is None or not math.isfinite(interval.high):
        return ""
    return times_as_fast(interval.ratio, interval.low, interval.high, change.before)
