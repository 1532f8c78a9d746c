"""A run of the history as a row of the list, and what is told of the one under the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rich.text import Text

from tui_httpbench.analysis.places import FAILED_SIGN
from tui_httpbench.bench.kept_run import KeptRun
from tui_httpbench.text.formatting import UNKNOWN, format_bytes, plural
from tui_httpbench.text.quoting import printable
from tui_httpbench.tui.form_words import in_form_words

FINISHED = "finished"
WITHOUT_SAMPLES = "Its single requests are not kept any more: no latency curves, no replay."
_GAP = 2
_MARK_COLUMNS = 2


@dataclass(frozen=True)
class Column:
    """A column of the list: between ``least`` and ``most`` cells wide; the narrower the list, the fewer there are."""

    id: str
    heading: str
    least: int
    most: int


COLUMNS = (
    Column("when", "when", 12, 15),
    Column("name", "name", 12, 24),
    Column("place", "target", 14, 36),
    Column("question", "question", 19, 42),
    Column("load", "round, in flight", 16, 23),
    Column("modes", "compared", 12, 30),
    Column("first", "fastest", 14, 24),
    Column("verdict", "verdict", 34, 400),
)
_MAY_BE_EMPTY = ("name", "question")
"""Columns that are there only where a run has something to say in them."""
_KEPT_LONGEST = ("when", "place", "first", "name", "modes", "load", "verdict", "question")
"""Which columns stay as the list gets narrower: the last of them goes first."""


def cells_of(run: KeptRun, now: datetime) -> dict[str, str]:
    """What stands in each column for a run, by the column's id."""
    return {
        "when": when(run, now, COLUMNS[0].most),
        "name": run.name,
        "place": place_of(run),
        "question": run.question,
        "load": run.load.replace(" in flight", ""),
        "modes": run.modes or UNKNOWN,
        "first": run.first or run.winner or UNKNOWN,
        "verdict": verdict_of(run),
    }


def columns_within(width: int, longest: Mapping[str, int]) -> list[tuple[Column, int]]:
    """The columns that have room in so many cells, each with its width.

    ``longest`` is how many cells each has use for, by its id: none has more, but for the last, and one that has use for
    none is left out where it may be.
    """
    chosen = [
        replace(column, least=min(column.least, max(longest.get(column.id, 0), len(column.heading))))
        for column in COLUMNS
        if longest.get(column.id, 0) or column.id not in _MAY_BE_EMPTY
    ]
    for gone in reversed(_KEPT_LONGEST):
        if len(chosen) == 1 or _least(chosen) <= width:
            break
        chosen = [column for column in chosen if column.id != gone]
    widths = {column.id: column.least for column in chosen}
    room = width - _least(chosen)
    # A column after the other gets what it can use, in turns, so that none is starved by the ones before it.
    most = {column.id: min(column.most, longest.get(column.id, 0)) for column in chosen}
    while room > 0 and (growing := [column for column in chosen if widths[column.id] < most[column.id]]):
        for column in growing:
            if room > 0:
                widths[column.id] += 1
                room -= 1
    widths[chosen[-1].id] += max(room, 0)
    return [(column, widths[column.id]) for column in chosen]


def heading_text(columns: list[tuple[Column, int]]) -> Text:
    """The headings of the columns."""
    return _joined("", [_fitted(column.heading, width) for column, width in columns])


def row_text(run: KeptRun, columns: list[tuple[Column, int]], now: datetime, *, is_marked: bool) -> Text:
    """A run as a row."""
    values = cells_of(run, now) | {"when": when(run, now, _cells_of("when", columns))}
    cells = []
    for column, width in columns:
        cell = _fitted(values[column.id] or ("" if column.id == "name" else UNKNOWN), width)
        if column.id == "name":
            cell.stylize("bold")
        cells.append(cell)
    return _joined("●" if is_marked else "", cells)


def when(run: KeptRun, now: datetime, cells: int) -> str:
    """When it began: the time of today, day and time of this year, else the date; seconds where there is room."""
    try:
        began = datetime.fromtimestamp(run.started_s).astimezone()
    except (OverflowError, OSError, ValueError):
        return UNKNOWN
    if began.date() == now.date():
        return f"{began:%H:%M:%S}"
    if began.year != now.year:
        return f"{began:%Y-%m-%d}"
    to_the_second = f"{began.day} {began:%b %H:%M:%S}"
    return to_the_second if len(to_the_second) <= cells else f"{began.day} {began:%b %H:%M}"


def place_of(run: KeptRun) -> str:
    """Where its requests went: the URL, or the embedded target's scenario, with the path if that says anything."""
    if not run.scenario:
        return run.place or UNKNOWN
    return run.scenario if run.place in ("", "/") else f"{run.scenario} {run.place}"


def verdict_of(run: KeptRun) -> str:
    """What it came to, after what went wrong."""
    ended = "" if run.outcome in (FINISHED, "") else f"{run.outcome}: "
    failed = f"{FAILED_SIGN} {run.failed:,} failed; " if run.failed else ""
    found = run.conclusion.removeprefix(f"{run.winner} is fastest: ")  # who it is stands in a column of its own
    return in_form_words(f"{ended}{failed}{found}") or UNKNOWN


def title_of(run: KeptRun) -> str:
    """What messages call it."""
    return f"{run.name!r}" if run.name else f"the run {run.id}"


def told_of(run: KeptRun) -> Text:
    """All that the history knows of a run, in some lines."""
    failed = f", {run.failed:,} failed" if run.failed else ""
    parts = [
        f"{plural(run.requests, 'request')}{failed}",
        run.rounds,
        run.load,
        run.outcome,
        format_bytes(run.samples_bytes) + " of single requests" if run.has_samples else "",
    ]
    text = Text(overflow="fold")
    text.append(run.name or place_of(run), "bold")
    text.append("".join(f"  {each}" for each in (place_of(run) if run.name else "", run.question) if each))
    if not run.has_samples:
        text.append(f"\n{WITHOUT_SAMPLES}", "italic")
    text.append(f"\n{in_form_words(run.conclusion) or 'It came to no conclusion.'}\n")
    text.append(f"{began_at(run)} · {' · '.join(filter(None, parts))} · {run.id}", "dim")
    return text


def began_at(run: KeptRun) -> str:
    """When it began, in full."""
    try:
        return f"{datetime.fromtimestamp(run.started_s).astimezone():%Y-%m-%d %H:%M:%S}"
    except (OverflowError, OSError, ValueError):
        return printable(run.started_at) or UNKNOWN


def _least(columns: list[Column]) -> int:
    return _MARK_COLUMNS + sum(column.least for column in columns) + _GAP * (len(columns) - 1)


def _cells_of(column_id: str, columns: list[tuple[Column, int]]) -> int:
    return next((width for column, width in columns if column.id == column_id), 0)


def _fitted(value: str, width: int) -> Text:
    text = Text(value, no_wrap=True)
    text.truncate(width, overflow="ellipsis", pad=True)
    return text


def _joined(mark: str, cells: list[Text]) -> Text:
    return Text(mark.ljust(_MARK_COLUMNS), no_wrap=True).append_text(Text(" " * _GAP).join(cells))
