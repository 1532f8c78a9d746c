"""The rows of the ranking: what its columns read, and the order by each of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from tui_httpbench.analysis.column import ALWAYS, Column
from tui_httpbench.analysis.columns import TABLE_COLUMNS
from tui_httpbench.analysis.grouping import GroupBy, grouped
from tui_httpbench.analysis.gusts import Yardstick
from tui_httpbench.analysis.places import REFERENCE, places_of
from tui_httpbench.analysis.ranking import compare_modes, rules_of
from tui_httpbench.analysis.result import Rank, Result
from tui_httpbench.analysis.row import Row
from tui_httpbench.text.formatting import UNKNOWN


def rows_of(result: Result, yardstick: Yardstick = "time") -> tuple[Row, ...]:
    """All modes, the best first; those whose CPU time is unknown stand last, without a place, where it is ranked by."""
    ranking = result.ranking_cpu if yardstick == "cpu" else result.ranking
    if not ranking:
        ranking, yardstick = result.ranking, "time"
    places = places_of(ranking)
    others = [rank for rank in result.ranking if rank.mode not in places]
    ranking += tuple(Rank(len(places) + place, rank.mode, None, rank.clean) for place, rank in enumerate(others, 1))
    return tuple(
        Row(result, result.mode(rank.mode), rank, places.get(rank.mode, UNKNOWN), yardstick) for rank in ranking
    )


def grouped_rows(result: Result, by: GroupBy, yardstick: Yardstick = "time") -> list[list[Row]]:
    """The rows of each group, the best group first; a row is compared with the one below it in its group.

    Places and ratios stay those of the whole ranking.
    """
    rows = rows_of(result, yardstick)
    groups = grouped(rows, by, lambda row: row.mode)
    if len(groups) in (1, len(rows)):  # nothing is brought together that was not so before
        return [list(rows)]
    return [list(compared_with_next(result, group)) for group in groups]


def compared_with_next(result: Result, group: list[Row]) -> Iterator[Row]:
    """The same rows, each compared with the one that stands below it here."""
    rules = rules_of(result.plan, result.records)
    compared = compare_modes(result.modes, result.records, rules, group[0].yardstick) if len(group) > 1 else None
    known = set(compared.modes) if compared is not None else set()
    for row, below in itertools.zip_longest(group, group[1:]):
        verdict = interval = None
        if compared is not None and below is not None and {row.mode, below.mode} <= known:
            verdict, interval = compared.verdict(below.mode, row.mode), compared.interval(below.mode, row.mode)
        yield replace(row, rank=replace(row.rank, verdict_next=verdict, interval_next=interval))


def known_columns(result: Result) -> list[Column]:
    """The columns of a table that say more than a dash of any mode, as they stand from left to right."""
    rows = rows_of(result)
    return [
        column
        for column in TABLE_COLUMNS
        if column.weight == ALWAYS
        or column is TABLE_COLUMNS[0]
        or any(column.text(row) not in (UNKNOWN, REFERENCE) for row in rows)
    ]


def order_by(column: Column, result: Result, by: GroupBy = "rank") -> list[tuple[Row, float | None]]:
    """All modes with their numbers, the best first: clean ones, then those with failures, then those without a number.

    By time and by CPU time the order is that of their rankings. In groups, the group of the best comes first.
    """
    return [item for group in grouped(_ordered(column, result), by, lambda item: item[0].mode) for item in group]


def bars_are_out_of_order(column: Column, result: Result, by: GroupBy = "rank") -> bool:
    """Whether bars of what a ranking is about stand in its order and not in that of the numbers beside them.

    What is compared is the numbers as they are written, within each group, of the modes that were compared.
    """
    if not column.trend:
        return False
    for group in grouped(_ordered(column, result), by, lambda item: item[0].mode):
        known = [value for row, value in group if value is not None and row.rank.interval is not None]
        for upper, lower in itertools.pairwise(known):
            if column.trend * upper > column.trend * lower and column.with_unit(upper) != column.with_unit(lower):
                return True
    return False


def _ordered(column: Column, result: Result) -> list[tuple[Row, float | None]]:
    valued = [(row, column.number(row)) for row in rows_of(result, column.yardstick or "time")]
    if column.trend:
        return sorted(valued, key=lambda item: item[1] is None)
    sign = -1 if column.better == "higher" else 1
    return sorted(valued, key=lambda item: (item[1] is None, not item[0].summary.is_clean, sign * (item[1] or 0.0)))


def sort_rows(rows: tuple[Row, ...], column: Column, *, turned: bool = False) -> list[Row]:
    """The rows by one column, the best first, or the other way round; those without a value last either way."""
    known = [(value, row) for row in rows if (value := column.value(row)) is not None]
    known.sort(key=lambda item: (isinstance(item[0], str), item[0]), reverse=(column.better == "higher") != turned)
    return [row for _, row in known] + [row for row in rows if column.value(row) is None]


def why_missing(column: Column, row: Row) -> str:
    """In a few words, why a mode has no number."""
    if not row.summary.requests:
        return "not measured"
    if not row.summary.ok:
        return "no request succeeded"
    if column.id == "time":
        return "some requests failed" if row.summary.failed else "no complete round"
    return "unknown"
