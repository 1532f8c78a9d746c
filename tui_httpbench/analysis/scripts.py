"""Whole scripts of N requests: for how many of them a client is worth its import.

A script of N requests takes Python's own start, the import of its client, the making of it, what its first request
takes longer than a later one, and N times the time of a request at the run's load. Over N that is a line for each mode,
and where two lines cross, the other finishes first.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui_httpbench.analysis.columns import seconds_per_request
from tui_httpbench.analysis.pairs import Pair, pairs_among
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.start_cost import start_cost, start_parts, whole_rounds
from tui_httpbench.analysis.student import student_quantile
from tui_httpbench.plan.plan import ARTICLE
from tui_httpbench.text.formatting import UNKNOWN, enumerate_names, format_figure, format_ms

MOST_REQUESTS = 1_000_000
"""No script is looked at that sends more."""
POINTS = (1, 10, 100, 1_000, 10_000)
"""The numbers of requests of which tables tell."""
ALIKE = 0.1
"""Starts that differ by a smaller share may be the same, where their rounds can't tell them apart."""
_BOTH_SURE = 1 - 0.05 / 4
"""For a two-sided interval of 97.5 %: that of the starts and that of the requests then hold together in 95 of 100."""


@dataclass(frozen=True)
class ScriptLine:
    """A mode as a script: ``start_s`` once, and ``request_s`` for each request at the run's load."""

    mode: str
    start_s: float
    request_s: float

    def seconds(self, requests: int) -> float:
        """The whole script's time."""
        return self.start_s + requests * self.request_s


@dataclass(frozen=True)
class Crossing:
    """From ``requests`` on, ``later`` finishes before ``earlier``.

    It is sure that ``earlier`` is first up to ``sure_until`` requests, and ``later`` from ``sure_from`` on; None where
    neither number is sure.
    """

    earlier: str
    later: str
    requests: int
    sure_until: int | None
    sure_from: int | None

    @property
    def in_words(self) -> str:
        """``Up to about 40 requests, a script with requests finishes first (surely up to 25); beyond, one with …``"""
        until = self.sure_until if self.sure_until is not None and self.sure_until >= 1 else None
        if self.sure_from is None and until is not None:
            # Where the lines cross is computed from slopes that nobody has told apart.
            sure = f"{_up_to(until)}, a script with {self.earlier} surely finishes first"
            return f"{sure}; beyond, {self.later} may overtake it, but that is not sure."
        low = "" if until is None else f" (surely up to {_number(until)})"
        high = "" if self.sure_from is None else f" (surely from {_number(self.sure_from)} on)"
        unsure = "" if low or high else ", but neither is sure"
        return (
            f"{_up_to(self.requests, about=True)}, a script with {self.earlier} finishes first{low}; beyond, one with "
            f"{self.later}{high}{unsure}."
        )


def _up_to(requests: int, *, about: bool = False) -> str:
    """``Up to about 40 requests``."""
    return "For one request" if requests == 1 else f"Up to {'about ' if about else ''}{_number(requests)} requests"


def script_lines(result: Result) -> tuple[ScriptLine, ...]:
    """Every clean mode of which all is known, in the order of the ranking."""
    lines = []
    for rank in result.ranking:
        summary = result.mode(rank.mode)
        cost, request_s = start_cost(result, rank.mode), seconds_per_request(result, summary)
        if rank.clean and cost is not None and request_s:
            lines.append(ScriptLine(rank.mode, cost.total_s, request_s))
    return tuple(lines)


def first_to_finish(result: Result) -> tuple[Crossing, ...]:
    """Which mode's script finishes first as its requests become more: where one takes over from another, in order."""
    lines = script_lines(result)
    found: list[Crossing] = []
    if not lines:
        return ()
    now = _first_of_all(result, lines)
    at = 1
    while True:
        overtaking = [
            (math.floor((line.start_s - now.start_s) / (now.request_s - line.request_s)) + 1, line.request_s, line)
            for line in lines
            if line.request_s < now.request_s
        ]
        ahead = [each for each in overtaking if at < each[0] <= MOST_REQUESTS]
        if not ahead:
            return tuple(found)
        at, _, following = min(ahead, key=lambda each: each[:2])
        found.append(_crossing(result, lines, now, following, at))
        now = following


def _first_of_all(result: Result, lines: Sequence[ScriptLine]) -> ScriptLine:
    """The line that begins lowest; of those that begin as low, as far as can be told, the one that rises the least."""
    lowest = min(lines, key=lambda line: (line.seconds(1), line.request_s))
    tied = [lowest]
    for line in lines:
        bounds = _start_difference(result, lowest.mode, line.mode) if line is not lowest else None
        is_alike = line.start_s - lowest.start_s <= ALIKE * lowest.start_s
        if is_alike and bounds is not None and bounds[0] <= 0:
            tied.append(line)
    return min(tied, key=lambda line: line.request_s)


def first_in_words(result: Result) -> tuple[str, ...]:
    """Sentences on which script finishes first; none where a single mode is known."""
    lines = script_lines(result)
    if len(lines) < 2:
        return ()
    crossings = first_to_finish(result)
    if not crossings:
        first = _first_of_all(result, lines)
        others = [line.mode for line in lines if line is not first]
        pairs = pairs_among(result, [(other, first.mode) for other in others])
        starts = [_start_difference(result, first.mode, other) for other in others]
        if not any(pair.verdict == "slower" for pair in pairs):
            return ("Which mode's script finishes first can't be told, however many requests it sends.",)
        alike = [other for other, each in zip(others, starts, strict=True) if each is None or each[0] < 0]
        as_fast = [pair.label for pair in pairs if pair.verdict != "slower"]
        if alike:
            return (_first_of_many(first.mode, as_fast, [other for other in alike if other not in as_fast]),)
        sure = f" (not sure of {enumerate_names(as_fast)})" if as_fast else ""
        return (f"Even with its import counted, {first.mode} finishes first for any number of requests{sure}.",)
    return tuple(crossing.in_words for crossing in crossings)


def _first_of_many(first: str, as_fast: list[str], begins_alike: list[str]) -> str:
    """Who finishes first with many requests, and whom a few can't tell from them."""
    if as_fast:
        leaders = enumerate_names([first, *as_fast])
        told = f"With imports counted, {leaders} finish first where there are many requests, not told apart"
        few = f"for a few, {enumerate_names(begins_alike)} can't be told from them either" if begins_alike else ""
    else:
        told = f"With its import counted, {first} finishes first where there are many requests"
        few = f"for a few, it can't be told from {enumerate_names(begins_alike)}"
    return f"{told}; {few}." if few else f"{told}."


def script_load(result: Result) -> str:
    """At which load the requests of such a script are sent: ``10 in flight``."""
    if result.plan.concurrency == ARTICLE:
        return "sync modes one by one, async ones all at once"
    return (
        "one at a time"
        if result.plan.concurrency == 1
        else f"{result.plan.in_flight(result.plan.modes[0]):,} in flight"
    )


def script_rows(result: Result) -> Iterator[tuple[str, ...]]:
    """The table of starts and scripts, a row a mode; ``script_headings`` are its columns."""
    has_cold = _has_cold(result)
    for line in script_lines(result):
        cost = start_cost(result, line.mode)
        assert cost is not None
        cold = () if not has_cold else (UNKNOWN if cost.cold_s is None else format_ms(cost.cold_s * 1e3),)
        parts = (cost.interpreter_s, cost.import_s, cost.build_s, cost.first_s)
        starts = [format_ms(seconds * 1e3) for seconds in parts]
        times = [format_figure(line.seconds(count)) for count in POINTS]
        yield (line.mode, *starts[:2], *cold, *starts[2:], *times)


def script_note(result: Result) -> str:
    """What the columns of ``script_rows`` are, in a sentence."""
    cold = " (cold: with nothing compiled yet)" if _has_cold(result) else ""
    return (
        f"Python's own start, the import of the client{cold}, the making of it, and what its first request takes "
        "longer, in ms; then a whole script of N requests, in s."
    )


def script_headings(result: Result) -> tuple[str, ...]:
    """What stands over the columns of ``script_rows``: ``script_note`` explains them."""
    cold = ("cold",) if _has_cold(result) else ()
    return ("mode", "Python", "import", *cold, "build", "first", *(_short(count) for count in POINTS))


def _has_cold(result: Result) -> bool:
    return any(record.setup and record.setup.start and record.setup.start.cold_s for record in result.records)


def _short(count: int) -> str:
    return "N=1" if count == 1 else f"{count}" if count < 1_000 else f"{count // 1_000}k"


def _crossing(
    result: Result, lines: Sequence[ScriptLine], earlier: ScriptLine, later: ScriptLine, requests: int
) -> Crossing:
    """Where two lines cross, with what is sure: who is first has to be ahead of all others, not of one."""
    before = [(earlier, line) for line in lines if line is not earlier]
    after = [(line, later) for line in lines if line is not later]
    # One call for all: each fits a model of all rounds.
    pairs = pairs_among(result, [(one.mode, other.mode) for one, other in before + after])
    sure = [_sure_range(result, *each, pair) for each, pair in zip(before + after, pairs, strict=True)]
    sure_until = min(until for until, _ in sure[: len(before)])
    sure_from = max(from_ for _, from_ in sure[len(before) :])
    return Crossing(
        earlier.mode,
        later.mode,
        requests,
        int(sure_until) if 1 <= sure_until < math.inf else None,
        int(sure_from) if sure_from <= MOST_REQUESTS else None,
    )


def _sure_range(result: Result, one: ScriptLine, other: ScriptLine, pair: Pair) -> tuple[float, float]:
    """Up to how many requests one script of a pair is surely ahead of the other, and from how many the other is.

    From the intervals of both starts' difference and of both times' ratio. In the ratio of two uncertain numbers the
    worst of either bound is taken (an interval of Bonferroni's kind). 0 and infinity where nothing is sure.
    """
    starts = _start_difference(result, one.mode, other.mode)
    if starts is None or pair.interval is None or not math.isfinite(pair.interval.high):
        return 0.0, math.inf
    # How much longer a request of the one takes, at least and at most, by the pair's ratio.
    least_s, most_s = ((bound - 1) * other.request_s for bound in (pair.interval.low, pair.interval.high))
    low_s, high_s = starts
    until = 0.0 if low_s <= 0 else math.floor(low_s / most_s) if most_s > 0 else math.inf
    from_ = math.inf if least_s <= 0 else max(math.floor(high_s / least_s) + 1, 1)
    return until, from_


def _start_difference(result: Result, earlier: str, later: str) -> tuple[float, float] | None:
    """How much more the start of the later takes, at least and at most, in seconds; None from fewer than two rounds."""
    by_round: dict[int, dict[str, float]] = {}
    for mode_id in (earlier, later):
        for record in whole_rounds(result, mode_id):
            parts = None if record.setup is None else start_parts(record.setup)
            if parts is not None:
                by_round.setdefault(record.round, {})[mode_id] = sum(parts)
    differences = [starts[later] - starts[earlier] for starts in by_round.values() if len(starts) == 2]
    return _interval(differences)


def _interval(values: Sequence[float]) -> tuple[float, float] | None:
    if len(values) < 2:
        return None
    half = student_quantile(_BOTH_SURE, len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values))
    middle = statistics.mean(values)
    return middle - half, middle + half


def _number(requests: int) -> str:
    """Two digits are enough for what is only roughly known."""
    digits = max(0, len(str(requests)) - 2)
    return f"{round(requests, -digits):,}"
