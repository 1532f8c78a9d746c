"""What to change: two modes of one library as a diff of their code, and what that change brought in this run."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass

from tui_httpbench.analysis.late_answers import answered_late
from tui_httpbench.analysis.pairs import Pair, pairs_among
from tui_httpbench.analysis.result import Result
from tui_httpbench.clients.catalog import Mode
from tui_httpbench.clients.entrants import entrant_of
from tui_httpbench.clients.own_files import measured_mode
from tui_httpbench.clients.snippet import plain_calls
from tui_httpbench.text.formatting import format_percent, times_as_fast

_CONTEXT_LINES = 2


@dataclass(frozen=True)
class Change:
    """From the code of the lane ``before`` to that of ``after``, a faster one of the same library.

    ``deed`` says in a few words what is done otherwise, ``diff`` has the lines of the change, with plain calls: each
    begins with a plus, a minus or a blank. ``pair`` compares the two.
    """

    before: str
    after: str
    deed: str
    diff: tuple[str, ...]
    pair: Pair

    @property
    def is_own(self) -> bool:
        """Whether the code is out of a client file of the user's own."""
        return not entrant_of(self.before).mode.library.is_built_in

    @property
    def gain(self) -> str:
        """What it brings, only as sure as the pair is: ``34 times as fast (31 to 38)``."""
        interval = self.pair.interval
        if interval is None or not math.isfinite(interval.high):
            return "not compared yet"
        # The pair has the time of ``after`` over that of ``before``.
        times = times_as_fast(interval.ratio, interval.low, interval.high)
        match self.pair.verdict:
            case "same":
                return f"the same within {format_percent(self.pair.same_within)}"
            case "unsure":
                return f"{times}, but that is unsure"
            case _:
                return times

    @property
    def in_words(self) -> str:
        """``From requests to requests-session: keep the client: 34 times as fast (31 to 38).``"""
        return f"From {self.before} to {self.after}: {self.deed}: {self.gain}."


def change_between(result: Result, label: str, other: str) -> Change | None:
    """The change from the slower of two lanes to the faster; None unless both are modes of one library that differ."""
    entrants = entrant_of(label), entrant_of(other)
    read = result.plan.request.read
    modes = tuple(measured_mode(each, result.own_files, read) for each in (label, other))
    is_change = modes[0].id != modes[1].id and modes[0].library == modes[1].library
    if not is_change or entrants[0].variant != entrants[1].variant:
        return None
    (pair,) = pairs_among(result, [(label, other)])
    if pair.interval is None:
        return None
    if pair.interval.ratio > 1:
        (pair,) = pairs_among(result, [(other, label)])
        modes = modes[1], modes[0]
    after, before = modes
    deed = _deed(result, pair.reference, before, pair.label, after)
    return Change(pair.reference, pair.label, deed, _diff(before.code, after.code), pair)


def change_to_show(result: Result, label: str, against: str) -> Change | None:
    """What there is to change about a lane: towards the one that it is compared with, if that is of its library.

    Otherwise between it and the fastest other lane of its library. None without any, and where it may be none: nobody
    is to change what may become slower.
    """
    # Of versions, which one is asked about is no matter of other code.
    change = None if result.plan.variants else _change_of(result, label, against)
    return None if change is None or change.pair.verdict == "unsure" else change


def _change_of(result: Result, label: str, against: str) -> Change | None:
    if against and (change := change_between(result, label, against)) is not None:
        return change
    own = entrant_of(label)
    for rank in result.ranking:
        other = entrant_of(rank.mode)
        if other.mode != own.mode and other.mode.library == own.mode.library and other.variant == own.variant:
            return change_between(result, label, rank.mode)
    return None


def changes_of(result: Result) -> tuple[Change, ...]:
    """For each library of the run the change from each of its lanes to the fastest, the largest gain first."""
    by_library: dict[tuple[str, str], list[str]] = {}
    for rank in result.ranking:
        entrant = entrant_of(rank.mode)
        if rank.clean and rank.ratio is not None and entrant.copy == 1:
            by_library.setdefault((entrant.mode.library.name, entrant.variant), []).append(rank.mode)
    found = [
        change
        for fastest, *others in by_library.values()
        for label in others
        if (change := change_between(result, label, fastest)) is not None and change.pair.verdict != "same"
    ]
    return tuple(sorted(found, key=lambda change: change.pair.interval.ratio if change.pair.interval else math.inf))


def _deed(result: Result, before_label: str, before: Mode, after_label: str, after: Mode) -> str:
    """What is done otherwise, from the facts that the two modes tell of themselves."""
    deeds = []
    if before.kept != after.kept:
        is_late = not after.kept and answered_late(result, before_label, after_label)
        anew = f"{'cure the server (see the warnings); until then, ' if is_late else ''}make a client for every request"
        deeds.append("keep the client" if after.kept else anew)
    widths = result.plan.in_flight(before_label), result.plan.in_flight(after_label)
    if widths[0] != widths[1]:
        deeds.append(f"send {widths[1]:,} at once" if widths[1] > 1 else "send one by one")
    elif before.kind != after.kind:
        in_threads = " instead of threads" if widths[0] > 1 else ""
        deeds.append(f"await{in_threads}" if after.kind == "async" else f"{'use threads' if in_threads else 'block'}")
    if before.http2 != after.http2:
        deeds.append("speak HTTP/2" if after.http2 else "speak HTTP/1.1")
    return ", ".join(deeds) or "use the other code"


def _diff(before: str, after: str) -> tuple[str, ...]:
    """The changed lines with a little around them, without the heads of a diff of files."""
    lines = difflib.unified_diff(
        plain_calls(before).splitlines(), plain_calls(after).splitlines(), n=_CONTEXT_LINES, lineterm=""
    )
    return tuple(line for line in lines if not line.startswith(("---", "+++", "@@")))
