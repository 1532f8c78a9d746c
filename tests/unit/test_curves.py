"""Curves over a knob in characters."""

from __future__ import annotations

from tui_httpbench.charts.curves import Curve, CurvePoint, curve_chart, places

VALUES = (1, 2, 5, 10, 20, 50, 100)


def curve(label: str, ys: list[float | None]) -> Curve:
    points = [
        None if y is None else CurvePoint(x, y, y * 0.8, y * 1.2) for x, y in zip(places(VALUES), ys, strict=True)
    ]
    return Curve(label, points)


def drawn(*curves: Curve, **wishes: object) -> list[str]:
    ticks = list(zip(places(VALUES), map(str, VALUES), strict=True))
    return curve_chart(curves, 90, 20, x_ticks=ticks, **wishes).splitlines()  # type: ignore[arg-type]


def test_places_are_logarithmic_where_values_reach_far_and_a_zero_has_room() -> None:
    assert places((1, 2, 5)) == [1, 2, 5]
    assert places((1, 10, 100)) == [0, 1, 2]
    assert places((0, 1, 10, 100)) == [-1, 0, 1, 2]
    assert places((0, 5)) == [0, 5]


def test_each_curve_is_named_at_its_end_and_all_values_have_ticks() -> None:
    rows = drawn(curve("aiohttp", [2e3, 3e3, 5e3, 7e3, 7e3, 8e3, 8e3]), curve("requests", [3e3] * 7))
    assert [[*(row.split()[-1] for row in rows if name in row)] for name in ("aiohttp", "requests")] == [
        ["aiohttp"],
        ["requests"],
    ]
    assert rows[-1].split() == list(map(str, VALUES))
    assert max(map(len, rows)) <= 90


def test_an_interval_is_as_high_as_it_is_and_a_gap_stays_one() -> None:
    high = drawn(curve("a", [10, 10, 10, None, 10, 10, 10]))
    dots = [sum(sign not in " │┤" for sign in row[4:60]) for row in high[:-2]]
    assert sum(count > 0 for count in dots) >= 4, "whiskers reach over several rows"
    line = max(high[:-2], key=len)
    at = high[-1].index("10 ")
    assert line[at - 2 : at + 4].strip() == ""


def test_a_cursor_marks_its_place_alone() -> None:
    plain, marked = (drawn(curve("a", [5] * 7), cursor=at) for at in (None, places(VALUES)[3]))
    column = marked[-1].index("10 ")
    changed = {
        index
        for one, other in zip(plain, marked, strict=True)
        for index, (a, b) in enumerate(zip(one.ljust(90), other.ljust(90), strict=True))
        if a != b
    }
    assert changed
    assert all(abs(index - column) <= 1 for index in changed)


def test_what_has_no_place_on_a_logarithmic_axis_is_left_out() -> None:
    assert drawn(curve("a", [0.0] * 7), log=True) == []
    assert any("a" in row.split() for row in drawn(curve("a", [0.0, 1, 2, 3, 4, 5, 6]), log=True))
