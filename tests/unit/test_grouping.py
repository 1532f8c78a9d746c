"""The lanes of a ranking in groups: in which order they stand, what they are compared with, and who may ask for it."""

from __future__ import annotations

import re

import pytest
from support.made_results import result_of, rounds_of
from support.reports import report_of

from tui_httpbench.analysis.columns import METRIC_OPTIONS
from tui_httpbench.analysis.grouping import GroupBy, can_group, parse_group_by
from tui_httpbench.analysis.result import Result
from tui_httpbench.analysis.rows import grouped_rows, order_by
from tui_httpbench.plan.plan import Plan
from tui_httpbench.plan.variants import parse_variants
from tui_httpbench.report.markdown import to_text as to_markdown

VARIANTS = parse_variants(["old=httpx==0.27.2", "new=httpx==0.28.1"])
LATENCY_MS = {
    "httpx-client@old": 10.0,
    "httpx-async@old": 11.0,
    "httpx-client@new": 12.0,
    "requests": 13.0,
    "httpx-async@new": 14.0,
}
BY_RANK = ["httpx-client@old", "httpx-async@old", "httpx-client@new", "requests", "httpx-async@new"]
BY_MODE = ["httpx-client@old", "httpx-client@new", "httpx-async@old", "httpx-async@new", "requests"]
BY_VARIANT = ["httpx-client@old", "httpx-async@old", "httpx-client@new", "httpx-async@new", "requests"]


def two_modes_with_two_variants() -> Result:
    records = [record for lane, latency_ms in LATENCY_MS.items() for record in rounds_of(lane, latency_ms, rounds=5)]
    return result_of(*records, rounds=5, variants=VARIANTS)


@pytest.mark.parametrize(
    ("by", "order", "compared"),
    [
        ("rank", BY_RANK, ["faster", "faster", "faster", "faster", None]),
        ("mode", BY_MODE, ["faster", None, "faster", None, None]),
        ("variant", BY_VARIANT, ["faster", None, "faster", None, None]),
    ],
)
def test_lanes_stand_in_groups_with_the_places_of_the_whole(
    by: GroupBy, order: list[str], compared: list[str | None]
) -> None:
    result = two_modes_with_two_variants()
    rows = [row for group in grouped_rows(result, by) for row in group]
    assert [row.mode for row in rows] == order
    assert [row.place for row in rows] == [str(BY_RANK.index(mode) + 1) for mode in order]
    assert [row.rank.verdict_next for row in rows] == compared
    assert rows[0].rank.interval_next is not None
    expected = LATENCY_MS[order[1]] / LATENCY_MS[order[0]]
    assert rows[0].rank.interval_next.ratio == pytest.approx(expected, rel=0.01)
    assert [row.mode for row, _ in order_by(METRIC_OPTIONS["p50"], result, by)] == order
    report = report_of(result, group_by=by)
    assert re.findall(r"^\d  (\S+)", report, re.MULTILINE) == order
    assert re.findall(r"^ *(\S+) ┤", report, re.MULTILINE) == order
    assert re.findall(r"^\| \d \| (\S+)", to_markdown(result, group_by=by), re.MULTILINE) == order


def test_the_usual_order_is_by_mode_where_there_are_variants() -> None:
    result = two_modes_with_two_variants()
    assert report_of(result) == report_of(result, group_by="mode")
    assert can_group(result.plan)
    assert parse_group_by(None, result.plan) is None
    assert parse_group_by(" Variant ", result.plan) == "variant"
    assert parse_group_by(None, Plan()) is None
    assert not can_group(Plan())
    assert not can_group(Plan(modes=("httpx-client",), variants=VARIANTS))


def test_groups_of_one_are_compared_as_in_the_whole() -> None:
    result = result_of(*rounds_of("requests", 10.0, rounds=5), *rounds_of("aiohttp", 5.0, rounds=5), rounds=5)
    (rows,) = grouped_rows(result, "mode")
    assert [row.rank.verdict_next for row in rows] == ["faster", None]
